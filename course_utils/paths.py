"""Where a text could have gone: at each character the one that was drawn, and the likeliest others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .generation import Generator, distribution
from .judging import entropy

OTHERS, AHEAD = 3, 24
"""How many paths there are beside that of the character that is drawn, and how long each continuation is."""

BLOCK = 32
"""So many characters are written at a time: a slider that plays asks for one more and one more."""


@dataclass(frozen=True)
class Path:
    """One way to go on.

    Attributes
    ----------
    character : str
        The next one on this path.
    probability : float
        Of it, at the temperature of the text.
    probability_at_1 : float
        Of it, at temperature 1: as the network itself says. The two differ most at temperature 0, where the likeliest
        character has probability 1 and all others 0.
    continuation : str
        The `AHEAD` characters that follow if from there on always the likeliest is taken.
    """

    character: str
    probability: float
    probability_at_1: float
    continuation: str


@dataclass(frozen=True, eq=False)
class Fork:
    """A place in a text that a network writes: what it has written, and what it may write next.

    Attributes
    ----------
    prompt, written : str
        What the network was given, and the characters that it has drawn so far.
    temperature : float
    symbols : list of str, (symbols,)
    p, p_at_1 : ndarray of float64, (symbols,)
        Probabilities of the next character, at the temperature and at temperature 1.
    paths : list of Path
        First that of the character that is drawn, then those of the `OTHERS` likeliest others, the likeliest first.
        Fewer in a vocabulary that has fewer characters.
    """

    prompt: str
    written: str
    temperature: float
    symbols: list[str]
    p: np.ndarray
    p_at_1: np.ndarray
    paths: list[Path]

    @property
    def entropy(self) -> float:
        """Entropy of `p`, in bits."""
        return entropy(self.p)


class Paths:
    """What a generator of characters writes, one by one, with the paths that it does not take.

    It keeps the last text and what the network remembers at each place, so the next place is there at once; after
    training on, make a new one.

    Examples
    --------
    >>> paths = Paths(generator)  # doctest: +SKIP
    >>> paths("alice was ", 0).paths[0].character  # doctest: +SKIP
    'a'
    """

    def __init__(self, generator: Generator):
        self.generator = generator
        self._key, self._text, self._states = None, "", {}

    def __call__(self, prompt: str, n: int, temperature: float = 1.0, seed: int = 0) -> Fork:
        """Return the place after `n` characters of ``generator(prompt, length, temperature, seed=seed)``.

        Parameters
        ----------
        prompt : str
            What the network reads first; an empty one stands for one blank.
        n : int
            How many characters are written already. One more adds a character and changes none before it.
        temperature : float
            0 or more, as for `distribution`; 0 takes the likeliest character.
        seed : int

        Raises
        ------
        UnknownSymbolError
            If the prompt holds characters that the vocabulary lacks.
        ValueError
            If `n` is no whole number from 0 on, `seed` is None, or the temperature is below 0.
        """
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
            raise ValueError(f"n is {n!r}, expected a whole number from 0 on: how many characters are written.")
        if seed is None:
            raise ValueError("seed is None, expected a whole number: without one, each place would be of another text.")
        key = prompt, float(temperature), seed
        if key != self._key or n >= len(self._text):
            # The random numbers of a longer text begin with those of a shorter one, so the text does too.
            text = self.generator(prompt, BLOCK * (1 + n // BLOCK), temperature, seed=seed)
            if key != self._key:
                self._key, self._states = key, {}
            self._text = text
        logits, states = self._read(prompt, int(n))
        p, p_at_1 = distribution(logits, temperature), distribution(logits)
        chosen = int(self.generator.vocabulary.encode(self._text[n])[0])
        order = [number for number in np.argsort(-logits, kind="stable") if number != chosen]
        numbers = [chosen, *order[:OTHERS]]
        symbols = self.generator.vocabulary.symbols
        characters = [symbols[number] for number in numbers]
        continuations = self.generator.greedy_paths("".join(characters), states, AHEAD)
        paths = [
            Path(character, float(p[number]), float(p_at_1[number]), continuation)
            for character, number, continuation in zip(characters, numbers, continuations, strict=True)
        ]
        return Fork(prompt, self._text[:n], float(temperature), symbols, p, p_at_1, paths)

    def _read(self, prompt: str, n: int) -> tuple[np.ndarray, Any]:
        """Return the scores and the states after `n` characters, read on from the nearest place that is known."""
        if n not in self._states:
            begin = max((place for place in self._states if place < n), default=None)
            if begin is None:
                logits, states = self.generator.read((prompt or " ") + self._text[:n])
            else:
                logits, states = self.generator.read(self._text[begin:n], self._states[begin][1])
            self._states[n] = logits[-1].numpy(), states
        return self._states[n]
