"""Attention by hand against Keras's layers: the same weights and contexts to 1e-6, with and without a mask."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

BATCH, SOURCE_TIME, TARGET_TIME, UNITS = 3, 7, 5, 8
LENGTHS = (7, 4, 1)  # of the three source sentences: no padding, some, nothing but one symbol
CLOSE = {"rtol": 0, "atol": 1e-6}


def softmax(scores: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def by_hand(score, query: np.ndarray, values: np.ndarray, keys: np.ndarray, lengths=None):
    """Return contexts and weights, step by step and sentence by sentence; what is masked is not even looked at."""
    weights = np.zeros((BATCH, query.shape[1], SOURCE_TIME))
    for row, length in enumerate(lengths or [SOURCE_TIME] * BATCH):
        for t in range(query.shape[1]):
            scores = np.array([score(query[row, t], key) for key in keys[row, :length]])
            weights[row, t, :length] = softmax(scores)
    return weights @ values, weights


@pytest.fixture(params=range(3))
def states(request):
    """Hidden states of a decoder (the queries), outputs of an encoder (the values), and keys made of them."""
    random = np.random.default_rng(request.param)
    query, values, keys = (
        random.uniform(-1, 1, (BATCH, time, UNITS)).astype(np.float32)
        for time in (TARGET_TIME, SOURCE_TIME, SOURCE_TIME)
    )
    return query, values, keys, random


def of_keras(layer: keras.Layer, query, values, keys, lengths=None):
    mask = None if lengths is None else [None, np.arange(SOURCE_TIME) < np.array(lengths)[:, None]]
    found = layer([query, values, keys], mask=mask, return_attention_scores=True)
    return [np.asarray(each) for each in found]


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["no mask", "mask"])
def test_dot_product_attention_by_hand_is_keras_attention_to_1e_6(states, lengths):
    query, values, keys, _ = states
    context, weights = by_hand(np.dot, query, values, keys, lengths)
    of_layer = of_keras(keras.layers.Attention(), query, values, keys, lengths)
    np.testing.assert_allclose(of_layer[1], weights, **CLOSE)
    np.testing.assert_allclose(of_layer[0], context, **CLOSE)
    assert np.ptp(weights[0], axis=-1).min() > 0.01, "equal weights would show nothing"


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["no mask", "mask"])
@pytest.mark.parametrize("use_scale", [True, False])
def test_additive_attention_by_hand_is_keras_additive_attention_to_1e_6(states, lengths, use_scale):
    query, values, keys, random = states
    layer = keras.layers.AdditiveAttention(use_scale=use_scale)
    layer.build([query.shape, values.shape, keys.shape])
    v = np.ones(UNITS, np.float32)
    if use_scale:
        v = random.uniform(-1, 1, UNITS).astype(np.float32)
        layer.set_weights([v])
    context, weights = by_hand(lambda q, k: v @ np.tanh(q + k), query, values, keys, lengths)
    of_layer = of_keras(layer, query, values, keys, lengths)
    np.testing.assert_allclose(of_layer[1], weights, **CLOSE)
    np.testing.assert_allclose(of_layer[0], context, **CLOSE)
    assert np.ptp(weights[0], axis=-1).min() > 0.01, "equal weights would show nothing"


@pytest.mark.parametrize("kind", [keras.layers.Attention, keras.layers.AdditiveAttention])
def test_all_steps_at_once_give_what_one_step_after_the_other_gives(states, kind):
    query, values, keys, _ = states
    layer = kind()
    together = of_keras(layer, query, values, keys, LENGTHS)
    for t in range(TARGET_TIME):
        one = of_keras(layer, query[:, t : t + 1], values, keys, LENGTHS)
        for all_steps, step in zip(together, one, strict=True):
            np.testing.assert_allclose(all_steps[:, t : t + 1], step, **CLOSE)


@pytest.mark.parametrize("kind", [keras.layers.Attention, keras.layers.AdditiveAttention])
def test_masked_padding_gets_no_weight_and_without_the_mask_it_gets_some(states, kind):
    query, values, keys, _ = states
    layer = kind()
    padding = np.arange(SOURCE_TIME) >= np.array(LENGTHS)[:, None]
    context, weights = of_keras(layer, query, values, keys, LENGTHS)
    assert (np.swapaxes(weights, 1, 2)[padding] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, **CLOSE)
    changed = [np.where(padding[..., None], np.float32(5), each) for each in (values, keys)]
    np.testing.assert_allclose(of_keras(layer, query, *changed, LENGTHS)[0], context, **CLOSE)
    assert (np.swapaxes(of_keras(layer, query, values, keys)[1], 1, 2)[padding] > 0.001).all()
    # A sentence of one symbol leaves no choice: the context is the output at that symbol.
    np.testing.assert_allclose(context[2], np.tile(values[2, 0], (TARGET_TIME, 1)), **CLOSE)
