"""The figures on reviews show what they are given: words on their probability, lengths and a limit, runs by labels."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_rgb

from course_utils import plots
from course_utils.figures import PASSING, figure_png
from course_utils.plots.reviews import MOST_WORDS, PRAISE

pytestmark = pytest.mark.usefixtures("course_style")

RNG = np.random.default_rng(6)
WORDS = "<START> this film was not good and yet i left it happy".split()
SHARES = np.array([0.5, 0.52, 0.5, 0.55, 0.2, 0.15, 0.2, 0.35, 0.4, 0.42, 0.41, 0.9])
UNKNOWN = np.array([word == "yet" for word in WORDS])
TEXTS = {
    "one word": ["good"],
    "two words": ["<START>", "good"],
    "odd symbols": ["$", "\\", "$a$", "_", "^", "{", "%", "ä", "…", "", "'", "a\nb", " "],
    "other scripts": ["한국어", "🙂", "日本", "éa"],
    "long words": ["m" * 70] * 30,
    "as many as fit": ["supercalifragilistic"] * MOST_WORDS,
    "too many long words": ["m" * 70] * 200,
    "too many": [f"w{number}" for number in range(200)],
}
SIZES = [100, 1000, 10000]
RESULTS = {
    "from scratch": np.array([[0.52, 0.5, 0.55], [0.6, 0.63, 0.66], [0.82, 0.83, 0.84]]),
    "$pretrained$": np.array([[0.62, 0.7], [0.75, 0.78], [0.8, 0.81]]),
}


def drawn(words, shares=None, unknown=None, **options):
    shares = RNG.uniform(size=len(words)) if shares is None else shares
    return plots.draw_review(words, shares, np.zeros(len(words), bool) if unknown is None else unknown, **options)


def boxes_in(figure):
    """All boxes, as corners (boxes, left lower right upper) in inches, and their colours."""
    found = [
        ([*path.vertices.min(axis=0), *path.vertices.max(axis=0)], face)
        for polygons in figure.findobj(PolyCollection)
        for path, face in zip(polygons.get_paths(), polygons.get_facecolor(), strict=True)
    ]
    return tuple(map(np.array, zip(*found, strict=True)))


def words_and_bars(figure):
    """Colours of the boxes of the words; colours and lower and upper ends of the bars."""
    corners, colours = boxes_in(figure)
    words = np.isclose(corners[:, 3] - corners[:, 1], 0.28) & (corners[:, 1] > 1.5)
    width = corners[:, 2] - corners[:, 0]
    bars = (corners[:, 3] < 1.51) & (corners[:, 1] > 0.59) & (width < 0.3)
    return colours[words], colours[bars], corners[bars][:, [1, 3]]


# --- A review, word by word


def test_words_and_bars_have_the_colour_of_their_probability():
    words, bars, ends = words_and_bars(drawn(WORDS, SHARES, UNKNOWN))
    np.testing.assert_allclose(words, PRAISE(SHARES), atol=1e-6)
    np.testing.assert_allclose(bars, PRAISE(SHARES), atol=1e-6)
    low, high = ends.T
    assert (np.isclose(high - low, 0.9 * np.abs(SHARES - 0.5))).all(), "an inch is 1 / 0.9 of the axis from 0 to 1"
    assert (np.isclose(high, 1.05) == (SHARES <= 0.5)).all(), "a bar below the middle is no praise"
    assert (np.isclose(low, 1.05) == (SHARES >= 0.5)).all()


def test_unknown_words_are_underlined_and_named():
    black = (0, 0, 0, 1)

    def marks(unknown):
        corners, colours = boxes_in(drawn(WORDS, SHARES, unknown))
        return corners[(colours == black).all(axis=1) & (corners[:, 1] > 1.5)]

    none, one, every = (marks(unknown) for unknown in (~np.isin(WORDS, WORDS), UNKNOWN, np.isin(WORDS, WORDS)))
    assert [len(found) for found in (none, one, every)] == [0, 1, len(WORDS)]
    assert any(np.allclose(one[0], mark) for mark in every)
    assert "Unknown words: yet." in drawn(WORDS, SHARES, UNKNOWN).get_label()
    assert "Unknown words: none." in drawn(WORDS, SHARES).get_label()


def test_the_title_has_the_verdict_and_the_largest_step():
    assert drawn(WORDS, SHARES).get_suptitle() == (
        "Probability of praise: 90%; the largest step is at “happy”, from 41% to 90%"
    )
    assert drawn(["good"], [0.25]).get_suptitle() == "Probability of praise: 25%"
    assert drawn(WORDS, SHARES, title="Another").get_suptitle() == "Another"


def test_the_words_of_the_figure_hold_every_word_and_probability():
    words = drawn(WORDS, SHARES, UNKNOWN).get_label()
    assert ", ".join(f"{word} {share:.2f}" for word, share in zip(WORDS, SHARES, strict=True)) in words


def test_of_a_long_review_the_last_words_are_drawn_and_the_figure_says_so():
    shares = np.linspace(0, 1, 200)
    figure = drawn(TEXTS["too many"], shares)
    words, bars, _ = words_and_bars(figure)
    assert len(words) == len(bars) == MOST_WORDS
    np.testing.assert_allclose(words, PRAISE(shares[-MOST_WORDS:]), atol=1e-6)
    assert "the last 120 of 200 words" in figure.get_label()
    assert "w80 " in figure.get_label()
    assert "w79 " not in figure.get_label()
    assert "last" not in drawn(TEXTS["as many as fit"]).get_label()
    legends = {widest_text(drawn(TEXTS["too many"][:count])) for count in (MOST_WORDS, MOST_WORDS + 1)}
    assert len(legends) == 2, "the legend too says that words are left out"


def test_the_largest_step_is_sought_among_the_words_that_are_drawn():
    shares = np.append(np.tile([0.1, 0.9], 40), np.linspace(0.9, 0.5, 120))
    shares[150:] -= 0.2
    assert "“w150”" in drawn(TEXTS["too many"], shares).get_suptitle()


def widest_text(figure):
    """How wide the widest text is, in inches."""
    return max(
        np.ptp(path.vertices[:, 0]) * np.sqrt(area) / 72
        for letters in figure.findobj(PathCollection)
        for path, area in zip(letters.get_paths(), letters.get_sizes(), strict=True)
    )


@pytest.mark.parametrize("name", TEXTS)
def test_any_review_can_be_drawn_without_a_warning_and_stays_within_the_picture(name):
    words = TEXTS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = drawn(words, unknown=np.arange(len(words)) % 3 == 0)
        assert figure_png(figure)
    width, height = figure.get_size_inches()
    corners, _ = boxes_in(figure)
    assert corners[:, :2].min() >= 0
    assert (corners[:, 2:] <= (width, height)).all()
    for letters in figure.findobj(PathCollection):
        for path, (x, y), area in zip(letters.get_paths(), letters.get_offsets(), letters.get_sizes(), strict=True):
            inked = (x, y) + path.vertices[path.codes != path.CLOSEPOLY] * np.sqrt(area) / 72
            assert inked.size == 0 or (0 <= inked.min() and (inked.max(axis=0) <= (width, height)).all())
    assert figure.texts[0].get_window_extent().x1 < figure.bbox.x1


def test_words_do_not_meet():
    corners, _ = boxes_in(drawn(WORDS * 9, np.full(9 * len(WORDS), 0.3)))
    words = corners[np.isclose(corners[:, 3] - corners[:, 1], 0.28) & (corners[:, 1] > 1.5)]
    assert len(words) == 9 * len(WORDS)
    apart = np.maximum(words[:, None, :2] - words[None, :, 2:], words[None, :, :2] - words[:, None, 2:]).max(axis=2)
    np.fill_diagonal(apart, 1)
    assert apart.min() > 0


def test_the_legend_goes_from_no_praise_to_praise():
    (legend,) = drawn(WORDS, SHARES).findobj(QuadMesh)
    colours = legend.get_facecolor()
    np.testing.assert_allclose(colours[[0, 20, 40]], PRAISE([0.0, 0.5, 1.0]), atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "error", "fragment"),
    [
        ({"words": []}, ValueError, "no word"),
        ({"words": "a good film"}, TypeError, "one str"),
        ({"probabilities": SHARES[1:]}, ValueError, "probabilities has shape"),
        ({"probabilities": 100 * SHARES}, ValueError, "from 15 to 90"),
        ({"probabilities": SHARES * np.nan}, ValueError, "nan"),
        ({"unknown": UNKNOWN[1:]}, ValueError, r"unknown has shape \(11,\)"),
        ({"unknown": UNKNOWN.astype(int)}, TypeError, "unknown has dtype int"),
    ],
)
def test_a_review_that_does_not_fit_is_refused(changes, error, fragment):
    with pytest.raises(error, match=fragment):
        plots.draw_review(**{"words": WORDS, "probabilities": SHARES, "unknown": UNKNOWN} | changes)


def test_the_picture_is_quick():
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        figure_png(drawn(WORDS * 5), PASSING)
        seconds.append(time.process_time() - begin)
    # It takes about 35 ms; the limit is for slower machines. Processor time: what else runs does not count.
    assert min(seconds) < 0.5


# --- Lengths


@pytest.mark.parametrize("limit", [1, 3, 99, 100, 101, 500, 5000])
def test_bars_hold_every_review_once_and_none_is_whole_and_cut(limit):
    lengths = np.append(RNG.integers(0, 900, 400), [limit, limit + 1, 0])
    axes = plots.draw_lengths(lengths, limit).axes[0]
    kept, cut = (
        [bar for bar in axes.patches if np.allclose(bar.get_facecolor()[:3], to_rgb(plots.COLOURS[part]))]
        for part in ("kept", "cut")
    )
    assert sum(bar.get_height() for bar in kept) == np.sum(lengths <= limit)
    assert sum(bar.get_height() for bar in cut) == np.sum(lengths > limit)
    assert max(bar.get_x() + bar.get_width() for bar in kept if bar.get_height()) <= limit + 0.5
    assert min(bar.get_x() for bar in cut if bar.get_height()) >= limit + 0.5


def test_the_title_says_what_fits_and_what_is_cut():
    figure = plots.draw_lengths([10, 20, 30, 40], 20)
    assert figure.get_suptitle() == "50.0% of the reviews fit in 20 words; 30.0% of all words are cut"
    assert "30 of 100" in figure.get_label()
    assert plots.draw_lengths([10], 20, title="Another").get_suptitle() == "Another"


@pytest.mark.parametrize("lengths", [[0], [5], [3, 4, 5, 5], RNG.integers(10, 2500, 3000)])
@pytest.mark.parametrize("limit", [1, 500])
def test_lengths_are_drawn_without_warning(lengths, limit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.draw_lengths(lengths, limit)
        assert figure_png(figure) == figure_png(plots.draw_lengths(lengths, limit))
    (axes,) = figure.axes
    assert axes.get_xlabel() and axes.get_ylabel()
    assert len(axes.patches) < 200


@pytest.mark.parametrize(
    ("lengths", "limit", "fragment"),
    [([], 5, "lengths"), ([[1, 2]], 5, "lengths"), ([-1, 4], 5, "-1"), ([3], 0, "limit 0"), ([np.nan], 5, "nan")],
)
def test_lengths_and_limit_are_checked(lengths, limit, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_lengths(lengths, limit)


# --- Few labels


def test_each_run_is_a_point_and_the_line_is_their_mean():
    axes = plots.draw_few_labels(SIZES, RESULTS).axes[0]
    guess, *lines = axes.lines
    assert set(guess.get_ydata()) == {0.5}
    for (name, rows), points, line in zip(RESULTS.items(), lines[::2], lines[1::2], strict=True):
        assert points.get_ydata().tolist() == rows.ravel().tolist()
        np.testing.assert_allclose(line.get_ydata(), rows.mean(axis=1))
        np.testing.assert_allclose(line.get_xdata(), SIZES, rtol=0.05)
        assert line.get_label() == name
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["100", "1,000", "10,000"]
    looks = {(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines[1::2]}
    assert len(looks) == 2


def test_the_title_says_who_is_ahead_with_few_and_with_many():
    title = plots.draw_few_labels(SIZES, {"a": RESULTS["from scratch"], "b": RESULTS["$pretrained$"]}).get_suptitle()
    assert title == "b is 13.7 points ahead with 100 labels; a is 2.5 points ahead with 10,000 labels"
    assert plots.draw_few_labels([100], {"a": [[0.5, 0.7]]}).get_suptitle() == "a has 60.0% with 100 labels"
    assert plots.draw_few_labels(SIZES, RESULTS, title="Another").get_suptitle() == "Another"


def test_every_mean_and_range_is_in_the_words():
    words = plots.draw_few_labels(SIZES, RESULTS).get_label()
    assert "from scratch: 0.523 (0.500 to 0.550), 0.630 (0.600 to 0.660)" in words
    assert "100, 1,000, 10,000" in words


@pytest.mark.parametrize("ways", [1, 2, 5])
def test_few_labels_are_drawn_without_warning_and_the_title_fits(ways):
    results = {f"a way with a long name {way}": RNG.uniform(0.4, 0.9, (3, way + 1)) for way in range(ways)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.draw_few_labels(SIZES, results)
        assert figure_png(figure) == figure_png(plots.draw_few_labels(SIZES, results))
    (axes,) = figure.axes
    assert axes.get_xlabel() and axes.get_ylabel()
    assert figure.get_tightbbox().x1 <= figure.get_figwidth()


@pytest.mark.parametrize(
    ("sizes", "results", "fragment"),
    [
        (SIZES, {}, "0 ways"),
        (SIZES, {str(way): np.full((3, 2), 0.5) for way in range(6)}, "6 ways"),
        (SIZES, {"a": [[0.5], [0.6]]}, r"results of 'a' has shape \(2, 1\)"),
        (SIZES, {"a": [0.5, 0.6, 0.7]}, "results of 'a'"),
        (SIZES, {"a": RESULTS["from scratch"].T[:2]}, "sizes=3"),
        (SIZES, {"a": 100 * RESULTS["from scratch"]}, "from 50 to 84"),
        (SIZES, {"a": RESULTS["from scratch"] * np.nan}, "nan"),
        ([1000, 100], {"a": [[0.5], [0.6]]}, "rising"),
        ([0, 100], {"a": [[0.5], [0.6]]}, "from 1 on"),
        ([], {"a": []}, "sizes"),
    ],
)
def test_sizes_and_results_have_to_fit(sizes, results, fragment):
    with pytest.raises(ValueError, match=fragment):
        plots.draw_few_labels(sizes, results)
