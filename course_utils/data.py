"""The datasets of the course: real data wherever it can be had, an honest stand-in otherwise.

Every result says in ``source`` where it came from ("COURSE_DATA_DIR", "cache", "download" or "stand-in") and
in ``edition`` which version it is. Where files come from stands in `sources`, how they are found in `fetch`.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from . import fetch, grammar, settings
from .fetch import DatasetStatus, Found
from .gutenberg import clean_like_the_lecture as clean_like_the_lecture
from .gutenberg import split_gutenberg
from .sources import DATASETS


class MissingDataError(RuntimeError):
    """Neither the real data nor a stand-in could be had; the message says what to do."""


@dataclass(frozen=True)
class Book:
    """A book from Project Gutenberg with its own text told apart from Gutenberg's header and licence."""

    story: str
    header: str
    licence: str
    source: str
    edition: str
    raw: bytes


@dataclass(frozen=True)
class Text:
    """A plain text."""

    text: str
    source: str
    edition: str


@dataclass(frozen=True)
class NameList:
    """First names, in the order of the file."""

    names: list[str]
    source: str
    edition: str


@dataclass(frozen=True)
class Reviews:
    """Film reviews as word ranks (1 for the most frequent word), one int32 array each; label 1 for praise."""

    x_train: list[np.ndarray]
    y_train: np.ndarray
    x_test: list[np.ndarray]
    y_test: np.ndarray
    word_index: dict[str, int]
    source: str
    edition: str


@dataclass(frozen=True)
class Pairs:
    """Sentences and their translations: ``german[i]`` translates ``english[i]``."""

    english: list[str]
    german: list[str]
    source: str
    edition: str


@dataclass(frozen=True)
class Images:
    """Grey pictures ``(number, height, width)`` of uint8 and their labels."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    source: str
    edition: str


@dataclass(frozen=True)
class WordVectors:
    """Words, the most frequent first, and their vectors ``(words, dimensions)`` of float32."""

    words: list[str]
    vectors: np.ndarray
    source: str
    edition: str


def load_alice() -> Book:
    """Return "Alice's Adventures in Wonderland", or the course's own story without header and licence."""
    found = fetch.find(DATASETS["alice"])
    if not found.contents:
        raw = _sample("story.txt", found)
        return Book(_text(raw), "", "", found.source, found.edition, raw)
    raw = found.contents[0]
    return Book(*split_gutenberg(_text(raw)), found.source, found.edition, raw)


def load_nietzsche() -> Text:
    """Return Nietzsche's "Beyond Good and Evil" in English, as in the lecture, or the course's own story."""
    return _load_text("nietzsche")


def load_shakespeare() -> Text:
    """Return about a million characters of Shakespeare's plays, or the course's own story."""
    return _load_text("shakespeare")


def load_names() -> NameList:
    """Return 32,033 first names in lower case, or the course's own few hundred."""
    return _load_names("names")


def load_nltk_names() -> NameList:
    """Return the 7,944 names of NLTK, capitalised, women's first, or the course's own few hundred."""
    return _load_names("nltk_names")


def load_imdb(num_words: int | None = None) -> Reviews:
    """Return the 25,000 + 25,000 IMDB reviews in the order that Keras gives them, or invented ones.

    Parameters
    ----------
    num_words
        Keep the ranks 1 to ``num_words``; rarer words become 0, which is no rank. None keeps all.

    Returns
    -------
    Reviews
        With the plain ranks of the word index. Keras adds 3 to each and begins every review with 1.
    """
    if num_words is not None and num_words < 1:
        raise ValueError(f"num_words is {num_words}, expected None or at least 1.")
    found = fetch.find(DATASETS["imdb"])
    if found.contents:
        parts, word_index = _imdb_arrays(found.contents[0]), json.loads(found.contents[1])
    else:
        parts, word_index = _invented_reviews()
    if num_words is not None:
        for part in ("x_train", "x_test"):
            parts[part] = [np.where(ranks <= num_words, ranks, 0) for ranks in parts[part]]
    return Reviews(**parts, word_index=word_index, source=found.source, edition=found.edition)


def decode_review(ids: Iterable[int], word_index: Mapping[str, int]) -> str:
    """Return the words of the given ranks, joined with blanks, and <UNK> for every number that is no rank."""
    words = {rank: word for word, rank in word_index.items()}
    return " ".join(words.get(int(rank), "<UNK>") for rank in ids)


def load_translation_pairs(limit: int | None = None) -> Pairs:
    """Return English sentences with a German translation, the shortest first: all, or the first ``limit``."""
    if limit is not None and limit < 1:
        raise ValueError(f"limit is {limit}, expected None or at least 1.")
    found = fetch.find(DATASETS["translation"])
    if found.contents:
        # A third column, in newer editions, names the authors.
        rows = [line.split("\t")[:2] for line in _text(found.contents[0]).rstrip("\n").split("\n")[:limit]]
    else:
        rows = grammar.translation_pairs()[:limit]
    english, german = zip(*rows, strict=True)
    return Pairs(list(english), list(german), found.source, found.edition)


