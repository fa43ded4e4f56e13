"""Checkpoints: what is saved comes back, damage is found before anything is loaded, and those of the course hold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from course_utils import checkpoints, data
from course_utils.checkpoints import CARD, MODEL, VOCABULARY, CheckpointError
from course_utils.counts import CountModel
from course_utils.quiet import import_tensorflow
from course_utils.text import Vocabulary, copied_share, windows

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import models  # noqa: E402
from course_utils.generation import Generator  # noqa: E402
from tools.train_checkpoints import RECIPES  # noqa: E402

CARD_OF = {
    "title": "A small model, größer als nichts",
    "command": "none",
    "trained_on": "nothing",
    "training_seconds": 0,
    "figures": {"loss": 1.25},
}


def small_model(seed=1):
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((None,), dtype="int32"), keras.layers.Embedding(3, 2), keras.layers.Dense(3)])


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder for checkpoints, with blanks and accents in its path."""
    place = tmp_path / "Zoës Kurs" / "checkpoints"
    monkeypatch.setattr(checkpoints, "folder", lambda: place)
    return place


@pytest.fixture
def saved(place):
    """One good checkpoint, "small"."""
    checkpoints.save("small", small_model(), Vocabulary("äb "), CARD_OF)
    return place / "small"


def output(model):
    return np.asarray(model(np.arange(3)[None]))


def test_what_was_saved_comes_back(saved):
    assert checkpoints.names() == ["small"]
    assert checkpoints.verify("small") == []
    loaded = checkpoints.load("small")
    assert (loaded.name, loaded.vocabulary, loaded.figures) == ("small", Vocabulary("äb "), {"loss": 1.25})
    assert loaded.card.items() >= CARD_OF.items()
    assert loaded.card["versions"].keys() == {"python", "numpy", "keras", "tensorflow"}
    np.testing.assert_array_equal(output(loaded.model), output(small_model()))
    assert sorted(path.name for path in saved.iterdir()) == sorted([CARD, MODEL, VOCABULARY])


def test_saving_again_replaces_the_old_one(saved):
    checkpoints.save("small", small_model(seed=2), Vocabulary("xyz"), CARD_OF | {"figures": {"loss": 1.0}})
    loaded = checkpoints.load("small")
    assert (loaded.vocabulary.symbols, loaded.figures) == (["x", "y", "z"], {"loss": 1.0})
    np.testing.assert_array_equal(output(loaded.model), output(small_model(seed=2)))


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rewrite(path, change):
    card = json.loads(path.read_text(encoding="utf-8"))
    change(card)
    path.write_text(json.dumps(card), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: flip(folder / MODEL), MODEL),
        (lambda folder: (folder / MODEL).write_bytes(b""), MODEL),
        (lambda folder: flip(folder / VOCABULARY), VOCABULARY),
        (lambda folder: (folder / VOCABULARY).unlink(), VOCABULARY),
        (lambda folder: (folder / CARD).write_bytes((folder / CARD).read_bytes()[:-20]), CARD),
        (lambda folder: (folder / CARD).write_bytes(b"\xff\xfe"), CARD),
        (lambda folder: (folder / CARD).write_text("[]", encoding="utf-8"), CARD),
        (lambda folder: rewrite(folder / CARD, lambda card: card.pop("files")), CARD),
        (lambda folder: rewrite(folder / CARD, lambda card: card["files"].pop(MODEL)), CARD),
    ],
    ids=[
        "a flipped bit in the model",
        "an empty model",
        "a flipped bit in the vocabulary",
        "no vocabulary",
        "half a card",
        "a card that is no text",
        "a card that is a list",
        "a card without checksums",
        "a card without the checksum of the model",
    ],
)
def test_damage_is_found_and_nothing_is_loaded(saved, damage, said, monkeypatch):
    damage(saved)
    (problem,) = checkpoints.verify("small")
    assert problem.startswith(said)
    assert "git checkout" in problem
    monkeypatch.setattr(keras.models, "load_model", lambda *_, **__: pytest.fail("it was loaded all the same"))
    with pytest.raises(CheckpointError, match="git checkout"):
        checkpoints.load("small")


def test_two_damaged_files_are_both_named(saved):
    flip(saved / MODEL)
    (saved / VOCABULARY).unlink()
    assert [problem.split()[0] for problem in checkpoints.verify("small")] == [MODEL, VOCABULARY]


def test_an_unknown_name_is_answered_with_those_that_are_there(saved):
    with pytest.raises(CheckpointError, match=r"'alize'.*small"):
        checkpoints.load("alize")
    assert len(checkpoints.verify("alize")) == 1


def test_without_any_checkpoint_the_error_says_so(place):
    assert checkpoints.names() == []
    with pytest.raises(CheckpointError, match="none"):
        checkpoints.load("alice")


