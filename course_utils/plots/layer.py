"""The picture of a recurrent layer unrolled in time, in which what it returns has colours, and nothing else has."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import shapes
from .gates import GATE_COLOURS
from .sheet import GREY, Sheet, width_of

MOST = 6
"""How many time steps, units and features are drawn: more would be too small to see."""

STATE_COLOURS = {"h": GATE_COLOURS["hidden"], "c": GATE_COLOURS["cell"]}
"""Of a returned state, by the last letter of its variable; an output has that of the hidden state, which it is."""

_PALE, _LINE, _INK = "#F4F4F4", "#AAAAAA", "#000000"
_STRIP, _CELL = 0.2, 0.85  # heights of a vector and of a cell; all lengths are in inches


def draw_layer(
    kind: str = "LSTM",
    return_sequences: bool = False,
    return_state: bool = False,
    time: int = 4,
    units: int = 3,
    features: int = 2,
    batch: int = 1,
) -> Figure:
    """Draw a recurrent layer unrolled in time: what it returns in colours, with variables and shapes, the rest in grey.

    Parameters
    ----------
    kind : str
        One of `shapes.KINDS`, such as ``LSTM`` or ``Bidirectional(LSTM)``.
    return_sequences, return_state : bool
        The options of the layer.
    time, units, features : int, 1 to 6
    batch : int
        One sequence of it is drawn.

    Raises
    ------
    ValueError
        If there is no such kind, or a number is outside its limits.
    """
    for name, size, most in (("time", time, MOST), ("units", units, MOST), ("features", features, MOST)):
        _check_size(name, size, most)
    _check_size("batch", batch, None)
    rows = _rows(kind, bool(return_sequences), bool(return_state), (batch, time, features), units)
    place = (2.8, 0.5, 4.4) if kind.startswith("Bidirectional") else (0.9, 0.5, 6.2)  # words need room on both sides
    picture = Unrolled(kind, time, units, features, return_sequences, [row.variable for row in rows], *place)
    sheet = Sheet(10, picture.top + 1.3)
    picture.draw(sheet)
    picture.letter(sheet)
    _label(sheet, picture, rows)
    sheet.text([f"x (batch={batch}, time={time}, features={features})"], picture.end + 0.25, 0.56, 9.5, GREY, "left")
    call = f"{', '.join(row.variable for row in rows)} = {rows[0].layer}(x)"
    points = min(10.5, 72 * 9.7 / (0.602 * len(call)))
    sheet.text([call], 0.12, sheet.height - 0.58, points, GREY, "left", "monospace")
    returned = "; ".join(f"{row.variable} {row.axes}, {_meaning(row)}" for row in rows)
    return sheet.finished(
        _title(kind, rows),
        f"{rows[0].layer} unrolled over {time} time steps, reading x (batch={batch}, time={time}, "
        f"features={features}). In colours, what it returns: {returned}. In grey, all else.",
    )


class Unrolled:
    """The picture of a layer without its words, and where its parts lie on a sheet.

    Parameters
    ----------
    kind, time, units, features, return_sequences
        As in `draw_layer`.
    returned : collection of str
        The variables that the layer returns, as `shapes` calls them.
    left, bottom, width : float
        Where on the sheet the time steps begin, where the lowest vectors lie, and how wide all steps may be.
    """

    def __init__(
        self,
        kind: str,
        time: int,
        units: int,
        features: int,
        return_sequences: bool,
        returned: Collection[str],
        left: float,
        bottom: float,
        width: float,
    ):
        self.cell = kind.removeprefix("Bidirectional(").removesuffix(")")
        self.halves = ("",) if self.cell == kind else ("forward_", "backward_")
        self.both = len(self.halves) == 2
        self.states = ("h", "c") if self.cell == "LSTM" else ("h",)
        self.units, self.features, self.every, self.returned = units, features, bool(return_sequences), returned
        self.pitch = min(width / time, 1.6)
        self.start = left + (width - self.pitch * time) / 2
        self.end = self.start + self.pitch * time
        self.steps = self.start + self.pitch * (np.arange(time) + 0.5)
        self.unit = min(0.16, 0.86 * self.pitch / max(features, units * len(self.halves)))
        self.bottom = bottom
        self.cells = [bottom + 0.62 + row * (_CELL + 0.4) for row in range(len(self.halves))]
        self.outputs = self.cells[-1] + _CELL + 0.45
        self.top = self.outputs + _STRIP

    def level(self, row: int, state: str) -> float:
        """Return at which height a state runs from cell to cell."""
        return self.cells[row] + (0.425 if len(self.states) == 1 else {"h": 0.2, "c": 0.65}[state])

    def exit(self, row: int) -> tuple[float, float]:
        """Return between which places the last states of a row of cells are drawn."""
        width = min(self.units * self.unit, 0.5)
        near, far = 0.25, 0.25 + width
        return (self.end + near, self.end + far) if row == 0 else (self.start - far, self.start - near)

    def draw(self, sheet: Any) -> None:
        """Draw all boxes and arrows on a `Sheet`, or on something else with its `boxes` and `arrows`."""
        lines = {_LINE: [], _INK: []}
        self._draw_cells(sheet, lines)
        frames = []
        for t, x in enumerate(self.steps):
            self._strip(sheet, x - self.features * self.unit / 2, self.bottom, self.features, None)
            for half in range(len(self.halves)):
                shown = self._shown(t, half)
                left = x + (half - len(self.halves) / 2) * self.units * self.unit
                self._strip(sheet, left, self.outputs, self.units, STATE_COLOURS["h"] if shown else None)
                frames += [(left, left + self.units * self.unit)] if shown else []
        if self.every:
            frames = [(frames[0][0], frames[-1][1])]
        space = 0.0 if self.both and not self.every else 0.06  # halves have neighbours
        for left, right in frames:
            sheet.boxes(left - space, self.outputs - 0.06, right - left + 2 * space, _STRIP + 0.12, "none", _INK, 1.2)
        for row, half in enumerate(self.halves):
            for state in self.states:
                (near, far), level = self.exit(row), self.level(row, state)
                shown = half + state in self.returned
                unit = (far - near) / self.units
                self._strip(sheet, near, level - _STRIP / 2, self.units, STATE_COLOURS[state] if shown else None, unit)
        for colour, some in lines.items():
            sheet.arrows(some, colour, 1.2)

    def letter(self, sheet: Sheet) -> None:
        """Write which cell it is, and the symbols of vectors."""
        words = ["Simple", "RNN"] if self.cell == "SimpleRNN" else [self.cell]
        points = min(11, 72 * 0.9 * self._cell_width / max(map(width_of, words)))
        for row in range(len(self.halves)):
            middle = self.cells[row] + _CELL / 2 - 0.35 * points / 72 + 0.6 * (len(words) - 1) * points / 72
            for place, word in enumerate(words):
                height = middle - 1.2 * place * points / 72
                sheet.text([word] * len(self.steps), self.steps + self._shift(row), height, points, "#555555")
        numbers = range(1, len(self.steps) + 1)
        sheet.text([f"$x_{t}$" for t in numbers], self.steps, self.bottom - 0.22, 11, GREY)
        if self.both:
            for row, (x, word) in enumerate([(self.start - 0.6, "reads forward"), (self.end + 0.6, "reads backward")]):
                sheet.text([word], x, self.cells[row] + _CELL / 2 - 0.05, 9.5, GREY)
            return
        sheet.text([f"$h_{t}$" for t in numbers], self.steps + 0.17, self.outputs - 0.27, 10, GREY)
        for state in self.states:
            symbols = [f"${state}_{t}$" for t in numbers]
            sheet.text(symbols, self.steps + self.pitch / 2, self.level(0, state) + 0.07, 10, GREY)

    @property
    def _cell_width(self) -> float:
        return (0.52 if self.both else 0.6) * self.pitch

    def _shown(self, t: int, half: int) -> bool:
        """Whether the output of a half at a step is returned: if not all, that of the step it reads last."""
        return self.every or t == (len(self.steps) - 1, 0)[half]

    def _shift(self, row: int) -> float:
        # Wires to and from the other row of cells pass beside a cell.
        return (row - 0.5) * 0.26 * self.pitch if self.both else 0.0

    def _draw_cells(self, sheet: Any, lines: dict[str, list]) -> None:
        for row, half in enumerate(self.halves):
            middles, bottom = self.steps + self._shift(row), self.cells[row]
            sheet.boxes(middles - self._cell_width / 2, bottom, self._cell_width, _CELL, _PALE, _LINE)
            ahead = 1 - 2 * row
            ordered = middles[::ahead]
            for state in self.states:
                level, reach = self.level(row, state), ahead * self._cell_width / 2
                lines[_LINE] += [[(a + reach, level), (b - reach, level)] for a, b in pairwise(ordered)]
                target = self.exit(row)[row]
                colour = _INK if half + state in self.returned else _LINE
                lines[colour].append([(ordered[-1] + reach, level), (target, level)])
            for t, (x, middle) in enumerate(zip(self.steps, middles, strict=True)):
                self._wire(lines, row, t, x, middle)

    def _wire(self, lines: dict[str, list], row: int, t: int, x: float, middle: float) -> None:
        """Add the way from the input to a cell, and from the cell to its half of the output."""
        above, below = self.bottom + _STRIP + 0.03, self.outputs - 0.03
        colour = _INK if self._shown(t, row) else _LINE
        if not self.both:
            lines[_LINE].append([(x, above), (x, self.cells[0])])
            lines[colour].append([(x, self.cells[0] + _CELL), (x, below)])
            return
        turn_in, turn_out = above + 0.12, below - 0.22
        source = (middle, x + 0.26 * self.pitch)[row]
        lines[_LINE].append([(x, above), (x, turn_in), (source, turn_in), (source, self.cells[row])])
        # The middle of its half of the output; the way there leaves the cell where no other cell is above.
        half = (row - 0.5) * self.units * self.unit
        leave = float(np.clip(half, *((-0.35 * self.pitch, -0.15 * self.pitch), (0.0, 0.35 * self.pitch))[row]))
        turns = [(x + leave, turn_out), (x + half, turn_out)] if leave != half else []
        lines[colour].append([(x + leave, self.cells[row] + _CELL), *turns, (x + half, below)])

    def _strip(self, sheet: Any, left: float, bottom: float, count: int, colour: str | None, unit: float = 0) -> None:
        unit = unit or self.unit
        face, edge = (colour, "#555555") if colour else ("white", _LINE)
        sheet.boxes(left + unit * np.arange(count), bottom, unit, _STRIP, face, edge)


@lru_cache(maxsize=1000)
def _rows(kind: str, return_sequences: bool, return_state: bool, shape: tuple, units: int) -> tuple:
    # Kept, since a layer of Keras takes up to 12 ms to make, a quarter of the time that a slider has.
    return tuple(shapes.of_layer(shapes.make_layer(kind, units, return_sequences, return_state), shape))


def _check_size(name: str, size: Any, most: int | None) -> None:
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1 or (most and size > most):
        raise ValueError(f"{name} is {size!r}, expected a whole number from 1 {f'to {most}' if most else 'on'}.")


def _label(sheet: Sheet, picture: Unrolled, rows: tuple) -> None:
    """Write variable, shape and meaning beside each returned tensor."""
    output, *states = rows
    middle = picture.steps.mean() if picture.every or picture.both else picture.steps[-1]
    sheet.text([f"{output.variable} {output.axes}"], middle, picture.top + 0.36, 11)
    sheet.text([output.name], middle, picture.top + 0.17, 9.5, GREY)
    for row in states:
        half = int(row.variable.startswith("backward"))
        level = picture.level(half, row.variable[-1])
        near, far = picture.exit(half)
        meaning = _meaning(row).replace(", forward", "").replace(", backward", "")
        for text, y, points, colour in ((f"{row.variable} {row.axes}", 0.03, 10, "black"), (meaning, -0.14, 9, GREY)):
            room = 9.9 - far - 0.1 if half == 0 else near - 0.22
            points = min(points, 72 * room / width_of(text))
            x = far + 0.1 if half == 0 else near - 0.1 - width_of(text) * points / 72
            sheet.text([text], x, level + y, points, colour, "left")


def _meaning(row: Any) -> str:
    return f"{row.name} = {row.same_as}" if row.same_as else row.name


def _title(kind: str, rows: tuple) -> str:
    """Say what is returned, in the words of the rows."""
    output, *states = rows
    words = {"h": "last hidden state", "c": "last cell state"}
    last = list(dict.fromkeys(words[row.variable[-1]] for row in states))
    if kind.startswith("Bidirectional"):
        whose = " of each half"
        parts = [output.name.removesuffix(whose), *last]
        *others, final = parts
        named = f"{', '.join(others)} and {final}" if others else final
        ends = whose if last or output.name.endswith(whose) else ""
        return f"{kind.replace('(', ' ').removesuffix(')')}: {named}{ends}"
    *others, final = [output.name, *last]
    return f"{kind}: {', '.join(others)} and {final}" if others else f"{kind}: {final}"
