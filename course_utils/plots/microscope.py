"""The microscope: what goes on in each unit of an LSTM, step by step, quick enough for a slider."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.figure import Figure

from ..recurrence import LSTMTrace
from .gates import GATE_COLOURS, check_trace, within
from .recurrent import SIGNED
from .sheet import GREY, Sheet, as_letters, as_title, shortened, told
from .style import COLOURS

WINDOW = 40
"""How many symbols are shown at once."""

_GATES = {  # symbol, what it decides, lower end of its axis
    "input_gate": ("i", "what is let in", 0),
    "forget_gate": ("f", "what is kept", 0),
    "candidate": ("g", "what is offered", -1),
    "output_gate": ("o", "what is shown", 0),
}


def draw_microscope(
    symbols: Sequence[str],
    trace: LSTMTrace,
    time_step: int,
    prediction: Sequence[tuple[str, float]] | None = None,
    forced: Collection[str] = (),
) -> Figure:
    """Draw the cell state of every unit over time and, below it, the gates at one time step.

    Parameters
    ----------
    symbols : sequence of str, one for each time step
        What is read. Of a long sequence, `WINDOW` symbols around the step are drawn.
    trace : LSTMTrace
        Of a batch of one sequence and up to 16 units.
    time_step : int
        Which step, counted from 0.
    prediction : sequence of (str, float), up to 6, optional
        What may come next, and how probable each is, in the order in which they are drawn.
    forced : collection of str
        The gates that were held at a value by hand: ``input_gate``, ``forget_gate``, ``candidate``, ``output_gate``.

    Raises
    ------
    ValueError
        If the trace has more sequences or units, `symbols` another length, there is no such step or gate, or the
        prediction is too long or does not hold probabilities.
    TypeError
        If `trace` is not of an LSTM.
    """
    check_trace(trace, time_step, "symbols", symbols, most_units=16)
    prediction = _checked_prediction([] if prediction is None else list(prediction))
    if isinstance(forced, str) or not set(forced) <= set(_GATES):
        raise ValueError(f"forced is {forced!r}, expected a collection of names out of {', '.join(_GATES)}.")
    units = trace.hidden.shape[2]
    span = max(1.3, 0.125 * units)  # in inches: of the strip of cell states, and of the panels of the gates
    panel, strip = (0.35, 0.35 + span), (1.45 + span, 1.45 + 2 * span)
    left, right = 0.75, 6.45 if prediction else 8.35
    sheet = Sheet(9, strip[1] + 0.75)
    _draw_cell_strip(sheet, symbols, trace.cell[0], time_step, strip, left, right)
    pitch = (right + 0.22 - left) / 4
    for place, name in enumerate(_GATES):
        values = getattr(trace, name)[0, time_step]
        _draw_gate_panel(sheet, name, values, name in forced, panel, left + place * pitch, pitch - 0.22)
    _write_units(sheet, left - 0.36, panel, units)

    title = f"Time step {time_step + 1} of {len(symbols)}, read “{as_title(shortened(symbols[time_step]))}”"
    words = f"Time step {time_step + 1} of {len(symbols)}, after {''.join(symbols[: time_step + 1])!r}. Unit by unit: "
    words += "; ".join(f"{name.replace('_', ' ')} {told(getattr(trace, name)[0, time_step])}" for name in GATE_COLOURS)
    if forced:
        held = [name for name in _GATES if name in forced]
        title += f", with {', '.join(_GATES[name][0] for name in held)} forced"
        words += f". Forced by hand: {', '.join(held).replace('_', ' ')}"
    if prediction:
        _draw_prediction(sheet, prediction, right + 0.85, strip[1])
        label, share = max(prediction, key=lambda pair: pair[1])
        title += f": “{as_title(shortened(label))}” comes next with {share:.0%}"
        words += ". Predicted next: " + ", ".join(f"{label!r} {share:.3f}" for label, share in prediction)
    return sheet.finished(title, f"{words}.")


def _checked_prediction(prediction: list) -> list[tuple[str, float]]:
    if len(prediction) > 6:
        raise ValueError(f"prediction has {len(prediction)} entries, expected at most 6: the most probable ones.")
    if not prediction:
        return []
    shares = within("prediction", [share for _, share in prediction], 0, 1, len(prediction))
    return [(str(label), float(share)) for (label, _), share in zip(prediction, shares, strict=True)]


def _draw_cell_strip(sheet, symbols, cell, time_step, ends, left, right) -> None:
    """Draw the symbols around the step and, below them, the cell state after each: a row a unit."""
    low, high = ends
    first = min(max(time_step - WINDOW // 2, 0), max(len(symbols) - WINDOW, 0))
    steps = np.arange(first, min(first + WINDOW, len(symbols)))
    column = min((right - left) / len(steps), 0.7)
    x = left + column * (steps - first + 0.5)
    scale = max(1.0, float(np.abs(cell).max()))
    colours = SIGNED(0.5 + 0.5 * cell[steps].T / scale)
    colours[:, steps > time_step] += 0.8 * (1 - colours[:, steps > time_step])  # still to come: pale
    sheet.mesh(left + column * np.arange(len(steps) + 1), np.linspace(high, low, cell.shape[1] + 1), colours)
    letters = [as_letters(symbols[t]) for t in steps]
    points = min(13, 105 * column / max(1, *(len(symbols[t]) for t in steps)))
    inks = ["black" if t <= time_step else "#AAAAAA" for t in steps]
    sheet.text(letters, x, high + 0.12, points, inks, family="monospace")
    sheet.boxes(x[time_step - first] - column / 2, low, column, high - low + 0.34, "none", "black", 1.8)
    numbered = (steps + 1) % 5 == 0 if len(steps) > 12 else steps >= 0
    sheet.text([str(t + 1) for t in steps[numbered]], x[numbered], low - 0.18, 9, GREY)
    explained = "time step; the colour is the cell state $c$ of a unit after it"
    sheet.text([explained], left, low - 0.38, 9, GREY, "left")
    _write_units(sheet, left - 0.36, ends, cell.shape[1])
    sheet.mesh(right + np.array([0.12, 0.24]), np.linspace(high, low, 42), SIGNED(np.linspace(1, 0, 41))[:, None])
    values = [f"{scale:.2g}", "0", f"−{scale:.2g}"]
    sheet.text(values, right + 0.29, np.linspace(high, low, 3) - [0.1, 0.045, 0.0], 9, GREY, "left")


def _draw_gate_panel(sheet, name, values, held, ends, x, width) -> None:
    """Draw one gate as a bar for each unit, unit 1 on top."""
    (low, high), (symbol, meaning, least) = ends, _GATES[name]
    sheet.boxes(x, low, width, high - low, "#F4F4F4")
    ticks = x + width * np.array([0, 0.5, 1])
    sheet.boxes(ticks - 0.005, low, 0.01, high - low, "#CCCCCC")
    pitch = (high - low) / len(values)
    bottoms = high - pitch * (np.arange(len(values)) + 0.88)
    zero, ahead = x - least * width / 2, width * values / (1 - least)
    sheet.boxes(zero + np.minimum(ahead, 0), bottoms, np.abs(ahead), 0.76 * pitch, GATE_COLOURS[name], "#555555", 0.6)
    if held:
        sheet.boxes(x, low, width, high - low, "none", "black", 2.5)
    sheet.text(["−1", "0", "1"] if least else ["0", "0.5", "1"], ticks, low - 0.17, 9, GREY)
    sheet.text([f"{name.replace('_', ' ')} ${symbol}$"], x, high + 0.26, 10.5, align="left")
    sheet.text(["forced by hand" if held else meaning], x, high + 0.09, 9, "black" if held else GREY, "left")


def _draw_prediction(sheet, prediction, x, top) -> None:
    """Draw what may come next, each label above its bar."""
    rows = top - 0.25 - 0.56 * np.arange(len(prediction))
    shares = np.array([share for _, share in prediction])
    labels = [as_letters(shortened(label)) for label, _ in prediction]
    sheet.text(["predicted next"], x, top + 0.12, 10.5, align="left")
    sheet.text(labels, x, rows, 11, align="left", family="monospace")
    sheet.text([f"{share:.1%}" for share in shares], x + 1.33, rows, 10, GREY)
    sheet.boxes(x, rows - 0.26, 1.6, 0.17, "#F0F0F0")
    sheet.boxes(x, rows - 0.26, 1.6 * shares, 0.17, COLOURS["ours"])


def _write_units(sheet, x, ends, units) -> None:
    low, high = ends
    pitch = (high - low) / units
    points = min(9, 72 * pitch)
    rows = high - pitch * (np.arange(units) + 0.5) - 0.36 * points / 72
    sheet.text([f"unit {unit + 1}" for unit in range(units)], x, rows, points, GREY)
