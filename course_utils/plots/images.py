"""Figures on images that are read as sequences: the rows of one, orders of reading, the prediction row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from .gates import within
from .sheet import GREY, Sheet, told
from .style import COLOURS, title_of_figure

LINE_LOOKS = (
    {"color": COLOURS["ours"], "linestyle": "-"},
    {"color": COLOURS["mark"], "linestyle": "--"},
    {"color": "black", "linestyle": ":"},
)
_SHARES = LinearSegmentedColormap.from_list("shares", ["#FFFFFF", COLOURS["ours"]])
_UNREAD = np.array([0.86, 0.86, 0.86])


def draw_image_as_sequence(image: ArrayLike, title: str) -> Figure:
    """Draw a grey image, and beside it what a recurrent network gets: each row as a line, one below the other.

    Parameters
    ----------
    image : array-like, (rows, columns)
        The larger a number, the blacker its point.
    title : str

    Raises
    ------
    ValueError
        If `image` has other axes, or holds NaN or infinity.
    """
    image = numbers("image", image, ("rows", None), ("columns", None))
    rows, columns = image.shape
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(4, 5))
    left.imshow(image, cmap="Greys", aspect="equal")
    left.set(xlabel="column (feature)", ylabel="row (time step)")
    span = (image.max() - image.min()) or 1.0
    for row, values in enumerate(image):
        heights = row - 0.9 * (values - image.min()) / span  # each line stands on the place of its row
        right.fill_between(range(columns), row, heights, color=COLOURS["training"], alpha=0.5, linewidth=0)
        right.plot(heights, color=COLOURS["ours"], linewidth=1)
    right.set(xlabel="feature", ylabel="time step", ylim=(rows - 0.5, -1.2), xlim=(-0.5, columns - 0.5))
    title_of_figure(figure, title)
    inked = np.flatnonzero(image.max(axis=1) > image.min())
    where = f"from row {inked[0]} to row {inked[-1]}" if len(inked) else "nowhere"
    figure.set_label(
        f"An image of {rows} rows and {columns} columns, and its rows as {rows} lines, one for each time step. "
        f"There is ink {where}; the numbers go from {image.min():g} to {image.max():g}."
    )
    return figure


def draw_views(views: Mapping[str, ArrayLike], title: str) -> Figure:
    """Draw the same image in several orders of reading, side by side: each row is one time step.

    Parameters
    ----------
    views : mapping of str to array-like, (time, features)
        At most four.
    title : str

    Raises
    ------
    ValueError
        If there is no view or more than four, or one has other axes.
    """
    if not 1 <= len(views) <= 4:
        raise ValueError(f"{len(views)} views ({', '.join(views)}), expected one to four.")
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    for axes, (name, view) in zip(figure.subplots(1, len(views), squeeze=False)[0], views.items(), strict=True):
        axes.imshow(numbers(name, view, ("time", None), ("features", None)), cmap="Greys", aspect="equal")
        axes.set(xlabel="feature", ylabel="time step")
        axes.set_title(name, fontweight="normal", fontsize=11)
    title_of_figure(figure, title)
    figure.set_label(f"One image in {len(views)} orders, each row a time step: {', '.join(views)}.")
    return figure


def draw_accuracy_by_row(
    accuracies: Mapping[str, ArrayLike], ink: ArrayLike, title: str, chance: float = 0.1
) -> Figure:
    """Draw how often the prediction is right after each row, and below it how much ink the rows bring.

    Parameters
    ----------
    accuracies : mapping of str to array-like, (rows,)
        From 0 to 1; at most three networks.
    ink : array-like, (rows,)
        The mean of each row over many images, from 0 to 1.
    title : str
    chance : float
        The accuracy of guessing.

    Raises
    ------
    ValueError
        If there is no network or more than three, lengths differ, or a value is not between 0 and 1.
    """
    ink = numbers("ink", ink, ("rows", None))
    within("ink", ink, 0, 1, len(ink))
    if not 1 <= len(accuracies) <= len(LINE_LOOKS):
        raise ValueError(f"{len(accuracies)} networks, expected one to {len(LINE_LOOKS)}.")
    values = {name: within(f"accuracies of {name!r}", row, 0, 1, len(ink)) for name, row in accuracies.items()}
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    rows = np.arange(1, len(ink) + 1)
    above.axhline(chance, color=COLOURS["baseline"], linewidth=3, alpha=0.6, label=f"guessing: {chance:.3g}")
    for (name, row), look in zip(values.items(), LINE_LOOKS, strict=False):
        above.plot(rows, row, label=name, linewidth=2, **look)
    above.set(ylabel="accuracy", ylim=(0, 1.02), xlim=(0.5, len(ink) + 0.5))
    above.legend(loc="upper left")
    below.bar(rows, ink, color=COLOURS["baseline"])
    below.set(xlabel="rows read", ylabel="ink", yticks=[])
    title_of_figure(figure, title)
    told_at = sorted({len(ink) // 4, len(ink) // 2, 3 * len(ink) // 4, len(ink)} - {0})
    figure.set_label(
        f"Accuracy after {', '.join(map(str, told_at))} rows; guessing gives {chance:.3g}. "
        + "; ".join(f"{name}: {told(row[np.array(told_at) - 1])}" for name, row in values.items())
        + f". The rows with most ink lie around row {int(np.argmax(ink)) + 1}."
    )
    return figure


def draw_accuracy_by_order(accuracies: Mapping[str, Mapping[str, float]], title: str) -> Figure:
    """Draw the accuracy of each network in each order of reading, as points.

    Parameters
    ----------
    accuracies : mapping of str to mapping of str to float
        For each network its accuracy in each order; the same orders for all.
    title : str

    Raises
    ------
    ValueError
        If there is no network, the orders differ, or a value is not between 0 and 1.
    """
    orders = list(next(iter(accuracies.values()), {}))
    if not orders or any(list(row) != orders for row in accuracies.values()):
        raise ValueError("Expected at least one network, and an accuracy in the same orders, one or more, for each.")
    figure = Figure(figsize=(9, 0.6 * len(orders) + 1.6), layout="constrained")
    axes = figure.subplots()
    colours = COLOURS["mark"], COLOURS["ours"], "black"  # as in the figure of accuracy by gap
    for (name, row), colour, marker in zip(accuracies.items(), cycle(colours), cycle("os^")):
        shares = within(f"accuracies of {name!r}", list(row.values()), 0, 1, len(orders))
        axes.plot(shares, range(len(orders)), marker, color=colour, markersize=10, label=name)
        axes.set_yticks(range(len(orders)), orders)
    least = min(min(row.values()) for row in accuracies.values())
    axes.set(xlabel="accuracy", xlim=(min(0.5, least - 0.05), 1), ylim=(len(orders) - 0.5, -0.5))
    axes.grid(axis="x", color="#DDDDDD")
    axes.set_axisbelow(True)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    title_of_figure(figure, title)
    figure.set_label(
        "Accuracy by order of reading. "
        + "; ".join(
            f"{name}: " + ", ".join(f"{order} {share:.3f}" for order, share in row.items())
            for name, row in accuracies.items()
        )
        + "."
    )
    return figure


def draw_reading(image: ArrayLike, probabilities: ArrayLike, rows_read: int, label: int) -> Figure:
    """Draw an image of which so many rows have been read, what the network now thinks, and what it thought before.

    Parameters
    ----------
    image : array-like, (rows, columns), from 0 to 1
    probabilities : array-like, (rows + 1, 10)
        Of the ten digits: before the first row, and after each.
    rows_read : int, 0 to rows
    label : int, 0 to 9
        The digit that it is.

    Raises
    ------
    ValueError
        If axes do not fit together, a number is out of its range, or `rows_read` or `label` is.
    """
    image = numbers("image", image, ("rows", None), ("columns", None))
    rows, columns = image.shape
    within("image", image.ravel(), 0, 1, image.size)
    probabilities = numbers("probabilities", probabilities, ("rows + 1", rows + 1), ("digits", 10))
    within("probabilities", probabilities.ravel(), 0, 1, probabilities.size)
    if rows_read not in range(rows + 1) or label not in range(10):
        raise ValueError(f"rows_read is {rows_read} and label {label}, expected 0 to {rows} and 0 to 9.")
    sheet, (low, high) = Sheet(9, 3.75), (0.55, 3.15)
    now = probabilities[rows_read]
    _draw_uncovered(sheet, image, rows_read, (0.25, 0.25 + (high - low) * min(1, columns / rows)), (low, high))
    centres = high - (high - low) / 10 * (np.arange(10) + 0.5)
    _draw_bars(sheet, now, label, centres, 3.75)
    _draw_history(sheet, probabilities, rows_read, (6.05, 8.75), (low, high))

    leading = int(np.argmax(now))
    verdict = "right" if leading == label else f"it is a {label}"
    title = f"After {rows_read} of {rows} rows: {leading} leads with {now[leading]:.0%} ({verdict})"
    return sheet.finished(
        title,
        f"The image of a {label}, uncovered as far as row {rows_read} of {rows}. Probability of 0 to 9: {told(now)}.",
    )


def _draw_uncovered(sheet: Sheet, image: np.ndarray, rows_read: int, x: Sequence[float], y: Sequence[float]) -> None:
    """Draw the rows that have been read in black on white; grey covers the others."""
    (left, right), (low, high) = x, y
    rows, columns = image.shape
    colours = np.ones((rows, columns, 4))
    colours[..., :3] = 1 - image[..., None]
    colours[rows_read:, :, :3] = _UNREAD
    lines = np.linspace(high, low, rows + 1)
    sheet.mesh(np.linspace(left, right, columns + 1), lines, colours)
    if rows_read:  # the row that was read last
        sheet.boxes(left, lines[rows_read], right - left, lines[rows_read - 1] - lines[rows_read], "none", "#D55E00", 2)
    sheet.text(["read so far; grey: still covered"], left, low - 0.2, 9, GREY, "left")


def _draw_bars(sheet: Sheet, shares: np.ndarray, label: int, centres: np.ndarray, x: float) -> None:
    sheet.text([str(digit) for digit in range(10)], x - 0.18, centres - 0.06, 11)
    sheet.boxes(x, centres - 0.085, 1.35, 0.17, "#F0F0F0")
    sheet.boxes(x, centres - 0.085, 1.35 * shares, 0.17, COLOURS["ours"])
    sheet.text([f"{share:.0%}" for share in shares], x + 1.63, centres - 0.05, 9.5, GREY)
    sheet.boxes(x - 0.33, centres[label] - 0.125, 2.25, 0.25, "none", "black", 1.5)
    sheet.text(["probability; framed: what it is"], x - 0.3, centres[-1] - 0.33, 9, GREY, "left")


def _draw_history(sheet: Sheet, probabilities: np.ndarray, rows_read: int, x: Sequence[float], y: Sequence[float]):
    """Draw the probabilities after each row so far as a strip for each digit, the darker the higher."""
    (left, right), (low, high) = x, y
    lines = np.linspace(left, right, len(probabilities) + 1)
    colours = np.ones((10, len(probabilities), 4))
    colours[:, : rows_read + 1] = _SHARES(probabilities[: rows_read + 1].T)
    colours[:, rows_read + 1 :, :3] = _UNREAD
    sheet.mesh(lines, np.linspace(high, low, 11), colours)
    sheet.boxes(lines[rows_read], low, lines[1] - lines[0], high - low, "none", "#D55E00", 2)
    ticks = np.arange(0, len(probabilities), 7)
    sheet.text([str(tick) for tick in ticks], (lines[ticks] + lines[ticks + 1]) / 2, low - 0.2, 9, GREY)
    sheet.text(["rows read; the darker, the more probable"], left, low - 0.38, 9, GREY, "left")
    middles = high - (high - low) / 10 * (np.arange(10) + 0.5)
    sheet.text([str(digit) for digit in range(10)], left - 0.15, middles - 0.05, 9.5, GREY)
