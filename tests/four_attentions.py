"""The four broken attentions of lesson 10, as the student sees them."""

from __future__ import annotations

import numpy as np

from course_utils.exercises.three_sentences import softmax


def attention_a(queries, keys, target, source):
    scores = queries @ keys.transpose(0, 2, 1)  # 1
    scores = scores - 1e9 * (source != 0)[:, None]  # 2
    weights = softmax(scores, axis=2)  # 3
    contexts = weights @ keys  # 4
    return weights, contexts


def attention_b(queries, keys, target, source):
    real = (source != 0)[:, None]  # 1
    scores = np.einsum("bqu,bku->bqk", queries, keys)  # 2
    scores = np.where(real, scores, -1e9)  # 3
    weights = softmax(scores, axis=1)  # 4
    contexts = np.einsum("bqk,bku->bqu", weights, keys)  # 5
    return weights, contexts


def attention_c(queries, keys, target, source):
    scores = queries @ keys.swapaxes(1, 2)  # 1
    padding = target == 0  # 2
    scores = np.where(padding[:, None], -np.inf, scores)  # 3
    weights = softmax(scores, axis=2)  # 4
    contexts = weights @ keys  # 5
    return weights, contexts


def attention_d(queries, keys, target, source):
    hidden = np.triu(np.ones((6, 6), bool), 2)  # 1
    hidden = hidden | (source == 0)[:, None]  # 2
    scores = queries @ keys.transpose(0, 2, 1)  # 3
    weights = softmax(scores - 1e9 * hidden, axis=2)  # 4
    contexts = weights @ keys  # 5
    return weights, contexts
