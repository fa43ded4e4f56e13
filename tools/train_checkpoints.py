"""Train the models in ``data/checkpoints/`` again: ``make checkpoints``, or this module with their names.

Needs the real data. The recipes are those of the lessons in full mode; interrupted, a training goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from typing import Any

import numpy as np

from course_utils import data, settings
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, models, training  # noqa: E402
from course_utils.counts import CountModel  # noqa: E402
from course_utils.generation import Generator  # noqa: E402
from course_utils.text import Vocabulary, copied_share, windows  # noqa: E402
from tools import train_characters, train_sentiment, train_translation  # noqa: E402


def alice() -> None:
    """The two-layer network of lesson 08 on the story, its last tenth held out."""
    book = _real(data.load_alice())
    story = data.clean_like_the_lecture(book.story.encode("utf-8"))
    vocabulary = Vocabulary.of(story)
    train, held_out = models.split(vocabulary.encode(story))
    recipe = models.FULL_RECIPE
    model, history, seconds = models.train_alice(train, held_out, len(vocabulary), recipe, resume="alice")
    plain = training.without_state(model, lambda: models.alice(len(vocabulary)))
    generator = Generator(plain, vocabulary)
    held_out_loss = models.held_out_loss(generator, story)
    checkpoints.save(
        "alice",
        plain,
        vocabulary,
        {
            "title": "Two LSTM(256) on Alice's Adventures in Wonderland, characters",
            "command": "python -m tools.train_checkpoints alice",
            "trained_on": f"first nine tenths of the story: {len(train)} characters; {book.edition}",
            "settings": recipe._asdict(),
            "training_seconds": round(seconds),
            "figures": {
                "held_out_loss": held_out_loss,
                "best_count_loss": min(
                    CountModel(order, len(vocabulary))
                    .fit(train)
                    .loss(np.append(train[len(train) - order + 1 :], held_out))
                    for order in range(1, 7)
                ),
                "best_epoch": int(np.argmin(history["val_loss"])) + 1,
                "copied": copied_share(generator("alice ", 2000, temperature=0.7, seed=1), story),
            },
            "history": history,
        },
    )
    print(f"held-out loss: {held_out_loss:.4f} nats a character")


def alice_lecture() -> None:
    """The lecture's recipe, to the end of its 80 epochs, on its own text less the story's last tenth."""
    book = _real(data.load_alice())
    whole = data.clean_like_the_lecture(book.raw)
    story = data.clean_like_the_lecture(book.story.encode("utf-8"))
    vocabulary = Vocabulary.of(whole)
    held_out_text = models.split(story)[1]
    place = whole.index(held_out_text)
    train = vocabulary.encode(whole[:place] + whole[place + len(held_out_text) :])
    held_out = vocabulary.encode(held_out_text)
    one_hot = np.eye(len(vocabulary), dtype=np.float32)
    x, y = windows(train, 60)
    x_held_out, y_held_out = windows(held_out, 60)
    keras.utils.set_random_seed(7)
    model = models.alice_lecture(len(vocabulary), fast=True)
    model.compile("adam", "categorical_crossentropy")
    started = time.perf_counter()
    history = model.fit(
        one_hot[x],
        one_hot[y],
        epochs=80,
        validation_data=(one_hot[x_held_out], one_hot[y_held_out]),
        callbacks=[training.EpochLines(), training.resumable("alice_lecture")],
        verbose=0,
    ).history
    plain = training.without_state(model, lambda: models.alice_lecture(len(vocabulary)))
    best = int(np.argmin(history["val_loss"]))
    write = Generator(plain, vocabulary)
    checkpoints.save(
        "alice_lecture",
        plain,
        vocabulary,
        {
            "title": "The lecture's model after its 80 epochs, with Gutenberg's header and licence in the text",
            "command": "python -m tools.train_checkpoints alice_lecture",
            "trained_on": f"the lecture's text less the story's last tenth: {len(train)} characters; {book.edition}",
            "settings": {"epochs": 80, "batch": 32, "time": 60, "optimizer": "Adam, 0.001"},
            "training_seconds": round(time.perf_counter() - started),
            "figures": {
                "best_held_out_loss": history["val_loss"][best],
                "best_epoch": best + 1,
                "copied": copied_share(write("alice ", 2000, temperature=0.7, seed=1), whole),
            },
            "history": history,
        },
    )


def _real(found: Any) -> Any:
    if found.source == "stand-in":
        sys.exit("The checkpoints are made from the real data: set COURSE_DATA_DIR, or connect to the network.")
    return found


def _with(load, recipe) -> None:
    recipe(_real(load()))


RECIPES = {
    "alice": alice,
    "alice_lecture": alice_lecture,
    **{name: partial(_with, data.load_imdb, recipe) for name, recipe in train_sentiment.RECIPES.items()},
    **{name: partial(_with, data.load_nietzsche, recipe) for name, recipe in train_characters.RECIPES.items()},
    **{name: partial(_with, data.load_translation_pairs, recipe) for name, recipe in train_translation.RECIPES.items()},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *RECIPES], help="which; all if none is named")
    for name in parser.parse_args().names or RECIPES:
        print(f"{name} ({settings.mode()} mode)", flush=True)
        RECIPES[name]()


if __name__ == "__main__":
    main()
