"""Figures on gates: one step of an LSTM, values under a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from ..recurrence import LSTMTrace
from .recurrent import SIGNED
from .sheet import GREY, Sheet, as_letters, as_title, number, shortened, told, width_of

GATE_COLOURS = {
    "input_gate": "#009E73",
    "forget_gate": "#D55E00",
    "candidate": "#F0E442",
    "output_gate": "#CC79A7",
    "cell": "#E69F00",
    "hidden": "#56B4E9",
}
"""What has which colour wherever the inside of an LSTM is drawn; black letters can be read on each."""

STEP_PARTS = ("forget", "input", "candidate", "update", "output")
"""The five parts of one LSTM step, in the order in which they are computed."""

_FORMULAS = {
    "forget": r"$f_t = \sigma(x_t W_f + h_{t-1} U_f + b_f)$",
    "input": r"$i_t = \sigma(x_t W_i + h_{t-1} U_i + b_i)$",
    "candidate": r"$g_t = \tanh(x_t W_g + h_{t-1} U_g + b_g)$",
    "update": r"$c_t = f_t \circ c_{t-1} + i_t \circ g_t$",
    "output": r"$o_t = \sigma(x_t W_o + h_{t-1} U_o + b_o)$ ,   $h_t = o_t \circ \tanh(c_t)$",
}
_TINTS = {name: LinearSegmentedColormap.from_list(name, ["#FFFFFF", colour]) for name, colour in GATE_COLOURS.items()}
# Of a part still to come (1), one that is done (-1), and the one that is shown (0), drawn in this order: colour and
# width of lines, how much colour the ground of a card has.
_LOOKS = {1: ("#CFCFCF", 1.0, 0.0), -1: ("#777777", 1.2, 0.2), 0: ("#000000", 2.4, 0.55)}


def draw_lstm_step(trace: LSTMTrace, time_step: int, part: str, words: Sequence[str]) -> Figure:
    """Draw one step of an LSTM as far as `part`, which stands out; what comes before it keeps its numbers.

    Parameters
    ----------
    trace : LSTMTrace
        Of a batch of one sequence and up to 4 units.
    time_step : int
        Which step, counted from 0.
    part : str
        One of `STEP_PARTS`: the forget gate, the input gate, the candidate, the update of the cell state, or the
        output gate with the hidden state.
    words : sequence of str, one for each time step
        What is read.

    Raises
    ------
    ValueError
        If the trace has more sequences or units, `words` another length, or there is no such part or step; also if
        the step is masked, since the state did not follow its gates.
    TypeError
        If `trace` is not of an LSTM.
    """
    check_trace(trace, time_step, "words", words, most_units=4)
    if part not in STEP_PARTS:
        raise ValueError(f"part is {part!r}, expected one of {', '.join(STEP_PARTS)}.")
    if not trace.mask[0, time_step]:
        raise ValueError(f"time_step {time_step} is masked: the state did not follow its gates. Choose another.")
    now, units = STEP_PARTS.index(part), trace.hidden.shape[2]
    i, f, g, o, c, h = (getattr(trace, name)[0, time_step] for name in GATE_COLOURS)
    h_before, c_before = (
        states[0, time_step - 1] if time_step else first[0]
        for states, first in zip((trace.hidden, trace.cell), trace.initial_state, strict=True)
    )
    high = 0.25 * units + 0.38  # of a card; all places are in inches
    top, gates = high / 2, 1.15 + high / 2
    between, belt = gates + high + 0.36, gates + 2 * (high + 0.36)
    sheet = Sheet(10, belt + top + 0.85)
    cards = [  # the part that computes it, name, symbol, place, values, and whose colours it has
        (-1, "cell state", "c_{t-1}", (1.2, belt), c_before, "cell"),
        (-1, "hidden state", "h_{t-1}", (1.2, gates), h_before, "hidden"),
        (0, "forget gate", "f_t", (2.75, gates), f, "forget_gate"),
        (1, "input gate", "i_t", (4.1, gates), i, "input_gate"),
        (2, "candidate", "g_t", (5.9, gates), g, "candidate"),
        (3, "kept", r"f_t \circ c_{t-1}", (3.85, belt), f * c_before, "cell"),
        (3, "let in", r"i_t \circ g_t", (5.0, between), i * g, "cell"),
        (3, "cell state", "c_t", (6.2, belt), c, "cell"),
        (4, "output gate", "o_t", (7.25, gates), o, "output_gate"),
        (4, "", r"\tanh(c_t)", (8.13, between), np.tanh(c), "hidden"),
        (4, "hidden state", "h_t", (9.05, gates), h, "hidden"),
    ]
    word_at = _write_words(sheet, words, time_step, trace.x[0, time_step])
    sheet.boxes(0.1, belt - 0.1, 9.8, 0.2, _TINTS["cell"](0.25))  # the belt, which runs on from step to step
    arrows = _step_arrows(gates, between, belt, top, word_at)
    for when, (colour, width, _) in _LOOKS.items():
        sheet.arrows([points for computed, points in arrows if np.sign(computed - now) == when], colour, width)
    signs = (3, 2.75, belt, "∘"), (3, 5.0, gates, "∘"), (3, 5.0, belt, "+"), (4, 8.13, gates, "∘")
    for computed, x, y, sign in signs:
        colour, width, _ = _LOOKS[np.sign(computed - now)]
        sheet.circle(x, y, 0.14, colour, width)
        sheet.text([sign], x, y - 0.08, 17, colour)
    c_scale = max(1.0, float(np.abs(trace.cell).max()))
    for computed, name, symbol, place, values, colours in cards:
        scale = c_scale if colours == "cell" else 1.0
        _draw_card(sheet, place, high, f"{name} ${symbol}$", values, colours, scale, np.sign(computed - now))
    sheet.text(["to the next step"], 9.22, belt + 0.18, 8.5, GREY)
    rows = gates + top - 0.49 - 0.25 * np.arange(units)
    sheet.text([f"unit {unit + 1}" for unit in range(units)], 0.36, rows, 8.5, GREY)
    sheet.text([_FORMULAS[part]], 0.12, sheet.height - 0.58, 12, align="left")
    found = _found(part, f, i, g, c, h)
    known = "; ".join(f"{name} {symbol}: {told(values)}" for step, name, symbol, _, values, _ in cards if step <= now)
    known = known.replace(r"\circ", "∘").replace("\\", "").replace("{", "").replace("}", "")
    return sheet.finished(
        f"Time step {time_step + 1} of {len(words)}, “{as_title(shortened(words[time_step]))}”: {found}",
        f"Inside an LSTM at time step {time_step + 1} of {len(words)}, reading {words[time_step]!r}. "
        f"Part {now + 1} of 5, {part}: {found}. Computed so far, unit by unit: {known}.",
    )


def draw_gate_strips(
    text: str, strips: Mapping[str, ArrayLike], title: str, width: int = 60, together: int | None = None
) -> Figure:
    """Draw a text once for each strip, every symbol on a ground coloured by its value.

    Parameters
    ----------
    text : str
        What is read, up to some 200 symbols; line ends are drawn as ↵.
    strips : mapping of str to array-like, (symbols,)
        Name, and one value for each symbol, from -1 to 1 or from 0 to 1: a state or a gate of one unit.
    title : str
    width : int
        Symbols on a line.
    together : int, optional
        A space is left after so many strips, for instance those of one unit; all stand close if not given.

    Raises
    ------
    ValueError
        If there is no text or no strip, a strip does not have one value from -1 to 1 for each symbol, or `width` or
        `together` is below 1.
    """
    together = len(strips) if together is None else together
    if not text or not strips or min(width, together) < 1:
        raise ValueError(
            f"Expected a text, a strip, and from 1 on for width and together, got {text!r}, {list(strips)}, {width}, "
            f"{together}."
        )
    values = {name: within(f"strip {name!r}", strip, -1, 1, len(text)) for name, strip in strips.items()}
    lines, pitch = -(-len(text) // width), 0.27
    spaces = 0.1 * (np.arange(len(strips)) // together)
    block = len(strips) * pitch + spaces[-1] + (0.16 if len(strips) > 1 else 0.05)
    sheet = Sheet(10, lines * block + 0.95)
    left = 0.3 + max(map(width_of, strips)) * 10 / 72
    column = min((9.85 - left) / min(width, len(text)), 0.25)
    rows, columns = np.divmod(np.arange(len(text)), width)
    inked = np.array([place for place, symbol in enumerate(text) if symbol != " "], int)  # a blank is its ground
    letters = [as_letters(text[place]) for place in inked]
    for place, (name, strip) in enumerate(values.items()):
        bottoms = sheet.height - 0.42 - block * rows - (place + 1) * pitch - spaces[place]
        sheet.boxes(left + column * columns, bottoms, column, pitch - 0.02, SIGNED(0.5 + 0.4 * strip))
        middles = left + column * (columns[inked] + 0.5)
        sheet.text(letters, middles, bottoms[inked] + 0.075, min(13, 115 * column), family="monospace")
        sheet.text([name] * lines, 0.12, bottoms[::width] + 0.075, 10, align="left")
    least = -1 if min(strip.min() for strip in values.values()) < 0 else 0
    sheet.mesh(
        left + np.linspace(0, 2, 42), np.array([0.38, 0.24]), SIGNED(0.5 + 0.4 * np.linspace(least, 1, 41))[None]
    )
    ends = ["−1", "0", "1"] if least else ["0", "1"]
    sheet.text(ends, left + np.linspace(0, 2, len(ends)), 0.08, 9, GREY)
    parts = (
        f"{name} is {strip.min():.2f} to {strip.max():.2f}, largest at {text[int(strip.argmax())]!r}, symbol "
        f"{int(strip.argmax()) + 1}"
        for name, strip in values.items()
    )
    return sheet.finished(
        title, f"Text of {len(text)} symbols on coloured ground: {'; '.join(parts)}. It reads: {text}"
    )


def check_trace(trace: Any, time_step: int, name: str, symbols: Sequence[str], most_units: int) -> None:
    """Raise ``TypeError`` or ``ValueError`` unless this is one sequence's trace of an LSTM, with such a time step."""
    if not isinstance(trace, LSTMTrace):
        raise TypeError(f"trace is of type {type(trace).__name__}, expected what LSTMCell.forward returns.")
    batch, time, units = trace.hidden.shape
    if batch != 1 or units > most_units:
        raise ValueError(
            f"trace has batch={batch} and units={units}, expected batch=1 and at most {most_units} units. For one "
            "sequence of several: cell.forward(x[:1])."
        )
    if len(symbols) != time:
        raise ValueError(f"{name} has {len(symbols)} entries, expected one for each of the {time} time steps.")
    if time_step not in range(time):
        raise ValueError(f"time_step is {time_step}, expected a whole number from 0 to {time - 1}.")


