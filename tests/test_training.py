"""Batches go on where they stopped, states are forgotten where a text begins anew, and a killed training goes on."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from course_utils import settings
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import training  # noqa: E402
from course_utils.text import streams, windows  # noqa: E402
from course_utils.training import CarryState, EpochLines, OneHotBatches, SampleWhileTraining, StreamBatches  # noqa: E402


def in_a_row(batches, part):
    """All inputs (part 0) or targets (part 1) of an epoch, each stream in one row."""
    return np.concatenate([batches[number][part] for number in range(len(batches))], axis=1)


# --- One-hot batches


@examples(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(5, 60), st.integers(1, 4), st.integers(1, 20), st.none() | st.integers(0, 5))
def test_an_epoch_of_one_hot_batches_holds_every_window_once(total, stride, batch, seed):
    numbers = np.random.default_rng(total).integers(0, 6, total)
    inputs, targets = windows(numbers, 4, stride)
    batches = OneHotBatches(inputs, targets[:, -1], 6, batch, seed)
    for _ in range(2):
        read = [batches[place] for place in range(len(batches))]
        assert all(len(x) == batch for x, _ in read[:-1])
        x, y = (np.concatenate(parts) for parts in zip(*read, strict=True))
        assert x.dtype == np.float32
        assert (x.sum(axis=-1) == 1).all()
        found = sorted(zip(x.argmax(axis=-1).tolist(), y.tolist(), strict=True))
        assert found == sorted(zip(inputs.tolist(), targets[:, -1].tolist(), strict=True))
        batches.on_epoch_end()


def test_only_with_a_seed_is_the_order_another_in_each_epoch():
    inputs = np.arange(40).reshape(40, 1)
    for seed, changes in ((None, False), (3, True)):
        batches = OneHotBatches(inputs, inputs[:, 0], 40, 40, seed)
        first = batches[0][1]
        batches.on_epoch_end()
        assert (not np.array_equal(first, batches[0][1])) == changes


@pytest.mark.parametrize(("inputs", "targets", "batch"), [(3, 2, 1), (0, 0, 1), (3, 3, 0)])
def test_one_hot_batches_that_cannot_be_are_refused(inputs, targets, batch):
    with pytest.raises(ValueError, match=f"{inputs} inputs, {targets} targets and batch = {batch}"):
        OneHotBatches(np.zeros((inputs, 4), int), np.zeros(targets, int), 3, batch)


# --- Batches


@examples(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 200), st.integers(1, 8), st.integers(1, 12), st.none() | st.integers(0, 5))
def test_batches_put_together_are_the_streams(total, batch, time, seed):
    numbers = np.arange(total)
    if total < batch * time + time:
        with pytest.raises(ValueError, match=f"needs {batch * time + time}"):
            StreamBatches(numbers, batch, time, seed)
        return
    batches = StreamBatches(numbers, batch, time, seed)
    length = len(batches)
    for _ in range(3):
        inputs, targets = in_a_row(batches, 0), in_a_row(batches, 1)
        assert inputs.shape == targets.shape == (batch, length * time)
        offset = inputs[0, 0]
        assert 0 <= offset < time
        assert np.array_equal(inputs, streams(numbers[offset:], batch)[0][:, : length * time])
        assert np.array_equal(targets, inputs + 1), "the numbers of this text count up by one"
        assert len(batches) == length
        batches.on_epoch_end()


def test_each_epoch_begins_elsewhere_if_there_is_a_seed_and_the_same_every_run():
    def beginnings(seed):
        batches = StreamBatches(np.arange(500), 4, 20, seed)
        found = []
        for _ in range(8):
            found.append(int(batches[0][0][0, 0]))
            batches.on_epoch_end()
        return found

    assert len(set(beginnings(7))) > 3
    assert beginnings(7) == beginnings(7)
    assert set(beginnings(None)) == {0}


@pytest.mark.parametrize(("batch", "time"), [(0, 5), (4, 0), (-1, 5), (4, -2)])
def test_a_batch_of_nothing_is_refused(batch, time):
    with pytest.raises(ValueError, match=f"{batch} streams of {time} steps"):
        StreamBatches(np.arange(100), batch, time)


# --- Callbacks


def model(batch=2, **options):
    keras.utils.set_random_seed(1)
    made = keras.Sequential(
        [
            keras.Input((None,), batch_size=batch, dtype="int32"),
            keras.layers.Embedding(5, 3),
            keras.layers.SimpleRNN(4, return_sequences=True, **options),
            keras.layers.Dense(5),
        ]
    )
    made.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return made


def batches(seed=None):
    return StreamBatches(np.arange(64) % 5, 2, 10, seed)


def test_the_state_is_forgotten_where_a_text_begins_and_nowhere_else():
    class Watch(keras.callbacks.Callback):
        seen = ()

        def on_train_batch_begin(self, batch, logs=None):
            self.seen += (("train", batch, bool(np.any(self.model.layers[1].states[0]))),)

        def on_test_batch_begin(self, batch, logs=None):
            self.seen += (("test", batch, bool(np.any(self.model.layers[1].states[0]))),)

    watch, made = Watch(), model(stateful=True)
    made.fit(batches(), validation_data=batches(), epochs=2, callbacks=[CarryState(), watch], shuffle=False, verbose=0)
    epoch = [(kind, batch, batch > 0) for kind in ("train", "test") for batch in range(len(batches()))]
    assert list(watch.seen) == epoch * 2
    assert len(batches()) > 1


@pytest.mark.parametrize(("every", "epochs"), [(1, ["1", "2", "3", "4", "5"]), (2, ["2", "4", "5"])])
def test_an_epoch_is_one_line(capsys, every, epochs):
    made = model()
    made.fit(batches(), epochs=5, callbacks=[EpochLines(every)], verbose=0, shuffle=False)
    lines = capsys.readouterr().out.splitlines()
    found = [re.fullmatch(r"epoch +(\d+) +training (\d\.\d{3}) +(\d+) s", line) for line in lines]
    assert [match and match[1] for match in found] == epochs


def test_held_out_loss_and_samples_stand_where_they_belong(capsys):
    made = model()
    lines = [EpochLines(), SampleWhileTraining(lambda: "cab", epochs={1, 3})]
    history = made.fit(
        batches(), validation_data=batches(), epochs=3, callbacks=lines, verbose=0, shuffle=False
    ).history
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["epoch", "writes:", "epoch", "epoch", "writes:"]
    assert f"held-out {history['val_loss'][0]:.3f}" in printed[0]
    assert printed[1].endswith("cab")


# --- The optimizer


def rates(optimizer, steps):
    found = []
    for step in range(steps + 1):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return found


@pytest.mark.parametrize("steps", [1, 2, 7, 40, 400])
def test_the_learning_rate_rises_and_ends_near_zero(steps):
    found = rates(training.optimizer(0.01, steps), steps)
    top = int(np.argmax(found))
    assert found[top] == pytest.approx(0.01)
    assert top == max(1, steps // 20)
    assert found[:top] == sorted(found[:top])
    assert found[top:] == sorted(found[top:], reverse=True)
    if steps > 1:
        assert found[-1] == pytest.approx(0, abs=1e-6)


def test_weight_decay_pulls_towards_zero_by_a_share_of_the_rate():
    shrunk = {}
    for decay in (0.0, 0.5):
        weight = keras.Variable([2.0])
        optimizer = training.optimizer(0.01, 40, decay)
        optimizer.build([weight])
        optimizer.iterations.assign(2)
        optimizer.apply([np.zeros(1, np.float32)])
        shrunk[decay] = float(weight[0])
    assert shrunk == pytest.approx({0.0: 2.0, 0.5: 2.0 * (1 - 0.01 * 0.5)})


# --- Resuming


def three_epochs(*more):
    """Train for three epochs under a name, and return how many steps the optimizer has taken in all."""
    made = model(stateful=True)
    callbacks = [CarryState(), EpochLines(), training.resumable("a trial"), *more]
    made.fit(batches(), epochs=3, callbacks=callbacks, verbose=0, shuffle=False)
    return int(made.optimizer.iterations)


KILLED = """
import os, signal
from tests.test_training import keras, three_epochs

