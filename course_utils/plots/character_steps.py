"""A character model with all its numbers on one picture, quick enough for a slider."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from .sheet import GREY, Sheet, as_letters, number, shortened
from .style import in_font, shown

RIGHT, OTHERS = "#56B4E9", "#F3CC80"
"""What belongs to the right letter, and to all others; pale tints of blue and orange, since letters stand on them."""

_LEFT, _RIGHT = 1.5, 8.98  # between which places the time steps lie; all lengths are in inches
_ROW, _GAP = 0.172, 0.21  # height of a number's box, and between two layers
_INPUT = 0.7  # where the input letters stand
_ADVANCE = 0.602 / 72  # from one letter of the monospace font to the next, for a size of 1 point


def draw_character_steps(
    symbols: Sequence[str], inputs: ArrayLike, hidden: ArrayLike, scores: ArrayLike, targets: ArrayLike, title: str
) -> Figure:
    """Draw a character model with all its numbers: from the letters it reads, below, up to the ones it should predict.

    Below the picture stands the loss: -log(probability of the right letter) of each step, and their mean, in nats.

    Parameters
    ----------
    symbols : sequence of str, (symbols,)
        The vocabulary: two to six symbols.
    inputs, targets : array-like of int, (time,)
        The numbers of the letters that are read, and of the right ones to predict; at most six time steps.
    hidden : array-like, (time, units)
        The hidden state after each time step; at most five units.
    scores : array-like, (time, symbols)
        For the next letter, before the softmax.
    title : str

    Raises
    ------
    ValueError
        If the arrays do not fit each other or the vocabulary, hold NaN or infinity, or are too large to be read.
    TypeError
        If one of them does not consist of numbers.
    """
    symbols = list(symbols)
    if not 2 <= len(symbols) <= 6 or not all(isinstance(symbol, str) and symbol for symbol in symbols):
        raise ValueError(f"symbols is {symbols}, expected two to six of them, each a str.")
    inputs = _ids("inputs", inputs, None, len(symbols))
    time = len(inputs)
    targets = _ids("targets", targets, time, len(symbols))
    hidden = numbers("hidden", hidden, ("time", time), ("units", None), dtype=float)
    scores = numbers("scores", scores, ("time", time), ("symbols", len(symbols)), dtype=float)
    units = hidden.shape[1]
    if time > 6 or units > 5:
        raise ValueError(f"There are {time} time steps and {units} units, expected at most 6 and 5.")
    steps, shifted = np.arange(time), scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p, losses = np.exp(log_p), -log_p[steps, targets]
    one_hot, right = np.eye(len(symbols))[inputs], np.eye(len(symbols))[targets]

    layers = [one_hot, hidden, scores, p]
    heights = [_ROW * values.shape[1] for values in layers]
    bottoms = (
        _INPUT + 0.19 + _GAP + np.cumsum([0, *(height + _GAP for height in heights)])
    )  # of the layers, and the target
    bottoms[-1] -= 0.1
    tops = bottoms[:-1] + heights
    sheet = Sheet(9, bottoms[-1] + 0.66)
    pitch = min(2.1, (_RIGHT - _LEFT) / time)
    x, width = _LEFT + pitch * (steps + 0.5), min(0.75, 0.5 * pitch)
    upward = zip([_INPUT + 0.17, *tops[:2]], bottoms[:3], strict=True)
    lines = [[(at, low + 0.03), (at, high - 0.03)] for low, high in [*upward, (tops[2], bottoms[3])] for at in x]
    middle, reach = (bottoms[1] + tops[1]) / 2, width / 2 + 0.03
    lines += [[(at + reach, middle), (at + pitch - reach, middle)] for at in x[:-1]]
    sheet.arrows(lines, "#555555", 1.3)

    chosen = right.ravel() == 1
    marked = np.where(chosen[:, None], to_rgba(RIGHT), to_rgba(OTHERS))
    given = np.where(one_hot.reshape(-1, 1) == 1, to_rgba("#CCCCCC"), to_rgba("white"))
    grids = [_cells(x - width / 2, top, values) for top, values in zip(tops, layers, strict=True)]
    for grid, faces in zip(grids, (given, "#F4F4F4", marked, "white"), strict=True):
        sheet.boxes(*grid, width, _ROW, faces, "#888888", 0.6)
    left, bottom = grids[3]
    # A probability is also the part of its box that is filled.
    sheet.boxes(left, bottom + 0.01, width * p.ravel(), _ROW - 0.02, marked)
    for left, bottom in grids[2:]:
        sheet.boxes(left[chosen], bottom[chosen], width, _ROW, "none", "black", 2.4)

    texts = [[f"{value:.0f}" for value in one_hot.flat], *([number(value) for value in v.flat] for v in layers[1:])]
    points = min(9.0, 0.94 * width / _ADVANCE / max(len(text) for layer in texts for text in layer))
    for (left, bottom), written in zip(grids, texts, strict=True):
        _write(sheet, written, left + width / 2, bottom + 0.05, points)
    names = [in_font(shortened(symbol), "monospace").replace(" ", shown(" ")) for symbol in symbols]
    small = min(9.0, 0.72 * (pitch - width) / _ADVANCE / max(map(len, names)))
    for left, bottom in (grids[0], grids[2], grids[3]):
        aside = left - 0.07 - 0.5 * small * _ADVANCE * np.tile([len(name) for name in names], time)
        _write(sheet, names * time, aside, bottom + 0.05, small, GREY)
    large = min(15.0, 0.9 * pitch / _ADVANCE / max(map(len, names)))
    _write(sheet, [names[place] for place in inputs], x, _INPUT, large)
    _write(sheet, [names[place] for place in targets], x, bottoms[-1] + 0.08, large)
    _explain(sheet, [_INPUT, *(bottoms[:4] + tops) / 2 - 0.03, bottoms[-1] + 0.08], losses)
    parts = (
        f"after {symbols[inputs[t]]!r} the right letter is {symbols[targets[t]]!r}, score {scores[t, targets[t]]:.2f}, "
        f"probability {p[t, targets[t]]:.2f}"
        for t in steps
    )
    return sheet.finished(
        title,
        f"A character model over {time} time steps, from input letters up to one-hot vectors, hidden states of {units} "
        f"units, scores, probabilities and right letters: {'; '.join(parts)}. Mean loss {losses.mean():.3f} nats a "
        "letter.",
    )


def _ids(name: str, values: ArrayLike, time: int | None, symbols: int) -> np.ndarray:
    ids = numbers(name, values, ("time", time))
    if (ids % 1).any() or ids.min() < 0 or ids.max() >= symbols:
        raise ValueError(f"{name} is {ids.tolist()}, expected the numbers of symbols: whole, from 0 to {symbols - 1}.")
    return ids.astype(int)


def _cells(left: np.ndarray, top: float, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the left and the lower end of a box for each value, (time, rows), one time step after the other."""
    time, rows = values.shape
    return np.repeat(left, rows), top - _ROW * (1 + np.tile(np.arange(rows), time))


