"""Calling a student's function: its parameters are checked, its inputs copied, and its errors placed."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from .expect import Wrong


class NotAttempted(Exception):
    """The starter is untouched. A check raises it where that shows in anything but None."""


def blank(value: Any) -> bool:
    """Return True for what an untouched starter leaves: None, ``...``, or a tuple or list of nothing else."""
    if isinstance(value, (tuple, list)):
        return len(value) > 0 and all(blank(item) for item in value)
    return value is None or value is Ellipsis


def guarded(function: Callable, solve: Callable, notes: list[str]) -> Callable:
    """Return `function` wrapped for a check that may call it many times.

    The wrapper hands over copies of arrays, lists and dictionaries, so that a function which changes its
    inputs cannot spoil the check; what it changed is added to `notes`. It raises ``Wrong`` where the
    parameters are not those of `solve`, and ``NotAttempted`` where the first call returns nothing.
    """
    name = getattr(function, "__name__", "your function")
    signature = _signature(function)
    answered = False

    def ask(*args: Any, **kwargs: Any) -> Any:
        nonlocal answered
        given_args, given_kwargs = _copy(args), _copy(kwargs)
        labels: list[str] = []
        if signature is not None:
            try:
                labels = list(signature.bind(*args, **kwargs).arguments)
            except TypeError as error:
                raise Wrong(
                    f"{name} has the parameters {_parameters(signature)}, expected "
                    f"{_parameters(_signature(solve))}. Called as the exercise says, it stops: {error}."
                ) from None
        result = function(*given_args, **given_kwargs)
        if blank(result):
            if answered:
                raise Wrong(f"{name} returns None for some inputs: every way through it needs a `return`.")
            raise NotAttempted
        answered = True
        pairs = [*zip(args, given_args, strict=True), *((kwargs[key], given_kwargs[key]) for key in kwargs)]
        changed = [index for index, (before, after) in enumerate(pairs) if not _unchanged(before, after)]
        if changed:
            which = ", ".join(labels[i] if len(labels) == len(pairs) else f"argument {i + 1}" for i in changed)
            note = f"Note: {name} changes its input ({which}) in place, so its caller loses the original."
            if note not in notes:
                notes.append(note)
        return result

    return ask


def _signature(function: Callable) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return None


def _parameters(signature: inspect.Signature | None) -> str:
    return "(" + ", ".join(signature.parameters if signature else ["…"]) + ")"


def _copy(value: Any) -> Any:
    # Not copy.deepcopy: a random generator, a layer or a model must stay the one that the check knows.
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(_copy(item) for item in value)
    return {key: _copy(item) for key, item in value.items()} if type(value) is dict else value


def _unchanged(before: Any, after: Any) -> bool:
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):  # bytes, because NaN differs from itself
        return before.shape == after.shape and before.tobytes() == after.tobytes()
    if type(before) in (list, tuple):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    if type(before) is dict:
        return before.keys() == after.keys() and all(_unchanged(before[key], after[key]) for key in before)
    return before is after or (isinstance(before, (int, float, str, bytes)) and before == after)


def place(traceback: TracebackType | None, answer: Any) -> str:
    """Return where in the student's own code an error arose (function, line number, line), or ""."""
    home = getattr(inspect.unwrap(answer), "__globals__", None) if callable(answer) else None
    if home is None:
        home = getattr(sys.modules.get(getattr(answer, "__module__", None) or ""), "__dict__", None)
    found = ""
    while traceback is not None and home is not None:
        code = traceback.tb_frame.f_code
        # The same notebook: helpers from its other cells count too, what TensorFlow makes of a tf.function does not.
        if traceback.tb_frame.f_globals is home and "__autograph_generated_file" not in code.co_filename:
            line = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
            found = f"in {code.co_name}, line {traceback.tb_lineno}: {line}"
        traceback = traceback.tb_next
    return found
