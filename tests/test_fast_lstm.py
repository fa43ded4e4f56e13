"""The fast LSTM gives Keras's numbers and gradients, whatever the shapes, and steps aside where it does not apply."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

from course_utils import fast_lstm  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

SIZES = st.integers(1, 6)
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def pair(units, features, **options):
    """Return Keras's layer and the fast one with the same weights, all of them random."""
    keras_layer, fast = layers.LSTM(units, **options), FastLSTM(units, **options)
    for layer in (keras_layer, fast):
        layer.build((None, None, features))
    keras_layer.set_weights([numbers(*weight.shape, seed=place) for place, weight in enumerate(keras_layer.weights)])
    fast.set_weights(keras_layer.get_weights())
    return keras_layer, fast


def results(layer, x, initial=None, compiled=False, **call):
    """Return every output of a layer, and the gradients of a sum that weighs each number differently."""
    x = tf.constant(x)
    initial = None if initial is None else [tf.constant(state) for state in initial]

    def run(x, initial):
        with tf.GradientTape() as tape:
            tape.watch([x, *(initial or [])])
            outputs = tf.nest.flatten(layer(x, initial_state=initial, **call))
            loss = sum(tf.reduce_sum(out * numbers(*out.shape, seed=9)) for out in outputs)
        variables = [weight.value for weight in layer.trainable_weights]
        return outputs, tape.gradient(loss, [x, *(initial or []), *variables])

    if compiled:
        run = tf.function(run, jit_compile=True)
    outputs, gradients = run(x, initial)
    return [np.asarray(value) for value in [*outputs, *gradients]]


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, **CLOSE)


@pytest.fixture
def loops(monkeypatch):
    """Count how often the hand-written loop is built."""
    calls = []
    loop = fast_lstm.lstm_loop
    monkeypatch.setattr(fast_lstm, "lstm_loop", lambda *arguments: calls.append(1) or loop(*arguments))
    return calls


@settings(deadline=None, max_examples=8, derandomize=True)
@given(SIZES, SIZES, SIZES, SIZES, st.booleans(), st.booleans())
def test_outputs_and_gradients_are_those_of_keras(batch, time, features, units, sequences, with_initial):
    keras_layer, fast = pair(units, features, return_sequences=sequences, return_state=True)
    x = numbers(batch, time, features, seed=1)
    initial = [numbers(batch, units, seed=2), numbers(batch, units, seed=3)] if with_initial else None
    assert_same(results(fast, x, initial), results(keras_layer, x, initial))


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "jit_compile"])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 7, 2, 5)], ids=["all of size one", "several of each"])
def test_the_loop_is_used_and_equals_keras_for_single_and_several(loops, shape, compiled):
    batch, time, features, units = shape
    keras_layer, fast = pair(units, features, return_sequences=True)
    x = numbers(batch, time, features, seed=1)
    assert_same(results(fast, x, compiled=compiled), results(keras_layer, x))
    assert loops


def test_batch_and_time_may_stay_open(loops):
    keras_layer, fast = pair(4, 3, return_sequences=True)
    run = tf.function(fast, input_signature=[tf.TensorSpec((None, None, 3), tf.float32)])
    for batch, time in ((1, 1), (2, 5), (4, 1)):
        x = numbers(batch, time, 3, seed=batch)
        np.testing.assert_allclose(run(x), keras_layer(x), **CLOSE)
    assert len(loops) == 1, "compiled once for all shapes"


def test_a_carried_state_is_that_of_keras_and_can_be_forgotten():
    inputs = [numbers(2, 3, 4, seed=seed) for seed in range(3)]
    outputs = []
    for kind in (layers.LSTM, FastLSTM):
        layer = kind(5, return_sequences=True, stateful=True)
        layer.build((2, 3, 4))
        layer.set_weights([numbers(*weight.shape, seed=place) for place, weight in enumerate(layer.trainable_weights)])
        parts = [np.asarray(layer(x)) for x in inputs]
        layer.reset_state()
        outputs.append([*parts, np.asarray(layer(inputs[0]))])
    assert_same(outputs[1], outputs[0])
    carried = outputs[1]
    np.testing.assert_allclose(carried[3], carried[0], **CLOSE)
    assert not np.allclose(carried[1], FastLSTM(5, return_sequences=True)(inputs[1]))


