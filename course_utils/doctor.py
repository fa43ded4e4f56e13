"""``python -m course_utils.doctor``: is everything here that the course needs, and does a network train?

Every check stands alone, so that a missing or broken piece shows up as a line and not as an end. For that reason
nothing but the standard library is imported above, and TensorFlow, which can end a process, works in a second one.
"""

from __future__ import annotations

import argparse
import getpass
import importlib
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import __version__, settings

OK, WARNING, FAILURE = "OK", "WARNING", "FAILURE"
COLOURS = {OK: "32", WARNING: "33", FAILURE: "31"}
DISTRIBUTION = "recurrent-networks-course"
# What broken packages, files and folders have been seen to raise. A mistake in a check itself is not among them.
BREAKAGES = (
    ImportError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    LookupError,
    EOFError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
)
GIB = 2**30
TRAINING_LIMIT = 180
ADVICE_FOR_TENSORFLOW = {
    "No module named": "Install the packages that are marked as missing above.",
    "DLL load failed": "Install the Microsoft Visual C++ Redistributable (x64), then restart the computer.",
    "exit code": "The processor may lack AVX, which TensorFlow needs: try another computer.",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report: a status, what was examined, what was found and, where it helps, what to do."""

    status: str
    topic: str
    text: str
    advice: str = ""


def check_system() -> Iterator[Finding]:
    """Report Python, platform and the course's own settings."""
    bits = 64 if sys.maxsize > 2**32 else 32
    text = f"{platform.python_version()} ({bits} bit) on {platform.platform()}"
    try:
        wanted = required()[0]
    except ImportError:
        wanted = ""
    if bits == 32:
        yield Finding(FAILURE, "Python", text, "TensorFlow needs a 64-bit Python: install that one.")
    elif not wanted:
        yield Finding(WARNING, "Python", f"{text}; which versions will do cannot be told, see packages")
    elif not _fits(platform.python_version(), wanted):
        yield Finding(FAILURE, "Python", f"{text}, expected {wanted}", "Make an environment with Python 3.12.")
    else:
        yield Finding(OK, "Python", text)
    yield Finding(OK, "environment", sys.prefix)
    offline = ", offline" if settings.offline() else ""
    yield Finding(OK, "course", f"{__version__}, {settings.mode()} mode{offline}, in {settings.repository()}")


def required() -> tuple[str, list[str]]:
    """Return the required range of Python and the required packages, as ``pyproject.toml`` has them.

    Raises
    ------
    ImportError
        If that file or the reader for it is missing, and the course is not installed as a package either.
    """
    file = settings.repository() / "pyproject.toml"
    reader = next((name for name in ("tomllib", "tomli") if importlib.util.find_spec(name)), None)
    if reader and file.is_file():  # tomllib came with Python 3.11; on 3.10, JupyterLab brings tomli
        project = importlib.import_module(reader).loads(file.read_text(encoding="utf-8"))["project"]
        return project["requires-python"], project["dependencies"]
    about = importlib.metadata.metadata(DISTRIBUTION)
    return about["Requires-Python"], [line for line in about.get_all("Requires-Dist", []) if "extra ==" not in line]


def _fits(version: str, specifier: str) -> bool:
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:  # the check of the packages says so
        return True
    return SpecifierSet(specifier).contains(version, prereleases=True)


def check_packages() -> Iterator[Finding]:
    """Compare the installed packages with the required ranges."""
    lines = required()[1]
    try:
        from packaging.requirements import Requirement
    except ImportError:
        advice = "Run: python -m pip install packaging"
        yield Finding(FAILURE, "packaging", "missing, so versions cannot be compared", advice)
        needed = [re.match(r"([\w.-]+)([^;]*)", line).groups() for line in lines]
    else:
        found = [Requirement(line) for line in lines]
        found = [item for item in found if item.marker is None or item.marker.evaluate({"extra": ""})]
        needed = [(item.name, str(item.specifier)) for item in found]
    versions = {name: _installed(name) for name, _ in needed}
    missing = [name for name, version in versions.items() if not version]
    if len(missing) > len(needed) / 2:
        advice = "Activate the environment of the course and try again, or install it: python -m pip install -e ."
        text = f"{', '.join(missing)} are missing: this seems to be another Python"
        yield Finding(FAILURE, "packages", text, advice)
        return
    for name, specifier in needed:
        advice = f'Run: python -m pip install "{name}{specifier}"'
        if not versions[name]:
            yield Finding(FAILURE, name, f"missing, expected {specifier}", advice)
        elif not _fits(versions[name], specifier):
            yield Finding(FAILURE, name, f"{versions[name]}, expected {specifier}", advice)
        else:
            yield Finding(OK, name, versions[name])


def _installed(name: str) -> str | None:
    """Return the version of a package, None if it is not there or if only its listing is."""
    # On Linux the plain wheel of TensorFlow is required; the one with GPU kernels serves as well.
    for distribution in ("tensorflow-cpu", "tensorflow") if name.startswith("tensorflow") else (name,):
        try:
            version = importlib.metadata.version(distribution)
            if version and importlib.util.find_spec(distribution.replace("tensorflow-cpu", "tensorflow")):
                return version
        except (ImportError, ValueError):
            continue
    return None


def check_disk() -> Iterator[Finding]:
    """Report free disk space, and whether notebooks can be saved."""
    folders = {os.stat(folder).st_dev: folder for folder in (Path.home(), settings.repository())}
    for folder in folders.values():
        free = shutil.disk_usage(folder).free / GIB
        status = FAILURE if free < 0.3 else WARNING if free < 2 else OK
        advice = "" if status == OK else "Data and notebooks need about 2 GB: make some room."
        yield Finding(status, "disk", f"{free:.1f} GB free at {folder}", advice)
    try:
        with tempfile.TemporaryFile(dir=settings.repository() / "notebooks"):
            pass
    except OSError as error:
        advice = "You can run the lessons and not save them: copy the course into a folder of your own."
        yield Finding(WARNING, "notebooks", f"the folder cannot be written to ({error.strerror})", advice)


def check_memory() -> Iterator[Finding]:
    """Report free memory."""
    import psutil

    memory = psutil.virtual_memory()
    status = OK if memory.available > 2 * GIB else WARNING
    advice = "" if status == OK else "A lesson needs about 2 GB: close other programs and other notebooks."
    text = f"{memory.available / GIB:.1f} GB free of {memory.total / GIB:.1f} GB"
    yield Finding(status, "memory", text, advice)


def check_data() -> Iterator[Finding]:
    """Report which source each dataset would come from, and whether its checksum holds."""
    from . import data

    folder = settings.data_dir()
    if folder and not folder.is_dir():
        advice = "Correct COURSE_DATA_DIR, or unset it."
        yield Finding(WARNING, "data", f"COURSE_DATA_DIR names {folder}, which is not there", advice)
    for entry in data.describe():
        text = f"{entry.source}: {entry.message}"
        if "is not used" in entry.message or "cannot be read" in entry.message:
            advice = "Replace the file, move it away or make it readable; until then lessons go without it."
            yield Finding(FAILURE, f"data {entry.name}", text, advice)
        elif entry.checksum_holds is False:
            advice = "The lessons work with it; their figures may differ."
            yield Finding(WARNING, f"data {entry.name}", f"{text} (another edition)", advice)
        else:
            yield Finding(OK, f"data {entry.name}", text)


def check_checkpoints() -> Iterator[Finding]:
    """Report whether the trained models are whole."""
    from . import checkpoints

    names = checkpoints.names()
    if not names:
        advice = "Lessons train for as long as a class allows, and have nothing better to show: fetch the course again."
        yield Finding(WARNING, "checkpoints", "there are none", advice)
    for name in names:
        problems = checkpoints.verify(name)
        yield Finding(FAILURE if problems else OK, f"model {name}", "; ".join(problems) or "whole")


def check_training() -> Iterator[Finding]:
    """Report the device, and whether a network learns on it."""
    command = [sys.executable, "-m", "course_utils.trial"]
    how = {"cwd": settings.repository(), "capture_output": True, "encoding": "utf-8", "errors": "replace"}
    try:
        done = subprocess.run(command, timeout=TRAINING_LIMIT, **how)
    except subprocess.TimeoutExpired:
        advice = "Close other programs and try again."
        yield Finding(FAILURE, "training", f"no answer within {TRAINING_LIMIT} s", advice)
        return
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] if done.returncode == 1 else []
        text = lines[-1] if lines else f"TensorFlow ended its process with exit code {done.returncode}"
        advice = [advice for sign, advice in ADVICE_FOR_TENSORFLOW.items() if sign in text]
        yield Finding(FAILURE, "training", text, *advice[:1])
        return
    result = json.loads(done.stdout.splitlines()[-1])
    gpus = result["gpus"]
    yield Finding(OK, "device", f"{gpus} GPU" if gpus else f"CPU, {os.cpu_count()} cores (no GPU is needed)")
    if result["backend"] != "tensorflow":
        advice = "Unset KERAS_BACKEND, or set it to tensorflow."
        yield Finding(FAILURE, "Keras", f"runs on {result['backend']}, expected tensorflow", advice)
    yield judge_training(result["before"], result["after"], result["seconds"])


