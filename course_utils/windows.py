"""A time series as training examples: windows of inputs and labels, a split in time order, and a scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

Series = np.ndarray | Mapping[str, np.ndarray]


class WindowGenerator:
    """The windows of a time series: `window` steps looked at, and the `horizon` steps that are to be predicted.

    Window number i begins at step ``i · stride``. Its inputs are the `window` steps from there on. Its labels are
    `horizon` steps, the last of which lies `shift` steps after the last input.

    Parameters
    ----------
    series : ndarray, (steps,) or (steps, features); or a mapping from names of columns to arrays of shape (steps,)
        In time order, with equal steps.
    window : int
        How many steps are looked at.
    horizon : int
        How many steps are predicted.
    shift : int, optional
        Steps from the last input to the last label, at least `horizon`; `horizon` if not given, so that the labels
        follow the inputs at once.
    stride : int
        Steps from the start of one window to the start of the next.
    columns : sequence of str, optional
        Names for the features of an array; ``"value"`` or ``"feature 0"``, ``"feature 1"`` … if not given.
    label_columns : sequence of str, or str, optional
        Which columns are predicted; all of them if not given.
    time : array, (steps,), optional
        The time of each step, as numbers or datetime64. It is only checked: it has to rise by equal steps.

    Attributes
    ----------
    inputs : ndarray, (windows, window, features)
    labels : ndarray, (windows, horizon, label columns)
        Read-only views, so that a step that lies in many windows is in memory once. (Of an array with several columns,
        a choice of two or more is copied once; a mapping always is.)
    input_indices, label_indices : ndarray
        The places of both in a window, counted from its start.
    total : int
        Steps from the first input to the last label, ``window + shift``.

    Raises
    ------
    ValueError
        If a setting is below 1 or no whole number; if `shift` is below `horizon`; if the series is too short for one
        window, has a gap (NaN), columns of different lengths or no numbers; if a column is unknown; or if `time` does
        not rise by equal steps.

    Examples
    --------
    >>> WindowGenerator(np.arange(10.0), window=6, columns=["sinefunction"])
    Total window size: 7
    Input indices: [0 1 2 3 4 5]
    Label indices: [6]
    Label column name(s): ['sinefunction']
    """

    def __init__(
        self,
        series: Series,
        window: int,
        horizon: int = 1,
        shift: int | None = None,
        stride: int = 1,
        columns: Sequence[str] | None = None,
        label_columns: Sequence[str] | str | None = None,
        time: Sequence | None = None,
    ):
        shift = horizon if shift is None else shift
        for name, value in (("window", window), ("horizon", horizon), ("shift", shift), ("stride", stride)):
            if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
                raise ValueError(f"{name} is {value!r}, expected a whole number of steps, at least 1.")
        if shift < horizon:
            raise ValueError(
                f"shift is {shift} and horizon is {horizon}: the first labels would lie among the inputs. "
                f"Expected a shift of {horizon} or more."
            )
        self.window, self.horizon, self.shift, self.stride = int(window), int(horizon), int(shift), int(stride)
        self.total = self.window + self.shift
        self.input_indices = np.arange(self.window)
        self.label_indices = np.arange(self.total - self.horizon, self.total)
        self.columns, self.series = _table(series, columns)
        self.label_columns = self._chosen(label_columns)
        self._check(time)
        places = [self.columns.index(name) for name in self.label_columns]
        if len(places) == 1:  # a slice is a view, a list of places is a copy
            targets = self.series[:, places[0] : places[0] + 1]
        else:
            targets = self.series if self.label_columns == self.columns else self.series[:, places]
        self._targets = targets
        self.inputs = self._cut(self.series)[:, : self.window]
        self.labels = self._cut(targets)[:, self.total - self.horizon :]

    def __len__(self) -> int:
        """Return the number of windows, ``(steps - window - shift) // stride + 1``."""
        return len(self.inputs)

    def __repr__(self) -> str:
        return (
            f"Total window size: {self.total}\n"
            f"Input indices: {self.input_indices}\n"
            f"Label indices: {self.label_indices}\n"
            f"Label column name(s): {self.label_columns}"
        )

    def dataset(self, batch_size: int = 32, shuffle: bool = False, seed: int | None = None) -> tf.data.Dataset:
        """Return the windows as a ``tf.data.Dataset`` of batches ``(inputs, labels)`` in float32.

        Only the series is kept in memory: the windows of a batch are cut when it is their turn.

        Parameters
        ----------
        batch_size : int
            Windows in a batch; the last batch may be smaller.
        shuffle : bool
            Take the windows in random order, another one in each epoch. (The order within a window stays.)
        seed : int, optional
            Of the random order.

        Raises
        ------
        ValueError
            If `batch_size` is below 1.
        """
        import tensorflow as tf

        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}, expected at least 1.")
        series, targets = (tf.constant(part, tf.float32) for part in (self.series, self._targets))
        starts = tf.data.Dataset.range(0, len(self) * self.stride, self.stride)
        if shuffle:
            starts = starts.shuffle(len(self), seed=seed)

        def cut(first):
            inputs = tf.gather(series, first[:, None] + self.input_indices)
            return inputs, tf.gather(targets, first[:, None] + self.label_indices)

        return starts.batch(batch_size).map(cut).prefetch(tf.data.AUTOTUNE)

    def _cut(self, table: np.ndarray) -> np.ndarray:
        every = np.lib.stride_tricks.sliding_window_view(table, self.total, axis=0)  # time comes last
        return every[:: self.stride].swapaxes(1, 2)

    def _chosen(self, names: Sequence[str] | str | None) -> list[str]:
        if names is None:
            return self.columns
        names = [names] if isinstance(names, str) else list(names)
        unknown = [name for name in names if name not in self.columns]
        if unknown or not names:
            raise ValueError(f"label_columns is {names}, expected one or more of the columns {self.columns}.")
        return names

    def _check(self, time: Sequence | None) -> None:
        steps = len(self.series)
        if steps < self.total:
            raise ValueError(
                f"The series has {steps} steps; a window of {self.window} with a shift of {self.shift} "
                f"needs {self.total}. Use a shorter window or horizon, or a longer series."
            )
        gaps = np.flatnonzero(~np.isfinite(self.series).all(axis=1))
        if len(gaps):
            raise ValueError(
                f"The series has gaps (NaN or infinity) at {len(gaps)} of {steps} steps, the first at step {gaps[0]}. "
                "Fill them (np.interp draws a line across a short gap), or make the windows of each whole part."
            )
        if time is not None:
            _check_time(np.asarray(time), steps)