def within(name: str, values: ArrayLike, least: float, most: float, length: int) -> np.ndarray:
    """Return so many numbers as an array; raise ``ValueError`` if one is not between `least` and `most`."""
    values = numbers(name, values, ("values", length))
    if values.min() < least - 1e-5 or values.max() > most + 1e-5:  # a softmax in float32 may add up to 1.0000001
        raise ValueError(
            f"{name} has values from {values.min():.3g} to {values.max():.3g}, expected {least} to {most}."
        )
    return values


def _step_arrows(gates, between, belt, top, word_at) -> list[tuple[int, list[tuple[float, float]]]]:
    """Return the part that uses each arrow, and the points through which it goes, from the heights of the levels."""
    bus = 0.85
    gates_reached = [  # to each gate, from both of its inputs
        (computed, [*start, (x, bus), (x, gates - top)])
        for computed, x in ((0, 2.75), (1, 4.1), (2, 5.9), (4, 7.25))
        for start in ([(word_at, 0.45), (word_at, bus)], [(1.2, gates - top), (1.2, bus)])
    ]
    return [
        *gates_reached,
        (3, [(1.8, belt), (2.61, belt)]),
        (3, [(2.75, gates + top), (2.75, belt - 0.14)]),
        (3, [(2.89, belt), (3.25, belt)]),
        (3, [(4.45, belt), (4.86, belt)]),
        (3, [(4.7, gates), (4.86, gates)]),
        (3, [(5.3, gates), (5.14, gates)]),
        (3, [(5.0, gates + 0.14), (5.0, between - top)]),
        (3, [(5.0, between + top), (5.0, belt - 0.14)]),
        (3, [(5.14, belt), (5.6, belt)]),
        (4, [(6.8, belt), (8.13, belt), (8.13, between + top)]),
        (4, [(8.13, between - top), (8.13, gates + 0.14)]),
        (4, [(7.85, gates), (7.99, gates)]),
        (4, [(8.27, gates), (8.45, gates)]),
        (4, [(9.65, gates), (9.92, gates)]),
    ]


