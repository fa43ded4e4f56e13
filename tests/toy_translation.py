"""A small task for translators, with one right answer: write a word backwards."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np

from course_utils import translation
from course_utils.decoding import Translator
from course_utils.text import Vocabulary

LETTERS = "abcde"
SOURCE = Vocabulary(["·", *LETTERS])
TARGET = Vocabulary(["·", "\t", "\n", *LETTERS])
EPOCHS = 15


@cache
def words() -> tuple[list[str], list[str]]:
    """Return words of 3 to 6 letters to learn from, and others that are held out."""
    random = np.random.default_rng(3)
    drawn = {"".join(random.choice(list(LETTERS), random.integers(3, 7))) for _ in range(3000)}
    chosen = random.permutation(sorted(drawn)).tolist()
    return chosen[200:], chosen[:200]


def backwards(word: str) -> str:
    """Return the right answer."""
    return word[::-1]


def arrays(sources: list[str], targets: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return source ids, target inputs and targets, (words, time), padded with 0 at the end."""
    # Two columns at least: Keras warns of a softmax over a single symbol.
    source = np.zeros((len(sources), max(2, *map(len, sources))), np.int32)
    inputs = np.zeros((len(targets), max(map(len, targets)) + 1), np.int32)
    expected = np.zeros_like(inputs)
    for row, (one, other) in enumerate(zip(sources, targets, strict=True)):
        source[row, : len(one)] = SOURCE.encode(one)
        ids = TARGET.encode(f"\t{other}\n")
        inputs[row, : len(ids) - 1], expected[row, : len(ids) - 1] = ids[:-1], ids[1:]
    return source, inputs, expected


class Batches(keras.utils.PyDataset):
    """Batches ``((source, inputs), targets)`` of words and the same backwards."""

    def __init__(self, sources: list[str], batch: int, seed: int | None = None):
        super().__init__()
        self.arrays = arrays(sources, [backwards(word) for word in sources])
        self.batch, self.order = batch, np.arange(len(sources))
        self.random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.order) // self.batch)

    def __getitem__(self, index: int):
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        source, inputs, targets = (part[chosen] for part in self.arrays)
        return (source, inputs), targets

    def on_epoch_end(self) -> None:
        if self.random is not None:
            self.random.shuffle(self.order)


@cache
def trained(attention: str | None) -> tuple[keras.Model, dict[str, list[float]]]:
    """Return a network with Keras's own layers, trained on the task, and the history of its training."""
    keras.utils.set_random_seed(7)
    model = translation.translator(len(SOURCE), len(TARGET), units=48, embedding=16, attention=attention)
    learn, held_out = words()
    recipe = translation.Recipe(epochs=EPOCHS, learning_rate=0.02)
    history, _ = translation.train(model, Batches(learn, 128, seed=1), Batches(held_out, 256), recipe)
    return model, history


def untrained(attention: str | None = None, seed: int = 0, spread: float = 1.0, **options) -> Translator:
    """Return a translator with random weights, of the size of `spread`: it says something, whatever it is asked."""
    model = translation.translator(len(SOURCE), len(TARGET), 8, 5, attention, **options)
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape, scale=spread).astype(np.float32))
    return Translator(model, SOURCE, TARGET)
