"""The recurrent layers of the course by hand, in NumPy: every step forward, every step back, every gate on record.

`SimpleRNNCell`, `LSTMCell` and `GRUCell` take Keras's weights in Keras's shapes and order, and give Keras's numbers.
Each says what it computes in two short methods: ``_step``, one step forward in time, and ``_step_back``, the same step
in the backward pass. `_Cell` holds what the three have in common: the loops over the steps, masks, checks.

Symbols: ``x`` is the input, ``h`` the hidden state, ``c`` the cell state, ``W`` the kernel, ``U`` the recurrent kernel,
``b`` the bias; ``a`` is what goes into an activation. ``W_i`` is the block of columns of ``W`` that belongs to the gate
``i``, and ``xWb`` is ``x_t @ W + b``. ``@`` multiplies matrices, ``*`` element by element. ``dv`` is the derivative of
the loss with respect to ``v``, in the shape of ``v``; that with respect to ``a_i`` is ``da_i``. Source of the backward
pass, backpropagation through time: Werbos (1990).

All is computed in float32 if all weights are float32, else in float64. Numbers too large for the type become inf, and
inf may become NaN, as in Keras and without a warning: an exploding gradient is there to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

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


class _Cell:
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
        kernel = _numbers("kernel", kernel, ("features", None), (columns, None))
        width = kernel.shape[1]
        if width % blocks:
            raise ValueError(
                f"kernel has shape {kernel.shape}, expected (features, {columns}), a block of columns for each of "
                f"{', '.join(self._blocks)}: {width} is not a multiple of {blocks}."
            )
        weights = [kernel, _numbers("recurrent_kernel", recurrent_kernel, ("units", width // blocks), (columns, width))]
        if bias is not None:
            weights.append(_numbers("bias", bias, *self._bias_rows, (columns, width)))
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
        x = _numbers("x", x, ("batch", None), ("time", None), ("features", self.features), dtype=self.dtype)
        batch, time, _ = x.shape
        first = state = self._checked_state(initial_state, batch)
        mask = np.ones((batch, time), bool) if mask is None else _checked_mask(mask, batch, time)
        steps = []
        with np.errstate(over="ignore", invalid="ignore"):
            xWb = x @ self.kernel + self._biases()[0]  # needs no state: one product for all steps
            for t in range(time):
                new_state, record = self._step(xWb[:, t], state)
                state = _where(mask[:, t], new_state, state)
                steps.append((*state, *record))
        return self._trace(x, first if len(first) > 1 else first[0], mask, *_over_time(steps))

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
        direct = [_numbers(f"d_{s}", d, *axes, dtype=self.dtype) for s, d in zip(self._states, direct, strict=True)]
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
                steps.append((da, *_where(mask, arrived, d_state)))
                d_state = _where(mask, d_before, d_state)
            da, *arrived = _over_time(steps[::-1])
            da[~trace.mask] = 0
            # A weight takes part in every step: its gradient is a sum over the steps, again one product for all.
            return Gradients(
                da @ self.kernel.T,
                _sum_over_steps(trace.x, da),
                *self._recurrent_gradients(trace, before[0], da),
                d_state if len(d_state) > 1 else d_state[0],
                *arrived,
            )

    def _biases(self) -> tuple[Any, Any]:
        # What is added to x @ W, and what to h @ U.
        return (0 if self.bias is None else self.bias), 0

    def _recurrent_gradients(self, trace: Trace, h: np.ndarray, da: np.ndarray) -> tuple:
        # Of the recurrent kernel and of the bias; h is the hidden state before each step, da the gradient of xWb.
        return _sum_over_steps(h, da), None if self.bias is None else da.sum(axis=(0, 1))

    def _checked_state(self, state: Any, batch: int) -> tuple[np.ndarray, ...]:
        if state is None:
            return tuple(np.zeros((batch, self.units), self.dtype) for _ in self._states)
        axes = ("batch", batch), ("units", self.units)
        if len(self._states) == 1:
            return (_numbers("initial_state", state, *axes, dtype=self.dtype),)
        if not isinstance(state, (tuple, list)) or len(state) != 2:
            found = (
                f"has length {len(state)}" if isinstance(state, (tuple, list)) else f"is of type {type(state).__name__}"
            )
            raise ValueError(f"initial_state {found}, expected a pair (hidden, cell), each {_named(axes)}.")
        names = (f"initial_state ({name})" for name in self._states)
        return tuple(_numbers(n, part, *axes, dtype=self.dtype) for n, part in zip(names, state, strict=True))

    def _check_trace(self, trace: Trace) -> None:
        expected = f"the {self._trace.__name__} that forward of this {type(self).__name__} returned"
        if type(trace) is not self._trace:
            raise TypeError(f"trace is of type {type(trace).__name__}, expected {expected}.")
        found = ("features", trace.x.shape[2]), ("units", trace.hidden.shape[2])
        own = ("features", self.features), ("units", self.units)
        if found != own:
            raise ValueError(f"trace has {_named(found)}, expected {_named(own)}: give {expected}.")


# --- The three cells


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-a)), between 0 and 1, in the shape of `a`."""
    # Far below zero exp gives inf, and the quotient 0, which is right: nothing to warn of.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-a))


