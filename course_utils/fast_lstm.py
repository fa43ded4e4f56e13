"""Keras's LSTM with the backward pass of its time loop written by hand, which a CPU runs about twice as fast.

Automatic differentiation adds a gradient of the size of the recurrent kernel to a running sum at every time step. The
sum over time is one product of two matrices, so it can wait until the loop is over: the loop back in time then only
carries the gradients of the two states. Nothing else differs; the weights are Keras's own and can be exchanged freely
(``get_weights``, ``set_weights``).
"""

from __future__ import annotations

import keras
import tensorflow as tf


def lstm_loop(projected, hidden, cell, recurrent_kernel, mask=None):
    """Run an LSTM over time on inputs that are already multiplied by the kernel, with the bias added.

    Parameters
    ----------
    projected : tensor, (time, batch, 4 × units)
        ``x @ kernel + bias``, gate order i, f, c, o.
    hidden, cell : tensor, (batch, units)
        The states before the first step.
    recurrent_kernel : tensor, (units, 4 × units)
    mask : tensor, (time, batch, 1), optional
        1 where a step is real; where it is 0, both states stay as they were.

    Returns
    -------
    tensors
        All hidden states, (time, batch, units); the last hidden state and the last cell state, (batch, units).

    Notes
    -----
    Hochreiter and Schmidhuber (1997) with the forget gate of Gers, Schmidhuber and Cummins (2000).
    """
    units = recurrent_kernel.shape[0]
    time, batch = tf.shape(projected)[0], projected.shape[1]

    def history(width):
        return tf.TensorArray(projected.dtype, time, element_shape=(batch, width))

    def kept(t, new, old):
        return new if mask is None else mask[t] * new + (1 - mask[t]) * old

    @tf.custom_gradient
    def loop(projected, hidden, cell, recurrent_kernel):
        def forward(t, h, c, gates_, cells_, hiddens_):
            z = projected[t] + tf.matmul(h, recurrent_kernel)
            i, f, g, o = tf.split(z, 4, axis=1)
            i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
            c = kept(t, f * c + i * g, c)
            h = kept(t, o * tf.tanh(c), h)
            gates = tf.concat([i, f, g, o], axis=1)
            return t + 1, h, c, gates_.write(t, gates), cells_.write(t, c), hiddens_.write(t, h)

        start = (0, hidden, cell, history(4 * units), history(units), history(units))
        _, h_last, c_last, gates_, cells_, hiddens_ = tf.while_loop(
            lambda t, *_: t < time, forward, start, parallel_iterations=1, maximum_iterations=time
        )
        gates, cells, hiddens = gates_.stack(), cells_.stack(), hiddens_.stack()

        def gradient(d_hiddens, d_h_last, d_c_last):
            transposed = tf.transpose(recurrent_kernel)
            cells_before = tf.concat([cell[None], cells[:-1]], axis=0)

            def backward(t, dh, dc, d_projected_):
                dh = dh + d_hiddens[t]
                # What passes through the step, and what passes by it because the state stayed as it was.
                dh_by, dc_by = kept(t, 0.0, dh), kept(t, 0.0, dc)
                dh, dc = dh - dh_by, dc - dc_by
                i, f, g, o = tf.split(gates[t], 4, axis=1)
                tanh_c = tf.tanh(cells[t])
                dc = dc + dh * o * (1 - tanh_c * tanh_c)
                dz = tf.concat(
                    [
                        dc * g * i * (1 - i),
                        dc * cells_before[t] * f * (1 - f),
                        dc * i * (1 - g * g),
                        dh * tanh_c * o * (1 - o),
                    ],
                    axis=1,
                )
                return t - 1, tf.matmul(dz, transposed) + dh_by, dc * f + dc_by, d_projected_.write(t, dz)

            start = (time - 1, d_h_last, d_c_last, history(4 * units))
            _, d_hidden, d_cell, d_projected_ = tf.while_loop(
                lambda t, *_: t >= 0, backward, start, parallel_iterations=1, maximum_iterations=time
            )
            d_projected = d_projected_.stack()
            hiddens_before = tf.concat([hidden[None], hiddens[:-1]], axis=0)
            d_recurrent_kernel = tf.matmul(
                tf.reshape(hiddens_before, (-1, units)),
                tf.reshape(d_projected, (-1, 4 * units)),
                transpose_a=True,
            )
            return d_projected, d_hidden, d_cell, d_recurrent_kernel

        return (hiddens, h_last, c_last), gradient

    return loop(projected, hidden, cell, recurrent_kernel)


@keras.saving.register_keras_serializable("course_utils")
class FastLSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` for training on a CPU: same arguments, same weights, same numbers, about half the time.

    Where the hand-written loop does not apply (recurrent dropout, other activations, ``unroll``, no bias, or a GPU,
    whose cuDNN kernels are faster still), Keras's own loop runs.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not self._loop_applies():
            return super().inner_loop(sequences, initial_state, mask=mask, training=training)
        cell = self.cell
        if training and cell.dropout:
            sequences = sequences * cell.get_dropout_mask(sequences[:, 0, :])[:, None]
        sequences_by_time = tf.transpose(sequences, (1, 0, 2))
        mask = None if mask is None else tf.transpose(tf.cast(mask, sequences.dtype))[:, :, None]
        if self.go_backwards:
            sequences_by_time = tf.reverse(sequences_by_time, [0])
            mask = None if mask is None else tf.reverse(mask, [0])
        # One product over all time steps instead of one per step.
        projected = tf.tensordot(sequences_by_time, cell.kernel, axes=1) + cell.bias
        projected.set_shape((sequences.shape[1], sequences.shape[0], 4 * self.units))
        hidden, cell_state = initial_state
        recurrent_kernel = tf.convert_to_tensor(cell.recurrent_kernel)
        hiddens, h, c = lstm_loop(projected, hidden, cell_state, recurrent_kernel, mask)
        if mask is not None:  # a masked step repeats the output before it; before the first real step that is zero
            hiddens = hiddens * (mask if self.zero_output_for_mask else tf.minimum(tf.cumsum(mask), 1))
        outputs = tf.transpose(hiddens, (1, 0, 2))
        # What is known of the shapes is lost in the loop, and layers after this one (TimeDistributed) need it.
        outputs.set_shape((sequences.shape[0], sequences.shape[1], self.units))
        return outputs[:, -1], outputs, [h, c]

    def _loop_applies(self) -> bool:
        cell = self.cell
        standard = (
            cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and cell.use_bias
            and not (cell.recurrent_dropout or self.unroll)
        )
        return standard and not tf.config.list_physical_devices("GPU")
