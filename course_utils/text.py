"""Text as numbers: a vocabulary, and the windows and streams a network is trained on, as views without copies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np


class UnknownSymbolError(ValueError):
    """A text holds symbols that the vocabulary does not know."""


class Vocabulary:
    """The distinct symbols of a text, each with a number: its place in the list.

    A symbol is one character if the text is a string, and one item if it is a list (of words, say).

    Parameters
    ----------
    symbols : sequence of str
        Each symbol once, in the order of their numbers.

    Raises
    ------
    ValueError
        If there is no symbol, or one occurs twice.

    Examples
    --------
    >>> vocabulary = Vocabulary.of("hello")
    >>> vocabulary.encode("hello")
    array([1, 0, 2, 2, 3], dtype=int32)
    """

    def __init__(self, symbols: Sequence[str]):
        self.symbols = list(symbols)
        self._number = {symbol: number for number, symbol in enumerate(self.symbols)}
        if not self.symbols:
            raise ValueError("A vocabulary needs at least one symbol; the text it was made from is empty.")
        if len(self._number) < len(self.symbols):
            twice = sorted({s for s in self.symbols if self.symbols.count(s) > 1})
            raise ValueError(f"Each symbol may occur only once in a vocabulary; these occur twice: {twice}.")

    @classmethod
    def of(cls, text: Iterable[str]) -> Vocabulary:
        """Make the vocabulary of a text: its distinct symbols in sorted order, so that it is the same every time."""
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __repr__(self) -> str:
        shown = " ".join(repr(s)[1:-1] for s in self.symbols[:12])
        return f"Vocabulary of {len(self)} symbols: {shown}{' …' if len(self) > 12 else ''}"

    def unknown(self, text: Iterable[str]) -> list[str]:
        """Return the distinct symbols of a text that are not in the vocabulary, sorted."""
        return sorted(set(text) - self._number.keys())

    def encode(self, text: Iterable[str]) -> np.ndarray:
        """Return the numbers of a text's symbols.

        Parameters
        ----------
        text : str or iterable of str

        Returns
        -------
        ndarray of int32, (length,)

        Raises
        ------
        UnknownSymbolError
            If the text holds a symbol that is not in the vocabulary.
        """
        text = text if isinstance(text, str) else list(text)
        unknown = self.unknown(text)
        if unknown:
            raise UnknownSymbolError(
                f"{self._phrase(unknown)} not in the vocabulary of {len(self)} symbols "
                f"({' '.join(repr(s)[1:-1] for s in self.symbols[:60])}). {self._advice(unknown)}"
            )
        return np.fromiter((self._number[symbol] for symbol in text), np.int32, count=len(text))

    def decode(self, numbers: Iterable[int], joiner: str = "") -> str:
        """Return the text of some numbers: the inverse of `encode`.

        Raises
        ------
        ValueError
            If a number is not between 0 and the size of the vocabulary less one.
        """
        numbers = [int(number) for number in np.asarray(numbers).reshape(-1)]
        outside = sorted({number for number in numbers if not 0 <= number < len(self)})
        if outside:
            raise ValueError(
                f"{outside[:5]} cannot be decoded: the vocabulary has the numbers 0 to {len(self) - 1}. "
                "Was this text encoded with another vocabulary?"
            )
        return joiner.join(self.symbols[number] for number in numbers)

    def save(self, path: str | Path) -> None:
        """Write the vocabulary as a JSON list. A model without its vocabulary is worthless: keep them together."""
        # The same bytes on every system: a checkpoint's card holds the checksum.
        listed = json.dumps(self.symbols, ensure_ascii=False) + "\n"
        Path(path).write_text(listed, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read a vocabulary that `save` wrote.

        Raises
        ------
        ValueError
            If the file does not hold a JSON list of strings.
        """
        try:
            symbols = json.loads(Path(path).read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is not a vocabulary: {error}. Make it again with Vocabulary.save.") from error
        if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
            raise ValueError(f"{path} is not a vocabulary: expected a JSON list of strings.")
        return cls(symbols)

    def _phrase(self, unknown: list[str]) -> str:
        shown = ", ".join(repr(symbol) for symbol in unknown[:8]) + (", …" if len(unknown) > 8 else "")
        return f"{shown} {'is' if len(unknown) == 1 else 'are'}"

    def _advice(self, unknown: list[str]) -> str:
        if all(symbol.lower() in self for symbol in unknown):
            return "The text has capitals and the vocabulary has none: try text.lower()."
        return "Clean the text as the training text was cleaned, or leave these symbols out."


def windows(numbers: np.ndarray, length: int, stride: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Cut a text into windows, each with its targets: the same window one step later.

    Parameters
    ----------
    numbers : ndarray, (total,)
        The encoded text.
    length : int
        Steps in a window.
    stride : int, optional
        Steps from the start of one window to the start of the next; `length` if not given (no overlap).

    Returns
    -------
    inputs, targets : ndarray, (windows, length)
        Read-only views into `numbers`: they take no memory of their own. There are
        ``(total - 1 - length) // stride + 1`` windows.

    Raises
    ------
    ValueError
        If a length or stride is below 1, or the text is too short for one window and its last target.
    """
    numbers = np.asarray(numbers)
    stride = length if stride is None else stride
    for name, value in (("length", length), ("stride", stride)):
        if value < 1:
            raise ValueError(f"{name} is {value}, expected at least 1.")
    if len(numbers) < length + 1:
        raise ValueError(
            f"The text has {len(numbers)} symbols; a window of {length} and the target of its last step need "
            f"{length + 1}. Use a shorter window or a longer text."
        )
    every = np.lib.stride_tricks.sliding_window_view(numbers, length)
    return every[:-1:stride], every[1::stride]


def streams(numbers: np.ndarray, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a text into `batch` long pieces that are read side by side, so that a state can be carried along each.

    Parameters
    ----------
    numbers : ndarray, (total,)
        The encoded text.
    batch : int
        How many pieces.

    Returns
    -------
    inputs, targets : ndarray, (batch, (total - 1) // batch)
        Views into `numbers`; the few symbols left over at the end are not used.

    Raises
    ------
    ValueError
        If `batch` is below 1 or the text has not even one step for each piece.
    """
    numbers = np.asarray(numbers)
    length = (len(numbers) - 1) // batch if batch >= 1 else 0
    if length < 1:
        raise ValueError(f"A text of {len(numbers)} symbols cannot be cut into {batch} streams of at least one step.")
    used = batch * length
    return numbers[:used].reshape(batch, length), numbers[1 : used + 1].reshape(batch, length)


def copied_share(written: str, source: str, size: int = 20) -> float:
    """Return which share of all pieces of `size` symbols of a written text stand word for word in the source.

    Raises
    ------
    ValueError
        If the written text is shorter than one piece.
    """
    pieces = [written[place : place + size] for place in range(len(written) - size + 1)]
    if not pieces:
        raise ValueError(f"The text has {len(written)} symbols, expected at least {size} for one piece.")
    return float(np.mean([piece in source for piece in pieces]))


def repeated_share(written: str, size: int = 20) -> float:
    """Return which share of all pieces of `size` symbols of a written text stood in it before.

    Raises
    ------
    ValueError
        If the text is shorter than two pieces that differ in their place.
    """
    count = len(written) - size + 1
    if size < 1 or count < 2:
        raise ValueError(f"The text has {len(written)} symbols, expected at least {size + 1} for two pieces of {size}.")
    return 1 - len({written[place : place + size] for place in range(count)}) / count


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case: runs of letters, in any script, with apostrophes between them."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())


def known_share(written: str, source: str) -> float:
    """Return which share of the words of a written text occur in the source; words as in `words_of`.

    Raises
    ------
    ValueError
        If the written text has no word.
    """
    words, known = words_of(written), set(words_of(source))
    if not words:
        raise ValueError("The text holds no word, so no share of its words can be known.")
    return float(np.mean([word in known for word in words]))


def padded(sequences: Sequence[Sequence[int]], width: int | None = None) -> np.ndarray:
    """Return sequences of numbers as rows, (sequences, width or the longest) of int32, with zeros at the end.

    Raises
    ------
    ValueError
        If there is no sequence, or one is longer than the width.
    """
    longest = max(map(len, sequences), default=-1)
    width = longest if width is None else width
    if not 0 <= longest <= width:
        raise ValueError(f"Got {len(sequences)} sequences, the longest of {longest}; expected some of at most {width}.")
    rows = np.zeros((len(sequences), width), np.int32)
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = sequence
    return rows


def with_signs(words: Sequence[Iterable[str]], vocabulary: Vocabulary) -> list[np.ndarray]:
    r"""Return each word, a string or a list of symbols, as numbers from the start, ``"\t"``, to the stop, ``"\n"``.

    Raises
    ------
    UnknownSymbolError
        If a word, the start or the stop holds a symbol that the vocabulary lacks.
    ValueError
        If there is no word, or one holds the padding (the vocabulary's symbol 0), the start or the stop.
    """
    signs = {vocabulary.symbols[0], "\t", "\n"}
    wrong = [word for word in words if signs & set(word)]
    if wrong or not len(words):
        found = f"{wrong[0]!r} holds a sign" if wrong else "there is none"
        raise ValueError(f"Expected words without padding, start and stop ({sorted(signs)}); {found}.")
    return [vocabulary.encode(["\t", *word, "\n"]) for word in words]


def rows_of_words(words: Sequence[Iterable[str]], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    r"""Return words as rows for a model that invents words: read from a start on, told up to a stop, padded at the end.

    Parameters
    ----------
    words : sequence of str or of list of str
        Each becomes ``"\t" + word`` in the inputs and ``word + "\n"`` in the targets. Errors are as in `with_signs`.
    vocabulary : Vocabulary
        Its symbol 0 stands for padding.

    Returns
    -------
    inputs, targets : ndarray of int32, (words, longest word + 1)
    """
    ids = with_signs(words, vocabulary)
    return padded([row[:-1] for row in ids]), padded([row[1:] for row in ids])
