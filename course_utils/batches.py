"""Batches of sentence pairs of similar length, for a network with an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from .text import padded


class TranslationBatches(keras.utils.PyDataset):
    """Batches ``((source, inputs), targets)`` of pairs of similar length, padded to the longest of their own batch.

    Parameters
    ----------
    sources, targets : sequence of ndarray of int
        As `pairs.source_ids` and `pairs.target_ids` give them.
    batch : int
        Pairs in a batch; the last one may be smaller.
    seed : int, optional
        If given, each epoch has other batches in another order. None, for evaluation: always the same.
    spread : float
        How many steps the sorting by the source's length may be off when `seed` is given, so that batches change.
    multiple : int
        Lengths are rounded up to a multiple of this. A compiled model (``jit_compile=True``) is compiled anew for
        every pair of lengths: with 4 or 8 there are few, at the price of some padding.

    Raises
    ------
    ValueError
        If there is no pair, numbers of sources and targets differ, one is empty, or `batch` or `multiple` is below 1.
    """

    def __init__(
        self,
        sources: Sequence[np.ndarray],
        targets: Sequence[np.ndarray],
        batch: int,
        seed: int | None = None,
        spread: float = 4.0,
        multiple: int = 1,
    ):
        super().__init__()
        self.sources, self.targets, self.batch = list(sources), list(targets), batch
        if len(self.sources) != len(self.targets) or not self.sources or min(batch, multiple) < 1:
            raise ValueError(
                f"Got {len(self.sources)} sources, {len(self.targets)} targets, batch = {batch} and multiple = "
                f"{multiple}; expected as many targets as sources, at least one, and numbers of at least 1."
            )
        # Columns: steps of the encoder, and of the decoder, which reads all but the stop.
        self.lengths = np.array([(len(s), len(t) - 1) for s, t in zip(self.sources, self.targets, strict=True)])
        if self.lengths.min() < 1:
            place = int(np.argmax(self.lengths.min(axis=1) < 1))
            raise ValueError(f"Pair {place} has an empty source, or a target without start and stop.")
        self._random, self._spread = None if seed is None else np.random.default_rng(seed), spread
        self._multiple = multiple
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Return (source (batch, longest), inputs (batch, time)) and targets (batch, time), all of int32."""
        chosen, (width, time) = self._batches[index], self._widths[index]
        told = [self.targets[place] for place in chosen]
        source = padded([self.sources[place] for place in chosen], width)
        return (source, padded([ids[:-1] for ids in told], time)), padded([ids[1:] for ids in told], time)

    @property
    def padding(self) -> float:
        """Which share of the steps of an epoch, of encoder and decoder together, is padding."""
        sizes = np.array([len(chosen) for chosen in self._batches])
        return float(1 - self.lengths.sum() / (sizes @ self._widths).sum())

    def on_epoch_end(self) -> None:
        steps, said = self.lengths.T
        if self._random is not None:
            steps = steps + self._random.uniform(0, self._spread, len(steps))
        # By the target first: in batches of equal sources the targets would differ by far more than the other way.
        order = np.lexsort((steps, said))
        self._batches = [order[first : first + self.batch] for first in range(0, len(order), self.batch)]
        if self._random is not None:
            self._random.shuffle(self._batches)
        longest = np.array([self.lengths[chosen].max(axis=0) for chosen in self._batches])
        self._widths = -(-longest // self._multiple) * self._multiple
        # Keras looks at the first two batches, and if both have the same number of steps it demands that of all.
        if len(self._widths) > 1:
            same = (self._widths[0] == self._widths[1]) & (np.ptp(self.lengths, axis=0) > 0)
            self._widths[1] += self._multiple * same
