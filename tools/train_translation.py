"""The full-mode trainings of the lessons on translation: three checkpoints, English to German. Needs the real data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from course_utils import checkpoints, data, pairs, scores, training, translation
from course_utils.batches import TranslationBatches
from course_utils.decoding import Translator
from course_utils.text import Vocabulary

PAIRS, HELD_OUT, WORDS = 50_000, 500, 10_000
BATCH, WIDTH = 64, 5
RECIPE = translation.Recipe(epochs=14, learning_rate=0.003, weight_decay=0.02)
NETWORK = {"units": 256, "embedding": 128, "dropout": 0.3}


def train(name: str, title: str, loaded: data.Pairs, attention: str | None = None, words: int | None = None) -> None:
    """Train one network on the first pairs, judge it on the held-out sentences, and write its checkpoint.

    Parameters
    ----------
    attention : str, optional
        As for `translation.translator`. With attention the encoder reads in both directions, so that what is looked at
        knows both sides of its place; without, it is the plain network of the lesson.
    words : int, optional
        Learn words and marks, the so many most frequent ones of each language; characters if not given.
    """
    parts = pairs.split(loaded.english, loaded.german, held_out=HELD_OUT, limit=PAIRS)
    learn, held_out = parts.training, parts.held_out
    of_characters = words is None
    sources = pairs.source_vocabulary(learn.sources + held_out.sources * of_characters, words)
    targets = pairs.target_vocabulary(learn.targets + held_out.targets * of_characters, words)

    def batches(part: pairs.Part, size: int, seed: int | None = None) -> TranslationBatches:
        ids = pairs.source_ids(part.sources, sources), pairs.target_ids(part.targets, targets)
        return TranslationBatches(*ids, size, seed)

    network = NETWORK | {"attention": attention, "bidirectional": attention is not None}

    def build(fast: bool = False):
        return translation.translator(len(sources), len(targets), fast=fast, **network)

    keras.utils.set_random_seed(7)
    model = build(fast=True)
    history, seconds = translation.train(model, batches(learn, BATCH, seed=7), batches(held_out, 256), RECIPE, name)
    plain = training.without_state(model, build)
    figures = judge(plain, sources, targets, parts) | {"best_epoch": int(np.argmin(history["val_loss"])) + 1}
    checkpoints.save(
        name,
        plain,
        targets,
        {
            "title": title,
            "command": f"python -m tools.train_checkpoints {name}",
            "trained_on": f"{len(learn.sources):,} of the first {PAIRS:,} pairs; {loaded.edition}",
            "settings": {"batch": BATCH, **RECIPE._asdict(), **network, "words": words},
            "source_symbols": sources.symbols,
            "training_seconds": round(seconds),
            "figures": figures,
            "history": history,
        },
    )
    print(name, figures, flush=True)


def judge(model, sources: Vocabulary, targets: Vocabulary, parts: pairs.Split) -> dict[str, float]:
    """Return what a network reaches on held-out sentences: the share that is right, and chrF, greedy and by beam."""
    join = pairs.sentence_of if pairs.UNKNOWN in targets else "".join
    translator = Translator(model, sources, targets, split=pairs.tokens, join=join)
    found = {}
    for name, said in {
        "greedy": translator.greedy(parts.sources),
        "beam": translator.beam(parts.sources, WIDTH),
    }.items():
        found[f"exact_{name}"] = scores.exact(said, parts.references)
        found[f"chrf_{name}"] = scores.chrf(said, parts.references)
    return found


RECIPES: dict[str, Callable[[data.Pairs], None]] = {
    "translator": partial(train, "translator", "Encoder and decoder, English to German, characters"),
    "translator_attention": partial(
        train, "translator_attention", "Encoder, decoder and attention, English to German, characters", attention="dot"
    ),
    "translator_words": partial(
        train,
        "translator_words",
        "Encoder, decoder and attention, English to German, words",
        attention="dot",
        words=WORDS,
    ),
}