# The activations of SimpleRNNCell, each with its derivative.
_ACTIVATIONS = {
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
    "relu": (lambda a: np.maximum(a, 0), lambda a: a > 0),
    "linear": (np.copy, np.ones_like),
}


class SimpleRNNCell(_Cell):
    """The simple recurrent network (Elman, 1990)::

        a_t = x_t @ W + h_{t-1} @ U + b
        h_t = activation(a_t)

    Parameters
    ----------
    kernel : array-like, (features, units)
    recurrent_kernel : array-like, (units, units)
    bias : array-like, (units,), or None
    activation : "tanh", "relu" or "linear"

    Raises
    ------
    ValueError
        If shapes do not fit together, a weight is NaN or infinite, or the activation is another.
    TypeError
        If a weight does not consist of numbers.
    """

    _blocks = ("a",)
    _trace = SimpleRNNTrace

    def __init__(
        self, kernel: ArrayLike, recurrent_kernel: ArrayLike, bias: ArrayLike | None, activation: str = "tanh"
    ):
        super().__init__(kernel, recurrent_kernel, bias)
        if activation not in _ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}, expected one of {', '.join(_ACTIVATIONS)}.")
        self.activation = activation

    @classmethod
    def from_keras(cls, layer: Any) -> SimpleRNNCell:
        """Return a cell with the weights of a `keras.layers.SimpleRNN`; everything else as for `LSTMCell.from_keras`,
        except that the activation may be tanh, relu or linear."""
        cell, weights = _read_keras(layer, "SimpleRNN", activation=tuple(_ACTIVATIONS))
        return cls(*weights, activation=cell.activation.__name__)

    def _step(self, xWb, state):
        (h,) = state
        activation, _ = _ACTIVATIONS[self.activation]
        a = xWb + h @ self.recurrent_kernel
        h = activation(a)
        return (h,), (a,)

    def _step_back(self, trace, t, before, d_state):
        (dh,) = d_state
        _, derivative = _ACTIVATIONS[self.activation]
        da = dh * derivative(trace.pre_activation[:, t])
        return (dh,), da, (da @ self.recurrent_kernel.T,)


class LSTMCell(_Cell):
    """The LSTM (Hochreiter and Schmidhuber, 1997), with the forget gate (Gers, Schmidhuber and Cummins, 2000)::

        i_t = sigmoid(x_t @ W_i + h_{t-1} @ U_i + b_i)    input gate
        f_t = sigmoid(x_t @ W_f + h_{t-1} @ U_f + b_f)    forget gate
        g_t = tanh(x_t @ W_g + h_{t-1} @ U_g + b_g)       candidate, often written c̃
        o_t = sigmoid(x_t @ W_o + h_{t-1} @ U_o + b_o)    output gate
        c_t = f_t * c_{t-1} + i_t * g_t                   cell state
        h_t = o_t * tanh(c_t)                             hidden state

    Parameters
    ----------
    kernel : array-like, (features, 4 × units)
        Columns in the order i, f, g, o.
    recurrent_kernel : array-like, (units, 4 × units)
    bias : array-like, (4 × units,), or None

    Raises
    ------
    ValueError
        If shapes do not fit together, or a weight is NaN or infinite.
    TypeError
        If a weight does not consist of numbers.
    """

    _blocks = ("i", "f", "g", "o")
    _states = ("hidden", "cell")
    _trace = LSTMTrace

    @classmethod
    def from_keras(cls, layer: Any) -> LSTMCell:
        """Return a cell with the weights of a built `keras.layers.LSTM` (or a subclass of it) or `LSTMCell`.

        The weights are copied. Dropout and the state that a stateful layer carries are left behind.

        Raises
        ------
        TypeError
            If it is another kind of layer.
        ValueError
            If the layer has no weights yet, has weights beside the usual ones, or computes something else: other
            activations, ``go_backwards``, ``zero_output_for_mask``.
        """
        _, weights = _read_keras(layer, "LSTM", activation=("tanh",), recurrent_activation=("sigmoid",))
        return cls(*weights)

    def backward(self, trace: LSTMTrace, d_hidden: ArrayLike, d_cell: ArrayLike | None = None) -> Gradients:
        """Run back over a forward pass, as `SimpleRNNCell.backward` does.

        ``d_cell``, (batch, time, units), is for a loss that looks at the cell state too: its derivative with respect
        to ``trace.cell``, zeros if not given.
        """
        self._check_trace(trace)
        return self._backward(trace, d_hidden, np.zeros_like(trace.cell) if d_cell is None else d_cell)

    def _step(self, xWb, state):
        h, c = state
        i, f, g, o = _split(xWb + h @ self.recurrent_kernel, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        return (h, c), (i, f, g, o)

    def _step_back(self, trace, t, before, d_state):
        i, f, g, o = (gate[:, t] for gate in (trace.input_gate, trace.forget_gate, trace.candidate, trace.output_gate))
        (_, c_before), (dh, dc) = before, d_state
        tanh_c = np.tanh(trace.cell[:, t])
        dc = dc + dh * o * (1 - tanh_c**2)  # what arrives at h arrives at c too, since h was computed from it
        di, df, dg, do = dc * g, dc * c_before, dc * i, dh * tanh_c
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1)
        return (dh, dc), da, (da @ self.recurrent_kernel.T, dc * f)


