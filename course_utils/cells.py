"""The recurrent layers of the course by hand, in NumPy: every step forward, every step back, every gate on record.

`SimpleRNNCell`, `LSTMCell` and `GRUCell` take Keras's weights in Keras's shapes and order, and give Keras's numbers.
Each says what it computes in two short methods: ``_step``, one step forward in time, and ``_step_back``, the same step
in the backward pass. `recurrence` holds what the three have in common: the loops over the steps, masks, checks.

Symbols: ``x`` is the input, ``h`` the hidden state, ``c`` the cell state, ``W`` the kernel, ``U`` the recurrent kernel,
``b`` the bias; ``a`` is what goes into an activation. ``W_i`` is the block of columns of ``W`` that belongs to the gate
``i``, and ``xWb`` is ``x_t @ W + b``. ``@`` multiplies matrices, ``*`` element by element. ``dv`` is the derivative of
the loss with respect to ``v``, in the shape of ``v``; that with respect to ``a_i`` is ``da_i``. Source of the backward
pass, backpropagation through time: Werbos (1990).

All is computed in float32 if all weights are float32, else in float64. Numbers too large for the type become inf, and
inf may become NaN, as in Keras and without a warning: an exploding gradient is there to be looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .recurrence import Cell, Gradients, GRUTrace, LSTMTrace, SimpleRNNTrace, split, sum_over_steps


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


class SimpleRNNCell(Cell):
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
        U = self.recurrent_kernel
        activation, _ = _ACTIVATIONS[self.activation]
        a = xWb + h @ U
        h = activation(a)
        return (h,), (a,)

    def _step_back(self, trace, t, before, d_state):
        (dh,) = d_state
        U = self.recurrent_kernel
        _, derivative = _ACTIVATIONS[self.activation]
        da = dh * derivative(trace.pre_activation[:, t])
        return (dh,), da, (da @ U.T,)


class LSTMCell(Cell):
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
        U = self.recurrent_kernel
        a_i, a_f, a_g, a_o = split(xWb + h @ U, 4)
        i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        return (h, c), (i, f, g, o)

    def _step_back(self, trace, t, before, d_state):
        i, f, g, o = (gate[:, t] for gate in (trace.input_gate, trace.forget_gate, trace.candidate, trace.output_gate))
        (_, c_before), (dh, dc) = before, d_state
        U = self.recurrent_kernel
        tanh_c = np.tanh(trace.cell[:, t])
        dc = dc + dh * o * (1 - tanh_c**2)  # what arrives at h arrives at c too, since h was computed from it
        di, df, dg, do = dc * g, dc * c_before, dc * i, dh * tanh_c
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1)
        return (dh, dc), da, (da @ U.T, dc * f)


class GRUCell(Cell):
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
        U = self.recurrent_kernel
        x_z, x_r, x_g = split(xWb, 3)
        if self.reset_after:
            h_z, h_r, h_g = split(h @ U + self._biases()[1], 3)
            z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
            g = np.tanh(x_g + r * h_g)
        else:
            U_z, U_r, U_g = split(U, 3)
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
            _, _, h_g = split(h @ U + self._biases()[1], 3)
            da_r = da_g * h_g * r * (1 - r)
            through_gates = np.concatenate([da_z, da_r, da_g * r], axis=1) @ U.T
        else:
            U_z, U_r, U_g = split(U, 3)
            drh = da_g @ U_g.T
            da_r = drh * h * r * (1 - r)
            through_gates = da_z @ U_z.T + da_r @ U_r.T + drh * r
        return (dh,), np.concatenate([da_z, da_r, da_g], axis=1), (dh * z + through_gates,)

    def _recurrent_gradients(self, trace, h, da):
        da_zr, da_g = da[..., : 2 * self.units], da[..., 2 * self.units :]
        r = trace.reset_gate
        if not self.reset_after:
            dU = np.concatenate([sum_over_steps(h, da_zr), sum_over_steps(r * h, da_g)], axis=1)
            return dU, super()._recurrent_gradients(trace, h, da)[1]
        da_h = np.concatenate([da_zr, da_g * r], axis=2)  # with respect to h @ U + b'
        dU, db_h = super()._recurrent_gradients(trace, h, da_h)
        return dU, None if self.bias is None else np.stack([da.sum(axis=(0, 1)), db_h])


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
