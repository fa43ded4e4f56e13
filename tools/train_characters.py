"""The full-mode trainings of the lesson on character models: three checkpoints, and the measured file.

Each result is written as soon as it is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np

from course_utils import checkpoints, data, judging, measured, models, training
from course_utils.generation import Generator
from course_utils.text import Vocabulary, windows

LENGTH, STRIDE, BATCH, RATE = 60, 3, 128, 0.01  # the lecture's
EPOCHS = (1, 5, 20)
MINUTES = 4.0
SEED_TEXT = "immediately disclose what it really is--namely, a will to the"
TEMPERATURES = [0, 0.2, 0.5, 0.8, 1.0, 1.3]


def nietzsche(book: data.Text) -> None:
    """The lecture's network after 1, 5 and 20 epochs on the first nine tenths of the text."""
    vocabulary, train, held_out = _parts(book)
    x, y = windows(train, LENGTH, STRIDE)
    x_held_out, y_held_out = windows(held_out, LENGTH, STRIDE)
    kept: dict[int, list[np.ndarray]] = {}

    class Keep(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch + 1 in EPOCHS:
                kept[epoch + 1] = self.model.get_weights()

    model = _compiled(len(vocabulary))
    started = time.perf_counter()
    history = model.fit(
        training.OneHotBatches(x, y[:, -1], len(vocabulary), BATCH, seed=7),
        validation_data=training.OneHotBatches(x_held_out, y_held_out[:, -1], len(vocabulary), 512),
        epochs=max(EPOCHS),
        callbacks=[training.EpochLines(), Keep()],
        verbose=0,
    ).history
    seconds = time.perf_counter() - started
    for epochs, weights in kept.items():
        model = models.nietzsche(len(vocabulary))  # not compiled: no optimizer in the file
        model.set_weights(weights)
        checkpoints.save(
            f"nietzsche_{epochs}",
            model,
            vocabulary,
            {
                "title": f"The lecture's LSTM(128) on Nietzsche after {epochs} epoch{'s' * (epochs > 1)}",
                "command": "python -m tools.train_checkpoints nietzsche",
                "trained_on": f"first nine tenths of the text: {len(x)} segments; {book.edition}",
                "settings": {
                    "epochs": max(EPOCHS),
                    "length": LENGTH,
                    "stride": STRIDE,
                    "batch": BATCH,
                    "optimizer": f"RMSprop, {RATE}",
                },
                "training_seconds": round(seconds * epochs / max(EPOCHS)),
                "figures": {
                    "epoch": epochs,
                    "loss": history["loss"][epochs - 1],
                    "held_out_loss": history["val_loss"][epochs - 1],
                    "best_epoch": int(np.argmin(history["val_loss"])) + 1,
                },
                "history": history,
            },
        )


def nietzsche_first_epoch(book: data.Text) -> None:
    """The lecture's own figure: the loss of the first epoch on all segments of the text, nothing held out."""
    text = book.text.lower()
    vocabulary = Vocabulary.of(text)
    x, y = windows(vocabulary.encode(text), LENGTH, STRIDE)
    model = _compiled(len(vocabulary))
    started = time.perf_counter()
    batches = training.OneHotBatches(x, y[:, -1], len(vocabulary), BATCH, seed=7)
    loss = model.fit(batches, verbose=0).history["loss"][0]
    seconds = time.perf_counter() - started
    print(f"first epoch, {len(x)} segments: {loss:.4f} in {seconds:.0f} s", flush=True)
    measured.write("characters", first_epoch={"segments": len(x), "loss": loss, "seconds": seconds})


def nietzsche_positions(book: data.Text) -> None:
    """Loss by minute if only the last position of a segment predicts, and if every position does, turn by turn."""
    vocabulary, train, held_out = _parts(book)
    x_held_out, y_held_out = windows(held_out, LENGTH, 20)
    evaluation = training.OneHotBatches(x_held_out, y_held_out[:, -1], len(vocabulary), 512)
    found, runs = {}, {}
    for name, every in (("only the last", False), ("every position", True)):
        # If every position predicts, segments need not overlap: each character is a target once.
        x, y = windows(train, LENGTH, LENGTH if every else STRIDE)
        batches = training.OneHotBatches(x, y if every else y[:, -1], len(vocabulary), BATCH, seed=7)
        model = _compiled(len(vocabulary), every)
        model.train_on_batch(*batches[0])  # compiles, untimed
        runs[name] = model, batches
        found[name] = {"minutes": [], "loss": [], "updates": 0, "targets": BATCH * (LENGTH if every else 1)}
    spent = dict.fromkeys(runs, 0.0)
    while min(spent.values()) < MINUTES:
        for name, (model, batches) in runs.items():
            run = found[name]
            started = time.perf_counter()
            for _ in range(100):
                model.train_on_batch(*batches[run["updates"] % len(batches)])
                run["updates"] += 1
                if run["updates"] % len(batches) == 0:
                    batches.on_epoch_end()
            spent[name] += (time.perf_counter() - started) / 60
            run["minutes"].append(spent[name])
            run["loss"].append(_loss_at_the_last(model, evaluation, name == "every position"))
            print(f"{name}: {run['updates']} updates, {spent[name]:.2f} minutes, {run['loss'][-1]:.4f}", flush=True)
    measured.write("characters", positions=found)


def nietzsche_judged(book: data.Text) -> None:
    """What the network of 20 epochs writes at several temperatures, judged against the book."""
    checkpoint = checkpoints.load("nietzsche_20")
    writer = Generator(checkpoint.model, checkpoint.vocabulary)
    judged = [judging.judge(writer, SEED_TEXT, T, book.text.lower())._asdict() for T in TEMPERATURES]
    measured.write("characters", judged={"temperatures": TEMPERATURES, "judged": judged})


def _loss_at_the_last(model: keras.Model, evaluation: training.OneHotBatches, every: bool) -> float:
    surprise = []
    for x, y in (evaluation[place] for place in range(len(evaluation))):
        p = np.asarray(model.predict_on_batch(x))
        p = p[:, -1] if every else p
        surprise.append(-np.log(p[np.arange(len(y)), y] + 1e-30))
    return float(np.concatenate(surprise).mean())


def _parts(book: data.Text) -> tuple[Vocabulary, np.ndarray, np.ndarray]:
    text = book.text.lower()
    vocabulary = Vocabulary.of(text)
    return vocabulary, *models.split(vocabulary.encode(text))


def _compiled(vocabulary_size: int, every_position: bool = False, seed: int = 7) -> keras.Sequential:
    keras.utils.set_random_seed(seed)
    model = models.nietzsche(vocabulary_size, every_position)
    model.compile(keras.optimizers.RMSprop(RATE), "sparse_categorical_crossentropy")
    return model


RECIPES: dict[str, Callable[[data.Text], None]] = {
    "nietzsche": nietzsche,
    "nietzsche_first_epoch": nietzsche_first_epoch,
    "nietzsche_positions": nietzsche_positions,
    "nietzsche_judged": nietzsche_judged,
}
