"""Networks that translate: an encoder, a decoder, and attention between them; and how one is trained.

The encoder reads a source sentence. Its last states are the first states of the decoder, which scores every symbol of
the translation while it reads the symbols before (Sutskever, Vinyals and Le, 2014). With attention the decoder also
looks at what the encoder gave out at every step of the source. Only Keras is used here, so that a network trains with
any backend of Keras; `course_utils.decoding` runs a trained one.

Symbol 0 is padding, at the end of both sentences. The target inputs are the targets moved by one step: a start sign,
then the translation, while the targets are the translation, then a stop sign (teacher forcing).
"""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import layers, ops

from . import training

ATTENTIONS = (None, "dot", "additive")


class Recipe(NamedTuple):
    """How to train a translator: epochs, the highest learning rate, the pull of every weight towards zero."""

    epochs: int
    learning_rate: float
    weight_decay: float = 0.0


def translator(
    source_symbols: int,
    target_symbols: int,
    units: int = 256,
    embedding: int = 128,
    attention: str | None = None,
    bidirectional: bool = False,
    dropout: float = 0.0,
    fast: bool = False,
) -> keras.Model:
    """Return a network for training: a source sentence and the target inputs in, scores of the next symbols out.

    Inputs ``[source, target_inputs]``, ids (batch, source_time) and (batch, target_time); output ``scores``, (batch,
    target_time, target_symbols), logarithms of probabilities up to a constant. Padding at the end of a source sentence
    changes no score: encoder and attention pass over it. Padding at the end of a target stands after all that counts,
    so the decoder needs no mask; `compiled` leaves these steps out of the loss.

    Parameters
    ----------
    source_symbols, target_symbols : int
        Sizes of the two vocabularies.
    units : int
        Size of the states of encoder and decoder.
    embedding : int
        Length of the vectors that stand for symbols.
    attention : None, "dot" or "additive"
        How the decoder's hidden state (the query) is compared with each output of the encoder (the keys): by their
        dot product (Luong, Pham and Manning, 2015), or by a small network, ``v · tanh(W_q query + W_k key)`` (Bahdanau,
        Cho and Bengio, 2015; the query here is the state after the step, as in the other). Context and state together
        then go through a Dense layer with tanh, "attentional", before the scores.
    bidirectional : bool
        The encoder reads in both directions, each with half of the units, so that the states keep their size.
    dropout : float
        Share of the values set to zero in training, after the two embeddings and before the scores.
    fast : bool
        For training on a CPU: `FastLSTM` instead of Keras's LSTM; the weights are the same. Needs TensorFlow.

    Raises
    ------
    ValueError
        If a size has no meaning, the attention is not one of these, or the units of a bidirectional encoder are odd.
    """
    sizes = {"source_symbols": source_symbols, "target_symbols": target_symbols, "units": units, "embedding": embedding}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} is {size}, expected at least 1.")
    if attention not in ATTENTIONS:
        raise ValueError(f"attention is {attention!r}, expected None, 'dot' or 'additive'.")
    if bidirectional and units % 2:
        raise ValueError(
            f"units is {units}; a bidirectional encoder gives half to each direction: take an even number."
        )
    source = keras.Input((None,), dtype="int32", name="source")
    target_inputs = keras.Input((None,), dtype="int32", name="target_inputs")

    x = layers.Embedding(source_symbols, embedding, mask_zero=True, name="source_embedding")(source)
    x = layers.Dropout(dropout, name="source_dropout")(x)
    outputs, h, c = _encoder(x, units, bidirectional, fast)

    y = layers.Embedding(target_symbols, embedding, name="target_embedding")(target_inputs)
    y = layers.Dropout(dropout, name="target_dropout")(y)
    decoder = _lstm(fast)(units, return_sequences=True, return_state=True, name="decoder")
    state, _, _ = decoder(y, initial_state=[h, c])
    if attention is not None:
        context = _context(state, outputs, units, attention)
        state = layers.Concatenate(name="context_and_state")([context, state])
        state = layers.Dense(units, activation="tanh", use_bias=False, name="attentional")(state)
    state = layers.Dropout(dropout, name="scores_dropout")(state)
    scores = layers.Dense(target_symbols, name="scores")(state)
    return keras.Model([source, target_inputs], scores, name="translator")


def _lstm(fast: bool) -> type[layers.LSTM]:
    if not fast:
        return layers.LSTM
    from .fast_lstm import FastLSTM  # it is written in TensorFlow; a network without it trains with any backend

    return FastLSTM


