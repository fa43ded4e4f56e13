"""The figures on images read as sequences show what they are given, and the one under the sliders is quick."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.colors import to_rgb

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.plots import images as figures

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(4)
IMAGE = np.pad(RNG.uniform(size=(20, 20)), 4)
SHARES = RNG.dirichlet(np.ones(10), size=29)
RISING = np.linspace(0.1, 0.9, 28)
ORDERS = {"SimpleRNN": {"rows": 0.8, "$x$": 0.7}, "LSTM": {"rows": 0.9, "$x$": 0.6}}

FIGURES = {
    "sequence": lambda: figures.draw_image_as_sequence(255 * IMAGE, "Rows"),
    "sequence, blank": lambda: figures.draw_image_as_sequence(np.zeros((3, 5)), "Blank"),
    "views": lambda: figures.draw_views({"rows": IMAGE, "columns": IMAGE.T, "$x$": IMAGE[:4]}, "Views"),
    "views, one": lambda: figures.draw_views({"rows": np.zeros((1, 1))}, "One"),
    "by row": lambda: figures.draw_accuracy_by_row({"a": RISING, "$b$": RISING**2}, IMAGE.mean(axis=1), "By row"),
    "by row, one row": lambda: figures.draw_accuracy_by_row({"a": [0.5]}, [0.0], "One"),
    "by order": lambda: figures.draw_accuracy_by_order(ORDERS, "By order"),
    "by order, one": lambda: figures.draw_accuracy_by_order({"only": {"rows": 1.0}}, "One"),
    "reading": lambda: figures.draw_reading(IMAGE, SHARES, 14, 3),
    "reading, nothing read": lambda: figures.draw_reading(IMAGE, SHARES, 0, 0),
    "reading, all read": lambda: figures.draw_reading(IMAGE, SHARES, 28, 9),
    "reading, a wide image": lambda: figures.draw_reading(np.ones((4, 9)), SHARES[:5], 2, 5),
    "reading, sure": lambda: figures.draw_reading(IMAGE, np.tile(np.eye(10)[7], (29, 1)), 20, 7),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_words_and_is_drawn_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert figure.get_suptitle()
        assert len(figure.get_label()) > 40
        assert all(axes.get_ylabel() or name.startswith("by order") for axes in figure.axes)
        assert figure_png(figure) == figure_png(FIGURES[name]()), "the same values give the same picture"


# --- Rows, views, accuracies


def test_each_row_is_a_line_that_rises_where_there_is_ink():
    image = np.zeros((4, 6))
    image[2, 3] = 255
    lines = figures.draw_image_as_sequence(image, "Rows").axes[1].lines
    assert len(lines) == 4
    assert [line.get_ydata().tolist() for line in lines[:2]] == [[0.0] * 6, [1.0] * 6]
    assert lines[2].get_ydata().tolist() == [2, 2, 2, 1.1, 2, 2]


def test_the_words_say_where_the_ink_is():
    assert "from row 4 to row 23" in figures.draw_image_as_sequence(IMAGE, "Rows").get_label()
    assert "nowhere" in figures.draw_image_as_sequence(np.zeros((3, 5)), "Blank").get_label()


def test_a_view_is_drawn_as_it_is_read():
    axes = figures.draw_views({"rows": IMAGE, "columns": IMAGE.T}, "Views").axes
    for panel, view in zip(axes, (IMAGE, IMAGE.T), strict=True):
        np.testing.assert_array_equal(panel.images[0].get_array(), view)
    assert [panel.get_title(loc="left") for panel in axes] == ["rows", "columns"]


def test_accuracy_after_each_row_begins_at_row_1_above_the_ink():
    above, below = figures.draw_accuracy_by_row({"a": RISING}, IMAGE.mean(axis=1), "By row", chance=0.2).axes
    guess, line = above.lines
    assert set(guess.get_ydata()) == {0.2}
    assert line.get_xdata().tolist() == list(range(1, 29))
    np.testing.assert_allclose(line.get_ydata(), RISING)
    np.testing.assert_allclose([bar.get_height() for bar in below.patches], IMAGE.mean(axis=1))


def test_every_network_has_a_point_in_every_order():
    axes = figures.draw_accuracy_by_order(ORDERS, "By order").axes[0]
    assert [line.get_xdata().tolist() for line in axes.lines] == [[0.8, 0.7], [0.9, 0.6]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["rows", "$x$"]
    assert len({(line.get_marker(), line.get_color()) for line in axes.lines}) == 2


@pytest.mark.parametrize(
    ("draw", "fragment"),
    [
        (lambda: figures.draw_image_as_sequence(np.ones(28), "x"), "rows, columns"),
        (lambda: figures.draw_image_as_sequence(np.full((2, 2), np.nan), "x"), "nan"),
        (lambda: figures.draw_views({}, "x"), "0 views"),
        (lambda: figures.draw_views(dict.fromkeys("abcde", IMAGE), "x"), "5 views"),
        (lambda: figures.draw_views({"one": np.ones(784)}, "x"), "one has shape"),
        (lambda: figures.draw_accuracy_by_row({}, RISING, "x"), "0 networks"),
        (lambda: figures.draw_accuracy_by_row({"a": RISING[:5]}, RISING, "x"), "accuracies of 'a'"),
        (lambda: figures.draw_accuracy_by_row({"a": 100 * RISING}, RISING, "x"), "from 10 to 90"),
        (lambda: figures.draw_accuracy_by_row({"a": RISING}, 255 * RISING, "x"), "ink"),
        (lambda: figures.draw_accuracy_by_order({}, "x"), "at least one network"),
        (lambda: figures.draw_accuracy_by_order({"a": {"rows": 1}, "b": {"columns": 1}}, "x"), "same orders"),
        (lambda: figures.draw_accuracy_by_order({"a": {"rows": 95}}, "x"), "95"),
    ],
)
def test_values_that_do_not_fit_are_refused(draw, fragment):
    with pytest.raises(ValueError, match=fragment):
        draw()


# --- Reading row by row


def meshes(figure):
    """Return the colours of the image, (rows, columns, 3), and of the strip, (10, steps, 3)."""
    image, strip = figure.findobj(QuadMesh)
    return image.get_facecolor()[:, :3].reshape(28, 28, 3), strip.get_facecolor()[:, :3].reshape(10, 29, 3)


@pytest.mark.parametrize("rows", [0, 1, 14, 28])
def test_rows_that_were_read_are_black_on_white_and_the_others_covered(rows):
    image, strip = meshes(figures.draw_reading(IMAGE, SHARES, rows, 3))
    np.testing.assert_allclose(image[:rows], np.repeat(1 - IMAGE[:rows, :, None], 3, axis=2))
    covered = image[rows:]
    assert covered.size == 0 or (covered.max() < 0.9 and np.ptp(covered) < 0.15)
    assert len(np.unique(strip[:, rows + 1 :].reshape(-1, 3), axis=0)) <= 1, "nothing of what is to come shows"


def test_the_strip_keeps_what_was_thought_the_darker_the_surer():
    _, strip = meshes(figures.draw_reading(IMAGE, SHARES, 28, 3))
    darkness = 1 - strip.mean(axis=2)
    assert np.corrcoef(darkness.ravel(), SHARES.T.ravel())[0, 1] > 0.999


def test_bars_are_as_long_as_the_probabilities():
    figure = figures.draw_reading(IMAGE, SHARES, 14, 3)
    blue = to_rgb(plots.COLOURS["ours"])
    bars = [
        np.ptp(path.vertices[:, 0])
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
        if np.allclose(face[:3], blue)
    ]
    np.testing.assert_allclose(np.array(bars) / sum(bars), SHARES[14], rtol=1e-6)


def test_the_title_says_which_digit_leads_and_whether_it_is_right():
    leading = int(SHARES[14].argmax())
    share = f"{SHARES[14].max():.0%}"
    for label, verdict in ((leading, "right"), ((leading + 1) % 10, f"it is a {(leading + 1) % 10}")):
        title = figures.draw_reading(IMAGE, SHARES, 14, label).get_suptitle()
        assert title == f"After 14 of 28 rows: {leading} leads with {share} ({verdict})"


def test_every_row_is_another_picture_and_nothing_leaves_it():
    pictures = set()
    for rows in range(0, 29, 4):
        figure = figures.draw_reading(IMAGE, SHARES, rows, 3)
        figure.canvas.draw()
        for artist in (*figure.findobj(PolyCollection), *figure.findobj(QuadMesh), *figure.texts):
            box = artist.get_window_extent()
            assert box.x0 >= -1 and box.y0 >= -1
            assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1
        pictures.add(figure_png(figure, PASSING))
    assert len(pictures) == 8


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"image": 255 * IMAGE}, "image has values"),
        ({"image": IMAGE.ravel()}, "image has shape"),
        ({"probabilities": SHARES[1:]}, "rows"),
        ({"probabilities": SHARES[:, :9]}, "digits=10"),
        ({"probabilities": np.log(SHARES)}, "probabilities has values"),
        ({"rows_read": 29}, "rows_read is 29"),
        ({"rows_read": -1}, "0 to 28"),
        ({"label": 10}, "label 10"),
    ],
)
def test_a_reading_that_does_not_fit_is_refused(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        figures.draw_reading(**{"image": IMAGE, "probabilities": SHARES, "rows_read": 14, "label": 3, **changes})


def test_the_figure_under_the_sliders_is_quick():
    seconds = []
    for rows in range(5):
        begin = time.process_time()
        figure_png(figures.draw_reading(IMAGE, SHARES, rows, 3), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 30 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5