def _draw_card(sheet, place, height, heading, values, colours, scale, when) -> None:
    """Draw a vector as a card: its heading, and a box for each unit, empty if it is still to come."""
    (x, y), (colour, width, tint) = place, _LOOKS[when]
    sheet.boxes(x - 0.6, y - height / 2, 1.2, height, _TINTS[colours](tint), colour, width)
    sheet.text([heading], x, y + height / 2 - 0.21, 9, "#999999" if when == 1 else "black")
    bottoms = y + height / 2 - 0.32 - 0.25 * np.arange(1, len(values) + 1)
    if when == 1:
        sheet.boxes(x - 0.48, bottoms, 0.96, 0.25, "#FFFFFF", "#E4E4E4")
        return
    faces = _TINTS[colours](values) if colours.endswith("gate") else SIGNED(0.5 + 0.4 * values / scale)
    sheet.boxes(x - 0.48, bottoms, 0.96, 0.25, faces, "#888888")
    sheet.text([number(value) for value in values], x, bottoms + 0.075, 10.5)


def _write_words(sheet, words, time_step, x_t) -> float:
    """Write what is read, with a frame around the word of the step; return where its middle is."""
    texts = [as_letters(word) for word in words]
    widths = np.array([width_of(text) for text in texts]) + 1
    points = min(12, 72 * 5.6 / widths.sum())  # all of them fit below the gates
    widths *= points / 72
    x = 4.2 - widths.sum() / 2 + widths.cumsum() - widths / 2
    sheet.text(texts, x, 0.24, points, ["black" if step <= time_step else "#999999" for step in range(len(texts))])
    sheet.boxes(x[time_step] - 0.46 * widths[time_step], 0.13, 0.92 * widths[time_step], 0.32, "none", "black", 1.5)
    sheet.text(["$x_t$"], x[time_step] - 0.17, 0.6, 11)
    if len(x_t) <= 6:
        vector = [f"$x_t$ = ({', '.join(f'{round(float(value), 2) + 0:g}' for value in x_t)})".replace("-", "−")]
        sheet.text(vector, 7.1, 0.24, min(11, 72 * 2.75 / width_of(*vector)), align="left")
    return x[time_step]


def _found(part, f, i, g, c, h) -> str:
    def listed(values: np.ndarray) -> str:
        return f"({', '.join(map(number, values))})"

    def shares(values: np.ndarray) -> str:
        *others, last = [f"{value:.0%}" for value in values]
        return f"{', '.join(others)} and {last}" if others else last

    return {
        "forget": f"the forget gate keeps {shares(f)} of the old cell state",
        "input": f"the input gate lets in {shares(i)} of the candidate",
        "candidate": f"the candidate is {listed(g)}",
        "update": f"the cell state becomes {listed(c)}",
        "output": f"the hidden state becomes {listed(h)}",
    }[part]
