"""Exercises in which functions A, B, … each have one wrong line, and the answer is its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .expect import Wrong
from .guard import NotAttempted


def expect_wrong_lines(answer: Any, right_lines: Mapping[str, Sequence[str | None]]) -> None:
    """Raise ``Wrong`` unless `answer` gives the number of the wrong line of each function.

    Parameters
    ----------
    answer : dict
        For each function a number, counted from 1, None if it is still to find, or a tuple that begins with either.
    right_lines : mapping
        For each function why each line is right, in their order; None stands for the wrong one.
    """
    if not isinstance(answer, dict) or answer.keys() != right_lines.keys():
        form = ", ".join(f'"{name}": …' for name in right_lines)
        raise Wrong(f"Expected a number for each function: `answer = {{{form}}}`.")
    found = {name: value[0] if isinstance(value, tuple) and value else value for name, value in answer.items()}
    if all(value is None for value in found.values()):
        raise NotAttempted
    for name, reasons in right_lines.items():
        if found[name] is None:
            continue
        if isinstance(found[name], bool) or found[name] not in range(1, len(reasons) + 1):
            raise Wrong(f"The lines of {name} have the numbers 1 to {len(reasons)}, and the answer is {found[name]!r}.")
        if reason := reasons[int(found[name]) - 1]:
            raise Wrong(f"Line {found[name]} of {name} is right: {reason}.")
    if missing := [name for name, value in found.items() if value is None]:
        raise Wrong(f"What is there is found. Still to find: {', '.join(missing)}.")
