"""Shapes with named axes: of tensors, of what a layer returns, of whole models.

An axis has its name from what put it there: ``batch``, ``time``, ``features`` (of an input or an embedding), ``units``
(of a recurrent or a dense layer), ``filters`` (of a convolution). ``units=2×3`` are two halves of 3 units, of the
forward and then of the backward layer in a `Bidirectional` one. An axis whose meaning is not known is called by its
place: ``axis_1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .axes import axes_of_input, call_of, calls_of_model, halves, named_outputs, written
from .checks import named as listed

if TYPE_CHECKING:
    import keras

Shape = tuple[int | None, ...]

KINDS = ("SimpleRNN", "GRU", "LSTM", "Bidirectional(SimpleRNN)", "Bidirectional(GRU)", "Bidirectional(LSTM)")
"""The recurrent layers that `table` compares."""


class Returned(NamedTuple):
    """One tensor that a layer returns.

    `variable` is how the course calls it (``y``, ``h``, ``c``, ``forward_h``, …), `name` says what it is, `axes` is its
    shape with named axes. `same_as` is the part of ``y`` that holds the same numbers, where there is one, such as
    ``y[:, -1]``: for sequences without a mask.
    """

    layer: str
    variable: str
    name: str
    shape: Shape
    axes: str
    same_as: str

    @property
    def heading(self) -> str:
        return self.layer

    @property
    def cells(self) -> tuple[str, ...]:
        return f"    {self.variable}", self.axes, self.name + (f" = {self.same_as}" if self.same_as else "")


class Output(NamedTuple):
    """One tensor that a layer of a model puts out.

    `parameters` stands with the first of several tensors, with the others None; where a layer is used again, it is 0.
    """

    layer: str
    type: str
    name: str
    shape: Shape
    axes: str
    parameters: int | None

    heading = ""

    @property
    def cells(self) -> tuple[str, ...]:
        further = self.parameters is None
        first = ("", "") if further else (self.layer, self.type)
        return *first, self.axes, "" if further else f"{self.parameters:,}", self.name


class Table(list):
    """Rows that print as columns below a caption and headings."""

    def __init__(self, rows: Iterable[Returned | Output], caption: str):
        super().__init__(rows)
        self.caption = caption

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*(row.cells for row in self), strict=True)]
        lines = [self.caption]
        for heading, rows in groupby(self, key=lambda row: row.heading):
            lines += [heading] if heading else []
            for row in rows:
                padded = zip(row.cells, widths, strict=True)
                # Numbers end where their column ends.
                aligned = (f"{cell:{'>' if cell[:1].isdigit() else '<'}{width}}" for cell, width in padded)
                lines.append("  ".join(aligned).rstrip())
        return "\n".join(lines)


def named(tensor: Any, axes: str) -> str:
    """Return the shape of a tensor with named axes: for "batch time units", say, (batch=32, time=100, units=64).

    Parameters
    ----------
    tensor : tensor, array or shape
        A tuple or list of whole numbers and None is a shape; None, a length that is not fixed, is left out.
    axes : str
        The names, with blanks between them. ``2×units`` names an axis of two halves: of length 6 it is units=2×3.

    Raises
    ------
    ValueError
        If there are more or fewer names than axes, or the two halves would not have the same length.
    TypeError
        If `tensor` is not one tensor, for instance a tuple of several.
    """
    shape, names = shape_of(tensor), tuple(axes.split())
    if len(shape) != len(names):
        raise ValueError(f"The shape {shape} has {len(shape)} axes, and {len(names)} are named: {', '.join(names)}.")
    return written(names, shape)


def expect(tensor: Any, **axes: int | None) -> None:
    """Raise an error that names the axis that differs: ``expect(y, batch=32, time=None, units=64)``.

    Parameters
    ----------
    tensor : tensor, array or shape
        A length in it that is not fixed fits every number.
    **axes : int or None
        The names of all axes in their order, with the lengths; None stands for any.

    Raises
    ------
    ValueError
        If the tensor has other axes.
    TypeError
        If `tensor` is not one tensor, for instance a tuple of several.
    """
    shape, expected = shape_of(tensor), listed(tuple(axes.items()))
    if len(shape) != len(axes):
        advice = ""
        if len(shape) < len(axes) and "time" in axes:
            advice = " A recurrent layer keeps the time axis only with return_sequences=True."
        elif len(shape) > len(axes) and "time" not in axes:
            advice = " A recurrent layer drops the time axis only with return_sequences=False."
        raise ValueError(f"The shape is {shape}, {len(shape)} axes; expected {len(axes)}: {expected}.{advice}")
    differing = [
        f"{name} is {found}, not {size}"
        for (name, size), found in zip(axes.items(), shape, strict=True)
        if None not in (size, found) and size != found
    ]
    if differing:
        raise ValueError(f"{' and '.join(differing)}: the shape is {written(tuple(axes), shape)}, expected {expected}.")


def of_layer(layer: keras.Layer, x: Any) -> Table:
    """Return what a layer returns for an input: each tensor with its name and its named shape, in order.

    No number is computed, and the layer stays as it is: one that is not built yet is not built by this.

    Parameters
    ----------
    layer : keras.Layer
        With one input. SimpleRNN, GRU and LSTM, alone or in `Bidirectional`, are known in detail.
    x : tensor, array or shape
        For a recurrent layer (batch, time, features).

    Returns
    -------
    list of Returned
        It prints as a table.

    Raises
    ------
    ValueError
        If a recurrent layer is given other than three axes, or other features than it was built for.
    TypeError
        If `layer` is not a layer, or `x` not one tensor.
    """
    import keras

    if not isinstance(layer, keras.Layer):
        raise TypeError(f"layer is {layer!r}, expected a Keras layer, such as keras.layers.LSTM(3).")
    shape = shape_of(x)
    if halves(layer):
        _check_input(layer, shape)
    outputs = layer.compute_output_spec(keras.KerasTensor(shape, dtype=getattr(x, "dtype", None) or "float32"))
    shapes = [tuple(output.shape) for output in keras.tree.flatten(outputs)]
    names = axes_of_input(layer, len(shape))
    found = named_outputs(layer, names, shape, shapes)
    rows = [
        Returned(call_of(layer), tensor.variable, tensor.name, shape, written(tensor.axes, shape), tensor.same_as)
        for tensor, shape in zip(found, shapes, strict=True)
    ]
    return Table(rows, f"x is {written(names, shape)}")


def table(
    batch: int | None = 1, time: int | None = 4, features: int = 5, units: int = 3, kinds: Sequence[str] = KINDS
) -> Table:
    """Return what recurrent layers return, for every choice of ``return_sequences`` and ``return_state``.

    Parameters
    ----------
    batch, time, features : int
        The shape of the input; None for a batch or a time that is not fixed.
    units : int
    kinds : sequence of str
        Some of `KINDS`.

    Returns
    -------
    list of Returned
        It prints as a table.

    Raises
    ------
    ValueError
        If a kind is not among `KINDS`.
    """
    shape = (batch, time, features)
    options = [{"return_sequences": sequences, "return_state": state} for sequences in (0, 1) for state in (0, 1)]
    layers = [make_layer(kind, units, **choice) for kind in kinds for choice in options]
    caption = f"x is {written(('batch', 'time', 'features'), shape)}"
    return Table((row for layer in layers for row in of_layer(layer, shape)), caption)


def of_model(model: keras.Model) -> Table:
    """Return the output of every layer of a model with its named shape, and the number of its parameters.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional.

    Returns
    -------
    list of Output
        In the order of computation; a layer that is used twice stands there twice. It prints as a table.

    Raises
    ------
    ValueError
        If the model does not know the shape of its input yet, or is a class of its own, without a graph to read.
    """
    rows, counted = [], set()
    for layer, found, shapes in calls_of_model(model):
        parameters = 0 if layer in counted else layer.count_params()
        counted.add(layer)
        for tensor, shape in zip(found, shapes, strict=True):
            axes = written(tensor.axes, shape)
            rows.append(Output(layer.name, type(layer).__name__, tensor.name, shape, axes, parameters))
            parameters = None
    return Table(rows, f"{model.name}: {model.count_params():,} parameters")


def make_layer(kind: str, units: int, return_sequences: bool = False, return_state: bool = False) -> keras.Layer:
    """Return a new layer of one of `KINDS`.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    import keras

    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}.")
    inner = kind.removeprefix("Bidirectional(").removesuffix(")")
    layer = getattr(keras.layers, inner)(
        units, return_sequences=bool(return_sequences), return_state=bool(return_state)
    )
    return layer if inner == kind else keras.layers.Bidirectional(layer)


