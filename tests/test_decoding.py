"""Greedy and beam search against the slow way and against all there is; padding and batches change nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow
from course_utils.text import UnknownSymbolError, Vocabulary

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import beam, decoding, translation  # noqa: E402
from course_utils.decoding import Translator  # noqa: E402

from . import toy_translation as toy  # noqa: E402

KINDS = [(attention, both) for attention in translation.ATTENTIONS for both in (False, True)]
WORDS = ["abc", "e", "ddbbaacc", "cab", "b", "eeee"]
SENTENCES = st.lists(st.text(toy.LETTERS, max_size=6), max_size=4)


@pytest.fixture(scope="module")
def translators():
    """A translator of every kind with random weights that writes texts of several lengths."""
    return {kind: toy.untrained(kind[0], seed=1, spread=2.0, bidirectional=kind[1]) for kind in KINDS}


def slow(translator: Translator, word: str, longest: int) -> str:
    """Ask the training model for one symbol more, again and again."""
    written, source = [translator.start], np.pad(toy.SOURCE.encode(word), (0, 1))[None]
    while len(written) <= longest:
        scores = np.array(translator.model([source, np.array([written])])[0, -1])
        scores[[0, translator.start]] = -np.inf
        written.append(int(scores.argmax()))
        if written[-1] == translator.stop:
            return toy.TARGET.decode(written[1:-1])
    return toy.TARGET.decode(written[1:])


# --- Greedy


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_greedy_is_the_slow_way(translators, kind):
    translator = translators[kind]
    expected = [slow(translator, word, 9) for word in WORDS]
    assert len(set(expected)) > 1, "a translator that always says the same would prove little"
    assert translator.greedy(WORDS, longest=9) == expected


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_one_by_one_and_together_are_the_same(translators, kind, monkeypatch):
    translator = translators[kind]
    alone = [translator.greedy([word], longest=12)[0] for word in WORDS]
    assert translator.greedy(WORDS, longest=12) == alone
    monkeypatch.setattr(decoding, "BATCH", 2)
    assert translator.greedy(WORDS, longest=12) == alone
    assert translator.beam(WORDS, 3, longest=6) == [translator.beam([word], 3, longest=6)[0] for word in WORDS]


@settings(deadline=None, max_examples=10, derandomize=True)
@given(SENTENCES, st.integers(1, 5))
def test_never_longer_than_asked_and_only_symbols_that_can_be_written(translators, words, longest):
    for written in (
        translators["dot", False].greedy(words, longest),
        translators["dot", False].beam(words, 2, 1, longest),
    ):
        assert len(written) == len(words)
        assert all(len(text) <= longest and set(text) <= set(toy.LETTERS) for text in written)


def test_an_empty_sentence_has_an_empty_translation(translators):
    translator = translators["dot", False]
    assert translator.greedy(["", "abc", ""])[::2] == ["", ""]
    assert translator.greedy(["", "abc"])[1] == translator.greedy(["abc"])[0]
    assert translator.beam(["", ""], 3) == ["", ""]
    assert translator.greedy([]) == translator.beam([]) == []
    assert translator.attention("").weights.shape == (0, 0)


def test_a_sentence_of_blanks_is_empty_too_whether_the_vocabulary_knows_them_or_not():
    source = Vocabulary(["·", "a", " "])
    model = translation.translator(len(source), len(toy.TARGET), 4, 3, "dot")
    translator = Translator(model, source, toy.TARGET)
    # The network itself never stops: an empty translation is not its doing.
    model.get_layer("scores").bias.assign([0, 0, -50, 0, 0, 0, 0, 0])
    sentences = ["a", " ", "   ", "\u00a0", "\t", "\n", "\u3000"]
    for written in (translator.greedy(sentences, longest=3), translator.beam(sentences, 2, longest=3)):
        assert list(map(len, written)) == [3, 0, 0, 0, 0, 0, 0]
    for blanks in sentences[1:]:
        found = translator.attention(blanks)
        assert (found.source, found.target, found.weights.shape) == ([], [], (0, 0))
        with pytest.raises(ValueError, match=r"Sentence 1, .* is empty"):
            translator.log_probability(["a", blanks], ["e", "e"])


@pytest.mark.parametrize("kind", [(None, False), ("dot", True), ("additive", False)], ids=str)
def test_a_sentence_of_2000_characters_is_translated_up_to_the_longest(translators, kind):
    translator, long = translators[kind], "abcde" * 400
    for written in (translator.greedy([long, "abc"], longest=7), translator.beam([long, "abc"], 2, longest=7)):
        assert len(written[0]) <= 7
    assert translator.greedy([long, "abc"], longest=7)[1] == translator.greedy(["abc"], longest=7)[0]
    assert np.isfinite(translator.log_probability([long], ["ab"])).all()
    if translator.attends:
        found = translator.attention(long, longest=3)
        assert found.weights.shape == (len(found.target), 2000)
        np.testing.assert_allclose(found.weights.sum(axis=1), 1, rtol=1e-4)


def test_beside_a_very_long_sentence_few_others_wait_so_that_memory_suffices(translators, monkeypatch):
    translator, words = translators["dot", False], ["abcde" * 400, *WORDS * 50]
    rows, padded = [], Translator.source_ids

    def counted(self, sentences):
        rows.append(padded(self, sentences))
        return rows[-1]

    monkeypatch.setattr(Translator, "source_ids", counted)
    written = translator.greedy(words, longest=4)
    assert [len(batch) for batch in rows] == [12, 256, 33]
    assert max(batch.size for batch in rows) <= decoding.SYMBOLS
    assert written[1:] == translator.greedy(WORDS, longest=4) * 50


def test_a_translator_follows_the_training_of_its_network():
    translator = toy.untrained("dot", seed=1, spread=2.0)
    before = translator.greedy(WORDS, longest=9)
    other = toy.untrained("dot", seed=5, spread=2.0)
    translator.model.set_weights(other.model.get_weights())
    assert before != translator.greedy(WORDS, longest=9) == other.greedy(WORDS, longest=9)


def test_a_network_with_fast_layers_says_the_same(translators):
    plain = translators["additive", True]
    fast = toy.untrained("additive", bidirectional=True, fast=True)
    fast.model.set_weights(plain.model.get_weights())
    assert fast.greedy(WORDS, longest=9) == plain.greedy(WORDS, longest=9)


# --- Beam search


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_a_beam_of_one_is_greedy(translators, kind, length_penalty):
    greedy = translators[kind].greedy(WORDS, longest=9)
    assert translators[kind].beam(WORDS, 1, length_penalty, longest=9) == greedy


def every_text(longest: int):
    """Return all texts that can be written in so many steps: finished ones, and those that the limit cuts."""
    for length in range(longest + 1):
        for letters in product(range(2, 4), repeat=length):
            yield [*letters, 1] if length < longest else list(letters)


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
def test_a_beam_as_wide_as_all_there_is_finds_the_best_of_all(length_penalty):
    table = tf.constant(np.random.default_rng(1).normal(size=(3, 4, 4, 4), scale=2).astype(np.float32))

    def step(tokens, states):
        """What comes next depends on the sentence, on the last symbol and on the one before."""
        sentence, last = (tf.cast(state[:, 0], tf.int32) for state in states)
        log_p = tf.nn.log_softmax(tf.gather_nd(table, tf.stack([sentence, last, tokens], 1)))
        return tf.add(log_p, [-np.inf, 0, 0, 0]), [states[0], tf.cast(tokens, tf.float32)[:, None]]

    @tf.function
    def search(width):
        states = [tf.repeat(tf.constant([[0.0], [1.0], [2.0]]), width, axis=0), tf.zeros((3 * width, 1))]
        return beam.search(step, states, 0, 1, 4, width)

    written, total = search(tf.constant(40))
    tokens = tf.constant([0])
    for sentence in range(3):
        found = beam.ranked(
            written[sentence].numpy(), total[sentence].numpy(), length_penalty, lambda row: str(row[row > 0])
        )
        expected = {}
        for text in every_text(4):
            before, tokens, log_probability = 0, 0, 0.0
            for symbol in text:
                log_p = tf.nn.log_softmax(table[sentence, before, tokens]).numpy()
                before, tokens, log_probability = tokens, symbol, log_probability + log_p[symbol]
            expected[str(np.array(text))] = log_probability / len(text) ** length_penalty
        assert len(found) == len(expected) == 31
        assert {each.text: each.score for each in found} == pytest.approx(expected, abs=1e-4)
        assert found[0].text == max(expected, key=expected.get)
        assert found[0].score == max(each.score for each in found)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_log_probabilities_are_those_of_the_training_model(translators, kind):
    translator = translators[kind]
    for word, hypotheses in zip(WORDS, translator.hypotheses(WORDS, 4, 0.7, longest=30), strict=True):
        texts = [each.text for each in hypotheses]
        assert len(set(texts)) == len(texts)
        for each in hypotheses:
            if len(each.text) == 30:  # no stop sign: another text for the model
                continue
            expected = translator.log_probability([word], [each.text])[0]
            assert each.log_probability == pytest.approx(expected, rel=1e-3, abs=1e-3)
            assert each.score == pytest.approx(each.log_probability / (len(each.text) + 1) ** 0.7)
        scores = [each.score for each in hypotheses]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_on_the_task_a_beam_finds_nothing_worse_than_greedy(length_penalty):
    translator = Translator(toy.trained(None)[0], toy.SOURCE, toy.TARGET)
    words = [*toy.words()[1][:60], "abcdeabc", "ee", "a"]  # also lengths that were never learned
    greedy = translator.greedy(words)
    of_greedy = translator.log_probability(words, greedy) / np.array([len(w) + 1 for w in greedy]) ** length_penalty
    best = np.array([found[0].score for found in translator.hypotheses(words, 4, length_penalty)])
    assert (best >= of_greedy - 1e-3).all()


def test_a_length_penalty_of_zero_prefers_short_translations(translators):
    lengths = [
        np.mean([len(text) for text in translators[None, False].beam(WORDS, 5, penalty, longest=12)])
        for penalty in (0.0, 3.0)
    ]
    assert lengths[0] < lengths[1]


# --- How likely, and where it looked


def test_the_log_probability_of_all_texts_adds_up_to_one_or_less(translators):
    texts = ["".join(letters) for length in range(3) for letters in product(toy.LETTERS, repeat=length)]
    p = np.exp(translators["dot", False].log_probability(["cab"] * len(texts), texts))
    assert p.shape == (31,)
    assert 0 < p.sum() < 1


def test_attention_says_what_greedy_says_and_each_row_adds_up_to_one(translators):
    for kind in [("dot", False), ("additive", True)]:
        for word in WORDS:
            found = translators[kind].attention(word, longest=9)
            assert "".join(found.source) == word
            assert "".join(found.target) == translators[kind].greedy([word], longest=9)[0]
            assert found.weights.shape == (len(found.target), len(word))
            assert found.weights.min(initial=0) >= 0
            np.testing.assert_allclose(found.weights.sum(axis=1), 1, rtol=1e-5)


def test_the_trained_network_looks_backwards():
    found = Translator(toy.trained("dot")[0], toy.SOURCE, toy.TARGET).attention("abcde")
    assert found.target == list("edcba")
    # Where it looks moves from the end to the beginning, by and large.
    places = found.weights @ np.arange(5)
    assert np.corrcoef(places, np.arange(5)[::-1])[0, 1] > 0.9


def test_words_are_split_and_joined_as_told():
    source, target = Vocabulary(["·", "<unk>", "go"]), Vocabulary(["·", "\t", "\n", "geh", "weg"])
    model = translation.translator(3, 5, 4, 3, "dot")
    translator = Translator(
        model,
        source,
        target,
        split=lambda text, vocabulary: [w if w in vocabulary else "<unk>" for w in text.split()],
        join=" ".join,
    )
    assert translator.source_ids(["go away", "go"]).tolist() == [[2, 1], [2, 0]]
    assert set(translator.greedy(["go away"], longest=4)[0].split(" ")) <= {"geh", "weg", ""}
    assert translator.attention("go away", longest=4).source == ["go", "<unk>"]


# --- Errors


def test_what_cannot_be_translated_is_refused(translators):
    translator = translators["dot", False]
    with pytest.raises(ValueError, match="padding"):
        translator.greedy(["a·b"])
    with pytest.raises(ValueError, match="stop"):
        translator.log_probability(["ab"], ["a\n"])
    with pytest.raises(TypeError, match="list"):
        translator.beam("abc")
    with pytest.raises(TypeError, match="int"):
        translator.greedy([7])
    with pytest.raises(ValueError, match="longest is 0"):
        translator.greedy(["abc"], longest=0)
    with pytest.raises(ValueError, match="width is 0"):
        translator.beam(["abc"], width=0)
    with pytest.raises(ValueError, match="length_penalty is nan"):
        translator.beam(["abc"], length_penalty=float("nan"))
    with pytest.raises(ValueError, match="2 sentences and 1 translations"):
        translator.log_probability(["abc", "a"], ["a"])
    with pytest.raises(ValueError, match="no attention"):
        translators[None, False].attention("abc")


@pytest.mark.parametrize(
    ("sentence", "symbols"),
    [("axe", ["x"]), ("bōc", ["ō"]), ("ab😀", ["😀"]), ("나는", ["나", "는"]), ("a b", [" "])],
)
def test_an_unknown_character_is_named_with_its_sentence_and_what_to_do(translators, sentence, symbols):
    translator = translators["dot", False]
    for translate in (translator.greedy, translator.beam, lambda both: translator.attention(both[1])):
        with pytest.raises(UnknownSymbolError) as raised:
            translate(["abc", sentence])
        for needed in (repr(sentence), *map(repr, symbols), "lean the text", "leave these symbols out"):
            assert needed in str(raised.value)
    for asked, translations in (([sentence], ["abc"]), (["abc"], [sentence])):
        with pytest.raises(UnknownSymbolError, match=repr(sentence)):
            translator.log_probability(asked, translations)


def test_of_a_long_sentence_with_an_unknown_character_the_message_shows_the_beginning(translators):
    with pytest.raises(UnknownSymbolError, match="'ō'") as raised:
        translators["dot", False].greedy(["abcde" * 400 + "ō"])
    assert "abcdeabcde" in str(raised.value) and len(str(raised.value)) < 400


def test_a_network_of_numbers_that_are_none_is_refused():
    translator = toy.untrained("dot")
    translator.model.get_layer("scores").bias.assign(np.full(len(toy.TARGET), np.nan, np.float32))
    for translate in (translator.greedy, translator.beam):
        with pytest.raises(ValueError, match="not finite"):
            translate(["abc"])
    with pytest.raises(ValueError, match="not finite"):
        translator.attention("abc")


def test_a_network_that_does_not_fit_is_refused():
    model = toy.untrained().model
    with pytest.raises(ValueError, match="7"):
        Translator(model, Vocabulary(["·", *"abcdef"]), toy.TARGET)
    with pytest.raises(ValueError, match="start"):
        Translator(model, toy.SOURCE, Vocabulary(["·", *"abcdefg"]))
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="decoder"):
        Translator(other, toy.SOURCE, toy.TARGET)