class Killed(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        os.kill(os.getpid(), signal.SIGTERM)

three_epochs(Killed())
"""


def test_a_training_that_was_killed_goes_on_and_leaves_nothing_behind(tmp_path, monkeypatch, capsys):
    cache = tmp_path / "Zoës Zwischenspeicher"
    monkeypatch.setenv("COURSE_CACHE_DIR", str(cache))

    def left():
        return [path for path in cache.rglob("*") if path.is_file()]

    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=settings.repository(), capture_output=True, encoding="utf-8", timeout=200
    )
    assert killed.returncode != 0
    assert re.findall(r"epoch +(\d)", killed.stdout) == ["1"], killed.stderr
    assert left()
    steps = three_epochs()
    assert re.findall(r"epoch +(\d)", capsys.readouterr().out) == ["2", "3"]
    assert steps == 3 * len(batches()), "the optimizer goes on as well"
    assert left() == []
    assert three_epochs() == steps
    assert re.findall(r"epoch +(\d)", capsys.readouterr().out) == ["1", "2", "3"], "a finished training begins anew"


def test_a_model_without_state_has_the_weights_and_reads_any_batch():
    carried = model(stateful=True)
    plain = training.without_state(carried, lambda: model(batch=None))
    numbers = np.arange(10).reshape(2, 5) % 5
    np.testing.assert_allclose(plain(numbers), carried(numbers), atol=1e-6)
    assert plain(numbers[:1]).shape == (1, 5, 5)
    assert not plain.layers[1].stateful
