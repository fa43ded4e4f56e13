"""A beam search as a tree of hypotheses, kept and dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from ..checks import numbers
from .sheet import GREY, Sheet, number
from .style import COLOURS
from .translation import ADVANCE, checked_symbols, names_of, write

_KEPT = colormaps["Blues"](0.3)


def draw_beam(tree: Sequence[Sequence[tuple[int, str, float, bool]]], title: str) -> Figure:
    """Draw a beam search as a tree: every hypothesis that was looked at, and which of them were kept.

    Parameters
    ----------
    tree : sequence of steps, each a sequence of (parent, symbol, total, kept)
        For each hypothesis the number of the one before, in the step before, which was kept (0 in the first step); the
        symbol that it adds; log(probability) of the whole so far, in nats; and whether it is kept. At most six steps of
        twelve hypotheses. One that has ended need not have a child.
    title : str

    Raises
    ------
    ValueError
        If there are no or too many hypotheses, there is no such parent or it was dropped, or a total is above 0 or
        above that of its parent.
    """
    tree = [list(step) for step in tree]
    if not 1 <= len(tree) <= 6 or not all(1 <= len(step) <= 12 for step in tree):
        raise ValueError(f"tree has steps of {[len(step) for step in tree]}, expected 1 to 6 steps of 1 to 12.")
    texts, before = [""], [(0, "", 0.0, True)]
    for step, nodes in enumerate(tree, start=1):
        _check_nodes(step, nodes, before)
        texts, before = [texts[parent] + symbol for parent, symbol, _, _ in nodes], nodes

    apart, high = 0.38, 0.28  # from one hypothesis to the next, and of each
    tallest = max(map(len, tree))
    sheet = Sheet(9, apart * tallest + 1.4)
    pitch = min(2.6, 8.2 / len(tree))
    width, middle = min(1.5, pitch - 0.42), 0.55 + apart * tallest / 2
    sheet.boxes(0.12, middle - high / 2, 0.5, high, _KEPT, COLOURS["ours"], 2.2)
    sheet.text(["start"], 0.37, middle - 0.045, 10)
    y_before, x_before = np.array([middle]), 0.62
    for step, nodes in enumerate(tree, start=1):
        # Children stand in the order of their parents, so that few lines cross, the likeliest of each on top.
        parents, totals = (np.array([node[k] for node in nodes]) for k in (0, 2))
        y = np.empty(len(nodes))
        y[np.lexsort((-totals, -y_before[parents]))] = middle + apart * ((len(nodes) - 1) / 2 - np.arange(len(nodes)))
        x = 0.62 + pitch * step - width
        sheet.text([f"step {step}"], x + width / 2, 0.55 + apart * tallest + 0.1, 9.5, GREY)
        _draw_nodes(sheet, nodes, x, y, width, high, (x_before, y_before))
        y_before, x_before = y, x + width
    sheet.boxes([0.12, 1.0], 0.14, 0.3, 0.17, np.array([_KEPT, to_rgba("white")]))
    sheet.boxes(0.12, 0.14, 0.3, 0.17, "none", COLOURS["ours"], 2.2)
    sheet.boxes(1.0, 0.14, 0.3, 0.17, "none", "#BBBBBB", 0.8)
    legend = ["kept", "dropped; numbers: log(probability) of all symbols so far, in nats"]
    sheet.text(legend, [0.5, 1.38], 0.18, 9.5, GREY, "left")
    counts = (f"step {step}: {_told_nodes(nodes)}" for step, nodes in enumerate(tree, start=1))
    ends = (f"{text!r} with {number(node[2])}" for text, node in zip(texts, tree[-1], strict=True) if node[3])
    return sheet.finished(
        title,
        f"A beam search over {len(tree)} steps, symbols with log(probability) so far, in nats. {'. '.join(counts)}. "
        f"Kept in the end: {', '.join(ends) or 'none'}.",
    )


def _draw_nodes(sheet, nodes, x: float, y: np.ndarray, width: float, high: float, before: tuple) -> None:
    """Draw the hypotheses of one step with their left ends at `x`, and lines from those of the step before."""
    x_before, y_before = before
    names = names_of([symbol for _, symbol, _, _ in nodes])
    points = min(12.0, 0.93 * (width - 0.6) / ADVANCE / max(map(len, names)))
    for wanted, colour, line, edge, face in (
        (False, "#BBBBBB", 0.9, 0.8, to_rgba("white")),
        (True, COLOURS["ours"], 2.2, 2.2, _KEPT),
    ):
        here = np.array([bool(kept) == wanted for _, _, _, kept in nodes])
        if not here.any():
            continue
        parents = [node[0] for node, mine in zip(nodes, here, strict=True) if mine]
        starts = y_before[parents]
        lines = [[(x_before + 0.02, a), (x - 0.12, b), (x - 0.02, b)] for a, b in zip(starts, y[here], strict=True)]
        sheet.arrows(lines, colour, line)
        sheet.boxes(x, y[here] - high / 2, width, high, np.array([face]), edge=colour, linewidth=edge)
        mine = [node for node, inside in zip(nodes, here, strict=True) if inside]
        ink = "black" if wanted else "#777777"
        write(sheet, names_of([node[1] for node in mine]), x + 0.08, y[here] - 0.05, points, ink, "left")
        write(sheet, [number(node[2]) for node in mine], x + width - 0.06, y[here] - 0.04, 9, ink, "right")


def _check_nodes(step: int, nodes: list, before: list) -> None:
    for node in nodes:
        if len(node) != 4:
            raise ValueError(f"step {step} has {node!r}, expected (parent, symbol, total, kept).")
    checked_symbols(f"The symbols of step {step}", [symbol for _, symbol, _, _ in nodes], 12)
    numbers(f"log(probability) of step {step}", [total for _, _, total, _ in nodes], ("hypotheses", None))
    for parent, symbol, total, _ in nodes:
        if parent not in range(len(before)) or not before[parent][3]:
            kept = [place for place, node in enumerate(before) if node[3]]
            raise ValueError(f"{symbol!r} in step {step} has the parent {parent}, expected one that was kept: {kept}.")
        if total > before[parent][2] + 1e-4:
            raise ValueError(
                f"{symbol!r} in step {step} has log(probability) {total:.4g} and its parent {before[parent][2]:.4g}: a "
                "longer text cannot be more likely than its beginning. Give the sum over all steps so far."
            )


def _told_nodes(nodes: list) -> str:
    return ", ".join(f"{symbol!r} {number(total)} {'kept' if kept else 'dropped'}" for _, symbol, total, kept in nodes)