def split_in_time(series: Series, fractions: Sequence[float] = (0.7, 0.2, 0.1)) -> list:
    """Cut a series into parts that follow each other in time: the first to train on, the last to test on.

    Parameters
    ----------
    series : ndarray, (steps,) or (steps, features); or a mapping from names to arrays of shape (steps,)
    fractions : sequence of float
        The share of each part; together 1.

    Returns
    -------
    list of arrays or of mappings
        Views. Windows made of each part on its own never reach into another part.

    Raises
    ------
    ValueError
        If the fractions are not above 0 with the sum 1, a part would be empty, or columns differ in length.
    """
    if len(fractions) == 0 or min(fractions) <= 0 or not np.isclose(sum(fractions), 1):
        raise ValueError(f"fractions is {fractions}, expected numbers above 0 with the sum 1.")
    named = isinstance(series, Mapping)
    lengths = {len(values) for values in (series.values() if named else [series])}
    if len(lengths) != 1:
        raise ValueError(f"The columns have the lengths {sorted(lengths)}, expected one length for all.")
    (steps,) = lengths
    cuts = [0, *(round(steps * share) for share in np.cumsum(fractions)[:-1]), steps]
    if min(np.diff(cuts)) < 1:
        raise ValueError(f"The series has {steps} steps: too few for {len(fractions)} parts with shares {fractions}.")
    pieces = [slice(begin, end) for begin, end in pairwise(cuts)]
    if named:
        return [{name: np.asarray(values)[piece] for name, values in series.items()} for piece in pieces]
    return [np.asarray(series)[piece] for piece in pieces]