def load_mnist() -> Images:
    """Return handwritten digits as pictures of 28 by 28 points: MNIST's 60,000 + 10,000, or scikit-learn's 1,797."""
    found = fetch.find(DATASETS["mnist"])
    if found.contents:
        with np.load(io.BytesIO(found.contents[0])) as arrays:
            parts = {name: arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    else:
        parts = _enlarged_digits()
    return Images(**parts, source=found.source, edition=found.edition)


def load_glove() -> WordVectors:
    """Return 9,163 frequent English words with their GloVe vectors of 50 numbers.

    Raises
    ------
    MissingDataError
        If the real data cannot be had; there is no stand-in for word vectors.
    """
    found = _real("glove")
    rows = [line.split(" ") for line in _text(found.contents[0]).rstrip("\n").split("\n")]
    vectors = np.array([row[1:] for row in rows], dtype=np.float32)
    return WordVectors([row[0] for row in rows], vectors, found.source, found.edition)


def describe() -> list[DatasetStatus]:
    """Return where each dataset would come from now, without fetching anything. Reads every file."""
    return [fetch.status(dataset) for dataset in DATASETS.values()]


def summary() -> str:
    """Return a short phrase for the first line of a lesson, judged by file names and sizes alone."""
    counts = Counter(fetch.at_hand(dataset) for dataset in DATASETS.values())
    names = {"download": "download when needed", "stand-in": "stand-ins (offline)"}
    known = [(names.get(source, source), counts[source]) for source in fetch.SOURCES if counts[source]]
    phrase = known[0][0] if len(known) == 1 else ", ".join(f"{count} {name}" for name, count in known)
    folder = settings.data_dir()
    missing = " (COURSE_DATA_DIR names a folder that is not there)" if folder and not folder.is_dir() else ""
    return f"data: {phrase}{missing}"


def _load_text(name: str) -> Text:
    found = fetch.find(DATASETS[name])
    raw = found.contents[0] if found.contents else _sample("story.txt", found)
    return Text(_text(raw), found.source, found.edition)


def _load_names(name: str) -> NameList:
    found = fetch.find(DATASETS[name])
    raw = b"\n".join(found.contents) if found.contents else _sample("names.txt", found)
    lines = (line.strip() for line in _text(raw).splitlines())
    return NameList([line for line in lines if line], found.source, found.edition)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _sample(name: str, found: Found) -> bytes:
    path = settings.REPO_DATA / "samples" / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissingDataError(
            f"the stand-in {path} cannot be read ({error.strerror}). It is part of the course: restore "
            f"it, for instance with git, or fetch the course again. {' '.join(found.notes)}"
        ) from error


def _real(name: str) -> Found:
    dataset = DATASETS[name]
    found = fetch.find(dataset)
    if not found.contents:
        edition = dataset.files[0].editions[0]
        raise MissingDataError(
            f"{dataset.title}: no good file was found; stand-in: {dataset.stand_in}. Connect to "
            "the internet, leave COURSE_OFFLINE unset and restart the kernel; or put the file into the "
            f"folder that COURSE_DATA_DIR names, as {edition.path} ({edition.size:,} bytes, SHA-256 "
            f"{edition.sha256}); see data/README.md. {' '.join(found.notes)}"
        )
    return found


def _enlarged_digits() -> dict:
    """Return scikit-learn's digits, 8 by 8 points in 17 greys, in the form of MNIST: 1,415 + 382 pictures."""
    from sklearn.datasets import load_digits  # here, since it takes seconds

    digits = load_digits()
    # Each of 28 points as a mixture of its neighbours among the 8: linear interpolation, corner on corner.
    mixture = np.array([np.interp(np.linspace(0, 7, 28), np.arange(8), one) for one in np.eye(8)])
    pictures = np.round(255 / 16 * mixture.T @ digits.images @ mixture).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    # The file goes writer by writer. It is cut where one begins: the test then asks about hands never seen before.
    place = 1415
    return {
        "x_train": pictures[:place],
        "y_train": labels[:place],
        "x_test": pictures[place:],
        "y_test": labels[place:],
    }


def _imdb_arrays(content: bytes) -> dict:
    """Return the four parts of a known edition of the IMDB file in the order of Keras."""
    # Unpickled here, so only known checksums get this far.
    with np.load(io.BytesIO(content), allow_pickle=True) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    rng = np.random.RandomState(113)  # the generator and seed of Keras
    for half in ("train", "test"):
        flat, lengths = parts[f"x_{half}"], parts.pop(f"x_{half}_len", None)
        reviews = flat if lengths is None else np.split(flat, np.cumsum(lengths)[:-1])
        order = np.arange(len(reviews))
        rng.shuffle(order)
        parts[f"x_{half}"] = [np.asarray(reviews[i], dtype=np.int32) for i in order]
        parts[f"y_{half}"] = parts[f"y_{half}"][order].astype(np.int64)
    return parts


def _invented_reviews() -> tuple[dict, dict[str, int]]:
    """Return 2,000 + 1,000 reviews of the grammar as ranks, and their word index, like the real ones."""
    halves = {"train": grammar.reviews(2000, seed=7), "test": grammar.reviews(1000, seed=8)}
    counts = Counter(word for text, _ in halves["train"] + halves["test"] for word in text.split())
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    word_index = {word: rank for rank, word in enumerate(ranked, 1)}
    parts = {}
    for half, found in halves.items():
        parts[f"x_{half}"] = [np.array([word_index[w] for w in text.split()], np.int32) for text, _ in found]
        parts[f"y_{half}"] = np.array([label for _, label in found], np.int64)
    return parts, word_index
