"""The figures on models of characters show what they are given: every number, the right letters, curves and bands."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_rgba

from course_utils import plots
from course_utils.figures import PASSING, figure_bundle, figure_png
from course_utils.generation import distribution
from course_utils.plots.character_steps import OTHERS, RIGHT
from course_utils.plots.characters import MOST_LETTERS
from course_utils.plots.style import outline

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(7)
HELLO = {
    "symbols": "helo",
    "inputs": [0, 1, 2, 2],
    "hidden": np.tanh(RNG.normal(size=(4, 3))),
    "scores": np.array([[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]]),
    "targets": [1, 2, 2, 3],
    "title": "Before training",
}
LARGEST = {
    "symbols": ["h", "$", " ", "\\", "한", "<start>"],
    "inputs": np.arange(6),
    "hidden": -np.ones((6, 5)),
    "scores": RNG.normal(size=(6, 6)) * 9,
    "targets": np.arange(6)[::-1],
}
STEPS = {
    "hello": {},
    "one step": {"inputs": [0], "hidden": [[0.5]], "scores": [[1, 2, 3, 4]], "targets": [3]},
    "two symbols": {
        "symbols": ["a", "b"],
        "inputs": [0, 1],
        "hidden": [[1], [2]],
        "scores": np.eye(2),
        "targets": [1, 0],
    },
    "large scores": {"scores": HELLO["scores"] * 1e5},
    "the largest": LARGEST,
}
LONG = {"a $model$": np.linspace(0.2, 1, 40), "another_one": np.linspace(0.3, 0.9, 30), "c": [0.5]}
MINUTES = {"every position predicts": ([1, 2, 4], [3.0, 2.0, 1.5]), "only the last": ([1, 3], [3.2, 1.51])}


def steps(**changes):
    return plots.draw_character_steps(**HELLO | changes)


def boxes_in(figure, colour):
    """The corners of all boxes of one colour, as (boxes, left lower right upper), in inches."""
    corners = [
        [*path.vertices.min(axis=0), *path.vertices.max(axis=0)]
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
        if np.allclose(face, to_rgba(colour), atol=1e-6)
    ]
    return np.array(corners).reshape(-1, 4)


def thick_frames(figure):
    """The corners of the boxes with a bold frame, without that of the legend."""
    corners = [
        [*path.vertices.min(axis=0), *path.vertices.max(axis=0)]
        for polygons in figure.findobj(PolyCollection)
        for path, width in zip(polygons.get_paths(), polygons.get_linewidth(), strict=True)
        if width > 2
    ]
    return np.array([corner for corner in corners if corner[0] > 1])


def written(figure):
    """The text of each line of letters of the monospace font: what has one height, from left to right, without gaps."""
    known = {id(outline(letter, "monospace", "center")): letter for letter in "0123456789.−helo:+()/=natsr"}
    lines = {}
    for letters in figure.findobj(PathCollection):
        for path, (x, y) in zip(letters.get_paths(), letters.get_offsets(), strict=True):
            if id(path) in known:
                lines.setdefault(round(float(y), 3), []).append((x, known[id(path)]))
    return ["".join(letter for _, letter in sorted(line)) for _, line in sorted(lines.items())]


def softmax(scores):
    p = np.exp(scores)
    return p / p.sum(axis=1, keepdims=True)


# --- A character model with all its numbers


def test_every_number_of_hello_is_written_from_the_input_up_to_the_target():
    def row(values):
        return "".join(f"{value:.2f}" for value in values).replace("-", "−")

    def named(values):
        return "".join(f"{name}{value}" for name, value in zip([symbol] * 4, values, strict=True))

    loss, inputs, *rows, targets = written(steps())
    assert (inputs, targets) == ("hell", "ello")
    assert len(rows) == 4 + 3 + 4 + 4
    for place, symbol in enumerate("oleh"):
        number = "helo".index(symbol)
        assert rows[place] == named((np.array(HELLO["inputs"]) == number).astype(int))
        assert rows[7 + place] == named([f"{value:.2f}".replace("-", "−") for value in HELLO["scores"][:, number]])
        assert rows[11 + place] == named([f"{value:.2f}" for value in softmax(HELLO["scores"])[:, number]])
    assert rows[4:7] == [row(HELLO["hidden"][:, unit]) for unit in (2, 1, 0)]
    losses = -np.log(softmax(HELLO["scores"])[np.arange(4), HELLO["targets"]])
    assert loss == f"loss:({'+'.join(f'{value:.2f}' for value in losses)})/4={losses.mean():.3f}natsaletter"


def test_score_and_probability_of_the_right_letter_have_another_colour_and_a_frame():
    figure = steps()
    frames, right, others = thick_frames(figure), boxes_in(figure, RIGHT)[:-1], boxes_in(figure, OTHERS)[:-1]
    assert len(frames) == 8
    assert len(right) == 8
    assert len(others) == 2 * 4 * 3
    rows = np.round((frames[:, 3].reshape(2, 4) - frames[:, 3].reshape(2, 4)[:, :1]) / 0.172)
    assert rows.tolist() == [[0, -1, -1, -2]] * 2, "the targets are e, l, l, o, one row below the other"
    scores, p = right[:4], right[4:]
    np.testing.assert_allclose(scores, frames[:4])
    filled = (p[:, 2] - p[:, 0]) / (frames[4:, 2] - frames[4:, 0])
    np.testing.assert_allclose(filled, softmax(HELLO["scores"])[np.arange(4), HELLO["targets"]])


def test_the_words_of_the_steps_hold_the_right_letters_and_the_loss():
    words = steps().get_label()
    assert "after 'h' the right letter is 'e', score 2.20, probability 0.13" in words
    losses = -np.log(softmax(HELLO["scores"])[np.arange(4), HELLO["targets"]])
    assert f"Mean loss {losses.mean():.3f} nats" in words
    assert steps().get_suptitle() == "Before training"


def test_the_loss_of_a_hopeless_score_is_finite():
    words = steps(inputs=[0], hidden=[[0]], scores=[[5000, 0, 0, 0]], targets=[1]).get_label()
    assert "Mean loss 5000.000" in words


def test_the_state_goes_from_each_step_to_the_next():
    def level_arrows(time):
        figure = steps(inputs=[0] * time, hidden=[[0]] * time, scores=[[0] * 4] * time, targets=[1] * time)
        return len(boxes_in(figure, "#555555")) - 4 * time

    assert [level_arrows(time) for time in (1, 2, 6)] == [0, 1, 5]


@pytest.mark.parametrize("name", STEPS)
def test_steps_are_drawn_without_a_warning_and_stay_within_the_picture(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = steps(**STEPS[name])
        assert figure_png(figure) == figure_png(steps(**STEPS[name]))
    size = figure.get_size_inches()
    for polygons in figure.findobj(PolyCollection):
        corners = np.concatenate([path.vertices for path in polygons.get_paths()])
        assert (corners >= 0).all()
        assert (corners <= size).all()
    for letters in figure.findobj(PathCollection):
        for path, place, area in zip(letters.get_paths(), letters.get_offsets(), letters.get_sizes(), strict=True):
            inked = place + path.vertices[path.codes != path.CLOSEPOLY] * np.sqrt(area) / 72
            assert inked.size == 0 or (0 <= inked.min() and (inked.max(axis=0) <= size).all())


@pytest.mark.parametrize(
    ("changes", "error", "fragment"),
    [
        ({"symbols": "h"}, ValueError, "symbols"),
        ({"symbols": "abcdefg"}, ValueError, "symbols"),
        ({"symbols": ["h", "e", "l", 3]}, ValueError, "symbols"),
        ({"symbols": "hel"}, ValueError, "targets is"),
        ({"inputs": [0, 1, 2]}, ValueError, "targets has shape"),
        ({"inputs": [0, 1, 2, 4]}, ValueError, r"inputs is .* 0 to 3"),
        ({"inputs": [[0, 1, 2, 2]]}, ValueError, "inputs has shape"),
        ({"inputs": list("hell")}, TypeError, "inputs"),
        ({"targets": [1, 2, 2.5, 3]}, ValueError, "targets is"),
        ({"targets": [1, 2, -1, 3]}, ValueError, "targets is"),
        ({"hidden": np.zeros((3, 3))}, ValueError, "hidden has shape"),
        ({"hidden": np.zeros((4, 6))}, ValueError, "6 units"),
        ({"scores": HELLO["scores"].T[:3]}, ValueError, "scores has shape"),
        ({"scores": HELLO["scores"] * np.nan}, ValueError, "scores holds nan"),
        (
            {k: np.zeros((7, 4)[: 2 if k in ("hidden", "scores") else 1], int) for k in list(HELLO)[1:5]},
            ValueError,
            "7 time",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, error, fragment):
    with pytest.raises(error, match=fragment):
        steps(**changes)


def test_what_is_drawn_does_not_change_the_arrays():
    scores = HELLO["scores"].copy()
    steps(scores=scores)
    assert (scores == HELLO["scores"]).all()


def test_the_picture_is_quick():
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        figure_bundle(steps(scores=HELLO["scores"] + RNG.normal()), "steps", PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 30 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- The right letter


def test_each_letter_has_a_row_and_each_training_step_a_column():
    p = RNG.uniform(size=(5, 3))
    figure = plots.draw_right_letter(p, "a $", "Title", [2, None, 5])
    axes, bar = figure.axes
    (image,) = axes.images
    np.testing.assert_allclose(image.get_array(), p.T)
    assert image.get_extent() == [0.5, 5.5, 2.5, -0.5]
    assert image.get_clim() == (0, 1)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "␣", r"\$"]
    assert bar.get_ylabel() == "probability of the right letter"
    (marks,) = axes.collections
    assert marks.get_offsets().tolist() == [[2, 0], [5, 2]]
    assert f"'a' {p[0, 0]:.2f} to {p[-1, 0]:.2f}" in figure.get_label()
    assert "'a' from step 2, '$' from step 5" in figure.get_label()


def test_steps_can_be_counted_from_0_and_marks_left_out():
    axes = plots.draw_right_letter([[0.1], [0.9]], "a", "Title", first_step=0).axes[0]
    assert axes.images[0].get_extent()[:2] == [-0.5, 1.5]
    assert not axes.collections
    assert axes.get_legend() is None
    marked = plots.draw_right_letter([[0.1], [0.9]], "a", "Title", np.array([0]), 0).axes[0]
    assert marked.collections[0].get_offsets().tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("p", "text", "options", "fragment"),
    [
        ([[0.5, 0.5]], "a", {}, "probabilities has shape"),
        ([0.5, 0.5], "ab", {}, "probabilities has shape"),
        ([[0.5, 50.0]], "ab", {}, "from 0.5 to 50"),
        ([[0.5, np.nan]], "ab", {}, "nan"),
        ([[]], "", {}, "text"),
        ([[0.5] * (MOST_LETTERS + 1)], "a" * (MOST_LETTERS + 1), {}, "text"),
        ([[0.5, 0.5]], ["a", "b"], {}, "text"),
        ([[0.5, 0.5]], "ab", {"right_from": [1]}, "right_from"),
        ([[0.5, 0.5]], "ab", {"right_from": [1, 2]}, "right_from"),
        ([[0.5, 0.5]], "ab", {"right_from": [0, 1]}, "right_from"),
    ],
)
def test_probabilities_and_text_have_to_fit(p, text, options, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_right_letter(p, text, "Title", **options)


# --- Reshaped


def test_each_panel_has_the_same_symbols_and_the_probabilities_of_its_temperature():
    p, temperatures = np.array([0.1, 0.0, 0.6, 0.3]), (2.0, 1.0, 0.2, 0)
    figure = plots.draw_reshaped(p, list("ab$\n"), temperatures)
    possible = p > 0
    for axes, temperature in zip(figure.axes, temperatures, strict=True):
        assert [label.get_text() for label in axes.get_xticklabels()] == [r"\$", "↵", "a", "b"]
        heights = np.array([bar.get_height() for bar in axes.patches])
        expected = np.append(distribution(np.log(p[possible]), temperature)[[1, 2, 0]], 0)
        np.testing.assert_allclose(heights, expected)
        bits = -sum(share * np.log2(share) for share in expected if share)
        assert axes.get_title(loc="left").startswith(f"T = {temperature:g}")
        assert f"entropy {abs(bits):.2f} bits" in axes.get_title(loc="left")
        assert axes.get_ylim() == (0, 1)
    assert "greedy" in figure.axes[3].get_title(loc="left")
    assert "T = 0.2, entropy" in figure.get_label()


def test_the_likeliest_symbols_are_drawn():
    axes = plots.draw_reshaped(np.arange(1, 6) / 15, list("abcde"), [1.0], most=2).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["e", "d"]


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"p": [0.5, 0.4]}, "adds up to 0.9"),
        ({"p": [-1.0, 2.0]}, "from -1 to 2"),
        ({"p": [0.2, 0.3, 0.5]}, "p has shape"),
        ({"p": [], "symbols": []}, "p has shape"),
        ({"temperatures": [-1.0]}, "temperature is -1"),
        ({"temperatures": []}, "temperatures has shape"),
        ({"temperatures": 0.5}, "temperatures has shape"),
        ({"temperatures": [1.0] * 6}, "6 temperatures"),
        ({"most": 0}, "most=0"),
    ],
)
def test_what_cannot_be_reshaped_is_refused(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_reshaped(**{"p": [0.5, 0.5], "symbols": ["a", "b"]} | changes)


# --- Recovery


def test_each_model_is_a_line_and_its_runs_a_band():
    runs = np.array([[0.1, 0.5], [0.3, 0.9]])
    figure = plots.draw_recovery({"a": [0.2, 0.7], "b": [0.5, 0.6]}, "Title", {"a": runs})
    (axes,) = figure.axes
    first, second = axes.lines
    assert first.get_xdata().tolist() == [1, 2]
    assert first.get_ydata().tolist() == [0.2, 0.7]
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(first, look)() != getattr(second, look)()
    (band,) = axes.collections
    vertices = band.get_paths()[0].vertices
    assert {(1, 0.1), (1, 0.3), (2, 0.5), (2, 0.9)} <= {tuple(vertex) for vertex in vertices.tolist()}
    assert "a: 20%, 70%; b: 50%, 60%" in figure.get_label()
    assert axes.yaxis.get_major_formatter()(0.5) == "50"


@pytest.mark.parametrize(
    ("right", "spread", "fragment"),
    [
        ({}, None, "one to 5"),
        ([[0.5]], None, "one to 5"),
        ({str(way): [0.5] for way in range(6)}, None, "one to 5"),
        ({"a": [50, 60]}, None, "from 50 to 60"),
        ({"a": []}, None, "right of 'a'"),
        ({"a": [0.5]}, {"b": [[0.5]]}, "spread has b"),
        ({"a": [0.5]}, {"a": [0.5]}, "spread of 'a'"),
        ({"a": [0.5, 0.6]}, {"a": [[0.5]]}, "characters=2"),
    ],
)
def test_shares_that_cannot_be_drawn_are_refused(right, spread, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_recovery(right, "Title", spread)


# --- Against temperature


@pytest.mark.parametrize("lowest", [0, 0.5])
def test_entropy_and_shares_stand_side_by_side_and_greedy_is_named(lowest):
    figure = plots.draw_against_temperature([lowest, 1], [0.5, 2.2], [0.9, 0.1], [1.0, 0.6], "Title")
    entropy, shares = figure.axes
    assert entropy.lines[0].get_ydata().tolist() == [0.5, 2.2]
    assert [line.get_ydata().tolist() for line in shares.lines] == [[0.9, 0.1], [1.0, 0.6]]
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert any("greedy" in label.get_text() for label in axes.get_xticklabels()) == (lowest == 0)
        assert axes.get_xlabel() == "temperature"
        assert axes.get_ylabel()
    assert f"{lowest:g}: 0.50 bits, 90%, 100%" in figure.get_label()


@pytest.mark.parametrize(
    ("place", "values", "fragment"),
    [
        (0, [1, 0], "rising"),
        (0, [-1, 0], "from 0 on"),
        (0, [0.5], "entropy has shape"),
        (1, [-0.1, 1], "entropy"),
        (2, [90, 10], "repeated has values"),
        (3, [0.5, np.nan], "real_words holds nan"),
    ],
)
def test_values_have_to_fit_the_temperatures(place, values, fragment):
    given = [[0, 1], [0.5, 2.2], [0.9, 0.1], [1.0, 0.6]]
    given[place] = values
    with pytest.raises(ValueError, match=fragment):
        plots.draw_against_temperature(*given, "Title")


# --- By minute


def test_each_way_is_a_line_and_its_last_loss_is_written():
    figure = plots.draw_by_minute(MINUTES, "Title")
    (axes,) = figure.axes
    for line, (name, (minutes, losses)) in zip(axes.lines, MINUTES.items(), strict=True):
        assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == (minutes, losses)
        assert line.get_label() == name
        assert f"{name} {losses[-1]:.3f} after {minutes[-1]} minutes" in figure.get_label()
    assert [(label.get_text(), label.xy[1]) for label in axes.texts] == [("1.500", 1.5), ("1.510", 1.51)]
    for label, line in zip(axes.texts, axes.lines, strict=True):
        assert label.get_color() == line.get_color()


def test_last_losses_that_are_alike_lie_apart_and_beside_the_legend():
    figure = plots.draw_by_minute({"a": ([1], [2.0]), "b": ([1], [2.0]), "c": ([1], [2.001])}, "Title")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    extents = [label.get_window_extent() for label in axes.texts]
    legend = axes.get_legend().get_window_extent()
    assert not any(one.overlaps(other) for place, one in enumerate(extents) for other in [*extents[:place], legend])


@pytest.mark.parametrize(
    ("curves", "fragment"),
    [
        ({}, "one to 5"),
        ([([1], [2.0])], "one to 5"),
        ({"a": [1, 2, 3]}, "3 parts"),
        ({"a": ([1, 2], [2.0])}, "losses of 'a'"),
        ({"a": ([2, 1], [2.0, 1.0])}, "rising"),
        ({"a": ([-1, 1], [2.0, 1.0])}, "from 0 on"),
        ({"a": ([1, 2], [2.0, np.inf])}, "losses of 'a' holds inf"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(curves, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_by_minute(curves, "Title")


# --- All of them

FIGURES = {
    "right letter": lambda: plots.draw_right_letter(np.full((50, 4), 0.5), "$ \n한", "Title", [1, None, 2, 50]),
    "right letter, long": lambda: plots.draw_right_letter(np.zeros((2, MOST_LETTERS)), "a" * MOST_LETTERS, "Title"),
    "reshaped": lambda: plots.draw_reshaped(np.full(20, 0.05), list("abcdefghij$_^\\{}% \n한")),
    "reshaped, five": lambda: plots.draw_reshaped([0.5, 0.5], ["a", "<start>"], [2, 1, 0.5, 0.01, 0]),
    "recovery": lambda: plots.draw_recovery(LONG, "Title", {"c": [[0.4], [0.6]]}),
    "temperature": lambda: plots.draw_against_temperature([0, 1], [0, 2], [1, 0], [1, 0.5], "Title"),
    "one temperature": lambda: plots.draw_against_temperature([0], [0], [1], [1], "Title"),
    "minutes": lambda: plots.draw_by_minute(MINUTES, "Title"),
    "one point": lambda: plots.draw_by_minute({"a $way$": ([0.5], [2.0])}, "Title"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_without_a_warning_has_words_and_fits(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert figure_png(figure) == figure_png(FIGURES[name]())
    assert figure.get_label()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01
