"""The figures on recurrent cells show what they are given, for typical and odd values, and are quick enough to move."""

from __future__ import annotations

import time
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.plots.style import lettering

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(1)
HIDDEN, D_HIDDEN = np.tanh(RNG.normal(size=(5, 2))), RNG.normal(size=(5, 2))
BACK = np.arange(60.0)
RUNS = {"diverges": [0.9, np.nan, np.nan], "learns": [90.0, 0.5, 0.2], "stays": [0.99, 0.99, 0.99]}

FIGURES = {
    "unrolled": lambda: plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, step=8),
    "unrolled, at the start": lambda: plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, step=0),
    "unrolled, loss at the end": lambda: plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, step=10, loss_at=[4]),
    "unrolled, one step": lambda: plots.draw_unrolled("$", HIDDEN[:1], D_HIDDEN[:1], step=1),
    "unrolled, many units": lambda: plots.draw_unrolled("ab c", np.zeros((4, 9)), np.zeros((4, 9)), step=8),
    "unrolled, no gradient": lambda: plots.draw_unrolled("hello", HIDDEN, 0 * D_HIDDEN, step=10),
    "norms": lambda: plots.draw_gradient_norms({"a": 0.9**BACK, "b": 1.5**BACK, "$c$": 1 + 0 * BACK}, "Norms"),
    "norms of zero": lambda: plots.draw_gradient_norms({"cut": (BACK < 20).astype(float)}, "Norms"),
    "runs": lambda: plots.draw_runs(RUNS, "Runs", ("guessing", 1.0)),
    "runs of one epoch": lambda: plots.draw_runs({"only": [0.5]}, "Runs", ("guessing", 1.0)),
    "runs that begin with nan": lambda: plots.draw_runs({"only": [np.nan, np.nan]}, "Runs", ("guessing", 1.0)),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_words_and_is_drawn_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert figure.get_suptitle() or figure.axes[0].get_title(loc="left")
        assert figure.get_label()
        png = figure_png(figure)
        assert png == figure_png(FIGURES[name]()), "the same values give the same picture"


def test_every_step_forward_and_back_adds_to_the_picture():
    pictures = {figure_png(plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, step)) for step in range(11)}
    assert len(pictures) == 11


def test_the_title_says_which_time_step_and_how_large_its_gradient():
    def title(step):
        return plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, step).get_suptitle()

    assert "Forward, time step 3 of 5" in title(3)
    assert "Backward, time step 5 of 5" in title(6)
    assert "Backward, time step 1 of 5" in title(10)
    assert f"{np.linalg.norm(D_HIDDEN[0]):.2g}" in title(10)


def test_the_loss_enters_only_where_it_looks():
    def picture(**options):
        return figure_png(plots.draw_unrolled("hello", HIDDEN, D_HIDDEN, 10, **options))

    assert picture() == picture(loss_at=range(5)) != picture(loss_at=[4])


@pytest.mark.parametrize(
    ("symbols", "hidden", "d_hidden", "step", "fragment"),
    [
        ("hell", HIDDEN, D_HIDDEN, 1, "time=4"),
        ("hello", HIDDEN, D_HIDDEN[:, :1], 1, r"\(5, 1\)"),
        ("hello", HIDDEN[0], D_HIDDEN[0], 1, r"\(2,\)"),
        ("hello", HIDDEN, D_HIDDEN, 11, "0 to 10"),
        ("hello", HIDDEN, D_HIDDEN, -1, "0 to 10"),
    ],
)
def test_what_does_not_fit_is_refused(symbols, hidden, d_hidden, step, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_unrolled(symbols, hidden, d_hidden, step)


def test_a_norm_beyond_the_axis_is_drawn_at_its_border():
    figure = plots.draw_gradient_norms({"a": 1e-3**BACK, "b": 1e3**BACK}, "Norms", floor=1e-6)
    low, high = next(c.get_segments() for c in figure.findobj(LineCollection) if len(c.get_segments()[0]) == 60)
    assert low[:, 1].min() == -6
    assert high[:, 1].max() == 6


def test_a_run_that_diverges_ends_in_a_cross_and_says_so():
    figure = FIGURES["runs"]()
    assert "diverges: diverged in epoch 2" in figure.get_label()
    assert "learns: 0.200" in figure.get_label()
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in crosses] == [[2]]


def test_letters_are_centred_on_their_places():
    texts = ["l", "0.25", "gradient dh"]
    letters = lettering(texts, [(0, 0)] * 3, 12, matplotlib.transforms.IdentityTransform())
    for path in letters.get_paths():
        extent = path.get_extents()
        assert extent.x0 + extent.x1 == pytest.approx(0, abs=0.05)
        assert extent.height < 1.2  # of size 1, to be scaled by the collection


@pytest.mark.parametrize("name", ["unrolled", "norms"])
def test_the_figures_under_the_sliders_are_quick(name):
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        figure_png(FIGURES[name](), PASSING)
        seconds.append(time.process_time() - begin)
    # They take 20 to 40 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5
