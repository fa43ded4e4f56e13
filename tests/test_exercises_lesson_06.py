"""The exercises of lesson 06 beyond what is proved of every exercise: against Keras, all ways to cut, odd answers."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from course_utils import data
from course_utils.exercises import lesson_06 as exercises
from course_utils.exercises.framework import ERROR, RIGHT, WRONG
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras.layers import LSTM, Embedding  # noqa: E402


def test_decoding_gives_the_words_of_the_reviews():
    reviews = data.load_imdb()
    for ranks in reviews.x_train[:20]:
        ids = np.pad(ranks + 3, (1, 4), constant_values=(1, 0))
        ids[-4:] = 0
        expected = "<START> " + data.decode_review(ranks, reviews.word_index)
        assert exercises.decode(ids, reviews.word_index) == expected


def test_no_id_of_a_repaired_review_is_without_a_row():
    words = {word: number for number, word in enumerate("abcdefgh", start=4)}
    word_to_id = {"<PAD>": 0, "<START>": 1, "<UNK>": 2, "<UNUSED>": 3, **words}
    for max_features in range(5, 13):
        ids = exercises.review_ids(list("abcdefghz"), word_to_id, max_features)
        assert ids == [1, *(id_ if id_ < max_features else 2 for id_ in range(4, 12)), 2]


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda tokens, word_to_id, max_features: [word_to_id[token] for token in tokens], "<START>"),
        (lambda tokens, word_to_id, max_features: " ".join(tokens), "has shape ()"),
        (lambda tokens, word_to_id, max_features: ["<START>", *tokens], "expected one integer"),
        (lambda tokens, word_to_id, max_features: [0] * (len(tokens) + 1), "<START> comes first"),
        (lambda tokens, word_to_id, max_features: [1] + [4] * len(tokens), "the id of 'this' is 4"),
    ],
)
def test_what_else_can_be_wrong_with_ids_is_said(answer, fragment):
    found = exercises.repair.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message


# --- Batches by length


def test_no_other_batches_of_equal_size_need_less_padding():
    rng = np.random.default_rng(0)
    for batch in (2, 3):
        for _ in range(5):
            lengths = rng.integers(1, 9, size=6)
            ways = (np.reshape(order, (-1, batch)) for order in permutations(range(6)))
            least = min(int((lengths[way].max(axis=1) * batch).sum() - lengths.sum()) for way in ways)
            assert exercises._padded_steps(lengths, exercises.batches_by_length(lengths, batch)) == least


@pytest.mark.parametrize(
    "answer",
    [
        lambda lengths, batch: [rows.tolist() for rows in exercises.batches_by_length(lengths, batch)],
        lambda lengths, batch: exercises.batches_by_length(-lengths, batch),
        lambda lengths, batch: tuple(np.array_split(np.argsort(lengths), -(-len(lengths) // batch))),
        lambda lengths, batch: exercises.batches_by_length(lengths, batch)[::-1],
    ],
    ids=["lists", "longest first", "pieces of like size", "last batch first"],
)
def test_all_ways_to_cut_sorted_reviews_are_right(answer):
    assert exercises.batches.examine(answer).outcome == RIGHT


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda lengths, batch: [*exercises.batches_by_length(lengths, batch), [0]], "once"),
        (lambda lengths, batch: [np.argsort(lengths)], "one batch holds 12"),
        (lambda lengths, batch: [rows + 1 for rows in exercises.batches_by_length(lengths, batch)], "no batch: [0]"),
        (lambda lengths, batch: [*exercises.batches_by_length(lengths, batch), []], "at least one"),
        (lambda lengths, batch: np.argsort(lengths), "Expected a list"),
        (lambda lengths, batch: np.argsort(lengths).tolist(), "one axis"),
        (lambda lengths, batch: [rows / 1 for rows in exercises.batches_by_length(lengths, batch)], "the numbers of"),
        (lambda lengths, batch: [], "in no batch"),
    ],
)
def test_what_else_can_be_wrong_with_batches_is_said(answer, fragment):
    found = exercises.batches.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message


# --- The state after the last word


def test_the_state_after_the_last_word_is_what_a_mask_gives():
    keras.utils.set_random_seed(0)
    ids = np.array([[5, 3, 0, 0, 0], [7, 2, 9, 4, 6], [8, 0, 0, 0, 0]])
    embedding, loop = Embedding(10, 4), LSTM(3, return_sequences=True)
    vectors = embedding(ids)
    hidden = np.asarray(loop(vectors))
    masked = np.asarray(loop(vectors, mask=ids != 0))[:, -1]
    np.testing.assert_allclose(exercises.last_states(hidden, ids), masked, atol=1e-6)
    assert not np.allclose(hidden[:, -1], masked, atol=1e-3)


@pytest.mark.parametrize(
    ("answer", "outcome", "fragment"),
    [
        (lambda hidden, ids: hidden[:, (ids != 0).sum(axis=1).max() - 1], WRONG, "at its own step"),
        (lambda hidden, ids: np.array([h[i != 0].mean(0) for h, i in zip(hidden, ids, strict=True)]), WRONG, "means"),
        (lambda hidden, ids: hidden[np.arange(len(ids)), (ids == 0).argmax(axis=1)], WRONG, "one step late"),
        (lambda hidden, ids: hidden[np.arange(len(ids)), (ids == 0).argmax(axis=1) - 1], RIGHT, "mask"),
        (lambda hidden, ids: hidden[range(len(ids)), (ids != 0).sum(axis=1) / 1], ERROR, "IndexError"),
    ],
)
def test_other_answers_meet_what_they_should(answer, outcome, fragment):
    found = exercises.last_real.examine(answer)
    assert found.outcome == outcome
    assert fragment in found.message
