"""Lesson 06 against the package, and the lecture's figures on reviews, by name."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data, measured, reading, reviews
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, sentiment  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

from .lesson_code import assigned, defined  # noqa: E402

LESSON = "06_sentiment"
TRICK = "".join(f"{number}. movie was great" for number in range(100))


@pytest.fixture(scope="module")
def reader():
    return defined(LESSON, "reader", keras=keras)


@pytest.fixture(scope="module")
def middles():
    return assigned(LESSON, "middles", keras=keras, FastLSTM=FastLSTM, dropping=assigned(LESSON, "dropping"))


def test_the_networks_of_the_lesson_are_those_of_the_table(reader, middles):
    assert middles.keys() == sentiment.NETWORKS.keys()
    for name, middle in middles.items():
        shapes = [
            [(type(layer), [tuple(weight.shape) for weight in layer.weights]) for layer in model.layers]
            for model in (reader(*middle()), sentiment.reader(*sentiment.NETWORKS[name]()))
        ]
        assert shapes[0] == shapes[1], name


def test_328_353_parameters_and_with_dropout_344_993_stacked_and_336_705_in_both_directions(reader, middles):
    counts = {name: reader(*middle()).count_params() for name, middle in middles.items()}
    assert counts["LSTM"] == counts["LSTM, dropout"] == 328_353
    assert counts["stacked LSTM"] == 344_993
    assert counts["bidirectional LSTM"] == 336_705


def test_the_convolution_of_the_lesson_is_that_of_the_package():
    lesson = assigned(LESSON, "convolution", keras=keras)
    model = sentiment.cnn_lstm(fast=False)
    assert [layer.output.shape for layer in lesson.layers] == [layer.output.shape for layer in model.layers]
    assert lesson.count_params() == model.count_params() == 2_560_000 + 41_024 + 37_800 + 71


def test_the_trick_review_has_301_words_and_great_stands_in_it_once_however_it_is_cut():
    vocabulary = checkpoints.load("imdb_cnn_lstm").vocabulary
    assert len(TRICK.split()) == 301
    ids = reviews.encode(TRICK, vocabulary)
    great = vocabulary.encode(["great"])[0]
    assert (ids == great).sum() == 1
    kept = reviews.cut(ids, 100)
    # What the lecture prints: UNK, movie, was, a hundred ids in all, and great as the last.
    np.testing.assert_array_equal(kept, [reviews.UNKNOWN, 20, 16] * 33 + [great])
    apart = " ".join(f"{number}. movie was great" for number in range(100))
    assert (reviews.cut(reviews.encode(apart, vocabulary), 100) == great).sum() == 25


def test_the_id_that_the_lecture_s_comparison_lets_through_has_no_row():
    """The lecture keeps ids up to and with 20,000; the embedding of 20,000 rows ends with 19,999."""
    embedding = keras.layers.Embedding(20_000, 2)
    assert np.asarray(embedding(np.array([19_999]))).shape == (1, 2)
    with pytest.raises(Exception, match="20000"):
        np.asarray(embedding(np.array([20_000])))


def test_a_review_in_another_language_is_answered_with_a_warning():
    checkpoint = checkpoints.load("imdb_lstm")
    answer = reading.predict_review(checkpoint.model, checkpoint.vocabulary, "Ein wunderbarer Film, sehr lustig", 500)
    assert answer.warning
    plain = reading.predict_review(checkpoint.model, checkpoint.vocabulary, "A wonderful, funny and moving film", 500)
    assert not plain.warning
    assert plain.probability > 0.8


def test_of_the_lstm_s_verdicts_the_word_by_word_ones_end_at_the_same_number():
    checkpoint = checkpoints.load("imdb_lstm")
    text = "I expected a dull film and for an hour it was boring but the ending is wonderful"
    answer = reading.predict_review(checkpoint.model, checkpoint.vocabulary, text, 500)
    opinion = reading.read_word_by_word(checkpoint.model, answer.ids)
    assert opinion[-1] == pytest.approx(answer.probability, abs=1e-5)
    assert np.ptp(opinion) > 0.2  # it changes its mind on the way


@pytest.mark.real_data
def test_glove_s_vectors_are_loaded_and_compared_frozen():
    imdb = data.load_imdb()
    vocabulary = reviews.vocabulary_of(imdb.word_index, sentiment.VOCABULARY)
    table, known = sentiment.table_of_vectors(vocabulary.symbols, data.load_glove())
    assert table.shape == (10_000, 50)
    assert known == measured.read("sentiment")["few_labels"]["words_with_a_vector"]
    assert "GloVe, frozen" in measured.read("sentiment")["few_labels"]["accuracy"]
