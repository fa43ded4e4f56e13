"""The figures on gates show what they are given, for typical and odd values, and the microscope is quick enough."""

from __future__ import annotations

import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_rgb

from course_utils import plots
from course_utils.cells import LSTMCell, SimpleRNNCell
from course_utils.figures import PASSING, figure_png
from course_utils.plots.microscope import WINDOW
from course_utils.plots.sheet import Sheet, as_letters, number, width_of

pytestmark = pytest.mark.usefixtures("course_style")

GATES = ("input_gate", "forget_gate", "candidate", "output_gate")
WORDS = ("the", "cat", "sat", "down", "again")
PREDICTION = [("e", 0.6), (" ", 0.2), ("\n", 0.1), ("$", 0.05), ("a long word, cut", 0.04), ("$a$", 0.01)]
TEXT = 'She said "no, $5$ and $6$", and so on.\nThen it was over\\_^{%ä…'
ODD = ["$", " ", "\n", "\t", "\\", "_", "^", "{", "%", "ä", "…", "$a$"]
ACCURACIES = {"SimpleRNN": [1.0, 0.6, 0.2], "GRU": [1.0, 1.0, 0.5], "a $ LSTM $": [1.0, 1.0, 0.9]}


def trace(units, steps, batch=1, scale=1.0):
    rng = np.random.default_rng(units)
    cell = LSTMCell(scale * rng.normal(size=(3, 4 * units)), scale * rng.normal(size=(units, 4 * units)), None)
    return cell.forward(rng.normal(size=(batch, steps, 3)))


TWO, EIGHT = trace(2, 5), trace(8, 40)
SENTENCE = "“Curiouser and curiouser!” cried Alice ("

FIGURES = {
    **{f"step, {part}": lambda part=part: plots.draw_lstm_step(TWO, 2, part, WORDS) for part in plots.STEP_PARTS},
    "step, one unit": lambda: plots.draw_lstm_step(trace(1, 1), 0, "output", ["$a$ b"]),
    "step, four units": lambda: plots.draw_lstm_step(trace(4, 12), 11, "update", ODD),
    "step, all zeros": lambda: plots.draw_lstm_step(trace(2, 5, scale=0), 4, "output", WORDS),
    "step, an empty word": lambda: plots.draw_lstm_step(TWO, 0, "forget", ["", "", "", "", "a"]),
    "microscope": lambda: plots.draw_microscope(SENTENCE, EIGHT, 17, PREDICTION),
    "microscope, forced": lambda: plots.draw_microscope(SENTENCE, EIGHT, 17, PREDICTION, GATES),
    "microscope, no prediction": lambda: plots.draw_microscope(SENTENCE, EIGHT, 17),
    "microscope, one unit and symbol": lambda: plots.draw_microscope("$", trace(1, 1), 0, [("$", 1.0)]),
    "microscope, sixteen units, long": lambda: plots.draw_microscope("ab $" * 30, trace(16, 120), 119),
    "microscope, all zeros": lambda: plots.draw_microscope("a b", trace(3, 3, scale=0), 1, [("a", 0.0)]),
    "microscope, odd symbols": lambda: plots.draw_microscope(ODD, trace(2, 12), 11),
    "microscope, an empty symbol": lambda: plots.draw_microscope(["", "a"], trace(2, 2), 0),
    "strips": lambda: plots.draw_gate_strips(TEXT, {"f, $5": np.linspace(0, 1, len(TEXT)), "c": signs()}, "Strips", 25),
    "strips of one symbol": lambda: plots.draw_gate_strips("$", {"only": [0]}, "One"),
    "strips of blanks": lambda: plots.draw_gate_strips("   ", {"": [0.0, 1.0, -1.0]}, "Blanks"),
    "accuracy": lambda: plots.draw_accuracy_by_gap(ACCURACIES, [5, 10, 40], "Accuracy", 0.125),
    "accuracy at one gap": lambda: plots.draw_accuracy_by_gap({"only": [0.0]}, [1], "One", 0.0),
}


def signs():
    return np.where(np.arange(len(TEXT)) % 7 < 3, -1.0, 1.0)


def numbers_in(figure):
    return sum(len(letters.get_paths()) for letters in figure.findobj(PathCollection))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_words_and_is_drawn_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert figure.get_suptitle() or figure.axes[0].get_title(loc="left")
        assert figure.get_label()
        assert figure_png(figure) == figure_png(FIGURES[name]()), "the same values give the same picture"