@pytest.mark.parametrize("part", ["model", "vocabulary", "card"])
def test_a_save_that_fails_leaves_the_old_one_whole(saved, part, monkeypatch):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def full_disk(*_, **__):
        raise OSError(28, "No space left on device")

    model, vocabulary, card = small_model(seed=2), Vocabulary("xyz"), dict(CARD_OF)
    if part == "model":
        monkeypatch.setattr(model, "save", full_disk)
    elif part == "vocabulary":
        monkeypatch.setattr(vocabulary, "save", full_disk)
    else:
        card["figures"] = {"loss": object()}  # nothing that JSON could hold
    with pytest.raises((OSError, TypeError)):
        checkpoints.save("small", model, vocabulary, card)
    assert checkpoints.verify("small") == []
    assert {name: (saved / name).read_bytes() for name in before} == before


@pytest.mark.parametrize("lacking", sorted(CARD_OF))
def test_a_card_must_say_how_the_model_was_made(place, lacking):
    card = {key: value for key, value in CARD_OF.items() if key != lacking}
    with pytest.raises(ValueError, match=lacking):
        checkpoints.save("small", small_model(), Vocabulary("abc"), card)
    assert checkpoints.names() == []


# --- The checkpoints of the course

SHIPPED = pytest.mark.parametrize("name", checkpoints.names())


def test_the_course_has_the_checkpoints_that_its_lessons_load():
    assert set(checkpoints.names()) >= {"alice", "alice_lecture", "imdb_lstm", "imdb_cnn_lstm"}


@SHIPPED
def test_a_checkpoint_of_the_course_is_whole_and_tells_how_it_was_made(name):
    assert checkpoints.verify(name) == []
    loaded = checkpoints.load(name)
    command, recipe = loaded.card["command"].rsplit(" ", 1)
    assert command == "python -m tools.train_checkpoints"
    assert recipe in RECIPES
    assert loaded.card["versions"].keys() >= {"python", "keras", "tensorflow", "numpy"}
    assert loaded.card["training_seconds"] > 0
    assert loaded.figures
    assert all(np.isfinite(value) for value in loaded.figures.values())


@pytest.mark.parametrize("name", ["alice", "alice_lecture"])
def test_a_checkpoint_that_writes_does_so_with_its_own_vocabulary(name):
    loaded = checkpoints.load(name)
    assert loaded.model.output_shape[-1] == len(loaded.vocabulary)
    assert len(Generator(loaded.model, loaded.vocabulary)("alice ", 20, seed=1)) == 20


@pytest.mark.parametrize("name", ["imdb_lstm", "imdb_cnn_lstm"])
def test_a_checkpoint_that_judges_reviews_has_a_row_for_each_word(name):
    loaded = checkpoints.load(name)
    assert loaded.model.output_shape == (None, 1)
    assert loaded.model.get_layer("embedding").input_dim == len(loaded.vocabulary)


@SHIPPED
def test_the_figures_of_a_card_are_those_of_its_curve(name):
    card = json.loads((checkpoints.folder() / name / CARD).read_text(encoding="utf-8"))
    curve, figures = card["history"]["val_loss"], card["figures"]
    assert len(curve) == len(card["history"]["loss"]) == card["settings"]["epochs"]
    assert figures["best_epoch"] == int(np.argmin(curve)) + 1
    if "best_held_out_loss" in figures:
        assert figures["best_held_out_loss"] == pytest.approx(min(curve))


@pytest.fixture(scope="module")
def book():
    """The real book, on which the checkpoints were trained."""
    return data.load_alice()


@pytest.mark.real_data
def test_the_checkpoint_alice_has_the_figures_of_its_card(book):
    loaded = checkpoints.load("alice")
    story = data.clean_like_the_lecture(book.story.encode("utf-8"))
    generator = Generator(loaded.model, loaded.vocabulary)
    figures = loaded.figures
    assert models.held_out_loss(generator, story) == pytest.approx(figures["held_out_loss"], abs=0.005)
    assert figures["held_out_loss"] < figures["best_count_loss"]
    numbers = loaded.vocabulary.encode(story)
    train = models.split(numbers)[0]
    counted = CountModel(5, len(loaded.vocabulary)).fit(train).loss(numbers[len(train) - 4 :])
    assert counted == pytest.approx(figures["best_count_loss"], abs=0.005)
    assert copied(generator, story) == pytest.approx(figures["copied"], abs=0.03)


@pytest.mark.real_data
def test_the_checkpoint_alice_lecture_has_the_last_loss_of_its_curve(book):
    loaded = checkpoints.load("alice_lecture")
    held_out = models.split(data.clean_like_the_lecture(book.story.encode("utf-8")))[1]
    inputs, targets = windows(loaded.vocabulary.encode(held_out), loaded.card["settings"]["time"])
    p = loaded.model.predict(np.eye(len(loaded.vocabulary), dtype=np.float32)[inputs], verbose=0)
    # Keras takes no probability for less than its epsilon, which flatters a model that is sure and wrong.
    losses = keras.losses.sparse_categorical_crossentropy(targets, p)
    assert float(np.mean(losses)) == pytest.approx(loaded.card["history"]["val_loss"][-1], abs=0.005)
    whole = data.clean_like_the_lecture(book.raw)
    assert copied(Generator(loaded.model, loaded.vocabulary), whole) == pytest.approx(
        loaded.figures["copied"], abs=0.03
    )


def copied(generator, source):
    """The figure of this name on a card. Another processor may come to another text, hence the wide tolerance."""
    return copied_share(generator("alice ", 2000, temperature=0.7, seed=1), source)
