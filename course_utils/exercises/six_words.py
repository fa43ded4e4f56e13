"""What the four broken training loops of lesson 07 share, and what is right: six words, a network, its training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from ..text import Vocabulary

WORDS = ["hello", "world", "learn", "other", "tower", "metal"]
LETTERS = Vocabulary.of("".join(WORDS))
IDS = np.array([LETTERS.encode(word) for word in WORDS])
"""The six words as ids, (6, 5)."""


def step(weights, letter, hidden):
    """Read one letter of each word, (6,), with the state (6, 32); return the new state and the scores (6, letters)."""
    W, U, D = weights
    hidden = tf.tanh(tf.one_hot(letter, len(LETTERS)) @ W + hidden @ U)
    return hidden, hidden @ D


def mean_loss(target, scores):
    """Return the cross-entropy of *scores* (it takes the softmax itself), a quarter of it: there are four steps."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, scores)) / 4


def descend(weights, gradients) -> None:
    """Move every weight against its gradient."""
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.assign_sub(0.5 * gradient)


def train_words(one_round: Callable) -> tuple[list[tf.Variable], float]:
    """Repeat ``loss, hidden = one_round(weights, carried)`` a hundred times; return the weights and the last loss.

    `carried` is the state that the round before returned; before the first it is zero.
    """
    shapes = (len(LETTERS), 32), (32, 32), (32, len(LETTERS))
    weights = [tf.Variable(tf.random.normal(shape, stddev=0.2)) for shape in shapes]
    compiled, hidden = tf.function(one_round, autograph=False), tf.zeros((6, 32))
    for _ in range(100):
        loss, hidden = compiled(weights, hidden)
    return weights, float(loss)


def says(weights) -> list[str]:
    """Return what the network says after the first letter of each word, each letter drawn from its softmax."""
    written, hidden = [IDS[:, 0]], tf.zeros((6, 32))
    for _ in range(4):
        hidden, scores = step(weights, written[-1], hidden)
        written.append(tf.random.categorical(scores, 1)[:, 0])
    return [LETTERS.decode(word) for word in np.stack(written, axis=1)]