@dataclass(frozen=True, eq=False)
class Scale:
    """Numbers near zero for the network, and the way back: ``(values - mean) / deviation``.

    Attributes
    ----------
    mean, deviation : ndarray, () or (features,)
        In the units of the series.
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fit(cls, series: np.ndarray) -> Scale:
        """Return the scale with which `series`, (steps,) or (steps, features), has mean 0 and standard deviation 1.

        Give it the training part alone: a mean over the whole series knows of the future.

        Raises
        ------
        ValueError
            If there are no numbers, or a feature is constant or holds NaN: it has no scale.
        """
        series = np.asarray(series)
        if series.dtype.kind not in "fiu" or not series.size:
            raise ValueError("Expected an array of numbers. Of a mapping, scale each column on its own.")
        mean, deviation = series.mean(axis=0), series.std(axis=0)
        if not np.all(deviation > 0):
            raise ValueError(f"The standard deviation is {deviation}, expected above 0: is a feature constant, or NaN?")
        return cls(mean, deviation)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return values, whose last axis is that of the features if there are several, in the network's numbers."""
        return (values - self.mean) / self.deviation

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Return the network's numbers in the units of the series: the inverse of `apply`."""
        return values * self.deviation + self.mean


def _table(series: Series, names: Sequence[str] | None) -> tuple[list[str], np.ndarray]:
    """Return the names of the columns, and the series as an array of floats, (steps, features)."""
    if isinstance(series, Mapping):
        if names is not None:
            raise ValueError("The series names its columns already: leave `columns` out.")
        names, parts = list(series), [np.asarray(part) for part in series.values()]
        shapes = {name: part.shape for name, part in zip(names, parts, strict=True)}
        if len(set(shapes.values())) != 1 or parts[0].ndim != 1:
            raise ValueError(f"The columns have the shapes {shapes}, expected one axis and one length for all.")
        table = np.stack(parts, axis=1)
    else:
        table = np.asarray(series)
        if table.ndim not in (1, 2) or 0 in table.shape[1:]:
            raise ValueError(f"The series has shape {table.shape}, expected (steps,) or (steps, features).")
        default = ["value"] if table.ndim == 1 else [f"feature {number}" for number in range(table.shape[1])]
        table = table[:, None] if table.ndim == 1 else table
        names = default if names is None else [names] if isinstance(names, str) else list(names)
    if len(names) != table.shape[1] or len(set(names)) < len(names):
        raise ValueError(f"columns is {names}, expected {table.shape[1]} different names, one for each feature.")
    if table.dtype.kind not in "fiu":
        raise ValueError(f"The series is of type {table.dtype}, expected numbers.")
    return names, table if table.dtype.kind == "f" else table.astype(np.float32)


def _check_time(time: np.ndarray, steps: int) -> None:
    if time.dtype.kind not in "fiuM":
        raise ValueError(f"time is of type {time.dtype}, expected numbers or np.asarray(time, 'datetime64[s]').")
    if time.shape != (steps,):
        raise ValueError(f"time has shape {time.shape}, expected ({steps},): one for each step of the series.")
    lengths = np.diff(time.astype(np.int64) if time.dtype.kind == "u" else time)
    none = lengths.dtype.type(0)
    wrong = np.flatnonzero(~(lengths > none))
    if len(wrong):
        first = wrong[0]
        how = "stands twice" if lengths[first] == none else "is not in order"
        raise ValueError(
            f"time {how}: step {first + 1} is {time[first + 1]}, the step before {time[first]}. Sort the series with "
            "np.argsort(time), and keep one value for each time (np.unique finds them)."
        )
    unequal = np.flatnonzero(np.abs(lengths - lengths[:1]) > lengths[:1] * 1e-3)
    if len(unequal):
        first = unequal[0]
        raise ValueError(
            f"time rises by unequal steps: {time[first + 1]} comes {lengths[first]} after {time[first]}, the steps "
            f"before were {lengths[0]}. Put missing steps in, or make the windows of each part without a gap."
        )
