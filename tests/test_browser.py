"""A lesson in a real JupyterLab: it reads well before anything has run, it runs, and its controls do something."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.build_notebooks import NOTEBOOKS, build, complaint, target
from tools.normalise import normalise

from .jupyter_browser import JupyterBrowser, missing
from .jupyter_server import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.timeout(700),
]

# A lesson in small, for the machinery of the package.
DEMO = """\
# %% [markdown]
# # A bar
# Its length follows the slider.

# %%
from matplotlib.figure import Figure

from course_utils.figures import show
from course_utils.widgets import Choice, Slider, explore

# %%
def draw_bar(units, sign):
    figure = Figure(figsize=(6, 2), layout="constrained")
    figure.subplots().barh(["units"], [sign * units])
    return figure

show(draw_bar(3, 1), alt="A bar of length 3.")

# %%
explore(
    draw_bar,
    alt="A bar as long as the slider says.",
    units=Slider(1, 9, 4, 1, "units"),
    sign=Choice({"right": 1, "left": -1}, 1, "direction"),
)

# %% tags=["raises-exception"]
1 / 0
"""

PLAYING = """\
# %%
from matplotlib.figure import Figure

from course_utils.widgets import Slider, explore

# %%
def draw_bar(units):
    figure = Figure(figsize=(6, 2), layout="constrained")
    figure.subplots().barh(["units"], [units])
    return figure

explore(draw_bar, alt="A bar as long as the slider says.", units=Slider(0, 500, 3, 1, "units", play=True))
"""

# Lessons with a slider; one that is not there yet is skipped.
LESSONS = (
    "01_rnn_and_bptt",
    "02_windows_and_forecasting",
    "03_lstm_gates",
    "04_recurrent_layers_in_keras",
    "05_tokenizers_and_embeddings",
    "06_sentiment",
    "07_character_models",
    "08_alice_text_generation",
    "09_translation",
    "10_attention",
    "11_lstm_for_images",
)


def demo(folder: Path, text: str) -> Path:
    """Build a notebook from a source of its own."""
    source = folder / "notebooks" / "source" / "01_demo.py"
    source.parent.mkdir(parents=True)
    source.write_text(text, encoding="utf-8")
    build(source)
    return target(source)


@pytest.fixture(scope="module", params=["demo", *LESSONS])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterBrowser]:
    """A notebook that has been opened and not run."""
    if request.param == "demo":
        notebook = demo(tmp_path_factory.mktemp("Café am See"), DEMO)
    else:
        notebook = NOTEBOOKS / f"{request.param}.ipynb"
        if not notebook.exists():
            pytest.skip(f"{notebook.name} has not been built")
    with JupyterBrowser(notebook) as opened:
        yield opened


# Before the tests below, so that no other browser is open.
def test_a_slider_plays_until_it_is_paused(tmp_path: Path) -> None:
    with JupyterBrowser(demo(tmp_path, PLAYING)) as browser:
        browser.run_all()
        seen = [picture["digest"] for picture in browser.pictures()]
        play = browser.find(".widget-play button")[0]
        for _ in range(3):
            play.click()  # play
            wait_until(lambda: browser.pictures()[0]["digest"] not in seen, 20, "another picture")
            play.click()  # pause
            wait_until(browser.is_idle, 20, "an idle kernel")
            time.sleep(1)
            seen.append(browser.pictures()[0]["digest"])
            time.sleep(1)
            assert browser.pictures()[0]["digest"] == seen[-1]
        assert len(set(seen)) == 4
        assert int(browser.find(".widget-slider .widget-readout")[0].text) > 5
        assert "Traceback" not in "".join(browser.widget_texts())


# The tests of one notebook share a browser and follow one another as a student would: read, run, move a slider.


def test_saved_pictures_are_seen_before_anything_runs(browser: JupyterBrowser) -> None:
    pictures = browser.pictures()
    assert pictures
    assert all(picture["alt"].strip() and picture["width"] > 100 for picture in pictures)
    assert "Error displaying widget" not in browser.page_text()


def test_all_cells_run_without_a_pink_box(browser: JupyterBrowser) -> None:
    saved = browser.pictures()
    browser.run_all()
    assert all(browser.counts())
    notebook = browser.saved()
    normalise(notebook)
    assert complaint(notebook) == ""
    # The live notebook shows no picture twice: as many as the saved one, each with a text (which names what was
    # measured, so it need not be the saved one).
    live = browser.pictures()
    assert len(live) == len(saved)
    assert all(picture["alt"].strip() for picture in live)


def test_a_slider_moved_by_keyboard_changes_the_picture(browser: JupyterBrowser) -> None:
    before = browser.pictures()
    browser.move_slider(browser.sliders()[0], steps=-2)  # a slider may begin at its right end
    wait_until(lambda: browser.pictures() != before, 20, "another picture")
    after = browser.pictures()
    assert sum(old["digest"] != new["digest"] for old, new in zip(before, after, strict=True)) == 1
    assert "Traceback" not in "".join(browser.widget_texts())


def test_every_choice_changes_the_picture(browser: JupyterBrowser) -> None:
    for description, others in browser.choices().items():
        before = browser.pictures()
        browser.choose_option(description, others[0])
        wait_until(lambda: browser.pictures() != before, 20, f"another picture for {description}: {others[0]}")  # noqa: B023
    assert "Traceback" not in "".join(browser.widget_texts())
