"""The networks that more than one lesson uses, as lesson 08 writes them out, and how the best of them was trained."""

from __future__ import annotations

import time as clock
from typing import Any, NamedTuple

import keras

from . import training
from .fast_lstm import FastLSTM


class Recipe(NamedTuple):
    """How to train a character model with carried state."""

    batch: int
    time: int
    epochs: int
    learning_rate: float
    dropout: float
    input_dropout: float = 0.0
    weight_decay: float = 0.0


CLASS_RECIPE = Recipe(batch=16, time=20, epochs=2, learning_rate=0.008, dropout=0.0)
FULL_RECIPE = Recipe(
    batch=16, time=30, epochs=24, learning_rate=0.006, dropout=0.5, input_dropout=0.1, weight_decay=0.05
)


def split(text: Any) -> tuple[Any, Any]:
    """Return the first nine tenths of a text (or of its numbers) and the last tenth, which training never sees."""
    place = int(0.9 * len(text))
    return text[:place], text[place:]


def alice(
    vocabulary_size: int,
    batch: int | None = None,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    carry_state: bool = False,
) -> keras.Sequential:
    """Two LSTM layers of 256 units on characters.

    Numbers of characters (batch, time) in, one score for each character (batch, time, vocabulary_size) out.

    Parameters
    ----------
    batch : int, optional
        Number of streams; needed to carry the state.
    dropout, input_dropout : float
        Share of the values set to zero in training, after each LSTM layer and after the embedding.
    carry_state : bool
        For training: the layers keep their state from batch to batch, and their backward pass is the fast one.
    """
    layer = FastLSTM if carry_state else keras.layers.LSTM
    options = {"return_sequences": True, "stateful": carry_state}
    return keras.Sequential(
        [
            keras.Input(batch_shape=(batch, None), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, 64, name="embedding"),
            keras.layers.Dropout(input_dropout, name="dropout_0"),
            layer(256, **options, name="lstm_1"),
            keras.layers.Dropout(dropout, name="dropout_1"),
            layer(256, **options, name="lstm_2"),
            keras.layers.Dropout(dropout, name="dropout_2"),
            keras.layers.Dense(vocabulary_size, name="scores"),
        ]
    )


def alice_lecture(vocabulary_size: int, fast: bool = False) -> keras.Sequential:
    """The lecture's network: one-hot vectors (batch, time, vocabulary_size) in, probabilities of that shape out."""
    layer = FastLSTM if fast else keras.layers.LSTM
    return keras.Sequential(
        [
            keras.Input((None, vocabulary_size)),
            layer(256, return_sequences=True, name="lstm_1"),
            layer(256, return_sequences=True, name="lstm_2"),
            keras.layers.TimeDistributed(keras.layers.Dense(vocabulary_size, activation="softmax"), name="softmax"),
        ]
    )


def nietzsche(vocabulary_size: int, every_position: bool = False) -> keras.Sequential:
    """The other lecture's network on Nietzsche: one-hot vectors (batch, time, vocabulary_size) in.

    Probabilities of the character after the last one out, (batch, vocabulary_size); with `every_position` those after
    each one, (batch, time, vocabulary_size).
    """
    return keras.Sequential(
        [
            keras.Input((None, vocabulary_size)),
            keras.layers.LSTM(128, return_sequences=every_position, name="lstm"),
            keras.layers.Dense(vocabulary_size, activation="softmax", name="softmax"),
        ]
    )


def inventor(vocabulary_size: int) -> keras.Sequential:
    """A small model that invents words: ids (batch, time) in, scores (batch, time, vocabulary_size) out.

    Its embedding has no mask: padding stands at the end, where it comes after everything that counts.
    """
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, 32, name="embedding"),
            FastLSTM(128, return_sequences=True, name="lstm"),
            keras.layers.Dense(vocabulary_size, name="scores"),
        ]
    )


def train_alice(
    train, held_out, vocabulary_size: int, recipe: Recipe, resume: str | None = None, callbacks=()
) -> tuple[keras.Sequential, dict[str, list[float]], float]:
    """Train `alice` with truncated backpropagation through time, the state carried from batch to batch.

    Parameters
    ----------
    train, held_out : ndarray of int32
        The encoded text; the weights of the epoch with the best held-out loss are kept.
    resume : str, optional
        A name under which an interrupted training is found again; see `training.resumable`.

    Returns
    -------
    model, history, seconds
    """
    model = alice(vocabulary_size, recipe.batch, recipe.dropout, recipe.input_dropout, carry_state=True)
    batches = training.StreamBatches(train, recipe.batch, recipe.time, seed=7)
    evaluation = training.StreamBatches(held_out, recipe.batch, recipe.time)
    model.compile(
        training.optimizer(recipe.learning_rate, recipe.epochs * len(batches), recipe.weight_decay),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=True,
        steps_per_execution=16,
    )
    best = keras.callbacks.EarlyStopping("val_loss", patience=recipe.epochs, restore_best_weights=True)
    started = clock.perf_counter()
    history = model.fit(
        batches,
        validation_data=evaluation,
        epochs=recipe.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            training.CarryState(),
            training.EpochLines(),
            best,
            *callbacks,
            *([training.resumable(resume)] if resume else []),
        ],
    ).history
    return model, history, clock.perf_counter() - started


def held_out_loss(generator, story: str, context: int = 1000) -> float:
    """Return the loss on the last tenth of a text, in nats a symbol, read once with the state carried all the way.

    The network reads `context` symbols before it first, so that it does not begin with an empty memory.
    """
    held_out = split(story)[1]
    return float(generator.surprise(story[-len(held_out) - context :])[-len(held_out) :].mean())
