"""Networks that judge reviews: their sizes, how they are split, trained and judged, and the record of full mode."""

from __future__ import annotations

import time

import numpy as np
import pytest

from course_utils import data, grammar, measured, reviews
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, sentiment, training  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

# --- Figures of the lectures


@pytest.mark.parametrize(
    ("name", "count"),
    [("LSTM", 328_353), ("LSTM, dropout", 328_353), ("stacked LSTM", 344_993), ("bidirectional LSTM", 336_705)],
)
def test_parameters_are_those_of_the_lecture(name, count):
    model = sentiment.reader(*sentiment.NETWORKS[name]())
    assert model.count_params() == count
    assert model.get_layer("embedding").count_params() == 320_000


def test_convolution_and_lstm_have_the_lecture_s_sizes():
    model = sentiment.cnn_lstm(fast=False)
    assert [layer.output.shape[1:] for layer in model.layers if "drop" not in layer.name] == [
        (100, 128),
        (96, 64),
        (24, 64),
        (70,),
        (1,),
    ]


def test_the_shipped_lstm_reaches_the_88_6_percent_of_the_lecture():
    checkpoint = checkpoints.load("imdb_lstm")
    assert checkpoint.figures["test_accuracy"] >= 0.886
    assert checkpoint.model.count_params() == 328_353
    assert len(checkpoint.vocabulary) == 10_000


def test_the_shipped_convolution_and_lstm_reaches_the_85_0_percent_of_the_lecture():
    checkpoint = checkpoints.load("imdb_cnn_lstm")
    assert checkpoint.figures["test_accuracy"] >= 0.850
    assert len(checkpoint.vocabulary) == 20_000


def test_320_000_of_328_353_parameters_are_in_the_embedding_and_it_pays_to_keep_them():
    few = measured.read("sentiment")["few_labels"]
    pretrained, random = (np.mean(few["accuracy"][way][0]) for way in ("pretrained, frozen", "random, learned"))
    assert few["sizes"] == [100, 1_000, 10_000]
    assert pretrained > random + 0.1


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["imdb_lstm", "imdb_cnn_lstm"])
def test_a_checkpoint_reaches_what_its_card_says(name):
    checkpoint = checkpoints.load(name)
    size, length = {"imdb_lstm": (10_000, 500), "imdb_cnn_lstm": (20_000, 100)}[name]
    part = sentiment.split(data.load_imdb(), size, length).test.first(1_000)
    padding = "pre" if name == "imdb_cnn_lstm" else "post"
    answers = checkpoint.model.predict(reviews.padded(part.x, length, padding=padding), batch_size=100, verbose=0)
    right = ((answers[:, 0] > 0.5) == part.y).mean()
    # One thousand of 25,000 reviews: within four standard deviations.
    assert right == pytest.approx(checkpoint.figures["test_accuracy"], abs=0.04)


# --- The record of full mode


def test_the_record_holds_every_network_with_three_seeds():
    table = measured.read("sentiment")["networks"]
    assert table.keys() == {*sentiment.NETWORKS, "bag of words", "convolution, LSTM"}
    for name, row in table.items():
        assert len(row["test"]) == len(row["validation"]) == (1 if name == "bag of words" else 3)
        assert all(0.5 < value < 1 for value in row["test"] + row["validation"])
        assert row["seconds"] > 0
    for name, middle in sentiment.NETWORKS.items():
        assert table[name]["parameters"] == sentiment.reader(*middle()).count_params()
    assert table["convolution, LSTM"]["parameters"] == sentiment.cnn_lstm().count_params()
    assert np.mean(table["convolution, LSTM"]["test"]) >= 0.850


# --- Splitting, batches, training


def corpus(count=40):
    index = {word: rank for rank, word in enumerate("the film was good bad not but".split(), start=1)}
    rng = np.random.default_rng(0)
    x = [rng.integers(1, 8, size=length) for length in rng.integers(1, 30, size=count)]
    y = rng.integers(0, 2, size=count)
    return data.Reviews(x, y, x[:10], y[:10], index, "stand-in", "made up")


