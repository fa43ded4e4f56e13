"""The networks of lesson 08 have the lecture's figures, carry their state in training, and learn."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data
from course_utils.quiet import import_tensorflow
from course_utils.text import Vocabulary, windows

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import models  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402
from course_utils.training import CarryState, StreamBatches  # noqa: E402

from .lesson_code import assigned  # noqa: E402

LESSON = "08_alice_text_generation"


@pytest.mark.parametrize("fast", [False, True])
def test_the_lectures_layers_have_320512_525312_and_14392_parameters(fast):
    model = models.alice_lecture(56, fast)
    assert [layer.count_params() for layer in model.layers] == [320512, 525312, 14392]
    assert model.output_shape == (None, None, 56)


@pytest.mark.real_data
def test_alice_has_159484_characters_56_distinct_2658_windows_of_60_and_7974_of_20():
    text = data.clean_like_the_lecture(data.load_alice().raw)
    vocabulary = Vocabulary.of(text)
    numbers = vocabulary.encode(text)
    assert len(numbers) == 159484
    assert len(vocabulary) == 56
    assert windows(numbers, 60)[0].shape == (2658, 60)
    inputs, targets = windows(numbers, 20)
    assert keras.utils.to_categorical(inputs).shape == (7974, 20, 56)
    assert targets.shape == (7974, 20)


def test_our_network_scores_every_character_at_every_step():
    model = models.alice(42)
    assert model.output_shape == (None, None, 42)
    assert model(np.zeros((3, 7), np.int32)).shape == (3, 7, 42)
    assert not any(isinstance(layer, FastLSTM) for layer in model.layers), "a saved model must not need this package"


def test_for_training_the_state_is_carried_by_the_fast_layers():
    model = models.alice(42, batch=4, dropout=0.5, input_dropout=0.1, carry_state=True)
    recurrent = [layer for layer in model.layers if isinstance(layer, FastLSTM)]
    assert [(layer.units, layer.stateful) for layer in recurrent] == [(256, True), (256, True)]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.1, 0.5, 0.5]


@pytest.mark.parametrize("length", [10, 11, 19, 140169])
def test_the_split_loses_nothing_and_holds_the_last_tenth_out(length):
    text = "abcdefghij" * (length // 10) + "x" * (length % 10)
    train, held_out = models.split(text)
    assert train + held_out == text
    assert len(train) == length * 9 // 10
    numbers = np.arange(length)
    assert [len(part) for part in models.split(numbers)] == [len(train), len(held_out)]


@pytest.fixture
def small(monkeypatch):
    """Let `train_alice` train a network of a few units, which is quick."""

    def alice(size, batch, *_, **__):
        return keras.Sequential(
            [
                keras.Input((None,), batch_size=batch, dtype="int32"),
                keras.layers.Embedding(size, 8),
                FastLSTM(16, return_sequences=True, stateful=True),
                keras.layers.Dense(size),
            ]
        )

    monkeypatch.setattr(models, "alice", alice)


def test_training_learns_and_gives_back_the_weights_of_the_best_epoch(small, capsys):
    keras.utils.set_random_seed(7)
    text = "the cat sat on the mat. " * 150
    vocabulary = Vocabulary.of(text)
    train = vocabulary.encode(text)
    held_out = train[::-1][:400]  # read backwards: what is learned of the text makes the prediction of this worse
    recipe = models.Recipe(batch=4, time=10, epochs=4, learning_rate=0.03, dropout=0.0)
    model, history, seconds = models.train_alice(train, held_out, len(vocabulary), recipe)
    assert history["loss"][-1] < 0.3 < history["loss"][0]
    assert seconds > 0
    assert len(capsys.readouterr().out.splitlines()) == len(history["val_loss"]) == 4
    assert min(history["val_loss"]) < history["val_loss"][-1] - 0.1
    again = model.evaluate(StreamBatches(held_out, 4, 10), callbacks=[CarryState()], verbose=0)
    assert again == pytest.approx(min(history["val_loss"]), abs=1e-4)


def test_the_held_out_loss_is_that_of_the_last_tenth_however_little_stands_before():
    class Counting:
        """In the place of a generator: the surprise of a symbol is its place in what is read."""

        def surprise(self, text):
            return np.arange(len(text), dtype=float)

    text = "x" * 100
    assert models.held_out_loss(Counting(), text, context=20) == np.arange(20, 30).mean()
    assert models.held_out_loss(Counting(), text, context=0) == np.arange(10).mean()
    assert models.held_out_loss(Counting(), text, context=5000) == np.arange(90, 100).mean()


def outline(model: keras.Sequential) -> list[tuple]:
    return [
        (
            type(layer),
            layer.count_params(),
            getattr(layer, "rate", None),
            getattr(layer, "stateful", None),
            layer.output.shape,
        )
        for layer in model.layers
    ]


def test_the_lesson_writes_out_the_networks_of_the_package():
    lecture = assigned(LESSON, "lecture", keras=keras, V=56)
    assert outline(lecture) == outline(models.alice_lecture(56))
    recipe, vocabulary = models.FULL_RECIPE, Vocabulary.of("alice")
    ours = models.alice(len(vocabulary), recipe.batch, recipe.dropout, recipe.input_dropout, carry_state=True)
    assert outline(
        assigned(LESSON, "model", keras=keras, FastLSTM=FastLSTM, recipe=recipe, vocabulary=vocabulary)
    ) == outline(ours)