def _write(sheet, texts, x, y, points, colour="black") -> None:
    """Write texts letter by letter, each around its x: the outline of a new number would take half a millisecond."""
    middles = (points * _ADVANCE * (np.arange(len(text)) - (len(text) - 1) / 2) for text in texts)
    places = [at + offsets for at, offsets in zip(x, middles, strict=True)]
    heights = np.repeat(np.broadcast_to(y, len(texts)), [len(text) for text in texts])
    letters = ["" if letter == " " else as_letters(letter) for text in texts for letter in text]
    sheet.text(letters, np.concatenate(places), heights, points, colour, family="monospace")


def _explain(sheet: Sheet, levels: Sequence[float], losses: np.ndarray) -> None:
    """Write the names of the layers at the left, and the colours and the loss below."""
    layers = ["input letter", "input, one-hot", "hidden state", "scores", "probabilities", "target letter"]
    sheet.text(layers, 0.12, np.asarray(levels), 10.5, align="left")
    sheet.text(["softmax of the scores"], 0.12, levels[4] - 0.17, 9, GREY, "left")
    sheet.boxes([0.12, 3.4], 0.35, 0.3, 0.16, np.array([to_rgba(RIGHT), to_rgba(OTHERS)]))
    sheet.boxes(0.12, 0.35, 0.3, 0.16, "none", "black", 2.4)
    sheet.text(
        ["the right letter: we want it high", "the others: we want them low"], [0.5, 3.78], 0.38, 9.5, GREY, "left"
    )
    total = " + ".join(number(loss) for loss in losses)
    loss = f"loss: ({total}) / {len(losses)} = {losses.mean():.3f} nats a letter"
    points = min(10.0, 8.7 / _ADVANCE / len(loss))
    _write(sheet, [loss], [0.12 + points * _ADVANCE * len(loss) / 2], 0.1, points)
