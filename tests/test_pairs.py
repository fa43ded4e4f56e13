"""Pairs keep what their cleaning promises, no sentence is in both parts, and rows and batches lose nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import grammar, pairs
from course_utils.quiet import import_tensorflow
from course_utils.text import UnknownSymbolError, Vocabulary, padded

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils.batches import TranslationBatches  # noqa: E402

FEW = settings(deadline=None, max_examples=60, derandomize=True)
LISTS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("uvwxyz")), min_size=4, max_size=40)


@pytest.fixture(scope="module")
def sentences() -> tuple[list[str], list[str]]:
    """English and German of the course's own grammar."""
    english, german = zip(*grammar.translation_pairs(400), strict=True)
    return list(english), list(german)


# --- Cleaning


@pytest.mark.parametrize(
    ("sentence", "cleaned"),
    [
        ("I am okay.", "i am okay"),
        ("Es geht mir gut", "es geht mir gut"),
        ("Do you agree?", "do you agree"),
        ("Wir werden  kämpfen!", "wir werden kampfen"),
        ("Schließ die Tür,\u202fTom!", "schliess die tur tom"),
        ("I'm 17.", "im"),
        ("17!", ""),
    ],
)
def test_the_lectures_cleaning_leaves_lower_case_letters_and_blanks(sentence, cleaned):
    assert pairs.like_the_lecture(sentence) == cleaned


def test_the_lectures_cleaning_makes_different_german_words_the_same_and_the_other_one_does_not():
    for one, other in [("schon", "schön"), ("Sie", "sie"), ("Gehst du?", "Gehst du."), ("Nr. 1", "Nr. 2")]:
        assert pairs.like_the_lecture(one) == pairs.like_the_lecture(other)
        assert pairs.as_written(one) == one != other == pairs.as_written(other)


def test_one_mark_is_written_in_one_way():
    assert pairs.as_written(" „Wie geht’s“,\xa0 fragte\u200b er. ") == '"Wie geht\'s", fragte er.'
    assert pairs.as_written("scho\u0308n") == "schön"


@FEW
@given(st.text(max_size=40))
def test_what_is_clean_stays_as_it_is(text):
    plain = pairs.like_the_lecture(text)
    assert re.fullmatch(r"([a-z]+( [a-z]+)*)?", plain)
    assert pairs.like_the_lecture(plain) == plain
    written = pairs.as_written(text)
    assert pairs.as_written(written) == written
    assert not {pairs.START, pairs.STOP} & set(written)


# --- Splitting


@FEW
@given(LISTS, st.integers(0, 5), st.booleans())
def test_no_source_sentence_is_in_both_parts_and_every_translation_counts(both, seed, train_on_all):
    sources, targets = (list(side) for side in zip(*both, strict=True))
    limit = len(both) * 3 // 4
    within = set(sources[:limit])
    if len(within) < 2:
        return
    parts = pairs.split(sources, targets, held_out=1, limit=limit, train_on_all=train_on_all, seed=seed)
    assert pairs.leak(parts) == 0
    assert len(parts.sources) == len(parts.references) == 1
    assert set(parts.held_out.sources) == set(parts.sources) <= within
    for source, references in zip(parts.sources, parts.references, strict=True):
        assert sorted(references) == sorted({target for one, target in both if one == source})
    together = [*zip(*parts.training, strict=True), *zip(*parts.held_out, strict=True)]
    assert len(together) == len(set(together))
    if train_on_all:
        assert {one for one, _ in together} == set(sources)
    else:
        assert set(together) == set(both[:limit])


def test_pairs_count_as_equal_once_they_are_clean_and_empty_ones_are_left_out():
    sources = ["Go!", "Go.", "Go.", "17.", "Run.", "Stop."]
    targets = ["Geh!", "Geh.", "Geht!", "17.", "Lauf!", "Halt!"]
    parts = pairs.split(sources, targets, pairs.like_the_lecture, held_out=2, seed=2)
    every = {*zip(*parts.training, strict=True), *zip(*parts.held_out, strict=True)}
    assert every == {("go", "geh"), ("go", "geht"), ("run", "lauf"), ("stop", "halt")}
    assert len(parts.training.sources) + len(parts.held_out.sources) == 4


