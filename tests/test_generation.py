"""Distributions by their definitions; the compiled generator against the model that it was made from."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.generation import Generator, distribution
from course_utils.quiet import import_tensorflow
from course_utils.text import UnknownSymbolError, Vocabulary

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

FEW = settings(deadline=None, max_examples=60, derandomize=True)
LOGITS = st.lists(st.integers(-30, 30).map(lambda tenths: tenths / 10), min_size=1, max_size=7).map(np.array)
TEMPERATURES = st.floats(0, 50)
VOCABULARY = Vocabulary.of("abcd ")
SIZE = len(VOCABULARY)


# --- The distribution


@FEW
@given(LOGITS, TEMPERATURES, st.none() | st.integers(1, 9), st.none() | st.floats(0.01, 1))
def test_whatever_the_settings_it_is_a_distribution_that_keeps_the_likeliest(logits, temperature, top_k, top_p):
    p = distribution(logits, temperature, top_k, top_p)
    assert p.shape == logits.shape
    assert p.sum() == pytest.approx(1)
    assert p.min() >= 0
    assert p[logits.argmax()] > 0
    assert np.count_nonzero(p) <= (top_k or len(p))


@FEW
@given(LOGITS, st.floats(0.05, 20))
def test_without_limits_it_is_the_softmax_at_that_temperature(logits, temperature):
    weights = np.exp(logits / temperature)
    assert distribution(logits, temperature) == pytest.approx(weights / weights.sum())


@FEW
@given(LOGITS)
def test_temperature_zero_is_greedy_and_the_limit_of_small_ones(logits):
    p = distribution(logits, 0)
    assert p.tolist() == [float(place == logits.argmax()) for place in range(len(logits))]
    if np.count_nonzero(logits == logits.max()) == 1:
        assert distribution(logits, 1e-3) == pytest.approx(p, abs=1e-12)
        assert distribution(logits, 1e-300) == pytest.approx(p)


@FEW
@given(LOGITS, st.integers(1, 7))
def test_top_k_keeps_the_k_likeliest_in_proportion(logits, top_k):
    p, every = distribution(logits, 1, top_k), distribution(logits)
    kept = p > 0
    assert np.count_nonzero(kept) == min(top_k, len(logits))
    assert logits[kept].min() >= logits[~kept].max(initial=-np.inf)
    assert p[kept] == pytest.approx(every[kept] / every[kept].sum())


@pytest.mark.parametrize("top_k", [4, 5, 10**9])
def test_top_k_of_the_whole_vocabulary_or_more_keeps_all(top_k):
    logits = np.array([0.0, -5.0, 3.0, 1.0])
    assert distribution(logits, 1, top_k) == pytest.approx(distribution(logits))


@FEW
@given(LOGITS, st.floats(0.01, 0.999), st.floats(0.2, 3))
def test_the_nucleus_is_the_smallest_set_that_reaches_p(logits, top_p, temperature):
    every = distribution(logits, temperature)
    sums = {s: every[list(s)].sum() for size in range(1, len(every) + 1) for s in combinations(range(len(every)), size)}
    assume(all(abs(total - top_p) > 1e-9 for total in sums.values()))
    smallest = min(len(s) for s, total in sums.items() if total > top_p)
    kept = np.flatnonzero(distribution(logits, temperature, top_p=top_p))
    assert len(kept) == smallest
    assert every[kept].sum() == pytest.approx(max(total for s, total in sums.items() if len(s) == smallest))


def test_top_p_of_one_cuts_nothing_off_however_unlikely():
    logits = np.array([0.0, -30.0, -40.0, -45.0])
    assert distribution(logits, top_p=1.0).tolist() == distribution(logits).tolist()
    assert np.count_nonzero(distribution(logits, top_p=1.0)) == 4


def test_huge_scores_do_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        assert distribution([1000.0, 999.0, -1e30], 1.0) == pytest.approx([0.7310585786, 0.2689414214, 0])
        assert distribution(np.array([3e38, 0], np.float32), 0.5).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": -3}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.01}, "top_p"),
        ({"top_p": float("nan")}, "top_p"),
    ],
)
def test_settings_without_a_meaning_are_refused(choices, said, biased):
    with pytest.raises(ValueError, match=said):
        distribution(np.zeros(3), **choices)
    with pytest.raises(ValueError, match=said):
        biased(np.zeros(SIZE))("a", 3, **choices)


@pytest.mark.parametrize("logits", [[], [0.0, float("nan")], [float("inf"), 0.0], [[0.0, 1.0]], 1.0])
def test_scores_that_are_none_are_refused(logits):
    with pytest.raises(ValueError, match="logits"):
        distribution(np.array(logits))


# --- The generator against its model


def network(layer, embeds=True, depth=2, seed=5, **options):
    """A small network with large random weights, so that its scores depend on all it has read."""
    recurrent = [layer(7 - number, return_sequences=True, **options) for number in range(depth)]
    between = [part for one in recurrent for part in (one, layers.Dropout(0.5))]
    if embeds:
        parts = [keras.Input((None,), dtype="int32"), layers.Embedding(SIZE, 4), *between, layers.Dense(SIZE)]
    else:
        softmax = layers.TimeDistributed(layers.Dense(SIZE, activation="softmax"))
        parts = [keras.Input((None, SIZE)), *between, softmax]
    model = keras.Sequential(parts)
    random = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(random.normal(scale=1.5, size=variable.shape))
    return model


def scores(model, numbers):
    """The model's scores after each of the numbers, read in one piece."""
    embeds = isinstance(model.layers[0], layers.Embedding)
    x = np.array(numbers)[None]
    output = model(x if embeds else np.eye(SIZE, dtype=np.float32)[x], training=False)
    output = np.asarray(output, np.float64)[0]
    return output if embeds else np.log(output)


