"""What lesson 01 claims: the roommate, the shapes, the two passes, gradients back in time, the cut, the clipping."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.cells import SimpleRNNCell
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from .lesson_code import assigned, defined  # noqa: E402

LESSON = "01_rnn_and_bptt"
LETTERS = "helo"


def one_hot(*words: str) -> np.ndarray:
    return np.eye(4, dtype="float32")[[[LETTERS.index(letter) for letter in word] for word in words]]


def roommate() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    same = np.eye(3)
    following = assigned(LESSON, "following", np=np, same=same)
    W = assigned(LESSON, "W", np=np)
    U = assigned(LESSON, "U", np=np, same=same, following=following)
    return W, U, assigned(LESSON, "b", np=np)


@pytest.mark.parametrize("days", [1, 2, 30, 365])
def test_the_perfect_roommate_is_exact_as_a_cell_for_any_weather(days):
    rain = np.random.default_rng(days).integers(0, 2, days)
    cell = SimpleRNNCell(*roommate(), activation="relu")
    apple_pie_again = np.array([[1, 0, 0, 0, 0, 0]])
    hidden = cell.forward(np.eye(2)[rain][None], initial_state=apple_pie_again).hidden[0]
    assert np.array_equal(hidden.sum(axis=1), np.ones(days))
    assert np.array_equal(hidden.argmax(axis=1) % 3, rain.cumsum() % 3)
    assert np.array_equal(hidden.argmax(axis=1) // 3, rain)


def test_the_perfect_roommate_is_exact_with_one_unit_a_dish_when_it_always_rains():
    following = assigned(LESSON, "following", np=np, same=np.eye(3))
    cell = SimpleRNNCell(np.zeros((1, 3)), following, None, activation="relu")
    hidden = cell.forward(np.zeros((1, 9, 1)), initial_state=np.eye(3)[:1]).hidden[0]
    assert np.array_equal(hidden, np.eye(3)[(1 + np.arange(9)) % 3])


def test_for_one_unit_a_dish_the_cases_that_need_it_on_and_those_that_need_it_off_have_the_same_total():
    # The argument of the lesson: whatever the weights, the two sums are equal, so that no threshold parts them.
    rng = np.random.default_rng(4)
    W, U, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    yesterday, sky = [1, 0, 1, 0], [0, 1, 1, 0]  # burger and sun, apple pie and rain; then the two that need it off
    cell = SimpleRNNCell(W, U, b)
    received = cell.forward(np.eye(2)[sky][:, None], initial_state=np.eye(3)[yesterday]).pre_activation[:, 0, 1]
    assert len(set(received.round(6))) == 4
    assert received[:2].sum() == pytest.approx(received[2:].sum())


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (one_hot("h"), (1, 1, 2)),
        (one_hot("hello"), (1, 5, 2)),
        (one_hot("hello", "eolll", "lleel"), (3, 5, 2)),
    ],
    ids=["one letter", "hello", "three words"],
)
def test_four_features_into_two_units(x, shape):
    layer = keras.layers.SimpleRNN(2, return_sequences=True)
    assert layer(x).shape == shape
    assert [weight.shape for weight in layer.get_weights()] == [(4, 2), (2, 2), (2,)]
    assert SimpleRNNCell.from_keras(layer).forward(x).hidden.shape == shape


def test_the_lessons_two_passes_agree_with_the_package():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(3, 7, 4)), rng.normal(size=(3, 8, 2))
    W, U, b = rng.normal(size=(4, 2)), rng.normal(size=(2, 2)), rng.normal(size=2)
    h = defined(LESSON, "forward", np=np)(x, W, U, b)
    cell = SimpleRNNCell(W, U, b)
    trace = cell.forward(x)
    assert np.allclose(h[:, 1:], trace.hidden, rtol=0, atol=1e-12)
    by_hand = defined(LESSON, "backward", np=np)(x, h, h - y, W, U, b)
    gradients = cell.backward(trace, trace.hidden - y[:, 1:])
    for name, expected in (
        ("W", gradients.kernel),
        ("U", gradients.recurrent_kernel),
        ("b", gradients.bias),
        ("x", gradients.x),
    ):
        assert np.allclose(by_hand[name], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.0, 1.1, 1.5])
def test_without_inputs_the_gradient_norm_k_steps_back_is_the_spectral_radius_to_the_k(radius):
    rng = np.random.default_rng(6)
    rotation = np.linalg.qr(rng.normal(size=(16, 16)))[0]
    assert np.abs(np.linalg.eigvals(radius * rotation)).max() == pytest.approx(radius)
    cell = SimpleRNNCell(np.ones((1, 16)), radius * rotation, None)
    d_hidden = np.zeros((1, 60, 16))
    d_hidden[0, -1] = rng.normal(size=16)
    arriving = cell.backward(cell.forward(np.zeros((1, 60, 1))), d_hidden).hidden[0, ::-1]
    norms = np.linalg.norm(arriving, axis=1) / np.linalg.norm(arriving[0])
    assert norms == pytest.approx(radius ** np.arange(60.0))


@pytest.mark.parametrize("radius", [0.5, 0.9])
def test_inputs_only_make_the_gradient_smaller(radius):
    rng = np.random.default_rng(7)
    rotation = np.linalg.qr(rng.normal(size=(16, 16)))[0]
    cell = SimpleRNNCell(rng.normal(size=(1, 16)), radius * rotation, None)
    d_hidden = np.zeros((1, 30, 16))
    d_hidden[0, -1] = rng.normal(size=16)
    arriving = cell.backward(cell.forward(rng.normal(size=(1, 30, 1))), d_hidden).hidden[0, ::-1]
    norms = np.linalg.norm(arriving, axis=1) / np.linalg.norm(arriving[0])
    assert np.all(norms <= radius ** np.arange(30.0) * (1 + 1e-9))


def test_truncated_backpropagation_of_100_steps_cut_at_20_has_a_gradient_of_exactly_zero_beyond_the_cut():
    reader = defined(LESSON, "reader", keras=keras)
    x = tf.constant(np.random.default_rng(8).normal(size=(2, 100, 2)), tf.float32)
    for truncated in (True, False):
        network = reader(truncated)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(x)
        norm = np.linalg.norm(tape.gradient(y, x), axis=-1)
        assert np.all(norm[:, 80:] > 0)
        assert np.all(norm[:, :80] == 0) if truncated else np.any(norm[:, :80] > 0)


def test_the_cut_changes_no_forward_value():
    reader = defined(LESSON, "reader", keras=keras)
    x = np.random.default_rng(9).normal(size=(2, 100, 2)).astype("float32")
    whole, cut = reader(False), reader(True)
    cut.set_weights(whole.get_weights())
    assert np.allclose(whole(x), cut(x), atol=1e-6)


def test_the_row_that_reads_the_bit_is_not_trained_beyond_the_cut():
    reader, bits = defined(LESSON, "reader", keras=keras), defined(LESSON, "bits", np=np)
    moved = {}
    for gap in (10, 30):
        network = reader(True)
        network.compile(keras.optimizers.Adam(0.005), keras.losses.BinaryCrossentropy(from_logits=True))
        rnn = network.get_layer("rnn")
        before = rnn.get_weights()[0][1].copy()
        network.fit(*bits(128, gap, seed=0), batch_size=64, epochs=1, verbose=0)
        moved[gap] = np.abs(rnn.get_weights()[0][1] - before).max()
    assert moved[30] == 0 < moved[10]


def test_clipping_rescues_the_exploding_run_and_not_the_vanishing_one():
    numbers = np.random.default_rng(0).normal(size=(1024, 30, 1)).astype("float32")
    first = numbers[:, 0]
    ends = {}
    for radius, limit in ((1.1, None), (1.1, 1.0), (0.5, 1.0)):
        keras.utils.set_random_seed(2)
        start = keras.initializers.Orthogonal(gain=radius)
        rnn = keras.layers.SimpleRNN(32, activation="linear", recurrent_initializer=start)
        model = keras.Sequential([keras.Input((30, 1)), rnn, keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.03, global_clipnorm=limit), "mse", jit_compile=True)
        ends[radius, limit] = model.fit(numbers, first, epochs=8, verbose=0).history["loss"][-1]
    assert not np.isfinite(ends[1.1, None])
    assert ends[1.1, 1.0] < 0.3 * first.var()
    assert ends[0.5, 1.0] > 0.9 * first.var()
