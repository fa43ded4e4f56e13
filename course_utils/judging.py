"""How good is what a model of characters writes? Measures of the text itself, where a loss judges the model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .generation import Generator, distribution
from .text import copied_share, known_share, repeated_share


class Judgement(NamedTuple):
    """Measures of a written text; the shares are between 0 and 1.

    Attributes
    ----------
    entropy : float
        Mean entropy of the distributions that its characters were drawn from, in bits a character.
    repeated : float
        Share of its strings of 20 that stood in it before.
    real : float
        Share of its words that occur in the source.
    copied : float
        Share of its strings of 20 that stand word for word in the source.
    """

    entropy: float
    repeated: float
    real: float
    copied: float


def entropy(p: np.ndarray) -> float:
    """Return the entropy of a distribution, (symbols,), in bits: 0 if the choice is certain."""
    p = np.asarray(p, float)
    p = p[p > 0]
    return float(np.sum(p * np.log2(1 / p)))


def judge(
    generator: Generator, prompt: str, temperature: float, source: str, length: int = 2000, seed: int = 7
) -> Judgement:
    """Let a generator write `length` characters and judge them against the text that it was trained on.

    Raises
    ------
    ValueError
        If the length is below 21, or what is written has no word.
    """
    written = generator(prompt, length, temperature, seed=seed)
    scores = generator.logits(prompt + written)[-length - 1 : -1]  # each character is drawn from the scores before it
    return Judgement(
        float(np.mean([entropy(distribution(each, temperature)) for each in scores])),
        repeated_share(written),
        known_share(written, source),
        copied_share(written, source),
    )
