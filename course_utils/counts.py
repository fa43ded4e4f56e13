"""A language model that only counts: the opponent every recurrent network here has to beat."""

from __future__ import annotations

import numpy as np


class CountModel:
    """Predict the next symbol from counts of the symbols that came before it, with Witten–Bell interpolation.

    An n-gram model of order n looks at the n - 1 symbols before the one it predicts: its context. The probability of
    a symbol is a blend of what followed that context in the training text and of the prediction from a context
    shorter by one, down to the uniform guess::

        P(s | context) = (count(context, s) + kinds(context) · P(s | shorter)) / (count(context) + kinds(context))

    where ``shorter`` is the context without its first symbol, and ``kinds(context)`` is how many different symbols
    followed the context: a context after which anything may come is trusted less. Source: Witten and Bell (1991), in
    the interpolated form of Chen and Goodman (1999).

    Parameters
    ----------
    order : int
        1 knows only how frequent each symbol is, 2 also looks at the symbol before it, and so on.
    vocabulary_size : int
        Number of distinct symbols.
    """

    def __init__(self, order: int, vocabulary_size: int):
        if order < 1:
            raise ValueError(f"order is {order}, expected 1 or more (1: frequencies; 2: pairs; 3: triples).")
        if vocabulary_size**order > 2**62:
            longest = int(62 / np.log2(vocabulary_size))
            raise ValueError(f"order is {order}, expected at most {longest} for {vocabulary_size} symbols.")
        self.order = order
        self.vocabulary_size = vocabulary_size
        self._tables: list[tuple[np.ndarray, ...]] = []

    def fit(self, numbers: np.ndarray) -> CountModel:
        """Count an encoded text, shape (length,), and return the model itself.

        Raises
        ------
        ValueError
            If a number is not between 0 and the size of the vocabulary less one.
        """
        numbers = self._checked(numbers)
        self._tables = []
        for order in range(1, self.order + 1):
            events, event_counts = np.unique(self._codes(numbers, order), return_counts=True)
            contexts, first = np.unique(events // self.vocabulary_size, return_index=True)
            totals = np.add.reduceat(event_counts, first)
            kinds = np.diff(np.append(first, len(events)))
            self._tables.append((events, event_counts, contexts, totals, kinds))
        return self

    def probabilities(self, numbers: np.ndarray) -> np.ndarray:
        """Return the probability that the model gave each symbol of an encoded text, after the symbols before it.

        Parameters
        ----------
        numbers : ndarray, (length,)

        Returns
        -------
        ndarray, (length - order + 1,)
            For the symbols that have a whole context before them: the first ``order - 1`` are only context.

        Raises
        ------
        RuntimeError
            If `fit` was not called.
        ValueError
            If a number is not between 0 and the size of the vocabulary less one.
        """
        if not self._tables:
            raise RuntimeError("Nothing was counted yet: call fit with the training text first.")
        numbers = self._checked(numbers)
        p = np.full(max(len(numbers) - self.order + 1, 0), 1.0 / self.vocabulary_size)
        for order, (events, event_counts, contexts, totals, kinds) in enumerate(self._tables, start=1):
            codes = self._codes(numbers, order)[self.order - order :]
            count = _look_up(codes, events, event_counts)
            context = codes // self.vocabulary_size
            total, kind = _look_up(context, contexts, totals), _look_up(context, contexts, kinds)
            seen = total > 0
            p[seen] = (count[seen] + kind[seen] * p[seen]) / (total[seen] + kind[seen])
        return p

    def loss(self, numbers: np.ndarray) -> float:
        """Return the mean of -log(probability) over an encoded text, in nats a symbol.

        Raises
        ------
        ValueError
            If the text is shorter than the order, so that no symbol has a whole context.
        """
        if len(numbers) < self.order:
            raise ValueError(f"A text of {len(numbers)} symbols is too short for a model of order {self.order}.")
        return float(-np.log(self.probabilities(numbers)).mean())

    def _checked(self, numbers: np.ndarray) -> np.ndarray:
        # A number beyond the vocabulary would pass for another piece of text, and spoil the counts unnoticed.
        numbers = np.asarray(numbers, np.int64)
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < self.vocabulary_size:
            raise ValueError(
                f"The text has numbers from {numbers.min()} to {numbers.max()}, expected 0 to "
                f"{self.vocabulary_size - 1}. Was it encoded with another vocabulary?"
            )
        return numbers

    def _codes(self, numbers: np.ndarray, length: int) -> np.ndarray:
        # Every piece of `length` symbols as one integer: its digits in base vocabulary_size.
        codes = np.zeros(max(len(numbers) - length + 1, 0), np.int64)
        for offset in range(length):
            codes = codes * self.vocabulary_size + numbers[offset : offset + len(codes)]
        return codes


def _look_up(keys: np.ndarray, table: np.ndarray, values: np.ndarray) -> np.ndarray:
    if not len(table):
        return np.zeros(len(keys))
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[place] == keys, values[place], 0).astype(float)
