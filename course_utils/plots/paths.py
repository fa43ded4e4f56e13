"""A figure of a text that grows by one character at a time: what comes next, and where the other paths lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..paths import Fork
from .sheet import GREY, Sheet, as_letters, as_title
from .style import COLOURS, in_font

MOST_BARS = 12
"""How many of the likeliest next characters are drawn."""

_LEFT, _RIGHT = 0.45, 9.85  # of the sheet, in inches
_POINTS = 11.0
_ADVANCE = 0.602 * _POINTS / 72  # from one letter to the next, of the monospace font
_WIDE = int((_RIGHT - _LEFT) / _ADVANCE) - 2  # letters on a line; the next one stands in a box after the last
_MOST_LINES, _LINE = 3, 0.25  # of the text, and from one to the next, in inches
_GAP = 0.04  # on both sides of the letter in a box
_BEFORE = 30  # letters of the text that are repeated before each path
_LOW, _HIGH = 2.0, 3.2  # of the bars, in inches
_BLANKS = " \n\t"


def draw_paths(fork: Fork) -> Figure:
    """Draw the end of a text, the probabilities of the next character, and where it would lead to take each of a few.

    The character that is drawn has a box, a mark and a colour of its own. Probabilities at temperature 1 stand beside
    those at another temperature: at temperature 0 all but one are 0.

    Parameters
    ----------
    fork : course_utils.paths.Fork
    """
    chosen = fork.paths[0]
    sheet = Sheet(10, 5.2)
    _draw_text(sheet, fork)
    _draw_bars(sheet, fork)
    _draw_table(sheet, fork)
    written = f"{len(fork.written)} character{'s' * (len(fork.written) != 1)} written"
    return sheet.finished(
        f"{written}; next comes “{as_title(in_font(chosen.character))}” with {_percent(chosen.probability)}; "
        f"entropy {fork.entropy:.2f} bits",
        f"After the prompt {fork.prompt!r} the network has written {fork.written!r}. {_told(fork)}",
    )


def _draw_text(sheet: Sheet, fork: Fork) -> None:
    """Write the prompt in grey and what was written in black, the last lines of both, and the next one in a box."""
    text, top = fork.prompt + fork.written, sheet.height - 0.72
    first = max(0, len(text) // _WIDE + 1 - _MOST_LINES) * _WIDE
    row, column = np.divmod(np.arange(len(text) - first + 1), _WIDE)  # of each letter, the next one included
    x, y = _LEFT + _ADVANCE * (column + 0.5), top - _LINE * row
    colours = [GREY if place < len(fork.prompt) else "black" for place in range(first, len(text))]
    _write(sheet, text[first:], x[:-1], y[:-1], colours)
    if first:
        sheet.text(["…"], _LEFT - 0.13, top, _POINTS, GREY, family="monospace")
    _write_boxed(sheet, fork.paths[0].character, x[-1] + _GAP, y[-1], COLOURS["mark"])


def _draw_bars(sheet: Sheet, fork: Fork) -> None:
    symbols = fork.symbols
    order = list(np.argsort(-fork.p_at_1, kind="stable")[:MOST_BARS])
    chosen = symbols.index(fork.paths[0].character)
    if chosen not in order:  # however unlikely, it is shown
        order[-1] = chosen
    p, p_at_1 = fork.p[order], fork.p_at_1[order]
    high, apart = _HIGH - _LOW, 0.72
    middles = _LEFT + 0.75 + apart * np.arange(len(order))
    ends = _LEFT + 0.3, middles[-1] + apart / 2
    sheet.boxes(ends[0], _LOW + high * np.array([0, 0.5, 1]), ends[1] - ends[0], 0.008, "#CCCCCC")
    sheet.text(["0 %", "50 %", "100 %"], 0.42, _LOW - 0.04 + high * np.array([0, 0.5, 1]), 9, GREY)
    tempered = fork.temperature != 1
    if tempered:
        sheet.boxes(middles - 0.26, _LOW, 0.52, high * p_at_1, COLOURS["cut"])
    here = np.array([number == chosen for number in order])
    for which, colour in ((~here, "ours"), (here, "mark")):
        if which.any():
            sheet.boxes(middles[which] - 0.17, _LOW, 0.34, high * p[which], COLOURS[colour])
    tops = _LOW + high * (np.maximum(p, p_at_1) if tempered else p)
    sheet.text(["▼"], middles[here], tops[here] + 0.22, 10, COLOURS["mark"])
    sheet.text([_percent(share) for share in p], middles, tops + 0.06, 9, [_ink(mark) for mark in here])
    labels = _letters(symbols[number] for number in order)
    sheet.text(labels, middles, _LOW - 0.22, 13, [_ink(mark) for mark in here], family="monospace")
    legend = f"The next character at temperature {fork.temperature:g}; ▼ is drawn"
    legend += "; grey: at temperature 1" if tempered else ""
    sheet.text([legend], _LEFT, _HIGH + 0.42, 9.5, GREY, "left")


def _draw_table(sheet: Sheet, fork: Fork) -> None:
    tempered = fork.temperature != 1
    left = 2.65 if tempered else 1.85
    top = 1.4
    sheet.text(["path", f"at {fork.temperature:g}"], [0.6, 1.4], top, 9.5, GREY)
    if tempered:
        sheet.text(["at 1"], 2.15, top, 9.5, GREY)
    sheet.text(["and on from there, always the likeliest character"], left, top, 9.5, GREY, "left")
    before = (fork.prompt + fork.written)[-_BEFORE:]
    for row, path in enumerate(fork.paths):
        y, ink = top - 0.3 * (row + 1), _ink(row == 0)
        sheet.text(["▶" * (row == 0)], 0.4, y, 9, ink)
        sheet.text(_letters(path.character), 0.6, y, 13, ink, family="monospace")
        sheet.text([_percent(path.probability)], 1.4, y, 10.5, ink)
        if tempered:
            sheet.text([_percent(path.probability_at_1)], 2.15, y, 10.5, GREY)
        x = left + _ADVANCE * (np.arange(len(before) + 1 + len(path.continuation)) + 0.5)
        here = len(before)
        _write(sheet, before, x[:here], y, [GREY] * here)
        _write_boxed(sheet, path.character, x[here] + _GAP, y, ink)
        _write(sheet, path.continuation, x[here + 1 :] + 2 * _GAP, y, ["black"] * len(path.continuation))


def _letters(text: Iterable[str]) -> list[str]:
    # One by one: the outlines of single letters are soon known.
    return [as_letters(in_font(letter, "monospace")) for letter in text]


def _write(sheet: Sheet, text: str, x: ArrayLike, y: ArrayLike, colours: Sequence[str]) -> None:
    """Write a text, blanks and line ends as pale signs, so that the words stand apart."""
    pale = ["#BBBBBB" if letter in _BLANKS else ink for letter, ink in zip(text, colours, strict=True)]
    sheet.text(_letters(text), x, y, _POINTS, pale, family="monospace")


def _write_boxed(sheet: Sheet, letter: str, x: float, y: float, ink: str) -> None:
    sheet.boxes(x - 0.06, y - 0.06, 0.12, 0.22, "white", ink, 1.2)
    sheet.text(_letters(letter), x, y, _POINTS, ink, family="monospace")


def _ink(chosen: bool) -> str:
    return COLOURS["mark"] if chosen else COLOURS["ours"]


def _percent(share: float) -> str:
    """Return a share in percent: never 0 for what can happen, never 100 for what need not."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %" if 0 < share < 0.1 or 0.99 < share < 1 else f"{100 * share:.0f} %"


def _told(fork: Fork) -> str:
    paths = []
    for path in fork.paths:
        at_1 = "" if fork.temperature == 1 else f", {_percent(path.probability_at_1)} at temperature 1"
        paths.append(f"{path.character!r} ({_percent(path.probability)}{at_1}), then {path.continuation!r}")
    return (
        f"The next character at temperature {fork.temperature:g} has an entropy of {fork.entropy:.2f} bits. "
        f"The one drawn and the likeliest others, each with what follows greedily: {'; '.join(paths)}."
    )
