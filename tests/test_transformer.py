"""The Transformer: masks do what they say, attention is what NumPy says, and the loops of a translator run on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import translation  # noqa: E402
from course_utils.decoding import Translator  # noqa: E402
from course_utils.transformer import Positions, TransformerTranslator, transformer  # noqa: E402

from . import toy_translation as toy  # noqa: E402

BLOCKS = (1, 2)
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
WORDS = ["abc", "e", "ddbbaacc", "cab", "b", "eeee"]


def untrained(blocks: int = 1, seed: int = 0, **options) -> TransformerTranslator:
    """Return a translator with random weights that writes texts of several lengths."""
    model = transformer(len(toy.SOURCE), len(toy.TARGET), 8, 2, 12, blocks, **options)
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape).astype(np.float32))
    return TransformerTranslator(model, toy.SOURCE, toy.TARGET)


@pytest.fixture(scope="module")
def translators():
    return {blocks: untrained(blocks) for blocks in BLOCKS}


# --- The network


@pytest.mark.parametrize("blocks", BLOCKS)
@settings(deadline=None, max_examples=5, derandomize=True)
@given(st.lists(st.text(toy.LETTERS, min_size=1, max_size=5), min_size=1, max_size=3), st.integers(1, 4))
def test_padding_of_the_source_changes_no_score(translators, blocks, words, columns):
    source, inputs, _ = toy.arrays(words, words)
    scores = translators[blocks].model([source, inputs])
    wider = translators[blocks].model([np.pad(source, ((0, 0), (0, columns))), inputs])
    assert scores.shape == (*inputs.shape, len(toy.TARGET))
    np.testing.assert_allclose(wider, scores, **CLOSE)


@pytest.mark.parametrize("blocks", BLOCKS)
def test_every_source_symbol_counts_and_no_later_target_symbol_does(translators, blocks):
    model = translators[blocks].model
    source, inputs, _ = toy.arrays(["abcd"], ["abcd"])
    scores = np.asarray(model([source, inputs]))
    for place in range(4):
        other = source.copy()
        other[0, place] = 5
        assert not np.allclose(model([other, inputs]), scores, atol=1e-4)
    for place in range(1, 5):
        later = inputs.copy()
        later[0, place] = 7
        changed = np.asarray(model([source, later]))
        np.testing.assert_allclose(changed[0, :place], scores[0, :place], **CLOSE)
        assert not np.allclose(changed[0, place], scores[0, place], atol=1e-4)


def test_the_order_of_the_source_counts(translators):
    source, inputs, _ = toy.arrays(["abcd"], ["abcd"])
    scores = translators[1].model([source, inputs])
    assert not np.allclose(translators[1].model([source[:, ::-1].copy(), inputs]), scores, atol=1e-3)


def test_positions_are_the_sinusoids_of_the_paper():
    x = np.random.default_rng(0).normal(size=(2, 9, 6)).astype(np.float32)
    code = np.asarray(Positions()(x)) - np.sqrt(6) * x
    for t in range(9):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            np.testing.assert_allclose(code[:, t, i], np.sin(angle), atol=1e-5)
            np.testing.assert_allclose(code[:, t, 3 + i], np.cos(angle), atol=1e-5)


def test_attention_by_hand_equals_the_weights():
    """The first symbol, one block: the weights of the decoder on the source, from the queries and keys of each head."""
    translator = untrained(seed=3)
    source = toy.arrays(["abc", "e"], ["", ""])[0]
    states, memory = translator.encode(source)
    _, (written,), weights = translator.step([translator.start] * 2, states, memory)
    decoder = translator.model.get_layer("decoder")
    read = keras.Model(decoder.inputs, decoder.get_layer("attention_1_normalized").output)
    z = np.asarray(read([*memory, written]))[:, 0]
    W_q, b_q, W_k, b_k = (np.asarray(w) for w in decoder.get_layer("attention_1").weights[:4])
    for row, length in enumerate((3, 1)):
        heads = []
        for head in range(2):
            query = z[row] @ W_q[:, head] + b_q[head]
            keys = np.asarray(memory[1])[row, :length] @ W_k[:, head] + b_k[head]
            e = np.exp(keys @ query / np.sqrt(4))
            heads.append(e / e.sum())
        np.testing.assert_allclose(weights[row, :length], np.mean(heads, axis=0), **CLOSE)
        np.testing.assert_allclose(weights[row, length:], 0, atol=1e-7)


def test_dropout_is_active_in_training_alone():
    model = untrained(dropout=0.5).model
    arrays = list(toy.arrays(["abc"], ["cba"])[:2])
    np.testing.assert_array_equal(model(arrays), model(arrays))
    assert not np.allclose(model(arrays, training=True), model(arrays))


def test_a_saved_network_is_the_same_also_once_it_has_translated(translators, tmp_path):
    translators[2].greedy(["abc"], longest=2)
    translators[2].model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    again = TransformerTranslator(loaded, toy.SOURCE, toy.TARGET)
    assert again.greedy(WORDS, longest=9) == translators[2].greedy(WORDS, longest=9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"units": 12, "heads": 5}, "units is 12.* 5 heads"),
        ({"units": 9, "heads": 3}, "units is 9"),
        ({"heads": 0}, "heads is 0"),
        ({"hidden": 0}, "hidden is 0"),
        ({"blocks": 0}, "blocks is 0"),
        ({"source_symbols": 0}, "source_symbols is 0"),
    ],
)
def test_what_has_no_meaning_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        transformer(**{"source_symbols": 6, "target_symbols": 8} | options)


# --- Translating


@pytest.mark.parametrize("blocks", BLOCKS)
def test_greedy_writes_what_the_training_model_finds_likeliest(translators, blocks):
    translator, longest = translators[blocks], 9
    written = translator.greedy(WORDS, longest)
    assert len(set(written)) > 1, "a translator that always says the same would prove little"
    source, inputs, targets = toy.arrays(WORDS, written)
    scores = np.array(translator.model([source, inputs]))
    scores[..., [0, translator.start]] = -np.inf
    counts = (targets > 0) & (np.arange(targets.shape[1]) < longest)  # whoever wrote the longest text did not stop
    np.testing.assert_array_equal(scores.argmax(axis=2)[counts], targets[counts])
    assert translator.beam(WORDS, 1, longest=longest) == written
    assert [translator.greedy([word], longest)[0] for word in WORDS] == written


def test_the_loop_is_compiled_once_for_all_lengths(translators):
    for words, longest in ((["abc"], 4), (["abcde", "a"], 7), (["a" * 30], 9)):
        translators[1].greedy(words, longest)
    assert translators[1]._greedy.experimental_get_tracing_count() == 1


def test_a_beam_has_the_probability_of_the_whole(translators):
    (found,) = translators[2].hypotheses(["abc"], width=3, longest=9)
    finished = [hypothesis for hypothesis in found if len(hypothesis.text) < 9]
    assert finished
    log_p = translators[2].log_probability(["abc"] * len(finished), [hypothesis.text for hypothesis in finished])
    np.testing.assert_allclose(log_p, [hypothesis.log_probability for hypothesis in finished], rtol=1e-3)


def test_the_attention_belongs_to_the_greedy_translation(translators):
    alignment = translators[2].attention("abcd", longest=6)
    assert "".join(alignment.target) == translators[2].greedy(["abcd"], longest=6)[0]
    assert alignment.weights.shape == (len(alignment.target), 4)
    np.testing.assert_allclose(alignment.weights.sum(axis=1), 1, rtol=1e-5)


def test_a_sentence_far_longer_than_any_before_and_an_empty_one(translators):
    long, empty = translators[1].greedy(["abcde" * 40, ""], longest=7)
    assert len(long) <= 7
    assert empty == ""


def test_each_translator_refuses_the_network_of_the_other(translators):
    with pytest.raises(ValueError, match="transformer"):
        TransformerTranslator(toy.untrained("dot").model, toy.SOURCE, toy.TARGET)
    with pytest.raises(ValueError, match="translator"):
        Translator(translators[1].model, toy.SOURCE, toy.TARGET)


def test_a_small_task_is_learned_to_the_end(capsys):
    keras.utils.set_random_seed(7)
    model = transformer(len(toy.SOURCE), len(toy.TARGET), units=32, heads=4, hidden=64)
    learn, held_out = toy.words()
    recipe = translation.Recipe(epochs=30, learning_rate=0.01)
    history, _ = translation.train(model, toy.Batches(learn, 128, seed=1), toy.Batches(held_out, 256), recipe)
    written = TransformerTranslator(model, toy.SOURCE, toy.TARGET).greedy(held_out)
    right = [one == toy.backwards(word) for one, word in zip(written, held_out, strict=True)]
    assert np.mean(right) >= 0.9
    assert history["val_accuracy"][-1] > 0.98
