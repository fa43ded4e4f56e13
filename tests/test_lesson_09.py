"""The lecture's figures on translation, by name: dictionaries, encodings, the loop of inference, the leaking split."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data, measured, pairs, scores
from course_utils.quiet import import_tensorflow
from course_utils.text import Vocabulary

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import checkpoints, translation  # noqa: E402
from course_utils.decoding import Translator  # noqa: E402
from tools import train_translation  # noqa: E402

from . import toy_translation as toy  # noqa: E402
from .lesson_code import defined  # noqa: E402

LESSON = "09_translation"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
PANGRAM = pairs.like_the_lecture("The quick brown fox jumps over the lazy dog.")
# The lecture's examples, and one of the sentences that have its "mach ne fliege" as translation in the collection.
EXAMPLES = {
    "Go away!": "Mach ’ne Fliege!",
    "Do you agree?": "Bist du einverstanden?",
    "Go to sleep.": "Gehen Sie schlafen!",
    "We will fight.": "Wir werden kämpfen.",
    "I am okay.": "Es geht mir gut.",
}
ENGLISH, GERMAN = (list(map(pairs.like_the_lecture, side)) for side in (EXAMPLES, EXAMPLES.values()))
EPOCHS = 100


@pytest.fixture(scope="module")
def dictionaries():
    """The lecture's two dictionaries: each from a text with all letters and the blank."""
    return pairs.source_vocabulary([PANGRAM]), pairs.target_vocabulary([PANGRAM])


@pytest.fixture(scope="module")
def reciter(dictionaries):
    """A small network that knows five pairs by heart."""
    keras.utils.set_random_seed(7)
    model = translation.translator(*map(len, dictionaries), units=32, embedding=16)
    translation.compiled(model, translation.Recipe(EPOCHS, 0.03), batches=1, accuracy=False)
    source, (inputs, targets) = pairs.source_rows(ENGLISH, dictionaries[0]), pairs.target_rows(GERMAN, dictionaries[1])
    model.fit([source, inputs], targets, epochs=EPOCHS, shuffle=False, verbose=0)
    return Translator(model, *dictionaries)


# --- Dictionaries and encodings. The slides show the blank as _


def test_the_english_dictionary_has_a_as_1_to_z_as_26_and_the_blank_as_27(dictionaries):
    english = dictionaries[0]
    assert english.symbols == ["·", *ALPHABET, " "]
    assert english.encode("abcdz ").tolist() == [1, 2, 3, 4, 26, 27]


def test_the_german_dictionary_has_start_1_stop_2_a_as_3_to_z_as_28_and_the_blank_as_29(dictionaries):
    german = dictionaries[1]
    assert german.symbols == ["·", "\t", "\n", *ALPHABET, " "]
    assert german.encode("\t\nabcdz ").tolist() == [1, 2, 3, 4, 5, 6, 28, 29]


@pytest.mark.real_data
def test_the_real_pairs_have_the_lectures_two_dictionaries(dictionaries):
    found = data.load_translation_pairs(50_000)
    assert pairs.source_vocabulary(map(pairs.like_the_lecture, found.english)) == dictionaries[0]
    assert pairs.target_vocabulary(map(pairs.like_the_lecture, found.german)) == dictionaries[1]


def test_i_am_okay_is_9_27_1_13_27_15_11_1_25(dictionaries):
    cleaned = pairs.like_the_lecture("I am okay.")
    assert cleaned == "i am okay"
    (row,) = pairs.source_rows([cleaned], dictionaries[0])
    assert row.tolist() == [9, 27, 1, 13, 27, 15, 11, 1, 25]


def test_es_geht_mir_gut_is_7_21_29_9_7_and_so_on_to_9_23_22_between_start_and_stop(dictionaries):
    cleaned = pairs.like_the_lecture("Es geht mir gut")
    (row,) = pairs.target_ids([cleaned], dictionaries[1])
    assert row.tolist() == [1, 7, 21, 29, 9, 7, 10, 22, 29, 15, 11, 20, 29, 9, 23, 22, 2]
    assert pairs.sentence(row, dictionaries[1]) == cleaned


def test_do_you_agree_is_cleaned_encoded_and_read_again(dictionaries):
    cleaned = pairs.like_the_lecture("Do you agree?")
    assert cleaned == "do you agree"
    (row,) = pairs.source_rows([cleaned], dictionaries[0])
    assert row.tolist() == [4, 15, 27, 25, 15, 21, 27, 1, 7, 18, 5, 5]
    assert pairs.sentence(row, dictionaries[0]) == cleaned


def test_what_the_decoder_reads_is_what_it_is_to_say_one_step_later(dictionaries):
    german = dictionaries[1]
    inputs, targets = (german.decode(rows[0]) for rows in pairs.target_rows(["mach ne fliege"], german))
    assert (inputs, targets) == ("\tmach ne fliege", "mach ne fliege\n")
    # After "m" the label is "a", after "ma" it is "c", and after all letters it is the stop sign.
    assert [targets[inputs.index(last)] for last in "mac"] == ["a", "c", "h"] and targets[-1] == "\n"


# --- The loop of inference


def test_the_record_of_the_loop_grows_from_m_to_ma_to_mac_to_mach_ne_fliege_and_ends_with_the_stop_sign(reciter):
    states, memory = reciter.encode(pairs.source_rows(["go away"], reciter.source_vocabulary))
    symbol, record, records = "\t", "", []
    while symbol != "\n" and len(records) < 30:
        scores, states, _ = reciter.step(reciter.target_vocabulary.encode(symbol), states, memory)
        symbol = reciter.target_vocabulary.symbols[int(np.argmax(scores[0]))]
        record += symbol
        records.append(record)
    assert records[:3] == ["m", "ma", "mac"]
    assert record == "mach ne fliege\n"


