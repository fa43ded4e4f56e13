"""The picture of a layer colours what is returned and nothing else, and the page to print holds what Keras returns."""

from __future__ import annotations

import re
import time
import warnings
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_rgb

from course_utils.quiet import import_tensorflow

import_tensorflow()

from course_utils import plots, shapes  # noqa: E402 - after TensorFlow was silenced
from course_utils.figures import PASSING, figure_png  # noqa: E402
from course_utils.plots.layer import MOST, STATE_COLOURS  # noqa: E402
from course_utils.plots.sheet import width_of  # noqa: E402
from tools import print_shapes  # noqa: E402

pytestmark = pytest.mark.usefixtures("course_style")

CHOICES = list(product(shapes.KINDS, (False, True), (False, True)))
SIZES = [(1, 1, 1), (4, 3, 5), (MOST, MOST, MOST), (1, MOST, 1), (MOST, 1, 1)]


def boxes_in(figure, colour):
    """The corners of all boxes of one colour, as (boxes, left lower right upper), in inches."""
    corners = [
        [*path.vertices.min(axis=0), *path.vertices.max(axis=0)]
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
        if face[3] and np.allclose(face[:3], to_rgb(colour), atol=1e-6)
    ]
    return np.array(corners).reshape(-1, 4)


@pytest.mark.parametrize(("kind", "sequences", "state"), CHOICES)
def test_as_many_boxes_have_a_colour_as_numbers_are_returned_for_a_sequence(kind, sequences, state):
    figure = plots.draw_layer(kind, sequences, state, time=4, units=3, features=5)
    rows = shapes.of_layer(shapes.make_layer(kind, 3, sequences, state), (1, 4, 5))
    cells = [row for row in rows if row.variable.endswith("c")]
    others = [row for row in rows if row not in cells]
    assert len(boxes_in(figure, STATE_COLOURS["c"])) == sum(int(np.prod(row.shape)) for row in cells)
    assert len(boxes_in(figure, STATE_COLOURS["h"])) == sum(int(np.prod(row.shape)) for row in others)


@pytest.mark.parametrize(("kind", "sequences", "state"), CHOICES)
def test_nothing_but_what_is_returned_has_a_colour(kind, sequences, state):
    figure = plots.draw_layer(kind, sequences, state)
    faces = [polygons.get_facecolor() for polygons in figure.findobj(PolyCollection)]
    lines = [line.get_edgecolor() for line in figure.findobj(LineCollection)]
    letters = [letter.get_facecolor() for letter in figure.findobj(PathCollection)]
    colours = {tuple(np.round(colour[:3], 3)) for colour in np.concatenate([*faces, *lines, *letters])}
    coloured = {colour for colour in colours if max(colour) - min(colour) > 0.02}
    expected = {"h", "c"} if kind.endswith(("LSTM", "LSTM)")) and state else {"h"}
    assert coloured == {tuple(np.round(to_rgb(STATE_COLOURS[name]), 3)) for name in expected}


def test_without_sequences_the_backward_half_is_shown_at_the_first_step():
    figure = plots.draw_layer("Bidirectional(GRU)", time=4, units=3)
    middles = boxes_in(figure, STATE_COLOURS["h"])[:, [0, 2]].mean(axis=1)
    every = boxes_in(plots.draw_layer("Bidirectional(GRU)", True, time=4, units=3), STATE_COLOURS["h"])
    every = every[:, [0, 2]].mean(axis=1).reshape(4, 2, 3)  # step, half, unit
    np.testing.assert_allclose(np.sort(middles), np.sort([*every[0, 1], *every[3, 0]]), atol=1e-6)


@pytest.mark.parametrize("kind", ["LSTM", "Bidirectional(LSTM)"])
def test_forward_states_come_out_on_the_right_and_backward_ones_on_the_left(kind):
    figure = plots.draw_layer(kind, True, True)
    cells = boxes_in(figure, STATE_COLOURS["c"])
    outputs = boxes_in(plots.draw_layer(kind, True, False), STATE_COLOURS["h"])
    right, left = cells[:, 0] > outputs[:, 2].max(), cells[:, 2] < outputs[:, 0].min()
    assert right.sum() == 3
    assert left.sum() == (3 if "Bidirectional" in kind else 0)
    if left.any():
        assert cells[left, 1].min() > cells[right, 1].max(), "the backward row is the upper one"


@pytest.mark.parametrize(("choice", "sizes"), list(product(CHOICES, SIZES)))
def test_nothing_leaves_the_picture_and_no_two_texts_meet(choice, sizes):
    figure = plots.draw_layer(*choice, *sizes, batch=64)
    for polygons in figure.findobj(PolyCollection):
        corners = np.concatenate([path.vertices for path in polygons.get_paths()])
        assert (corners >= 0).all()
        assert (corners <= figure.get_size_inches()).all()
    boxes = np.array([box for letters in figure.findobj(PathCollection) for box in extents(letters)])
    assert boxes[:, :2].min() >= 0
    assert (boxes[:, 2:] <= figure.get_size_inches()).all()
    apart = np.maximum(boxes[:, None, :2] - boxes[None, :, 2:], boxes[None, :, :2] - boxes[:, None, 2:]).max(axis=2)
    np.fill_diagonal(apart, 1)
    assert apart.min() > 0