@pytest.mark.parametrize("name", [name for name in FIGURES if not name.startswith("accuracy")])
def test_nothing_leaves_the_picture(name):
    figure = FIGURES[name]()
    figure.canvas.draw()
    for artist in (*figure.findobj(PolyCollection), *figure.findobj(QuadMesh), *figure.texts):
        box = artist.get_window_extent()
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= figure.bbox.x1 + 1
        assert box.y1 <= figure.bbox.y1 + 1


def test_black_letters_can_be_read_on_every_colour():
    assert len(set(plots.GATE_COLOURS.values())) == 6
    for colour in plots.GATE_COLOURS.values():
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        luminance = np.dot([0.2126, 0.7152, 0.0722], linear)  # as WCAG 2.1 defines it
        assert (luminance + 0.05) / 0.05 > 4.5


# --- One step


def test_every_part_of_every_step_is_another_picture():
    pictures = {
        figure_png(plots.draw_lstm_step(TWO, step, part, WORDS)) for step in range(5) for part in plots.STEP_PARTS
    }
    assert len(pictures) == 25


def test_numbers_appear_as_they_are_computed_and_stay():
    counts = [numbers_in(plots.draw_lstm_step(TWO, 2, part, WORDS)) for part in plots.STEP_PARTS]
    # Two units: one vector for each gate and the candidate, three for the update, three for the output.
    assert np.diff(counts).tolist() == [2, 2, 6, 6]


@pytest.mark.parametrize(
    ("name", "part"), [("forget_gate", 0), ("input_gate", 1), ("candidate", 2), ("cell", 3), ("output_gate", 4)]
)
def test_a_value_shows_from_its_part_on_and_not_before(name, part):
    values = getattr(TWO, name).copy()
    values[0, 2] *= 0.5
    other = replace(TWO, **{name: values})
    differs = [
        figure_png(plots.draw_lstm_step(TWO, 2, p, WORDS)) != figure_png(plots.draw_lstm_step(other, 2, p, WORDS))
        for p in plots.STEP_PARTS
    ]
    assert differs == [p >= part for p in range(5)]


def test_the_words_for_a_step_hold_the_numbers_of_the_trace():
    label = plots.draw_lstm_step(TWO, 2, "output", WORDS).get_label()
    f, c_before, c = TWO.forget_gate[0, 2], TWO.cell[0, 1], TWO.cell[0, 2]
    for values in (f, c_before, f * c_before, c, np.tanh(c), TWO.hidden[0, 2]):
        assert f"{number(values[0])}, {number(values[1])}" in label
    assert "time step 3 of 5" in label
    assert "'sat'" in label
    assert "output gate" not in plots.draw_lstm_step(TWO, 2, "update", WORDS).get_label()


def test_the_first_step_begins_with_the_initial_state():
    cell = LSTMCell(np.zeros((3, 8)), np.zeros((2, 8)), None)
    begun = cell.forward(np.zeros((1, 1, 3)), initial_state=(np.full((1, 2), 0.25), np.full((1, 2), 0.75)))
    label = plots.draw_lstm_step(begun, 0, "forget", ["a"]).get_label()
    assert "c_t-1: 0.75, 0.75" in label
    assert "h_t-1: 0.25, 0.25" in label


