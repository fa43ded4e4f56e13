"""Translators: padding changes nothing, attention is what NumPy says, and the training learns a task to the end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils import training, translation  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

from . import toy_translation as toy  # noqa: E402

KINDS = [(attention, both) for attention in translation.ATTENTIONS for both in (False, True)]
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


@pytest.fixture(scope="module")
def networks():
    """Every kind of network with random weights, made once."""
    return {(attention, both): toy.untrained(attention, bidirectional=both).model for attention, both in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(deadline=None, max_examples=8, derandomize=True)
@given(st.lists(st.text(toy.LETTERS, min_size=1, max_size=5), min_size=1, max_size=3), st.integers(1, 4))
def test_padding_of_the_source_changes_no_score(networks, kind, words, columns):
    source, inputs, _ = toy.arrays(words, words)
    scores = networks[kind]([source, inputs])
    wider = networks[kind]([np.pad(source, ((0, 0), (0, columns))), inputs])
    assert scores.shape == (*inputs.shape, len(toy.TARGET))
    np.testing.assert_allclose(wider, scores, **CLOSE)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_sentence_has_the_same_scores_alone_and_among_longer_ones(networks, kind):
    words = ["ab", "edcba", "c"]
    source, inputs, _ = toy.arrays(words, words)
    together = networks[kind]([source, inputs])
    for row, word in enumerate(words):
        one_source, one_inputs, _ = toy.arrays([word], [word])
        alone = networks[kind]([one_source, one_inputs])[0]
        np.testing.assert_allclose(together[row, : len(word) + 1], alone, **CLOSE)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_source_symbol_counts_and_no_later_target_symbol_does(networks, kind):
    source, inputs, _ = toy.arrays(["abcd"], ["abcd"])
    scores = np.asarray(networks[kind]([source, inputs]))
    for place in range(4):
        other = source.copy()
        other[0, place] = 5
        assert not np.allclose(networks[kind]([other, inputs]), scores, atol=1e-4)
    later = inputs.copy()
    later[0, 3] = 7
    changed = np.asarray(networks[kind]([source, later]))
    np.testing.assert_allclose(changed[0, :3], scores[0, :3], **CLOSE)
    assert not np.allclose(changed[0, 3:], scores[0, 3:], atol=1e-4)


def softmax(scores):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_attention_by_hand_equals_the_layers(attention):
    translator = toy.untrained(attention)
    states, memory = translator.encode(toy.arrays(["abc", "a"], ["", ""])[0])
    scores, (h, _), weights = translator.step([translator.start] * 2, states, memory)
    W = {layer.name: [np.asarray(w) for w in layer.weights] for layer in translator.model.layers}
    for row, length in enumerate((3, 1)):
        state, outputs = np.asarray(h)[row], np.asarray(memory.outputs)[row, :length]
        if attention == "dot":
            compared = outputs @ state
        else:
            (W_q,), (W_k,), (v,) = W["query"], W["key"], W["attention"]
            compared = np.tanh(state @ W_q + outputs @ W_k) @ v
        a = softmax(compared)
        context = a @ outputs
        attentional = np.tanh(np.concatenate([context, state]) @ W["attentional"][0])
        W_y, b_y = W["scores"]
        np.testing.assert_allclose(weights[row, :length], a, **CLOSE)
        np.testing.assert_allclose(weights[row, length:], 0, atol=1e-7)
        np.testing.assert_allclose(scores[row], attentional @ W_y + b_y, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_steps_one_by_one_give_the_scores_of_the_training_model(kind):
    translator = toy.untrained(kind[0], bidirectional=kind[1])
    source, inputs, _ = toy.arrays(["abc", "edcba"], ["bcaab", "e"])
    expected = np.asarray(translator.model([source, inputs]))
    states, memory = translator.encode(source)
    for time in range(inputs.shape[1]):
        scores, states, weights = translator.step(inputs[:, time], states, memory)
        np.testing.assert_allclose(scores, expected[:, time], **CLOSE)
        assert (weights is None) == (kind[0] is None)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_fast_network_takes_over_the_weights_and_gives_the_same_scores(networks, kind):
    plain, sizes = networks[kind], (len(toy.SOURCE), len(toy.TARGET), 8, 5, *kind)
    fast = training.without_state(plain, lambda: translation.translator(*sizes, fast=True))
    back = training.without_state(fast, lambda: translation.translator(*sizes))
    source, inputs, _ = toy.arrays(["abc", "edcba"], ["cb", "abcde"])
    for other in (fast, back):
        np.testing.assert_allclose(other([source, inputs]), plain([source, inputs]), **CLOSE)
    assert isinstance(fast.get_layer("decoder"), FastLSTM)
    assert not isinstance(back.get_layer("decoder"), FastLSTM)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_saved_network_is_loaded_without_this_package_and_is_the_same(networks, kind, tmp_path):
    networks[kind].save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    layers = [layer for layer in loaded.layers if type(layer).__module__.split(".")[0] != "keras"]
    assert not layers, "a saved model must not need this package"
    source, inputs, _ = toy.arrays(["abc", "edcba"], ["cb", "abcde"])
    np.testing.assert_allclose(loaded([source, inputs]), networks[kind]([source, inputs]), **CLOSE)


def test_padding_of_the_target_is_left_out_of_loss_and_accuracy(networks):
    model = translation.compiled(networks["dot", False], translation.Recipe(1, 0.01), 1)
    source, inputs, targets = toy.arrays(["abc", "edcba"], ["b", "abcde"])
    scores = np.asarray(model([source, inputs])).astype(float)
    log_p = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
    real = targets > 0
    nats = -np.take_along_axis(log_p, targets[..., None], axis=2)[..., 0]
    right = scores.argmax(axis=2) == targets
    wider = [np.pad(part, ((0, 0), (0, 6))) for part in (source, inputs, targets)]
    for one, two, three in ((source, inputs, targets), wider):
        found = model.evaluate((one, two), three, verbose=0, return_dict=True)
        assert found["loss"] == pytest.approx(nats[real].mean(), rel=1e-4)
        assert found["accuracy"] == pytest.approx(right[real].mean())


def test_the_accuracy_adds_up_over_batches_and_takes_weights():
    metric = translation.SymbolAccuracy()
    scores = np.eye(3, dtype=np.float32)
    metric.update_state(np.array([[0, 1, 1]]), scores[None])  # padding; right; wrong
    metric.update_state(np.array([[2, 2, 0]]), scores[None, [2, 2, 0]])  # right, right, padding
    assert float(metric.result()) == pytest.approx(3 / 4)
    metric.reset_state()
    metric.update_state(np.array([[2, 1, 0]]), scores[None, [2, 2, 0]], sample_weight=np.array([[3.0, 1.0, 1.0]]))
    assert float(metric.result()) == pytest.approx(3 / 4)


def test_dropout_is_active_in_training_alone():
    model = toy.untrained("dot", dropout=0.5).model
    arrays = list(toy.arrays(["abc"], ["cba"])[:2])
    np.testing.assert_array_equal(model(arrays), model(arrays))
    assert not np.allclose(model(arrays, training=True), model(arrays))


def test_a_bidirectional_encoder_keeps_the_size_of_the_states():
    one, both = (translation.translator(6, 8, 10, 4, bidirectional=both) for both in (False, True))
    assert one.get_layer("decoder").units == both.get_layer("decoder").units == 10
    assert one.get_layer("encoder").output[0].shape == both.get_layer("encoder").output[0].shape


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"attention": "luong"}, "'luong'"),
        ({"units": 7, "bidirectional": True}, "units is 7"),
        ({"units": 0}, "units is 0"),
        ({"source_symbols": 0}, "source_symbols is 0"),
        ({"embedding": -1}, "embedding is -1"),
    ],
)
def test_what_has_no_meaning_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        translation.translator(**{"source_symbols": 6, "target_symbols": 8} | options)


@pytest.mark.parametrize("attention", [None, "dot"])
def test_a_small_task_is_learned_to_the_end(attention, capsys):
    """Keras 3 was reported to give the same output for every input, and a sixth of what Keras 2 reached."""
    model, history = toy.trained(attention)
    held_out = toy.words()[1]
    written = toy.Translator(model, toy.SOURCE, toy.TARGET).greedy(held_out)
    right = [one == toy.backwards(word) for one, word in zip(written, held_out, strict=True)]
    assert np.mean(right) >= 0.95
    assert history["val_accuracy"][-1] > 0.98
    assert not set(toy.words()[0]) & set(held_out)


def test_training_keeps_the_best_epoch_and_says_a_line_for_each(capsys):
    keras.utils.set_random_seed(1)
    learn = toy.Batches(["abc", "bca", "cab", "aab"] * 4, 8, seed=1)
    held_out = toy.Batches(["ede", "dee", "edd"], 8)  # letters that are never learned: it gets worse and worse
    model = translation.translator(len(toy.SOURCE), len(toy.TARGET), 16, 8)
    history, seconds = translation.train(model, learn, held_out, translation.Recipe(12, 0.05))
    assert len(history["val_loss"]) == len(capsys.readouterr().out.splitlines()) == 12
    assert min(history["val_loss"]) < history["val_loss"][-1] - 0.1
    assert model.evaluate(held_out, verbose=0, return_dict=True)["loss"] == pytest.approx(
        min(history["val_loss"]), abs=1e-4
    )
    assert seconds > 0
