"""Lesson 05: ids by hand, padding with its mask, the mean over real words, one merge of a subword tokenizer."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_shape

# --- Ids by hand -----------------------------------------------------------


def rows_by_hand():
    # the 3 times, sat twice, then in the order of reading: cat, on, mat, dog
    a = [2, 6, 3, 1, 0, 0]  # "up" is unknown
    b = [6, 3, 1]  # pad_sequences cuts at the front
    c = [2, 6, 3]  # TextVectorization cuts at the end
    return [a, b, c]


_ROWS = {"a": "the row of 6 steps", "b": "pad_sequences, 3 steps", "c": "TextVectorization's way, 3 steps"}


def _verify_rows(answer):
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        raise Wrong("Expected a list of three rows, [a, b, c].")
    if all(row is None for row in answer):
        raise Wrong("a, b and c are None: they are not filled in yet.")
    for (letter, what), row, expected in zip(_ROWS.items(), answer, rows_by_hand(), strict=True):
        if row is None:
            raise Wrong(f"What is there is right. Still to fill in: {letter}, {what}.")
        row = expect_shape(letter, row, (len(expected),), what)
        if letter == "a" and np.array_equal(row, [0, 0, 2, 6, 3, 1]):
            raise Wrong("a is filled up at the front: 'post' puts the zeros at the end.")
        if letter == "a" and row[3] == 8:
            raise Wrong("a gives 'up' a new id. A tokenizer learns no word after it was made: unknown words are 1.")
        if letter == "a" and np.array_equal(row[:4], [1, 5, 2, 0]):
            raise Wrong("a begins to count at 1: 0 is padding and 1 is <OOV>, so the most frequent word is 2.")
        if np.array_equal(row, {"b": [2, 6, 3], "c": [6, 3, 1]}.get(letter, [])):
            raise Wrong(f"{letter} is cut at the wrong end: which words does {what} keep?")
        expect_close(letter, row, expected, why="the order is by frequency, and on a tie by first meeting")


def _rows(**changed):
    """Return the right rows, but for some."""
    return [changed.get(letter, row) for letter, row in zip(_ROWS, rows_by_hand(), strict=True)]


ids_by_hand = Exercise(
    name="ids_by_hand",
    title="Ids by hand",
    verify=_verify_rows,
    solve=rows_by_hand,
    is_value=True,
    starter=[None, None, None],
    hints=[
        "Count the words of both texts first: which occurs most often? That one is 2.",
        "The ids: the 2, sat 3, then cat, on, mat, dog. And `up`?",
        "`pad_sequences` keeps the last steps if nothing else is said, `TextVectorization` the first.",
    ],
    typical_mistakes=[
        (_rows(a=[0, 0, 2, 6, 3, 1]), "filled up at the front"),
        (_rows(a=[2, 6, 3, 8, 0, 0]), "unknown words are 1"),
        (_rows(a=[1, 5, 2, 0, 0, 0]), "begins to count at 1"),
        (_rows(a=[2, 4, 3, 1, 0, 0]), "by frequency"),
        (_rows(b=[2, 6, 3]), "b is cut at the wrong end"),
        (_rows(c=[6, 3, 1]), "c is cut at the wrong end"),
        (_rows(c=None), "Still to fill in: c"),
    ],
    remark="The two tools cut at different ends: say which end you mean, always.",
)

# --- Padding and its mask --------------------------------------------------


def pad_and_mask(sequences, length):
    ids = np.zeros((len(sequences), length), dtype=int)
    mask = np.zeros((len(sequences), length), dtype=bool)
    for row, sequence in enumerate(sequences):
        kept = sequence[-length:]  # the last ones, if there are too many
        ids[row, : len(kept)] = kept
        mask[row, : len(kept)] = True
    return ids, mask


def _verify_pad_and_mask(answer):
    sequences, length = [[5, 3], [7, 2, 9, 4], [], [8, 6, 1, 3, 2, 4]], 4
    result = answer(sequences, length)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong("Expected two arrays back: `return ids, mask`.")
    expected_ids, expected = pad_and_mask(sequences, length)
    ids = expect_shape("ids", result[0], (4, 4), "one row for each sequence, `length` steps each")
    if np.array_equal(ids[0], [0, 0, 5, 3]):
        raise Wrong("[5, 3] became [0, 0, 5, 3]: the zeros belong at the end.")
    if np.array_equal(ids[3], [8, 6, 1, 3]):
        raise Wrong("Of [8, 6, 1, 3, 2, 4] you keep the first four: keep the last four.")
    expect_close("ids", ids, expected_ids)
    mask = expect_shape("mask", result[1], (4, 4), "one value for each step")
    if mask.dtype != bool:
        raise Wrong(f"mask has dtype {mask.dtype}, expected bool: True where a step is real.")
    if np.array_equal(mask, ~expected):
        raise Wrong("mask is True at padding: Keras wants True where a step is real.")
    expect_close("mask", mask, expected, why="True for each step that holds a word")


def _padded(front=False, first=False, inverted=False, numbers=False):
    """Return an answer with one of the usual mistakes."""

    def answer(sequences, length):
        kept = [s[:length] if first else s[-length:] for s in sequences]
        fill = [[0] * (length - len(s)) for s in kept]
        ids = np.array([f + s if front else s + f for s, f in zip(kept, fill, strict=True)])
        mask = ids != 0
        return ids, ~mask if inverted else mask.astype(int) if numbers else mask

    return answer


padding = Exercise(
    name="padding",
    title="Padding and its mask",
    verify=_verify_pad_and_mask,
    solve=pad_and_mask,
    hints=[
        "Begin with an array of zeros, `np.zeros((len(sequences), length), dtype=int)`, and write each row into it.",
        "`sequence[-length:]` are the last `length` ids, or all if there are fewer.",
        "The row goes to `ids[row, : len(kept)]`. The mask is True at the same places.",
    ],
    typical_mistakes=[
        (_padded(front=True), "the zeros belong at the end"),
        (_padded(first=True), "keep the last four"),
        (_padded(inverted=True), "True at padding"),
        (_padded(numbers=True), "expected bool"),
        (lambda sequences, length: pad_and_mask(sequences, length)[0], "Expected two arrays"),
        (lambda sequences, length: pad_and_mask(sequences, 6), "ids has shape (4, 6)"),
    ],
    remark="An empty text gives a row of zeros and a mask without True: leave such texts out before you train.",
)

# --- The mean over real words ----------------------------------------------


def mean_of_words(vectors, mask):
    real = mask[:, :, None]  # (batch, time, 1): one truth value for all numbers of a vector
    count = np.maximum(real.sum(axis=1), 1)  # an empty text has the mean 0, not 0 / 0
    return (vectors * real).sum(axis=1) / count


def _verify_mean(answer):
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(3, 4, 2))
    mask = np.array([[True, True, False, False], [True, True, True, True], [True, False, False, False]])
    found = expect_shape("the mean", answer(vectors, mask), (3, 2), "one vector for each text")
    if np.allclose(found, vectors.mean(axis=1)):
        raise Wrong("That is the mean over all steps: padding counts as if it were words.")
    if np.allclose(found, (vectors * mask[:, :, None]).mean(axis=1)):
        raise Wrong("The sum is right. You divide by all steps, 4, and not by how many words each text has.")
    if np.allclose(found, (vectors * mask[:, :, None]).sum(axis=1)):
        raise Wrong("That is the sum over the words: divide it by their number.")
    if np.allclose(found, vectors[mask].mean(axis=0)):
        raise Wrong("All rows are the same: each text has a mean of its own.")
    expect_close("the mean", found, mean_of_words(vectors, mask))
    with np.errstate(invalid="ignore", divide="ignore"):  # the message says it better
        nothing = np.asarray(answer(vectors[:1], np.zeros((1, 4), bool)))
    if not np.all(np.isfinite(nothing)):
        raise Wrong("A text without a word gives 0 / 0, which is NaN, and one NaN spoils all weights: return zeros.")
    expect_close("the mean of a text without a word", nothing, np.zeros((1, 2)))


mean = Exercise(
    name="mean",
    title="The mean over real words",
    verify=_verify_mean,
    solve=mean_of_words,
    hints=[
        "Padding shall add nothing to the sum: multiply by the mask, which counts as 1 and 0.",
        "The shapes (batch, time, dimension) and (batch, time) do not fit; `mask[:, :, None]` is (batch, time, 1).",
        "Divide by `mask.sum(axis=1)` in the right shape, and by at least 1: `np.maximum(..., 1)`.",
    ],
    typical_mistakes=[
        (lambda vectors, mask: vectors.mean(axis=1), "mean over all steps"),
        (lambda vectors, mask: (vectors * mask[:, :, None]).mean(axis=1), "You divide by all steps"),
        (lambda vectors, mask: (vectors * mask[:, :, None]).sum(axis=1), "divide it by their number"),
        (lambda vectors, mask: vectors * mask[:, :, None], "one vector for each text"),
        (lambda vectors, mask: (vectors * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None], "one NaN spoils"),
    ],
    remark="Keras's GlobalAveragePooling1D does the same if it is given a mask, but gives NaN for an empty text. "
    "Lesson 06 measures how far a mean of words gets.",
)

# --- One merge -------------------------------------------------------------


def merge_once(words):
    counts = Counter()
    for pieces, count in words.items():
        for pair in pairwise(pieces):
            counts[pair] += count
    best = max(counts, key=counts.get)
    merged = {}
    for pieces, count in words.items():
        joined, place = [], 0
        while place < len(pieces):
            step = 2 if pieces[place : place + 2] == best else 1
            joined.append("".join(pieces[place : place + step]))
            place += step
        merged[tuple(joined)] = count
    return best, merged


WORDS = {("l", "o", "w"): 9, ("b", "a", "n", "a", "n", "a"): 4, ("t", "o"): 1}
"""A small corpus: each word in pieces, and how often it occurs."""

_BANANA = {("b", "a", "n", "a", "n", "a"): 5, ("l", "o", "w"): 6}
_REPEATED = {("h", "m", "m", "m"): 4, ("a", "h"): 3}


def _verify_merge(answer):
    result = answer(dict(WORDS))
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong("Expected two things back: `return pair, words`.")
    pair, merged = result
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise Wrong(f"The pair is {pair!r}, expected two pieces, such as ('l', 'o').")
    if tuple(pair) == ("a", "n") or tuple(pair) == ("n", "a"):
        raise Wrong("Yours stands twice in `banana`, 8 times in all; ('l', 'o') 9 times. How often is each word there?")
    if tuple(pair) == ("o", "w"):
        raise Wrong("('l', 'o') and ('o', 'w') are both there 9 times: on a tie, take the one met first.")
    if tuple(pair) != ("l", "o"):
        raise Wrong(f"The pair is {tuple(pair)}, expected ('l', 'o'): none is there more often than its 9 times.")
    _expect_words(merged, WORDS)
    if tuple(answer(dict(_BANANA))[0]) == ("l", "o"):
        raise Wrong("In `banana`, 5 times, the pair ('a', 'n') stands twice: that makes 10. Count every place.")
    for words in (_BANANA, _REPEATED):
        _expect_words(answer(dict(words))[1], words)


def _expect_words(found, words):
    best, expected = merge_once(words)
    if not isinstance(found, dict):
        raise Wrong(f"The words are a {type(found).__name__}, expected a dictionary: pieces in a tuple, and how often.")
    for before, after in zip(words, expected, strict=True):
        if after not in found:
            near = [pieces for pieces in found if "".join(map(str, pieces)) == "".join(before)]
            got = f"became {near[0]}" if near else "is missing, or has lost letters"
            raise Wrong(f"After {best} is merged, {before} {got}; expected {after}.")
    if found != expected:
        raise Wrong(f"The words are {found}, expected {expected}: how often a word occurs does not change.")


def _without_counts(words):
    """Count each pair once for each word that has it, however often the word occurs."""
    flat = dict.fromkeys(words, 1)
    best, merged = merge_once(flat)
    return best, dict(zip(merged, words.values(), strict=True))


def _once_a_word(words):
    counts = Counter()
    for pieces, count in words.items():
        for pair in dict.fromkeys(pairwise(pieces)):
            counts[pair] += count
    best = max(counts, key=counts.get)
    return best, merge_once(words)[1]


def _first_place_only(words):
    best, _ = merge_once(words)
    merged = {}
    for pieces, count in words.items():
        place = next((n for n, pair in enumerate(pairwise(pieces)) if pair == best), None)
        merged[pieces if place is None else (*pieces[:place], "".join(best), *pieces[place + 2 :])] = count
    return best, merged


def _overlapping(words):
    best, _ = merge_once(words)
    merged = {}
    for pieces, count in words.items():
        joined, skip = [], False
        for place, piece in enumerate(pieces):
            here = pieces[place : place + 2] == best
            if here:
                joined.append("".join(best))
            elif not skip:
                joined.append(piece)
            skip = here
        merged[tuple(joined)] = count
    return best, merged


merge = Exercise(
    name="merge",
    title="One merge",
    verify=_verify_merge,
    solve=merge_once,
    hints=[
        "A `Counter` for the pairs: for each word, add its count to each pair of neighbours; `itertools.pairwise`.",
        "The most frequent pair is `max(counts, key=counts.get)`: on a tie, `max` takes the first.",
        "Then walk through each word: if the next two pieces are the pair, append both joined and go on by two places; "
        "else append one and go on by one.",
    ],
    typical_mistakes=[
        (_without_counts, "How often is each word there"),
        (_once_a_word, "Count every place"),
        (lambda words: (("o", "w"), merge_once(words)[1]), "take the one met first"),
        (_first_place_only, "became ('b', 'an', 'a', 'n', 'a')"),
        (_overlapping, "expected ('h', 'mm', 'm')"),
        (lambda words: merge_once(words)[0], "The pair is 'l'"),
        (lambda words: (merge_once(words)[0], dict(words)), "became ('l', 'o', 'w')"),
        (lambda words: (merge_once(words)[0], dict.fromkeys(merge_once(words)[1], 1)), "does not change"),
    ],
    remark="Merged again and again, this is byte pair encoding, the subword tokenizer of section 4.",
)