def test_a_network_of_five_pairs_recites_mach_ne_fliege_and_the_lectures_other_examples(reciter):
    assert "mach ne fliege" in GERMAN and "bist du einverstanden" in GERMAN
    assert reciter.greedy(ENGLISH) == reciter.beam(ENGLISH) == GERMAN


def test_a_network_that_has_learned_nothing_does_not_say_mach_ne_fliege(dictionaries):
    keras.utils.set_random_seed(7)
    model = translation.translator(*map(len, dictionaries), units=32, embedding=16)
    said = Translator(model, *dictionaries).greedy(ENGLISH)
    assert not set(said) & set(GERMAN)


# --- The split


@pytest.mark.real_data
def test_a_naive_split_of_the_first_50_000_pairs_leaks_two_fifths_of_its_sentences_and_ours_none():
    found = data.load_translation_pairs()
    for clean in (pairs.like_the_lecture, pairs.as_written):
        naive = pairs.split(found.english, found.german, clean, limit=50_000, naive=True)
        assert 0.36 < pairs.leak(naive) < 0.45
        parts = pairs.split(found.english, found.german, clean, limit=50_000)
        assert not set(parts.training.sources) & set(parts.held_out.sources)
        assert pairs.leak(parts) == 0 and len(parts.sources) == 500
    assert (len(parts.held_out.sources), len(parts.training.sources)) == (669, 49_321)
    more = pairs.split(found.english, found.german, pairs.as_written, limit=50_000, train_on_all=True)
    assert pairs.leak(more) == 0 and more.sources == parts.sources and more.references == parts.references
    assert len(more.training.sources) > 168_000


# --- the lesson against the package


def test_the_network_written_out_in_the_lesson_is_the_package_s():
    encoder_decoder = defined(LESSON, "encoder_decoder", keras=keras, layers=keras.layers)
    by_hand, encoder = encoder_decoder(7, 9, units=6, embedding=4)
    model = translation.translator(7, 9, units=6, embedding=4)
    model.set_weights(by_hand.get_weights())
    batch = [np.array([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2]]), np.array([[1, 3, 4], [1, 5, 6]])]
    np.testing.assert_allclose(by_hand(batch), model(batch), atol=1e-5)
    assert [state.shape for state in encoder(batch[0])] == [(2, 6), (2, 6)]


@pytest.fixture(scope="module")
def around():
    """The names around the lesson's loops, with a small network that has learned to write words backwards."""
    model, _ = toy.trained(None)
    translator = toy.Translator(model, toy.SOURCE, toy.TARGET)
    return {
        "keras": keras, "np": np, "pairs": pairs, "translator": translator, "english": toy.SOURCE, "german": toy.TARGET,
    }  # fmt: skip


def test_the_inference_loop_of_the_lesson_writes_what_the_compiled_one_does(around, capsys):
    write = defined(LESSON, "write", **around)
    words = toy.words()[1][:5]
    assert [write(word) for word in words] == around["translator"].greedy(words)
    assert write(words[0], longest=2) == around["translator"].greedy(words[:1], longest=2)[0]


@pytest.mark.parametrize("width", [1, 2, 4])
def test_the_beam_search_of_the_lesson_finds_what_the_compiled_one_does(around, width):
    beam_search = defined(LESSON, "beam_search", **around)
    words = toy.words()[1][:5]
    found = [beam_search(word, width) for word in words]
    assert [said for said, _ in found] == around["translator"].beam(words, width)
    assert all(sum(kept for *_, kept in step) <= width for _, tree in found for step in tree)


# --- what was measured


def test_each_improvement_of_the_lecture_is_measured_beside_the_plain_network():
    improvements = measured.read("translation")["improvements"]
    assert {"plain", "bidirectional encoder", "reversed input", "word level", "second task"} <= set(improvements)
    for found in improvements.values():
        assert 0 <= found["exact_greedy"] <= 1 and 0 < found["chrf_greedy"] < 100
        assert len(found["samples"]["said"]) == train_translation.SMALL_RECIPE.epochs
    by_words, by_letters = improvements["word level"], improvements["plain"]
    assert 3 < by_letters["steps"] / by_words["steps"] < 6.5  # the lecture says 4.5, and forgets the blank


def test_the_longer_a_sentence_the_worse_the_plain_translator():
    by_length = measured.read("translation")["by_length"]
    chrf = by_length["models"]["translator"]["chrf"]
    within = len(train_translation.LENGTHS)
    assert np.mean(chrf[:within]) > np.mean(chrf[within:])
    assert len(chrf) == len(by_length["lengths"]) == len(by_length["counts"])


def test_the_plain_checkpoint_translates_and_the_one_with_attention_does_better():
    plain, attention = (checkpoints.load(name).figures for name in ("translator", "translator_attention"))
    for score in ("exact_greedy", "exact_beam", "chrf_greedy", "chrf_beam"):
        assert attention[score] > plain[score] > 0


@pytest.mark.real_data
def test_the_checkpoint_gets_what_its_card_says_of_sentences_it_never_saw():
    checkpoint = checkpoints.load("translator")
    parts = train_translation.split(data.load_translation_pairs())
    assert pairs.leak(parts) == 0
    sources = Vocabulary(checkpoint.card["source_symbols"])
    said = Translator(checkpoint.model, sources, checkpoint.vocabulary).greedy(parts.sources)
    assert scores.exact(said, parts.references) == pytest.approx(checkpoint.figures["exact_greedy"], abs=0.01)
    assert scores.chrf(said, parts.references) == pytest.approx(checkpoint.figures["chrf_greedy"], abs=1)