def test_a_pair_with_nothing_but_blanks_on_a_side_is_left_out_whatever_the_cleaning():
    parts = pairs.split(["a", "b", "  ", "c", "\t"], ["u", "v", "w", " ", "x"], str.lower, held_out=1)
    assert {*zip(*parts.training, strict=True), *zip(*parts.held_out, strict=True)} == {("a", "u"), ("b", "v")}


def test_the_choice_depends_on_the_seed_alone_and_not_on_the_order_of_the_pairs(sentences):
    english, german = sentences
    parts = pairs.split(english, german, held_out=50)
    assert parts == pairs.split(english, german, held_out=50)
    assert parts.sources == pairs.split(english[::-1], german[::-1], held_out=50).sources
    assert set(parts.sources) != set(pairs.split(english, german, held_out=50, seed=8).sources)
    # Drawn from the whole list and not from its beginning, where the shortest sentences are; in random order.
    places = [english.index(source) for source in parts.sources]
    assert places != sorted(places) and 120 < np.mean(places) < 280
    # These figures hold on every machine: a checkpoint relies on it.
    assert parts.sources[:2] == ["Today the teacher sees an apple.", "Does she bring a new flower?"]


def test_a_naive_split_leaks_and_the_leak_is_measured():
    # Each of 100 sentences four times: if 40 of 400 pairs are held out, nearly all leave another one behind.
    sources = [f"sentence {number // 4}" for number in range(400)]
    targets = [f"Satz {number}" for number in range(400)]
    naive = pairs.split(sources, targets, held_out=40, naive=True)
    assert len(naive.held_out.sources) == 40 and len(naive.training.sources) == 360
    known = [source in naive.training.sources for source in naive.sources]
    assert pairs.leak(naive) == pytest.approx(np.mean(known))
    assert pairs.leak(naive) > 0.9
    assert all(len(references) == 4 for references in naive.references)
    honest = pairs.split(sources, targets, held_out=40)
    assert pairs.leak(honest) == 0 and len(honest.held_out.sources) == 160


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"held_out": 3}, "held_out is 3"),
        ({"held_out": 0}, "held_out is 0"),
        ({"limit": 0, "held_out": 1}, "limit = 0"),
    ],
)
def test_a_split_that_cannot_be_is_refused(options, named):
    with pytest.raises(ValueError, match=named):
        pairs.split(["a", "a", "b", "c"], ["u", "v", "w", "x"], **options)
    with pytest.raises(ValueError, match="4 sources, 1 targets"):
        pairs.split(["a", "a", "b", "c"], ["u"])


# --- Words


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("i am okay", ["i", "am", "okay"]),
        ("No, I don't.", ["No", "‿,", "I", "don't", "‿."]),
        ('"Ja", sagte er.', ['"', "‿Ja", '‿"', "‿,", "sagte", "er", "‿."]),
        ("", []),
    ],
)
def test_words_and_marks(sentence, parts):
    assert pairs.words(sentence) == parts
    assert pairs.sentence_of(parts) == sentence


@FEW
@given(st.text(max_size=40) | st.text(alphabet="ab‿ .'-", max_size=20))
def test_words_give_any_sentence_back_with_single_blanks(text):
    sentence = " ".join(text.split())
    assert pairs.sentence_of(pairs.words(sentence)) == sentence


# --- Vocabularies and rows


def test_letters_with_umlauts_come_before_the_blank_and_marks_after_it():
    assert pairs.source_vocabulary(["Öl ab?", "zu 2."]).symbols == ["·", *"abluzÖ", " ", ".", "2", "?"]


def test_rows_are_what_an_encoder_and_a_decoder_need():
    sentences = ["ja", "nein", ""]
    german = pairs.target_vocabulary(sentences)
    assert pairs.source_rows(sentences[:2], pairs.source_vocabulary(sentences)).tolist() == [
        [4, 1, 0, 0],
        [5, 2, 3, 5],
    ]
    inputs, targets = pairs.target_rows(sentences, german)
    assert inputs.dtype == targets.dtype == np.int32
    assert [german.decode(row) for row in inputs] == ["\tja··", "\tnein", "\t····"]
    assert [german.decode(row) for row in targets] == ["ja\n··", "nein\n", "\n····"]