@pytest.fixture(scope="module")
def biased():
    """Return a generator whose scores are these after any text."""
    model = network(layers.SimpleRNN, depth=1)
    model.layers[-1].kernel.assign(np.zeros((7, SIZE)))
    generator = Generator(model, VOCABULARY)

    def with_scores(logits):
        model.layers[-1].bias.assign(logits)
        return generator

    return with_scores


@pytest.mark.parametrize("embeds", [True, False], ids=["embedding", "one-hot and softmax"])
@pytest.mark.parametrize(
    ("layer", "options"),
    [
        (layers.SimpleRNN, {"seed": 8}),
        (layers.GRU, {"seed": 8, "reset_after": True}),
        (layers.GRU, {"seed": 8, "reset_after": False}),
        (layers.LSTM, {"seed": 7}),
    ],
    ids=["SimpleRNN", "GRU", "GRU, reset before", "LSTM"],
)
def test_greedy_text_and_surprise_are_those_of_the_model_that_reads_everything_again(layer, options, embeds):
    model = network(layer, embeds, **options)
    generator = Generator(model, VOCABULARY)
    prompt = "bad cab "
    written = generator(prompt, 20, temperature=0)
    assert len(set(written)) > 1, "a text of one symbol would prove little: choose another seed"
    # One reading holds the scores after every prefix, since no layer looks ahead.
    choices = scores(model, VOCABULARY.encode(prompt + written)).argmax(axis=1)
    assert VOCABULARY.decode(choices[len(prompt) - 1 : -1]) == written

    after = scores(model, VOCABULARY.encode(" " + written))
    log_p = after - np.log(np.exp(after).sum(axis=1, keepdims=True))
    expected = -log_p[np.arange(20), VOCABULARY.encode(written)]
    assert generator.surprise(written) == pytest.approx(expected, abs=1e-4)
    difference = generator.logits(prompt) - scores(model, VOCABULARY.encode(prompt))
    assert np.ptp(difference, axis=1).max() < 1e-4, "equal up to a constant"


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"temperature": 0.5},
        {"temperature": 2.0},
        {"top_k": 2},
        {"top_k": 1},
        {"top_k": 10**6},
        {"top_p": 0.7},
        {"top_p": 1e-300},
        {"top_p": 1},
        {"temperature": 3.0, "top_k": 4, "top_p": 0.8},
    ],
    ids=str,
)
def test_drawn_symbols_are_as_frequent_as_the_distribution_says(biased, choices):
    logits = np.array([1.0, 0.2, -1.0, 0.0, -3.0])
    p = distribution(logits, **choices)
    count = 3000
    drawn = VOCABULARY.encode(biased(logits)("a", count, seed=11, **choices))
    found = np.bincount(drawn, minlength=SIZE)
    assert set(found[p == 0]) <= {0}
    # Pearson's chi-square; 23.5 is passed once in 10,000 draws with four degrees of freedom.
    expected = count * p[p > 0]
    assert ((found[p > 0] - expected) ** 2 / expected).sum() < 23.5


def test_of_equal_scores_as_few_are_kept_as_asked_for(biased):
    generator = biased(np.zeros(SIZE))
    assert set(generator("a", 200, top_k=2, seed=1)) == set(VOCABULARY.symbols[:2])
    assert set(generator("a", 200, top_p=0.5, seed=1)) == set(VOCABULARY.symbols[:3])
    assert set(generator("a", 20, temperature=0)) == {VOCABULARY.symbols[0]}


def test_the_same_seed_gives_the_same_text_and_none_another_each_time(biased):
    generator = biased(np.zeros(SIZE))
    assert generator("a", 60, seed=5) == generator("a", 60, seed=5)
    assert generator("a", 60, seed=5) != generator("a", 60, seed=6)
    assert generator("a", 60) != generator("a", 60)


def test_numpy_numbers_are_welcome(biased):
    generator = biased(np.zeros(SIZE))
    assert len(generator("a", np.int64(5), np.float64(0.8), np.int64(3), np.float64(0.9), np.int64(2))) == 5


