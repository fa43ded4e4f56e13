"""What lesson 04 claims: the lecture's shapes, which numbers are the same, the 64 parameters, and today's names."""

from __future__ import annotations

import re

import numpy as np
import pytest

from course_utils import settings
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

from course_utils.exercises import lesson_04 as exercises  # noqa: E402

from .lesson_code import assigned, defined  # noqa: E402

LESSON = "04_recurrent_layers_in_keras"
SOURCE = (settings.repository() / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
CODE = "\n".join(line for line in SOURCE.splitlines() if not line.startswith("#"))

GROOT = np.array([[[0.5, 0.4], [0.3, 0.1], [0.7, 0.5]]], dtype="float32")
DECK = np.array(
    [[[0.1, 4.2, 1.5, 1.1, 2.8], [1.0, 3.1, 2.5, 0.7, 1.1], [0.3, 2.1, 1.5, 2.1, 0.1], [2.2, 1.4, 0.5, 0.9, 1.1]]],
    dtype="float32",
)
KINDS = (layers.SimpleRNN, layers.GRU, layers.LSTM)


def close(left, right):
    return np.allclose(left, right, atol=1e-6)


# --- Shapes, and which numbers are the same


def test_the_lesson_reads_the_two_inputs_of_the_lecture():
    assert np.array_equal(assigned(LESSON, "x", np=np), GROOT)
    numbers = assigned(LESSON, "numbers")
    assert np.array_equal(assigned(LESSON, "lecture", np=np, numbers=numbers), DECK)


def test_i_am_groot_gives_1_4_and_1_3_4():
    assert layers.SimpleRNN(4)(GROOT).shape == (1, 4)
    assert layers.SimpleRNN(4, return_sequences=True)(GROOT).shape == (1, 3, 4)
    entities = layers.TimeDistributed(layers.Dense(4, activation="softmax"))
    assert entities(layers.SimpleRNN(4, return_sequences=True)(GROOT)).shape == (1, 3, 4)
    stack = keras.Sequential([layers.SimpleRNN(4, return_sequences=True), layers.SimpleRNN(4)])
    assert stack(GROOT).shape == (1, 4)


def test_an_lstm_returns_1_3_or_1_4_3_and_with_the_state_the_last_hidden_twice_and_the_last_cell():
    assert layers.LSTM(3)(DECK).shape == (1, 3)
    assert layers.LSTM(3, return_sequences=True)(DECK).shape == (1, 4, 3)
    last, h, c = layers.LSTM(3, return_state=True)(DECK)
    assert last.shape == h.shape == c.shape == (1, 3)
    assert close(last, h)
    assert not close(h, c)
    every, h, c = layers.LSTM(3, return_sequences=True, return_state=True)(DECK)
    assert every.shape == (1, 4, 3)
    assert h.shape == c.shape == (1, 3)
    assert close(every[:, -1], h)
    assert not any(close(every[:, t], c) for t in range(4))


def test_a_gru_returns_a_sequence_of_1_4_3_and_one_state_of_1_3():
    every, h = layers.GRU(3, return_sequences=True, return_state=True)(DECK)
    assert every.shape == (1, 4, 3)
    assert h.shape == (1, 3)
    assert close(every[:, -1], h)


@pytest.mark.parametrize("kind", KINDS)
def test_with_return_state_a_layer_returns_a_tuple(kind):
    assert isinstance(kind(3, return_state=True)(DECK), tuple)
    assert isinstance(layers.Bidirectional(kind(3, return_state=True))(DECK), tuple)


@pytest.mark.parametrize("kind", KINDS)
def test_the_lessons_loop_around_a_cell_is_the_layer(kind):
    x = np.random.default_rng(1).normal(size=(4, 6, 5)).astype("float32")
    layer = kind(3, return_sequences=True, return_state=True)
    expected = layer(x)
    found = defined(LESSON, "by_hand", np=np)(layer, x)
    assert len(found) == len(expected)
    assert all(close(mine, by_keras) for mine, by_keras in zip(found, expected, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_the_backward_half_ends_at_step_0_and_without_sequences_each_half_is_taken_where_it_ends(kind):
    both = layers.Bidirectional(kind(3, return_sequences=True, return_state=True))
    y, *states = both(DECK)
    forward_h, backward_h = states[0], states[len(states) // 2]
    assert y.shape == (1, 4, 6)
    assert close(y[:, -1, :3], forward_h)
    assert close(y[:, 0, 3:], backward_h)
    assert not close(y[:, -1, 3:], backward_h)
    short = layers.Bidirectional(kind(3))
    short.build(DECK.shape)
    short.set_weights(both.get_weights())
    assert close(short(DECK), np.concatenate([forward_h, backward_h], axis=1))


# --- From outputs to answers


def test_dense_equals_time_distributed_dense_exactly():
    h = layers.SimpleRNN(4, return_sequences=True)(np.random.default_rng(2).normal(size=(8, 30, 2)))
    dense = layers.Dense(4, activation="softmax")
    wrapped = layers.TimeDistributed(dense)
    assert close(wrapped(h), dense(h))
    assert wrapped.count_params() == dense.count_params() == 20


def test_a_forgotten_return_sequences_is_said_in_the_words_that_the_lesson_reads_aloud():
    first, second = layers.SimpleRNN(4, name="first"), layers.SimpleRNN(4, name="second")
    with pytest.raises(ValueError, match="ndim") as caught:
        keras.Sequential([keras.Input((None, 2)), first, second])
    message = str(caught.value).replace('"', "'")
    quoted = re.findall(r"^# - \*(.+?)\*:", SOURCE, re.MULTILINE)
    assert len(quoted) == 4
    assert [part for part in quoted if part not in message] == []


@pytest.fixture
def counter():
    return defined(LESSON, "counter", keras=keras)


def test_many_to_one_has_60_and_4_parameters_64_in_all(counter):
    model = counter(False)
    assert [layer.count_params() for layer in model.layers] == [60, 4]
    assert model.count_params() == 64
    assert model(np.ones((1, 5, 1))).shape == (1, 1)


def test_many_to_many_has_64_parameters_and_outputs_of_1_5_3_and_1_5_1(counter):
    model = counter(True)
    assert [layer.count_params() for layer in model.layers] == [60, 4]
    assert model.count_params() == 64
    hidden = model.layers[0](np.ones((1, 5, 1)))
    assert hidden.shape == (1, 5, 3)
    assert model.layers[1](hidden).shape == (1, 5, 1)


def test_the_loss_of_many_to_many_is_the_mean_over_the_steps_and_sends_a_gradient_into_each(counter):
    up = assigned(LESSON, "up", np=np)
    model = counter(True)
    hidden = tf.Variable(model.layers[0](up))
    with tf.GradientTape() as tape:
        losses = tf.square(model.layers[1](hidden) - (up + 1))
        loss = tf.reduce_mean(losses)
    assert close(loss, keras.losses.MeanSquaredError()(up + 1, model(up)))
    assert np.all(np.abs(tape.gradient(loss, hidden)).sum(axis=2) > 0)


@pytest.mark.parametrize("every", [False, True])
def test_no_input_takes_the_counter_above_its_ceiling(counter, every):
    model = counter(every)
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(0, 2, weight.shape) for weight in model.get_weights()])
    W, b = model.layers[-1].get_weights()
    x = rng.normal(0, 1000, (500, 5, 1)).astype("float32")
    assert np.max(model(x)) <= b[0] + np.abs(W).sum() + 1e-4


# --- Masks and states


@pytest.mark.parametrize("wrap", [lambda dense: dense, layers.TimeDistributed], ids=["Dense", "TimeDistributed"])
def test_a_mask_reaches_the_loss(wrap):
    ids, answers = np.array([[3, 5, 2, 0, 0], [1, 4, 0, 0, 0]]), np.array([[1, 2, 3, 0, 0], [1, 2, 0, 0, 0]])
    head = wrap(layers.Dense(4, activation="softmax"))
    model = keras.Sequential([keras.Input((None,)), layers.Embedding(9, 2, mask_zero=True)])
    model.add(layers.LSTM(3, return_sequences=True))
    model.add(head)
    model.set_weights([3 * weight for weight in model.get_weights()])
    each = keras.losses.sparse_categorical_crossentropy(answers, model(ids)).numpy()
    loss = keras.losses.SparseCategoricalCrossentropy()(answers, model(ids))
    assert close(loss, each[ids > 0].mean())
    assert not close(loss, each.mean())


def test_padding_leaves_no_trace_in_states_and_zeros_in_bidirectional_outputs():
    embedding = layers.Embedding(9, 2, mask_zero=True)
    lstm = layers.LSTM(3, return_sequences=True, return_state=True)
    y, *states = lstm(embedding(np.array([[3, 5, 2, 0, 0]])))
    _, *expected = lstm(embedding(np.array([[3, 5, 2]])))
    assert all(close(state, right) for state, right in zip(states, expected, strict=True))
    assert close(y[:, 3:], y[:, 2:3])
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True))
    padded, short = (both(embedding(np.array([row]))) for row in ([3, 5, 2, 0, 0], [3, 5, 2]))
    assert close(padded[:, :3], short)
    assert np.all(padded.numpy()[:, 3:] == 0)


