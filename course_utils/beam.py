"""Beam search: keep several beginnings of a translation instead of one, and decide in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class Hypothesis(NamedTuple):
    """A translation found by beam search: its text, log(probability) in nats, and that over length ** penalty."""

    text: str
    log_probability: float
    score: float


def search(step: Callable[[Any, Any], tuple], states: Any, start: int, stop: int, longest, width):
    """Search for likely sequences; to be called inside a compiled TensorFlow function.

    At each step every hypothesis is continued by every symbol, and the `width` likeliest of all these go on. One that
    ends with the stop sign keeps its place to the end, so that fewer places remain for the others (as in Sutskever,
    Vinyals and Le, 2014). The work and the memory are those of `width` times as many sentences.

    Parameters
    ----------
    step : callable (tokens, states) -> log_p, states
        Tokens (rows,) of int32; logarithms of the probabilities of the next symbols, (rows, symbols). There are
        batch × width rows, those of a sentence side by side.
    states : list of tensor, (rows, units)
        Before the first step.
    start, stop : int
        The signs; symbol 0 is padding.
    longest, width : int32 tensor
        Steps at most, and hypotheses of each sentence.

    Returns
    -------
    written, total
        Ids (batch, width, steps), padding after the stop sign; and log(probability), (batch, width), minus infinity
        where there were not enough hypotheses.
    """
    rows = tf.shape(states[0])[0]
    batch = rows // width
    first_row = tf.repeat(tf.range(batch) * width, width)  # of the sentence that a row belongs to
    # Only one hypothesis at first: several equal ones would stay equal.
    total = tf.tile(tf.where(tf.range(width) == 0, 0.0, -np.inf)[None], [batch, 1])

    def body(t, tokens, states, done, total, written):
        log_p, states = step(tokens, states)
        symbols = log_p.shape[-1]
        log_p = tf.reshape(log_p, (batch, width, symbols))
        only_padding = tf.where(tf.range(symbols) == 0, 0.0, -np.inf)
        candidates = total[..., None] + tf.where(done[..., None], only_padding, log_p)
        rank = tf.where(done[..., None], candidates + 1e9, candidates)  # what is done keeps its place
        _, chosen = tf.math.top_k(tf.reshape(rank, (batch, width * symbols)), width)
        total = tf.gather(tf.reshape(candidates, (batch, width * symbols)), chosen, batch_dims=1)
        parent, token = chosen // symbols, chosen % symbols
        states = [tf.gather(state, first_row + tf.reshape(parent, [-1])) for state in states]
        written = tf.concat([tf.gather(written, parent, batch_dims=1), token[..., None]], axis=2)
        done = tf.gather(done, parent, batch_dims=1) | ((token == stop) & (total > -np.inf))
        return t + 1, tf.reshape(token, [-1]), states, done, total, written

    def goes_on(t, tokens, states, done, total, written):
        return (t < longest) & tf.reduce_any(~done & (total > -np.inf))

    nothing = tf.zeros((batch, width, 0), tf.int32)
    first = (0, tf.fill([rows], start), list(states), tf.zeros_like(total, tf.bool), total, nothing)
    open_shapes = tf.nest.map_structure(lambda value: tf.TensorShape([None] * value.shape.rank), first[1:])
    *_, total, written = tf.while_loop(goes_on, body, first, (tf.TensorShape([]), *open_shapes))
    return written, total


def ranked(
    written: np.ndarray, total: np.ndarray, length_penalty: float, text_of: Callable[[np.ndarray], str]
) -> list[Hypothesis]:
    """Return the hypotheses of one sentence, ids (width, steps) and log(probability) (width,), the best first."""
    found = []
    for row, log_probability in zip(written, total.tolist(), strict=True):
        if np.isfinite(log_probability):
            score = log_probability / np.count_nonzero(row) ** length_penalty
            found.append(Hypothesis(text_of(row), log_probability, score))
    return sorted(found, key=lambda hypothesis: -hypothesis.score)
