"""The networks of the lesson on sentiment, how each is trained and judged, and the record of what all of them reach.

A network reads the ids of a review (batch, time), see `course_utils.reviews`, and gives the probability of praise
(batch, 1).
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from . import data, training
from .fast_lstm import FastLSTM
from .reviews import SIGNS, check_reviews, cut, ids_of_ranks, padded

VOCABULARY, WIDTH, UNITS, LENGTH = 10_000, 32, 32, 500  # the lecture's sizes


class Part(NamedTuple):
    """Reviews as ids, without padding, and their labels: 1 for praise, 0 for the opposite."""

    x: list[np.ndarray]
    y: np.ndarray

    def first(self, count: int) -> Part:
        """Return the first `count` reviews, or all if there are fewer."""
        return Part(self.x[:count], self.y[:count])


class Split(NamedTuple):
    """What is learned from, what an epoch is chosen by, and what nothing is chosen by."""

    learn: Part
    validation: Part
    test: Part


class Recipe(NamedTuple):
    """How to train a network on reviews: reviews in a batch, epochs, the highest learning rate."""

    batch: int
    epochs: int
    learning_rate: float


class Judged(NamedTuple):
    """What a training gave: accuracies between 0 and 1, and the seconds that an epoch of training took."""

    validation: float
    test: float
    seconds: float


FULL_RECIPE = Recipe(batch=128, epochs=3, learning_rate=0.004)
CLASS_RECIPE = Recipe(batch=32, epochs=4, learning_rate=0.006)


def split(reviews: data.Reviews, size: int = VOCABULARY, length: int = LENGTH, keep: str = "end") -> Split:
    """Return reviews as ids: the last tenth of the training half is for validation.

    Parameters
    ----------
    size : int
        Of the vocabulary; rarer words become unknown.
    length : int
        Longer reviews are cut.
    keep : str
        "end" or "start": what remains of a long review.

    Raises
    ------
    ValueError, TypeError
        As `reviews.check_reviews`, if the reviews cannot be trained on.
    """
    parts = []
    for x, y in ((reviews.x_train, reviews.y_train), (reviews.x_test, reviews.y_test)):
        part = Part([cut(ids_of_ranks(ranks, size), length, keep) for ranks in x], np.asarray(y))
        check_reviews(part.x, part.y, size)
        parts.append(part)
    (x, y), test = parts
    place = int(0.9 * len(x))
    return Split(Part(x[:place], y[:place]), Part(x[place:], y[place:]), test)


def reader(*middle: keras.Layer, vocabulary: int = VOCABULARY, width: int = WIDTH) -> keras.Sequential:
    """Return a network: an embedding with a mask, the layers in the middle, one unit for the probability of praise."""
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(vocabulary, width, mask_zero=True, name="embedding"),
            *middle,
            layers.Dense(1, activation="sigmoid", name="praise"),
        ]
    )


NETWORKS: dict[str, Callable[[], list[keras.Layer]]] = {
    "mean of embeddings": lambda: [layers.GlobalAveragePooling1D()],
    "SimpleRNN": lambda: [layers.SimpleRNN(UNITS)],
    "LSTM": lambda: [FastLSTM(UNITS)],
    "LSTM, dropout": lambda: [FastLSTM(UNITS, dropout=0.2)],
    "stacked LSTM": lambda: [
        FastLSTM(UNITS, dropout=0.2, return_sequences=True),
        FastLSTM(UNITS, dropout=0.2, return_sequences=True),
        FastLSTM(UNITS, dropout=0.2),
    ],
    "bidirectional LSTM": lambda: [layers.Bidirectional(FastLSTM(UNITS, dropout=0.2))],
    "GRU": lambda: [layers.GRU(UNITS)],
}
"""What stands between embedding and decision, for each network of the table."""


def cnn_lstm(vocabulary: int = 20_000, length: int = 100, fast: bool = True) -> keras.Sequential:
    """Return the lecture's convolution before an LSTM, for rows of exactly `length` ids.

    A convolution knows no mask, so shorter reviews have to be padded at the front; see `front_padded`.
    """
    return keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            layers.Embedding(vocabulary, 128, name="embedding"),
            layers.Dropout(0.25, name="dropout"),
            layers.Conv1D(64, 5, activation="relu", name="convolution"),
            layers.MaxPooling1D(4, name="pooling"),
            (FastLSTM if fast else layers.LSTM)(70, name="lstm"),
            layers.Dense(1, activation="sigmoid", name="praise"),
        ]
    )


def front_padded(part: Part, length: int = 100) -> np.ndarray:
    """Return the last `length` ids of each review, short ones filled up at the front: ``pad_sequences`` as it is."""
    return padded(part.x, length, padding="pre")


class EpochSeconds(keras.callbacks.Callback):
    """Measure what each epoch of training takes, in seconds, without the validation after it."""

    def on_train_begin(self, logs=None):
        self.each: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self._began = clock.perf_counter()

    def on_test_begin(self, logs=None):
        self._test_began = clock.perf_counter()

    def on_test_end(self, logs=None):
        self._began += clock.perf_counter() - self._test_began

    def on_epoch_end(self, epoch, logs=None):
        self.each.append(clock.perf_counter() - self._began)


def _compile(model: keras.Model, recipe: Recipe, batches: int) -> None:
    optimizer = training.optimizer(recipe.learning_rate, recipe.epochs * batches)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])


def train(
    model: keras.Model, learn: Any, validation: Any, recipe: Recipe, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> float:
    """Train a network, keep the weights of its best epoch by validation loss, and return the seconds of an epoch.

    Parameters
    ----------
    learn, validation
        `training.BatchesByLength`, or another PyDataset.
    """
    _compile(model, recipe, len(learn))
    best = keras.callbacks.EarlyStopping("val_loss", patience=recipe.epochs, restore_best_weights=True)
    seconds = EpochSeconds()
    model.fit(learn, validation_data=validation, epochs=recipe.epochs, verbose=0, callbacks=[seconds, best, *callbacks])
    return float(np.median(seconds.each))


def accuracy(model: keras.Model, part: Part, batch: int = 256) -> float:
    """Return the share of reviews that a network judges rightly, between 0 and 1; `model` has to be compiled."""
    batches = training.BatchesByLength(part.x, part.y, batch)
    return float(model.evaluate(batches, verbose=0, return_dict=True)["accuracy"])


def judge(name: str, parts: Split, vocabulary: int, recipe: Recipe, seed: int) -> Judged:
    """Train one network of `NETWORKS` from one seed and return what it reaches."""
    keras.utils.set_random_seed(seed)
    model = reader(*NETWORKS[name](), vocabulary=vocabulary)
    learn = training.BatchesByLength(*parts.learn, recipe.batch, seed)
    seconds = train(model, learn, training.BatchesByLength(*parts.validation, 256), recipe)
    return Judged(accuracy(model, parts.validation), accuracy(model, parts.test), seconds)


def bags(part: Part, size: int) -> Any:
    """Return bags of words, a sparse matrix (reviews, size): 1 where a word occurs in a review, in whatever place."""
    from scipy.sparse import csr_matrix

    words = [np.unique(ids[ids >= len(SIGNS)]) for ids in part.x]
    starts = np.cumsum([0, *map(len, words)])
    return csr_matrix((np.ones(starts[-1], np.float32), np.concatenate(words), starts), (len(words), size))


def judge_bag(parts: Split, size: int) -> Judged:
    """Fit a logistic regression on bags of words; its strength of regularisation is chosen by validation."""
    from sklearn.linear_model import LogisticRegression

    learn, validation, test = (bags(part, size) for part in parts)
    fits = []
    for inverse_strength in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        began = clock.perf_counter()
        fitted = LogisticRegression(C=inverse_strength, max_iter=1000).fit(learn, parts.learn.y)
        seconds = clock.perf_counter() - began
        fits.append((fitted.score(validation, parts.validation.y), fitted, seconds))
    score, fitted, seconds = max(fits, key=lambda fit: fit[0])
    return Judged(float(score), float(fitted.score(test, parts.test.y)), seconds)


def judge_with_table(
    table: np.ndarray | None, parts: Split, vocabulary: int, recipe: Recipe, seed: int, width: int = WIDTH
) -> float:
    """Train an LSTM on few reviews and return its accuracy on the test part.

    Parameters
    ----------
    table : ndarray, (vocabulary, width), or None
        The rows of the embedding, which then stay as they are (frozen). None: random rows, which are learned too.
    """
    keras.utils.set_random_seed(seed)
    model = reader(FastLSTM(UNITS), vocabulary=vocabulary, width=width if table is None else table.shape[1])
    if table is not None:
        embedding = model.get_layer("embedding")
        embedding.set_weights([table])
        embedding.trainable = False
    learn = training.BatchesByLength(*parts.learn, recipe.batch, seed)
    _compile(model, recipe, len(learn))
    model.fit(learn, epochs=recipe.epochs, verbose=0)
    return accuracy(model, parts.test)


def table_of_vectors(words: Sequence[str], vectors: data.WordVectors) -> tuple[np.ndarray, int]:
    """Return ready-made vectors as rows of an embedding (words, dimensions), and how many words were found.

    Words without a vector get a row of zeros.
    """
    place = {word: number for number, word in enumerate(vectors.words)}
    table = np.zeros((len(words), vectors.vectors.shape[1]), np.float32)
    known = [(id, place[word]) for id, word in enumerate(words) if word in place]
    if known:
        ids, places = map(list, zip(*known, strict=True))
        table[ids] = vectors.vectors[places]
    return table, len(known)
