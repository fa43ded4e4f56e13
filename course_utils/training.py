"""Training: batches that carry the state, are one-hot or of similar length; a line per epoch, samples, resuming."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence

import keras
import numpy as np

from . import settings
from .text import streams


class StreamBatches(keras.utils.PyDataset):
    """Batches for truncated backpropagation through time: batch after batch, each row goes on where it stopped.

    The text is cut into `batch` streams that are read side by side, `time` symbols at a time. For a model whose
    recurrent layers are ``stateful=True``; pass `CarryState` and ``shuffle=False`` to ``fit`` too.

    Parameters
    ----------
    numbers : ndarray, (total,)
        The encoded text.
    batch, time : int
        Number of streams, and steps in one batch.
    seed : int, optional
        If given, each epoch begins a few symbols later or earlier, so that the cuts fall elsewhere every time.

    Raises
    ------
    ValueError
        If the text is too short for one batch.
    """

    def __init__(self, numbers: np.ndarray, batch: int, time: int, seed: int | None = None):
        super().__init__()
        self.numbers, self.batch, self.time = np.asarray(numbers), batch, time
        self._random = None if seed is None else np.random.default_rng(seed)
        self._batches = (len(self.numbers) - time) // batch // time if time >= 1 and batch >= 1 else 0
        if self._batches < 1:
            raise ValueError(
                f"A text of {len(self.numbers)} symbols is too short for a batch of {batch} streams of {time} steps: "
                f"it needs {batch * time + time}. Use fewer streams or fewer steps."
            )
        self.on_epoch_end()

    def __len__(self) -> int:
        return self._batches

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and targets, both (batch, time)."""
        steps = slice(index * self.time, (index + 1) * self.time)
        return self._inputs[:, steps], self._targets[:, steps]

    def on_epoch_end(self) -> None:
        offset = 0 if self._random is None else int(self._random.integers(self.time))
        self._inputs, self._targets = streams(self.numbers[offset:], self.batch)


class BatchesByLength(keras.utils.PyDataset):
    """Batches of sequences of similar length, each padded at the end to the longest of its own batch.

    Padding costs as much time as words do. In batches of similar length hardly any is needed.

    Parameters
    ----------
    sequences : sequence of ndarray of int, each (length,)
        Without padding; 0 is the padding.
    labels : ndarray, (number of sequences,)
    batch : int
        Sequences in a batch; the last one may be smaller.
    seed : int, optional
        If given, each epoch has other batches in another order; lengths may then differ by up to `spread` more.
        None, for evaluation: always the same, the shortest first.
    spread : int
        How many steps the sorting by length may be off when `seed` is given, so that batches change from epoch to
        epoch.
    replace : tuple of (float, int), optional
        For training: this share of the ids is replaced by this id each time, such as ``(0.1, 2)`` for unknown words.

    Raises
    ------
    ValueError
        If there is no sequence, one is empty, numbers of sequences and labels differ, or `batch` is below 1.
    """

    def __init__(
        self,
        sequences: Sequence[np.ndarray],
        labels: np.ndarray,
        batch: int,
        seed: int | None = None,
        spread: int = 20,
        replace: tuple[float, int] | None = None,
    ):
        super().__init__()
        self.sequences, self.labels, self.batch = list(sequences), np.asarray(labels), batch
        self.lengths = np.array([len(sequence) for sequence in self.sequences])
        if not self.sequences or len(self.sequences) != len(self.labels) or batch < 1:
            raise ValueError(
                f"Got {len(self.sequences)} sequences, {len(self.labels)} labels and batch = {batch}; expected as many "
                "labels as sequences, at least one, and batches of at least one."
            )
        if not self.lengths.all():
            empty = np.flatnonzero(self.lengths == 0)[:5].tolist()
            raise ValueError(f"The sequences {empty} are empty: nothing to read, nothing to learn. Leave them out.")
        self._random = None if seed is None else np.random.default_rng(seed)
        self._spread, self._replace = spread, replace
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return ids (batch, steps of the longest) of int32, and labels (batch,)."""
        chosen = self._batches[index]
        rows = np.zeros((len(chosen), self._widths[index]), np.int32)
        for row, place in zip(rows, chosen, strict=True):
            row[: self.lengths[place]] = self.sequences[place]
        if self._replace:
            share, id = self._replace
            rows[(self._random.random(rows.shape) < share) & (rows > 0)] = id
        return rows, self.labels[chosen]

    @property
    def steps(self) -> int:
        """Steps that are read in one epoch, padding included."""
        return sum(width * len(chosen) for width, chosen in zip(self._widths, self._batches, strict=True))

    def on_epoch_end(self) -> None:
        lengths = self.lengths
        if self._random is not None:
            lengths = lengths + self._random.uniform(0, self._spread, len(lengths))
        order = np.argsort(lengths, kind="stable")
        self._batches = [order[first : first + self.batch] for first in range(0, len(order), self.batch)]
        if self._random is not None:
            self._random.shuffle(self._batches)
        self._widths = [int(self.lengths[chosen].max()) for chosen in self._batches]
        # Keras looks at the first two batches, and if both have the same number of steps it demands that of all.
        if len(self._widths) > 1 and self._widths[0] == self._widths[1] and np.ptp(self.lengths):
            self._widths[1] += 1


class OneHotBatches(keras.utils.PyDataset):
    """Batches of windows as one-hot vectors, which exist only while their batch is in use; the targets stay numbers.

    Parameters
    ----------
    inputs : ndarray of int, (windows, time)
        A view such as `course_utils.text.windows` gives is best: then the text is in memory once.
    targets : ndarray of int, (windows,) or (windows, time)
    symbols : int
        Size of the vocabulary.
    batch : int
        Windows in a batch; the last one may be smaller.
    seed : int, optional
        If given, each epoch has the windows in another order; without it they stay in their own.

    Raises
    ------
    ValueError
        If numbers of inputs and targets differ, there is none, or `batch` is below 1.
    """

    def __init__(self, inputs: np.ndarray, targets: np.ndarray, symbols: int, batch: int, seed: int | None = None):
        super().__init__()
        if len(inputs) != len(targets) or not len(inputs) or batch < 1:
            raise ValueError(
                f"Got {len(inputs)} inputs, {len(targets)} targets and batch = {batch}; expected as many targets as "
                "inputs, at least one, and batches of at least one."
            )
        self.inputs, self.targets, self.batch = inputs, targets, batch
        self._one_hot = np.eye(symbols, dtype=np.float32)
        self._order = np.arange(len(inputs))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.batch)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs (batch, time, symbols) of float32, and their targets."""
        chosen = self._order[index * self.batch : (index + 1) * self.batch]
        return self._one_hot[self.inputs[chosen]], self.targets[chosen]

    def on_epoch_end(self) -> None:
        if self._random is not None:
            self._random.shuffle(self._order)