def test_the_last_tenth_is_for_validation_and_long_reviews_keep_their_end():
    given = corpus()
    parts = sentiment.split(given, size=9, length=12)
    assert [len(part.x) for part in parts] == [36, 4, 10]
    for ids, ranks in zip(parts.learn.x + parts.validation.x, given.x_train, strict=True):
        assert len(ids) == min(12, len(ranks) + 1)
        np.testing.assert_array_equal(ids, reviews.cut(reviews.ids_of_ranks(ranks, 9), 12))
        assert ids.max() < 9


def test_labels_other_than_0_and_1_are_refused():
    given = corpus()
    given.y_train[3] = 2
    with pytest.raises(ValueError, match="labels are 0, 1, 2"):
        sentiment.split(given, size=9)


@pytest.mark.parametrize("seed", [None, 0])
def test_every_review_is_in_one_batch_padded_at_its_end(seed):
    part = sentiment.split(corpus(), size=11).learn
    batches = training.BatchesByLength(part.x, part.y, 8, seed)
    for _ in range(2):
        given = [batches[number] for number in range(len(batches))]
        rows = [(ids[ids > 0].tolist(), label) for x, y in given for ids, label in zip(x, y, strict=True)]
        expected = [(ids.tolist(), label) for ids, label in zip(part.x, part.y, strict=True)]
        assert sorted(rows) == sorted(expected)
        assert sum(x.size for x, _ in given) == batches.steps
        batches.on_epoch_end()


def test_similar_lengths_share_a_batch_and_save_padding():
    rng = np.random.default_rng(0)
    x = [np.ones(length, int) for length in rng.integers(1, 300, size=200)]
    words = sum(map(len, x))
    in_order = training.BatchesByLength(x, np.zeros(200), 10)
    assert all(
        batch[0].shape[1] <= later[0].shape[1] for batch, later in zip(in_order, list(in_order)[1:], strict=False)
    )
    assert words <= in_order.steps < 1.1 * words
    shuffled = training.BatchesByLength(x, np.zeros(200), 10, seed=0)
    first = [shuffled[i][0].shape[1] for i in range(len(shuffled))]
    assert first != sorted(first)
    assert shuffled.steps < 1.25 * words
    shuffled.on_epoch_end()
    assert first != [shuffled[i][0].shape[1] for i in range(len(shuffled))]


@pytest.mark.parametrize("lengths", [[9, 9, 9, 9, 5, 9], [9, 9, 9, 9, 9, 9], [5, 5, 5, 5, 9, 9]], ids=str)
@pytest.mark.parametrize("seed", [None, 0])
def test_batches_of_any_lengths_can_be_trained_on_though_keras_looks_at_two_only(lengths, seed):
    x = [np.full(length, 5) for length in lengths]
    model = sentiment.reader(keras.layers.GlobalAveragePooling1D(), vocabulary=11)
    model.compile("adam", "binary_crossentropy")
    model.fit(training.BatchesByLength(x, np.ones(6), 2, seed), epochs=3, verbose=0)
    assert model.optimizer.iterations == 9


def test_a_share_of_the_words_is_replaced_and_no_padding():
    x = [np.full(50, 7), np.full(40, 7)]
    rows, _ = training.BatchesByLength(x, np.zeros(2), 2, seed=0, replace=(0.3, 2))[0]
    assert {*rows.ravel().tolist()} == {0, 2, 7}
    assert (rows == 0).sum() == 10
    assert 0.15 < (rows == 2).sum() / 90 < 0.45


@pytest.mark.parametrize(
    ("x", "y", "batch", "fragment"),
    [
        ([], [], 4, "0 sequences"),
        ([[1]], [0, 1], 4, "2 labels"),
        ([[1], []], [0, 1], 4, r"\[1\] are empty"),
        ([[1]], [0], 0, "batch = 0"),
    ],
)
def test_what_makes_no_batches_is_said(x, y, batch, fragment):
    with pytest.raises(ValueError, match=fragment):
        training.BatchesByLength(x, np.array(y), batch)


