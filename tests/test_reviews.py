"""Reviews become ids as Keras numbers IMDB, come back as words, and what cannot be trained on is named."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import data
from course_utils.reviews import (
    PAD,
    SHIFT,
    SIGNS,
    START,
    UNKNOWN,
    UNUSED,
    check_reviews,
    cut,
    decode,
    encode,
    ids_of_ranks,
    padded,
    vocabulary_of,
    words_of,
)
from course_utils.text import Vocabulary

FEW = settings(deadline=None, max_examples=60, derandomize=True)
WORDS = ["the", "film", "was", "not", "good", "don't", "bad"]
WORD_INDEX = {word: rank for rank, word in enumerate(WORDS, 1)}
VOCABULARY = vocabulary_of(WORD_INDEX, 11)
TRICK = "".join(["%s. movie was great" % number for number in range(100)])  # noqa: UP031 - as in the lecture
IDS = st.lists(st.integers(0, 30), max_size=12)


# --- Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The film was NOT good.", ["the", "film", "was", "not", "good"]),
        ("a--b", ["a", "b"]),
        ("don't, the '90s (well)", ["don't", "the", "'90s", "well"]),
        ("one<br /><br />two\tthree\r\nfour", ["one", "br", "br", "two", "three", "four"]),
        ("it’s “so” good", ["it's", "so", "good"]),
        ("정말 좋은 영화!", ["정말", "좋은", "영화"]),
        ("good 🙂", ["good", "🙂"]),
        ("", []),
        (" \n\t ?!... ", []),
    ],
)
def test_words_are_cut_as_those_of_imdb_were(text, words):
    assert words_of(text) == words


@FEW
@given(st.text(string.printable + "äß’한🙂", max_size=60))
def test_words_are_small_without_punctuation_and_cut_no_further(text):
    words = words_of(text)
    assert all(words_of(word) == [word] for word in words)
    assert not set("".join(words)) & set(
        string.whitespace + string.punctuation.replace("'", "") + string.ascii_uppercase
    )
    assert words_of(" ".join(words)) == words


@pytest.mark.parametrize("text", [None, 3, b"good", ["good", "film"]])
def test_what_is_no_text_has_no_words(text):
    with pytest.raises(TypeError, match=type(text).__name__):
        words_of(text)
    with pytest.raises(TypeError, match=type(text).__name__):
        encode(text, VOCABULARY)


# --- Vocabulary


def test_the_number_of_a_symbol_is_its_id_rank_plus_3():
    assert (PAD, START, UNKNOWN, UNUSED, SHIFT) == (0, 1, 2, 3, 3)
    assert VOCABULARY.symbols == [*SIGNS, *WORDS]
    for word, rank in WORD_INDEX.items():
        assert VOCABULARY.encode([word]) == [rank + SHIFT]


@pytest.mark.parametrize(("size", "words"), [(5, 1), (6, 2), (11, 7), (12, 7), (10_000, 7)])
def test_a_vocabulary_holds_the_most_frequent_words_that_there_are(size, words):
    shuffled = dict(sorted(WORD_INDEX.items()))
    assert vocabulary_of(shuffled, size).symbols == [*SIGNS, *WORDS[:words]]


@pytest.mark.parametrize(
    ("word_index", "size", "error", "fragment"),
    [
        ({}, 100, ValueError, "empty corpus"),
        (WORD_INDEX, 0, ValueError, "size is 0"),
        (WORD_INDEX, 4, ValueError, "at least 5"),
        (WORD_INDEX, -3, ValueError, "size is -3"),
        (WORD_INDEX, 10.0, TypeError, r"10\.0"),
        (WORD_INDEX, "10", TypeError, "'10'"),
        (WORD_INDEX, True, TypeError, "True"),
        (WORD_INDEX, None, TypeError, "None"),
        ({"the": 4, "film": 5}, 100, ValueError, "shifted"),
        ({"the": 1, "film": 1}, 100, ValueError, "once"),
    ],
)
def test_a_vocabulary_needs_words_room_and_ranks(word_index, size, error, fragment):
    with pytest.raises(error, match=fragment):
        vocabulary_of(word_index, size)


# --- Ranks, encode, decode


@FEW
@given(st.lists(st.integers(0, 40), max_size=20), st.integers(5, 50))
def test_ranks_become_ids_as_keras_does_it(ranks, size):
    # keras.datasets.imdb.load_data: index_from=3, start_char=1, oov_char=2, and num_words counts the ids.
    expected = [1] + [rank + 3 if rank + 3 < size and rank > 0 else 2 for rank in ranks]
    ids = ids_of_ranks(ranks, size)
    assert ids.dtype == np.int32
    assert ids.tolist() == expected


@FEW
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=20), st.integers(5, 11))
def test_encoding_a_text_is_the_same_as_shifting_its_ranks(words, size):
    ids = encode(" ".join(words), vocabulary_of(WORD_INDEX, size))
    assert ids.dtype == np.int32
    assert ids.tolist() == ids_of_ranks([WORD_INDEX[word] for word in words], size).tolist()


@FEW
@given(st.lists(st.sampled_from([*WORDS, "curious", "영화"]), min_size=1, max_size=20))
def test_decoding_gives_the_known_words_back(words):
    shown = decode(encode(" ".join(words), VOCABULARY), VOCABULARY)
    assert shown.split() == ["<START>", *(word if word in WORDS else "<UNK>" for word in words)]


@FEW
@given(st.text(string.printable + "영화", max_size=60), st.integers(5, 11))
def test_no_id_is_as_large_as_the_vocabulary(text, size):
    if words_of(text):
        assert encode(text, vocabulary_of(WORD_INDEX, size)).max() < size


def test_the_lectures_comparison_lets_an_id_through_that_has_no_row():
    max_features = 8  # rows of the embedding: 0 to 7
    id_ = WORD_INDEX["good"] + 3
    assert id_ == max_features
    assert not id_ > max_features, "the lecture's test for an id that is too large does not find it"
    assert encode("good", vocabulary_of(WORD_INDEX, max_features)).tolist() == [START, UNKNOWN]
    assert ids_of_ranks([WORD_INDEX["good"]], max_features).tolist() == [START, UNKNOWN]
    assert encode("good", vocabulary_of(WORD_INDEX, max_features + 1)).tolist() == [START, 8]


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t", "“ ”"])
def test_a_review_without_a_word_is_refused(text):
    with pytest.raises(ValueError, match="holds no word"):
        encode(text, VOCABULARY)


@pytest.mark.parametrize("use", [lambda v: encode("good", v), lambda v: decode([1], v)])
def test_a_vocabulary_without_the_four_signs_is_refused(use):
    with pytest.raises(ValueError, match="vocabulary_of"):
        use(Vocabulary(WORDS))


@pytest.mark.parametrize(
    ("ids", "error", "fragment"),
    [
        ([1, 11], ValueError, "holds 11, expected 0 to 10"),
        ([-1], ValueError, "holds -1"),
        ([[1, 4]], ValueError, "shape"),
        (4, ValueError, "shape"),
        ([4.0], TypeError, "float64"),
        ("good", TypeError, "str"),
        (None, TypeError, "NoneType"),
        ([[1], [2, 3]], TypeError, "unequal"),
    ],
)
def test_what_is_no_row_of_ids_is_not_decoded(ids, error, fragment):
    with pytest.raises(error, match=fragment):
        decode(ids, VOCABULARY)
    assert decode([], VOCABULARY) == ""


@pytest.mark.parametrize(
    ("ranks", "size", "error"), [([-1], 9, ValueError), ([1], 4, ValueError), ([1.5], 9, TypeError)]
)
def test_ranks_are_checked(ranks, size, error):
    with pytest.raises(error, match="expected"):
        ids_of_ranks(ranks, size)


# --- Cut and padded


@FEW
@given(IDS, st.integers(1, 15))
def test_of_a_long_review_the_end_or_the_start_remains(ids, length):
    end, start = cut(ids, length), cut(ids, length, keep="start")
    assert end.dtype == start.dtype == np.int32
    assert len(end) == len(start) == min(length, len(ids))
    assert [*ids[: len(ids) - len(end)], *end] == ids
    assert [*start, *ids[len(start) :]] == ids


PADDINGS = st.sampled_from(["post", "pre"])


@FEW
@given(st.lists(IDS, min_size=1, max_size=5), st.integers(1, 15), st.sampled_from(["end", "start"]), PADDINGS)
def test_padded_rows_are_those_of_keras(sequences, length, keep, padding):
    import keras

    rows = padded(sequences, length, keep, padding)
    truncating = {"end": "pre", "start": "post"}[keep]
    expected = keras.utils.pad_sequences(sequences, length, padding=padding, truncating=truncating)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize(
    ("call", "error", "fragment"),
    [
        (lambda: cut([1, 2], 0), ValueError, "length is 0"),
        (lambda: cut([1, 2], 2.0), TypeError, r"length is 2\.0"),
        (lambda: cut([1, 2], 2, "front"), ValueError, "'front'"),
        (lambda: cut([[1, 2]], 2), ValueError, "shape"),
        (lambda: cut("good", 2), TypeError, "str"),
        (lambda: cut([2**31], 2), ValueError, "2147483648"),
        (lambda: padded([], 5), ValueError, "no review"),
        (lambda: padded([1, 2], 5), ValueError, "shape"),
        (lambda: padded([[1], "good"], 5), TypeError, "str"),
        (lambda: padded([[1]], 5, keep="post"), ValueError, "'post'"),
        (lambda: padded([[1]], 5, padding="end"), ValueError, "padding is 'end'"),
    ],
)
def test_what_cannot_be_cut_or_padded_is_refused(call, error, fragment):
    with pytest.raises(error, match=fragment):
        call()


def test_the_lectures_trick_review_has_301_words_and_its_last_100_hold_great_once():
    words = words_of(TRICK)
    assert len(TRICK.split()) == len(words) == 301
    assert words[:4] == ["0", "movie", "was", "great1"]
    ranks = np.arange(1, 302)
    kept = [words[rank - 1] for rank in cut(ranks, 100)]
    expected = [word for number in range(67, 100) for word in (f"great{number}", "movie", "was")]
    assert kept == [*expected, "great"]
    assert [words[rank - 1] for rank in cut(ranks, 100, "start")] == words[:100]


# --- Checks before training


@pytest.mark.parametrize(
    ("sequences", "labels"),
    [
        ([[1, 4], (1, 5, 6), np.array([1, 7], np.uint8)], [1, 0, 1]),
        (np.array([[1, 4, 0], [1, 5, 6]]), np.array([0.0, 1.0])),
        ([[10]], [True]),
    ],
)
def test_good_reviews_pass(sequences, labels):
    assert check_reviews(sequences, labels, 11) is None


GOOD = [[1, 4], [1, 5], [1, 6]]


@pytest.mark.parametrize(
    ("sequences", "labels", "size", "error", "fragment"),
    [
        ([], [], 11, ValueError, "empty"),
        ("good film", [1], 11, TypeError, "str"),
        (GOOD, [1, 0, 1], 0, ValueError, "size is 0"),
        (GOOD, [1, 0], 11, ValueError, r"3 reviews.*\(2,\)"),
        (GOOD, [[0, 1]] * 3, 11, ValueError, r"\(3, 2\)"),
        (GOOD, [0, 1, 2], 11, ValueError, "0, 1, 2"),
        (GOOD, [-1, 1, 1], 11, ValueError, "-1, 1"),
        (GOOD, ["neg", "pos", "pos"], 11, ValueError, "'neg', 'pos'"),
        (GOOD, [0, 1, float("nan")], 11, ValueError, "nan"),
        ([*GOOD, "a good film"], [1, 0, 1, 1], 11, TypeError, "Review 3 is of type str"),
        ([[1, 4], [1.0, 5.0]], [1, 0], 11, TypeError, "Review 1 .*float64"),
        ([[1, "good"], [1]], [1, 0], 11, TypeError, "Review 0"),
        ([[1], [1, None]], [1, 0], 11, TypeError, "Review 1 .*object"),
        ([[1], [[1], [2, 3]]], [1, 0], 11, TypeError, "Review 1 .*unequal"),
        ([[1], [[1, 2]]], [1, 0], 11, ValueError, "Review 1 has shape"),
        ([1, 4, 5], [1, 0, 1], 11, ValueError, "Review 0 has shape"),
        ([[1], [4, 11]], [1, 0], 11, ValueError, "Review 1 holds 11, expected 0 to 10"),
        ([[1], [4, -2]], [1, 0], 11, ValueError, "Review 1 holds -2"),
        ([[1], [0, 0], [4], []], [1, 0, 1, 0], 11, ValueError, r"2 of 4.*1, 3.*Leave"),
        (np.zeros((20, 5), int), [0] * 20, 11, ValueError, "20 of 20.*…"),
    ],
)
def test_what_cannot_be_trained_on_is_named(sequences, labels, size, error, fragment):
    with pytest.raises(error, match=fragment):
        check_reviews(sequences, labels, size)


# --- The real reviews


@pytest.fixture(scope="module")
def imdb():
    return data.load_imdb()


@pytest.mark.real_data
def test_the_first_review_is_nonsense_without_the_shift_of_3(imdb):
    vocabulary = vocabulary_of(imdb.word_index, 10_000)
    ids = ids_of_ranks(imdb.x_train[0], 10_000)
    assert ids[:9].tolist() == [1, 14, 22, 16, 43, 530, 973, 1622, 1385]
    assert decode(ids[:11], vocabulary) == (
        "<START> this film was just brilliant casting location scenery story direction"
    )
    assert data.decode_review(ids[:10], imdb.word_index) == ("the as you with out themselves powerful lets loves their")


@pytest.mark.real_data
def test_the_words_of_the_vocabulary_are_cut_from_a_text_as_they_are(imdb):
    vocabulary = vocabulary_of(imdb.word_index, 20_000)
    assert len(vocabulary) == 20_000
    # The one exception is a control character that stood where the reviews had an ellipsis.
    assert [word for word in vocabulary.symbols[4:] if words_of(word) != [word]] == ["\x85"]


@pytest.mark.real_data
def test_the_row_of_the_trick_review_is_the_lectures(imdb):
    ids = cut(encode(TRICK, vocabulary_of(imdb.word_index, 20_000)), 100)
    assert ids.tolist() == [2, 20, 16] * 33 + [87]


@pytest.mark.real_data
def test_the_real_reviews_can_be_trained_on(imdb):
    reviews = [ids_of_ranks(ranks, 10_000) for ranks in imdb.x_train]
    assert check_reviews(reviews, imdb.y_train, 10_000) is None


def test_the_invented_reviews_can_be_trained_on(monkeypatch):
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    found = data.load_imdb()
    size = len(vocabulary_of(found.word_index, 10_000))
    assert check_reviews([ids_of_ranks(ranks, size) for ranks in found.x_train], found.y_train, size) is None