class CarryState(keras.callbacks.Callback):
    """Forget the carried state where a text begins anew: before each epoch and before each evaluation."""

    def _reset(self) -> None:
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()

    def on_epoch_begin(self, epoch, logs=None):
        self._reset()

    def on_test_begin(self, logs=None):
        self._reset()


class EpochLines(keras.callbacks.Callback):
    """Print one line after each epoch, or after every few: loss in nats a symbol, held-out loss, seconds so far."""

    def __init__(self, every: int = 1):
        super().__init__()
        self.every = every

    def on_train_begin(self, logs=None):
        self._start = clock.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every and epoch + 1 != self.params["epochs"]:
            return
        held_out = f"   held-out {logs['val_loss']:.3f}" if "val_loss" in logs else ""
        seconds = clock.perf_counter() - self._start
        print(f"epoch {epoch + 1:3d}   training {logs['loss']:.3f}{held_out}   {seconds:4.0f} s", flush=True)


class SampleWhileTraining(keras.callbacks.Callback):
    """Print what the model writes after chosen epochs.

    Parameters
    ----------
    write : callable () -> str
        For example ``lambda: generator("alice ", 60, seed=1)``.
    epochs : set of int
        After which epochs, counted from 1.
    """

    def __init__(self, write: Callable[[], str], epochs: set[int]):
        super().__init__()
        self.write, self.epochs = write, epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            print(f"            writes: {self.write()}", flush=True)


def optimizer(learning_rate: float, steps: int, weight_decay: float = 0.0) -> keras.optimizers.Optimizer:
    """Return Adam with a learning rate that rises quickly and then falls to zero along half a cosine.

    The fall at the end is worth more than a good constant rate: the last steps settle what the first ones found.
    Gradients are clipped to norm 1, so that one bad batch cannot undo the training.

    Parameters
    ----------
    learning_rate : float
        The highest rate, reached after a twentieth of the steps.
    steps : int
        Number of batches of the whole training.
    weight_decay : float
        Each step pulls every weight towards zero by this share of the learning rate (AdamW; Loshchilov and Hutter,
        2019).
    """
    warm_up = max(1, steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=learning_rate,
        warmup_steps=warm_up,
        decay_steps=max(1, steps - warm_up),
    )
    return keras.optimizers.AdamW(rate, weight_decay=weight_decay, beta_2=0.99, clipnorm=1.0)


def resumable(name: str) -> keras.callbacks.BackupAndRestore:
    """Return a callback that lets a long ``fit`` go on where it was when the kernel was interrupted or killed.

    After every epoch, weights, optimizer and epoch number are saved in the user's cache folder. The next ``fit`` with
    the same name starts there; a ``fit`` that reached its end leaves nothing behind.

    Parameters
    ----------
    name : str
        Names the training and its settings: give another name when the model or the settings change.
    """
    place = settings.cache_dir() / "unfinished" / name
    place.mkdir(parents=True, exist_ok=True)
    return keras.callbacks.BackupAndRestore(place)


def without_state(model: keras.Sequential, build: Callable[[], keras.Sequential]) -> keras.Sequential:
    """Return the model that `build` makes (same layers, not stateful, any batch) with the weights of `model`."""
    plain = build()
    for variable, trained in zip(plain.trainable_variables, model.trainable_variables, strict=True):
        variable.assign(trained)
    return plain
