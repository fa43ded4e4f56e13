"""How good are translations? Exact matches and chrF against every reference, and what padding does to other figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import checks


def exact(said: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return which share of the translations is, character by character, one of the references of its sentence.

    Parameters
    ----------
    said : sequence of str
    references : sequence of sequence of str
        All right translations of each sentence, at least one.

    Raises
    ------
    ValueError
        If there is no translation, a sentence has no reference, or the numbers differ.
    TypeError
        If the references of a sentence are a single string.
    """
    _check(said, references)
    return float(np.mean([one in right for one, right in zip(said, references, strict=True)]))


def chrf(said: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return chrF, from 0 to 100: how many of the strings of 1 to 6 characters are right, over all sentences together.

    The score of sacrebleu with its defaults: an F-score with β = 2, blanks not counted, the best reference for each
    sentence (Popović, 2015). Where `exact` sees only right and wrong, it also sees nearly right.

    Parameters
    ----------
    said, references
        As for `exact`; errors too.
    """
    from sacrebleu.metrics import CHRF

    _check(said, references)
    # Wanted are all first references, all second ones, …, with None where a sentence has no more.
    return float(CHRF().corpus_score(list(said), list(zip_longest(*references))).score)


class PerToken(NamedTuple):
    """Share of tokens whose likeliest symbol is the right one, and mean cross-entropy in nats a token."""

    accuracy: float
    loss: float


def per_token(logits: ArrayLike, targets: ArrayLike, with_padding: bool = False) -> PerToken:
    """Return accuracy and loss of a network's scores, of the tokens alone or as if padding were tokens.

    Padding is easily foreseen, and the more there is, the better a network looks that has learnt little else.

    Parameters
    ----------
    logits : array-like, (batch, time, symbols)
        Scores before the softmax. For probabilities p give log p.
    targets : array-like of int, (batch, time)
        0 is padding.
    with_padding : bool
        Whether to count padding as if it were text.

    Raises
    ------
    ValueError
        If the shapes do not fit, a target is no symbol, or there is nothing but padding.
    """
    logits = checks.numbers("logits", logits, ("batch", None), ("time", None), ("symbols", None))
    batch, time, symbols = logits.shape
    targets = checks.shaped("targets", targets, (("batch", batch), ("time", time)))
    if targets.dtype.kind not in "iu" or targets.min() < 0 or targets.max() >= symbols:
        raise ValueError(f"targets are expected to be whole numbers from 0, padding, to {symbols - 1}.")
    counted = np.ones_like(targets, bool) if with_padding else targets != 0
    if not counted.any():
        raise ValueError("targets hold nothing but padding (0), so there is no token to judge.")
    scores, right = logits[counted].astype(np.float64), targets[counted]
    scores -= scores.max(axis=1, keepdims=True)  # the exponential of a large score would be infinite
    loss = np.log(np.exp(scores).sum(axis=1)) - np.take_along_axis(scores, right[:, None], axis=1)[:, 0]
    return PerToken(float(np.mean(scores.argmax(axis=1) == right)), float(loss.mean()))


def _check(said: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    if isinstance(said, str) or any(isinstance(right, str) for right in references):
        raise TypeError("Expected a list of translations and, for each, a list of references; found a single string.")
    if not len(said) or len(said) != len(references):
        raise ValueError(
            f"Got {len(said)} translations and the references of {len(references)} sentences; expected as many, and "
            "at least one."
        )
    without = [place for place, right in enumerate(references) if not len(right)]
    if without:
        raise ValueError(f"The sentences {without[:5]} have no reference, so nothing can be right or wrong there.")