def test_a_model_has_no_reset_states_and_a_layer_has_reset_state():
    model = keras.Sequential([keras.Input(batch_shape=(1, None, 2)), layers.LSTM(3, stateful=True)])
    assert not hasattr(model, "reset_states")
    first = model(GROOT).numpy()
    assert not close(model(GROOT), first)
    model.layers[0].reset_state()
    assert close(model(GROOT), first)


@pytest.mark.parametrize("name", ["dropout", "recurrent_dropout"])
def test_dropout_is_drawn_once_for_a_sequence_and_only_while_training(name):
    kernels = ("identity", "zeros") if name == "dropout" else ("zeros", "identity")
    layer = defined(LESSON, "copier", keras=keras)(*kernels, **{name: 0.5})
    ones = np.ones((64, 5, 8), "float32")
    y = layer(ones, initial_state=ones[:, 0], training=True).numpy()
    dropped = y == 0
    assert np.array_equal(dropped, np.repeat(dropped[:, :1], 5, axis=1))
    assert 0.3 < dropped.mean() < 0.7
    assert len({row.tobytes() for row in dropped[:, 0]}) > 32  # each sequence has its own
    growth = [2, 2, 2, 2, 2] if name == "dropout" else [2, 4, 8, 16, 32]
    assert all(close(y[:, t][~dropped[:, t]], growth[t]) for t in range(5))
    assert close(layer(ones, initial_state=ones[:, 0]), 1)