def judge_training(before: float, after: float, seconds: float) -> Finding:
    """Say whether a loss that went from `before` to `after` in `seconds` shows that training works."""
    text = f"loss {before:.3f} before, {after:.3f} after {seconds:.1f} s of training"
    if not (math.isfinite(after) and after < before):
        advice = "The loss should fall. Reinstall tensorflow and keras; if that does not help, open an issue."
        return Finding(FAILURE, "training", text, advice)
    if seconds > 20:
        return Finding(WARNING, "training", text, "This is slow: lessons take longer than they say.")
    return Finding(OK, "training", text)


CHECKS = {
    "Python": check_system,
    "packages": check_packages,
    "disk": check_disk,
    "memory": check_memory,
    "data": check_data,
    "checkpoints": check_checkpoints,
    "training": check_training,
}


def examine(topics: Iterable[str] = CHECKS) -> Iterator[Finding]:
    """Run the checks of `topics`; what stops one of them becomes a failure of that topic."""
    for topic in topics:
        try:
            yield from CHECKS[topic]()
        except BREAKAGES as error:
            text = f"could not be examined: {type(error).__name__}: {error}"
            missing = isinstance(error, ImportError)
            advice = "Install what is missing; see the command for it in this report, or: python -m pip install -e ."
            yield Finding(FAILURE, topic, text, advice if missing else "")


