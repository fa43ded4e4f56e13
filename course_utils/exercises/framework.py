"""What an exercise is: a check with four outcomes, hints, a solution, and mistakes that the check must catch.

A lesson's module defines its exercises so, and one line in its test, ``prove(running_mean)``, shows that the
check tells a right answer from a wrong one::

    def mean_so_far(values):
        return np.cumsum(values) / np.arange(1, len(values) + 1)

    def _verify(answer):
        expect_close("mean_so_far([1, 3, 8])", answer(np.array([1.0, 3.0, 8.0])), [1, 2, 4],
                     why="divide each sum by how many numbers it holds")

    running_mean = Exercise(
        name="running_mean", title="The mean so far", verify=_verify, solve=mean_so_far,
        hints=["`np.cumsum` gives the sums so far.", "`np.arange` counts the numbers in each sum."],
        typical_mistakes=[(np.cumsum, "how many numbers"), (np.mean, "has shape ()")],
    )
"""

from __future__ import annotations

import contextlib
import html
import inspect
import io
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .expect import Wrong, as_array, expect_close, expect_integer, expect_shape
from .guard import NotAttempted, blank, guarded, place

__all__ = [
    "ERROR",
    "NOT_ATTEMPTED",
    "RIGHT",
    "WRONG",
    "Exercise",
    "NotAttempted",
    "Result",
    "Wrong",
    "as_array",
    "expect_close",
    "expect_integer",
    "expect_shape",
    "prove",
]

NOT_ATTEMPTED, RIGHT, WRONG, ERROR = "not attempted", "right", "wrong", "raised an error"
# Okabe and Ito's colours, which colour-blind readers can tell apart; the words carry the meaning.
_COLOURS = {NOT_ATTEMPTED: "#999999", RIGHT: "#009E73", WRONG: "#D55E00", ERROR: "#CC79A7", "hint": "#0072B2"}


@dataclass(frozen=True)
class Result:
    """What a check found: `outcome` is one of the four constants of this module, `message` says why."""

    outcome: str
    message: str

    def _ipython_display_(self) -> None:
        """Show nothing: ``check`` has shown it, and it is often the last line of a cell."""


