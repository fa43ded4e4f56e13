"""Every figure is drawn for typical and odd values: with title and labels, without warnings, the same each time."""

from __future__ import annotations

import re
import time
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from course_utils import plots
from course_utils.figures import PASSING, figure_png

pytestmark = pytest.mark.usefixtures("course_style")

ODD = ["$", " ", "\n", "\t", "\\", "_", "^", "{", "%", "ä", "…", "é"]
LOGITS = np.random.default_rng(1).normal(size=42)
SYMBOLS = [chr(number) for number in range(65, 65 + 42)]
CURVE = {"loss": [2.5, 1.9, 1.5, 1.2], "val_loss": [2.4, 1.8, 1.7, 1.9]}

FIGURES = {
    "losses": lambda: plots.draw_losses(CURVE, {"counts": 1.5, "a $ and $ b": 2.0}, "It falls, then rises"),
    "losses of one epoch": lambda: plots.draw_losses({"loss": [2.0], "val_loss": [2.1]}, {}, "One"),
    "losses, the first steps": lambda: plots.draw_losses(CURVE, {}, "Two", steps=2),
    "ladder": lambda: plots.draw_ladder({"uniform": 3.7, "counts": 1.5, "$5 and $6": 1.3}, "A ladder", ["counts"]),
    "ladder of one": lambda: plots.draw_ladder({"only": 0.5}, "One"),
    "next symbol": lambda: plots.draw_next_symbol(LOGITS, SYMBOLS, "the queen said ", 0.7, 10, 0.9),
    "next symbol, greedy": lambda: plots.draw_next_symbol(LOGITS, SYMBOLS, "a", temperature=0),
    "next symbol, odd ones": lambda: plots.draw_next_symbol(np.zeros(len(ODD)), ODD, "".join(ODD) * 9, most=12),
    "next symbol of one": lambda: plots.draw_next_symbol(np.zeros(1), ["$"]),
    "surprise": lambda: plots.draw_surprise("down the rabbit hole " * 9, np.linspace(0, 9, 189), "A passage"),
    "surprise of odd ones": lambda: plots.draw_surprise("".join(ODD), np.arange(12.0), "Odd", width=5),
    "surprise of one": lambda: plots.draw_surprise("$", np.array([3.0]), "One"),
    "times": lambda: plots.draw_times({"predict": 45.0, "a $ loop $": 0.15}, "Times"),
    "times of one": lambda: plots.draw_times({"only": 3.0}, "One"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_title_and_labels_and_draws_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert isinstance(figure, Figure)
        axes = figure.axes[0]
        assert axes.get_title(loc=matplotlib.rcParams["axes.titlelocation"]) or figure.get_suptitle()
        # A passage has letters for axes; its colours are explained by the bar beside it.
        labelled = figure.axes[-1] if name.startswith("surprise") else axes
        labels = labelled.get_xlabel(), labelled.get_ylabel()
        assert any(labels)
        if name.startswith(("losses", "next")):
            assert all(labels)
        png = figure_png(figure)
    assert png.startswith(b"\x89PNG")
    assert png == figure_png(FIGURES[name]()), "the same values give the same picture"


def test_other_values_give_another_picture():
    drawn = [
        figure_png(plots.draw_next_symbol(LOGITS, SYMBOLS, "a", t, k)) for t, k in ((1, None), (0.5, None), (1, 3))
    ]
    assert len(set(drawn)) == 3


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_blanks_and_line_ends_are_visible_and_nothing_is_read_as_a_formula():
    figure = plots.draw_next_symbol(np.array([3.0, 2, 1, 0]), [" ", "\n", "$", "x"], prompt="$a b$")
    assert [plots.shown(symbol) for symbol in (" ", "\n", "$", "x")] == ["␣", "↵", r"\$", "x"]
    assert r"\$a␣b\$" in figure.axes[0].get_title(loc="left")


def test_the_title_counts_the_choices_that_are_left():
    def title(**choices):
        return plots.draw_next_symbol(np.zeros(8), list("abcdefgh"), **choices).axes[0].get_title(loc="left")

    assert "8 choices left, entropy 3.00 bits" in title()
    assert "2 choices left, entropy 1.00 bits" in title(top_k=2)
    assert "1 choices left, entropy 0.00 bits" in title(temperature=0)


@pytest.mark.parametrize("prompt", ["", "m" * 200, "$" * 200, " " * 200])
def test_the_title_is_not_cut_off_however_long_the_prompt(prompt):
    figure = plots.draw_next_symbol(np.zeros(100), [chr(200 + number) for number in range(100)], prompt)
    assert figure.get_tightbbox().x1 <= figure.get_figwidth()


@pytest.mark.parametrize("epochs", [1, 2, 3, 80])
def test_epochs_are_whole(epochs):
    axes = plots.draw_losses({"loss": [2.0] * epochs, "val_loss": [2.0] * epochs}, {}, "A curve").axes[0]
    assert all(tick == round(tick) for tick in axes.get_xticks())


def test_the_likeliest_come_first_and_no_more_than_asked_for():
    figure = plots.draw_next_symbol(np.array([0.0, 3.0, 1.0, 2.0]), list("abcd"), most=3)
    assert re.findall(r"'(\w)' [\d.]+", figure.get_label()) == ["b", "d", "c"]
    assert len(figure.axes[0].collections[-1].get_paths()) == 3  # the letters below the bars


def test_the_longest_bar_of_a_ladder_is_above_and_nats_are_also_bits():
    axes = plots.draw_ladder({"good": 1.0, "bad": 3.0}, "A ladder").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["good", "bad"]
    assert [bar.get_width() for bar in axes.patches] == [1.0, 3.0]
    assert "1.000 nats = 1.44 bits" in texts(axes.figure)[0]


def test_the_best_epoch_is_marked():
    assert any("1.700 after epoch 3" in text for text in texts(FIGURES["losses"]()))


def test_a_passage_needs_one_value_for_each_symbol():
    for text, values in (("abc", [1.0, 2.0]), ("", [])):
        with pytest.raises(ValueError, match="one value for each"):
            plots.draw_surprise(text, np.array(values), "A passage")


def test_settings_without_a_meaning_are_refused_by_the_figure_too():
    with pytest.raises(ValueError, match="top_k"):
        plots.draw_next_symbol(LOGITS, SYMBOLS, top_k=0)


def test_the_figure_under_the_sliders_is_quick():
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        figure_png(FIGURES["next symbol"](), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes 30 to 50 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5
