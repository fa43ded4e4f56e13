"""What is said of a review is what the model says; word by word it is what the model would say of each beginning."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

from course_utils.fast_lstm import FastLSTM  # noqa: E402
from course_utils.reading import predict_review, read_word_by_word  # noqa: E402
from course_utils.reviews import START, UNKNOWN, encode, padded, vocabulary_of  # noqa: E402

WORDS = ["the", "film", "was", "not", "good", "don't", "bad"]
VOCABULARY = vocabulary_of({word: rank for rank, word in enumerate(WORDS, 1)}, 11)
TEXT = "The film was not good, the film was curious!"


def sequential(*between, lstm=layers.LSTM, mask=True, units=1, activation="sigmoid", steps=None, rows=11, **options):
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((steps,), dtype="int32"),
            layers.Embedding(rows, 6, mask_zero=mask, embeddings_initializer=keras.initializers.RandomNormal(stddev=2)),
            *between,
            lstm(5, **options),
            layers.Dense(units, activation=activation),
        ]
    )


@pytest.fixture(scope="module")
def model():
    return sequential(layers.SpatialDropout1D(0.3), dropout=0.4)


# --- A whole review


def test_a_reading_holds_the_words_as_they_were_read(model):
    reading = predict_review(model, VOCABULARY, TEXT, 20)
    assert reading.words == ["<START>", *"the film was not good the film was curious".split()]
    assert reading.ids.tolist() == [1, 4, 5, 6, 7, 8, 4, 5, 6, 2]
    assert reading.unknown.tolist() == [False] * 9 + [True]
    assert reading.cut_words == 0
    assert reading.unknown_share == pytest.approx(1 / 9)
    assert reading.probability == pytest.approx(float(model(reading.ids[None])[0, 0]), abs=1e-6)


def test_padding_at_the_end_with_a_mask_changes_nothing(model):
    reading = predict_review(model, VOCABULARY, TEXT, 20)
    assert reading.probability == pytest.approx(float(model(padded([reading.ids], 20))[0, 0]), abs=1e-6)


@pytest.mark.parametrize(
    ("length", "keep", "words", "cut_words"),
    [
        (9, "end", "the film was not good the film was curious", 0),
        (3, "end", "film was curious", 6),
        (1, "end", "curious", 8),
        (3, "start", "<START> the film", 7),
        (1, "start", "<START>", 9),
        (10, "start", "<START> the film was not good the film was curious", 0),
    ],
)
def test_of_a_long_review_the_end_that_was_asked_for_is_read(model, length, keep, words, cut_words):
    reading = predict_review(model, VOCABULARY, TEXT, length, keep)
    assert reading.words == words.split()
    assert len(reading.ids) == len(reading.unknown) == len(reading.words)
    assert reading.cut_words == cut_words
    assert reading.probability == pytest.approx(float(model(reading.ids[None])[0, 0]), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "share", "warned"),
    [
        ("the film was good", 0, False),
        ("the film was so very", 0.4, False),
        ("the film so very", 0.5, True),
        ("Das war wirklich gut", 1, True),
        ("정말 좋은 영화", 1, True),
    ],
)
def test_many_unknown_words_are_warned_of(model, text, share, warned):
    reading = predict_review(model, VOCABULARY, text, 20)
    assert reading.unknown_share == pytest.approx(share)
    assert bool(reading.warning) == warned
    assert not warned or f"{share:.0%}" in reading.warning


def test_a_model_of_fixed_length_gets_a_padded_row():
    fixed = keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(11, 4),
            layers.Conv1D(3, 5),
            layers.MaxPooling1D(4),
            layers.LSTM(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    reading = predict_review(fixed, VOCABULARY, "good", 20)
    assert reading.ids.tolist() == [START, 8]
    assert reading.probability == pytest.approx(float(fixed(padded([[START, 8]], 20))[0, 0]), abs=1e-6)
    front = predict_review(fixed, VOCABULARY, "good", 20, padding="pre")
    assert front.probability == pytest.approx(float(fixed(padded([[START, 8]], 20, padding="pre"))[0, 0]), abs=1e-6)
    assert front.probability != pytest.approx(reading.probability, abs=1e-6)
    with pytest.raises(ValueError, match="length=20"):
        predict_review(fixed, VOCABULARY, "good " * 40, 30)


def test_a_model_that_was_never_called_can_be_asked():
    unbuilt = keras.Sequential([layers.Embedding(11, 3), layers.LSTM(2), layers.Dense(1, activation="sigmoid")])
    assert 0 < predict_review(unbuilt, VOCABULARY, TEXT, 20).probability < 1


@pytest.mark.parametrize(
    ("wrong", "text", "options", "error", "fragment"),
    [
        ({}, "...", {}, ValueError, "no word"),
        ({}, None, {}, TypeError, "NoneType"),
        ({}, TEXT, {"length": 0}, ValueError, "length is 0"),
        ({}, TEXT, {"keep": "front"}, ValueError, "'front'"),
        ({"rows": 10}, TEXT, {}, ValueError, "11 symbols.*10 rows"),
        ({"units": 2}, TEXT, {}, ValueError, r"\(1, 2\)"),
        ({"return_sequences": True}, TEXT, {}, ValueError, r"\(1, 10, 1\)"),
        ({"activation": lambda x: x + 7}, TEXT, {}, ValueError, "sigmoid"),
    ],
)
def test_what_cannot_be_predicted_is_refused(wrong, text, options, error, fragment):
    with pytest.raises(error, match=fragment):
        predict_review(sequential(**wrong), VOCABULARY, text, **{"length": 20, **options})


# --- Word by word


@pytest.mark.parametrize(
    "build",
    [
        lambda: sequential(),
        lambda: sequential(mask=False),
        lambda: sequential(lstm=FastLSTM),
        lambda: sequential(layers.Dropout(0.5), layers.SpatialDropout1D(0.5), dropout=0.5, recurrent_dropout=0.5),
        lambda: sequential(use_bias=False),
    ],
)
def test_after_each_word_it_is_the_prediction_of_what_was_read_so_far(build):
    built = build()
    ids = np.array([1, 4, 5, 0, 2, 7, 8, 10, 0, 0])
    read = read_word_by_word(built, ids)
    assert read.shape == (10,)
    for step, probability in enumerate(read, 1):
        assert probability == pytest.approx(float(built(ids[None, :step])[0, 0]), abs=1e-5)
    assert np.ptp(read) > 0.05, "the words matter"


def test_a_dense_layer_without_bias_and_ids_as_a_list():
    keras.utils.set_random_seed(3)
    built = keras.Sequential(
        [layers.Embedding(11, 3), layers.LSTM(2), layers.Dropout(0.5), layers.Dense(1, "sigmoid", use_bias=False)]
    )
    reading = predict_review(built, VOCABULARY, TEXT, 20)
    assert read_word_by_word(built, list(reading.ids))[-1] == pytest.approx(reading.probability, abs=1e-5)


@pytest.mark.parametrize(
    ("build", "fragment"),
    [
        (lambda: sequential(lstm=layers.GRU), "GRU"),
        (lambda: sequential(lstm=lambda units: layers.Bidirectional(layers.LSTM(units))), "Bidirectional"),
        (lambda: sequential(layers.LSTM(4, return_sequences=True)), "LSTM, LSTM"),
        (lambda: sequential(layers.Conv1D(4, 2), mask=False), "Conv1D"),
        (lambda: sequential(units=2), "Dense"),
        (lambda: sequential(activation="tanh"), "sigmoid"),
        (lambda: sequential(return_sequences=True), "return_sequences"),
        (lambda: sequential(go_backwards=True), "go_backwards"),
        (lambda: keras.Model(*[keras.Input((3,))] * 2), "Sequential"),
        (lambda: "model", "str"),
    ],
)
def test_other_networks_cannot_be_read_word_by_word(build, fragment):
    with pytest.raises(ValueError, match=fragment):
        read_word_by_word(build(), [1, 4])


@pytest.mark.parametrize(
    ("ids", "error", "fragment"),
    [
        ([], ValueError, "no id"),
        ([1, 11], ValueError, "holds 11, expected 0 to 10"),
        ([[1, 4]], ValueError, "shape"),
        ([1.0, 4.0], TypeError, "float64"),
        ("good film", TypeError, "str"),
    ],
)
def test_ids_that_cannot_be_read_are_refused(model, ids, error, fragment):
    with pytest.raises(error, match=fragment):
        read_word_by_word(model, ids)


def test_unknown_words_are_read_as_unknown(model):
    one, other = (encode(f"the film was {word}", VOCABULARY) for word in ("curious", "영화"))
    assert one[-1] == UNKNOWN
    np.testing.assert_array_equal(read_word_by_word(model, one), read_word_by_word(model, other))