def shape_of(tensor: Any) -> Shape:
    """Return the shape of a tensor, an array or nested lists of numbers; a shape stays what it is.

    Raises
    ------
    TypeError
        If it is something else, for instance a tuple of several tensors.
    """
    if hasattr(tensor, "as_list"):  # the .shape of a tensor of TensorFlow
        return tuple(tensor.as_list())
    if isinstance(tensor, tuple | list):
        if all(size is None or isinstance(size, int | np.integer) for size in tensor):
            return tuple(tensor)
        if any(hasattr(part, "shape") for part in tensor):
            raise TypeError(
                f"Expected one tensor, got a {type(tensor).__name__} of {len(tensor)}: a layer with return_state=True "
                "returns several. Unpack them first, as in y, h, c = layer(x)."
            )
    if not hasattr(tensor, "shape"):
        try:
            tensor = np.asarray(tensor)
        except ValueError as error:
            raise TypeError(f"Expected a tensor, an array or a shape, got lists of several lengths: {error}") from error
        if tensor.dtype.kind not in "biuf":
            raise TypeError(f"Expected a tensor, an array or a shape, got an object of type {tensor.dtype}.")
    return tuple(tensor.shape)


def _check_input(layer: Any, shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError(
            f"x has the shape {shape}, {len(shape)} axes; a recurrent layer reads 3: (batch, time, features). If x "
            "comes from a recurrent layer, that one has to keep the time axis: return_sequences=True."
        )
    kernel = getattr(halves(layer)[0].cell, "kernel", None)  # before it is built, a layer has none
    if kernel is not None and shape[2] not in (None, kernel.shape[0]):
        raise ValueError(f"x has features={shape[2]}; this layer was built for features={kernel.shape[0]}.")
