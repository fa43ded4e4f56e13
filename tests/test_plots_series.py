"""Every figure on series is drawn for typical and odd values: with title and labels, without warnings."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.plots import series as figures
from course_utils.series import sine, town_load
from course_utils.windows import WindowGenerator, split_in_time

pytestmark = pytest.mark.usefixtures("course_style")

TIME, LOAD = town_load(weeks=10)
PARTS = dict(zip(("training", "validation", "test"), split_in_time(LOAD), strict=True))
RISING, FLAT = np.linspace(0.2, 1.0, 24), np.full(24, 0.8)

FIGURES = {
    "windows": lambda: figures.draw_windows(sine(48), 6, 1),
    "windows with stride and shift": lambda: figures.draw_windows(sine(48), 24, 1, stride=5, shift=12, unit="days"),
    "windows, one": lambda: figures.draw_windows(sine(48), 40, 8),
    "windows, none": lambda: figures.draw_windows(sine(48), 36, 24),
    "windows of a constant": lambda: figures.draw_windows(np.ones(5), 1, 1),
    "load": lambda: figures.draw_load(TIME, PARTS, "A load"),
    "load of three days": lambda: figures.draw_load(TIME, {"$ all $": LOAD[:72]}, "Three days"),
    "forecasts": lambda: figures.draw_forecasts(RISING, {"a": FLAT, "b": RISING}, {"naive": FLAT}, "Forecasts"),
    "forecasts after a history": lambda: figures.draw_forecasts(RISING, {"a": FLAT}, {}, "After", LOAD[:48]),
    "forecast of one step": lambda: figures.draw_forecasts(np.ones(1), {"a": np.zeros(1)}, {}, "One"),
    "errors": lambda: figures.draw_error_by_step(
        {"a": RISING, "$b$": FLAT}, {"naive": FLAT, "bad": 9 * FLAT}, "Errors"
    ),
    "errors of one step": lambda: figures.draw_error_by_step({"a": np.ones(1)}, {}, "One"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_title_labels_and_alternative_text_and_draws_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert isinstance(figure, Figure)
        assert figure.axes[0].get_title(loc="left") or figure.get_suptitle()
        assert all(axes.get_xlabel() for axes in figure.axes)
        assert all(axes.get_ylabel() for axes in figure.axes) or name.startswith("windows")
        assert len(figure.get_label()) > 40
        png = figure_png(figure)
    assert png.startswith(b"\x89PNG")
    assert png == figure_png(FIGURES[name]()), "the same values give the same picture"


# --- Windows


def rows(figure):
    """Return the rows of inputs and those of labels, each as (begin, end) in steps."""
    found = [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]
    assert len(found) == 2
    return [[(path.vertices[0, 0], path.vertices[-1, 0]) for path in part.get_paths()] for part in found]


@pytest.mark.parametrize(
    "setting", [(6, 1, 1, 1), (24, 6, 4, 6), (10, 3, 2, 8), (7, 1, 1, 1), (1, 1, 1, 1), (40, 8, 1, 8)]
)
def test_the_rows_are_the_windows(setting):
    window, horizon, stride, shift = setting
    cut = WindowGenerator(sine(48), window, horizon, shift, stride)
    figure = figures.draw_windows(sine(48), window, horizon, stride, shift)
    for indices, found in zip((cut.input_indices, cut.label_indices), rows(figure), strict=True):
        expected = [(number * stride + indices[0], number * stride + indices[-1]) for number in range(len(cut))]
        assert np.round(found).tolist() == [list(pair) for pair in expected]
    title = figure.axes[0].get_title(loc="left")
    assert title.startswith(f"{len(cut)} window{'s' * (len(cut) > 1)}:")
    assert f"{window} hours looked at (blue), {horizon} ahead (orange)" in title


def test_the_first_window_is_marked_on_the_series():
    figure = figures.draw_windows(sine(48), 6, 2, shift=4)
    line, inputs, labels = figure.axes[0].lines
    assert inputs.get_xdata().tolist() == [0, 1, 2, 3, 4, 5]
    assert labels.get_xdata().tolist() == [8, 9]
    assert np.array_equal(labels.get_ydata(), line.get_ydata()[[8, 9]])
    assert to_rgba(inputs.get_color()) == to_rgba(plots.COLOURS["training"])
    assert to_rgba(labels.get_color()) == to_rgba(plots.COLOURS["mark"])


def test_when_no_window_fits_the_title_says_why():
    figure = figures.draw_windows(sine(48), 36, 24)
    assert "36 + 24 hours are more than 48" in figure.axes[0].get_title(loc="left")
    assert rows(figure) == [[], []]


def test_the_figure_under_the_sliders_is_quick():
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        figure_png(figures.draw_windows(sine(48), 6, 1), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes 30 to 50 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- Load, forecasts, errors


def test_the_days_of_a_load_bear_their_names():
    axes = figures.draw_load(TIME, PARTS, "A load").axes[1]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] * 2


def test_forecasts_begin_where_the_history_ends():
    axes = figures.draw_forecasts(RISING, {"a": FLAT}, {"naive": RISING}, "A title", LOAD[:48]).axes[0]
    places = {line.get_label(): line.get_xdata() for line in axes.lines}
    assert [places["what came"][0], places["what came"][-1]] == [-47, 24]
    assert [places["a"][0], places["a"][-1]] == [places["naive"][0], places["naive"][-1]] == [1, 24]


def test_an_error_beyond_the_picture_is_named():
    axes = FIGURES["errors"]().axes[0]
    names = [line.get_label() for line in axes.lines]
    assert "bad (up to 7.20)" in names
    assert "naive" in names
    assert axes.get_ylim() == pytest.approx((0, 1.5))


def test_models_differ_in_colour_and_marker_and_baselines_are_grey():
    lines = {"a": RISING, "b": FLAT, "c": RISING + 0.1}
    drawn = figures.draw_error_by_step(lines, {"x": FLAT, "y": RISING}, "Errors").axes[0].lines
    looks = {line.get_label(): (line.get_color(), line.get_marker(), line.get_linestyle()) for line in drawn}
    assert len({looks[name][:2] for name in lines}) == 3
    assert {looks[name][0] for name in "xy"} == {plots.COLOURS["baseline"]}
    assert looks["x"] != looks["y"]


def test_more_lines_than_looks_are_refused():
    with pytest.raises(ValueError, match="4 lines of one kind"):
        figures.draw_error_by_step({name: FLAT for name in "abcd"}, {}, "Errors")
