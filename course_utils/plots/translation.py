"""Figures on translation: where attention looked, and how much a sentence's length matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import PercentFormatter
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import ArrayLike

from ..checks import numbers
from .gates import within
from .sheet import GREY, Sheet, as_letters, number, shortened
from .style import COLOURS, LINE_LOOKS, in_font, outline, shown, title_of_figure

MOST_SYMBOLS = 60
"""How many symbols a sentence may have of which each has a row or a column."""

ADVANCE = 0.602 / 72
"""From one letter of the monospace font to the next, in inches, for a size of 1 point."""

_WEIGHTS = colormaps["Blues"]
_TILT = np.deg2rad(60)  # of long words over the columns
_RIGHT = 8.5  # how far the columns may reach, in inches; a tilted word reaches further
_BARS = 0.75  # height of a bar that stands for a weight of 1


def draw_alignment(
    source: Sequence[str], target: Sequence[str], weights: ArrayLike, title: str, chosen: int | None = None
) -> Figure:
    """Draw how much attention each symbol of a translation paid to each symbol of its source: the darker, the more.

    Parameters
    ----------
    source, target : sequence of str
        Characters or words, each at most `MOST_SYMBOLS`; as in `Alignment` of `course_utils.decoding`.
    weights : array-like, (target, source)
        Attention weights, 0 to 1; those of each symbol of the target add up to 1.
    title : str
    chosen : int, optional
        The number of a symbol of the target, from 0 on: its row has a frame, and its weights are bars over the source.

    Raises
    ------
    ValueError
        If a sentence has no symbol or too many, there is not one weight for each pair, the weights are not between 0
        and 1 or do not add up to 1, or there is no such symbol.
    """
    source, target = checked_symbols("source", source, MOST_SYMBOLS), checked_symbols("target", target, MOST_SYMBOLS)
    weights = numbers("weights", weights, ("target", len(target)), ("source", len(source)), dtype=float)
    check_weights(weights)
    if chosen is not None and chosen not in range(len(target)):
        raise ValueError(f"chosen is {chosen}, expected None or the number of a target symbol, 0 to {len(target) - 1}.")
    columns, rows = names_of(source), names_of(target)
    high = max(0.12, min(0.3, 5.0 / len(target)))
    small = min(12.0, 61 * high)
    left = max(1.3, 0.35 + small * ADVANCE * max(map(len, rows)))
    wide = min(0.9, (_RIGHT - left) / len(source))
    longest, points = max(map(len, columns)), min(13.0, 60 * wide, 60 * high)
    tilted = longest > 1 and longest * 9 * ADVANCE > 0.92 * wide
    points = min(9.5, 62 * wide) if tilted else min(points, 0.92 * wide / ADVANCE / longest)
    over = 0.2 + (longest * points * ADVANCE * np.sin(_TILT) if tilted else 0.18)  # the height that the names take
    top = 0.6 + high * len(target)  # of the map
    sheet = Sheet(9, top + over + (_BARS + 0.5 if chosen is not None else 0) + 0.45)
    x, y = left + wide * np.arange(len(source) + 1), top - high * np.arange(len(target) + 1)
    sheet.mesh(x, y, _WEIGHTS(weights))
    middles, inks = (x[:-1] + x[1:]) / 2, ["black"] * len(target)
    if chosen is not None:
        mark = COLOURS["mark"]
        inks[chosen] = mark
        sheet.boxes(left, y[chosen + 1], x[-1] - left, high, "none", mark, 2.4)
        sheet.text(["▶"], left - 0.22 - small * ADVANCE * len(rows[chosen]), y[chosen + 1] + high / 2 - 0.045, 10, mark)
        _draw_bars(sheet, middles, wide, top + over + 0.15, weights[chosen])
    write(sheet, rows, left - 0.08, (y[:-1] + y[1:]) / 2 - 0.0045 * small, small, inks, align="right")
    if not tilted:
        write(sheet, columns, middles, top + 0.1, points)
    write(sheet, ["source →", "target ↓"], left - 0.08, [top + 0.24, top + 0.08], 8.5, GREY, align="right")
    _draw_scale(sheet, left)
    where = "" if chosen is None else f"Framed: {target[chosen]!r} looked at {_looked(source, weights[chosen], 5)}. "
    each = (f"{symbol!r} at {_looked(source, row, 1)}" for symbol, row in zip(target, weights, strict=True))
    figure = sheet.finished(
        title,
        f"Attention weights of {len(target)} target symbols, from top to bottom, to {len(source)} source symbols. "
        f"{where}Each target symbol looked most: {', '.join(each)}.",
    )
    if tilted:
        figure.add_artist(_tilted_names(figure, columns, middles, top + 0.1, points), clip=False)
    return figure


def draw_by_length(
    lengths: ArrayLike, counts: ArrayLike, right: Mapping[str, ArrayLike], title: str, measure: str = "exact"
) -> Figure:
    """Draw how good translations are, by the length of the source sentence; under each length, how many there are.

    Parameters
    ----------
    lengths : array-like of int, (bins, 2)
        The shortest and the longest source sentence of each bin, in symbols, both included; rising.
    counts : array-like of int, (bins,)
        Sentences in each bin, at least 1.
    right : mapping of str to array-like, (bins,)
        Name of each model, one to five, and the score of its translations in each bin.
    title : str
    measure : str
        What the scores are: "exact", the share of exactly right translations, 0 to 1; or "chrf", 0 to 100.

    Raises
    ------
    ValueError
        If lengths do not rise, a bin is empty, there are no models or more than five, there is not one score for each
        bin, a score is out of bounds, or there is no such measure.
    """
    if measure not in ("exact", "chrf"):
        raise ValueError(f"measure is {measure!r}, expected 'exact' or 'chrf'.")
    lengths = numbers("lengths", lengths, ("bins", None), ("ends", 2)).astype(int)
    if lengths.min() < 0 or (np.diff(lengths) < 0).any() or (lengths[1:, 0] <= lengths[:-1, 1]).any():
        raise ValueError(f"lengths is {lengths.tolist()}, expected shortest and longest of each bin, without overlaps.")
    counts = numbers("counts", counts, ("bins", len(lengths)))
    if counts.min() < 1:
        raise ValueError(f"counts is {counts.tolist()}, expected at least 1 sentence: leave empty bins out.")
    if not isinstance(right, Mapping) or not 1 <= len(right) <= len(LINE_LOOKS):
        raise ValueError(f"right is {right!r}, expected a dict with one to {len(LINE_LOOKS)} entries.")
    most, places = 1 if measure == "exact" else 100, np.arange(len(lengths))
    figure = Figure(figsize=(9, 3.9), layout="constrained")
    axes = figure.subplots()
    told = []
    for (name, scores), look in zip(right.items(), LINE_LOOKS, strict=False):
        scores = within(f"right of {name!r}", scores, 0, most, len(lengths))
        axes.plot(places, scores, **look, label=in_font(name).replace("$", r"\$"), clip_on=False)
        told.append(f"{name}: " + ", ".join(f"{s:.0%}" if measure == "exact" else f"{s:.1f}" for s in scores))
    bins = [f"{low}–{high}" if low < high else f"{low}" for low, high in lengths]
    axes.xaxis.remove_overlapping_locs = False  # the counts stand at the same places as the lengths
    axes.set_xticks(places, bins)
    axes.set_xticks(places, [f"{count:,.0f}" for count in counts], minor=True)
    axes.tick_params(axis="x", which="minor", length=0, pad=21, labelsize=8.5, labelcolor=GREY)
    axes.set(ylim=(0, most), xlim=(-0.4, len(lengths) - 0.6))
    axes.set_xlabel("symbols of the source sentence; small: number of sentences")
    axes.set_ylabel("exactly right translations (%)" if measure == "exact" else "chrF (0 to 100)")
    if measure == "exact":
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3.5, title="model")
    title_of_figure(figure, title)
    sizes = ", ".join(f"{name} ({count:.0f})" for name, count in zip(bins, counts, strict=True))
    score = "Share of exactly right translations" if measure == "exact" else "chrF of translations"
    figure.set_label(f"{score} by symbols of the source sentence (sentences): {sizes}. {'; '.join(told)}.")
    return figure


def checked_symbols(name: str, symbols: Sequence[str], most: int) -> list[str]:
    """Return symbols as a list; raise ``ValueError`` if they are none, more than `most`, or not all str."""
    symbols = list(symbols)
    if not 1 <= len(symbols) <= most or not all(isinstance(symbol, str) and symbol for symbol in symbols):
        raise ValueError(f"{name} is {symbols}, expected 1 to {most} symbols, each a str that is not empty.")
    return symbols


def check_weights(weights: np.ndarray) -> None:
    """Raise ``ValueError`` if weights (target, source) are not between 0 and 1, or do not add up to 1."""
    within("weights", weights.ravel(), 0, 1, weights.size)
    sums = weights.sum(axis=1)
    worst = int(np.abs(sums - 1).argmax())
    if abs(sums[worst] - 1) > 1e-3:
        raise ValueError(
            f"The weights of target={worst} add up to {sums[worst]:.4g}, expected 1: give (target, source), "
            "after the softmax, without padding."
        )


def names_of(symbols: Sequence[str]) -> list[str]:
    """Return symbols so short, and with a box for what the font lacks, that `write` has room for them."""
    return [in_font(shortened(symbol), "monospace").replace(" ", shown(" ")) for symbol in symbols]


def write(
    sheet: Sheet,
    texts: Sequence[str],
    x: ArrayLike,
    y: ArrayLike,
    points: float,
    colours: str | Sequence[str] = "black",
    align: str = "center",
) -> None:
    """Write texts of the monospace font letter by letter: the outline of a new word would take half a millisecond.

    `align` is "center", "left" or "right": which point of its baseline `x`, in inches, is.
    """
    step, shift = points * ADVANCE, {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    starts = [
        at + step * (0.5 - shift * len(text)) for text, at in zip(texts, np.broadcast_to(x, len(texts)), strict=True)
    ]
    places = [start + step * np.arange(len(text)) for text, start in zip(texts, starts, strict=True)]
    sizes = [len(text) for text in texts]
    colours = [colours] * len(texts) if isinstance(colours, str) else colours
    inks = [ink for ink, size in zip(colours, sizes, strict=True) for _ in range(size)]
    letters = ["" if letter == " " else as_letters(letter) for text in texts for letter in text]
    heights = np.repeat(np.broadcast_to(y, len(texts)), sizes)
    sheet.text(letters, np.concatenate(places), heights, points, inks, family="monospace")


def _draw_bars(sheet: Sheet, middles: np.ndarray, wide: float, low: float, weights: np.ndarray) -> None:
    """Draw weights as bars on the height `low`, with numbers where there is room, and a mark on the largest."""
    left, right = middles[0] - wide / 2, middles[-1] + wide / 2
    sheet.boxes(left, low + _BARS * np.array([0, 0.5, 1]), right - left, 0.008, "#CCCCCC")
    write(sheet, ["0.0", "0.5", "1.0"], left - 0.08, low + _BARS * np.array([0, 0.5, 1]) - 0.03, 8, GREY, "right")
    write(sheet, ["weight"], left - 0.4, low + _BARS / 2 - 0.03, 8.5, GREY, "right")
    sheet.boxes(middles - 0.35 * wide, low, 0.7 * wide, _BARS * weights, COLOURS["ours"])
    tops, most = low + _BARS * weights + 0.04, weights.argmax()
    if wide >= 0.3:
        told = [number(weight) if weight >= 0.1 else "" for weight in weights]
        write(sheet, told, middles, tops, 8)
    sheet.text(["▼"], middles[most], tops[most] + 0.14 * (wide >= 0.3), 8, COLOURS["mark"])


def _draw_scale(sheet: Sheet, left: float) -> None:
    """Draw which colour stands for which weight."""
    sheet.mesh(left + np.linspace(0, 1.8, 61), np.array([0.33, 0.18]), _WEIGHTS(np.linspace(0, 1, 60))[None])
    write(sheet, ["0", "0.5", "1"], left + np.array([0.03, 0.9, 1.77]), 0.04, 8, GREY)
    sheet.text(["attention weight"], left + 1.95, 0.2, 9.5, GREY, "left")


def _tilted_names(figure: Figure, names: Sequence[str], x: np.ndarray, y: float, points: float) -> PathCollection:
    """Return words that begin over (x, y) and rise to the right, letter by letter."""
    along = points * ADVANCE * np.array([np.cos(_TILT), np.sin(_TILT)])
    places = [(at + 0.04, y) + along * place for at, name in zip(x, names, strict=True) for place in range(len(name))]
    return PathCollection(
        [_tilted(as_letters(letter)) for name in names for letter in name],
        sizes=[points**2],
        offsets=places,
        offset_transform=figure.dpi_scale_trans,
        transform=IdentityTransform(),
        facecolors="black",
        linewidths=0,
    )


@lru_cache(maxsize=1000)
def _tilted(letter: str) -> Path:
    return outline(letter, "monospace", "left").transformed(Affine2D().rotate(_TILT))


def _looked(source: Sequence[str], weights: np.ndarray, most: int) -> str:
    """Return the symbols with the largest weights, and these, as words."""
    order = np.argsort(-weights, kind="stable")[:most]
    return ", ".join(f"{source[place]!r} ({weights[place]:.2f})" for place in order)