def test_the_weights_are_read_when_it_runs():
    model = network(layers.LSTM, depth=1)
    generator = Generator(model, VOCABULARY)
    before = generator.logits("abc")
    for variable in model.trainable_variables:
        variable.assign(variable * 0.5)
    after = generator.logits("abc")
    assert not np.allclose(before, after)
    assert after == pytest.approx(scores(model, VOCABULARY.encode("abc")), abs=1e-5)


def test_nothing_is_compiled_again_for_another_prompt_length_or_setting(biased):
    generator = Generator(network(layers.SimpleRNN, depth=1), VOCABULARY)
    generator("a", 3)
    generator("ab ", 4, top_k=2)

    def traces():
        return generator._read.experimental_get_tracing_count(), generator._write.experimental_get_tracing_count()

    compiled = traces()
    for length in range(1, 5):
        generator("abcd " * length, length, temperature=0.3 * length, seed=length)
        generator("d" * length, 10 * length, top_k=length, top_p=0.2 * length)
    generator.surprise("a bad cab")
    assert traces() == compiled


def test_a_long_text_read_is_not_forgotten():
    model = network(layers.GRU, depth=1)
    generator = Generator(model, VOCABULARY)
    text = "abcd " * 100
    assert generator.logits(text)[-1] == pytest.approx(scores(model, VOCABULARY.encode(text))[-1], abs=1e-3)


def test_a_text_can_be_read_in_two_pieces():
    generator = Generator(network(layers.LSTM), VOCABULARY)
    whole, _ = generator.read("a bad cab")
    first, states = generator.read("a bad")
    second, _ = generator.read(" cab", states)
    assert np.concatenate([first, second]) == pytest.approx(whole.numpy(), abs=1e-5)


@pytest.mark.parametrize("embeds", [True, False], ids=["embedding", "one-hot and softmax"])
def test_greedy_paths_go_on_as_greedy_text_does_after_each_symbol(embeds):
    generator = Generator(network(layers.LSTM, embeds, seed=7), VOCABULARY)
    _, states = generator.read("cab ")
    found = generator.greedy_paths("dab", states, 9)
    assert found == [generator("cab " + symbol, 9, temperature=0) for symbol in "dab"]
    assert len(set(found)) > 1, "three equal paths would prove little: choose another seed"


# --- What it refuses, and edges


def test_an_empty_prompt_stands_for_one_blank():
    generator = Generator(network(layers.GRU, depth=1), VOCABULARY)
    assert generator("", 30, temperature=0) == generator(" ", 30, temperature=0)
    assert generator.logits("").tolist() == generator.logits(" ").tolist()


def test_without_a_blank_there_must_be_a_prompt():
    generator = Generator(network(layers.SimpleRNN, depth=1), Vocabulary.of("abcde"))
    assert len(generator("a", 5)) == 5
    with pytest.raises(ValueError, match="no blank"):
        generator("", 5)
    with pytest.raises(ValueError, match="no blank"):
        generator.surprise("abc")


def test_lengths_of_zero_and_below(biased):
    generator = biased(np.zeros(SIZE))
    assert generator("ab", 0) == ""
    assert generator.surprise("").shape == (0,)
    with pytest.raises(ValueError, match="length is -1"):
        generator("ab", -1)


def test_symbols_outside_the_vocabulary_are_named(biased):
    generator = biased(np.zeros(SIZE))
    for use in (lambda: generator("ab!", 3), lambda: generator("!", 0), lambda: generator.surprise("a!")):
        with pytest.raises(UnknownSymbolError, match="'!'"):
            use()


def recurrent_model(*parts):
    return keras.Sequential([keras.Input((None,), dtype="int32"), layers.Embedding(SIZE, 4), *parts])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            [layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both"), layers.Dense(SIZE)],
            "'both'.*back",
        ),
        ([layers.LSTM(3, return_sequences=True, go_backwards=True, name="back"), layers.Dense(SIZE)], "'back'"),
        ([layers.Conv1D(3, 2, name="wide"), layers.Dense(SIZE)], "'wide'.*Conv1D"),
        ([layers.SimpleRNN(3, return_sequences=True), layers.Dense(SIZE + 1)], "6 symbols.*has 5"),
    ],
    ids=["Bidirectional", "go_backwards", "Conv1D", "another vocabulary"],
)
def test_models_that_cannot_write_step_by_step_are_refused(parts, said):
    with pytest.raises(ValueError, match=said):
        Generator(recurrent_model(*parts), VOCABULARY)


def test_a_model_that_hides_a_symbol_is_refused():
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(SIZE, 4, mask_zero=True, name="hides"),
            layers.GRU(3, return_sequences=True),
            layers.Dense(SIZE),
        ]
    )
    with pytest.raises(ValueError, match=r"'hides'.*mask_zero"):
        Generator(model, VOCABULARY)
