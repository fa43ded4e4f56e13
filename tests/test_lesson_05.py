"""What lesson 05 claims: the tokenizer and embedding of the lecture, what Keras cuts, why padding needs a mask."""

from __future__ import annotations

import collections
import re

import numpy as np
import pytest

from course_utils import data, settings
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils.exercises import lesson_05 as exercises  # noqa: E402

from .lesson_code import assigned, defined, ran  # noqa: E402

LESSON = "05_tokenizers_and_embeddings"
SOURCE = (settings.repository() / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
LECTURE = ["You are the Best", "You are the Nice"]
INDEX = {"<OOV>": 1, "you": 2, "are": 3, "the": 4, "best": 5, "nice": 6}

words = defined(LESSON, "words", re=re)
Tokenizer = defined(LESSON, "Tokenizer", collections=collections, words=words)
padded = defined(LESSON, "padded", np=np)


# --- The lecture's tokenizer


@pytest.fixture
def lecture():
    return Tokenizer(LECTURE)


def test_the_lesson_tokenizes_the_sentences_of_the_lecture():
    assert assigned(LESSON, "sentences") == LECTURE
    assert assigned(LESSON, "text") == "This book is for deep learning learners"


def test_this_book_is_for_deep_learning_learners_has_7_words_and_39_characters(capsys):
    ran(LESSON, "back again", np=np, words=words)
    printed = capsys.readouterr().out
    assert "7 tokens, 7 different" in printed
    assert "39 tokens, 17 different" in printed
    assert "['This', 'book', 'is', 'for', 'deep', 'learning', 'learners']" in printed


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


def test_one_hot_cell_gives_the_shape_3_4(capsys):
    rows = ran(LESSON, "the table on the slide", np=np)["one_hot"]
    assert rows.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert "[2, 4, 3]" in capsys.readouterr().out


@pytest.mark.parametrize("texts", [[], [""], ["!?", " "]])
def test_an_empty_corpus_is_refused(texts):
    with pytest.raises(ValueError, match="no token"):
        Tokenizer(texts)


@pytest.mark.parametrize("size", [0, 2, -1])
def test_a_vocabulary_without_a_word_is_refused(size):
    with pytest.raises(ValueError, match=f"size is {size}, expected 3 or more"):
        Tokenizer(LECTURE, size=size)


def test_the_smallest_vocabulary_has_padding_oov_and_one_word():
    assert Tokenizer(LECTURE, size=3).tokens == ["<PAD>", "<OOV>", "you"]


@pytest.mark.parametrize("texts", ["You are the Best", ["You are", 5], ["You are", None], [["You", "are"]]])
def test_what_is_no_list_of_texts_is_refused(texts):
    with pytest.raises(TypeError, match="expected a list of texts") as raised:
        Tokenizer(texts)
    assert repr(texts) in str(raised.value)


@pytest.mark.parametrize("text", ["", "!?", "🙂"])
def test_a_text_without_a_word_is_an_empty_sequence_and_then_a_row_of_padding(lecture, text):
    assert lecture.encode(text) == []
    assert padded([lecture.encode(text)], 3).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("text", ["don't", "don’t", "Don't"])
def test_an_apostrophe_does_not_cut_a_word(text):
    assert len(words(text)) == 1


# --- Keras's tools


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_the_lessons_padding_is_that_of_keras(padding, truncating):
    ragged = [[2, 3, 4, 5], [2, 3], [7, 6, 5, 4, 3, 2], []]
    for length in (1, 3, 4, 9):
        expected = keras.utils.pad_sequences(ragged, length, padding=padding, truncating=truncating)
        assert np.array_equal(padded(ragged, length, padding, truncating), expected)


@pytest.mark.parametrize("sequences", [[[2, 3], 5], [[2, 3], None]])
def test_sequences_of_unequal_type_are_refused_by_name(sequences):
    with pytest.raises(ValueError, match=f"Found non-iterable: {sequences[1]}"):
        keras.utils.pad_sequences(sequences, 3)


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
    from tensorflow.keras.preprocessing.text import Tokenizer as Legacy

    legacy = Legacy(oov_token="<OOV>")
    legacy.fit_on_texts(LECTURE)
    assert legacy.word_index == INDEX
    with pytest.raises(ModuleNotFoundError):
        import keras.preprocessing.text  # noqa: F401


# --- Characters, words, subwords: on the book, or on the story that stands in for it


@pytest.fixture(scope="module")
def book():
    return ran(LESSON, "SubwordTokenizer", data=data)


@pytest.fixture(scope="module")
def ways(book):
    """For each way to cut: the size of the vocabulary, tokens per word, share of unknown tokens in new text."""
    names = {"Tokenizer": Tokenizer, "words": words, "np": np, **book}
    found = ran(LESSON, "by_common_word", **names)
    count = len(words(book["new"]))
    assert count > 1000
    return {name: (size, len(ids) / count, np.mean(np.array(ids) == 1)) for name, (size, ids) in found["ways"].items()}


def test_a_thousand_subwords_lose_next_to_nothing_and_a_thousand_words_much(ways):
    assert ways["1,000 subwords"][0] == ways["1,000 words"][0] == 1000
    assert ways["1,000 subwords"][2] <= 0.001
    assert ways["all words"][2] > 0.03
    assert ways["1,000 words"][2] > 1.5 * ways["all words"][2]
    assert ways["characters"][2] <= 0.001


def test_characters_need_the_smallest_vocabulary_and_the_longest_text_and_subwords_are_between(ways):
    assert ways["characters"][0] < 100 < 1000 < ways["all words"][0]
    assert ways["all words"][1] == ways["1,000 words"][1] == 1
    assert 1.2 < ways["1,000 subwords"][1] < 2.5 < 4.5 < ways["characters"][1]


def test_the_ids_of_padding_and_oov_are_those_of_the_lessons_tokenizer(book):
    assert book["subwords"].token_to_id("<PAD>") == 0
    assert book["subwords"].token_to_id("<OOV>") == 1
    assert book["subwords"].encode("ö").ids == [1]
    assert book["subwords"].encode("").ids == []


def test_subwords_put_together_are_the_word(book):
    for text in ("unbelievably", "curiouser", "rabbit"):
        assert "".join(book["subwords"].encode(text).tokens) == text
    assert len(book["subwords"].encode("unbelievably")) > 1


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


def test_an_id_without_a_row_is_an_error_on_a_cpu():
    import tensorflow as tf

    with tf.device("CPU"), pytest.raises(tf.errors.InvalidArgumentError, match="30"):
        keras.layers.Embedding(30, 10)(np.array([7, 30]))


def test_neighbours_are_those_of_the_largest_cosine_without_the_word_itself():
    neighbours = defined(LESSON, "neighbours", np=np)
    table = np.array([[1, 0], [10, 1], [0, 1], [0.1, 0.05], [-1, 0]])
    assert neighbours("a", list("abcde"), table, 3) == ["b", "d", "c"]


@pytest.fixture(scope="module")
def company(book):
    """The names after the embedding was trained."""
    names = ran(LESSON, "sliding_window_view", np=np, Tokenizer=Tokenizer, words=words, **book)
    keras.utils.set_random_seed(5)
    names["keras"] = keras
    return ran(LESSON, "GlobalAveragePooling1D", **names)


def test_the_windows_are_two_words_on_each_side_and_the_one_between(company):
    ids = company["ids"]
    assert len(ids) - 4 > len(company["middle"]) > 0.5 * len(ids)
    known = np.flatnonzero(ids[2:-2] > 1) + 2
    assert company["middle"].tolist() == ids[known].tolist()
    assert company["context"][7].tolist() == [ids[known[7] + step] for step in (-2, -1, 1, 2)]


@pytest.mark.timeout(120)
def test_the_embedding_learned_in_class_puts_verbs_of_saying_together(company):
    found = company["neighbours"]("said", company["book"].tokens, company["table"])
    saying = "added asked began cried exclaimed growled remarked replied shouted thought whispered called".split()
    assert len(set(found) & set(saying)) >= 2
    assert len(company["probes"]) >= 4


@pytest.mark.timeout(120)
def test_the_picture_shows_the_two_principal_components(company, monkeypatch):
    from sklearn.decomposition import PCA

    from course_utils import plots

    monkeypatch.setattr(plots, "show", lambda figure: None)
    names = ran(LESSON, "np.linalg.svd", plots=plots, **{k: v for k, v in company.items() if k != "plots"})
    pca = PCA(2).fit(names["vectors"])
    assert names["share"] == pytest.approx(pca.explained_variance_ratio_.sum(), abs=1e-4)
    assert np.allclose(np.abs(names["points"]), np.abs(pca.transform(names["vectors"])), atol=1e-3)


@pytest.mark.timeout(120)
def test_ready_made_vectors_are_put_in_their_rows_and_not_trained(company, monkeypatch):
    ready = data.WordVectors(["queen", "said", "she"], np.arange(1.0, 7.0).reshape(3, 2), "made up", "")
    monkeypatch.setattr(data, "load_glove", lambda: ready)
    names = ran(LESSON, "load_glove", **{**company, "probes": ["said", "she"]})
    table, tokens = names["frozen"].get_weights()[0], names["book"].tokens
    assert table.shape == (len(tokens), 2)
    assert table[tokens.index("said")].tolist() == [3, 4]
    assert np.count_nonzero(table.any(axis=1)) == len(names["known"]) <= 3
    assert not names["frozen"].trainable_weights


def test_without_ready_made_vectors_the_lesson_goes_on_and_says_so(monkeypatch, capsys):
    def missing():
        raise data.MissingDataError("no vectors")

    monkeypatch.setattr(data, "load_glove", missing)
    ran(LESSON, "load_glove", data=data, keras=keras, np=np, probes=["said"])
    assert "No ready-made vectors here" in capsys.readouterr().out


# --- What goes wrong


@pytest.fixture(scope="module")
def judgements():
    return ran(LESSON, "def judged", np=np, Tokenizer=Tokenizer)["judgements"]


def test_not_turns_the_judgement(judgements):
    for sentence, label in judgements.items():
        praised = any(word in sentence.split() for word in ("good", "fine", "great", "lovely"))
        assert label == (praised != ("not" in sentence.split()))
    assert 0.45 < np.mean(list(judgements.values())) < 0.55
    assert max(len(words(sentence)) for sentence in judgements) < 30


@pytest.mark.timeout(240)
def test_padding_behind_does_not_learn_without_a_mask_and_learns_with_one(judgements):
    critic = Tokenizer(judgements)
    rows, labels = [critic.encode(text) for text in judgements], np.array([*judgements.values()])
    network = defined(LESSON, "network", keras=keras, critic=critic)
    x = padded(rows, 30)
    for mask_zero in (False, True):
        model, fresh = network(mask_zero), {}
        model.optimizer.build(model.trainable_variables)
        model.optimizer.save_own_variables(fresh)
        names = {"np": np, "keras": keras, "network": network, "labels": labels, "fresh": fresh}
        accuracy = defined(LESSON, "accuracy", **names)
        first = accuracy(model, x, 0)
        assert (first > 0.9) == mask_zero
        assert (first < 0.6) != mask_zero
        if mask_zero:  # set back for each seed: nothing is left of the training before
            assert accuracy(model, x, 0) == pytest.approx(first, abs=0.05)
            assert int(np.asarray(model.optimizer.iterations)) == 100


def test_a_fully_masked_row_is_a_state_of_zeros_for_an_lstm_and_nan_for_a_mean():
    mask = keras.ops.convert_to_tensor([[True, False], [False, False]])
    x = np.ones((2, 2, 3), "float32")
    assert np.asarray(keras.layers.LSTM(2)(x, mask=mask))[1].tolist() == [0, 0]
    assert np.isnan(np.asarray(keras.layers.GlobalAveragePooling1D()(x, mask=mask))[1]).all()
    assert exercises.mean_of_words(x, np.asarray(mask))[1].tolist() == [0, 0, 0]


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
