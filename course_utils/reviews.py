"""Film reviews as numbers, the way Keras numbers IMDB: words, ids, cutting, padding, and checks before training.

0 is padding, 1 stands before the first word, 2 stands for a word that the vocabulary does not hold, 3 is not used, and
the word of rank r (1 for the most frequent) has the number, or id, r + 3.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .text import Vocabulary

PAD, START, UNKNOWN, UNUSED = range(4)
SHIFT = 3
"""What is added to the rank of a word to make its id."""

SIGNS = ("<PAD>", "<START>", "<UNK>", "<UNUSED>")
"""What `decode` writes for the ids 0 to 3."""

_BLANKED = str.maketrans(dict.fromkeys(string.punctuation.replace("'", "") + "\t\n“”", " ") | dict.fromkeys("‘’", "'"))


def words_of(text: str) -> list[str]:
    """Return the words of a text, cut as those of the IMDB reviews were.

    All letters become small ones. All ASCII punctuation but the apostrophe becomes a blank, as do tabs and line ends:
    these are the filters that Keras had when its IMDB file was made. So "a--b" is two words, "don't" is one, and what
    is left of a line break in HTML is the word "br". Quotation marks and apostrophes of the typographic kind, which
    phones put in unasked, count as the plain ones.

    Raises
    ------
    TypeError
        If `text` is not a str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is of type {type(text).__name__}, expected one review as a str.")
    return text.lower().translate(_BLANKED).split()


def vocabulary_of(word_index: Mapping[str, int], size: int) -> Vocabulary:
    """Return the vocabulary of a network that knows `size` ids: the four signs, then the most frequent words.

    Parameters
    ----------
    word_index : mapping of str to int
        The rank of each word, from 1 on, as in `course_utils.data.Reviews`.
    size : int, at least 5
        The four signs included. If there are fewer than ``size - 4`` words, the vocabulary is smaller.

    Raises
    ------
    ValueError
        If there is no word, `size` leaves room for none, or the ranks are not 1, 2, 3 and so on.
    TypeError
        If `size` is not a whole number.
    """
    if not word_index:
        raise ValueError("word_index holds no word: it is that of an empty corpus. Load the reviews again.")
    _whole("size", size, len(SIGNS) + 1, "four signs, and at least one word")
    ranked = sorted(word_index, key=word_index.__getitem__)
    if [word_index[word] for word in ranked] != list(range(1, len(ranked) + 1)):
        raise ValueError(
            f"The {len(ranked)} words of word_index have ranks from {word_index[ranked[0]]} to "
            f"{word_index[ranked[-1]]}, expected each from 1 to {len(ranked)} once. Were they shifted already?"
        )
    return Vocabulary([*SIGNS, *ranked[: size - len(SIGNS)]])


def ids_of_ranks(ranks: ArrayLike, size: int) -> np.ndarray:
    """Return the ids of a review that is given as ranks: START, then rank + 3, as ``keras.datasets.imdb`` gives them.

    Parameters
    ----------
    ranks : array-like of int, (words,)
    size : int
        How many ids the network knows: 0 to ``size - 1``. Where the rank is 0, or its id is not among them, UNKNOWN.

    Returns
    -------
    ndarray of int32, (1 + words,)

    Raises
    ------
    ValueError
        If `ranks` has another number of axes, a rank is negative, or `size` is below 5.
    TypeError
        If `ranks` or `size` does not consist of whole numbers.
    """
    _whole("size", size, len(SIGNS) + 1, "four signs, and at least one word")
    ranks = row_of_ids("ranks", ranks)
    known = (ranks > 0) & (ranks < size - SHIFT)
    return np.concatenate([[START], np.where(known, ranks + SHIFT, UNKNOWN)]).astype(np.int32)


def encode(text: str, vocabulary: Vocabulary) -> np.ndarray:
    """Return the ids of a review: START, then the id of each word, UNKNOWN for those not in the vocabulary.

    Every id is below ``len(vocabulary)``, so each has its row in an embedding of that size.

    Returns
    -------
    ndarray of int32, (1 + words,)

    Raises
    ------
    ValueError
        If the review holds no word, or the vocabulary does not begin with the four signs.
    TypeError
        If `text` is not a str.
    """
    _check_signs(vocabulary)
    words = words_of(text)
    if not words:
        raise ValueError(f"The review {text[:40]!r} holds no word: there is nothing to read. Write at least one.")
    return vocabulary.encode([SIGNS[START], *(w if w in vocabulary else SIGNS[UNKNOWN] for w in words)])


def decode(ids: ArrayLike, vocabulary: Vocabulary) -> str:
    """Return the words of some ids, joined with blanks; the signs are written too.

    Raises
    ------
    ValueError
        If an id is not in the vocabulary, `ids` has another number of axes than one, or the vocabulary does not begin
        with the four signs.
    TypeError
        If `ids` does not consist of whole numbers.
    """
    _check_signs(vocabulary)
    return vocabulary.decode(row_of_ids("ids", ids, len(vocabulary)), joiner=" ")


