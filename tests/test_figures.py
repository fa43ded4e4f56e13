"""A figure reaches the notebook with its text, its size, and nothing left open."""

from __future__ import annotations

import base64
import io
import struct

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from course_utils import figures
from tools.markdown import html_tags


def figure(width: float = 6, height: float = 3) -> Figure:
    """Return a small figure of this size in inches that keeps its size."""
    drawn = Figure(figsize=(width, height), layout="constrained")
    drawn.subplots().plot([0, 1])
    return drawn


def image(bundle: dict[str, str]) -> dict[str, str]:
    """Return the attributes of the only tag in the bundle's HTML."""
    ((name, attributes),) = html_tags(bundle["text/html"])
    assert name == "img"
    return attributes


def test_bundle_holds_the_same_picture_as_html_and_png() -> None:
    bundle = figures.figure_bundle(figure(), alt="A rising line.")
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert image(bundle)["src"] == f"data:image/png;base64,{bundle['image/png']}"
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_alternative_text_survives_special_characters() -> None:
    alt = 'Loss < 1 & "falling":\n  the line ends at 0.3.'
    bundle = figures.figure_bundle(figure(), alt=alt)
    assert image(bundle)["alt"] == 'Loss < 1 & "falling": the line ends at 0.3.'
    assert bundle["text/plain"] == alt


def test_picture_has_two_pixels_for_each_one_shown() -> None:
    bundle = figures.figure_bundle(figure(6, 3), alt="A line.")
    pixels = struct.unpack(">II", base64.b64decode(bundle["image/png"])[16:24])
    shown = int(image(bundle)["width"]), int(image(bundle)["height"])
    assert shown == (6 * figures.PIXELS_PER_INCH, 3 * figures.PIXELS_PER_INCH)
    assert pixels == (2 * shown[0], 2 * shown[1])


def test_wide_figures_are_shown_smaller_in_the_same_proportion() -> None:
    attributes = image(figures.figure_bundle(figure(20, 5), alt="A line."))
    assert (attributes["width"], attributes["height"]) == (
        str(figures.MAX_WIDTH),
        str(figures.MAX_WIDTH // 4),
    )


@pytest.mark.parametrize("layout", ["constrained", "none"])
def test_a_picture_keeps_its_size_whatever_is_drawn(layout: str) -> None:
    drawn = Figure(figsize=(4, 2), layout=layout)
    axes = drawn.subplots()
    axes.text(0, -0.6, "far below", transform=axes.transAxes)
    attributes = image(figures.figure_bundle(drawn, alt="A label below the axes."))
    size = str(4 * figures.PIXELS_PER_INCH), str(2 * figures.PIXELS_PER_INCH)
    assert (attributes["width"], attributes["height"]) == size


def test_a_passing_picture_is_shown_at_the_size_of_a_stored_one() -> None:
    stored = figures.figure_bundle(figure(), alt="A line.")
    passing = figures.figure_bundle(figure(), alt="A line.", quality=figures.PASSING)
    assert image(stored)["width"] == image(passing)["width"]
    assert image(stored)["height"] == image(passing)["height"]
    sizes = [pyplot.imread(io.BytesIO(base64.b64decode(b["image/png"]))).shape[:2] for b in (stored, passing)]
    assert np.allclose(np.divide(*sizes), figures.STORED.density / figures.PASSING.density, rtol=0.01)


def test_a_stored_picture_has_fewer_colours_and_looks_the_same() -> None:
    def heat_map() -> Figure:
        drawn = Figure(figsize=(4, 2), layout="constrained")
        drawn.subplots().imshow(np.linspace(0, 1, 200).reshape(10, 20), cmap="viridis")
        return drawn

    kept, whole = (figures.figure_png(heat_map(), figures.STORED._replace(colours=count)) for count in (256, None))
    kept_pixels, whole_pixels = (pyplot.imread(io.BytesIO(png))[..., :3] for png in (kept, whole))
    assert len(kept) < 0.6 * len(whole)
    assert np.abs(kept_pixels - whole_pixels).max() < 0.1
    assert kept_pixels[0, 0].min() > 0.99, "the ground stays white"


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_empty_alternative_text_is_refused_and_nothing_stays_open(alt: str) -> None:
    drawn = pyplot.figure()
    with pytest.raises(ValueError, match="alt="):
        figures.figure_bundle(drawn, alt=alt)
    assert not pyplot.fignum_exists(drawn.number)


def test_show_displays_once_and_closes(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = pyplot.figure()
    figures.show(drawn, alt="An empty figure.")
    assert not pyplot.fignum_exists(drawn.number)
    # Outside a notebook, display prints the bundle: once.
    assert capsys.readouterr().out.count("<img") == 1


def test_the_same_figure_gives_the_same_file() -> None:
    assert figures.figure_png(figure()) == figures.figure_png(figure())
