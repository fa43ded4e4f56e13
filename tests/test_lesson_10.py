"""Attention by hand against Keras's layers: the same weights and contexts to 1e-6, with and without a mask."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, data, measured, scores, translation  # noqa: E402
from course_utils.text import Vocabulary  # noqa: E402
from tools import train_translation  # noqa: E402

from .lesson_code import defined  # noqa: E402

LESSON = "10_attention"
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


# --- the lesson against the package


def test_attention_written_out_in_the_lesson_is_the_layer_of_keras():
    softmax = defined(LESSON, "softmax", np=np)
    by_hand = defined(LESSON, "attention_by_hand", np=np, softmax=softmax)
    random = np.random.default_rng(7)
    query, keys = random.normal(size=4), random.normal(size=(6, 4))
    mask = np.array([True, True, False, True, False, False])
    context, weights = by_hand(query, keys, keys, mask)
    given = [query[None, None], keys[None], keys[None]]
    expected = keras.layers.Attention()(given, mask=[None, mask[None]])
    np.testing.assert_allclose(context, expected[0, 0], atol=1e-5)
    assert (weights[~mask] == 0).all() and weights.sum() == pytest.approx(1)
    assert np.isfinite(by_hand(1000 * query, keys, keys, mask)[1]).all()


def test_the_network_written_out_in_the_lesson_is_the_package_s():
    names = {"keras": keras, "layers": keras.layers, "reads": range(7), "writes": range(9)}
    by_hand = defined(LESSON, "with_attention", **names)(units=6, embedding=4)
    model = translation.translator(7, 9, units=6, embedding=4, attention="dot", bidirectional=True)
    for name in ("Embedding", "Bidirectional", "LSTM", "Dense"):
        kinds = [[layer for layer in each.layers if type(layer).__name__ == name] for each in (by_hand, model)]
        for one, other in zip(*kinds, strict=True):
            other.set_weights(one.get_weights())
    source = np.array([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2]])
    batch = [source, np.array([[1, 3, 4], [1, 5, 6]])]
    scores_by_hand, weights = by_hand(batch)
    np.testing.assert_allclose(scores_by_hand, model(batch), atol=1e-5)
    assert weights.shape == (2, 3, 5)
    assert (np.where(source[:, None] == 0, weights, 0) == 0).all()


def test_self_attention_written_out_in_the_lesson_is_the_layer_of_keras():
    self_attention = defined(LESSON, "self_attention", np=np)
    layer = keras.layers.MultiHeadAttention(num_heads=1, key_dim=4, use_bias=False)
    x = np.random.default_rng(7).normal(size=(5, 4)).astype(np.float32)
    expected = layer(x[None], x[None], use_causal_mask=True)[0]
    Q, K, V, output = (np.squeeze(weights) for weights in layer.get_weights())
    blended, weights = self_attention(x, Q, K, V, causal=True)
    np.testing.assert_allclose(blended @ output, expected, atol=1e-5)
    assert np.allclose(weights, np.tril(weights)) and np.allclose(weights.sum(axis=1), 1)
    assert self_attention(x, Q, K, V, causal=False)[1].min() > 0


# --- what was measured


def test_attention_does_better_at_every_length():
    models = measured.read("translation")["by_length"]["models"]
    for score in ("exact", "chrf"):
        gains = np.subtract(models["translator_attention"][score], models["translator"][score])
        assert gains.min() >= 0 and gains.max() > 0


def test_attention_is_measured_with_the_budget_of_the_plain_network():
    improvements = measured.read("translation")["improvements"]
    assert improvements["attention"]["chrf_greedy"] > improvements["plain"]["chrf_greedy"]


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["translator_attention", "translator_words"])
def test_the_checkpoint_gets_what_its_card_says_of_sentences_it_never_saw(name):
    checkpoint = checkpoints.load(name)
    parts = train_translation.split(data.load_translation_pairs())
    sources = Vocabulary(checkpoint.card["source_symbols"])
    said = train_translation.translator_of(checkpoint.model, sources, checkpoint.vocabulary).greedy(parts.sources)
    assert scores.exact(said, parts.references) == pytest.approx(checkpoint.figures["exact_greedy"], abs=0.01)
    assert scores.chrf(said, parts.references) == pytest.approx(checkpoint.figures["chrf_greedy"], abs=1)


@pytest.mark.real_data
def test_ordinary_short_sentences_that_were_not_learned_are_translated_right():
    checkpoint = checkpoints.load("translator_attention")
    parts = train_translation.split(data.load_translation_pairs())
    sources = Vocabulary(checkpoint.card["source_symbols"])
    translator = train_translation.translator_of(checkpoint.model, sources, checkpoint.vocabulary)
    said = translator.greedy(parts.sources[:30])
    assert sum(one in right for one, right in zip(said, parts.references[:30], strict=True)) >= 5