class GRUCell(_Cell):
    """The GRU (Cho et al., 2014), in the two forms that Keras has::

        z_t = sigmoid(x_t @ W_z + b_z + h_{t-1} @ U_z + b'_z)         update gate
        r_t = sigmoid(x_t @ W_r + b_r + h_{t-1} @ U_r + b'_r)         reset gate
        g_t = tanh(x_t @ W_g + b_g + r_t * (h_{t-1} @ U_g + b'_g))    candidate, reset_after=True
        g_t = tanh(x_t @ W_g + b_g + (r_t * h_{t-1}) @ U_g)           candidate, reset_after=False
        h_t = z_t * h_{t-1} + (1 - z_t) * g_t                         hidden state

    The second bias b' exists with reset_after=True alone, the default as in Keras.

    Parameters
    ----------
    kernel : array-like, (features, 3 × units)
        Columns in the order z, r, g; Keras calls the last one h.
    recurrent_kernel : array-like, (units, 3 × units)
    bias : array-like, (2, 3 × units), the rows b and b'; (3 × units,) if not reset_after; or None
    reset_after : bool
        Whether the reset gate acts after the product with the recurrent kernel, or before it.

    Raises
    ------
    ValueError
        If shapes do not fit together, or a weight is NaN or infinite.
    TypeError
        If a weight does not consist of numbers.
    """

    _blocks = ("z", "r", "g")
    _trace = GRUTrace

    def __init__(
        self, kernel: ArrayLike, recurrent_kernel: ArrayLike, bias: ArrayLike | None, reset_after: bool = True
    ):
        self.reset_after = reset_after
        self._bias_rows = (("b and b'", 2),) if reset_after else ()
        super().__init__(kernel, recurrent_kernel, bias)

    @classmethod
    def from_keras(cls, layer: Any) -> GRUCell:
        """Return a cell with the weights of a `keras.layers.GRU`; everything else as for `LSTMCell.from_keras`."""
        cell, weights = _read_keras(layer, "GRU", activation=("tanh",), recurrent_activation=("sigmoid",))
        return cls(*weights, reset_after=cell.reset_after)

    def _biases(self):
        return self.bias if self.reset_after and self.bias is not None else super()._biases()

    def _step(self, xWb, state):
        (h,) = state
        x_z, x_r, x_g = _split(xWb, 3)
        if self.reset_after:
            h_z, h_r, h_g = _split(h @ self.recurrent_kernel + self._biases()[1], 3)
            z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
            g = np.tanh(x_g + r * h_g)
        else:
            U_z, U_r, U_g = _split(self.recurrent_kernel, 3)
            z, r = sigmoid(x_z + h @ U_z), sigmoid(x_r + h @ U_r)
            g = np.tanh(x_g + (r * h) @ U_g)
        h = z * h + (1 - z) * g
        return (h,), (z, r, g)

    def _step_back(self, trace, t, before, d_state):
        z, r, g = trace.update_gate[:, t], trace.reset_gate[:, t], trace.candidate[:, t]
        (h,), (dh,) = before, d_state
        U = self.recurrent_kernel
        da_z = dh * (h - g) * z * (1 - z)
        da_g = dh * (1 - z) * (1 - g**2)
        if self.reset_after:
            _, _, h_g = _split(h @ U + self._biases()[1], 3)
            da_r = da_g * h_g * r * (1 - r)
            through_gates = np.concatenate([da_z, da_r, da_g * r], axis=1) @ U.T
        else:
            U_z, U_r, U_g = _split(U, 3)
            drh = da_g @ U_g.T
            da_r = drh * h * r * (1 - r)
            through_gates = da_z @ U_z.T + da_r @ U_r.T + drh * r
        return (dh,), np.concatenate([da_z, da_r, da_g], axis=1), (dh * z + through_gates,)

    def _recurrent_gradients(self, trace, h, da):
        da_zr, da_g = da[..., : 2 * self.units], da[..., 2 * self.units :]
        r = trace.reset_gate
        if not self.reset_after:
            dU = np.concatenate([_sum_over_steps(h, da_zr), _sum_over_steps(r * h, da_g)], axis=1)
            return dU, super()._recurrent_gradients(trace, h, da)[1]
        da_h = np.concatenate([da_zr, da_g * r], axis=2)  # with respect to h @ U + b'
        dU, db_h = super()._recurrent_gradients(trace, h, da_h)
        return dU, None if self.bias is None else np.stack([da.sum(axis=(0, 1)), db_h])


