"""The figures on translation show what they are given: weights, scores by length, numbers of a step, hypotheses."""

from __future__ import annotations

import time
import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_rgba

from course_utils import plots
from course_utils.figures import PASSING, figure_bundle, figure_png
from course_utils.plots.style import COLOURS, outline
from course_utils.plots.translation import MOST_SYMBOLS
from course_utils.plots.translation_steps import SHAPES

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(9)
ODD = ["$", " ", "\\", "한", "<unknown word>", "\n", "\t", "_", "^", "{"]
TREE = [
    [(0, "G", -0.4, True), (0, "L", -1.5, True), (0, "H", -2.6, False)],
    [(1, "a", -1.7, True), (0, "e", -0.9, True), (0, "o", -1.9, False), (1, "o", -3.2, False)],
    [(1, "h", -1.2, True), (0, "u", -1.9, True)],
]
LARGE = [[(0, ODD[k % 10], -k - 12.0 * step, k == 0) for k in range(12)] for step in range(6)]


def softmax(scores):
    p = np.exp(scores)
    return p / p.sum(axis=-1, keepdims=True)


def alignment(source="a cat", target="eine", **changes):
    weights = softmax(3 * np.random.default_rng(1).normal(size=(len(target), len(source))))
    return plots.draw_alignment(
        **{"source": source, "target": target, "weights": weights, "title": "Title", "chosen": None} | changes
    )


def step(source=("the", "cat", "."), units=2, **changes):
    rng = np.random.default_rng(2)
    scores, outputs = rng.normal(size=len(source)), rng.normal(size=(len(source), units))
    weights = softmax(scores)
    given = {"scores": scores, "weights": weights, "outputs": outputs, "context": weights @ outputs, "title": "Title"}
    return plots.draw_attention_step(**{"source": source} | given | changes)


def unrolled(source=("a", "cat"), target=("eine", "Katze", "\n"), title="Title", **options):
    return plots.draw_encoder_decoder(source, target, title, **options)


def polygons_in(figure):
    """For each polygon its corners (left lower right upper) in inches, face, edge, and width of the edge."""
    return [
        ([*path.vertices.min(axis=0), *path.vertices.max(axis=0)], *look)
        for polygons in figure.findobj(PolyCollection)
        for path, *look in zip(
            polygons.get_paths(),
            polygons.get_facecolor(),
            np.broadcast_to(polygons.get_edgecolor(), (len(polygons.get_paths()), 4)),
            np.broadcast_to(polygons.get_linewidth(), len(polygons.get_paths())),
            strict=True,
        )
    ]


def boxes_in(figure, face):
    """The corners of all boxes with this colour, (boxes, left lower right upper), in inches."""
    found = [box for box, colour, *_ in polygons_in(figure) if np.allclose(colour, to_rgba(face), atol=1e-6)]
    return np.array(found).reshape(-1, 4)


def frames_in(figure, edge):
    found = [box for box, _, colour, width in polygons_in(figure) if width > 2 and np.allclose(colour, to_rgba(edge))]
    return np.array(found).reshape(-1, 4)


def letters_in(figure, text):
    """Places (letters, 2) of the letters out of `text` and, for each, which one it is; monospace font."""
    known = {id(outline(letter, "monospace", "center")): letter for letter in text}
    return [
        (*place, known[id(path)])
        for letters in figure.findobj(PathCollection)
        for path, place in zip(letters.get_paths(), letters.get_offsets(), strict=True)
        if id(path) in known
    ]


def rows_of(figure, text):
    """What is written at each height with letters out of `text`, from the lowest line up."""
    lines = {}
    for x, y, letter in letters_in(figure, text):
        lines.setdefault(round(float(y), 3), []).append((x, letter))
    return ["".join(letter for _, letter in sorted(line)) for _, line in sorted(lines.items())]


def check_within(figure):
    size = figure.get_size_inches()
    for box, *_ in polygons_in(figure):
        assert min(box) >= 0
        assert (np.array(box[2:]) <= size).all()
    for letters in figure.findobj(PathCollection):
        areas = np.broadcast_to(letters.get_sizes(), len(letters.get_offsets()))
        for path, place, area in zip(letters.get_paths(), letters.get_offsets(), areas, strict=True):
            inked = place + path.vertices[path.codes != path.CLOSEPOLY] * np.sqrt(area) / 72
            assert inked.size == 0 or (0 <= inked.min() and (inked.max(axis=0) <= size).all())


