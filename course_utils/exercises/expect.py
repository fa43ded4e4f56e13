"""What a check asks of an answer: each function here returns the value as NumPy, or raises ``Wrong``.

An answer may be a NumPy array or scalar, a TensorFlow tensor, a list or a number. `name` is what the student
calls it; `why` ends the message with what to think about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class Wrong(Exception):
    """The answer is wrong, and the message says why in the student's terms. A check raises or returns it."""


def as_array(name: str, value: Any) -> np.ndarray:
    """Return `value` as an array of numbers, truth values or text; raise ``Wrong`` if it cannot be one."""
    if value is None or value is Ellipsis:
        raise Wrong(f"{name} is {value}: it is not filled in yet.")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, NotImplementedError):  # ragged lists, symbolic tensors
        array = None
    if array is None or array.dtype.kind not in "biufSU":
        doubt = " (do its parts have one length, and is none of them None?)" if isinstance(value, list) else ""
        kind = type(value).__name__ if array is None or array.dtype == object else f"{array.dtype.name} array"
        raise Wrong(f"{name} is a {kind}, expected an array of numbers{doubt}.")
    return array


def expect_shape(name: str, value: Any, shape: Sequence[int | None], why: str = "") -> np.ndarray:
    """Return `value` as an array of `shape`, in which None stands for any length; else raise ``Wrong``."""
    array = as_array(name, value)
    fits = len(shape) == array.ndim and all(length in (None, n) for length, n in zip(shape, array.shape, strict=True))
    if not fits:
        axes = ", ".join("any" if length is None else str(length) for length in shape)
        expected = f"({axes},)" if len(shape) == 1 else f"({axes})"
        raise Wrong(_with_reason(f"{name} has shape {array.shape}, expected {expected}", why))
    return array


def expect_close(name: str, value: Any, expected: Any, tolerance: float = 1e-5, why: str = "") -> np.ndarray:
    """Return `value` as an array that differs nowhere from `expected` by more than `tolerance`.

    Raises
    ------
    Wrong
        If the shapes differ, if a number is further away, or if `value` has NaN or infinity where `expected`
        has not; the message shows the worst place.
    """
    target = np.asarray(expected)
    array = expect_shape(name, value, target.shape, why)
    if array.dtype.kind in "SU":
        raise Wrong(_with_reason(f"{name} holds text, expected numbers", why))
    found, target = array.astype(float), target.astype(float)  # small integers would wrap around
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        distance = np.array(np.nan_to_num(np.abs(found - target), nan=np.inf))
    distance[(found == target) | (np.isnan(found) & np.isnan(target))] = 0
    count = int(np.sum(distance > tolerance))
    if count:
        worst = np.unravel_index(np.argmax(distance), distance.shape)
        at = f" at {[int(i) for i in worst]}" if array.ndim else ""
        message = f"{name} is {found[worst]:.8g}{at}, expected {target[worst]:.8g}"
        if count > 1:
            message += f" (the largest difference; {count} of {array.size} numbers differ)"
        raise Wrong(_with_reason(message, why))
    return array


def expect_integer(name: str, value: Any, expected: int | None = None, why: str = "") -> int:
    """Return `value` as a Python integer, equal to `expected` if that is given; else raise ``Wrong``."""
    array = as_array(name, value)
    if array.ndim or array.dtype.kind not in "iu":
        found = f"an array of shape {array.shape}" if array.ndim else f"{array[()]} ({array.dtype.name})"
        raise Wrong(_with_reason(f"{name} is {found}, expected one integer", why))
    number = int(array)
    if expected is not None and number != expected:
        raise Wrong(_with_reason(f"{name} is {number}, expected {expected}", why))
    return number


def _with_reason(message: str, why: str) -> str:
    return f"{message}: {why}" if why else f"{message}."
