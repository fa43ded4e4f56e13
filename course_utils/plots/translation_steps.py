"""Translation step by step: attention with all its numbers, encoder and decoder unrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from .sheet import GREY, Sheet, number, told, width_of
from .style import COLOURS
from .translation import ADVANCE, check_weights, checked_symbols, names_of, write

SHAPES = ("source", "state", "target inputs", "outputs")
"""The parts of an encoder and a decoder whose shapes can be written into the picture."""

_ENCODER, _DECODER = "#A6D4F2", "#F3CC80"  # tints of blue and orange: letters stand on them
_TINT = colormaps["Blues"]
_ROW = 0.22  # height of a number's box; all lengths are in inches


def draw_attention_step(
    source: Sequence[str], scores: ArrayLike, weights: ArrayLike, outputs: ArrayLike, context: ArrayLike, title: str
) -> Figure:
    """Draw attention at one step of the decoder with all its numbers: from the encoder's outputs up to the context.

    The context is the sum of the outputs, each times its weight (Bahdanau, Cho and Bengio, 2015).

    Parameters
    ----------
    source : sequence of str, (source,)
        One to six symbols.
    scores, weights : array-like, (source,)
        How well each output of the encoder matches the query; and the softmax of these scores.
    outputs : array-like, (source, units)
        Of the encoder; at most four units.
    context : array-like, (units,)
    title : str

    Raises
    ------
    ValueError
        If there are too many symbols or units, an array does not fit, the weights are not the softmax of the scores,
        or the context is not the weighted sum; what rounding to two digits changes is allowed.
    """
    source = checked_symbols("source", source, 6)
    count = ("source", len(source))
    scores, weights = (
        numbers(name, row, count, dtype=float) for name, row in (("scores", scores), ("weights", weights))
    )
    outputs = numbers("outputs", outputs, count, ("units", None), dtype=float)
    units = outputs.shape[1]
    if units > 4:
        raise ValueError(f"There are {units} units, expected at most 4: more numbers could not be read.")
    context = numbers("context", context, ("units", units), dtype=float)
    softmax = np.exp(scores - scores.max())
    softmax /= softmax.sum()
    _same("weights", weights, softmax, "the softmax of the scores")
    check_weights(weights[None] / weights.sum())
    _same("context", context, weights @ outputs, "the sum of weights × outputs")

    high = _ROW * units
    bottoms = 1.0 + np.cumsum([0, high + 0.3, _ROW + 0.3, _ROW + 0.3])  # outputs, scores, weights, products
    tops = bottoms + np.array([high, _ROW, _ROW, high])
    sheet = Sheet(9, tops[-1] + 0.75)
    pitch, width = 1.0, 0.64
    x = 1.95 + pitch * (np.arange(len(source)) + 0.5)
    left, at_context = x - width / 2, x[-1] + 1.05
    below = [0.82, *tops[:-1]]
    sheet.arrows(
        [[(at, low + 0.04), (at, top - 0.04)] for low, top in zip(below, bottoms, strict=True) for at in x],
        "#555555",
        1.3,
    )
    faces = np.repeat(_TINT(0.6 * weights), units, axis=0)
    _column(sheet, left, tops[0], width, outputs, "#F4F4F4")
    _column(sheet, left, tops[1], width, scores[:, None], "white")
    _column(sheet, left, tops[2], width, weights[:, None], "none", filled=True)
    _column(sheet, left, tops[3], width, weights[:, None] * outputs, faces)
    _column(sheet, np.array([at_context - width / 2]), tops[3], width, context[None], _DECODER)
    sheet.boxes(at_context - width / 2, bottoms[3], width, high, "none", "black", 2.2)
    middle = (bottoms[3] + tops[3]) / 2 - 0.06
    signs = ["+"] * (len(source) - 1) + ["="]
    sheet.text(signs, [*(x[:-1] + pitch / 2), (x[-1] + at_context) / 2], middle, 16)
    sheet.text(["context"], at_context, tops[3] + 0.1, 11)
    names = names_of(source)
    write(sheet, names, x, 0.58, min(15.0, 0.9 * pitch / ADVANCE / max(map(len, names))))
    sheet.text(
        ["source", "encoder outputs", "scores", "weights", "weight × output"],
        0.12,
        _levels(bottoms, tops),
        11,
        align="left",
    )
    sheet.text(
        ["fit to the query", "softmax of the scores", "and their sum"],
        0.12,
        _levels(bottoms, tops)[2:] - 0.17,
        9,
        GREY,
        "left",
    )
    sheet.text(
        ["Each column is one symbol; each row of a column is one unit. The darker, the larger the weight."],
        0.12,
        0.15,
        9.5,
        GREY,
        "left",
    )
    parts = (
        f"{symbol!r} with output {told(output)}, score {number(score)}, weight {number(weight)}"
        for symbol, output, score, weight in zip(source, outputs, scores, weights, strict=True)
    )
    return sheet.finished(
        title, f"Attention at one step of the decoder, to {'; '.join(parts)}. The context is {told(context)}."
    )


def draw_encoder_decoder(
    source: Sequence[str],
    target: Sequence[str],
    title: str,
    steps: int | None = None,
    start: str = "\t",
    shapes: Mapping[str, str] | None = None,
) -> Figure:
    """Draw an encoder and a decoder unrolled: the source is read, states are handed over, the target is written.

    Parameters
    ----------
    source : sequence of str
        Characters or words in the order in which the encoder reads them.
    target : sequence of str
        What the decoder gives out, the stop sign included where there is one; at most 20 symbols with the source. Its
        inputs are the start sign and the same symbols moved by one step.
    title : str
    steps : int, optional
        How many steps of the decoder are drawn, from 0 on; without it, all.
    start : str
        The start sign.
    shapes : mapping of str to str, optional
        What is written beside a part out of `SHAPES`, as in ``{"state": "(batch, units)"}``.

    Raises
    ------
    ValueError
        If a sentence has no symbol, both have too many, there are not so many steps, or no such part.
    """
    source, target = checked_symbols("source", source, 19), checked_symbols("target", target, 19)
    checked_symbols("start", [start], 1)
    if len(source) + len(target) > 20:
        raise ValueError(f"source and target have {len(source)} and {len(target)} symbols, expected 20 at most in all.")
    steps = len(target) if steps is None else steps
    if steps not in range(len(target) + 1):
        raise ValueError(f"steps is {steps}, expected 0 to {len(target)}.")
    shapes = {} if shapes is None else dict(shapes)
    if not shapes.keys() <= set(SHAPES):
        raise ValueError(f"shapes has {', '.join(map(str, shapes))}, expected names out of {', '.join(SHAPES)}.")

    sheet = Sheet(9, 3.6)
    gap = 1.05  # between encoder and decoder, where the states are handed over
    pitch = min(0.95, (9 - 0.3 - gap) / (len(source) + len(target)))
    width, low, high = 0.62 * pitch, 1.4, 0.5
    middle = low + high / 2
    first = (9 - gap - pitch * (len(source) + len(target))) / 2
    x = first + pitch * (np.arange(len(source)) + 0.5)
    over = x[-1] + pitch / 2 + gap  # where the decoder begins
    y = over + pitch * (np.arange(steps) + 0.5)
    upward = [[(at, low - 0.27), (at, low - 0.03)] for at in [*x, *y]]
    upward += [[(at, low + high + 0.03), (at, low + high + 0.27)] for at in y]
    onward = [
        [(a + width / 2 + 0.02, middle), (b - width / 2 - 0.02, middle)] for row in (x, y) for a, b in pairwise(row)
    ]
    sheet.arrows(upward + onward, "#555555", 1.4)
    handed = over + (pitch - width) / 2 - 0.02
    sheet.arrows([[(x[-1] + width / 2 + 0.02, middle), (handed, middle)]], COLOURS["mark"], 3)
    sheet.boxes(x - width / 2, low, width, high, _ENCODER, "#555555", 1)
    if steps:
        sheet.boxes(y - width / 2, low, width, high, _DECODER, "#555555", 1)
    inputs = [start, *target[:-1]][:steps]
    names = names_of([*source, *inputs]), names_of(target[:steps])
    longest = max(map(len, names_of([*source, *target, start])))
    points = min(17.0, 0.92 * pitch / ADVANCE / longest)
    write(sheet, names[0], [*x, *y], low - 0.5, points)
    if steps:
        write(sheet, names[1], y, low + high + 0.34, points)
    between, room = (x[-1] + width / 2 + handed) / 2, handed - x[-1] - width / 2
    sheet.text(["states"], between, middle + 0.12, 11, COLOURS["mark"])
    if "state" in shapes:
        points = min(9.0, 72 * room / max(1.0, width_of(shapes["state"])))
        sheet.text([shapes["state"]], between, middle - 0.22, points, GREY)
    _caption(sheet, x[0] - width / 2, low - 0.85, "encoder", ["source", shapes.get("source", "")])
    if steps:
        begin = over + (pitch - width) / 2
        _caption(sheet, begin, low - 0.85, "decoder", ["target inputs", shapes.get("target inputs", "")])
        shape = shapes.get("outputs", "")
        _caption(sheet, begin, low + high + 0.83, "", ["outputs", shape] if shape else ["", "outputs"])
    written = ", ".join(
        f"from {read!r} the output {given!r}" for read, given in zip(inputs, target[:steps], strict=True)
    )
    return sheet.finished(
        title,
        f"An encoder reads {', '.join(map(repr, source))} and hands its last states to a decoder, "
        + (f"which makes, step by step, {written}." if steps else "which has not taken a step.")
        + "".join(f" Shape of {name}: {shape}." for name, shape in shapes.items()),
    )


def _same(name: str, given: np.ndarray, expected: np.ndarray, what: str) -> None:
    if np.abs(given - expected).max() > 0.02 * max(1.0, np.abs(expected).max()):
        raise ValueError(f"{name} is {given.round(4).tolist()}, but {what} is {expected.round(4).tolist()}.")


def _column(sheet: Sheet, left, top: float, width: float, values: np.ndarray, faces, filled: bool = False) -> None:
    """Draw a column of boxes with numbers for each row of `values`, (columns, rows), from `top` downwards."""
    columns, rows = values.shape
    x, y = np.repeat(left, rows), top - _ROW * (1 + np.tile(np.arange(rows), columns))
    if filled:  # a weight is also the part of its box that is filled
        sheet.boxes(x, y, width * values.ravel(), _ROW, _TINT(0.45))
    sheet.boxes(x, y, width, _ROW, faces, "#888888", 0.7)
    texts = [number(value) for value in values.flat]
    points = min(9.5, 0.94 * width / ADVANCE / max(map(len, texts)))
    write(sheet, texts, x + width / 2, y + 0.07, points)


def _levels(bottoms: np.ndarray, tops: np.ndarray) -> np.ndarray:
    return np.array([0.6, *((bottoms + tops) / 2 - 0.04)])


def _caption(sheet: Sheet, x: float, y: float, network: str, lines: Sequence[str]) -> None:
    """Write the name of a network, and below it lines on what it reads or gives out, within the sheet."""
    x = min([x, *(8.9 - width_of(line) * 9.5 / 72 for line in lines)])
    sheet.text([network], x, y + 0.02, 11.5, COLOURS["ours"] if network == "encoder" else "#8A5A00", "left")
    below = [0.18, 0.35] if network else [0, 0.17]
    sheet.text(lines, x, y - np.array(below), 9.5, GREY, "left")