def test_swapped_states_raise_nothing_and_give_other_numbers():
    lstm = layers.LSTM(4, return_state=True)
    whole, (_, h, c) = lstm(GROOT)[0], lstm(GROOT[:, :2])
    assert close(lstm(GROOT[:, 2:], initial_state=[h, c])[0], whole)
    assert not close(lstm(GROOT[:, 2:], initial_state=[c, h])[0], whole)


def test_the_last_step_of_both_halves_learns_nothing_and_the_states_learn_all():
    streams = defined(LESSON, "streams", np=np)
    (x, y), (new_x, new_y) = streams(2560, seed=3), streams(1000, seed=4)
    right = {}
    for states_taken in (False, True):
        keras.utils.set_random_seed(3)
        sequence = keras.Input((30, 4))
        gru = layers.GRU(16, return_sequences=True, return_state=True)
        every, *states = layers.Bidirectional(gru)(sequence)
        read = keras.ops.concatenate(states, axis=1) if states_taken else every[:, -1]
        model = keras.Model(sequence, layers.Dense(4)(read))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.01), loss, steps_per_execution=10)
        model.fit(x, y, batch_size=64, verbose=0)
        right[states_taken] = np.mean(np.argmax(model(new_x), axis=1) == new_y)
    assert right[False] < 0.4
    assert right[True] > 0.95


# --- Since the lectures


def rows_of_the_table():
    rows = [line.split("|")[1:3] for line in SOURCE.splitlines() if line.startswith("# | ") and "---" not in line]
    return [(then.strip(), today.strip()) for then, today in rows[1:]]


def test_the_table_names_what_the_lecture_of_tensorflow_1_uses():
    then = " ".join(old for old, _ in rows_of_the_table())
    for name in ("BasicRNNCell", "BasicLSTMCell", "dynamic_rnn", "MultiRNNCell", "sequence_loss", "placeholder"):
        assert name in then
    for name in ("sess.run", "input_shape=", "batch_input_shape=", "reset_states", "return_state"):
        assert name in then


@pytest.mark.parametrize(("then", "today"), rows_of_the_table(), ids=[old for old, _ in rows_of_the_table()])
def test_what_the_table_says_to_write_today_runs_in_a_cell(then, today):
    code = re.sub(r"\s", "", CODE)
    entries = re.findall(r"`([^`]+)`", today)
    assert entries or today.startswith("lesson ")
    assert [entry for entry in entries if re.sub(r"\s", "", entry) not in code] == []


def test_weights_of_ones_make_the_loss_the_mean_as_sequence_loss_did_and_other_weights_do_not():
    rng = np.random.default_rng(5)
    logits, targets = rng.normal(size=(1, 4, 3)).astype("float32"), np.array([[0, 2, 1, 1]])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    each = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True).numpy()
    assert close(loss(targets, logits, sample_weight=np.ones((1, 4))), each.mean())
    half = np.array([[1, 1, 0, 0]])
    assert close(loss(targets, logits, sample_weight=half), each[:, :2].sum() / 4)


# --- Exercises


def test_the_eight_shapes_are_those_of_keras():
    x, ids = np.ones((2, 7, 4), "float32"), np.ones((2, 7), int)
    names = {name: getattr(layers, name) for name in dir(layers) if name[:1].isupper()}
    for (letter, (code, _)), expected in zip(exercises.QUESTIONS.items(), exercises.eight_shapes(), strict=True):
        around = names | {"x": x, "ids": ids}
        exec(code, around)
        assert around[letter].shape == expected, letter
        assert f"# {code}\n" in SOURCE
