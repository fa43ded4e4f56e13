"""From a network's scores to text: ways to choose the next symbol, and a compiled loop that carries the state."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .text import Vocabulary


def check_choice(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raise ValueError unless the three settings of `distribution` have a meaning."""
    if not np.isfinite(temperature) or temperature < 0:
        raise ValueError(f"temperature is {temperature}, expected a number of 0 or more (0: always the likeliest).")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}, expected at least 1, or None for no limit.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}, expected more than 0 and at most 1, or None for no limit.")


def distribution(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """Return the probabilities from which the next symbol is drawn.

    Parameters
    ----------
    logits : ndarray, (symbols,)
        The network's scores: logarithms of probabilities, up to a constant.
    temperature : float
        The scores are divided by it: below 1 the likely become likelier, above 1 all become more alike. 0 is the
        limit, by definition: the likeliest symbol has probability 1 (greedy; the first one if several are equal).
    top_k : int, optional
        Keep only the k likeliest symbols; a k beyond the vocabulary keeps all.
    top_p : float, optional
        Nucleus sampling (Holtzman et al., 2020): keep the smallest set of likeliest symbols whose probabilities, at
        this temperature, add up to at least p.

    Returns
    -------
    ndarray of float64, (symbols,)
        Not negative, with sum 1.

    Raises
    ------
    ValueError
        For a negative temperature, ``top_k`` below 1, ``top_p`` outside (0, 1], or scores that are not finite.
    """
    check_choice(temperature, top_k, top_p)
    logits = np.asarray(logits, np.float64)
    if logits.ndim != 1 or not len(logits) or not np.isfinite(logits).all():
        raise ValueError(f"logits has shape {logits.shape}, expected (symbols,), every score a finite number.")
    if temperature == 0:
        return np.eye(len(logits))[logits.argmax()]
    # Subtracting the largest score changes nothing and keeps exp from overflowing. What is then far below zero may
    # become minus infinity at a tiny temperature, and its exponential 0, which is right.
    with np.errstate(over="ignore"):
        p = np.exp((logits - logits.max()) / temperature)
    p /= p.sum()
    order = np.argsort(-p, kind="stable")
    keep = len(p) if top_k is None else min(top_k, len(p))
    if top_p is not None and top_p < 1:  # at 1 rounding could cut off the unlikeliest
        before = np.cumsum(p[order]) - p[order]
        keep = min(keep, int(np.count_nonzero(before < top_p)))
    p[order[keep:]] = 0
    return p / p.sum()


class Generator:
    """Generate text with a trained network, one symbol at a time, carrying the state from step to step.

    The whole loop is one compiled TensorFlow graph, so Python is not asked between two symbols.

    Parameters
    ----------
    model : keras.Sequential
        Numbers of symbols in (through an Embedding or, without one, as one-hot vectors), one score per symbol out,
        recurrent layers (SimpleRNN, GRU or LSTM) with ``return_sequences=True`` between, Dropout anywhere (it is off
        here). A last layer with softmax is understood as well. The generator reads the model's weights when it runs:
        train on, and the same generator speaks better.
    vocabulary : Vocabulary

    Raises
    ------
    ValueError
        If the model holds a layer that cannot run step by step, or its output does not fit the vocabulary.
    """

    def __init__(self, model, vocabulary: Vocabulary):
        import keras
        import tensorflow as tf

        self.model, self.vocabulary = model, vocabulary
        layers = keras.layers
        self._layers = [layer for layer in model.layers if not isinstance(layer, layers.Dropout | layers.InputLayer)]
        self._embeds = isinstance(self._layers[0], layers.Embedding)
        known = (layers.Embedding, layers.RNN, layers.Dense, layers.TimeDistributed)
        for layer in self._layers:
            bidirectional = isinstance(layer, layers.RNN) and layer.go_backwards
            if not isinstance(layer, known) or bidirectional:
                raise ValueError(
                    f"The layer {layer.name!r} ({type(layer).__name__}) cannot run step by step. A generator takes "
                    "Embedding, SimpleRNN, GRU, LSTM, Dense, TimeDistributed and Dropout; a layer that reads the "
                    "text backwards would need symbols that are not written yet."
                )
            if getattr(layer, "mask_zero", False):
                raise ValueError(
                    f"The layer {layer.name!r} has mask_zero=True: the model passes over symbol 0, which here is "
                    f"{vocabulary.symbols[0]!r}. Make the model without it; a stream of text has no padding."
                )
        symbols = model.output_shape[-1]
        if symbols != len(vocabulary):
            raise ValueError(f"The model scores {symbols} symbols and the vocabulary has {len(vocabulary)}.")
        last = self._layers[-1]
        dense = last.layer if isinstance(last, layers.TimeDistributed) else last
        self._gives_probabilities = getattr(dense, "activation", None) is keras.activations.softmax
        self._read = tf.function(self._read_graph, reduce_retracing=True)
        self._write = tf.function(self._write_graph)

    def __call__(
        self,
        prompt: str,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> str:
        """Return `length` new symbols that continue the prompt (the prompt itself is not repeated).

        Parameters
        ----------
        prompt : str
            What the network reads first. An empty prompt stands for one blank: the network begins a word.
        length : int
            How many symbols to write; 0 gives an empty text.
        temperature, top_k, top_p
            As in `distribution`.
        seed : int, optional
            The same seed gives the same text; without it each call differs (greedy text never does).

        Raises
        ------
        UnknownSymbolError
            If the prompt holds symbols that the vocabulary lacks.
        ValueError
            If the length is negative, or a setting has no meaning.
        """
        import tensorflow as tf

        if length < 0:
            raise ValueError(f"length is {length}, expected 0 or more symbols.")
        check_choice(temperature, top_k, top_p)
        logits, states = self.read(prompt)
        if length == 0:
            return ""
        seed = int(np.random.default_rng(seed).integers(2**31))
        numbers = self._write(
            tf.constant(length, tf.int32),
            logits[-1:],
            states,
            tf.constant(temperature, tf.float32),
            tf.constant(min(top_k or len(self.vocabulary), len(self.vocabulary)), tf.int32),
            tf.constant(2.0 if top_p is None or top_p == 1 else top_p, tf.float32),  # 2: no rounding cuts any off
            tf.constant([seed, 0]),
            limited=top_k is not None or top_p is not None,
        )
        return self.vocabulary.decode(numbers.numpy())

    def read(self, text: str, states=None):
        """Read a text; return the scores after each symbol, (length, symbols), and the states.

        It is read from an empty memory, or on from `states` of an earlier call. An empty text stands for one blank.
        """
        import tensorflow as tf

        if not text and " " not in self.vocabulary:
            raise ValueError("The prompt is empty and the vocabulary has no blank to begin with: give a first symbol.")
        states = states or [[tf.zeros((1, size)) for size in layer.state_size] for layer in self._recurrent()]
        return self._read(tf.constant(self.vocabulary.encode(text or " ")), states)

    def greedy_paths(self, symbols: str, states, length: int) -> list[str]:
        """Return for each of several symbols the `length` likeliest ones after it, one by one, all from `states`."""
        import tensorflow as tf

        numbers, size = self.vocabulary.encode(symbols), len(self.vocabulary)
        states = [[tf.repeat(part, len(numbers), axis=0) for part in layer] for layer in states]
        # Scores that leave no choice but the given symbols come first.
        options = tf.constant(0.0), tf.constant(size), tf.constant(2.0), tf.constant([0, 0])
        written = self._write(tf.constant(length + 1), tf.one_hot(numbers, size), states, *options, limited=False)
        return [self.vocabulary.decode(path[1:]) for path in written.numpy().T]

    def logits(self, text: str) -> np.ndarray:
        """Return the scores for the symbol that follows each symbol of a text, shape (length, symbols).

        The last row belongs to the symbol that would come next. Logarithms of probabilities, up to a constant.
        """
        return self.read(text)[0].numpy()

    def surprise(self, text: str) -> np.ndarray:
        """Return -log(probability) of each symbol of a text after the ones before it, in nats, shape (length,).

        The first symbol is judged as if a blank stood before it.

        Raises
        ------
        UnknownSymbolError
            If the text holds symbols that the vocabulary lacks.
        ValueError
            If the vocabulary has no blank.
        """
        if " " not in self.vocabulary:
            raise ValueError("The vocabulary has no blank to stand before the first symbol: use `logits` instead.")
        numbers = self.vocabulary.encode(text)
        logits = self.logits(" " + text)[:-1]
        top = logits.max(axis=1)
        total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        return total - logits[np.arange(len(numbers)), numbers]

    def step(self, number, states):
        """Take one step in time with one symbol: what the compiled loops repeat.

        Parameters
        ----------
        number : tensor of int32, (batch,)
        states : list of list of tensor, (batch, units)
            The states of each recurrent layer, as `read` and `step` return them.

        Returns
        -------
        scores, states
            The scores for the next symbol, (batch, symbols), and the new states.
        """
        import tensorflow as tf

        x = number if self._embeds else tf.one_hot(number, len(self.vocabulary))
        new_states, waiting = [], iter(states)
        for layer in self._layers:
            if hasattr(layer, "cell"):
                x, state = layer.cell(x, list(next(waiting)), training=False)
                new_states.append(list(state))
            else:
                inner = getattr(layer, "layer", layer)  # TimeDistributed holds the layer it repeats
                x = inner(x)
        return (tf.math.log(x + 1e-30) if self._gives_probabilities else x), new_states

    def _recurrent(self):
        return [layer for layer in self._layers if hasattr(layer, "cell")]

    def _read_graph(self, numbers, states):
        import tensorflow as tf

        scores = tf.TensorArray(tf.float32, tf.size(numbers), element_shape=(1, len(self.vocabulary)))

        def body(t, states, scores):
            logits, states = self.step(numbers[t][None], states)
            return t + 1, states, scores.write(t, logits)

        _, states, scores = tf.while_loop(lambda t, *_: t < tf.size(numbers), body, (0, states, scores))
        return scores.concat(), states

    def _write_graph(self, length, logits, states, temperature, top_k, top_p, seed, limited):
        import tensorflow as tf

        greedy = temperature <= 0
        # Drawing from softmax(scores) is taking the largest of the scores plus Gumbel noise (Gumbel, 1954): one
        # draw of noise for the whole text, before the loop.
        uniform = tf.random.stateless_uniform((length, len(self.vocabulary)), seed, minval=1e-12)
        noise = tf.where(greedy, tf.zeros_like(uniform), -tf.math.log(-tf.math.log(uniform)))
        divisor = tf.where(greedy, 1.0, temperature)
        numbers = tf.TensorArray(tf.int32, length, element_shape=logits.shape[:1])

        def body(t, logits, states, numbers):
            scores = logits / divisor
            if limited:
                scores = _limit(scores, top_k, top_p)
            number = tf.argmax(scores + noise[t], axis=-1, output_type=tf.int32)
            logits, states = self.step(number, states)
            return t + 1, logits, states, numbers.write(t, number)

        return tf.while_loop(lambda t, *_: t < length, body, (0, logits, states, numbers))[-1].stack()


def milliseconds_each(write: Callable[[int], object], count: int) -> float:
    """Return how many milliseconds a symbol `write(count)` takes, after a first short call, which compiles.

    Raises
    ------
    ValueError
        If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count is {count}, expected at least 1 symbol to write.")
    write(2)
    begin = time.perf_counter()
    write(count)
    return 1000 * (time.perf_counter() - begin) / count


def _limit(scores, top_k, top_p):
    """Push all scores (1, symbols) outside the top k and the nucleus to minus infinity."""
    import tensorflow as tf

    order = tf.argsort(scores[0], direction="DESCENDING", stable=True)
    p = tf.nn.softmax(tf.gather(scores[0], order))
    keep = tf.math.count_nonzero(tf.cumsum(p) - p < top_p, dtype=tf.int32)
    keep = tf.maximum(tf.minimum(top_k, keep), 1)
    # By rank and not by score, so that of several equal scores no more than k are kept.
    return tf.where(tf.math.invert_permutation(order) < keep, scores, -np.inf)
