"""From a trained translator to translations: greedy, beam search, what was attended to, how likely a translation is.

`translation.StepByStep` reads the source sentences once and takes one step of the decoder; here are the loops over the
steps. They are compiled, and work on many sentences at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from .beam import Hypothesis, ranked, search
from .pairs import START, STOP, encoded, shown
from .text import Vocabulary, padded
from .translation import StepByStep

BATCH = 256  # sentences that are translated side by side
SYMBOLS = 25_600  # and their source symbols with padding: beside one of 2,000, few others fit into memory


class Alignment(NamedTuple):
    """Symbols of a sentence and of its translation, and the attention weights (target_time, source_time)."""

    source: list[str]
    target: list[str]
    weights: np.ndarray


class Translator(StepByStep):
    r"""Translate with a trained network, carrying the states of the decoder from step to step.

    The weights of the network are read when it runs: train on, and the same translator does better. Padding and the
    start sign are never written. An empty sentence, or one of blanks alone, has an empty translation, and the network
    is not asked. A sentence may be longer than all of the training; it is translated, though probably not well, and
    the translation is cut at `longest` symbols.

    Parameters
    ----------
    model : keras.Model
        Made by `translation.translator`, or such a model loaded again.
    source_vocabulary, target_vocabulary : Vocabulary
        Symbol 0 of both is padding; the target's has the start sign ``"\t"`` and the stop sign ``"\n"``.
    split : callable (sentence, vocabulary) -> sequence of str
        Turns a sentence into symbols of a vocabulary; into characters if not given.
    join : callable (list of str) -> str
        Turns symbols of the target into a sentence; puts characters together if not given.

    Raises
    ------
    ValueError
        If the model was not made by `translator`, its sizes are not those of the vocabularies, or a sign is missing.
    """

    def __init__(
        self,
        model,
        source_vocabulary: Vocabulary,
        target_vocabulary: Vocabulary,
        split: Callable[[str, Vocabulary], Sequence[str]] = lambda sentence, vocabulary: list(sentence),
        join: Callable[[list[str]], str] = "".join,
    ):
        super().__init__(model)
        self.source_vocabulary, self.target_vocabulary = source_vocabulary, target_vocabulary
        self._split, self._join = split, join
        sizes = self._layers["source_embedding"].input_dim, model.output_shape[-1]
        if sizes != (len(source_vocabulary), len(target_vocabulary)):
            raise ValueError(
                f"The model knows {sizes[0]} source and {sizes[1]} target symbols; the vocabularies have "
                f"{len(source_vocabulary)} and {len(target_vocabulary)}."
            )
        if START not in target_vocabulary.symbols[1:] or STOP not in target_vocabulary.symbols[1:]:
            raise ValueError(
                f"The target vocabulary lacks the start sign {START!r} or the stop sign {STOP!r} after its symbol 0, "
                "which is padding. Is it that of the source?"
            )
        self.start, self.stop = target_vocabulary.encode([START, STOP]).tolist()
        never = np.zeros(len(target_vocabulary), np.float32)
        never[[0, self.start]] = -np.inf
        self._never = tf.constant(never)
        ids, number = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((), tf.int32)
        self._greedy = tf.function(self._greedy_graph, input_signature=[ids, number])
        self._beam = tf.function(self._beam_graph, input_signature=[ids, number, number])
        self._forced = tf.function(self._forced_graph, input_signature=[ids, ids, ids])
        self._step = tf.function(self.step, reduce_retracing=True)
        self._encode = tf.function(self.encode, input_signature=[ids])

    def source_ids(self, sentences: Iterable[str]) -> np.ndarray:
        """Return sentences as ids, padded at the end, int32 (sentences, symbols of the longest; at least 1).

        Raises
        ------
        UnknownSymbolError
            If a sentence holds a symbol that the source vocabulary lacks.
        """
        ids = [self._encoded(sentence, self._source(sentence), self.source_vocabulary) for sentence in sentences]
        return padded(ids, max([1, *map(len, ids)]))

    def greedy(self, sentences: Sequence[str], longest: int = 100) -> list[str]:
        """Return translations: at each step the likeliest symbol, until the stop sign or `longest` symbols.

        Raises
        ------
        UnknownSymbolError
            If a sentence holds a symbol that the source vocabulary lacks.
        ValueError, TypeError
            If `longest` is below 1, `sentences` is one text, or the scores of the model are NaN.
        """
        _check(sentences, longest=longest)

        def write(source):
            numbers, total = self._greedy(source, longest)
            _check_numbers(total.numpy())
            return [self._text(ids) for ids in numbers.numpy()]

        return self._in_batches(sentences, write, empty="")

    def beam(
        self, sentences: Sequence[str], width: int = 4, length_penalty: float = 1.0, longest: int = 100
    ) -> list[str]:
        """Return the best translation of each sentence that beam search finds; see `hypotheses`."""
        return [found[0].text for found in self.hypotheses(sentences, width, length_penalty, longest)]

    def hypotheses(
        self, sentences: Sequence[str], width: int = 4, length_penalty: float = 1.0, longest: int = 100
    ) -> list[list[Hypothesis]]:
        """Return what beam search finds for each sentence, the best first.

        See `beam.search`. A width of 1 is greedy. Beam search does not look at everything: it may miss the best
        translation, and in rare cases one that greedy finds.

        Parameters
        ----------
        width : int
            Number of hypotheses.
        length_penalty : float
            The score that decides in the end is log(probability) / length ** length_penalty, where the length counts
            symbols and stop sign. At 0 it is the probability of the whole, which favours short translations; at 1 the
            mean over the symbols.
        longest : int
            Hypotheses without a stop sign after so many symbols end there and compete as they are.

        Raises
        ------
        As `greedy`; also ValueError if `width` is below 1 or `length_penalty` is not a finite number.
        """
        _check(sentences, longest=longest, width=width)
        if not np.isfinite(length_penalty):
            raise ValueError(f"length_penalty is {length_penalty}, expected a number such as 0 or 1.")

        def write(source):
            numbers, totals = (value.numpy() for value in self._beam(source, longest, width))
            _check_numbers(totals.max(axis=1))
            return [ranked(ids, total, length_penalty, self._text) for ids, total in zip(numbers, totals, strict=True)]

        return self._in_batches(sentences, write, empty=[Hypothesis("", 0.0, 0.0)])

    def log_probability(self, sentences: Sequence[str], translations: Sequence[str]) -> np.ndarray:
        """Return log(probability) of given translations, stop sign included, in nats, (sentences,).

        Raises
        ------
        UnknownSymbolError
            If a sentence or a translation holds a symbol that its vocabulary lacks.
        ValueError, TypeError
            If there are not as many translations as sentences, a sentence is empty, or one of both is a single text.
        """
        _check(sentences)
        _check(translations)
        if len(sentences) != len(translations):
            raise ValueError(f"Got {len(sentences)} sentences and {len(translations)} translations: expected as many.")
        empty = [place for place, sentence in enumerate(sentences) if not self._source(sentence)]
        if empty:
            raise ValueError(f"Sentence {empty[0]}, {sentences[empty[0]]!r}, is empty: there is nothing to translate.")
        known, found = self.target_vocabulary, []
        for first in range(0, len(sentences), BATCH):
            ids = [self._encoded(text, self._split(text, known), known) for text in translations[first : first + BATCH]]
            inputs = padded([np.append(self.start, row) for row in ids])
            targets = padded([np.append(row, self.stop) for row in ids])
            found.append(self._forced(self.source_ids(sentences[first : first + BATCH]), inputs, targets).numpy())
        return np.concatenate([np.zeros(0, np.float32), *found])

    def attention(self, sentence: str, longest: int = 100) -> Alignment:
        """Translate one sentence greedily and return where the decoder looked while it wrote each symbol.

        Raises
        ------
        ValueError
            If the network has no attention; else as `greedy`.
        """
        _check([sentence], longest=longest)
        if not self.attends:
            raise ValueError("This network has no attention: make it with attention='dot' or 'additive'.")
        source = self._source(sentence)
        ids, rows = [self.start], []
        # One column of padding more: Keras warns of a softmax over a single symbol.
        states, memory = self._encode(np.pad(self.source_ids([sentence]), ((0, 0), (0, 1))))
        while source and len(ids) <= longest:
            scores, states, weights = self._step(tf.constant(ids[-1:]), states, memory)
            log_p = self._log_p(scores).numpy()[0]
            _check_numbers(log_p.max())
            ids.append(int(log_p.argmax()))
            if ids[-1] == self.stop:
                break
            rows.append(weights.numpy()[0, : len(source)])
        weights = np.reshape(np.array(rows, np.float32), (len(rows), len(source)))
        return Alignment(source, self._symbols(ids[1:]), weights)

    def _source(self, sentence: str) -> list[str]:
        return list(self._split(sentence, self.source_vocabulary)) if sentence.strip() else []

    def _encoded(self, sentence: str, symbols: Sequence[str], vocabulary: Vocabulary) -> np.ndarray:
        signs = {vocabulary.symbols[0], START, STOP} & set(symbols)
        if signs:
            raise ValueError(
                f"{shown(sentence)} holds {sorted(signs)}, a sign for padding, start or stop: leave it out."
            )
        return encoded(sentence, symbols, vocabulary)

    def _text(self, numbers) -> str:
        return self._join(self._symbols(numbers))

    def _symbols(self, numbers) -> list[str]:
        return [self.target_vocabulary.symbols[n] for n in numbers if n not in (0, self.stop)]

    def _in_batches(self, sentences: Sequence[str], write: Callable[[np.ndarray], list], empty) -> list:
        """Return what `write` gives for each sentence, in their order; sentences of similar length go together."""
        lengths = np.array([len(self._source(sentence)) for sentence in sentences], int)
        found = [empty] * len(sentences)
        order = [place for place in np.argsort(lengths, kind="stable") if lengths[place]]
        while order:
            number = max(1, min(BATCH, SYMBOLS // lengths[order[-1]]))
            places, order = order[-number:], order[:-number]
            for place, result in zip(places, write(self.source_ids(sentences[p] for p in places)), strict=True):
                found[place] = result
        return found

    def _log_p(self, scores):
        return tf.nn.log_softmax(scores) + self._never

    def _greedy_graph(self, source, longest):
        states, memory = self.encode(source)
        tokens = tf.fill(tf.shape(source)[:1], self.start)
        done, total = tf.zeros_like(tokens, tf.bool), tf.zeros_like(tokens, tf.float32)
        written = tf.TensorArray(tf.int32, 0, dynamic_size=True, element_shape=(None,))

        def body(t, tokens, states, done, total, written):
            scores, states, _ = self.step(tokens, states, memory)
            log_p = self._log_p(scores)
            tokens = tf.where(done, 0, tf.argmax(log_p, axis=1, output_type=tf.int32))
            total += tf.where(done, 0.0, tf.reduce_max(log_p, axis=1))
            return t + 1, tokens, states, done | (tokens == self.stop), total, written.write(t, tokens)

        start = (0, tokens, states, done, total, written)
        *_, total, written = tf.while_loop(
            lambda t, _, __, done, *___: (t < longest) & ~tf.reduce_all(done), body, start
        )
        return tf.transpose(written.stack()), total

    def _beam_graph(self, source, longest, width):
        # All hypotheses of a sentence look at the same memory.
        states, memory = self.encode(tf.repeat(source, width, axis=0))

        def step(tokens, states):
            scores, states, _ = self.step(tokens, states, memory)
            return self._log_p(scores), states

        return search(step, states, self.start, self.stop, longest, width)

    def _forced_graph(self, source, inputs, targets):
        log_p = tf.nn.log_softmax(self.model([source, inputs], training=False))
        chosen = tf.gather(log_p, targets, batch_dims=2)
        return tf.reduce_sum(tf.where(targets == 0, 0.0, chosen), axis=1)


def _check(sentences: Sequence[str], **sizes: int) -> None:
    if isinstance(sentences, str):
        raise TypeError(f"Got one text, {sentences[:30]!r}, expected a list of them: put it into [ ].")
    wrong = [sentence for sentence in sentences if not isinstance(sentence, str)]
    if wrong:
        raise TypeError(f"Got {type(wrong[0]).__name__} in the place of a sentence, expected texts.")
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} is {size}, expected at least 1.")


def _check_numbers(log_p: np.ndarray) -> None:
    if not np.isfinite(log_p).all():
        raise ValueError(
            "The model's scores are not finite numbers: its training went wrong. Build and train it again."
        )