def _encoder(x, units: int, bidirectional: bool, fast: bool):
    """Return the encoder's outputs (batch, source_time, units) and its last states h and c, (batch, units)."""
    LSTM, options = _lstm(fast), {"return_sequences": True, "return_state": True}
    if not bidirectional:
        return LSTM(units, **options, name="encoder")(x)
    both = layers.Bidirectional(LSTM(units // 2, **options), name="encoder")
    outputs, h_forward, c_forward, h_backward, c_backward = both(x)
    h = layers.Concatenate(name="encoder_h")([h_forward, h_backward])
    c = layers.Concatenate(name="encoder_c")([c_forward, c_backward])
    return outputs, h, c


def _context(state, outputs, units: int, attention: str):
    """Return the context of each step of the decoder, (batch, target_time, units): the outputs, weighted and added."""
    if attention == "dot":
        return layers.Attention(name="attention")([state, outputs])
    query = layers.Dense(units, use_bias=False, name="query")(state)
    key = layers.Dense(units, use_bias=False, name="key")(outputs)
    return layers.AdditiveAttention(name="attention")([query, outputs, key])


class Memory(NamedTuple):
    """What attention looks at, at every step: the encoder's outputs and keys, and where the source is real.

    ``outputs`` and ``keys``, (batch, source_time, units); ``mask``, (batch, source_time), False at padding.
    """

    outputs: Any
    keys: Any
    mask: Any


class StepByStep:
    """A translator taken apart, to write a translation whose symbols are not known yet.

    The layers are those of the model, not copies: train on, and the steps change too. Dropout is off.

    Parameters
    ----------
    model : keras.Model
        Made by `translator`, or such a model loaded again.

    Raises
    ------
    ValueError
        If the model has not the layers of a translator.
    """

    def __init__(self, model: keras.Model):
        self.model = model
        self._layers = {layer.name: layer for layer in model.layers}
        missing = {"source_embedding", "encoder", "target_embedding", "decoder", "scores"} - self._layers.keys()
        if missing:
            raise ValueError(
                f"The model {model.name!r} has no layers named {sorted(missing)}: expected one made by translator(…)."
            )
        first_states = self._layers["decoder"].input[1:]
        self._encoder = keras.Model(model.inputs[0], [self._layers["encoder"].output[0], *first_states])

    @property
    def attends(self) -> bool:
        """Whether the network has attention."""
        return "attention" in self._layers

    def encode(self, source: Any) -> tuple[list, Memory | None]:
        """Read source sentences: ids (batch, source_time), with padding at the end.

        Returns
        -------
        states, memory
            The decoder's first states, a list of h and c, (batch, units); and the `Memory` for its attention, None
            for a network without.
        """
        source = ops.convert_to_tensor(source, "int32")
        outputs, h, c = self._encoder(source, training=False)
        if not self.attends:
            return [h, c], None
        keys = self._layers["key"](outputs) if "key" in self._layers else outputs
        return [h, c], Memory(outputs, keys, ops.not_equal(source, 0))

    def step(self, tokens: Any, states: list, memory: Memory | None = None) -> tuple[Any, list, Any]:
        """Take one step of the decoder.

        Parameters
        ----------
        tokens : int32, (batch,)
            The ids of the symbols just written; before the first step that of the start sign.
        states, memory
            As `encode` or the step before returned them.

        Returns
        -------
        scores, states, weights
            Scores of the next symbol, (batch, target_symbols); the new states; the attention weights, (batch,
            source_time), None for a network without attention.
        """
        embedded = self._layers["target_embedding"](ops.convert_to_tensor(tokens, "int32"))
        state, states = self._layers["decoder"].cell(embedded, list(states), training=False)
        weights = None
        if self.attends:
            query = self._layers["query"](state) if "query" in self._layers else state
            context, weights = self._layers["attention"](
                [query[:, None], memory.outputs, memory.keys], mask=[None, memory.mask], return_attention_scores=True
            )
            state = self._layers["attentional"](ops.concatenate([context[:, 0], state], axis=1))
            weights = weights[:, 0]
        return self._layers["scores"](state), list(states), weights


@keras.saving.register_keras_serializable("course_utils")
class SymbolAccuracy(keras.metrics.SparseCategoricalAccuracy):
    """The share of symbols that get the highest score, between 0 and 1; padding (target 0) is not counted."""

    def __init__(self, name: str = "accuracy", **options: Any):
        super().__init__(name=name, **options)

    def update_state(self, y_true, y_pred, sample_weight=None):
        counts = ops.cast(ops.not_equal(y_true, 0), "float32")
        return super().update_state(y_true, y_pred, counts if sample_weight is None else counts * sample_weight)


def compiled(
    model: keras.Model, recipe: Recipe, batches: int, jit_compile: bool | None = None, accuracy: bool = True
) -> keras.Model:
    """Compile a translator and return it: the loss in nats a symbol and the accuracy both leave padding out.

    Parameters
    ----------
    batches : int
        Number of batches in an epoch; the learning rate falls to zero over all of the recipe's epochs.
    jit_compile : bool, optional
        Whether XLA compiles the step of training; if not given, only with JAX, which needs it. XLA compiles anew for
        every shape of a batch, and sentences come in many lengths: left to Keras ("auto"), that takes minutes.
    accuracy : bool
        Measure `SymbolAccuracy` in training, too.
    """
    model.compile(
        training.optimizer(recipe.learning_rate, recipe.epochs * batches, recipe.weight_decay),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0),
        metrics=[SymbolAccuracy()] if accuracy else [],
        jit_compile=keras.backend.backend() == "jax" if jit_compile is None else jit_compile,
    )
    return model


def train(
    model: keras.Model,
    learn: keras.utils.PyDataset,
    held_out: Any,
    recipe: Recipe,
    resume: str | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    jit_compile: bool | None = None,
) -> tuple[dict[str, list[float]], float]:
    """Train a translator and leave it with the weights of its best epoch by held-out loss.

    Parameters
    ----------
    learn, held_out : keras.utils.PyDataset
        Batches ``((source, target_inputs), targets)``; `learn` makes its own order.
    resume : str, optional
        A name under which an interrupted training is found again; see `training.resumable`.
    jit_compile : bool, optional
        See `compiled`.

    Returns
    -------
    history, seconds
        Loss and accuracy of each epoch, ``val_`` for the held-out ones; and how long the training took.
    """
    compiled(model, recipe, len(learn), jit_compile)
    best = keras.callbacks.EarlyStopping("val_loss", patience=recipe.epochs, restore_best_weights=True)
    began = clock.perf_counter()
    history = model.fit(
        learn,
        validation_data=held_out,
        epochs=recipe.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[training.EpochLines(), best, *callbacks, *([training.resumable(resume)] if resume else [])],
    ).history
    return history, clock.perf_counter() - began
