"""The decoder that an inference loop is tried on in lesson 09: it knows what to say, and watches how it is called."""

from __future__ import annotations

from typing import Any

import numpy as np

from .expect import Wrong, expect_integer

SYMBOLS = 10


class WatchedDecoder:
    """A decoder that says `says` over and over, and raises ``Wrong`` when it is not called as a decoder should be.

    Its states are two arrays, as those of an LSTM: what is to be said from here on, and the number of steps taken.

    Parameters
    ----------
    says : list of int
        Ids below `SYMBOLS`; without a stop among them it never ends.
    source : list of int
        What `encode` should receive.
    start, longest : int
        The first token, and how many ids the loop may write.
    """

    def __init__(self, says: list[int], source: list[int], start: int, longest: int):
        self.says, self.source, self.longest = says, source, longest
        self.calls, self.expected = 0, start

    def encode(self, source: list[int]) -> list[np.ndarray]:
        """Return the first states."""
        if list(source) != self.source:
            raise Wrong(f"encode received {source}, expected the source as it is: {self.source}.")
        return [np.array(self.says), np.array([0])]

    def step(self, token: int, states: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the scores of the next symbol, (SYMBOLS,), all below 0, and the new states."""
        self.calls += 1
        if self.calls > self.longest + 3:  # a step or two more than needed do no harm
            most = f"more than {self.longest} times with longest = {self.longest}"
            raise Wrong(f"step was called {most}: a translation may never stop, so the loop needs an end of its own.")
        self._check_token(expect_integer(f"in call {self.calls} of step, the token", token))
        to_say = self._checked(states)
        self.expected = int(to_say[0])
        scores = -2.0 - np.arange(SYMBOLS)
        scores[self.expected] = -1.0
        return scores, [np.roll(to_say, -1), np.array([self.calls])]

    def _check_token(self, token: int) -> None:
        if token != self.expected and self.calls == 1:
            which = ", the last of the source" if token == self.source[-1] else ""
            raise Wrong(f"The first token is {token}{which}. The decoder begins with the start, {self.expected}.")
        if token != self.expected:
            why = "the symbol with the largest score in the call before"
            raise Wrong(f"In call {self.calls} of step, the token is {token}, expected {self.expected}: {why}.")

    def _checked(self, states: Any) -> np.ndarray:
        """Return what is to be said, if these are the states of the step before."""
        case = f"In call {self.calls} of step, the states are"
        shapes = [np.shape(state) for state in states] if isinstance(states, list | tuple) else None
        if shapes != [(len(self.says),), (1,)]:
            raise Wrong(f"{case} {states!r}: hand on what `encode` or `step` returned, as it is.")
        to_say, (taken,) = states
        if taken != self.calls - 1:
            which = "`encode`" if taken == 0 else f"call {taken}"
            raise Wrong(f"{case} those of {which}. Each call takes the states that came out of the call before.")
        return to_say
