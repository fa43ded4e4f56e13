"""What lesson 05 claims: the tokenizer and embedding of the lecture, what Keras cuts, why padding needs a mask."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from course_utils import settings
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils.exercises import lesson_05 as exercises  # noqa: E402

from .lesson_code import assigned, defined  # noqa: E402

LESSON = "05_tokenizers_and_embeddings"
SOURCE = (settings.repository() / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
LECTURE = ["You are the Best", "You are the Nice"]
INDEX = {"<OOV>": 1, "you": 2, "are": 3, "the": 4, "best": 5, "nice": 6}

words = defined(LESSON, "words", re=re)
Tokenizer = defined(LESSON, "Tokenizer", Counter=Counter, words=words)
padded = defined(LESSON, "padded", np=np)


# --- The lecture's tokenizer


@pytest.fixture
def lecture():
    return Tokenizer(LECTURE)


def test_the_lesson_tokenizes_the_sentences_of_the_lecture():
    assert assigned(LESSON, "sentences") == LECTURE
    assert assigned(LESSON, "text") == "This book is for deep learning learners"


def test_the_tokenizer_is_shorter_than_40_lines():
    cell = next(cell for cell in SOURCE.split("# %%") if "class Tokenizer" in cell)
    assert len([line for line in cell.splitlines() if line.strip()]) < 40


def test_the_word_index_is_that_of_the_lecture_and_total_words_is_7(lecture):
    assert lecture.word_index == INDEX
    assert list(lecture.word_index) == list(INDEX)
    assert len(lecture.word_index) + 1 == len(lecture.tokens) == 7


def test_the_sequences_are_2_3_4_5_and_2_3_4_6_and_the_unseen_text_2_3_4_1(lecture):
    assert [lecture.encode(sentence) for sentence in LECTURE] == [[2, 3, 4, 5], [2, 3, 4, 6]]
    assert [lecture.encode("You are the One")] == [[2, 3, 4, 1]]
    assert lecture.decode([2, 3, 4, 1, 0, 0]) == ["you", "are", "the", "<OOV>"]


def test_one_hot_has_the_shape_2_4_7(lecture):
    one_hot = keras.utils.to_categorical([lecture.encode(sentence) for sentence in LECTURE], 7)
    assert one_hot.shape == (2, 4, 7)
    assert one_hot.argmax(axis=2).tolist() == [[2, 3, 4, 5], [2, 3, 4, 6]]
    assert one_hot.max(axis=1).tolist() == [[0, 0, 1, 1, 1, 1, 0], [0, 0, 1, 1, 1, 0, 1]]


def test_padding_changes_nothing_in_the_lectures_sequences(lecture):
    sequences = [lecture.encode(sentence) for sentence in LECTURE]
    for padding in ("pre", "post"):
        assert padded(sequences, 4, padding).tolist() == sequences


def test_the_tokenizer_agrees_with_the_legacy_class(lecture):
    from keras.src.legacy.preprocessing.text import Tokenizer as Legacy

    texts = [*LECTURE, "The cat sat on the mat, and the dog sat.", "Nice: a dog! A cat?"]
    legacy = Legacy(num_words=100, oov_token="<OOV>")
    legacy.fit_on_texts(texts)
    mine = Tokenizer(texts)
    assert mine.word_index == legacy.word_index
    assert [mine.encode(text) for text in texts] == legacy.texts_to_sequences(texts)
    few = Legacy(num_words=5, oov_token="<OOV>")
    few.fit_on_texts(texts)
    assert [Tokenizer(texts, size=5).encode(text) for text in texts] == few.texts_to_sequences(texts)


def test_the_four_words_of_the_lecture_as_one_hot_rows_and_as_unique_numbers():
    four, index = assigned(LESSON, "four"), assigned(LESSON, "index")
    sentence = "come sit down".split()
    rows = np.eye(4, dtype=int)[[four.index(word) for word in sentence]]
    assert rows.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert [index[word] for word in sentence] == [2, 4, 3]


@pytest.mark.parametrize("texts", [[], [""], ["!?"]])
def test_an_empty_corpus_is_refused(texts):
    with pytest.raises(ValueError, match="0 tokens"):
        Tokenizer(texts)


@pytest.mark.parametrize("size", [0, 2, -1])
def test_a_vocabulary_without_a_word_is_refused(size):
    with pytest.raises(ValueError, match=f"size {size}"):
        Tokenizer(LECTURE, size=size)


def test_one_text_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="expected a list of texts"):
        Tokenizer("You are the Best")


# --- Keras's tools


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_the_lessons_padding_is_that_of_keras(padding, truncating):
    ragged = [[2, 3, 4, 5], [2, 3], [7, 6, 5, 4, 3, 2], []]
    for length in (1, 3, 4, 9):
        expected = keras.utils.pad_sequences(ragged, length, padding=padding, truncating=truncating)
        assert np.array_equal(padded(ragged, length, padding, truncating), expected)


def test_pad_sequences_keeps_the_last_words_and_text_vectorization_the_first():
    assert keras.utils.pad_sequences([[2, 3, 4, 5]], 2).tolist() == [[4, 5]]
    assert keras.utils.pad_sequences([[2]], 2).tolist() == [[0, 2]]
    layer = keras.layers.TextVectorization(output_sequence_length=2, vocabulary=["a", "b", "c"])
    assert np.asarray(layer(["a b c", "a"])).tolist() == [[2, 3], [2, 0]]


def test_text_vectorization_with_our_vocabulary_gives_our_ids_and_glues_words(lecture):
    layer = keras.layers.TextVectorization(vocabulary=lecture.tokens[2:])
    assert np.asarray(layer([*LECTURE, "You are the One"])).tolist() == [[2, 3, 4, 5], [2, 3, 4, 6], [2, 3, 4, 1]]
    assert np.asarray(layer(["the best!Nice"])).tolist() == [[4, 1]]
    assert lecture.encode("the best!Nice") == [4, 5, 6]


def test_a_model_refuses_a_list_of_texts_and_takes_ids(lecture):
    layer = keras.layers.TextVectorization(vocabulary=lecture.tokens[2:])
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(7, 2)])
    with pytest.raises(ValueError, match="data type"):
        model.predict(["You are"], verbose=0)
    assert model.predict(np.asarray(layer(["You are"])), verbose=0).shape == (1, 2, 2)


def test_the_legacy_class_is_where_the_lesson_says():
    with pytest.raises(ModuleNotFoundError):
        import keras.preprocessing.text  # noqa: F401


# --- Embeddings


def test_this_is_a_small_vector_takes_a_5_by_10_slice_of_a_30_by_10_table():
    ids = np.array([7, 0, 6, 1, 28])
    assert "ids = np.array([7, 0, 6, 1, 28])" in SOURCE
    layer = keras.layers.Embedding(30, 10)
    found = np.asarray(layer(ids))
    table = layer.get_weights()[0]
    assert table.shape == (30, 10)
    assert found.shape == (5, 10)
    assert layer.count_params() == 300
    np.testing.assert_allclose(found, table[ids], atol=1e-6)
    np.testing.assert_allclose(np.eye(30)[ids] @ table, found, atol=1e-6)


def test_neighbours_are_those_of_the_largest_cosine_without_the_word_itself():
    neighbours = defined(LESSON, "neighbours", np=np)
    table = np.array([[1, 0], [10, 1], [0, 1], [0.1, 0.05], [-1, 0]])
    assert neighbours("a", list("abcde"), table, 3) == ["b", "d", "c"]


# --- What goes wrong


@pytest.fixture(scope="module")
def judgements():
    judged, rng, found = defined(LESSON, "judged", np=np), np.random.default_rng(5), {}
    while len(found) < 1500:
        sentence, label = judged(rng)
        found[sentence] = label
    return found


def test_not_turns_the_judgement(judgements):
    for sentence, label in judgements.items():
        praised = any(word in sentence.split() for word in ("good", "fine", "great", "lovely"))
        assert label == (praised != ("not" in sentence.split()))
    assert 0.45 < np.mean(list(judgements.values())) < 0.55
    assert max(len(words(sentence)) for sentence in judgements) < 30


@pytest.mark.timeout(120)
def test_padding_behind_does_not_learn_without_a_mask_and_learns_with_one(judgements):
    critic = Tokenizer(judgements)
    rows, labels = [critic.encode(text) for text in judgements], np.array([*judgements.values()])
    names = {"np": np, "keras": keras, "padded": padded, "rows": rows, "critic": critic, "labels": labels}
    accuracy = defined(LESSON, "accuracy", **names)
    assert accuracy("post", False, 0) < 0.6
    assert accuracy("post", True, 0) > 0.9


def test_an_untrained_lstm_forgets_a_sentence_during_unmasked_padding_only():
    keras.utils.set_random_seed(5)
    x = padded([[2, 3, 4], [2, 3, 5]], 29)
    for mask_zero in (False, True):
        hidden = keras.layers.LSTM(16, return_sequences=True)(keras.layers.Embedding(9, 16, mask_zero=mask_zero)(x))
        distance = np.linalg.norm(np.asarray(hidden[0] - hidden[1]), axis=1)
        assert (distance[-1] < distance[2] / 50) != mask_zero
        assert not mask_zero or np.isclose(distance[-1], distance[2])


# --- Exercises


def test_the_rows_of_exercise_1_are_those_of_the_lessons_tokenizer_and_of_keras():
    tokenizer = Tokenizer(["The cat sat on the mat", "The dog sat"])
    ids = tokenizer.encode("The mat sat up")
    a = padded([ids], 6)[0].tolist()
    b = keras.utils.pad_sequences([ids], 3)[0].tolist()
    layer = keras.layers.TextVectorization(output_sequence_length=3, vocabulary=tokenizer.tokens[2:])
    c = np.asarray(layer(["The mat sat up"]))[0].tolist()
    assert exercises.rows_by_hand() == [a, b, c]


def test_the_mean_of_exercise_3_is_what_keras_computes_with_a_mask():
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(3, 4, 2)).astype("float32")
    mask = np.arange(4) < np.array([[2], [4], [1]])
    by_keras = keras.layers.GlobalAveragePooling1D()(vectors, mask=keras.ops.convert_to_tensor(mask))
    np.testing.assert_allclose(exercises.mean_of_words(vectors, mask), by_keras, atol=1e-6)


def test_merging_again_and_again_spells_the_words_in_the_end():
    merged = dict(exercises.WORDS)
    for _ in range(7):
        _, merged = exercises.merge_once(merged)
    assert {"".join(pieces) for pieces in merged} == {"low", "banana", "to"}
    assert list(merged.values()) == list(exercises.WORDS.values())
    assert set(merged) >= {("low",), ("banana",)}