@pytest.mark.parametrize("size", [None, 30, 1000])
def test_what_was_encoded_can_be_read_again(sentences, size):
    english, german = sentences
    source, target = pairs.source_vocabulary(english, size), pairs.target_vocabulary(german, size)
    rows, (inputs, targets) = pairs.source_rows(english, source), pairs.target_rows(german, target)
    for place, (one, other) in enumerate(zip(english, german, strict=True)):
        said = [
            pairs.sentence(ids, vocabulary) for ids, vocabulary in [(rows[place], source), (targets[place], target)]
        ]
        if size == 30:  # too few for all words
            said = [len(pairs.words(text.replace(pairs.UNKNOWN, "x"))) for text in said]
            assert said == [len(pairs.words(one)), len(pairs.words(other))]
        else:
            assert said == [one, other] == [said[0], pairs.sentence(inputs[place], target)]


def test_only_the_most_frequent_words_are_known():
    source = pairs.source_vocabulary(["the cat sat", "the cat ran.", "the dog"], size=2)
    assert source.symbols == ["·", "<unk>", "the", "cat"]
    assert pairs.tokens("the bird.", source) == ["the", "<unk>", "<unk>"]
    assert pairs.source_rows(["the bird.", "cat"], source).tolist() == [[2, 1, 1], [3, 0, 0]]
    assert pairs.target_vocabulary(["the cat"], size=1).symbols == ["·", "\t", "\n", "<unk>", "cat"]


def test_nothing_after_the_stop_or_the_padding_is_read():
    german = pairs.target_vocabulary(["ja"])
    assert pairs.sentence([1, 4, 3, 2, 3, 3], german) == "ja"
    assert pairs.sentence([4, 3, 0, 3], german) == "ja"
    assert pairs.sentence([2, 3], german) == pairs.sentence([], german) == ""


def test_sentences_that_cannot_be_rows_are_refused():
    letters, some = pairs.source_vocabulary(["abc"]), pairs.source_vocabulary(["a b"], size=5)
    with pytest.raises(UnknownSymbolError, match="In 'aß': 'ß'"):
        pairs.source_rows(["ab", "aß"], letters)
    with pytest.raises(ValueError, match=r"Sentence 1, '  ', is empty"):
        pairs.source_rows(["ab", "  "], pairs.source_vocabulary(["a b"]))
    for vocabulary in (letters, some):
        with pytest.raises(ValueError, match=r"Sentence 1, '', is empty"):
            pairs.source_rows(["ab", ""], vocabulary)
        with pytest.raises(ValueError, match="Sentence 0, '·', holds the sign of padding"):
            pairs.source_rows(["·"], vocabulary)
        with pytest.raises(ValueError, match="0 sequences"):
            pairs.source_rows([], vocabulary)
    with pytest.raises(ValueError, match="holds a sign"):
        pairs.target_rows(["a\tb"], pairs.target_vocabulary(["ab"]))


# --- Batches