@dataclass(eq=False)
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
        Its name in the lesson's module, as the student types it.
    title : str
        The task in a few words.
    verify : callable
        Receives the answer; raises or returns ``Wrong("why")`` if it is not right. It returns no truth value.
        A function arrives wrapped by ``guarded``. One that draws numbers should be given a fresh generator.
    solve : callable
        The solution, whose source is shown. For a value: a function without parameters that returns it.
    hints : sequence of str
        From a nudge to nearly the answer. Text between backticks is set as code.
    typical_mistakes : sequence of (answer, str)
        Wrong answers, each with a part of the message that must meet it.
    is_value : bool
        True if the answer is a value, such as an array or a model; False if it is a function.
    starter : object
        What the untouched starter leaves behind, if that is neither None nor a function that returns None.
    remark : str
        Shown with "right": what to take away.
    """

    name: str
    title: str
    verify: Callable[[Any], Any]
    solve: Callable
    hints: Sequence[str]
    typical_mistakes: Sequence[tuple[Any, str]]
    is_value: bool = False
    starter: Any = None
    remark: str = ""
    _last_hint: int = field(default=0, init=False, repr=False)

    def check(self, answer: Any) -> Result:
        """Show whether `answer` is right, and return the same as a ``Result``."""
        result = self.examine(answer)
        _show(result.outcome, f"{result.outcome.capitalize()} · {self.title}", result.message)
        return result

    def examine(self, answer: Any) -> Result:
        """Find what ``check`` finds, and show nothing."""
        notes: list[str] = []
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):  # a check may call the function a thousand times
                verdict = self.verify(self._prepare(answer, notes))
        except NotAttempted:
            asked = " If you did write code: does your function return its answer?" if callable(answer) else ""
            return Result(NOT_ATTEMPTED, "Replace None by your code, then run the cell again." + asked)
        except Wrong as reason:
            outcome, message = WRONG, str(reason)
        except Exception as error:  # noqa: BLE001 - a student's code may raise anything, and reads here what it was
            where = place(error.__traceback__, answer) or "while the check used your answer"
            outcome, message = ERROR, f"{type(error).__name__}: {_shorten(str(error))}\n{where}"
        else:
            if isinstance(verdict, (bool, np.bool_)):  # `return x == y` would make every answer right
                raise TypeError(f"verify of {self.name} returned {verdict}; raise Wrong with the reason instead.")
            outcome, message = (WRONG, str(verdict)) if isinstance(verdict, Wrong) else (RIGHT, self.remark)
        if printed.getvalue():
            notes.append("Your code printed:\n" + _shorten(printed.getvalue().rstrip()))
        return Result(outcome, "\n".join(text for text in (message, *notes) if text))

    def hint(self, number: int | None = None) -> None:
        """Show the next hint, or hint `number`, counted from 1."""
        count = len(self.hints)
        number = min(self._last_hint + 1, count) if number is None else number
        if number not in range(1, count + 1):
            _show("hint", f"Hint · {self.title}", f"There is no hint {number!r}: ask for 1 to {count}.")
            return
        self._last_hint = number
        text = self.hints[number - 1]
        if number == count:
            text += f"\nThis is the last hint. `exercises.{self.name}.solution()` shows a solution."
        _show("hint", f"Hint {number} of {count} · {self.title}", text)

    def solution(self) -> None:
        """Show the source of a solution."""
        _display(_Source(textwrap.dedent(inspect.getsource(self.solve))))

    def _prepare(self, answer: Any, notes: list[str]) -> Any:
        if blank(answer):
            raise NotAttempted
        if self.is_value:
            if inspect.isroutine(answer):
                raise Wrong("This is a function, expected a value. Call the function, and check what it returns.")
            return answer
        if not callable(answer):
            kind = type(answer).__name__
            raise Wrong(f"This is a value (of type {kind}), expected a function. Write its name, without calling it.")
        return guarded(answer, self.solve, notes)


def prove(exercise: Exercise) -> None:
    """Prove `exercise` both ways: its starter, its solution and each typical mistake meet what they should.

    Raises
    ------
    AssertionError
        If the starter is not "not attempted", the solution is not "right", a typical mistake is not refused
        with its message, fewer than two mistakes are recorded, or a hint is missing or blank.
    """
    starter = exercise.starter
    if starter is None and not exercise.is_value:
        starter = _returns_none
    solution = exercise.solve() if exercise.is_value else exercise.solve
    for answer, outcome in ((starter, NOT_ATTEMPTED), (solution, RIGHT)):
        found = exercise.examine(answer)
        _insist(found.outcome == outcome, f"{exercise.name}: expected {outcome!r}, found {found}")
    _insist(len(exercise.typical_mistakes) >= 2, f"{exercise.name}: record at least two typical mistakes")
    for number, (answer, fragment) in enumerate(exercise.typical_mistakes, start=1):
        found = exercise.examine(answer)
        refused = found.outcome in (WRONG, ERROR) and fragment.strip() and fragment in found.message
        _insist(refused, f"{exercise.name}: typical mistake {number} should meet {fragment!r}, found {found}")
    _insist(exercise.hints, f"{exercise.name}: has no hint")
    _insist(all(hint.strip() for hint in exercise.hints), f"{exercise.name}: has a blank hint")


def _returns_none(*args: Any, **kwargs: Any) -> None:
    """Stand for an untouched starter of any signature."""


def _insist(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _shorten(text: str, limit: int = 500) -> str:
    return text if len(text) <= limit else text[:limit] + " …"


@dataclass(frozen=True)
class _Box:
    colour: str
    heading: str
    text: str

    def __repr__(self) -> str:
        return f"{self.heading}\n{self.text}".rstrip()

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(self.text))
        return (
            f'<div style="border-left: 5px solid {self.colour}; padding: 0.3em 0.9em; white-space: pre-wrap">'
            f"<strong>{html.escape(self.heading)}</strong>\n{text}</div>"
        )


@dataclass(frozen=True)
class _Source:
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:  # a fenced block is highlighted in the reader's own theme
        return f"~~~~python\n{self.text.rstrip()}\n~~~~"


def _show(kind: str, heading: str, text: str) -> None:
    _display(_Box(_COLOURS[kind], heading, text))


def _display(item: _Box | _Source) -> None:
    from IPython.display import display

    display(item)  # outside a notebook this prints the repr
