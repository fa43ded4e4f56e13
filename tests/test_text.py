"""Vocabularies give every text back, windows and streams are what a loop would cut and take no memory."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.text import (
    UnknownSymbolError,
    Vocabulary,
    copied_share,
    known_share,
    repeated_share,
    rows_of_words,
    streams,
    windows,
    words_of,
)

FEW = settings(deadline=None, max_examples=60, derandomize=True)
TEXTS = st.text(min_size=1, max_size=80)
NUMBERS = st.integers(0, 60).map(np.arange)


# --- Vocabulary


@FEW
@given(TEXTS)
def test_decoding_gives_any_text_back(text):
    vocabulary = Vocabulary.of(text)
    numbers = vocabulary.encode(text)
    assert numbers.dtype == np.int32
    assert numbers.shape == (len(text),)
    assert vocabulary.decode(numbers) == text
    assert vocabulary.unknown(text) == []


@FEW
@given(st.lists(st.text(max_size=6), min_size=1, max_size=20))
def test_a_list_of_words_is_a_text_of_words(words):
    vocabulary = Vocabulary.of(words)
    assert sorted(set(words)) == vocabulary.symbols
    assert [vocabulary.symbols[number] for number in vocabulary.encode(iter(words))] == words


def test_numbers_follow_the_sorted_symbols_and_not_the_order_of_the_text():
    assert Vocabulary.of("hello").symbols == Vocabulary.of("olleh").symbols == ["e", "h", "l", "o"]
    assert Vocabulary.of("hello").encode("hello").tolist() == [1, 0, 2, 2, 3]
    assert Vocabulary(["sit", "down"]).decode([1, 0], joiner=" ") == "down sit"


def test_an_empty_text_has_no_numbers():
    vocabulary = Vocabulary.of("ab")
    assert vocabulary.encode("").shape == (0,)
    assert vocabulary.decode([]) == ""


def test_membership_size_and_equality():
    vocabulary = Vocabulary.of("ab")
    assert "a" in vocabulary
    assert "c" not in vocabulary
    assert len(vocabulary) == 2
    assert vocabulary == Vocabulary("ab")
    assert vocabulary != Vocabulary("ba")
    assert vocabulary != "ab"


@pytest.mark.parametrize(("symbols", "said"), [("", "empty"), ("abcb", "'b'")])
def test_a_vocabulary_needs_symbols_each_once(symbols, said):
    with pytest.raises(ValueError, match=said):
        Vocabulary(symbols)


def test_unknown_symbols_are_named_with_what_is_known():
    with pytest.raises(UnknownSymbolError) as raised:
        Vocabulary.of("abc ").encode("cab é ß é")
    message = str(raised.value)
    assert "'ß', 'é' are not" in message
    assert "4 symbols" in message
    assert "lower" not in message


def test_a_text_with_capitals_is_told_to_be_lowered():
    vocabulary = Vocabulary.of("alice ")
    with pytest.raises(UnknownSymbolError, match=r"'A' is not.*\.lower\(\)"):
        vocabulary.encode("Alice")
    with pytest.raises(UnknownSymbolError) as raised:
        vocabulary.encode("Alice!")
    assert "lower" not in str(raised.value), "lowering would not help against the exclamation mark"


@pytest.mark.parametrize("numbers", [[4], [-1], [[0, 99]]])
def test_numbers_outside_the_vocabulary_are_not_decoded(numbers):
    with pytest.raises(ValueError, match="0 to 3"):
        Vocabulary.of("helo").decode(numbers)


@pytest.mark.parametrize("symbols", ["abc", "äöüß€한글🙂", '"\\\n\r\t\u2028 '])
def test_a_saved_vocabulary_is_the_same_when_loaded(tmp_path, symbols):
    folder = tmp_path / "Zoës Ordner"
    folder.mkdir()
    Vocabulary(symbols).save(folder / "vocabulary.json")
    assert Vocabulary.load(folder / "vocabulary.json").symbols == list(symbols)
    content = (folder / "vocabulary.json").read_bytes()
    assert b"\r\n" not in content, "the checksum must not depend on the system"
    assert json.loads(content.decode("utf-8")) == list(symbols)


@pytest.mark.parametrize("content", [b"", b'["a", "b"', b'{"a": 0}', b'["a", 1]', b'["\xff"]', b"[]", b'["a", "a"]'])
def test_a_damaged_vocabulary_is_refused(tmp_path, content):
    path = tmp_path / "vocabulary.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="vocabulary"):
        Vocabulary.load(path)


# --- Windows


@FEW
@given(NUMBERS, st.integers(1, 12), st.none() | st.integers(1, 15))
def test_windows_are_those_of_a_loop(numbers, length, stride):
    if len(numbers) < length + 1:
        with pytest.raises(ValueError, match=f"{length + 1}"):
            windows(numbers, length, stride)
        return
    step = stride or length
    starts = range(0, len(numbers) - length, step)
    inputs, targets = windows(numbers, length, stride)
    assert len(inputs) == (len(numbers) - 1 - length) // step + 1
    assert inputs.tolist() == [numbers[start : start + length].tolist() for start in starts]
    assert targets.tolist() == [numbers[start + 1 : start + 1 + length].tolist() for start in starts]


def test_windows_take_no_memory_and_cannot_spoil_the_text():
    numbers = np.arange(100, dtype=np.int32)
    for part in windows(numbers, 10, 3):
        assert np.shares_memory(part, numbers)
        assert part.dtype == np.int32
        with pytest.raises(ValueError, match="read-only"):
            part[0, 0] = 5


@pytest.mark.parametrize(("length", "stride", "said"), [(0, None, "length is 0"), (-2, 1, "length"), (3, 0, "stride")])
def test_windows_of_no_length_or_stride_are_refused(length, stride, said):
    with pytest.raises(ValueError, match=said):
        windows(np.arange(20), length, stride)


# --- Streams


@FEW
@given(NUMBERS, st.integers(-1, 12))
def test_streams_are_the_text_cut_into_equal_pieces(numbers, batch):
    length = (len(numbers) - 1) // batch if batch > 0 else 0
    if length < 1:
        with pytest.raises(ValueError, match=f"{batch} streams"):
            streams(numbers, batch)
        return
    inputs, targets = streams(numbers, batch)
    assert inputs.tolist() == [numbers[row * length : (row + 1) * length].tolist() for row in range(batch)]
    assert np.array_equal(targets, inputs + 1), "the numbers of this text count up by one"
    assert len(numbers) - 1 - inputs.size < batch, "fewer symbols are left over than there are streams"
    assert np.shares_memory(inputs, numbers)
    assert np.shares_memory(targets, numbers)


# --- What was copied


def test_the_copied_share_counts_pieces():
    assert copied_share("abcd", "xabcdx", size=2) == 1
    assert copied_share("abzz", "xabcdx", size=2) == pytest.approx(1 / 3)
    assert copied_share("zzzz", "xabcdx", size=2) == 0
    with pytest.raises(ValueError, match="at least 20"):
        copied_share("too short", "the source")


@FEW
@given(st.text(alphabet="ab", min_size=4, max_size=40))
def test_the_repeated_share_is_that_of_pieces_seen_before(written):
    pieces = [written[place : place + 3] for place in range(len(written) - 2)]
    before = [piece in pieces[:place] for place, piece in enumerate(pieces)]
    assert repeated_share(written, size=3) == pytest.approx(np.mean(before))


def test_too_short_a_text_cannot_repeat():
    with pytest.raises(ValueError, match="at least 21"):
        repeated_share("a" * 20)


def test_words_are_runs_of_letters_in_any_script():
    assert words_of("Don't--I'm “Zoë”, 3 times; 장단기 메모리_x") == [
        "don't",
        "i'm",
        "zoë",
        "times",
        "장단기",
        "메모리",
        "x",
    ]


def test_the_known_share_counts_words_and_not_pieces_of_them():
    assert known_share("The mad cat, the cart", "the CAT sat on a cart-wheel") == pytest.approx(4 / 5)
    assert known_share("art", "a cart") == 0
    with pytest.raises(ValueError, match="no word"):
        known_share("123 --", "a cat")


# --- Rows of words


WORDS = st.lists(st.text(alphabet="abcü", min_size=0, max_size=9), min_size=1, max_size=8)


@FEW
@given(WORDS)
def test_rows_of_words_hold_the_words_and_targets_come_one_step_later(words):
    vocabulary = Vocabulary(["·", "\t", "\n", *"abcü"])
    inputs, targets = rows_of_words(words, vocabulary)
    assert inputs.shape == targets.shape == (len(words), max(map(len, words)) + 1)
    for row, word in enumerate(words):
        assert vocabulary.decode(inputs[row]).rstrip("·") == "\t" + word
        assert vocabulary.decode(targets[row]).rstrip("·") == word + "\n"
    np.testing.assert_array_equal(inputs == 0, targets == 0)


@pytest.mark.parametrize(("words", "named"), [([], "none"), (["a", "b\n"], "b"), (["a·"], "a·"), (["\ta"], "a")])
def test_words_that_cannot_be_rows_are_refused(words, named):
    with pytest.raises(ValueError, match="Expected words without padding") as caught:
        rows_of_words(words, Vocabulary(["·", "\t", "\n", *"ab"]))
    assert named in str(caught.value)
