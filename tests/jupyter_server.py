"""A JupyterLab server of its own, on the loopback interface, that ends when it is told to."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parent.parent

# JupyterLab draws only the cells in view unless told otherwise, and asks about news on its first start.
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> object:
    """Return the first true value of `condition`, asked five times a second.

    Raises
    ------
    TimeoutError
        If it stays false for `seconds`; the message says `what` was waited for.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.2)
    return value


def family(process: subprocess.Popen) -> set[psutil.Process]:
    """Return the processes that `process` has started, and those that they have."""
    try:
        return set(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def end_process(
    process: subprocess.Popen,
    leave: Callable[[], object],
    known: Iterable[psutil.Process] = (),
    grace: float = 10.0,
) -> None:
    """Ask `process` to go by calling `leave`, and kill what is left of it and its children.

    Parameters
    ----------
    process : subprocess.Popen
        What was started.
    leave : callable
        Asks it to end.
    known : iterable of psutil.Process
        Its children of earlier: once it has died, they can no longer be asked for.
    grace : float
        Seconds that it has for ending by itself.
    """
    children = {*known, *family(process)}
    try:
        leave()
        process.wait(grace)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"Process {process.pid} did not take leave ({error}) and is ended.", file=sys.stderr)
        process.kill()
        process.wait()
    finally:
        _, alive = psutil.wait_procs(children, timeout=2)
        for child in alive:
            child.kill()


class JupyterServer:
    """A JupyterLab server on the loopback interface, with its own settings, that shows the folder `root`.

    Parameters
    ----------
    root : Path
        The folder to show. Notebooks in it can be changed by whoever works in the browser, so give it a copy.
    private : Path
        An empty folder for settings, run-time files and the server's log.
    """

    def __init__(self, root: Path, private: Path):
        self.token = secrets.token_hex(16)
        self.log = private / "server.log"
        settings, runtime = private / "settings", private / "runtime"
        for name, values in LAB_SETTINGS.items():
            path = settings / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(private / "config"),
            "JUPYTER_DATA_DIR": str(private / "data"),
            "JUPYTER_RUNTIME_DIR": str(runtime),
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
            "IPYTHONDIR": str(private / "ipython"),
            # The notebooks are a copy: without this, they would find the package only where it is installed.
            "PYTHONPATH": os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))),
        }
        arguments = [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.allow_root=True",
            f"--ServerApp.root_dir={root}",
            f"--IdentityProvider.token={self.token}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.news_url=",
            "--LabApp.extension_manager=readonly",
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *arguments],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.url = str(wait_until(lambda: self._address(runtime), 60, "JupyterLab to start")).rstrip("/")
        except BaseException:
            self.close()
            raise

    def _address(self, runtime: Path) -> str | None:
        if self.process.poll() is not None:
            raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text(encoding='utf-8')}")
        # The server writes this file once it listens. It may have taken another port than the usual one.
        for path in runtime.glob(f"jpserver-{self.process.pid}.json"):
            return json.loads(path.read_text(encoding="utf-8"))["url"]
        return None

    def close(self) -> None:
        """End the server and its kernels."""
        end_process(self.process, self._shut_down if hasattr(self, "url") else self.process.kill)

    def _shut_down(self) -> None:
        header = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/shutdown", method="POST", headers=header)
        # No proxy, whatever the environment says: the server is on this machine.
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