def anonymous(text: str) -> str:
    """Return `text` with the home folder as ``~`` and without the user's name in other paths."""
    end = r"(?![\w.-])"
    home = str(Path.home())
    for form in {home, os.path.realpath(home), home.replace("\\", "/"), home.replace("\\", "\\\\")}:
        if len(form) > 1:
            text = re.sub(re.escape(form) + end, "~", text, flags=re.IGNORECASE)
    try:
        user = getpass.getuser()
    except (ImportError, KeyError, OSError):  # no name for this user: containers, some Windows services
        return text
    return re.sub(rf"(?<=[\\/]){re.escape(user)}{end}", "<user>", text, flags=re.IGNORECASE)


def main(arguments: list[str] | None = None) -> int:
    """Print the findings and a block for an issue; return 1 if anything failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m course_utils.doctor", description=__doc__.split("\n")[0])
    parser.add_argument("--no-training", action="store_true", help="leave out TensorFlow and the training")
    skip = {"training"} if parser.parse_args(arguments).no_training else set()
    if hasattr(sys.stdout, "reconfigure"):  # an old console cannot write every path
        sys.stdout.reconfigure(errors="replace")
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    if colour and os.name == "nt":
        os.system("")  # makes an older Windows console understand colours
    findings = []
    for finding in examine(topic for topic in CHECKS if topic not in skip):
        findings.append(finding)
        print(_line(finding, colour), flush=True)
        if finding.advice:
            print(f"{'':9}-> {finding.advice}")
    count = {status: sum(finding.status == status for finding in findings) for status in COLOURS}
    summary = f"failures: {count[FAILURE]}, warnings: {count[WARNING]}, OK: {count[OK]}"
    print(f"\n{summary}\n\nFor an issue, copy this block:\n\n```text")
    print(anonymous("\n".join([*(_line(finding) for finding in findings), summary])).replace("```", "'''"))
    print("```")
    return 1 if count[FAILURE] else 0


def _line(finding: Finding, colour: bool = False) -> str:
    status = f"{finding.status:9}"
    if colour:
        status = f"\x1b[{COLOURS[finding.status]}m{status}\x1b[0m"
    return f"{status}{finding.topic:22}{' '.join(finding.text.split())}"


if __name__ == "__main__":
    sys.exit(main())
