"""A real JupyterLab in a real browser: for the browser tests, and to look at a notebook as a reader sees it.

``python -m tests.jupyter_browser NOTEBOOK OUTDIR [--run] [--width 1280] [--height 900]`` opens a copy of the
notebook, runs it if asked to, and saves one numbered screenshot per screenful.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tools.lesson import output_text

from .jupyter_server import JupyterServer, end_process, family, wait_until

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")

CHROMIUM_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def missing() -> str:
    """Return what this machine lacks for the browser tests, or an empty string."""
    absent = [name for name, path in (("chromium", CHROMIUM), ("chromedriver", CHROMEDRIVER)) if path is None]
    return f"not found on the search path: {', '.join(absent)}" if absent else ""


class JupyterBrowser:
    """One notebook, opened in JupyterLab. A context manager: server and browser end with it.

    Parameters
    ----------
    notebook : Path
        The notebook to open. The folder it lies in is copied first: nothing is saved into the original.
    width, height : int
        Size of the browser window in CSS pixels.

    Raises
    ------
    RuntimeError
        If Chromium or its driver is not found, or JupyterLab does not start.
    """

    def __init__(self, notebook: Path, width: int = 1280, height: int = 900):
        if missing():
            raise RuntimeError(f"Cannot open a browser; {missing()}.")
        self.notebook, self.size = Path(notebook).resolve(), (width, height)
        self._stack = ExitStack()

    def __enter__(self) -> JupyterBrowser:
        with ExitStack() as stack:
            private = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True))
            )
            root = private / "notebooks"
            shutil.copytree(self.notebook.parent, root, ignore=shutil.ignore_patterns(".*", "__pycache__"))
            self.folder = root
            self.server = JupyterServer(root, private)
            stack.callback(self.server.close)
            self.driver = self._start_browser(private / "browser")
            service = self.driver.service.process
            stack.callback(end_process, service, self.driver.quit, known=family(service))
            self.open(self.notebook.name)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _start_browser(self, profile: Path) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for switch in (*CHROMIUM_SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=CHROMEDRIVER))
        width, height = self.size
        # The size of the page itself: a window's size includes borders, which differ from system to system.
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        return driver

    def open(self, name: str) -> None:
        """Show the notebook `name` of the copied folder; wait until it is drawn and its kernel is idle."""
        self.driver.get(f"{self.server.url}/lab/tree/{quote(name)}?reset&token={self.server.token}")
        wait_until(lambda: self.find(".jp-Notebook .jp-Cell"), 60, "the notebook's cells")
        wait_until(self.is_idle, 60, "an idle kernel")
        time.sleep(1)  # pictures, formulas and the layout settle

    def find(self, selector: str) -> list:
        """Return the elements of the page that match a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def script(self, code: str, *arguments: object) -> object:
        """Return what `code`, the body of a JavaScript function, returns in the page."""
        return self.driver.execute_script(code, *arguments)

    def is_idle(self) -> bool:
        """Return True if a kernel is connected and has nothing to do, as the status bar says."""
        return "| Idle" in self.find("#jp-main-statusbar")[0].text

    def choose(self, menu: str, command: str) -> None:
        """Click an entry of the menu bar, by the menu's title and the entry's command."""
        title = f"//li[contains(@class, 'lm-MenuBar-item')][normalize-space()='{menu}']"
        self.driver.find_element(By.XPATH, title).click()
        entry = f".lm-Menu-item[data-command='{command}']"
        wait_until(lambda: self.find(entry), 10, f"the entry {command} in the menu {menu}")
        self.find(entry)[0].click()

    def counts(self) -> list[str]:
        """Return what stands before each code cell: a count, ``"*"`` while it waits or runs, or nothing."""
        return self.script(
            "return [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')]"
            ".map(prompt => prompt.textContent.replace(/[^0-9*]/g, ''))"
        )

    def run_all(self, seconds: float = 500) -> None:
        """Clear all outputs, run every cell, wait until each has its count or an error has stopped the run.

        Raises
        ------
        TimeoutError
            If cells still run after `seconds`.
        """
        self.choose("Edit", "editmenu:clear-all")
        wait_until(lambda: not any(self.counts()), 20, "cleared cells")
        self.choose("Run", "runmenu:run-all")
        wait_until(lambda: any(self.counts()), 20, "the first cell to start")
        wait_until(lambda: self._has_run() or self._stays_stopped(), seconds, "all cells to finish")
        time.sleep(1)  # widgets and pictures follow the counts

    def _has_run(self) -> bool:
        counts = self.counts()
        return all(counts) and "*" not in counts and self.is_idle()

    def _stays_stopped(self) -> bool:
        """Return True if nothing waits or runs and two seconds later still nothing does: an error ended the run."""
        for _ in range(10):
            if "*" in self.counts() or not self.is_idle():
                return False
            time.sleep(0.2)
        return True

    def saved(self) -> NotebookNode:
        """Save the copy of the notebook from the menu and return it as it is in the file."""
        path = self.folder / self.notebook.name
        before = path.stat().st_mtime_ns
        self.choose("File", "docmanager:save")
        wait_until(lambda: path.stat().st_mtime_ns != before, 20, "the notebook to be saved")
        wait_until(lambda: path.read_bytes().endswith(b"}\n"), 5, "the whole file")
        return nbformat.read(path, as_version=4)

    def pictures(self) -> list[dict]:
        """Return the pictures in outputs as ``{"alt": …, "width": …, "digest": SHA-256 of the file}``."""
        return self.driver.execute_async_script(
            """
            const done = arguments[arguments.length - 1];
            const describe = async image => {
                const file = await (await fetch(image.src)).arrayBuffer();
                const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', file));
                return {alt: image.alt, width: image.clientWidth,
                        digest: [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('')};
            };
            const images = [...document.querySelectorAll('.jp-OutputArea-output img')];
            Promise.all(images.map(describe)).then(done);
            """
        )

    def page_text(self) -> str:
        """Return the text of the whole notebook, as it is drawn."""
        return str(self.script("return document.querySelector('.jp-Notebook').textContent"))

    def sliders(self) -> list[str]:
        """Return the description of each slider, in order."""
        return [label.get_attribute("textContent").strip() for label in self.find(".widget-slider > .widget-label")]

    def widget_texts(self) -> list[str]:
        """Return what widgets show as text, such as the message of an error in a callback."""
        return [widget.get_attribute("textContent") for widget in self.find(".widget-html")]

    def scroll_to(self, text: str) -> None:
        """Scroll to the first cell that contains `text`.

        Raises
        ------
        LookupError
            If no cell contains it.
        """
        for cell in self.find(".jp-Notebook .jp-Cell"):
            if text in cell.get_attribute("textContent"):
                self.script("arguments[0].scrollIntoView({block: 'start'})", cell)
                time.sleep(0.3)
                return
        raise LookupError(f"No cell of {self.notebook.name} contains {text!r}.")

    def move_slider(self, description: str, steps: int = 1) -> None:
        """Focus the slider with this description and press the right (`steps` > 0) or left arrow key.

        Raises
        ------
        LookupError
            If there is no such slider.
        """
        if description not in (known := self.sliders()):
            raise LookupError(f"{self.notebook.name} shows no slider {description!r}, only {known}.")
        handle = self.find(".widget-slider .noUi-handle")[known.index(description)]
        self.script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", handle)
        handle.send_keys((Keys.ARROW_RIGHT if steps > 0 else Keys.ARROW_LEFT) * abs(steps))

    def choices(self) -> dict[str, list[str]]:
        """Return the description of each drop-down menu, and what it offers beside what is chosen."""
        return {
            description: [option.text for option in menu.options if not option.is_selected()]
            for description, menu in self._menus().items()
        }

    def choose_option(self, description: str, option: str) -> None:
        """Select `option` in the drop-down menu with this description.

        Raises
        ------
        LookupError
            If there is no such menu or no such option.
        """
        menus = self._menus()
        if description not in menus or option not in [known.text for known in menus[description].options]:
            raise LookupError(f"{self.notebook.name} offers no {option!r} in {description!r}, only {self.choices()}.")
        menus[description].select_by_visible_text(option)

    def _menus(self) -> dict[str, Select]:
        def part(widget: WebElement, selector: str) -> WebElement:
            return widget.find_element(By.CSS_SELECTOR, selector)

        return {
            part(widget, ".widget-label").get_attribute("textContent").strip(): Select(part(widget, "select"))
            for widget in self.find(".widget-dropdown")
        }

    def screenshot(self, path: Path) -> None:
        """Save what the window shows as a PNG file."""
        Path(path).write_bytes(self.driver.get_screenshot_as_png())

    def screenfuls(self, folder: Path) -> list[Path]:
        """Scroll from top to bottom and save one numbered screenshot per screenful; return their paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        scroller = self.find(".jp-Notebook .jp-WindowedPanel-outer")[0]
        paths, top = [], 0.0
        while True:
            self.script("arguments[0].scrollTop = arguments[1]", scroller, top)
            time.sleep(0.4)
            paths.append(folder / f"{len(paths) + 1:02d}.png")
            self.screenshot(paths[-1])
            reached, page, whole = self.script(
                "const e = arguments[0]; return [e.scrollTop, e.clientHeight, e.scrollHeight]", scroller
            )
            if reached + page >= whole - 2:
                return paths
            top = reached + page - 60  # some overlap, so that no line is cut in two everywhere


def main() -> None:
    """Save screenshots of a notebook; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Screenshots of a notebook in a real JupyterLab.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--run", action="store_true", help="run all cells first")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in CSS pixels (default 1280)")
    parser.add_argument("--height", type=int, default=900, help="of the window, in CSS pixels (default 900)")
    options = parser.parse_args()
    with JupyterBrowser(options.notebook, options.width, options.height) as browser:
        if options.run:
            browser.run_all()
            for number, cell in enumerate(browser.saved().cells, start=1):
                for output in cell.get("outputs", ()):
                    if output.output_type == "error" or output.get("name") == "stderr":
                        print(f"cell {number}: {output_text(output)}", file=sys.stderr)
        for path in browser.screenfuls(options.outdir):
            print(path)


if __name__ == "__main__":
    main()