def extents(letters):
    """From where to where each text of a collection reaches, in inches."""
    for path, (x, y), area in zip(letters.get_paths(), letters.get_offsets(), letters.get_sizes(), strict=True):
        corners = (x, y) + path.vertices[path.codes != path.CLOSEPOLY] * np.sqrt(area) / 72
        yield [*corners.min(axis=0), *corners.max(axis=0)]


@pytest.mark.parametrize(("kind", "sequences", "state"), CHOICES)
def test_title_and_words_say_what_is_returned(kind, sequences, state):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.draw_layer(kind, sequences, state, time=6, units=2, features=3, batch=8)
        assert figure_png(figure) == figure_png(plots.draw_layer(kind, sequences, state, 6, 2, 3, 8))
    title, words = figure.get_suptitle(), figure.get_label()
    assert ("every step" in title) == sequences
    assert ("hidden state" in title) == state
    assert ("cell state" in title) == (state and "LSTM" in kind)
    for row in shapes.of_layer(shapes.make_layer(kind, 2, sequences, state), (8, 6, 3)):
        assert f"{row.variable} {row.axes}" in words
        assert row.layer in words
    assert figure.texts[0].get_window_extent().x1 < figure.bbox.x1


def test_every_choice_and_size_is_another_picture():
    pictures = {figure_png(plots.draw_layer(*choice), PASSING) for choice in CHOICES}
    sizes = {figure_png(plots.draw_layer("LSTM", True, True, *sizes), PASSING) for sizes in SIZES}
    assert (len(pictures), len(sizes)) == (len(CHOICES), len(SIZES))


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"kind": "Lstm"}, "'Lstm'"),
        ({"time": 0}, "time is 0, expected a whole number from 1 to 6"),
        ({"time": 7}, "time is 7"),
        ({"units": 2.0}, r"units is 2\.0"),
        ({"features": True}, "features is True"),
        ({"batch": None}, "batch is None, expected a whole number from 1 on"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_layer(**changes)


def test_the_picture_is_quick():
    seconds = []
    for units in (3, 3, 3, 4, 4):
        begin = time.process_time()
        figure_png(plots.draw_layer("Bidirectional(LSTM)", True, True, units=units), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 35 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- The page to print


@pytest.fixture(scope="module")
def page():
    return print_shapes.page()


@pytest.fixture(scope="module")
def texts(page):
    """Each text of the page: what it says, where it begins, how large it is, and in which kind of letters."""
    found = [
        ("".join(node.itertext()), *(float(node.get(name)) for name in ("x", "y", "font-size")), node.get("class"))
        for node in ElementTree.fromstring(page).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert len(found) > 60
    return found


def test_the_page_in_the_repository_is_what_the_tool_writes(page):
    assert print_shapes.path().read_text(encoding="utf-8") == page, "run: python -m tools.print_shapes"


def test_the_page_holds_every_tensor_that_keras_returns(texts):
    written = " ".join(text for text, *_ in texts)
    for kind in ("SimpleRNN", "GRU", "LSTM", "Bidirectional(LSTM)"):
        for sequences, state in product((False, True), (False, True)):
            assert f"return_sequences={sequences}, return_state={state}" in written
            for row in shapes.of_layer(shapes.make_layer(kind, 3, sequences, state), (1, 4, 5)):
                same = f" = {row.same_as} " if row.same_as else " "
                assert re.search(re.escape(f" {row.variable} {row.axes}{same}") + "(?!=)", written), row


def test_other_bidirectional_layers_return_what_the_page_says_of_them(texts):
    assert any("Bidirectional(GRU)" in text and "without forward_c and backward_c" in text for text, *_ in texts)
    for sequences, state in product((False, True), (False, True)):
        known, gru, simple = (
            [
                row[1:]
                for row in shapes.of_layer(shapes.make_layer(f"Bidirectional({kind})", 3, sequences, state), (1, 4, 5))
            ]
            for kind in ("LSTM", "GRU", "SimpleRNN")
        )
        assert gru == simple == [row for row in known if not row[0].endswith("_c")]


def test_the_page_has_room_for_its_texts(texts):
    spans = []
    for text, x, y, size, font in texts:
        # Letters of one width are MONO of their size wide; bold ones are a tenth wider.
        width = size * (print_shapes.MONO * len(text) if font == "mono" else 1.1 * width_of(text))
        assert x >= 0
        assert x + width <= print_shapes.WIDTH, text
        assert size < y <= print_shapes.HEIGHT - 2, text
        assert size >= 2.3, "two millimetres and a bit can be read in print"
        spans.append((y, x, x + width))
    for y, start, end in spans:
        for other_y, other_start, other_end in spans:
            if (y, start) < (other_y, other_start) and abs(y - other_y) < 2:
                assert end <= other_start or other_end <= start, (y, start)


def test_the_page_fits_on_a4_and_on_letter_with_usual_margins(page):
    root = ElementTree.fromstring(page)
    width, height = (float(root.get(name).removesuffix("mm")) for name in ("width", "height"))
    assert width <= min(210, 216) - 2 * 10
    assert height <= min(297, 279) - 2 * 10
    assert root.find("{http://www.w3.org/2000/svg}desc").text
