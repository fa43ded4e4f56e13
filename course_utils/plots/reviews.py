"""Figures on reviews: one as it is read, word by word, how long reviews are, and what few labels teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from textwrap import fill

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from .gates import GATE_COLOURS, within
from .sheet import GREY, Sheet, as_letters, as_title, shortened
from .style import COLOURS, in_font, title_of_figure

MOST_WORDS = 120
"""How many words of a review are drawn; of a longer one the last."""

PRAISE = LinearSegmentedColormap.from_list("praise", ["#E69F00", "#FFFFFF", "#56B4E9"])
"""From no praise (0, orange) to praise (1, blue); pale enough for black letters."""

_LEFT, _RIGHT, _LINE = 0.5, 9.85, 0.34  # of the sheet, and from one line of words to the next, in inches
_POINTS = 10.0
_ADVANCE = 0.602 * _POINTS / 72  # from one letter to the next, of the monospace font
_LONGEST = 20  # letters of a word
_BARS = [digit * 10**power for power in range(7) for digit in (1, 2, 5)]  # how many lengths one bar may stand for


def draw_review(words: Sequence[str], probabilities: ArrayLike, unknown: ArrayLike, title: str | None = None) -> Figure:
    """Draw a review as it is read: each word on the colour of the probability of praise after it, and that as bars.

    Parameters
    ----------
    words : sequence of str, (steps,)
        As in `course_utils.reading.Reading`. Of more than `MOST_WORDS` the last ones are drawn, and the figure says
        so. Words are counted from 1 on; a "<START>" in front is number 0.
    probabilities : array-like, (steps,)
        Of praise, 0 to 1, after each word.
    unknown : array-like of bool, (steps,)
        Which words the network does not know: they are underlined.
    title : str, optional
        Instead of the last probability and the word, of those drawn, with the largest step.

    Raises
    ------
    ValueError
        If there is no word, there is not one value for each word, or a probability is not between 0 and 1.
    TypeError
        If `words` is a str, or `unknown` does not consist of True and False.
    """
    if isinstance(words, str):
        raise TypeError("words is one str, expected a list with a str for each word.")
    words = list(words)
    if not words:
        raise ValueError("There is no word to draw.")
    probabilities = np.clip(within("probabilities", probabilities, 0, 1, len(words)), 0, 1)
    unknown = np.asarray(unknown)
    if unknown.shape != (len(words),):
        raise ValueError(f"unknown has shape {unknown.shape}, expected one value for each word: ({len(words)},).")
    if unknown.dtype != bool:
        raise TypeError(f"unknown has dtype {unknown.dtype}, expected True or False for each word.")
    count = np.arange(len(words)) + (words[0] != "<START>")  # what each word is counted as
    kept = slice(max(0, len(words) - MOST_WORDS), None)
    boxes, lines = _laid_out(words[kept])
    sheet = Sheet(10, 2.4 + _LINE * lines)
    _draw_words(sheet, boxes, probabilities[kept], unknown[kept], count[kept])
    _draw_bars(sheet, probabilities[kept], count[kept])
    left_out = f"the last {MOST_WORDS} of {count[-1]} words" if kept.start else ""
    _draw_legend(sheet, ["underlined: unknown"] * bool(unknown[kept].any()) + [f"drawn: {left_out}"] * bool(left_out))
    listed = ", ".join(f"{word} {share:.2f}" for word, share in zip(words[kept], probabilities[kept], strict=True))
    strangers = [word for word, strange in zip(words[kept], unknown[kept], strict=True) if strange]
    return sheet.finished(
        _finding(words[kept], probabilities[kept]) if title is None else title,
        f"A review{f' ({left_out})' if left_out else ''}, and the probability of praise after each word: {listed}. "
        f"Unknown words: {', '.join(strangers) or 'none'}.",
    )


def draw_lengths(lengths: ArrayLike, limit: int, title: str | None = None) -> Figure:
    """Draw how long reviews are, and which part a limit keeps.

    Parameters
    ----------
    lengths : array-like of int, (reviews,)
        Words of each.
    limit : int, at least 1
        How many words the network reads.
    title : str, optional
        Instead of what share of the reviews fits, and of the words is cut.

    Raises
    ------
    ValueError
        If there is no review, a length is negative, or the limit is below 1.
    """
    lengths = numbers("lengths", lengths, ("reviews", None))
    if lengths.min() < 0 or limit < 1:
        raise ValueError(f"The shortest length is {lengths.min():g} and limit {limit}, expected at least 0 and 1.")
    whole, lost = lengths <= limit, np.maximum(lengths - limit, 0).sum()
    lost_share = lost / max(1, lengths.sum())
    step = next(size for size in _BARS if 60 * size >= max(lengths.max(), limit))
    # One edge lies on the limit: no bar holds both whole and cut reviews.
    edges = limit + 0.5 + step * np.arange(-(limit // step) - 1, max(0, lengths.max() - limit) // step + 2)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    for part, name, colour in ((whole, "read whole", "kept"), (~whole, "cut", "cut")):
        label = f"{name}: {part.sum():,} reviews"
        axes.hist(lengths[part], edges, color=COLOURS[colour], edgecolor="white", linewidth=0.4, label=label)
    axes.axvline(limit + 0.5, color=COLOURS["mark"], linewidth=2, label=f"limit: {limit:,} words")
    axes.set(xlabel="words in a review", ylabel=f"reviews (bar: {step} word{'s' * (step > 1)})", xlim=(0, None))
    axes.yaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    finding = f"{whole.mean():.1%} of the reviews fit in {limit:,} words; {lost_share:.1%} of all words are cut"
    title_of_figure(figure, finding if title is None else title)
    figure.set_label(
        f"The lengths of {len(lengths):,} reviews: {lengths.min():.0f} to {lengths.max():.0f} words, half of them up "
        f"to {np.median(lengths):.0f}. {finding}: {lost:,.0f} of {lengths.sum():,.0f}."
    )
    return figure


def draw_few_labels(sizes: Sequence[int], results: Mapping[str, ArrayLike], title: str | None = None) -> Figure:
    """Draw the accuracy of several ways to train against the number of labelled reviews: each run, mean and range.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of labelled reviews, in rising order.
    results : mapping of str to array-like, (sizes, seeds)
        Accuracies from 0 to 1; for each way a row for each size, and a column for each run. At most five ways.
    title : str, optional
        Instead of which way is ahead with the fewest labels, and with the most.

    Raises
    ------
    ValueError
        If the sizes do not rise from 1 on, there is no way or more than five, or the accuracies of one do not fit.
    """
    sizes = numbers("sizes", sizes, ("sizes", None))
    if sizes[0] < 1 or not (np.diff(sizes) > 0).all():
        raise ValueError(f"sizes is {sizes.tolist()}, expected numbers from 1 on in rising order.")
    if not 1 <= len(results) <= 5:
        raise ValueError(f"{len(results)} ways to train ({', '.join(results)}), expected one to five.")
    values = {}
    for name, rows in results.items():
        values[name] = numbers(f"results of {name!r}", rows, ("sizes", len(sizes)), ("seeds", None))
        within(f"results of {name!r}", values[name].ravel(), 0, 1, values[name].size)
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0.5, color=COLOURS["baseline"], linewidth=3, alpha=0.6, label="guessing: 0.5")
    colours = COLOURS["ours"], COLOURS["mark"], "black", GATE_COLOURS["cell"], COLOURS["training"]
    for place, ((name, rows), colour, marker, style) in enumerate(
        zip(values.items(), colours, "osD^v", cycle(("-", "--", "-.", ":")), strict=False)
    ):
        x = sizes * 1.025 ** (place - (len(values) - 1) / 2)  # side by side: else points would hide each other
        axes.fill_between(x, rows.min(axis=1), rows.max(axis=1), color=colour, alpha=0.12, linewidth=0)
        axes.plot(np.repeat(x, rows.shape[1]), rows.ravel(), marker, color=colour, markersize=5, alpha=0.55)
        axes.plot(x, rows.mean(axis=1), style, color=colour, marker=marker, markersize=8, linewidth=2, label=name)
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    axes.set(xlabel="labelled reviews (logarithmic)", ylabel="accuracy (line: mean; small: each run)")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3.5)
    title_of_figure(figure, _leads(sizes, values) if title is None else title)
    means = (
        f"{name}: " + ", ".join(f"{row.mean():.3f} ({row.min():.3f} to {row.max():.3f})" for row in rows)
        for name, rows in values.items()
    )
    told_sizes = ", ".join(f"{size:,.0f}" for size in sizes)
    figure.set_label(f"Accuracy by the number of labelled reviews, {told_sizes}; mean and range. {'; '.join(means)}.")
    return figure


def _finding(words: list[str], probabilities: np.ndarray) -> str:
    last = f"Probability of praise: {probabilities[-1]:.0%}"
    if len(words) == 1:
        return last
    step = int(np.abs(np.diff(probabilities)).argmax())
    before, after = probabilities[step : step + 2]
    word = as_title(in_font(shortened(words[step + 1]), "sans-serif"))
    return f"{last}; the largest step is at “{word}”, from {before:.0%} to {after:.0%}"


def _leads(sizes: np.ndarray, values: Mapping[str, np.ndarray]) -> str:
    """Return which way is ahead with the fewest labels, and with the most, and by how much."""
    parts = []
    for place in sorted({0, len(sizes) - 1}):
        means = {name: rows[place].mean() for name, rows in values.items()}
        best, *others = sorted(means, key=means.__getitem__, reverse=True)
        lead = f"is {100 * (means[best] - means[others[0]]):.1f} points ahead" if others else f"has {means[best]:.1%}"
        parts.append(f"{best} {lead} with {sizes[place]:,.0f} labels")
    title = "; ".join(parts)
    # A title has room for 84 letters on a line.
    return title if len(title) <= 84 else ";\n".join(fill(part, 84) for part in parts)


def _shortened(word: str) -> str:
    return word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"


def _laid_out(words: list[str]) -> tuple[list[tuple[list[str], float, float, int]], int]:
    """Return each word as (letters, left, width, line), and how many lines there are."""
    boxes, left, line = [], _LEFT, 0
    for word in words:
        letters = [as_letters(letter) for letter in in_font(_shortened(word), "monospace")]
        width = 0.1 + _ADVANCE * max(1, len(letters))
        if left + width > _RIGHT:
            left, line = _LEFT, line + 1
        boxes.append((letters, left, width, line))
        left += width + 0.05
    return boxes, line + 1


def _draw_legend(sheet: Sheet, notes: list[str]) -> None:
    y = sheet.height - 0.62
    sheet.text(["0, no praise"], _LEFT, y, 9, GREY, "left")
    sheet.mesh(np.linspace(1.3, 2.7, 42), np.array([y + 0.12, y - 0.03]), PRAISE(np.linspace(0, 1, 41))[None])
    explained = "; ".join(["1, praise: the probability after each word", *notes])
    sheet.text([explained], 2.8, y, 9, GREY, "left")


def _draw_words(sheet: Sheet, boxes: list, probabilities: np.ndarray, unknown: np.ndarray, count: np.ndarray) -> None:
    # Letter by letter: the outlines of 30 letters are soon known, and those of a new review's words would take long.
    letters, x, y = [], [], []
    lefts, widths, lines = (np.array(values) for values in list(zip(*boxes, strict=True))[1:])
    bottoms = sheet.height - 1.02 - _LINE * lines
    sheet.boxes(lefts, bottoms, widths, 0.28, PRAISE(probabilities), "#999999", 0.5)
    if unknown.any():
        sheet.boxes(lefts[unknown] + 0.04, bottoms[unknown] + 0.03, widths[unknown] - 0.08, 0.022, "black")
    for (word, left, _, _), bottom in zip(boxes, bottoms, strict=True):
        letters += word
        x += [left + 0.05 + _ADVANCE * (place + 0.5) for place in range(len(word))]
        y += [bottom + 0.095] * len(word)
    sheet.text(letters, x, y, _POINTS, family="monospace")
    firsts = np.flatnonzero(np.diff(lines, prepend=-1))
    sheet.text([str(count[first]) for first in firsts], 0.25, bottoms[firsts] + 0.095, 9, GREY)


def _draw_bars(sheet: Sheet, probabilities: np.ndarray, count: np.ndarray) -> None:
    """Draw each probability as a bar that begins at 0.5."""
    low, high = 0.6, 1.5
    width = min(0.3, (_RIGHT - _LEFT) / len(probabilities))
    lefts = _LEFT + width * np.arange(len(probabilities))
    middle, ends = (low + high) / 2, low + (high - low) * probabilities
    right = lefts[-1] + width
    sheet.boxes(_LEFT, [low, high], right - _LEFT, 0.008, "#CCCCCC")
    sheet.boxes(
        lefts, np.minimum(middle, ends), 0.9 * width, np.abs(ends - middle), PRAISE(probabilities), "#999999", 0.5
    )
    sheet.boxes(_LEFT, middle - 0.006, right - _LEFT, 0.012, "black")
    sheet.text(["0", "0.5", "1"], 0.3, np.array([low, middle, high]) - 0.04, 9, GREY)
    # Every fifth or tenth number, the first, or all of a few.
    every = 1 if len(count) <= 12 else 5 if len(count) <= 60 else 10
    ticks = np.flatnonzero(count % every == 0)
    sheet.text([str(count[tick]) for tick in ticks], lefts[ticks] + 0.45 * width, low - 0.18, 9, GREY)
    sheet.text(["word; the bar is the probability of praise after it"], _LEFT, low - 0.4, 9, GREY, "left")