def cut(ids: ArrayLike, length: int, keep: str = "end") -> np.ndarray:
    """Return what remains of a review that may have `length` ids at most.

    Parameters
    ----------
    ids : array-like of int, (steps,)
    length : int, at least 1
    keep : str
        "end": the last ids remain, START is lost with the front. Keras's ``pad_sequences`` does so if told nothing
        (``truncating="pre"``), and so do the reviews of the lecture. "start": the first ids remain.

    Returns
    -------
    ndarray of int32, (min(steps, length),)

    Raises
    ------
    ValueError
        If `length` is below 1, `keep` is neither, or `ids` has another number of axes than one.
    TypeError
        If `length` or `ids` does not consist of whole numbers.
    """
    _whole("length", length, 1, "steps of a network")
    if keep not in ("end", "start"):
        raise ValueError(f"keep is {keep!r}, expected 'end' or 'start': which part of a long review remains.")
    ids = row_of_ids("ids", ids)
    return ids[-length:] if keep == "end" else ids[:length]


def padded(sequences: Iterable[ArrayLike], length: int, keep: str = "end", padding: str = "post") -> np.ndarray:
    """Return reviews as the rows of one array: long ones cut as by `cut`, short ones filled up with PAD.

    The same as ``keras.utils.pad_sequences``, which fills up at the front if told nothing.

    Parameters
    ----------
    padding : str
        "post": at the end, for networks with a mask. "pre": at the front, for those without.

    Returns
    -------
    ndarray of int32, (batch, length)

    Raises
    ------
    ValueError, TypeError
        As `cut`, or if there is no review, or `padding` is neither.
    """
    if padding not in ("post", "pre"):
        raise ValueError(f"padding is {padding!r}, expected 'post', at the end, or 'pre', at the front.")
    rows = [cut(ids, length, keep) for ids in sequences]
    if not rows:
        raise ValueError("There is no review to pad.")
    batch = np.full((len(rows), length), PAD, np.int32)
    for line, ids in zip(batch, rows, strict=True):
        first = length - len(ids) if padding == "pre" else 0
        line[first : first + len(ids)] = ids
    return batch


def check_reviews(sequences: Sequence[ArrayLike], labels: ArrayLike, size: int) -> None:
    """Check that reviews and labels can be trained on: worth it, since Keras takes most mistakes without a word.

    Parameters
    ----------
    sequences : list of array-like of int, each (steps,), or ndarray of int, (batch, steps)
    labels : array-like, (batch,)
        1 for praise, 0 for the opposite.
    size : int
        Of the vocabulary.

    Raises
    ------
    ValueError
        If there is no review; there are more or fewer labels; an id has no row in an embedding of `size` rows; a
        review holds nothing but padding; or a label is neither 0 nor 1.
    TypeError
        If a review is not a row of whole numbers; the message has its place.
    """
    _whole("size", size, len(SIGNS) + 1, "four signs, and at least one word")
    if not isinstance(sequences, list | tuple | np.ndarray):
        raise TypeError(f"The reviews are of type {type(sequences).__name__}, expected a list or an array of them.")
    if not len(sequences):
        raise ValueError("There is no review: the corpus is empty.")
    labels = np.asarray(labels)
    if labels.shape != (len(sequences),):
        raise ValueError(
            f"There are {len(sequences)} reviews, and labels has shape {labels.shape}, expected one label for each: "
            f"({len(sequences)},)."
        )
    found = set(labels.tolist())
    if not found <= {0, 1}:
        shown = ", ".join(sorted(map(repr, found))[:6]) + (", …" if len(found) > 6 else "")
        raise ValueError(f"The labels are {shown}, expected 1 for praise and 0 for the opposite, nothing else.")
    masked = []
    for place, ids in enumerate(sequences):
        ids = row_of_ids(f"Review {place}", ids, size)
        if not ids.any():
            masked.append(place)
    if masked:
        shown = ", ".join(map(str, masked[:8])) + (", …" if len(masked) > 8 else "")
        raise ValueError(
            f"Nothing but padding: {len(masked)} of {len(sequences)} reviews (place {shown}). A mask hides all of "
            "such a row, and what is learned from it means nothing. Leave these reviews and their labels out."
        )


# --- Checks


def _whole(name: str, value: Any, least: int, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected a whole number: {what}.")
    if value < least:
        raise ValueError(f"{name} is {value}, expected at least {least}: {what}.")


def row_of_ids(name: str, values: ArrayLike, size: int = 2**31) -> np.ndarray:
    """Return one review as an array of int32, (steps,), perhaps empty.

    Raises
    ------
    ValueError
        If it has another number of axes than one, or an id is not between 0 and ``size - 1``.
    TypeError
        If it does not consist of whole numbers.
    """
    try:
        row = np.asarray(values)
    except ValueError as error:
        raise TypeError(f"{name} is no row of whole numbers: its parts are of unequal length.") from error
    if row.ndim != 1 and row.dtype.kind in "iu":
        raise ValueError(f"{name} has shape {row.shape}, expected one row of whole numbers: (steps,).")
    if row.size and row.dtype.kind not in "iu":  # what is empty has no type of its own
        kind = type(values).__name__ if row.ndim == 0 else f"{type(values).__name__} that NumPy reads as {row.dtype}"
        raise TypeError(f"{name} is of type {kind}, expected a row of whole numbers: encode the text first.")
    outside = row[(row < 0) | (row >= size)] if row.size else row
    if outside.size:
        raise ValueError(f"{name} holds {outside[0]}, expected 0 to {size - 1}: was it made with another vocabulary?")
    return row.astype(np.int32).reshape(-1)


def _check_signs(vocabulary: Vocabulary) -> None:
    if tuple(vocabulary.symbols[: len(SIGNS)]) != SIGNS:
        raise ValueError(
            f"The vocabulary begins with {vocabulary.symbols[:4]}, expected {list(SIGNS)}: make it with vocabulary_of."
        )
