"""Lesson 07 against the package, and the lectures' figures on models of characters, by name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course_utils import data, measured, text
from course_utils.cells import SimpleRNNCell
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, generation, models  # noqa: E402
from course_utils.feeding import Reciter  # noqa: E402

from .lesson_code import defined, ran  # noqa: E402

LESSON = "07_character_models"
LENGTH = 60


@pytest.fixture(scope="module")
def hello():
    """The names of the lesson after its section on hello."""
    keras.utils.set_random_seed(7)
    names = {"keras": keras, "np": np, "tf": tf, "text": text, "vocabulary": text.Vocabulary("helo")}
    ids = names["vocabulary"].encode("hello")
    names |= {"inputs": ids[:-1], "targets": ids[1:], "x": np.eye(4)[ids[:-1]], "y": np.eye(4)[ids[1:]]}
    names["SimpleRNNCell"] = SimpleRNNCell
    for function in ("forward", "gradients", "train_hello", "say"):
        names[function] = defined(LESSON, function, **names)
    layers = [keras.layers.SimpleRNN(3, return_sequences=True), keras.layers.Dense(4)]
    names["model"] = keras.Sequential([keras.Input((None, 4)), *layers])
    names["untrained"] = [weight.astype(float) for weight in names["model"].get_weights()]
    names["train_hello"] = defined(LESSON, "train_hello", **names)
    return names


# --- hello


def test_the_gradient_by_hand_is_keras_s(hello):
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_of(hello["targets"][None], hello["model"](hello["x"][None]))
    expected = tape.gradient(loss, hello["model"].trainable_weights)
    for found, gradient in zip(hello["gradients"](*hello["untrained"]), expected, strict=True):
        np.testing.assert_allclose(found, gradient.numpy(), atol=1e-6)
    assert hello["forward"](*hello["untrained"])[-1] == pytest.approx(float(loss), abs=1e-6)


def test_hello_is_learned_with_h_e_l_o_and_said_one_letter_at_a_time(hello):
    path = hello["train_hello"](memory=1)
    assert hello["say"](*path[-1]) == "hello"
    scores = [hello["forward"](*path[step])[1] for step in (0, 100)]
    margins = [z[np.arange(4), hello["targets"]] - np.where(hello["y"] > 0, -np.inf, z).max(axis=1) for z in scores]
    assert (margins[1] > margins[0]).all()  # the right scores rise against the others
    assert margins[1].min() > 0


def test_without_memory_no_loss_is_below_half_of_ln_2(hello):
    path = hello["train_hello"](memory=0)
    losses = [hello["forward"](*weights)[-1] for weights in path]
    assert losses[-1] == pytest.approx(np.log(2) / 2, abs=0.03)
    assert min(losses) >= np.log(2) / 2
    assert hello["say"](*path[-1]) != "hello"


# --- if you want you


def test_if_you_want_you_is_right_from_about_step_10_on_and_its_loss_under_0_001_by_step_50():
    sample = " if you want you"
    letters = text.Vocabulary.of(sample)
    ids = letters.encode(sample)
    assert len(letters) == 10
    one_hot = np.eye(10, dtype=np.float32)[ids[None, :-1]]
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    fifty_steps = defined(
        LESSON, "fifty_steps", keras=keras, np=np, codes=ids, one_hot=one_hot, cross_entropy=cross_entropy
    )
    for seed in range(2):
        run = list(fifty_steps(seed))
        right = [(p.argmax(axis=1) == ids[1:]).all() for _, p in run]
        first = max(step for step in range(50) if not right[step]) + 1
        assert 5 <= first <= 15
        assert run[-1][0] < 0.001


# --- Teacher forcing


def test_the_loss_of_reading_in_the_lesson_is_the_package_s_with_the_same_coins():
    root = str(math.isqrt(2 * 10**220))
    ids = text.Vocabulary.of(root).encode(root)
    reciter = Reciter(ids, symbols=10, units=8)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    read = defined(LESSON, "loss_of_reading", ids=ids, reciter=reciter, cross_entropy=loss_of, np=np)
    by_hand = {share: read(share, np.random.default_rng(0)) for share in (0.0, 1.0)}  # no coin is needed for these
    for share, loss in by_hand.items():
        reciter_loss = Reciter(ids, symbols=10, units=8)
        reciter_loss.model.set_weights(reciter.model.get_weights())
        assert reciter_loss.update(share, (0, 0)) == pytest.approx(loss, abs=1e-4)


def test_with_and_without_teacher_forcing_both_are_measured():
    """Teacher forcing learns sooner; after a slip more is right if own digits were read in training."""
    root = str(math.isqrt(2 * 10**220))
    ids = text.Vocabulary.of(root).encode(root)
    reciter = Reciter(ids, symbols=10, units=32)
    loss, after = {}, {}
    for name, share in (("forced", lambda k: 0.0), ("scheduled", lambda k: min(k / 200, 0.5)), ("own", lambda k: 1.0)):
        reciter.begin(0)
        loss[name] = [reciter.update(share(k), (0, k)) for k in range(300)][-1]
        after[name] = reciter.right_after_slips(np.arange(5, len(ids) - 27, 2), following=25)[1].mean()
    assert loss["forced"] < loss["scheduled"] < loss["own"]
    assert after["scheduled"] > after["forced"]


# --- Nietzsche


@pytest.mark.real_data
def test_nietzsche_has_600893_characters_57_distinct_and_200278_segments():
    story = data.load_nietzsche().text.lower()
    letters = text.Vocabulary.of(story)
    segments, targets = text.windows(letters.encode(story), LENGTH, stride=3)
    assert (len(story), len(letters)) == (600_893, 57)
    assert segments.shape == targets.shape == (200_278, LENGTH)
    assert letters.decode(segments[1][:5]) == "face\n"  # the lecture's second segment
    assert np.shares_memory(segments, targets)


def test_the_network_has_95_232_and_7_353_parameters_102_585_in_all():
    model = models.nietzsche(57)
    assert [layer.count_params() for layer in model.layers] == [95_232, 7_353]
    assert model.count_params() == 102_585 == models.nietzsche(57, every_position=True).count_params()


def test_every_position_gives_at_the_last_what_only_the_last_gives():
    last, every = models.nietzsche(5), models.nietzsche(5, every_position=True)
    every.set_weights(last.get_weights())
    x = np.eye(5, dtype=np.float32)[np.random.default_rng(0).integers(0, 5, (2, 7))]
    np.testing.assert_allclose(every(x)[:, -1], last(x), atol=1e-6)


def test_the_first_epoch_was_measured_beside_the_lecture_s_1_6746():
    first = measured.read("characters")["first_epoch"]
    assert first["segments"] == 200_278
    assert 1.6746 < first["loss"] < 2.3  # ours is higher, and near it in the second epoch
    losses = checkpoints.load("nietzsche_1").card["history"]["loss"]
    assert abs(losses[1] - 1.6746) < 0.05


def test_the_checkpoints_of_epochs_1_5_and_20_are_those_of_one_training():
    cards = {epochs: checkpoints.load(f"nietzsche_{epochs}").card for epochs in (1, 5, 20)}
    for epochs, card in cards.items():
        assert card["history"] == cards[1]["history"]
        assert card["figures"]["held_out_loss"] == card["history"]["val_loss"][epochs - 1]
    assert cards[1]["figures"]["loss"] > cards[5]["figures"]["loss"] > cards[20]["figures"]["loss"]


@pytest.mark.real_data
def test_a_checkpoint_reaches_the_held_out_loss_of_its_card():
    checkpoint = checkpoints.load("nietzsche_20")
    held_out = models.split(checkpoint.vocabulary.encode(data.load_nietzsche().text.lower()))[1]
    x, y = text.windows(held_out, LENGTH, 3)
    x, y = x[:4_000], y[:4_000, -1]
    p = checkpoint.model.predict(np.eye(57, dtype=np.float32)[x], batch_size=500, verbose=0)
    # A fifth of the segments: near the whole, not equal to it.
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    assert loss == pytest.approx(checkpoint.figures["held_out_loss"], abs=0.12)


def test_every_position_learns_more_in_the_same_time_than_only_the_last():
    last, every = (measured.read("characters")["positions"][name] for name in ("only the last", "every position"))
    assert every["targets"] == LENGTH * last["targets"]
    assert every["loss"][-1] < last["loss"][-1]


# --- Choosing


def test_the_cat_sat_on_the_ma_and_windows_of_18():
    checkpoint = checkpoints.load("nietzsche_20")
    writer = generation.Generator(checkpoint.model, checkpoint.vocabulary)
    seen = "the cat sat on the ma"
    assert len(seen[:18]) == 18
    names = {"writer": writer, "np": np, "generation": generation, "checkpoint": checkpoint}
    around = ran(LESSON, 'seen = "the cat sat on the ma"', nietzsche={20: checkpoint}, **names)
    assert len(around["window"]) == 18
    assert around["p"].sum() == pytest.approx(1)


def test_the_temperatures_0_5_and_0_2_of_the_lesson_are_the_package_s():
    adjusted = defined(LESSON, "adjusted", np=np)
    p = np.array([0.5, 0.3, 0.2, 0.0], np.float32)
    for temperature in (1.0, 0.5, 0.2, 0):
        with np.errstate(divide="ignore"):
            logits = np.where(p > 0, np.log(p), -1e9)
        np.testing.assert_allclose(adjusted(p, temperature), generation.distribution(logits, temperature), atol=1e-6)
    assert adjusted(p, 0.001).sum() == pytest.approx(1)  # where p ** 1000 is nothing but zeros
    np.testing.assert_allclose(adjusted(p, 0.5), p**2 / np.sum(p**2), atol=1e-6)


# --- Names


@pytest.mark.real_data
def test_the_8000_names_are_7944_of_which_7578_differ():
    names = data.load_nltk_names().names
    assert (len(names), len(set(names))) == (7_944, 7_578)


def test_padding_does_not_count_in_the_loss_of_names():
    letters = text.Vocabulary(["·", "\t", "\n", *"abc"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model = models.inventor(len(letters))
    inputs, targets = text.rows_of_words(["abc", "a"], letters)
    wide = [np.pad(rows, ((0, 0), (0, 5))) for rows in (inputs, targets)]
    assert float(loss(targets, model(inputs))) == pytest.approx(float(loss(wide[1], model(wide[0]))), abs=1e-6)
