"""What lesson 11 claims: the lecture's sizes, reading early, orders of reading, the forget gate over a gap, scales."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import cells, data, training
from course_utils.exercises.lesson_11 import accuracy_after_each_row, count_parameters
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils.fast_lstm import FastLSTM  # noqa: E402

from .lesson_code import assigned, defined  # noqa: E402

LESSON = "11_lstm_for_images"
NAMES = {"keras": keras, "np": np, "training": training, "FastLSTM": FastLSTM, "cells": cells}


@pytest.fixture(scope="module")
def digits():
    found = data.load_mnist()
    x = (found.x_train[:1280] / 255).astype("float32")
    return x, found.y_train[:1280].astype("int32")


def network(at_every_row=False):
    return defined(LESSON, "network", **NAMES)(at_every_row)


def small(kind):
    return defined(LESSON, "small", **NAMES)(kind)


def opened():
    return defined(LESSON, "opened", **NAMES, small=small)()


def read(model, images):
    softmax = defined(LESSON, "softmax", **NAMES)
    return defined(LESSON, "read", **NAMES, softmax=softmax)(model, images)


def test_the_lectures_sizes_28_inputs_128_hidden_2_layers_10_outputs_give_213258_parameters():
    model = network()
    assert model.input_shape == (None, 28, 28)
    assert [layer.output.shape for layer in model.layers] == [(None, 28, 128), (None, 128), (None, 10)]
    assert [layer.count_params() for layer in model.layers] == [80_384, 131_584, 1_290]
    assert model.count_params() == 213_258
    assert all(isinstance(layer, keras.layers.LSTM) for layer in model.layers[:2])


@pytest.mark.timeout(300)
def test_the_lectures_network_trains_on_image_rows_in_batches_of_64(digits):
    x, y = digits
    keras.utils.set_random_seed(1)
    model = network()
    before = float(np.mean(model(x).numpy().argmax(axis=-1) == y))
    defined(LESSON, "train", **NAMES)(model, x, y, 4 * len(x))
    assert int(model.optimizer.iterations) == 4 * len(x) // 64
    after = float(np.mean(model(x).numpy().argmax(axis=-1) == y))
    assert before < 0.3 and after > 0.55


def test_training_begins_again_with_the_first_image_when_there_are_fewer_than_asked_for(digits):
    x, y = digits
    train = defined(LESSON, "train", **NAMES)
    for given, asked, steps in ((128, 128, 2), (128, 300, 6), (256, 128, 2)):
        model = train(small(keras.layers.SimpleRNN), x[:given], y[:given], asked)
        assert int(model.optimizer.iterations) == steps


def test_probabilities_by_hand_after_every_row_are_those_of_keras(digits):
    x = digits[0][:50]
    model, every_row = network(), network(at_every_row=True)
    every_row.set_weights(model.get_weights())
    by_hand = read(model, x)
    assert by_hand.shape == (50, 29, 10)
    np.testing.assert_allclose(by_hand.sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(by_hand[:, 1:], tf.nn.softmax(every_row(x)), atol=1e-5)
    np.testing.assert_allclose(by_hand[:, -1], tf.nn.softmax(model(x)), atol=1e-5)
    np.testing.assert_allclose(by_hand[:, 0], np.tile(tf.nn.softmax(model.layers[2].bias), (50, 1)), atol=1e-6)


def test_the_accuracy_of_all_rows_is_that_of_the_exercise(digits):
    x, y = digits[0][:70], digits[1][:70]
    every_row = network(at_every_row=True)
    by_row = defined(LESSON, "accuracy", **NAMES, x_test=x, y_test=y)(every_row)
    hidden = every_row.layers[1](every_row.layers[0](x)).numpy()
    expected = accuracy_after_each_row(hidden, *every_row.layers[2].get_weights(), y)
    assert by_row.shape == (28,)
    np.testing.assert_allclose(by_row, expected, atol=1e-9)
    once = defined(LESSON, "accuracy", **NAMES, x_test=x, y_test=y)(small(FastLSTM))
    assert np.ndim(once) == 0 and 0 <= once <= 1


def test_columns_and_random_pixels_are_the_same_numbers_in_another_order(digits):
    x = digits[0][:5]
    views = assigned(LESSON, "views", shuffled=assigned(LESSON, "shuffled", np=np))
    assert np.array_equal(views["rows"](x), x)
    assert np.array_equal(views["columns"](x)[2], x[2].T)
    places = np.arange(784).reshape(1, 28, 28)
    order = views["random pixels"](places).ravel()
    assert sorted(order) == list(range(784)) and not np.array_equal(order, np.arange(784))
    for image, read_so in zip(x, views["random pixels"](x), strict=True):
        assert np.array_equal(read_so.ravel(), image.ravel()[order]), "the same order for every image"


def test_opening_the_gate_changes_the_bias_of_the_forget_gate_alone():
    as_made, open_gate = small(FastLSTM).get_weights(), opened().get_weights()
    for before, after in zip(as_made[:2] + as_made[3:], open_gate[:2] + open_gate[3:], strict=True):
        assert np.array_equal(before, after)
    assert np.array_equal(as_made[2], np.repeat([0.0, 1, 0, 0], 64))
    assert np.array_equal(open_gate[2], np.repeat([0.0, 4, 0, 0], 64))


def test_over_56_blank_rows_the_gradient_dies_in_the_lstm_as_made_and_lives_with_the_gate_opened(digits):
    x = np.pad(digits[0][:8], ((0, 0), (0, 56), (0, 0)))
    left = {}
    for name, model in (("as made", small(FastLSTM)), ("opened", opened())):
        cell = cells.LSTMCell.from_keras(model.layers[0])
        d_hidden = np.zeros((8, 84, 64))
        d_hidden[:, -1] = np.random.default_rng(2).normal(size=64)
        arriving = np.linalg.norm(cell.backward(cell.forward(x), d_hidden).cell, axis=(0, 2))
        left[name] = arriving[27] / arriving[-1]
    assert left["as made"] < 1e-4
    assert left["opened"] > 0.1


def test_the_dense_network_has_as_many_parameters_as_the_lectures():
    dense = defined(LESSON, "dense", **NAMES)()
    assert dense.count_params() == pytest.approx(213_258, rel=0.001)


def test_inputs_up_to_255_push_the_gates_to_their_flat_ends(digits):
    x = digits[0][:50]
    cell = cells.LSTMCell.from_keras(small(FastLSTM).layers[0])
    inked = x.max(axis=-1) > 0.5
    slopes = {}
    for scale in (1, 255):
        o = cell.forward(scale * x).output_gate[inked]
        slopes[scale] = np.median(o * (1 - o))  # the derivative of the sigmoid, at most 0.25
    assert slopes[255] < 1e-3 < 0.1 < slopes[1]


def test_after_standardising_blank_rows_are_no_longer_zero(digits):
    x = digits[0]
    scales = assigned(LESSON, "scales", x=x)
    standardised = scales["standardised"](x)
    assert abs(standardised.mean()) < 1e-3 and standardised.std() == pytest.approx(1, abs=1e-3)
    assert standardised.min() < -0.3
    assert scales["0 to 255"](x).max() == 255


def test_reshape_gives_the_rows_again_and_no_columns(digits):
    x = digits[0]
    wrong, columns = assigned(LESSON, "(wrong, columns)", x=x)
    assert np.array_equal(wrong, x[:1])
    assert np.array_equal(columns[0], x[0].T) and not np.array_equal(wrong, columns)


@pytest.mark.parametrize(("features", "units", "classes"), [(28, 128, 10), (28, 64, 10), (5, 3, 2)])
def test_the_parameters_of_gru_and_bidirectional_are_those_of_keras(features, units, classes):
    layers = keras.layers.GRU(units), keras.layers.Bidirectional(keras.layers.LSTM(units))
    built = [
        keras.Sequential([keras.Input((28, features)), layer, keras.layers.Dense(classes)]).count_params()
        for layer in layers
    ]
    assert list(count_parameters(features, units, classes)) == built