FIGURES = {
    "alignment": alignment,
    "one symbol": lambda: alignment("a", "b", chosen=0),
    "odd symbols": lambda: alignment(ODD, ODD, chosen=4),
    "many letters": lambda: alignment("a$" * (MOST_SYMBOLS // 2), "b " * (MOST_SYMBOLS // 2), chosen=MOST_SYMBOLS - 1),
    "many long words": lambda: alignment(["unbelievable"] * MOST_SYMBOLS, ["unglaublich!"] * MOST_SYMBOLS, chosen=0),
    "a certain weight": lambda: alignment("ab", "c", weights=[[0, 1]], chosen=0),
    "attention": step,
    "attention to one": lambda: step(["a"], 1),
    "attention to many": lambda: step(ODD[:6], 4),
    "large numbers": lambda: step(["a"], scores=[-1e5], weights=[1], outputs=[[-1e5, 3]], context=[-1e5, 3]),
    "unrolled": unrolled,
    "unrolled, no step": lambda: unrolled(steps=0, shapes={"outputs": "(batch, target_time, symbols)"}),
    "unrolled, long source": lambda: unrolled(ODD + ODD[:9], ["x"], shapes=dict.fromkeys(SHAPES, "(batch, " * 4)),
    "unrolled, long target": lambda: unrolled("x", ODD + ODD[:9], start="<start>"),
    "unrolled, short": lambda: unrolled("x", "y", shapes=dict.fromkeys(SHAPES, "(batch, units)")),
    "beam": lambda: plots.draw_beam(TREE, "Title"),
    "a short beam": lambda: plots.draw_beam([[(0, "a", 0.0, False)]], "Title"),
    "a large beam": lambda: plots.draw_beam(LARGE, "Title"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_drawn_without_a_warning_and_stay_within_the_picture(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert figure.get_suptitle() == "Title"
        assert figure.get_label()
        check_within(figure)
        assert figure_png(figure) == figure_png(FIGURES[name]())


# --- Alignment


def test_each_cell_has_the_colour_of_its_weight_the_first_target_symbol_on_top():
    weights = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]])
    figure = alignment("abc", "de", weights=weights)
    cells = figure.findobj(QuadMesh)[0]
    corners = cells.get_coordinates()
    assert corners.shape == (3, 4, 2)
    assert corners[0, 0, 1] > corners[2, 0, 1]
    assert corners[0, 0, 0] < corners[0, 3, 0]
    darkness = 1 - cells.get_facecolor()[:, 0].reshape(2, 3)
    assert darkness[0, 0] == darkness[1, 1] == darkness[1, 2] < darkness[0, 1] < darkness[0, 2] < darkness[1, 0]
    # The same colour stands for the same weight in every picture.
    other = alignment("abc", "d", weights=[[0.25, 0.5, 0.25]]).findobj(QuadMesh)[0].get_facecolor()
    np.testing.assert_allclose(other[0], cells.get_facecolor()[1])


def test_symbols_stand_over_the_middle_of_their_column_and_beside_their_row():
    figure = alignment("hij", "klm")
    corners = figure.findobj(QuadMesh)[0].get_coordinates()
    columns = {letter: x for x, _, letter in letters_in(figure, "hij")}
    np.testing.assert_allclose([columns[letter] for letter in "hij"], (corners[0, 1:, 0] + corners[0, :-1, 0]) / 2)
    rows = {letter: y for _, y, letter in letters_in(figure, "klm")}
    for letter, above, below in zip("klm", corners[:-1, 0, 1], corners[1:, 0, 1], strict=True):
        assert below < rows[letter] < above


def test_the_chosen_row_has_a_frame_and_its_weights_are_bars_over_the_source():
    weights = np.array([[0.2, 0.8, 0.0], [0.5, 0.1, 0.4]])
    figure = alignment("hij", "kl", weights=weights, chosen=1)
    corners = figure.findobj(QuadMesh)[0].get_coordinates()
    (frame,) = frames_in(figure, COLOURS["mark"])
    np.testing.assert_allclose(frame, [*corners[2, 0], *corners[1, 3]])
    bars = boxes_in(figure, COLOURS["ours"])
    high = bars[:, 3] - bars[:, 1]
    np.testing.assert_allclose(high / high.sum(), weights[1])
    np.testing.assert_allclose((bars[:, 0] + bars[:, 2]) / 2, (corners[0, 1:, 0] + corners[0, :-1, 0]) / 2)
    assert "'l' looked at 'h' (0.50), 'j' (0.40), 'i' (0.10)" in figure.get_label()
    assert not len(boxes_in(alignment("hij", "kl", weights=weights), COLOURS["ours"]))


def test_the_words_name_where_each_target_symbol_looked_most():
    words = alignment(["the", "cat"], ["die", "Katze"], weights=[[0.9, 0.1], [0.25, 0.75]]).get_label()
    assert "'die' at 'the' (0.90), 'Katze' at 'cat' (0.75)" in words


@pytest.mark.parametrize(
    ("changes", "error", "fragment"),
    [
        ({"source": ""}, ValueError, "source is"),
        ({"target": []}, ValueError, "target is"),
        ({"target": ["a", 3]}, ValueError, "target is"),
        ({"source": "a" * (MOST_SYMBOLS + 1)}, ValueError, f"1 to {MOST_SYMBOLS}"),
        ({"weights": np.full((5, 4), 0.2)}, ValueError, r"\(target=4, source=5\)"),
        ({"weights": np.full((4, 5), 0.3)}, ValueError, "add up to 1.5"),
        ({"weights": np.full((4, 5), 20)}, ValueError, "from 20 to 20"),
        ({"weights": np.full((4, 5), np.nan)}, ValueError, "nan"),
        ({"weights": [["a"] * 5] * 4}, TypeError, "weights"),
        ({"chosen": 4}, ValueError, "0 to 3"),
        ({"chosen": -1}, ValueError, "chosen is -1"),
    ],
)
def test_weights_that_do_not_fit_are_refused(changes, error, fragment):
    with pytest.raises(error, match=fragment):
        alignment(**changes)


def test_a_slider_gets_its_picture_in_time():
    seconds = []
    for chosen in range(6):
        begin = time.process_time()
        figure_bundle(alignment("abcdefghijklmno", "ponmlkjihgfedcb", chosen=chosen), "alt", PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 35 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- By length

BINS = {"lengths": [(1, 4), (5, 5), (6, 20)], "counts": [1200, 30, 4]}


def test_each_model_is_a_line_and_each_bin_has_its_lengths_and_its_count():
    right = {"plain": [0.9, 0.5, 0.1], "$attention$": [0.8, 0.7, 0.6]}
    figure = plots.draw_by_length(**BINS, right=right, title="Title")
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == list(right.values())
    assert len({(line.get_color(), line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1–4", "5", "6–20"]
    figure.draw_without_rendering()
    shown = [tick.label1 for tick in axes.xaxis.get_minor_ticks()]
    assert [label.get_text() for label in shown] == ["1,200", "30", "4"]
    assert max(label.get_window_extent().y1 for label in shown) < min(
        label.get_window_extent().y0 for label in axes.get_xticklabels()
    )
    assert axes.yaxis.get_major_formatter()(0.5) == "50"
    assert axes.get_xlabel() and "%" in axes.get_ylabel()
    assert "1–4 (1200), 5 (30), 6–20 (4). plain: 90%, 50%, 10%" in figure.get_label()


def test_chrf_goes_to_100():
    (axes,) = plots.draw_by_length(**BINS, right={"a": [90, 50.5, 100]}, title="Title", measure="chrf").axes
    assert axes.get_ylim() == (0, 100)
    assert "chrF" in axes.get_ylabel()


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"lengths": [1, 2, 3]}, "lengths has shape"),
        ({"lengths": [(1, 4), (4, 5), (6, 20)]}, "without overlaps"),
        ({"lengths": [(1, 4), (6, 5), (7, 20)]}, "without overlaps"),
        ({"counts": [3, 4]}, "counts has shape"),
        ({"counts": [3, 4, 0]}, "leave empty bins out"),
        ({"right": {}}, "one to 5"),
        ({"right": [0.5, 0.5, 0.5]}, "one to 5"),
        ({"right": {str(k): [0.5] * 3 for k in range(6)}}, "one to 5"),
        ({"right": {"a": [0.5, 0.5]}}, "right of 'a'"),
        ({"right": {"a": [90, 50, 10]}}, "expected 0 to 1"),
        ({"right": {"a": [0.5, 0.5, np.nan]}}, "nan"),
        ({"measure": "bleu"}, "measure is 'bleu'"),
    ],
)
def test_scores_by_length_have_to_fit(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_by_length(**BINS | {"right": {"a": [0.5] * 3}, "title": "Title"} | changes)


# --- A step of attention


def test_every_number_of_a_step_of_attention_is_written_up_to_the_context():
    outputs, weights = np.array([[1.0, -2.0], [0.5, 4.0]]), np.array([0.25, 0.75])
    figure = step("hi", scores=np.log(weights), weights=weights, outputs=outputs, context=weights @ outputs)
    assert rows_of(figure, "hi0123456789.−") == [
        "hi",
        "−2.004.00",
        "1.000.50",
        "−1.39−0.29",
        "0.250.75",
        "−0.503.002.50",
        "0.250.380.62",  # 0.625, to the even digit
    ]
    assert "'i' with output 0.50, 4.00, score −0.29, weight 0.75" in figure.get_label()
    assert "context is 0.62, 2.50" in figure.get_label()


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"source": ["a"] * 7}, "1 to 6"),
        ({"units": 5}, "5 units"),
        ({"scores": [1, 2]}, r"scores has shape \(2,\)"),
        ({"weights": [0.2, 0.2, 0.6]}, "the softmax of the scores"),
        ({"outputs": np.zeros((2, 3))}, "outputs has shape"),
        ({"context": [0, 0, 0]}, "context has shape"),
        ({"context": [5, 0]}, "the sum of weights × outputs"),
        ({"scores": [np.nan, 0, 0]}, "scores holds nan"),
    ],
)
def test_a_step_of_attention_has_to_be_one(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        step(**changes)


# --- Encoder and decoder


def test_the_target_is_given_out_and_read_one_step_later():
    source, moved, given = "hi", ["\t", "x", "y"], "xyz"
    figure = unrolled(source, given)
    assert rows_of(figure, "hixyz⇥") == ["hi⇥xy", "xyz"]
    assert all(f"from {a!r} the output {b!r}" in figure.get_label() for a, b in zip(moved, given, strict=True))
    lower = {letter: x for x, y, letter in letters_in(figure, "⇥xy") if y < 1.2}
    upper = {letter: x for x, y, letter in letters_in(figure, "xyz") if y > 1.2}
    np.testing.assert_allclose([lower[letter] for letter in "⇥xy"], [upper[letter] for letter in given])


def test_so_many_steps_are_drawn_and_the_picture_keeps_its_places():
    figures = [unrolled("hi", "xyz", steps=steps) for steps in range(4)]
    assert [rows_of(figure, "hixyz⇥") for figure in figures] == [["hi"], ["hi⇥", "x"], ["hi⇥x", "xy"], ["hi⇥xy", "xyz"]]
    for small, large in pairwise(figures):
        here, there = (letters_in(figure, "hixyz⇥") for figure in (small, large))
        assert set(here) < set(there)
    assert "not taken a step" in figures[0].get_label()


def test_shapes_and_another_start_sign_are_told():
    words = unrolled(start="<s>", shapes={"state": "(32, 256)"}).get_label()
    assert "from '<s>' the output 'eine'" in words
    assert "Shape of state: (32, 256)." in words


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"source": []}, "source is"),
        ({"target": [""]}, "target is"),
        ({"source": "a" * 15, "target": "b" * 15}, "expected 20 at most"),
        ({"steps": 4}, "expected 0 to 3"),
        ({"steps": -1}, "steps is -1"),
        ({"start": ""}, "start is"),
        ({"shapes": {"states": "(1, 2)"}}, "shapes has states"),
    ],
)
def test_sentences_that_do_not_fit_are_refused(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        unrolled(**changes)


# --- Beam search


def test_kept_hypotheses_have_a_bold_frame_and_each_stands_beside_its_number():
    figure = plots.draw_beam(TREE, "Title")
    frames = [box for box in frames_in(figure, COLOURS["ours"]) if box[0] > 1]
    assert len(frames) == 6
    marked = {letter for x, y, letter in letters_in(figure, "GLHaeohu") for box in frames if inside(box, x, y)}
    assert marked == set("GLaehu")
    for word in ("'G' −0.40 kept", "'H' −2.60 dropped", "'o' −3.20 dropped", "'Geh' with −1.20, 'Lau' with −1.90"):
        assert word in figure.get_label()
    x, y = next((x, y) for x, y, letter in letters_in(figure, "H") if letter == "H")
    beside = [
        place for place in letters_in(figure, "−0123456789.") if x < place[0] < x + 1.6 and abs(place[1] - y) < 0.05
    ]
    assert "".join(letter for _, _, letter in sorted(beside)) == "−2.60"


def inside(box, x, y):
    return box[0] < x < box[2] and box[1] < y < box[3]


def test_children_stand_in_the_order_of_their_parents_the_likeliest_on_top():
    places = {letter: y for x, y, letter in letters_in(plots.draw_beam(TREE, "Title"), "GLHaehu")}
    assert places["G"] > places["L"] > places["H"]
    assert places["e"] > places["a"]
    assert places["h"] > places["u"]


@pytest.mark.parametrize(
    ("tree", "fragment"),
    [
        ([], "1 to 6 steps"),
        ([[]], "1 to 6 steps"),
        ([TREE[0]] * 7, "1 to 6 steps"),
        ([[(0, "a", -1.0, True)] * 13], "1 to 6 steps"),
        ([[(0, "a", -1.0)]], "parent, symbol, total, kept"),
        ([[(0, "", -1.0, True)]], "step 1"),
        ([[(1, "a", -1.0, True)]], "has the parent 1"),
        ([TREE[0], [(2, "a", -3.0, True)]], r"has the parent 2.*\[0, 1\]"),
        ([TREE[0], [(1, "a", -1.0, True)]], "cannot be more likely"),
        ([[(0, "a", 0.3, True)]], "cannot be more likely"),
        ([[(0, "a", np.nan, True)]], "nan"),
    ],
)
def test_a_tree_that_is_none_is_refused(tree, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_beam(tree, "Title")
