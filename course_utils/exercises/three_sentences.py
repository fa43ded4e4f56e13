"""What the four attentions of lesson 10 share, and what is right: three sentences, a softmax, symptoms of mistakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SOURCE = np.array([[5, 3, 8, 4, 6, 7], [4, 9, 3, 0, 0, 0], [6, 6, 5, 8, 0, 0]])
"""Ids of three sentences, (3, 6), with padding (0) at the end."""
TARGET = np.array([[3, 7, 9, 0, 0, 0], [8, 3, 5, 4, 6, 0], [7, 4, 3, 3, 9, 8]])
"""Ids of their translations, (3, 6): as wide, with other lengths."""

_rng = np.random.default_rng(7)
ENCODED, DECODED = _rng.normal(size=(2, 3, 6, 4))
"""What encoder and decoder give out at every step, (3, 6, 4) each."""


def softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the softmax of *scores* along an axis: positive numbers with the sum 1."""
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def symptoms(attention: Callable, looks_back: bool = False) -> str:
    """Try ``weights, contexts = attention(queries, keys, target, source)``, and tell what shows.

    Parameters
    ----------
    attention : callable
        Gets queries and keys, (3, 6, 4), and their ids, (3, 6); returns weights (3, 6, 6) and contexts (3, 6, 4).
    looks_back : bool
        For self-attention of a decoder, in which queries and keys are both the target's. What follows is changed then,
        too, for each step that has something after it.
    """
    encoded, source = (DECODED, TARGET) if looks_back else (ENCODED, SOURCE)
    weights = attention(DECODED, encoded, TARGET, source)[0]
    real_query, padding = TARGET != 0, source == 0  # what a query at padding does is of no consequence
    sums = weights.sum(axis=2)[real_query]
    on_padding = np.where(padding[:, None], weights, 0).sum(axis=2)[real_query]
    most = np.where(real_query[..., None], weights, 0).max(axis=1)  # that a key gets from any query
    told = [
        f"row sums {sums.min():.2f}–{sums.max():.2f}",
        f"on padding up to {on_padding.max():.2f}",
        f"{np.sum(most[~padding] < 1e-6)} of {np.sum(~padding)} real keys unseen",
    ]
    if looks_back:
        told.append(f"looks ahead at {_ahead(attention)} of 5 steps")
    return ", ".join(told)


def _ahead(attention: Callable) -> int:
    """Return at how many steps of the longest translation the context changes when all after it is changed."""
    before, changed = attention(DECODED, DECODED, TARGET, TARGET)[1], 0
    for step in range(5):
        other = DECODED.copy()
        other[2, step + 1 :] += 1
        after = attention(other, other, TARGET, TARGET)[1]
        changed += int(np.abs(after[2, step] - before[2, step]).max() > 1e-9)
    return changed
