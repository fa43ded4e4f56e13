"""How good is what a model of characters writes? Measures of the text itself, where a loss judges the model."""

from __future__ import annotations

from collections.abc import Sequence
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
    return float(-np.sum(p * np.log2(p))) + 0.0  # of a certain choice 0, not -0


def judge(
    generator: Generator,
    prompt: str,
    temperature: float,
    source: str,
    length: int = 1000,
    seeds: Sequence[int] = (1, 2, 3),
) -> Judgement:
    """Let a generator write `length` characters with each seed, and judge them against the text it was trained on.

    Raises
    ------
    ValueError
        If the length is below 21, or what is written has no word.
    """
    texts = [generator(prompt, length, temperature, seed=seed) for seed in seeds]
    # Each character was drawn from the scores before it.
    scores = np.concatenate([generator.logits(prompt + written)[-length - 1 : -1] for written in texts])
    return Judgement(
        float(np.mean([entropy(distribution(each, temperature)) for each in scores])),
        float(np.mean([repeated_share(written) for written in texts])),
        known_share(" ".join(texts), source),
        float(np.mean([copied_share(written, source) for written in texts])),
    )
