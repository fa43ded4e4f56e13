"""The browser of the tests itself. No other one is open meanwhile, whose new processes would be taken for its own."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from tools.build_notebooks import build, target

from .jupyter_browser import JupyterBrowser, missing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.timeout(420),
]


def test_server_kernel_and_browser_end_with_the_block(tmp_path: Path) -> None:
    source = tmp_path / "notebooks" / "source" / "01_demo.py"
    source.parent.mkdir(parents=True)
    source.write_text("# %%\n1 + 1\n", encoding="utf-8")
    build(source)
    before = set(psutil.Process(os.getpid()).children(recursive=True))
    with JupyterBrowser(target(source)):
        started = set(psutil.Process(os.getpid()).children(recursive=True)) - before
        assert len(started) >= 4  # the server, a kernel, the driver, the browser
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