def ids_of(lengths: list[tuple[int, int]]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Sources and targets of these lengths, each pair with a number of its own at the beginning."""
    sources = [np.full(steps, 3 + place) for place, (steps, _) in enumerate(lengths)]
    targets = [np.array([1, *[3 + place] * letters, 2]) for place, (_, letters) in enumerate(lengths)]
    return sources, targets


LENGTHS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), min_size=1, max_size=40)


@FEW
@given(LENGTHS, st.integers(1, 9), st.sampled_from([None, 1]), st.sampled_from([1, 4]))
def test_every_pair_is_in_one_batch_and_loses_nothing(lengths, batch, seed, multiple):
    sources, targets = ids_of(lengths)
    batches = TranslationBatches(sources, targets, batch, seed, multiple=multiple)
    for _ in range(2):
        found, steps = [], 0
        assert len(batches) == -(-len(lengths) // batch)
        for index in range(len(batches)):
            (source, inputs), told = batches[index]
            assert inputs.shape == told.shape and len(source) == len(told) <= batch
            assert source.dtype == inputs.dtype == told.dtype == np.int32
            assert source.shape[1] % multiple == inputs.shape[1] % multiple == 0
            steps += source.size + inputs.size
            for row in range(len(source)):
                place = int(source[row, 0]) - 3
                found.append(place)
                np.testing.assert_array_equal(source[row, : lengths[place][0]], sources[place])
                np.testing.assert_array_equal(inputs[row, : lengths[place][1] + 1], targets[place][:-1])
                np.testing.assert_array_equal(told[row, : lengths[place][1] + 1], targets[place][1:])
                used = np.count_nonzero(source[row]), np.count_nonzero(inputs[row]), np.count_nonzero(told[row])
                assert used == (lengths[place][0], lengths[place][1] + 1, lengths[place][1] + 1)
        assert sorted(found) == list(range(len(lengths)))
        assert batches.padding == pytest.approx(1 - sum(s + t + 1 for s, t in lengths) / steps)
        first = [part.shape[1] for (source, inputs), _ in (batches[0], batches[-1]) for part in (source, inputs)]
        if len(batches) == 2:
            for side in (0, 1):
                assert len({pair[side] for pair in lengths}) == 1 or first[side] != first[side + 2]
        batches.on_epoch_end()


def test_batches_hold_similar_lengths_and_change_with_the_epoch_if_there_is_a_seed(sentences):
    english, german = sentences
    sources = pairs.source_ids(english, pairs.source_vocabulary(english))
    targets = pairs.target_ids(german, pairs.target_vocabulary(german))
    whole = 1 - sum(map(len, sources + targets)) / (padded(sources).size + padded(targets).size)
    fixed, changing = TranslationBatches(sources, targets, 16), TranslationBatches(sources, targets, 16, seed=1)
    assert fixed.padding < changing.padding < 0.5 * whole
    again = TranslationBatches(sources, targets, 16, seed=1)
    before = [batches[3][1] for batches in (fixed, changing, again)]
    for batches in (fixed, changing, again):
        batches.on_epoch_end()
    after = [batches[3][1] for batches in (fixed, changing, again)]
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[1], before[2])
    np.testing.assert_array_equal(after[1], after[2])
    assert before[1].shape != after[1].shape or (before[1] != after[1]).any()


@pytest.mark.parametrize(
    ("sources", "targets", "batch", "named"),
    [
        ([], [], 2, "0 sources"),
        ([[3]], [[1, 2], [1, 2]], 2, "2 targets"),
        ([[3]], [[1, 2]], 0, "batch = 0"),
        ([[3], []], [[1, 2], [1, 2]], 2, "Pair 1"),
        ([[3], [3]], [[1], [1, 2]], 2, "Pair 0"),
    ],
)
def test_pairs_that_cannot_be_batches_are_refused(sources, targets, batch, named):
    with pytest.raises(ValueError, match=named):
        TranslationBatches(sources, targets, batch)


@pytest.mark.parametrize("lengths", [[(3, 4)] * 9 + [(5, 4), (3, 6)] * 3, [(3, 4)] * 9])
def test_keras_trains_on_them_when_the_first_batches_are_equally_long_and_others_not(lengths):
    sources, targets = ids_of(lengths)
    read, told = keras.Input((None,)), keras.Input((None,))
    state = keras.layers.GRU(4)(keras.layers.Embedding(30, 4, mask_zero=True)(read))
    said = keras.layers.GRU(4, return_sequences=True)(
        keras.layers.Embedding(30, 4, mask_zero=True)(told), initial_state=state
    )
    model = keras.Model([read, told], keras.layers.Dense(30)(said))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(TranslationBatches(sources, targets, 3, seed=0), epochs=3, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert np.isfinite(model.evaluate(TranslationBatches(sources, targets, 3), verbose=0))


def test_a_vocabulary_of_pairs_can_be_kept(tmp_path):
    german = pairs.target_vocabulary(["schön", "groß"])
    german.save(tmp_path / "german.json")
    assert Vocabulary.load(tmp_path / "german.json") == german
