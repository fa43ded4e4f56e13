"""The figures on tokens show what they are given: ids, unknown ones, what is cut, padding and mask; words as points."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.plots.tokens import MOST_STEPS, TOKEN_COLOURS, writable

from .pictures import assert_nothing_leaves

pytestmark = pytest.mark.usefixtures("course_style")

WORDS = "this book is for deep learning learners".split()
IDS = [2, 3, 4, 5, 6, 1, 1]
TEXTS = {
    "words": WORDS,
    "nothing": [],
    "one letter": ["a"],
    "odd symbols": [" ", "\n", "\t", "$", "\\", "_", "^", "{", "%", "ä", "…", "$a$", ""],
    "other scripts": ["한국어", "🙂", "日本"],
    "nothing to see": ["\u200d", "\u00ad", "\u00a0", "\u2800", "\ufeff", "a\u200db"],
    "long words": ["a" * 60] * 7,
    "very many letters": list("curiouser and curiouser ") * 40,
    "very many words": WORDS * 30,
}


def boxes_in(figure, colour):
    """The corners of all boxes of one colour, as (boxes, left lower right upper), in inches."""
    corners = [
        [*path.vertices.min(axis=0), *path.vertices.max(axis=0)]
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
        if np.allclose(face, (*to_rgb(colour), 1), atol=1e-6)
    ]
    return np.array(corners).reshape(-1, 4)


def count_of(figure):
    """How many boxes there are of each kind: above, where the text stands, and below, in the row."""
    boxes = {kind: boxes_in(figure, colour)[:, 1] for kind, colour in TOKEN_COLOURS.items()}
    return {kind: (int(np.sum(low > 1.2)), int(np.sum((low > 0.5) & (low < 1.2)))) for kind, low in boxes.items()}


def test_words_are_known_unknown_or_cut_and_the_row_holds_the_rest_and_padding():
    assert count_of(plots.draw_tokens(WORDS, IDS, 10)) == {
        "kept": (5, 5),
        "unknown": (2, 2),
        "cut": (0, 0),
        "padding": (0, 3),
    }
    assert count_of(plots.draw_tokens(WORDS, IDS, 4)) == {
        "kept": (2, 2),
        "unknown": (2, 2),
        "cut": (3, 0),
        "padding": (0, 0),
    }


@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("length", [1, 4, 7, 10])
def test_the_row_is_that_of_keras(length, padding, truncating):
    import keras

    row = keras.utils.pad_sequences([IDS], length, padding=padding, truncating=truncating)[0]
    words = plots.draw_tokens(WORDS, IDS, length, padding, truncating).get_label()
    assert f"Padded: {', '.join(map(str, row))}. Mask: {', '.join(str(int(id > 0)) for id in row)}." in words


@pytest.mark.parametrize("length", [3, 7, 10])
def test_each_choice_changes_the_picture_even_where_nothing_is_filled_or_cut(length):
    pictures = {
        figure_png(plots.draw_tokens(WORDS, IDS, length, padding, truncating))
        for padding in ("pre", "post")
        for truncating in ("pre", "post")
    }
    assert len(pictures) == 4


def test_without_a_mask_the_picture_says_so():
    figure = plots.draw_tokens(WORDS, IDS, 10, mask=False)
    assert "Mask: none" in figure.get_label()
    assert figure_png(figure) != figure_png(plots.draw_tokens(WORDS, IDS, 10))


@pytest.mark.parametrize(
    ("length", "truncating", "fragments"),
    [(10, "pre", ["3 of 10"]), (5, "pre", ["2 cut", "front"]), (5, "post", ["2 cut", "end"]), (7, "pre", [])],
)
def test_the_title_says_what_happens(length, truncating, fragments):
    title = plots.draw_tokens(WORDS, IDS, length, truncating=truncating).get_suptitle()
    assert title.startswith("7 tokens, 2 unknown")
    assert all(fragment in title for fragment in fragments)
    assert ("cut" in title, "padding" in title) == (length < 7, length > 7)


@pytest.mark.parametrize("length", [1, 10, MOST_STEPS])
@pytest.mark.parametrize("name", TEXTS)
def test_any_text_can_be_drawn_without_a_warning_and_stays_within_the_picture(name, length):
    tokens = TEXTS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.draw_tokens(tokens, range(1, len(tokens) + 1), length)
        assert figure_png(figure)
    assert_nothing_leaves(figure)


def test_of_very_many_tokens_the_first_and_the_last_are_shown():
    tokens = [f"w{n}" for n in range(500)]
    ids = range(2, 502)
    kept = {end: count_of(plots.draw_tokens(tokens, ids, 4, truncating=end))["kept"] for end in ("pre", "post")}
    assert kept == {"pre": (4, 4), "post": (4, 4)}


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"ids": [2, 3]}, "7 tokens and 2 ids"),
        ({"ids": [0, 3, 4, 5, 6, 1, 1]}, "an id is 0"),
        ({"ids": [2.5, 3, 4, 5, 6, 1, 1]}, r"an id is 2\.5"),
        ({"length": 0}, "length is 0"),
        ({"length": 21}, "from 1 to 20"),
        ({"padding": "front"}, "padding is 'front'"),
        ({"truncating": None}, "truncating is None"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_tokens(**{"tokens": WORDS, "ids": IDS, "length": 10} | changes)


def test_the_picture_is_quick():
    seconds = []
    for length in (9, 10, 11, 12):
        begin = time.process_time()
        figure_png(plots.draw_tokens(WORDS, IDS, length), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 20 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


def test_what_the_font_lacks_becomes_a_box():
    assert writable("a한b") == "a□b"
    assert writable("a\u200db\u00ad") == "a□b□"
    assert writable("é ß") == "é␣ß"


# --- Words as points

POINTS = np.random.default_rng(5).normal(size=(7, 2))
GROUPS = ["verbs"] * 3 + ["$ nouns $"] * 4


def test_every_word_stands_beside_its_point_in_the_colour_of_its_group():
    figure = plots.draw_word_map(WORDS, POINTS, GROUPS, "Words")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.texts] == WORDS
    np.testing.assert_allclose([label.xy for label in axes.texts], POINTS)
    assert len({label.get_color() for label in axes.texts[:3]}) == 1
    assert axes.texts[0].get_color() != axes.texts[3].get_color()
    drawn = [len(points.get_offsets()) for points in axes.collections]
    assert drawn == [3, 4]
    assert "verbs: this, book, is" in figure.get_label()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figure_png(figure)


def test_words_of_one_place_have_labels_that_lie_apart():
    figure = plots.draw_word_map(["one", "two", "six"], np.array([[0, 0], [0, 0], [5, 5]]), ["a"] * 3, "Words")
    one, two, _ = (label.get_window_extent() for label in figure.axes[0].texts)
    assert not one.overlaps(two)


@pytest.mark.parametrize("words", [["$a$", "\\", "한국", " ", "_^{"], ["x"] * 5])
def test_odd_words_can_be_drawn(words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figure_png(plots.draw_word_map(words, POINTS[:5], ["a", "b", "c", "d", "e"], "Odd"))


@pytest.mark.parametrize(
    ("points", "groups", "fragment"),
    [
        (POINTS[:6], GROUPS, "points has shape"),
        (POINTS * np.nan, GROUPS, "points holds nan"),
        (POINTS, GROUPS[:6], "7 words and 6 groups"),
    ],
)
def test_points_and_groups_fit_the_words(points, groups, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_word_map(WORDS, points, groups, "Words")


def test_more_groups_than_colours_are_refused():
    with pytest.raises(ValueError, match="8 of them different"):
        plots.draw_word_map(list("abcdefgh"), np.zeros((8, 2)), list("abcdefgh"), "Words")
