"""The exercises of lesson 03 beyond what is proved of every exercise: against Keras, every reading, odd answers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from course_utils import plots
from course_utils.exercises import lesson_03 as exercises
from course_utils.exercises.framework import RIGHT, WRONG
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced


def given(units, blocks, rows=()):
    rng, width = np.random.default_rng(1), blocks * units
    shapes = (4, 2), (4, units), (4, units), (2, width), (units, width), (*rows, width)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def test_the_lstm_step_is_that_of_keras_in_the_order_of_onnx():
    x, h, c, W, U, b = given(3, 4)
    cell = keras.layers.LSTMCell(3)
    cell.build((None, 2))
    to_keras = np.arange(12).reshape(4, 3)[[0, 2, 3, 1]].ravel()  # i, o, f, g to i, f, g, o
    cell.set_weights([W[:, to_keras], U[:, to_keras], b[to_keras]])
    _, expected = cell(x, [h, c])
    np.testing.assert_allclose(exercises.lstm_step_from_onnx(x, h, c, W, U, b), expected, atol=1e-5)


def test_the_gru_step_is_that_of_keras():
    x, h, _, W, U, b = given(3, 3, rows=(2,))
    cell = keras.layers.GRUCell(3)
    cell.build((None, 2))
    cell.set_weights([W, U, b])
    np.testing.assert_allclose(exercises.gru_step(x, h, W, U, b), cell(x, [h])[0], atol=1e-5)


def test_a_step_that_returns_something_else_is_told_what_to_return():
    step = exercises.lstm_step_from_onnx
    for answer, fragment in (
        (lambda *given: step(*given)[0], "`h, c`"),
        (lambda *given: [state.T for state in step(*given)], "one row for each sequence"),
        (lambda x, h, c, W, U, b: step(x, h, c, W, U, np.nan * b), "c is nan"),
    ):
        found = exercises.lstm_step.examine(answer)
        assert found.outcome == WRONG
        assert fragment in found.message
    assert "h has shape" in exercises.gru_from_lstm.examine(lambda *given: 2 * [exercises.gru_step(*given)]).message


# --- A step by hand


def test_two_decimals_and_the_printed_table_are_enough(capsys):
    exercises.pencil_step()
    printed = capsys.readouterr().out
    f, i, g, o, tanh_c = 0.88, 0.5, -0.76, 0.73, 0.46
    for value in (f, i, g, o, tanh_c):
        assert str(value) in printed
    assert exercises.pencil.examine((f, i, g, o, round(f + i * g, 2), round(o * tanh_c, 2))).outcome == RIGHT
    assert "order" in exercises.pencil.examine((i, f, g, o, 0.5, 0.34)).message


@pytest.mark.parametrize(
    ("place", "value", "fragment"),
    [
        (0, 0.95, "h times U, is missing"),
        (1, 0, "the pre-activation"),
        (3, float("nan"), "o = nan is the first"),
        (3, "0.73", "expected one number"),
        (4, 0.12, "the input gate"),
        (5, 0.9, "h = 0.9 is the first"),
        (5, None, "All before it are right"),
        (5, [0.34], "expected one number"),
    ],
)
def test_the_first_value_that_is_not_right_is_named(place, value, fragment):
    answer = list(exercises.by_hand())
    answer[place] = value
    found = exercises.pencil.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message


@pytest.mark.parametrize("answer", [0.34, (0.88, 0.5), np.zeros(6)])
def test_other_than_six_values_in_a_row_are_asked_for(answer):
    assert "`f, i, g, o, c, h`" in exercises.pencil.examine(answer).message


# --- Four units


def test_one_reading_alone_is_right():
    right = [
        answer for answer in product(range(1, 5), repeat=4) if exercises.read_strip.examine(answer).outcome == RIGHT
    ]
    assert right == [exercises.read_off()]


def test_the_strips_show_what_the_solution_says():
    text, strips = exercises.read_brackets()
    opening, closing = (np.array([symbol == bracket for symbol in text]) for bracket in "()")
    inside = np.cumsum(opening) - np.cumsum(closing)
    counts, copies, holds, hides = (strips[f"unit {unit}: c"] for unit in (1, 2, 3, 4))
    assert np.array_equal(holds.round(1), inside)
    assert np.array_equal(copies[1:].round(1), inside[:-1])
    since = np.array(
        [place - max([-1, *np.flatnonzero((opening | closing)[: place + 1])]) for place in range(len(text))]
    )
    np.testing.assert_allclose(counts, 0.155 * since, atol=0.01)
    np.testing.assert_allclose(hides, 0.23 * np.cumsum(opening), atol=0.02)
    assert np.array_equal(strips["unit 4: o"] > 0.5, closing)


def test_the_strips_can_be_drawn():
    plots.draw_gate_strips(*exercises.read_brackets(), "Four units")


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        ((3, 2, 1, 0), "from 1 to 4"),
        ((3, 2, 1, None), "hides is None"),
        ((3, 2, 1, "4"), "the number of a unit"),
        ([3], "`holds, copies, counts, hides`"),
    ],
)
def test_other_than_four_units_are_asked_for(answer, fragment):
    found = exercises.read_strip.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message
