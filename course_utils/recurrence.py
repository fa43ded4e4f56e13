"""What the recurrent cells by hand have in common: the loops over the steps, what they return, masks, checks.

The cells themselves, with the symbols used here, are in `cells`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from .checks import checked_mask, named, numbers

# --- What the two passes return


class _Arrays:
    def __repr__(self) -> str:
        # Shapes: the numbers would fill the screen.
        return f"{type(self).__name__}({', '.join(f'{f.name}: {_shape(getattr(self, f.name))}' for f in fields(self))})"


@dataclass(frozen=True, eq=False, repr=False)
class Trace(_Arrays):
    """All that happened in a forward pass.

    The trace of each kind of cell also holds its gates, (batch, time, units). At a masked step they are what its
    input would have done; the state did not follow.

    Attributes
    ----------
    x : ndarray, (batch, time, features)
    initial_state : ndarray, (batch, units); for the LSTM a pair (hidden, cell) of them
        The state before the first step: zeros if none was given.
    mask : ndarray of bool, (batch, time)
        All True if none was given.
    hidden : ndarray, (batch, time, units)
        The hidden state after each step; a masked step repeats it. ``hidden[:, -1]`` is the state to go on from.
    """

    x: np.ndarray
    initial_state: np.ndarray | tuple[np.ndarray, np.ndarray]
    mask: np.ndarray
    hidden: np.ndarray

    @property
    def started(self) -> np.ndarray:
        """False at the masked steps that open a sequence, True from its first step that counts on; (batch, time)."""
        return np.logical_or.accumulate(self.mask, axis=1)

    @property
    def output(self) -> np.ndarray:
        """What Keras returns with ``return_sequences=True``; (batch, time, units).

        It is `hidden`, except before the first step that counts: there the hidden state is the initial state, and
        Keras puts out zeros. For a loss on `output`, ``d_hidden`` is therefore ``d_output * started[..., None]``.
        """
        return np.where(self.started[..., None], self.hidden, np.zeros_like(self.hidden))


@dataclass(frozen=True, eq=False, repr=False)
class SimpleRNNTrace(Trace):
    """The trace of a `SimpleRNNCell`: its ``a``."""

    pre_activation: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class LSTMTrace(Trace):
    """The trace of an `LSTMCell`: ``c`` after each step (a masked step repeats it), and ``i``, ``f``, ``g``, ``o``."""

    cell: np.ndarray
    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class GRUTrace(Trace):
    """The trace of a `GRUCell`: its ``z``, ``r`` and ``g``."""

    update_gate: np.ndarray
    reset_gate: np.ndarray
    candidate: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Gradients(_Arrays):
    """The derivatives of a loss with respect to all that went into a forward pass, each in the shape of its source.

    Attributes
    ----------
    x, kernel, recurrent_kernel, bias : ndarray
        ``bias`` is None if the cell has none.
    initial_state : ndarray, (batch, units); for the LSTM a pair (hidden, cell) of them
    hidden : ndarray, (batch, time, units)
        All that arrives at the hidden state of each step: the ``d_hidden`` given for it, and what flows back from the
        next step, which was computed from it. Its norm over time shows a gradient vanish or explode.
    cell : ndarray, (batch, time, units), or None
        For the LSTM, all that arrives at the cell state of each step: the ``d_cell`` given for it, what comes through
        the hidden state of the same step, and what flows back from the next step.
    """

    x: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray | None
    initial_state: np.ndarray | tuple[np.ndarray, np.ndarray]
    hidden: np.ndarray
    cell: np.ndarray | None = None


# --- What the three cells have in common


class Cell:
    # A cell has, beside what is set here, its two steps. States are tuples in them: (h,), for the LSTM (h, c).
    # _step(xWb, state): from the state before a step, the state after it and what else belongs in the trace.
    # _step_back(trace, t, before, d_state): from the state before step t and the gradient of the state after it, that
    #     gradient in full, and the gradients of xWb and of the state before.
    _blocks: ClassVar[tuple[str, ...]]  # of the columns of the kernels, in order
    _states: ClassVar[tuple[str, ...]] = ("hidden",)  # by their names in the trace
    _trace: ClassVar[type[Trace]]
    _bias_rows: tuple = ()

    def __init__(self, kernel: ArrayLike, recurrent_kernel: ArrayLike, bias: ArrayLike | None):
        blocks = len(self._blocks)
        columns = "units" if blocks == 1 else f"{blocks} × units"
        kernel = numbers("kernel", kernel, ("features", None), (columns, None))
        width = kernel.shape[1]
        if width % blocks:
            raise ValueError(
                f"kernel has shape {kernel.shape}, expected (features, {columns}), a block of columns for each of "
                f"{', '.join(self._blocks)}: {width} is not a multiple of {blocks}."
            )
        weights = [kernel, numbers("recurrent_kernel", recurrent_kernel, ("units", width // blocks), (columns, width))]
        if bias is not None:
            weights.append(numbers("bias", bias, *self._bias_rows, (columns, width)))
        self.dtype = np.result_type(*weights)
        self.kernel, self.recurrent_kernel, *biases = (weight.astype(self.dtype) for weight in weights)
        self.bias = biases[0] if biases else None

    @property
    def features(self) -> int:
        """How many numbers the input has at each step."""
        return self.kernel.shape[0]

    @property
    def units(self) -> int:
        """How many numbers the hidden state has."""
        return self.recurrent_kernel.shape[0]

    def forward(self, x: ArrayLike, initial_state: Any = None, mask: ArrayLike | None = None) -> Trace:
        """Run over a batch of sequences, from the first step to the last.

        Parameters
        ----------
        x : array-like, (batch, time, features)
        initial_state : array-like, (batch, units), optional
            The state before the first step, for the LSTM a pair (hidden, cell); zeros if not given.
        mask : array-like of bool, (batch, time), optional
            False where a step does not count: the state stays what it was.

        Returns
        -------
        SimpleRNNTrace, LSTMTrace or GRUTrace

        Raises
        ------
        ValueError
            If an array has the wrong shape, no sequence or no step, or holds NaN or infinity.
        TypeError
            If an array holds anything but numbers, or the mask anything but True and False.
        """
        x = numbers("x", x, ("batch", None), ("time", None), ("features", self.features), dtype=self.dtype)
        batch, time, _ = x.shape
        first = state = self._checked_state(initial_state, batch)
        mask = np.ones((batch, time), bool) if mask is None else checked_mask(mask, batch, time)
        steps = []
        with np.errstate(over="ignore", invalid="ignore"):
            xWb = x @ self.kernel + self._biases()[0]  # needs no state: one product for all steps
            for t in range(time):
                new_state, record = self._step(xWb[:, t], state)
                state = where(mask[:, t], new_state, state)
                steps.append((*state, *record))
        return self._trace(x, first if len(first) > 1 else first[0], mask, *over_time(steps))

    def backward(self, trace: Trace, d_hidden: ArrayLike) -> Gradients:
        """Run back over a forward pass, from the last step to the first.

        Parameters
        ----------
        trace : Trace
            What `forward` of this cell returned, with the weights that the cell still has.
        d_hidden : array-like, (batch, time, units)
            The derivative of the loss with respect to ``trace.hidden``, as far as the loss itself looks at the hidden
            state of a step, without the detour over later steps. A loss on the last step alone has zeros before it.

        Returns
        -------
        Gradients

        Raises
        ------
        ValueError
            If ``d_hidden`` has the wrong shape or holds NaN or infinity, or the trace is of a cell of another size.
        TypeError
            If the trace is of another kind of cell.
        """
        self._check_trace(trace)
        return self._backward(trace, d_hidden)

    def _backward(self, trace: Trace, *direct: ArrayLike) -> Gradients:
        batch, time, units = trace.hidden.shape
        axes = ("batch", batch), ("time", time), ("units", units)
        direct = [numbers(f"d_{s}", d, *axes, dtype=self.dtype) for s, d in zip(self._states, direct, strict=True)]
        first = trace.initial_state if len(self._states) > 1 else (trace.initial_state,)
        before = [
            np.concatenate([start[:, None], getattr(trace, name)[:, :-1]], axis=1)
            for name, start in zip(self._states, first, strict=True)
        ]
        d_state = tuple(map(np.zeros_like, first))
        steps = []
        with np.errstate(over="ignore", invalid="ignore"):
            for t in reversed(range(time)):
                mask = trace.mask[:, t]
                d_state = tuple(later + d[:, t] for later, d in zip(d_state, direct, strict=True))
                arrived, da, d_before = self._step_back(trace, t, [states[:, t] for states in before], d_state)
                steps.append((da, *where(mask, arrived, d_state)))
                d_state = where(mask, d_before, d_state)
            da, *arrived = over_time(steps[::-1])
            da[~trace.mask] = 0
            # A weight takes part in every step: its gradient is a sum over the steps, again one product for all.
            return Gradients(
                da @ self.kernel.T,
                sum_over_steps(trace.x, da),
                *self._recurrent_gradients(trace, before[0], da),
                d_state if len(d_state) > 1 else d_state[0],
                *arrived,
            )

    def _biases(self) -> tuple[Any, Any]:
        # What is added to x @ W, and what to h @ U.
        return (0 if self.bias is None else self.bias), 0

    def _recurrent_gradients(self, trace: Trace, h: np.ndarray, da: np.ndarray) -> tuple:
        # Of the recurrent kernel and of the bias; h is the hidden state before each step, da the gradient of xWb.
        return sum_over_steps(h, da), None if self.bias is None else da.sum(axis=(0, 1))

    def _checked_state(self, state: Any, batch: int) -> tuple[np.ndarray, ...]:
        if state is None:
            return tuple(np.zeros((batch, self.units), self.dtype) for _ in self._states)
        axes = ("batch", batch), ("units", self.units)
        if len(self._states) == 1:
            return (numbers("initial_state", state, *axes, dtype=self.dtype),)
        if not isinstance(state, (tuple, list)) or len(state) != 2:
            length = f" of length {len(state)}" if isinstance(state, (tuple, list)) else ""
            found = f"is of type {type(state).__name__}{length}"
            raise ValueError(f"initial_state {found}, expected a pair (hidden, cell), each {named(axes)}.")
        names = (f"initial_state ({name})" for name in self._states)
        return tuple(numbers(n, part, *axes, dtype=self.dtype) for n, part in zip(names, state, strict=True))

    def _check_trace(self, trace: Trace) -> None:
        expected = f"the {self._trace.__name__} that forward of this {type(self).__name__} returned"
        if type(trace) is not self._trace:
            raise TypeError(f"trace is of type {type(trace).__name__}, expected {expected}.")
        found = ("features", trace.x.shape[2]), ("units", trace.hidden.shape[2])
        own = ("features", self.features), ("units", self.units)
        if found != own:
            raise ValueError(f"trace has {named(found)}, expected {named(own)}: give {expected}.")


# --- Small steps


def split(array: np.ndarray, blocks: int) -> np.ndarray:
    """Return (rows, blocks × units) as (blocks, rows, units): a view, and quicker than np.split."""
    return array.reshape(len(array), blocks, -1).swapaxes(0, 1)


def where(mask: np.ndarray, these: tuple, those: tuple) -> tuple[np.ndarray, ...]:
    """Return, of each pair of (batch, units), the rows of the first where the mask is True, else of the second."""
    return tuple(np.where(mask[:, None], this, that) for this, that in zip(these, those, strict=True))


def over_time(steps: list[tuple]) -> list[np.ndarray]:
    """Return, for each of the values of a step, (batch, units), those of all steps, (batch, time, units)."""
    return [np.stack(values, axis=1) for values in zip(*steps, strict=True)]


def sum_over_steps(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the sum of left_t.T @ right_t over all steps t, for (batch, time, …) both."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])


def _shape(value: Any) -> Any:
    return tuple(map(_shape, value)) if isinstance(value, tuple) else getattr(value, "shape", None)