def sequential(kind, batch=None, **options):
    """A model of this kind of LSTM with a Dense layer on every step, all weights fixed."""
    model = keras.Sequential(
        [
            keras.Input((None, 3), batch_size=batch),
            kind(4, return_sequences=True, **options),
            layers.TimeDistributed(layers.Dense(2)),
        ]
    )
    for place, weight in enumerate(model.trainable_weights):
        weight.assign(numbers(*weight.shape, seed=place))
    return model


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("stateful", [False, True], ids=["", "stateful"])
def test_training_gives_the_weights_that_keras_gives(jit_compile, stateful):
    x, y = numbers(8, 5, 3, seed=1), numbers(8, 5, 2, seed=2)
    trained = []
    for kind in (layers.LSTM, FastLSTM):
        model = sequential(kind, batch=4 if stateful else None, stateful=stateful)
        # Plain descent: its steps follow the gradients, where Adam's would hide their size.
        model.compile(keras.optimizers.SGD(0.05), "mse", jit_compile=jit_compile and kind is FastLSTM)
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        trained.append([weight.numpy() for weight in model.trainable_weights])
    assert_same(trained[1], trained[0])


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"unroll": True},
        {"recurrent_dropout": 0.3},
    ],
    ids=lambda options: next(iter(options)),
)
def test_where_the_loop_does_not_apply_keras_runs(loops, options):
    keras_layer, fast = pair(4, 3, return_sequences=True, **options)
    x = numbers(2, 5, 3, seed=1)
    assert_same(results(fast, x), results(keras_layer, x))
    assert not loops


def test_dropout_inside_the_layer_is_that_of_keras(loops):
    x = numbers(2, 5, 3, seed=1)
    outputs = []
    for layer in pair(4, 3, return_sequences=True, dropout=0.5, seed=7):
        outputs.append(np.asarray(layer(x, training=True)))
        assert not np.allclose(outputs[-1], layer(x, training=False))
    assert_same(outputs[1:], outputs[:1])
    assert loops


@settings(deadline=None, max_examples=12, derandomize=True)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4), *[st.booleans()] * 4)
def test_masked_steps_are_passed_over_as_by_keras(mask, sequences, backwards, zeros, with_initial):
    keras_layer, fast = pair(4, 3, return_sequences=sequences, return_state=True, go_backwards=backwards)
    keras_layer.zero_output_for_mask = fast.zero_output_for_mask = zeros
    batch = len(mask)
    x = numbers(batch, 6, 3, seed=1)
    initial = [numbers(batch, 4, seed=2), numbers(batch, 4, seed=3)] if with_initial else None
    mask = tf.constant(mask)
    assert_same(results(fast, x, initial, mask=mask), results(keras_layer, x, initial, mask=mask))


def test_a_mask_and_the_way_back_do_not_stop_the_loop(loops):
    _, fast = pair(4, 3, go_backwards=True)
    fast(numbers(2, 5, 3), mask=tf.constant([[True] * 5, [True] * 2 + [False] * 3]))
    assert loops


@pytest.mark.parametrize("sequences", [False, True])
def test_both_directions_with_a_mask_are_those_of_keras(loops, sequences):
    x, mask = numbers(2, 5, 3, seed=1), tf.constant([[True] * 5, [True] * 2 + [False] * 3])
    outputs = []
    for kind in (layers.LSTM, FastLSTM):
        layer = layers.Bidirectional(kind(4, return_sequences=sequences))
        layer.build((2, 5, 3))
        layer.set_weights([numbers(*weight.shape, seed=place) for place, weight in enumerate(layer.weights)])
        outputs.append(np.asarray(layer(x, mask=mask)))
    assert_same(outputs[1:], outputs[:1])
    assert len(loops) == 2


def test_a_saved_model_is_the_same_when_loaded(tmp_path):
    model = sequential(FastLSTM)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = numbers(2, 6, 3, seed=1)
    assert isinstance(loaded.layers[0], FastLSTM)
    np.testing.assert_allclose(loaded(x), model(x), **CLOSE)


def test_weights_can_be_exchanged_with_keras():
    fast, plain = sequential(FastLSTM), sequential(layers.LSTM)
    plain.set_weights([0 * weight for weight in plain.get_weights()])
    plain.set_weights(fast.get_weights())
    x = numbers(2, 6, 3, seed=1)
    np.testing.assert_allclose(plain(x), fast(x), **CLOSE)
