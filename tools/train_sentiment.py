"""The full-mode trainings of the lesson on sentiment: two checkpoints, and the measured file. Needs the real data.

Each result is written as soon as it is there; what the file has already is not trained again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np

from course_utils import checkpoints, data, measured, sentiment, training
from course_utils.fast_lstm import FastLSTM
from course_utils.reviews import UNKNOWN, vocabulary_of

SEEDS = (0, 1, 2)
CONVOLUTION = sentiment.Recipe(batch=32, epochs=2, learning_rate=0.001)
FEW = {
    100: sentiment.Recipe(batch=16, epochs=20, learning_rate=0.004),
    1_000: sentiment.Recipe(batch=32, epochs=8, learning_rate=0.004),
    10_000: sentiment.Recipe(batch=64, epochs=3, learning_rate=0.004),
}


def imdb_table(reviews: data.Reviews) -> None:
    """Every network of the table with three seeds, the bag of words, and what an epoch of each takes."""
    parts = sentiment.split(reviews)
    found = measured.read("sentiment").get("networks", {}) if measured.file("sentiment").exists() else {}
    for seed in SEEDS:
        for name in sentiment.NETWORKS:
            row = found.setdefault(name, {"parameters": _parameters(name), "validation": [], "test": []})
            if len(row["test"]) > seed:
                continue
            judged = sentiment.judge(name, parts, sentiment.VOCABULARY, sentiment.FULL_RECIPE, seed)
            row["validation"].append(judged.validation)
            row["test"].append(judged.test)
            print(f"{name}, seed {seed}: {judged}", flush=True)
            measured.write("sentiment", networks=found, recipe=sentiment.FULL_RECIPE._asdict())
    judged = sentiment.judge_bag(parts, sentiment.VOCABULARY)
    found["bag of words"] = {
        "parameters": sentiment.VOCABULARY + 1,
        "validation": [judged.validation],
        "test": [judged.test],
        "seconds": judged.seconds,
    }
    measured.write("sentiment", networks=found)


def imdb_times(reviews: data.Reviews) -> None:
    """Seconds of an epoch of each network: the median of five rounds over the same 16 batches, interleaved."""
    parts = sentiment.split(reviews)
    learn = training.BatchesByLength(*parts.learn, sentiment.FULL_RECIPE.batch, seed=0)
    chosen = [learn[place] for place in range(16)]
    share = sum(x.size for x, _ in chosen) / learn.steps
    models, seconds = {}, {name: [] for name in sentiment.NETWORKS}
    for name, middle in sentiment.NETWORKS.items():
        models[name] = sentiment.reader(*middle())
        models[name].compile(training.optimizer(0.004, 1000), "binary_crossentropy")
        for x, y in chosen:  # compiled, for shapes of every kind
            models[name].train_on_batch(x, y)
    for _ in range(5):
        for name, model in models.items():
            began = time.perf_counter()
            for x, y in chosen:
                model.train_on_batch(x, y)
            seconds[name].append((time.perf_counter() - began) / share)
    found = measured.read("sentiment")["networks"]
    for name, each in seconds.items():
        found[name]["seconds"] = float(np.median(each))
        print(f"{name}: {np.median(each):.1f} s an epoch ({min(each):.1f} to {max(each):.1f})", flush=True)
    measured.write("sentiment", networks=found)


def imdb_lstm(reviews: data.Reviews) -> None:
    """The lecture's LSTM with the lecture's sizes: 88.6 % or more on the test reviews."""
    parts = sentiment.split(reviews)
    recipe = sentiment.Recipe(batch=64, epochs=8, learning_rate=0.003)
    noise = {"dropout_of_vectors": 0.5, "share_of_words_made_unknown": 0.3}
    keras.utils.set_random_seed(0)
    model = sentiment.reader(keras.layers.SpatialDropout1D(noise["dropout_of_vectors"]), FastLSTM(sentiment.UNITS))
    learn = training.BatchesByLength(
        *parts.learn, recipe.batch, seed=0, replace=(noise["share_of_words_made_unknown"], UNKNOWN)
    )
    history, seconds = _timed_training(model, learn, parts.validation, recipe, "imdb_lstm")
    plain = sentiment.reader(keras.layers.LSTM(sentiment.UNITS, name="lstm"))
    plain.set_weights(model.get_weights())
    plain.compile(loss="binary_crossentropy", metrics=["accuracy"])
    run = {"settings": recipe._asdict() | noise, "training_seconds": round(seconds), "history": history}
    title = "The lecture's LSTM(32) on the last 500 words of IMDB reviews"
    _save("imdb_lstm", title, plain, reviews, parts, run, lambda part: sentiment.accuracy(plain, part))


def imdb_cnn_lstm(reviews: data.Reviews) -> None:
    """The lecture's convolution and LSTM with the lecture's sizes and epochs: 85.0 % or more on the test reviews."""
    parts = sentiment.split(reviews, size=20_000, length=100)
    model, history, seconds = _train_convolution(parts, seed=0)
    plain = sentiment.cnn_lstm(fast=False)
    plain.set_weights(model.get_weights())
    plain.compile(loss="binary_crossentropy", metrics=["accuracy"])
    run = {"settings": CONVOLUTION._asdict(), "training_seconds": round(seconds), "history": history}
    title = "The lecture's convolution and LSTM(70) on the last 100 words of IMDB reviews"
    _save("imdb_cnn_lstm", title, plain, reviews, parts, run, lambda part: _judge_rows(plain, part), size=20_000)


def imdb_convolution(reviews: data.Reviews) -> None:
    """The row of the table for the convolution and LSTM, with three seeds, and what an epoch of it takes."""
    parts = sentiment.split(reviews, size=20_000, length=100)
    found = measured.read("sentiment")["networks"]
    empty = {"parameters": sentiment.cnn_lstm().count_params(), "validation": [], "test": []}
    row = found.setdefault("convolution, LSTM", empty)
    for seed in SEEDS[len(row["test"]) :]:
        model, _, _ = _train_convolution(parts, seed)
        row["validation"].append(_judge_rows(model, parts.validation))
        row["test"].append(_judge_rows(model, parts.test))
        print(f"convolution, LSTM, seed {seed}: {row}", flush=True)
        measured.write("sentiment", networks=found)
    model = sentiment.cnn_lstm()
    model.compile(training.optimizer(0.001, 1000), "binary_crossentropy")
    first = parts.learn.first(100 * CONVOLUTION.batch)
    batches = training.BatchesByLength(list(sentiment.front_padded(first)), first.y, CONVOLUTION.batch)
    rounds = []
    for _ in range(6):  # the first one compiles
        began = time.perf_counter()
        for number in range(len(batches)):
            model.train_on_batch(*batches[number])
        rounds.append((time.perf_counter() - began) * len(parts.learn.x) / len(first.x))
    row["seconds"] = float(np.median(rounds[1:]))
    print(
        f"convolution, LSTM: {row['seconds']:.1f} s an epoch ({min(rounds):.1f} to {max(rounds[1:]):.1f})", flush=True
    )
    measured.write("sentiment", networks=found)


def _train_convolution(parts: sentiment.Split, seed: int):
    keras.utils.set_random_seed(seed)
    model = sentiment.cnn_lstm()
    rows = [sentiment.Part(list(sentiment.front_padded(part)), part.y) for part in parts]
    learn = training.BatchesByLength(*rows[0], CONVOLUTION.batch, seed)
    history, seconds = _timed_training(model, learn, rows[1], CONVOLUTION, f"imdb_cnn_lstm_{seed}")
    return model, history, seconds


def _judge_rows(model: keras.Model, part: sentiment.Part) -> float:
    rows = sentiment.front_padded(part)
    return model.evaluate(rows, part.y, batch_size=256, verbose=0, return_dict=True)["accuracy"]


def imdb_few_labels(reviews: data.Reviews) -> None:
    """An embedding learned from 12,500 labels, kept and frozen, against random and ready-made rows, with few labels."""
    whole = sentiment.split(reviews, length=200)
    much, rest = 12_500, sentiment.Part(whole.learn.x[12_500:], whole.learn.y[12_500:])
    test = whole.test.first(2_000)
    keras.utils.set_random_seed(0)
    model = sentiment.reader(FastLSTM(sentiment.UNITS))
    learn = training.BatchesByLength(*whole.learn.first(much), 64, seed=0)
    sentiment.train(model, learn, training.BatchesByLength(*whole.validation, 256), sentiment.Recipe(64, 3, 0.004))
    vocabulary = vocabulary_of(reviews.word_index, sentiment.VOCABULARY)
    glove, known = sentiment.table_of_vectors(vocabulary.symbols, data.load_glove())
    tables = {
        "random, learned": None,
        "pretrained, frozen": model.get_layer("embedding").get_weights()[0],
        "GloVe, frozen": glove,
    }
    runs: dict[str, list[list[float]]] = {name: [] for name in tables}
    for count, recipe in FEW.items():
        for name, table in tables.items():
            runs[name].append([])
            for seed in SEEDS:
                order = np.random.default_rng(seed).permutation(len(rest.x))[:count]
                few = sentiment.Part([rest.x[place] for place in order], rest.y[order])
                parts = sentiment.Split(few, few, test)
                reached = sentiment.judge_with_table(table, parts, sentiment.VOCABULARY, recipe, seed)
                runs[name][-1].append(reached)
            print(count, name, runs[name][-1], flush=True)
    few_labels = {
        "pretrained_on": much,
        "pretrained_accuracy": sentiment.accuracy(model, test),
        "test_reviews": len(test.x),
        "length": 200,
        "words_with_a_vector": known,
        "sizes": list(FEW),
        "recipes": [recipe._asdict() for recipe in FEW.values()],
        "accuracy": runs,
    }
    measured.write("sentiment", few_labels=few_labels)


RECIPES: dict[str, Callable[[data.Reviews], None]] = {
    "imdb_lstm": imdb_lstm,
    "imdb_cnn_lstm": imdb_cnn_lstm,
    "imdb_table": imdb_table,
    "imdb_times": imdb_times,
    "imdb_convolution": imdb_convolution,
    "imdb_few_labels": imdb_few_labels,
}


def _parameters(name: str) -> int:
    return sentiment.reader(*sentiment.NETWORKS[name]()).count_params()


def _timed_training(model, learn, validation, recipe, name):
    began = time.perf_counter()
    checked = training.BatchesByLength(*validation, 256)
    sentiment.train(model, learn, checked, recipe, [training.EpochLines(), training.resumable(name)])
    return model.history.history, time.perf_counter() - began


def _save(name, title, model, reviews, parts, run, judge, size=sentiment.VOCABULARY) -> None:
    figures = {
        "validation_accuracy": judge(parts.validation),
        "test_accuracy": judge(parts.test),
        "best_epoch": int(np.argmin(run["history"]["val_loss"])) + 1,
    }
    counts = f"{len(parts.learn.x):,} of the training reviews; {len(parts.validation.x):,} chose the epoch"
    card = {
        "title": title,
        "command": f"python -m tools.train_checkpoints {name}",
        "trained_on": f"{counts}; {reviews.edition}",
        **run,
        "figures": figures,
    }
    checkpoints.save(name, model, vocabulary_of(reviews.word_index, size), card)
    print(name, figures, flush=True)