@pytest.mark.parametrize(
    ("changes", "error", "fragment"),
    [
        ({"part": "cell"}, ValueError, "forget, input, candidate, update, output"),
        ({"time_step": 5}, ValueError, "0 to 4"),
        ({"time_step": -1}, ValueError, "0 to 4"),
        ({"time_step": 1.5}, ValueError, "1.5"),
        ({"words": WORDS[:4]}, ValueError, "words has 4 entries"),
        ({"trace": trace(5, 5)}, ValueError, "units=5, expected batch=1 and at most 4"),
        ({"trace": trace(2, 5, batch=3)}, ValueError, "batch=3"),
        ({"trace": SimpleRNNCell([[1.0]], [[1.0]], None).forward(np.ones((1, 5, 1)))}, TypeError, "SimpleRNNTrace"),
        ({"trace": replace(TWO, mask=np.array([[True, True, False, True, True]]))}, ValueError, "masked"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(changes, error, fragment):
    with pytest.raises(error, match=fragment):
        plots.draw_lstm_step(**{"trace": TWO, "time_step": 2, "part": "forget", "words": WORDS, **changes})


# --- The microscope


def test_every_step_of_the_microscope_is_another_picture():
    assert len({figure_png(plots.draw_microscope(SENTENCE, EIGHT, step), PASSING) for step in range(0, 40, 4)}) == 10


def test_the_microscope_shows_a_row_a_unit_and_what_is_to_come_pale():
    figure = plots.draw_microscope(SENTENCE, EIGHT, 9)
    strip = figure.findobj(QuadMesh)[0].get_facecolor().reshape(8, 40, 4)[..., :3]
    whole = plots.draw_microscope(SENTENCE, EIGHT, 39)
    full = whole.findobj(QuadMesh)[0].get_facecolor().reshape(8, 40, 4)[..., :3]
    np.testing.assert_allclose(strip[:, :10], full[:, :10])
    np.testing.assert_allclose(1 - strip[:, 10:], 0.2 * (1 - full[:, 10:]), atol=1e-9)
    positive = EIGHT.cell[0].T > 0.2
    assert (full[positive][:, 0] > full[positive][:, 2]).all(), "orange above zero"
    assert (full[EIGHT.cell[0].T < -0.2][:, 0] < full[EIGHT.cell[0].T < -0.2][:, 2]).all(), "blue below"


@pytest.mark.parametrize("step", [0, 60, 119])
def test_of_a_long_sequence_a_window_around_the_step_is_shown(step):
    figure = plots.draw_microscope("abcd" * 30, trace(2, 120), step)
    strip = figure.findobj(QuadMesh)[0].get_facecolor()
    assert len(strip) == 2 * WINDOW
    assert f"Time step {step + 1} of 120" in figure.get_suptitle()


def test_bars_are_as_long_as_the_gates_say():
    figure = plots.draw_microscope("abc", trace(3, 3), 1)
    for name in GATES:
        colour = to_rgb(plots.GATE_COLOURS[name])
        bars = [
            np.ptp(path.vertices[:, 0])
            for polygons in figure.findobj(PolyCollection)
            for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
            if np.allclose(face[:3], colour)
        ]
        values = np.abs(getattr(trace(3, 3), name)[0, 1])
        assert len(bars) == 3
        np.testing.assert_allclose(np.array(bars) / bars[0], values / values[0], rtol=1e-6)


def test_forced_gates_are_named_and_marked():
    figure = plots.draw_microscope(SENTENCE, EIGHT, 9, forced=["output_gate", "forget_gate"])
    assert "f, o forced" in figure.get_suptitle()
    assert "Forced by hand: forget gate, output gate" in figure.get_label()
    pictures = {figure_png(plots.draw_microscope(SENTENCE, EIGHT, 9, forced={name})) for name in GATES}
    assert len(pictures) == 4


def test_the_title_says_what_is_likeliest():
    figure = plots.draw_microscope(SENTENCE, EIGHT, 9, [("x", 0.2), ("$", 0.7)])
    assert r"“\$” comes next with 70%" in figure.get_suptitle()
    assert "'$' 0.700" in figure.get_label()


@pytest.mark.parametrize(
    ("changes", "error", "fragment"),
    [
        ({"symbols": "abc"}, ValueError, "symbols has 3 entries"),
        ({"time_step": 40}, ValueError, "0 to 39"),
        ({"trace": trace(17, 40)}, ValueError, "at most 16"),
        ({"trace": None}, TypeError, "NoneType"),
        ({"prediction": [*PREDICTION, ("f", 0.0)]}, ValueError, "prediction has 7"),
        ({"prediction": [("a", 1.5)]}, ValueError, "prediction has values"),
        ({"prediction": [("a", float("nan"))]}, ValueError, "prediction holds nan"),
        ({"forced": ["forget"]}, ValueError, "forget_gate"),
        ({"forced": "forget_gate"}, ValueError, "collection of names"),
    ],
)
def test_a_microscope_that_does_not_fit_is_refused(changes, error, fragment):
    with pytest.raises(error, match=fragment):
        plots.draw_microscope(**{"symbols": SENTENCE, "trace": EIGHT, "time_step": 3, **changes})


def test_the_microscope_is_quick():
    seconds = []
    for step in range(5):
        begin = time.process_time()
        figure_png(plots.draw_microscope(SENTENCE, EIGHT, step, PREDICTION), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 30 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- Values under a text, accuracy by gap


def test_a_strip_colours_the_ground_of_each_symbol():
    figure = plots.draw_gate_strips("ab c", {"unit": [-1, 0, 0.5, 1]}, "Strip")
    low, zero, half, high = figure.findobj(PolyCollection)[0].get_facecolor()[:4, :3]
    assert low[2] > low[0], "blue below zero"
    np.testing.assert_allclose(zero, 1, atol=0.01)
    assert high[2] < half[2] < zero[2], "the more orange the larger"
    assert figure_png(figure) != figure_png(plots.draw_gate_strips("ab c", {"unit": [-1, 0, 0.5, 0.9]}, "Strip"))


def test_a_text_is_wrapped_and_each_strip_has_its_own_line():
    def height(symbols, strips, together=None):
        values = {str(k): np.zeros(symbols) for k in range(strips)}
        return plots.draw_gate_strips("x" * symbols, values, "Strips", width=10, together=together).get_figheight()

    assert height(10, 1) < height(11, 1) == height(20, 1) < height(20, 2)
    assert height(10, 4) == height(10, 4, together=4) < height(10, 4, together=2) < height(10, 4, together=1)


@pytest.mark.parametrize(
    ("text", "strips", "width", "fragment"),
    [
        ("", {"a": []}, 60, "Expected a text"),
        ("ab", {}, 60, "a strip"),
        ("ab", {"a": [0, 1]}, 0, "width"),
        ("ab", {"mine": [0, 1, 1]}, 60, "strip 'mine' has shape"),
        ("ab", {"mine": [0, 1.2]}, 60, "strip 'mine' has values from 0 to 1.2"),
        ("ab", {"mine": [0, float("nan")]}, 60, "strip 'mine' holds nan"),
    ],
)
def test_strips_that_do_not_fit_are_refused(text, strips, width, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_gate_strips(text, strips, "Strips", width)


def test_no_strips_together_are_refused():
    with pytest.raises(ValueError, match="together"):
        plots.draw_gate_strips("ab", {"a": [0, 1]}, "Strips", together=0)


def test_accuracies_are_drawn_at_their_gaps_each_with_its_own_marker_and_line():
    axes = FIGURES["accuracy"]().axes[0]
    chance, *networks = axes.lines
    assert list(chance.get_ydata()) == [0.125, 0.125]
    assert [list(line.get_ydata()) for line in networks] == list(ACCURACIES.values())
    assert all(list(line.get_xdata()) == [5, 10, 40] for line in networks)
    assert len({line.get_marker() for line in networks}) == len({line.get_linestyle() for line in networks}) == 3
    assert len({line.get_color() for line in networks}) == 3


@pytest.mark.parametrize(("gaps", "scale"), [([5, 10], "linear"), ([0, 56], "linear"), ([5, 2560], "log")])
def test_gaps_that_reach_far_have_a_logarithmic_axis(gaps, scale):
    axes = plots.draw_accuracy_by_gap({"LSTM": [1, 0.5]}, gaps, "Accuracy", 0.25).axes[0]
    assert axes.get_xscale() == scale
    assert [label.get_text() for label in axes.get_xticklabels()] == [str(gap) for gap in gaps]


@pytest.mark.parametrize(
    ("accuracies", "gaps", "chance", "fragment"),
    [
        ({}, [1, 2], 0.1, "Expected a network"),
        ({"LSTM": [1, 1]}, [2, 1], 0.1, "rising order"),
        ({"LSTM": [1, 1]}, [-1, 1], 0.1, "from 0 on"),
        ({"LSTM": [1, 1]}, [], 0.1, "gaps has shape"),
        ({"LSTM": [1]}, [1, 2], 0.1, "accuracies of 'LSTM'"),
        ({"LSTM": [1, 95]}, [1, 2], 0.1, "accuracies of 'LSTM' has values from 1 to 95"),
        ({"LSTM": [1, 1]}, [1, 2], 12.5, "chance"),
    ],
)
def test_accuracies_that_do_not_fit_are_refused(accuracies, gaps, chance, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_accuracy_by_gap(accuracies, gaps, "Accuracy", chance)


# --- What they are drawn with


def test_letters_are_written_as_they_are():
    assert width_of(as_letters("$a$")) > width_of(as_letters("a")) + 1, "no formula: two dollars more"
    assert width_of("") == width_of(" ") == 0
    assert as_letters(" \n") == "␣↵"


@pytest.mark.parametrize(
    ("value", "text"), [(-0.001, "0.00"), (-0.126, "−0.13"), (1, "1.00"), (np.float32(0.5), "0.50")]
)
def test_a_number_has_two_digits_and_no_negative_zero(value, text):
    assert number(value) == text


def test_what_is_placed_later_lies_above():
    sheet = Sheet(2, 2)
    sheet.boxes(0, 0, 1, 1, "red")
    sheet.arrows([[(0, 0), (1, 0)]], "black", 2)
    sheet.boxes(0, 0, 1, 1, "blue")
    figure = sheet.finished("Title", "Words")
    figure.set_dpi(10)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert tuple(np.asarray(canvas.buffer_rgba())[15, 5, :3]) == (0, 0, 255)
