"""What lesson 03 claims: the lecture's vectors, the step, the parameters, the product of forget gates, held gates."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from course_utils import cells, checkpoints, generation, settings
from course_utils.cells import GRUCell, LSTMCell, sigmoid
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from .lesson_code import defined  # noqa: E402

LESSON = "03_lstm_gates"


def printed_by_cell(beginning: str, **names) -> str:
    """Return what the code cell of the lesson prints that begins so, run with `names` as the names around it."""
    source = (settings.repository() / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
    code = next(part for part in source.split("# %%\n")[1:] if part.startswith(beginning)).split("# %% [markdown]")[0]
    lines: list[str] = []
    around = {"np": np, "keras": keras, "print": lambda *parts: lines.append(" ".join(map(str, parts))), **names}
    exec(compile(ast.parse(code), LESSON, "exec"), around)
    return "\n".join(lines)


def test_the_lectures_sigmoid_product_and_blend():
    printed = printed_by_cell("def sigmoid").splitlines()
    found = {line.split()[0]: np.array(line[line.index("[") + 1 : -1].split(), float) for line in printed}
    assert np.array_equal(found["σ"], [0.73, 0.95, 0.5, 0.12])
    assert np.array_equal(found["∘"], [0.45, 0, -0.5, -0.08])
    assert np.array_equal(found["blend"], [8, 11, 3, 7, 5, 15])


def test_the_parameters_are_those_of_the_lectures_formula():
    printed = printed_by_cell("for layer, blocks in (")
    counts = [[int(word) for word in line.replace(",", "").split() if word.isdigit()] for line in printed.splitlines()]
    assert counts == [[2048, 2080], [8192, 8320], [6144, 6240], [6144, 6336]]
    assert 8320 == 4 * 2080


def test_the_lessons_lstm_and_gru_agree_with_keras_and_the_package():
    x = np.random.default_rng(5).normal(size=(3, 7, 4)).astype("float32")
    layer = keras.layers.LSTM(2)
    expected = layer(x).numpy()
    lstm = defined(LESSON, "lstm", np=np, sigmoid=sigmoid)
    assert np.allclose(lstm(x, *layer.get_weights()), expected, atol=1e-6)
    assert np.allclose(LSTMCell.from_keras(layer).forward(x).hidden[:, -1], expected, atol=1e-6)
    layer = keras.layers.GRU(2, reset_after=False)
    expected = layer(x).numpy()
    gru = defined(LESSON, "gru", np=np, sigmoid=sigmoid)
    assert np.allclose(gru(x, *layer.get_weights()), expected, atol=1e-6)
    assert np.allclose(GRUCell.from_keras(layer).forward(x).hidden[:, -1], expected, atol=1e-6)


def test_keras_starts_the_forget_bias_and_no_other_at_one():
    layer = keras.layers.LSTM(3)
    layer.build((None, None, 2))
    assert np.array_equal(layer.get_weights()[2], np.repeat([0, 1, 0, 0], 3))


@pytest.mark.parametrize("k", [1, 5, 19])
def test_along_the_cell_state_the_derivative_is_the_product_of_the_forget_gates(k):
    rng = np.random.default_rng(k)
    cell = LSTMCell(rng.normal(size=(2, 12)), np.zeros((3, 12)), rng.normal(size=12))
    trace = cell.forward(rng.normal(size=(1, 20, 2)))
    last = np.zeros((1, 20, 3))
    last[0, -1] = 1
    arriving = cell.backward(trace, 0 * last, d_cell=last).cell[0, -1 - k]
    assert np.allclose(arriving, trace.forget_gate[0, -k:].prod(axis=0))


def test_a_marked_symbol_stands_where_it_should():
    marked = defined(LESSON, "marked", np=np)
    x, y = marked(200, [0, 3, 7], seed=1, steps=8)
    assert x.shape == (200, 8, 5)
    assert np.array_equal(x[..., :4].sum(axis=2), np.ones((200, 8)))
    sequence, place = np.nonzero(x[..., 4])
    assert np.array_equal(sequence, np.arange(200))
    assert set(7 - place) == {0, 3, 7}
    assert np.array_equal(x[sequence, place, :4].argmax(axis=1), y)


def test_a_held_symbol_is_the_first_and_of_its_own_kind():
    x, y = defined(LESSON, "held", np=np)(100, 6, seed=1)
    assert x.shape == (100, 7, 8)
    assert np.array_equal(x[:, 0].argmax(axis=1), y)
    assert set(y) == {0, 1, 2, 3}
    assert not x[:, 1:, :4].any()


def test_an_lstm_recalls_across_twenty_steps_what_a_simple_rnn_does_not():
    # The lesson's training, shorter: the guard against a Keras in which gates no longer train.
    marked, recall = defined(LESSON, "marked", np=np), defined(LESSON, "recall", np=np, keras=keras)
    x, y = marked(64 * 300, range(20), seed=1, steps=20)
    new_x, new_y = marked(1000, [19], seed=2, steps=20)
    right = {}
    for Layer in (keras.layers.SimpleRNN, keras.layers.LSTM):
        keras.utils.set_random_seed(1)
        model = recall(Layer(32), x, y)
        right[Layer.__name__] = np.mean(np.argmax(model(new_x), axis=1) == new_y)
    assert right["LSTM"] > 0.95
    assert right["SimpleRNN"] < 0.6


def test_the_forget_bias_is_set_in_the_forget_gates_block_alone():
    recall = defined(LESSON, "recall", np=np, keras=keras)
    x, y = defined(LESSON, "held", np=np)(64 * 20, 2, seed=1)
    seen = []

    class Watched(keras.layers.LSTM):
        def set_weights(self, weights):
            seen.append(weights[2].copy())
            super().set_weights(weights)

    recall(Watched(2), x, y, forget_bias=3)
    assert np.array_equal(seen[0], np.repeat([0, 3, 0, 0], 2))


def test_brackets_open_and_close_in_turn():
    ids, inside = defined(LESSON, "brackets", np=np)(5000, seed=3)
    opening, closing = ids == 27, ids == 28
    assert np.array_equal(np.cumsum(opening) - np.cumsum(closing), inside)
    assert set(inside) == {0, 1}
    assert 0.13 < np.mean(opening | closing) < 0.17


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("name", ["input_gate", "forget_gate", "output_gate"])
def test_a_held_gate_has_its_value_in_all_units_and_the_cell_is_left_alone(name, value):
    held_at = defined(LESSON, "held_at", np=np, cells=cells)
    rng = np.random.default_rng(2)
    cell = LSTMCell(rng.normal(size=(3, 16)), rng.normal(size=(4, 16)), rng.normal(size=16))
    before = cell.kernel.copy(), cell.recurrent_kernel.copy(), cell.bias.copy()
    x = rng.normal(size=(1, 9, 3))
    trace = held_at(cell, {name: value}).forward(x)
    assert np.array_equal(getattr(trace, name), np.full((1, 9, 4), value))
    free = cell.forward(x)
    other = "forget_gate" if name != "forget_gate" else "input_gate"
    assert np.array_equal(getattr(trace, other)[:, 0], getattr(free, other)[:, 0])
    for weight, kept in zip((cell.kernel, cell.recurrent_kernel, cell.bias), before, strict=True):
        assert np.array_equal(weight, kept)


def test_for_the_alice_network_france_or_england_far_back_makes_next_to_no_difference():
    alice = checkpoints.load("alice")
    writer = generation.Generator(alice.model, alice.vocabulary)
    home = "i grew up in {}. my sister and i went to school there for years. i speak fluent "
    after = [writer.surprise(home.format(country) + "french ")[-7:].sum() for country in ("france", "england")]
    assert abs(after[0] - after[1]) < 0.05
    clouds = [writer.surprise(f"{context}sky ")[-4:].sum() for context in ("the ", "the clouds are in the ")]
    assert min(clouds) > 6, "the sky is improbable after both"