# --- Small steps and checks


def _split(array: np.ndarray, blocks: int) -> np.ndarray:
    # (rows, blocks × units) as (blocks, rows, units): a view, and quicker than np.split.
    return array.reshape(len(array), blocks, -1).swapaxes(0, 1)


def _where(mask: np.ndarray, these: tuple, those: tuple) -> tuple[np.ndarray, ...]:
    # Of each pair of arrays, (batch, units): the rows of the first where the mask is True, else of the second.
    return tuple(np.where(mask[:, None], this, that) for this, that in zip(these, those, strict=True))


def _over_time(steps: list[tuple]) -> list[np.ndarray]:
    # The first values of all steps, (batch, units) each, as one array (batch, time, units); so the second, and so on.
    return [np.stack(values, axis=1) for values in zip(*steps, strict=True)]


def _sum_over_steps(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    # The sum of left_t.T @ right_t over all steps t, for (batch, time, …) both.
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])


def _shape(value: Any) -> Any:
    return tuple(map(_shape, value)) if isinstance(value, tuple) else getattr(value, "shape", None)


def _named(axes: tuple) -> str:
    return f"({', '.join(axis if size is None else f'{axis}={size}' for axis, size in axes)})"


def _shaped(name: str, values: ArrayLike, axes: tuple) -> np.ndarray:
    # Axes are pairs of a name and a length; None is any length from 1 on.
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is not an array, expected {_named(axes)}: {error}") from error
    fits = len(axes) == array.ndim and all(
        found == size or (size is None and found) for (_, size), found in zip(axes, array.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {array.shape}, expected {_named(axes)}, every axis at least 1 long.")
    return array


def _numbers(name: str, values: ArrayLike, *axes: tuple[str, int | None], dtype: Any = None) -> np.ndarray:
    array = _shaped(name, values, axes)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {array.dtype}, expected numbers.")
    dtype = dtype or (np.float32 if array.dtype == np.float32 else np.float64)
    with np.errstate(over="ignore"):
        # A copy: what happens to the caller's array later shall not change a cell or a trace.
        array = array.astype(dtype)
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(map(int, np.argwhere(~finite)[0]))
        where = _named([(axis, index) for (axis, _), index in zip(axes, place, strict=True)])
        raise ValueError(f"{name} holds {array[place]} at {where}, expected finite numbers that fit {array.dtype}.")
    return array


def _checked_mask(values: ArrayLike, batch: int, time: int) -> np.ndarray:
    mask = _shaped("mask", values, (("batch", batch), ("time", time)))
    if mask.dtype != bool:
        raise TypeError(f"mask has dtype {mask.dtype}, expected bool: True where a step counts, as in tokens != 0.")
    return mask.copy()


def _read_keras(layer: Any, name: str, **activations: tuple[str, ...]) -> tuple[Any, list]:
    import keras  # here alone: all else needs NumPy only

    cell = getattr(layer, "cell", layer)
    if not isinstance(cell, getattr(keras.layers, f"{name}Cell")):
        raise TypeError(f"layer is of type {type(layer).__name__}, expected a keras.layers.{name} or {name}Cell.")
    if not cell.built:
        raise ValueError(f"The layer {layer.name!r} has no weights yet: call it on an array once, or build it.")
    for option in ("go_backwards", "zero_output_for_mask"):
        if getattr(layer, option, False):
            raise ValueError(
                f"The layer {layer.name!r} has {option}=True, which the cells here do not do. Its weights alone: "
                "from_keras(layer.cell). For go_backwards, reverse the steps that forward is given: x[:, ::-1]."
            )
    for option, names in activations.items():
        found = getattr(cell, option)
        if found not in [getattr(keras.activations, known) for known in names]:
            found = getattr(found, "__name__", found)
            raise ValueError(f"The layer {layer.name!r} has {option}={found}, expected {' or '.join(names)}.")
    weights, expected = cell.get_weights(), ["kernel", "recurrent_kernel", "bias"][: 3 if cell.use_bias else 2]
    if len(weights) != len(expected):
        raise ValueError(
            f"The layer {layer.name!r} has {len(weights)} weights, expected {len(expected)}: {', '.join(expected)}."
        )
    return cell, [*weights, None][:3]
