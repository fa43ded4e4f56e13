"""What a trained network says of a review: praise or not, how it came to say so, and what it did not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .cells import LSTMCell, sigmoid
from .reviews import PAD, SIGNS, START, UNKNOWN, cut, encode, padded, row_of_ids, words_of
from .text import Vocabulary


@dataclass(frozen=True, eq=False)
class Reading:
    """A review as a network read it, and its verdict.

    Attributes
    ----------
    probability : float
        Of praise, 0 to 1.
    words : list of str, (steps,)
        What was read, in the writer's own words, also where the network saw UNKNOWN; "<START>" first, if it was kept.
    ids : ndarray of int32, (steps,)
    unknown : ndarray of bool, (steps,)
        Where the vocabulary does not hold the word.
    cut_words : int
        How many words were not read, since the review was too long.
    """

    probability: float
    words: list[str]
    ids: np.ndarray
    unknown: np.ndarray
    cut_words: int

    @property
    def unknown_share(self) -> float:
        """Which share of the words that were read the network does not know, 0 to 1."""
        return float(self.unknown.sum() / max(1, (self.ids != START).sum()))

    @property
    def warning(self) -> str:
        """What to tell the writer if the verdict is worth little, else nothing: over 40 % of unknown words."""
        if self.unknown_share <= 0.4:
            return ""
        return f"The network knows few of these words: {self.unknown_share:.0%} are unknown to it. Another language?"


def predict_review(
    model: Any, vocabulary: Vocabulary, text: str, length: int, keep: str = "end", padding: str = "post"
) -> Reading:
    """Ask a network whether a review is praise.

    The row is as long as the review itself: with padding at the end and a mask the prediction would be the same, and
    without a mask padding would only disturb. A model whose input has a fixed number of steps gets a row filled up to
    it, as `padded` does.

    Parameters
    ----------
    model : Keras model
        From ids, (batch, steps), to one sigmoid unit, (batch, 1).
    vocabulary : Vocabulary
        With which its training reviews were encoded.
    text : str
    length : int
        To how many ids the reviews were cut in training.
    keep : str
        "end" or "start", as for `cut`.
    padding : str
        "post" or "pre", as for `padded`: as in training. A network with a convolution has no mask and wants "pre".

    Raises
    ------
    ValueError
        If the review holds no word, the vocabulary is not that of the model, or the model does not return one
        probability; and as `cut`.
    TypeError
        If `text` is not a str.
    """
    _check_rows(model, vocabulary)
    every = encode(text, vocabulary)
    ids = cut(every, length, keep)
    written = [SIGNS[START], *words_of(text)]
    kept = cut(np.arange(len(every)), length, keep)
    steps = getattr(model, "input_shape", (None, None))[1] or len(ids)  # a model never called has no input_shape
    if len(ids) > steps:
        raise ValueError(f"length is {length}, but the input of the model has {steps} steps: give length={steps}.")
    answer = np.asarray(
        model.predict_on_batch(padded([ids], steps, padding=padding))
    )  # compiled once: a plain call takes 5 ms a word
    if answer.shape != (1, 1) or not 0 <= answer[0, 0] <= 1:
        raise ValueError(
            f"For one review the model returns {answer.ravel()[:4]} of shape {answer.shape}, expected one probability, "
            "(1, 1): it should end in Dense(1, activation='sigmoid')."
        )
    return Reading(
        probability=float(answer[0, 0]),
        words=[written[place] for place in kept],
        ids=ids,
        unknown=ids == UNKNOWN,
        cut_words=int(len(every) - len(ids) - (START not in ids)),
    )


def read_word_by_word(model: Any, ids: ArrayLike) -> np.ndarray:
    """Return the probability of praise after each word, as if the review ended there: one run of an `LSTMCell`.

    Parameters
    ----------
    model : keras.Sequential
        Embedding, LSTM, Dense(1, activation="sigmoid"), and Dropout layers between them, which do nothing here.
    ids : array-like of int, (steps,)

    Returns
    -------
    ndarray, (steps,)
        The last one is the prediction of the model.

    Raises
    ------
    ValueError
        If the model has other layers, there is no id, or one has no row in the embedding.
    TypeError
        If `ids` does not consist of whole numbers.
    """
    embedding, lstm, dense = _three_layers(model)
    ids = row_of_ids("ids", ids, embedding.input_dim)
    if not len(ids):
        raise ValueError("There is no id: nothing was read.")
    x = np.asarray(embedding(ids[None]))
    trace = LSTMCell.from_keras(lstm).forward(x, mask=ids[None] != PAD if embedding.mask_zero else None)
    W, *b = dense.get_weights()  # b is missing from a Dense layer without bias
    return sigmoid(trace.hidden[0] @ W + sum(b))[:, 0]


def _check_rows(model: Any, vocabulary: Vocabulary) -> None:
    import keras  # here and below alone: all else needs NumPy only

    for layer in getattr(model, "layers", []):
        if isinstance(layer, keras.layers.Embedding) and layer.input_dim < len(vocabulary):
            raise ValueError(
                f"The vocabulary has {len(vocabulary)} symbols and the embedding of the model {layer.input_dim} rows: "
                "take the vocabulary that the model was trained with."
            )


def _three_layers(model: Any) -> tuple[Any, Any, Any]:
    import keras

    expected = "Embedding, LSTM, Dense(1, activation='sigmoid'), with Dropout between them at most"
    if not isinstance(model, keras.Sequential):
        raise ValueError(f"model is of type {type(model).__name__}, expected a keras.Sequential of {expected}.")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)]
    kinds = keras.layers.Embedding, keras.layers.LSTM, keras.layers.Dense
    fits = len(layers) == 3 and all(map(isinstance, layers, kinds))
    if not fits or layers[2].units != 1 or layers[2].activation is not keras.activations.sigmoid:
        names = ", ".join(type(layer).__name__ for layer in model.layers)
        raise ValueError(f"The model consists of {names}; word by word can be read only {expected}.")
    for option in ("return_sequences", "return_state", "stateful"):
        if getattr(layers[1], option):
            raise ValueError(f"The LSTM has {option}=True, expected False: it should return its last state only.")
    return tuple(layers)
