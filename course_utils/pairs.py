"""Sentence pairs for a translator: cleaned, split without a leak, as two vocabularies, as rows of numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from .text import UnknownSymbolError, Vocabulary, padded, rows_of_words, with_signs

PADDING, START, STOP, UNKNOWN = "·", "\t", "\n", "<unk>"
JOINED = "‿"  # before a word or mark that follows its neighbour without a blank
SAME_MARK = str.maketrans("“”„‟«»‘’‚", '""""""\'\'\'', "\u00ad\u200b\ufeff")


def like_the_lecture(sentence: str) -> str:
    """Return a sentence in the alphabet of the lecture's dictionaries: lower case, a to z, single blanks.

    What this loses matters: „schon“ and „schön“ become one word, ß becomes ss, „Sie“ and „sie“ are the same,
    a question is a statement, and digits vanish ("I'm 17." is "im"). `as_written` loses none of it.
    """
    letters = unicodedata.normalize("NFD", sentence.casefold())
    return " ".join(re.sub(r"[^a-z\s]", "", letters).split())


def as_written(sentence: str) -> str:
    """Return a sentence with its capitals, umlauts and marks, each written in one way only.

    Letters are composed, quotation marks and apostrophes are straight, every white space is one blank, and
    characters that cannot be seen are left out.
    """
    return " ".join(unicodedata.normalize("NFC", sentence).translate(SAME_MARK).split())


class Part(NamedTuple):
    """Pairs: ``targets[i]`` is a translation of ``sources[i]``. A source may occur several times."""

    sources: list[str]
    targets: list[str]


class Split(NamedTuple):
    """Pairs to learn from, and pairs to be judged by.

    Attributes
    ----------
    training, held_out : Part
        For the losses.
    sources : list of str
        The distinct source sentences that are held out. Their order is random: the first ones are a fair sample.
    references : list of list of str
        All translations that the whole data have of each of them; every one counts as right.
    """

    training: Part
    held_out: Part
    sources: list[str]
    references: list[list[str]]


def split(
    sources: Sequence[str],
    targets: Sequence[str],
    clean: Callable[[str], str] = as_written,
    held_out: int = 500,
    limit: int | None = None,
    train_on_all: bool = False,
    naive: bool = False,
    seed: int = 7,
) -> Split:
    """Clean pairs and split them so that no source sentence stands in both parts.

    The collection repeats its English sentences, each time with another translation. Therefore sentences are
    held out with all their pairs. A pair that occurs twice is kept once; one with nothing but blanks left on a side is
    dropped.
    Sentences that differ in a mark or a capital alone are different ones, unless `clean` makes them equal.

    Parameters
    ----------
    sources, targets : sequence of str
    clean : callable
        Applied to both sides before sentences are compared, such as `like_the_lecture`.
    held_out : int
        Distinct source sentences to hold out.
    limit : int, optional
        Use the first so many pairs only. References are taken from all pairs nevertheless.
    train_on_all : bool
        Hold out among the first `limit` pairs, but train on all others, so that two trainings can be compared.
    naive : bool
        Hold out so many *pairs* instead, whatever their sentences: wrong, to be measured with `leak`.
    seed : int
        Another seed, another choice. It depends on nothing but the seed and the cleaned sentences, so that a
        checkpoint's held-out sentences are the same on every machine and with every version of Python.

    Raises
    ------
    ValueError
        If numbers of sources and targets differ, `limit` is below 1, or so many sentences cannot be held out.
    """
    if len(sources) != len(targets) or (limit is not None and limit < 1):
        raise ValueError(
            f"Got {len(sources)} sources, {len(targets)} targets and limit = {limit}; expected as many targets as "
            "sources, and a limit of None or at least 1."
        )
    cleaned = list(zip(map(clean, sources), map(clean, targets), strict=True))
    every = [pair for pair in dict.fromkeys(cleaned) if all(map(str.strip, pair))]
    first = [pair for pair in dict.fromkeys(cleaned[:limit]) if all(map(str.strip, pair))]
    units = {pair: pair if naive else pair[0] for pair in every}
    candidates = {units[pair] for pair in first}
    if not 1 <= held_out < len(candidates):
        raise ValueError(f"held_out is {held_out}, expected at least 1 and fewer than the {len(candidates)} there are.")
    chosen = sorted(candidates, key=lambda unit: sha256(f"{seed} {unit}".encode()).digest())[:held_out]
    out = set(chosen)
    judged = [pair for pair in first if units[pair] in out]
    learnt = [pair for pair in (every if train_on_all else first) if units[pair] not in out]
    translations: dict[str, list[str]] = {}
    for source, target in every:
        translations.setdefault(source, []).append(target)
    asked = list(dict.fromkeys(source for source, _ in chosen)) if naive else chosen
    return Split(_part(learnt), _part(judged), asked, [translations[source] for source in asked])


def leak(parts: Split) -> float:
    """Return which share of the held-out source sentences stand in the training part too: 0 for an honest split."""
    known = set(parts.training.sources)
    return float(np.mean([source in known for source in parts.sources]))


def words(sentence: str) -> list[str]:
    """Return the words and marks of a sentence; `sentence_of` puts them together again without loss.

    A word may hold apostrophes and hyphens. What follows its neighbour without a blank begins with ``‿``: "No, I
    don't." is No ‿, I don't ‿. in words.
    """
    found = re.finditer(r"(\s*)(\w+(?:['’-]\w+)*|[^\w\s])", sentence)
    return [match[2] if match[1] or not match.start() else JOINED + match[2] for match in found]


def sentence_of(words: Iterable[str]) -> str:
    """Return the sentence of words and marks as `words` gives them; its blanks are single ones."""
    joined = (word[1:] if word.startswith(JOINED) and len(word) > 1 else f" {word}" for word in words)
    return "".join(joined).removeprefix(" ")


def source_vocabulary(sentences: Iterable[str], size: int | None = None) -> Vocabulary:
    """Return the vocabulary of the language that is read: padding, then letters in order, the blank, and the rest.

    Parameters
    ----------
    sentences : iterable of str
        All that is to be read, held-out sentences too: of characters only the kinds matter, and a rare one such as
        ō may occur in no other. With words, the training part.
    size : int, optional
        If given, the symbols are the so many most frequent words and marks, and ``<unk>`` for all others.
    """
    return _vocabulary([PADDING], sentences, size)


def target_vocabulary(sentences: Iterable[str], size: int | None = None) -> Vocabulary:
    r"""Return the vocabulary of the language that is written: as `source_vocabulary`, with start and stop.

    Start is 1, ``"\t"``, and stop is 2, ``"\n"``: with `like_the_lecture` these are the lecture's two dictionaries.
    """
    return _vocabulary([PADDING, START, STOP], sentences, size)


def tokens(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """Return a sentence as symbols of a vocabulary: as words if it knows ``<unk>``, otherwise as characters.

    An unknown word becomes ``<unk>``; an unknown character stays, and encoding it is an `UnknownSymbolError`.
    """
    if UNKNOWN not in vocabulary:
        return list(sentence)
    return [word if word in vocabulary else UNKNOWN for word in words(sentence)]


def sentence(ids: Iterable[int], vocabulary: Vocabulary) -> str:
    """Return what some numbers say, (time,): from after the start, if there is one, to the stop or the padding."""
    said = [vocabulary.decode([number]) for number in ids]
    said = said[1:] if said[:1] == [START] else said
    end = next((place for place, symbol in enumerate(said) if symbol in (PADDING, STOP)), len(said))
    return (sentence_of if UNKNOWN in vocabulary else "".join)(said[:end])


def shown(sentence: str) -> str:
    """Return a sentence in quotation marks for a message, the beginning of it if it is long."""
    return repr(sentence if len(sentence) <= 60 else f"{sentence[:60]}…")


def encoded(sentence: str, symbols: Sequence[str], vocabulary: Vocabulary) -> np.ndarray:
    """Return the numbers of a sentence that is split into symbols, (length,) of int32.

    Raises
    ------
    UnknownSymbolError
        If the vocabulary lacks one of the symbols; the sentence is named, since it may be one of thousands.
    """
    try:
        return vocabulary.encode(symbols)
    except UnknownSymbolError as error:
        raise UnknownSymbolError(f"In {shown(sentence)}: {error}") from None


def source_ids(sentences: Sequence[str], vocabulary: Vocabulary) -> list[np.ndarray]:
    """Return the numbers of sentences to read, each (length,) of int32.

    Raises
    ------
    UnknownSymbolError
        If a sentence holds a character that the vocabulary lacks.
    ValueError
        If there is no sentence, one is empty or of blanks alone, or holds the padding.
    """
    split_up = [tokens(each, vocabulary) for each in sentences]
    for place, (each, symbols) in enumerate(zip(sentences, split_up, strict=True)):
        blank = not each.strip()
        if blank or PADDING in symbols:
            problem = "is empty: there is nothing to translate" if blank else f"holds the sign of padding, {PADDING}"
            raise ValueError(f"Sentence {place}, {shown(each)}, {problem}.")
    return [encoded(each, symbols, vocabulary) for each, symbols in zip(sentences, split_up, strict=True)]


def target_ids(sentences: Sequence[str], vocabulary: Vocabulary) -> list[np.ndarray]:
    """Return the numbers of sentences to write, start and stop included, each (length + 2,); errors as `with_signs`."""
    return with_signs([tokens(each, vocabulary) for each in sentences], vocabulary)


def source_rows(sentences: Sequence[str], vocabulary: Vocabulary) -> np.ndarray:
    """Return sentences to read as rows, (sentences, longest) of int32, padded with 0; errors as `source_ids`."""
    return padded(source_ids(sentences, vocabulary))


def target_rows(sentences: Sequence[str], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Return what the decoder reads and what it is to say, one step later: both (sentences, longest + 1) of int32."""
    return rows_of_words([tokens(each, vocabulary) for each in sentences], vocabulary)


def _part(pairs: list[tuple[str, str]]) -> Part:
    return Part([source for source, _ in pairs], [target for _, target in pairs])


def _vocabulary(signs: list[str], sentences: Iterable[str], size: int | None) -> Vocabulary:
    if size is None:
        letters = {letter for each in sentences for letter in each}
        return Vocabulary([*signs, *sorted(letters, key=lambda letter: (not letter.isalpha(), letter))])
    counts = Counter(word for each in sentences for word in words(each))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary([*signs, UNKNOWN, *ranked[:size]])
