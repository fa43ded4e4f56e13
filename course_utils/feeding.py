"""A network that learns one text by heart, and what it is fed meanwhile: the true tokens, its own, or some of each."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


class Reciter:
    """One LSTM layer and a dense one, trained on a single text from its first token to its last.

    Parameters
    ----------
    ids : ndarray of int, (1 + time,)
        The text: step t reads token t, or what the network itself said before, and is to say token t + 1.
    symbols : int
        Size of the vocabulary.
    units : int
    learning_rate : float
        Of Adam; gradients are clipped to norm 1.

    Raises
    ------
    ValueError
        If the text has fewer than two tokens, or one that is not between 0 and `symbols` - 1.
    """

    def __init__(self, ids: np.ndarray, symbols: int, units: int = 32, learning_rate: float = 0.01):
        ids = np.asarray(ids, np.int32)
        if ids.ndim != 1 or len(ids) < 2 or not 0 <= ids.min() <= ids.max() < symbols:
            raise ValueError(
                f"ids has shape {ids.shape}, expected one axis with at least two tokens from 0 to {symbols - 1}."
            )
        self.ids, self.symbols, self.units, self.time = ids, symbols, units, len(ids) - 1
        layers = [keras.layers.LSTM(units, return_sequences=True), keras.layers.Dense(symbols)]
        self.model = keras.Sequential([keras.Input((self.time, symbols)), *layers])
        self._cell, self._dense = layers[0].cell, layers[1]
        self._optimizer = keras.optimizers.Adam(learning_rate, clipnorm=1.0)
        self._optimizer.build(self.model.trainable_variables)
        self._at_start = [variable.numpy() for variable in self._optimizer.variables]
        self._update = tf.function(self._update_graph, jit_compile=True)

    def begin(self, seed: int) -> None:
        """Draw all weights anew and forget the training so far."""
        keras.utils.set_random_seed(seed)
        self.model.set_weights(keras.models.clone_model(self.model).get_weights())
        for variable, value in zip(self._optimizer.variables, self._at_start, strict=True):
            variable.assign(value)

    def memory(self, batch: int = 1) -> list[tf.Tensor]:
        """Return the empty states of the LSTM, two of shape (batch, units)."""
        return [tf.zeros((batch, self.units))] * 2

    def read(self, tokens, states):
        """Read one token in each row, (batch,); return scores (batch, symbols) and the new states."""
        output, states = self._cell(tf.one_hot(tokens, self.symbols), states)
        return self._dense(output), states

    def update(self, own_share: float, seed: tuple[int, int]) -> float:
        """Take one training step; return the loss before it, in nats a token.

        Parameters
        ----------
        own_share : float
            The probability that a step is fed the likeliest token of the step before, and not the true one: 0 is
            teacher forcing, 1 the network's own tokens only, between them scheduled sampling (Bengio and others, 2015).
        seed : tuple of two int
            Of the coins that decide this.
        """
        return float(self._update(tf.constant(own_share, tf.float32), tf.constant(seed)))

    def recite(self, slips: np.ndarray) -> np.ndarray:
        """Return what the network says from the first token on if each token said is its next input.

        Parameters
        ----------
        slips : ndarray of int, (batch, time)
            A token that is said there in place of the network's own, or -1 for no slip.

        Returns
        -------
        ndarray of int, (batch, time)
        """
        tokens, states, said = np.full(len(slips), self.ids[0]), self.memory(len(slips)), []
        for slip in slips.T:
            scores, states = self.read(tokens, states)
            tokens = np.where(slip < 0, scores.numpy().argmax(axis=1), slip)
            said.append(tokens)
        return np.array(said).T

    def right_after_slips(self, places: np.ndarray, following: int) -> tuple[float, np.ndarray]:
        """Return which share of a recitation is right, and which share 1, 2, … tokens after one wrong token.

        Parameters
        ----------
        places : ndarray of int, (slips,)
            Steps at which a wrong token is said, each in a recitation of its own.
        following : int
            How many tokens after it are judged.

        Returns
        -------
        float, ndarray of float64 (following,)
        """
        targets = self.ids[1:]
        slips = np.full((1 + len(places), self.time), -1)  # the first row stays without a slip
        # Any token but the right one: the distance goes round from 1 to symbols - 1.
        slips[np.arange(1, len(slips)), places] = (targets[places] + 1 + places % (self.symbols - 1)) % self.symbols
        right = self.recite(slips) == targets
        after = [row[place + 1 : place + 1 + following] for row, place in zip(right[1:], places, strict=True)]
        return float(right[0].mean()), np.mean(after, axis=0)

    def _update_graph(self, own_share, seed):
        own_turn = tf.random.stateless_uniform((self.time,), seed) < own_share
        true = tf.constant(self.ids)

        def step(t, own, h, c, loss):
            fed = tf.where(own_turn[t], own, true[t])
            scores, (h, c) = self.read(fed[None], [h, c])
            loss += tf.nn.sparse_softmax_cross_entropy_with_logits(true[None, t + 1], scores)[0]
            return t + 1, tf.argmax(scores[0], output_type=tf.int32), h, c, loss

        with tf.GradientTape() as tape:
            start = (0, true[0], *self.memory(), 0.0)
            loss = tf.while_loop(lambda t, *_: t < self.time, step, start, maximum_iterations=self.time)[-1] / self.time
        weights = self.model.trainable_variables
        self._optimizer.apply(tape.gradient(loss, weights), weights)
        return loss
