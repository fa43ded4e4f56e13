"""Checks on arrays that students give: what was wrong is said in terms of named axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def named(axes: tuple) -> str:
    """Return axes, pairs of a name and a length or None, as they are written: (batch=2, time, units=4)."""
    return f"({', '.join(axis if size is None else f'{axis}={size}' for axis, size in axes)})"


def shaped(name: str, values: ArrayLike, axes: tuple) -> np.ndarray:
    """Return an array-like as an array.

    Raises
    ------
    ValueError
        If it has other axes than these, pairs of a name and a length; None stands for any length from 1 on.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is not an array, expected {named(axes)}: {error}") from error
    fits = len(axes) == array.ndim and all(
        found == size or (size is None and found) for (_, size), found in zip(axes, array.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {array.shape}, expected {named(axes)}, every axis at least 1 long.")
    return array


def numbers(name: str, values: ArrayLike, *axes: tuple[str, int | None], dtype: Any = None) -> np.ndarray:
    """Return a copy of an array-like as floats: of `dtype`, or else float32 if it is float32, and float64 if not.

    Raises
    ------
    ValueError
        If it has other axes than these, or holds NaN or infinity.
    TypeError
        If it does not consist of numbers.
    """
    array = shaped(name, values, axes)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {array.dtype}, expected numbers.")
    dtype = dtype or (np.float32 if array.dtype == np.float32 else np.float64)
    with np.errstate(over="ignore"):
        # A copy: what happens to the caller's array later shall not change a cell or a trace.
        array = array.astype(dtype)
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(map(int, np.argwhere(~finite)[0]))
        where = named([(axis, index) for (axis, _), index in zip(axes, place, strict=True)])
        raise ValueError(f"{name} holds {array[place]} at {where}, expected finite numbers that fit {array.dtype}.")
    return array


def checked_mask(values: ArrayLike, batch: int, time: int) -> np.ndarray:
    """Return a copy of a mask.

    Raises
    ------
    ValueError
        If its shape is not (batch, time).
    TypeError
        If it consists of anything but True and False.
    """
    mask = shaped("mask", values, (("batch", batch), ("time", time)))
    if mask.dtype != bool:
        raise TypeError(f"mask has dtype {mask.dtype}, expected bool: True where a step counts, as in tokens != 0.")
    return mask.copy()
