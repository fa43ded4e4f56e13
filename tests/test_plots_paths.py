"""The figure of a growing text shows what it is given: its end, the next character, and the paths; in any state."""

from __future__ import annotations

import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_rgb

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.paths import AHEAD, Fork, Path
from course_utils.plots.style import COLOURS, outline

from .pictures import assert_nothing_leaves

pytestmark = pytest.mark.usefixtures("course_style")

SYMBOLS = [*"\n abcdefghijklmnopqrst$_^{\\ä한"]


def fork(written="a cat sat", temperature=0.5, drawn="b", prompt="once ", p=None, symbols=SYMBOLS) -> Fork:
    p_at_1 = np.random.default_rng(1).dirichlet(np.full(len(symbols), 0.4))
    if p is None:
        p = p_at_1 ** (1 / temperature) if temperature else np.eye(len(symbols))[p_at_1.argmax()]
        p /= p.sum()
    others = [symbols[number] for number in np.argsort(-p_at_1) if symbols[number] != drawn]
    paths = [
        Path(letter, p[symbols.index(letter)], p_at_1[symbols.index(letter)], (letter + " to\n$") * (AHEAD // 5))
        for letter in [drawn, *others[:3]]
    ]
    return Fork(prompt, written, temperature, symbols, p, p_at_1, paths)


def bars_in(figure, colour):
    """Heights of the upright boxes of one colour, on the line of the bars, in inches."""
    corners = [
        [*path.vertices.min(axis=0), *path.vertices.max(axis=0)]
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
        if np.allclose(face, (*to_rgb(COLOURS[colour]), 1), atol=1e-6)
    ]
    corners = np.array(corners).reshape(-1, 4)
    widths = corners[:, 2] - corners[:, 0]
    return (corners[:, 3] - corners[:, 1])[widths < 1]  # the lines of the axis are wider


def letters_of(figure, family="sans-serif"):
    """How often each letter is written, by its outline."""
    drawn = [path for letters in figure.findobj(PathCollection) for path in letters.get_paths()]
    return lambda letter: sum(path is outline(letter, family, "center") for path in drawn)


def test_the_bars_are_the_probabilities_and_the_chosen_one_has_its_own_colour_and_sign():
    shown = fork(drawn="c")
    figure = plots.draw_paths(shown)
    order = np.argsort(-shown.p_at_1)[:12]
    chosen = SYMBOLS.index("c")
    assert chosen not in order, "choose another character, to see that an unlikely one is drawn"
    mine, others, grey = (bars_in(figure, colour) for colour in ("mark", "ours", "cut"))
    scale = others.max() / shown.p[order].max()
    assert mine == pytest.approx(scale * shown.p[[chosen]])
    assert others == pytest.approx(scale * shown.p[order[:-1]])
    assert grey == pytest.approx(scale * shown.p_at_1[[*order[:-1], chosen]])
    assert letters_of(figure)("▼") == 1
    assert letters_of(figure)("▶") == 1


def test_at_temperature_one_there_is_nothing_to_compare_with():
    figure = plots.draw_paths(fork(temperature=1))
    assert len(bars_in(figure, "cut")) == 0
    assert "at temperature 1)" not in figure.get_label()
    assert "at temperature 1)" in plots.draw_paths(fork(temperature=0.5)).get_label()


def test_at_temperature_zero_the_other_paths_have_their_probability_at_temperature_one():
    shown = fork(temperature=0, drawn=SYMBOLS[int(fork().p_at_1.argmax())])
    words = plots.draw_paths(shown).get_label()
    assert "(100 %," in words
    assert words.count("(0 %,") == 3
    assert f"{100 * shown.paths[1].probability_at_1:.0f} % at temperature 1" in words


def test_the_title_and_the_words_say_what_is_seen():
    shown = fork(written="a cat sat", drawn="\n")
    figure = plots.draw_paths(shown)
    assert "9 characters" in figure.get_suptitle()
    assert "↵" in figure.get_suptitle()
    assert f"{shown.entropy:.2f} bits" in figure.get_suptitle()
    words = figure.get_label()
    assert "'once '" in words
    assert "'a cat sat'" in words
    assert all(repr(path.character) in words and repr(path.continuation) in words for path in shown.paths)


def test_certain_and_impossible_are_said_only_of_what_is():
    p = np.full(len(SYMBOLS), 1e-9)
    p[SYMBOLS.index("b")] = 1 - 1e-9 * (len(SYMBOLS) - 1)
    words = plots.draw_paths(fork(p=p)).get_label()
    assert "'b' (> 99.9 %" in words
    assert "(< 0.1 %" in words


def test_of_a_long_text_the_end_is_seen_with_a_sign_that_it_was_cut():
    long, longer = fork(written="z" * 400 + "y"), fork(written="x" + "z" * 499 + "y")
    symbols = [*SYMBOLS, "x", "y", "z"]
    for shown in (long, longer):
        count = letters_of(
            plots.draw_paths(
                replace(
                    shown, symbols=symbols, p=np.append(shown.p, [0, 0, 0]), p_at_1=np.append(shown.p_at_1, [0, 0, 0])
                )
            ),
            "monospace",
        )
        assert count("y") == 5, "once in the text, and once before each of four paths"
        assert count("…") == 1
        assert count("x") == 0
    assert letters_of(plots.draw_paths(fork()), "monospace")("…") == 0


@pytest.mark.parametrize("temperature", [0, 0.01, 0.5, 1, 10])
@pytest.mark.parametrize("length", [0, 1, 99, 100, 101, 199, 200, 300, 301, 5000])
def test_any_length_can_be_drawn_without_a_warning_and_stays_within_the_picture(length, temperature):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.draw_paths(fork(written="".join(np.resize(SYMBOLS, length)), temperature=temperature, prompt=""))
        assert figure_png(figure)
    assert_nothing_leaves(figure)


def test_two_characters_are_enough():
    assert figure_png(plots.draw_paths(fork(written="aab", symbols=["a", "b"])))


def test_a_slider_gets_its_picture_in_time():
    places = [fork(written="a cat sat on the mat " * 9)] * 7
    figure_png(plots.draw_paths(places[0]), PASSING)
    seconds = []
    for place in places:
        begin = time.process_time()
        figure_png(plots.draw_paths(place), PASSING)
        seconds.append(time.process_time() - begin)
    assert min(seconds) < 0.25  # far above what it takes: for machines that do other things at the same time
