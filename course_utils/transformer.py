"""A small Transformer, which reads and writes with attention alone, for the same tasks as `course_utils.translation`.

No state goes from step to step: every position looks at all others directly, so that training computes all positions
at the same time (Vaswani and others, 2017, "Attention is all you need"; the sections named here are its).
`translation.train` trains it as it trains the recurrent translator, and `TransformerTranslator` translates with it.

The masks are explicit. Keras hands on the mask of an embedding by itself, but `MultiHeadAttention` takes it off the
tensors that it reads (Keras 3.15): for the next layer that reads them padding is text, and nothing says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import layers, ops

from .decoding import Translator
from .translation import StepByStep


class Sizes(NamedTuple):
    """What encoder and decoder have in common; see `transformer`."""

    units: int
    heads: int
    hidden: int
    blocks: int
    dropout: float


def transformer(
    source_symbols: int,
    target_symbols: int,
    units: int = 64,
    heads: int = 4,
    hidden: int = 256,
    blocks: int = 1,
    dropout: float = 0.0,
) -> keras.Model:
    """Return a network for training: a source sentence and the target inputs in, scores of the next symbols out.

    Inputs ``[source, target_inputs]``, ids (batch, source_time) and (batch, target_time); output ``scores``, (batch,
    target_time, target_symbols), as those of `translation.translator`. Padding at the end of a source changes no
    score, and a position of the target sees itself and those before it alone. Sentences may have any length, though
    positions beyond those of the training are new to the network.

    A block of the encoder is self-attention and a feed-forward network; a block of the decoder is causal
    self-attention, attention to the encoder's outputs, and a feed-forward network (section 3.1). Each part adds to
    what it reads: ``x + part(normalized x)``. The paper normalizes the sum instead; with the normalization in front,
    a training needs no long warm-up of the learning rate (Xiong and others, 2020).

    Parameters
    ----------
    source_symbols, target_symbols : int
        Sizes of the two vocabularies.
    units : int
        Length of the vector at each position.
    heads : int
        Attentions side by side, each with queries, keys and values of length units / heads (section 3.2.2).
    hidden : int
        Units of the first of the two Dense layers of a feed-forward network (section 3.3).
    blocks : int
        Blocks of the encoder, and of the decoder.
    dropout : float
        Share of the values set to zero in training: of embeddings with positions, and of what a part adds (5.4).

    Raises
    ------
    ValueError
        If a size is below 1, or the units are odd or no multiple of the heads.
    """
    sizes = Sizes(units, heads, hidden, blocks, dropout)
    symbols = {"source_symbols": source_symbols, "target_symbols": target_symbols}
    for name, size in (symbols | sizes._asdict()).items():
        if size < 1 and name != "dropout":
            raise ValueError(f"{name} is {size}, expected at least 1.")
    if units % 2 or units % heads:
        raise ValueError(f"units is {units}, expected an even number that {heads} heads can share equally.")
    source = keras.Input((None,), dtype="int32", name="source")
    target_inputs = keras.Input((None,), dtype="int32", name="target_inputs")
    outputs = _encoder(source_symbols, sizes)(source)
    scores, _ = _decoder(target_symbols, sizes)([source, outputs, target_inputs])
    return keras.Model([source, target_inputs], scores, name="transformer")


def _encoder(symbols: int, sizes: Sizes) -> keras.Model:
    """Return the model from source, (batch, source_time), to outputs, (batch, source_time, units)."""
    source = keras.Input((None,), dtype="int32", name="source")
    x, mask = _embedded(source, symbols, "source", sizes), _mask(source)
    for block in range(1, sizes.blocks + 1):
        name = f"self_attention_{block}"
        z = _normalized(x, name)
        x = _sum(x, _attention(name, sizes)(z, z, attention_mask=mask), name, sizes)
        x = _feed_forward(x, f"feed_forward_{block}", sizes)
    return keras.Model(source, _normalized(x, "outputs"), name="encoder")


def _decoder(symbols: int, sizes: Sizes) -> keras.Model:
    """Return the model to scores and, of the last block, weights (batch, heads, target_time, source_time)."""
    source = keras.Input((None,), dtype="int32", name="source")
    outputs = keras.Input((None, sizes.units), name="outputs")
    target_inputs = keras.Input((None,), dtype="int32", name="target_inputs")
    y, mask = _embedded(target_inputs, symbols, "target", sizes), _mask(source)
    for block in range(1, sizes.blocks + 1):
        name = f"self_attention_{block}"
        z = _normalized(y, name)
        y = _sum(y, _attention(name, sizes)(z, z, use_causal_mask=True), name, sizes)
        name = f"attention_{block}"
        z = _normalized(y, name)
        context, weights = _attention(name, sizes)(z, outputs, attention_mask=mask, return_attention_scores=True)
        y = _feed_forward(_sum(y, context, name, sizes), f"feed_forward_{block}", sizes)
    scores = layers.Dense(symbols, name="scores")(_normalized(y, "scores"))
    return keras.Model([source, outputs, target_inputs], [scores, weights], name="decoder")


def _mask(source):
    """Return where the source is no padding, the same for every query: (batch, 1, source_time)."""
    return ops.expand_dims(ops.not_equal(source, 0), 1)


def _embedded(ids, symbols: int, name: str, sizes: Sizes):
    x = layers.Embedding(symbols, sizes.units, name=f"{name}_embedding")(ids)
    return layers.Dropout(sizes.dropout, name=f"{name}_dropout")(Positions(name=f"{name}_positions")(x))


def _attention(name: str, sizes: Sizes) -> layers.MultiHeadAttention:
    return layers.MultiHeadAttention(sizes.heads, sizes.units // sizes.heads, name=name)


def _feed_forward(x, name: str, sizes: Sizes):
    z = layers.Dense(sizes.hidden, activation="relu", name=f"{name}_hidden")(_normalized(x, name))
    return _sum(x, layers.Dense(sizes.units, name=name)(z), name, sizes)


def _normalized(x, name: str):
    return layers.LayerNormalization(name=f"{name}_normalized")(x)


def _sum(x, part, name: str, sizes: Sizes):
    return layers.Add(name=f"{name}_sum")([x, layers.Dropout(sizes.dropout, name=f"{name}_dropout")(part)])


@keras.saving.register_keras_serializable("course_utils")
class Positions(layers.Layer):
    """Multiply embeddings by √units and add to each the code of its position; without it, order would not count.

    Position t has the code sin(t r₀), sin(t r₁), …, cos(t r₀), cos(t r₁), …, with rates r that fall from 1 to nearly
    1/10000 (sections 3.4 and 3.5; sines and cosines alternate there, the same in another order). Nothing is learned,
    and no sentence is too long. (batch, time, units) in and out; units are an even number.
    """

    def call(self, x):
        time, units = ops.shape(x)[1], x.shape[-1]
        rates = 10000.0 ** (-ops.arange(0, units, 2, dtype="float32") / units)
        angles = ops.arange(time, dtype="float32")[:, None] * rates
        code = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=1)
        return x * units**0.5 + ops.cast(code, x.dtype)


class Rereading(StepByStep):
    """A model that `transformer` made, or such a model loaded again, taken apart to write symbol by symbol.

    What goes from step to step is the text written so far, which the decoder reads again each time. Larger networks
    keep the keys and values of the steps before instead, for speed; the scores are the same.

    Raises
    ------
    ValueError
        If the model is another one.
    """

    attends = True

    def __init__(self, model: keras.Model):
        self.model = model
        parts = {layer.name: layer for layer in model.layers if isinstance(layer, keras.Model)}
        if not {"encoder", "decoder"} <= parts.keys():
            raise ValueError(f"The model {model.name!r} has not the parts of one that transformer(…) makes.")
        self._encoder, self._decoder = parts["encoder"], parts["decoder"]
        self._layers = {layer.name: layer for layer in [*self._encoder.layers, *self._decoder.layers]}

    def encode(self, source: Any) -> tuple[list, tuple[Any, Any]]:
        """Return ``[written]``, ids (batch, 0), and the memory: the source itself and the encoder's outputs for it."""
        source = ops.convert_to_tensor(source, "int32")
        written = source[:, : 0 * ops.shape(source)[1]]  # a compiled loop would hold on to a width of plain 0
        return [written], (source, self._encoder(source, training=False))

    def step(self, tokens: Any, states: list, memory: tuple[Any, Any]) -> tuple[Any, list, Any]:
        """Take one step, as `StepByStep.step`; the weights are those of the last block, the mean over its heads."""
        written = ops.concatenate([states[0], ops.convert_to_tensor(tokens, "int32")[:, None]], axis=1)
        scores, weights = self._decoder([*memory, written], training=False)
        return scores[:, -1], [written], ops.mean(weights[:, :, -1], axis=1)


class TransformerTranslator(Translator, Rereading):
    """`decoding.Translator` for a transformer: its loops over the steps of `Rereading`, which replaces `StepByStep`."""