def test_seconds_of_an_epoch_leave_the_validation_out():
    seconds = sentiment.EpochSeconds()
    part = sentiment.split(corpus(), size=11).learn
    batches = training.BatchesByLength(part.x, part.y, 8, 0)
    model = sentiment.reader(keras.layers.GlobalAveragePooling1D(), vocabulary=11)
    model.compile("adam", "binary_crossentropy")

    class Slow(keras.callbacks.Callback):
        """A validation of at least 0.2 s for each of its five batches, and a clock over the whole epoch."""

        def on_epoch_begin(self, epoch, logs=None):
            self.began = time.perf_counter()

        def on_test_batch_end(self, batch, logs=None):
            time.sleep(0.2)

        def on_epoch_end(self, epoch, logs=None):
            self.whole = time.perf_counter() - self.began

    slow = Slow()
    model.fit(batches, validation_data=batches, epochs=2, verbose=0, callbacks=[seconds, slow])
    assert len(seconds.each) == 2
    assert 0 < seconds.each[1] <= slow.whole - len(batches) * 0.2


# --- Order decides in the invented reviews: what the lesson shows


def twins():
    invented = grammar.reviews(1500, seed=6)
    order = {word: rank for rank, word in enumerate(sorted({w for t, _ in invented for w in t.split()}), 1)}
    vocabulary = reviews.vocabulary_of(order, len(order) + 4)
    x = [reviews.encode(text, vocabulary) for text, _ in invented]
    y = np.array([label for _, label in invented])
    places = slice(0, 1100), slice(1100, 1300), slice(1300, 1500)
    return sentiment.Split(*(sentiment.Part(x[place], y[place]) for place in places)), len(vocabulary)


def test_a_bag_of_words_fails_where_order_decides_and_an_lstm_does_not():
    parts, size = twins()
    assert sentiment.judge_bag(parts, size).test < 0.6
    recipe = sentiment.Recipe(batch=32, epochs=5, learning_rate=0.01)
    assert sentiment.judge("mean of embeddings", parts, size, recipe, 0).test < 0.65
    assert sentiment.judge("LSTM", parts, size, recipe, 0).test > 0.95


def test_a_bag_holds_each_word_once_and_no_sign():
    part = sentiment.Part([np.array([1, 5, 9, 5, 2]), np.array([1, 4, 0])], np.array([0, 1]))
    expected = np.zeros((2, 12))
    expected[0, [5, 9]] = expected[1, 4] = 1
    np.testing.assert_array_equal(sentiment.bags(part, 12).toarray(), expected)


# --- Few labels


def test_a_frozen_table_stays_as_it_is_and_gives_the_width(monkeypatch):
    made = []
    reader = sentiment.reader
    monkeypatch.setattr(sentiment, "reader", lambda *a, **k: made.append(reader(*a, **k)) or made[-1])
    part = sentiment.split(corpus(), size=11).learn
    table = np.random.default_rng(0).normal(size=(11, 5)).astype(np.float32)
    recipe = sentiment.Recipe(8, 1, 0.01)
    for rows in (table, None):
        reached = sentiment.judge_with_table(rows, sentiment.Split(part, part, part), 11, recipe, seed=0)
        assert 0 <= reached <= 1
    np.testing.assert_array_equal(made[0].get_layer("embedding").get_weights()[0], table)
    assert made[1].get_layer("embedding").get_weights()[0].shape == (11, 32)
    assert made[1].get_layer("embedding").trainable


def test_words_without_a_vector_get_zeros():
    vectors = data.WordVectors(["good", "bad"], np.array([[1, 2], [3, 4]], np.float32), "stand-in", "")
    table, known = sentiment.table_of_vectors(["<PAD>", "bad", "odd", "good"], vectors)
    assert known == 2
    np.testing.assert_array_equal(table, [[0, 0], [3, 4], [0, 0], [1, 2]])


def test_the_fast_layer_is_in_the_networks_that_have_an_lstm():
    assert any(isinstance(layer, FastLSTM) for layer in sentiment.NETWORKS["LSTM"]())
