"""What a network writes, place by place, and the paths beside it: against the generator that writes it in one go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import checkpoints
from course_utils.generation import Generator, distribution
from course_utils.paths import AHEAD, BLOCK, OTHERS, Paths
from course_utils.quiet import import_tensorflow
from course_utils.text import UnknownSymbolError, Vocabulary

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

FEW = settings(deadline=None, max_examples=25, derandomize=True)
PLACES = st.integers(0, 2 * BLOCK + 3)


def untrained(letters: str, embeds: bool, seed: int = 4) -> Generator:
    """A small network with large random weights, so that what it writes depends on all it has read."""
    size = len(Vocabulary.of(letters))
    ends = [layers.LSTM(6, return_sequences=True), layers.Dense(size, activation=None if embeds else "softmax")]
    if embeds:
        parts = [keras.Input((None,), dtype="int32"), layers.Embedding(size, 4), layers.GRU(5, return_sequences=True)]
    else:
        parts = [keras.Input((None, size))]
    model = keras.Sequential([*parts, *ends])
    random = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(random.normal(scale=2, size=variable.shape))
    return Generator(model, Vocabulary.of(letters))


@pytest.fixture(scope="module", params=[True, False], ids=["embedding, two layers", "one-hot and softmax"])
def generator(request: pytest.FixtureRequest) -> Generator:
    return untrained("abcdef\n ", request.param, seed=37 if request.param else 8)  # their greedy texts are not dull


@pytest.fixture(scope="module")
def paths(generator: Generator) -> Paths:
    return Paths(generator)


@FEW
@given(n=PLACES, temperature=st.sampled_from([0, 0.3, 1.0, 2.5]), seed=st.integers(0, 3))
def test_the_next_place_has_one_character_more_the_one_that_was_announced(paths, generator, n, temperature, seed):
    here = paths("bad ", n, temperature, seed)
    after = paths("bad ", n + 1, temperature, seed)
    assert len(here.written) == n
    assert after.written == here.written + here.paths[0].character
    assert after.written == generator("bad ", n + 1, temperature, seed=seed)


@FEW
@given(places=st.lists(PLACES, min_size=1, max_size=6))
def test_a_place_is_the_same_whatever_was_visited_before(generator, places):
    walker = Paths(generator)
    for n in places:
        here = walker("fed", n, 0.8, 2)
    direct = Paths(generator)("fed", places[-1], 0.8, 2)
    assert here.written == direct.written
    assert here.p == pytest.approx(direct.p, abs=1e-5)
    assert [path.character for path in here.paths] == [path.character for path in direct.paths]


def test_two_texts_do_not_mix(paths, generator):
    for prompt, temperature, seed in [("a", 1.0, 1), ("b", 1.0, 1), ("a", 1.0, 2), ("a", 0.5, 2), ("a", 1.0, 1)]:
        assert paths(prompt, 20, temperature, seed).written == generator(prompt, 20, temperature, seed=seed)


@pytest.mark.parametrize("temperature", [0, 0.5, 1.0, 3.0])
def test_the_probabilities_are_those_of_the_generator_at_the_temperature_and_at_one(paths, generator, temperature):
    here = paths("face ", 9, temperature, 5)
    logits = generator.logits("face " + here.written)[-1]
    assert here.p == pytest.approx(distribution(logits, temperature), abs=1e-5)
    assert here.p_at_1 == pytest.approx(distribution(logits), abs=1e-5)
    for path in here.paths:
        number = here.symbols.index(path.character)
        assert (path.probability, path.probability_at_1) == (here.p[number], here.p_at_1[number])
    assert here.entropy == pytest.approx(-sum(share * np.log2(share) for share in here.p if share))


@pytest.mark.parametrize("temperature", [0, 1.0, 3.0])
@pytest.mark.parametrize("n", [0, 1, 30])
def test_every_path_goes_on_as_the_greedy_generator_does_after_its_character(paths, generator, n, temperature):
    here = paths("cab ", n, temperature, 1)
    assert len(here.paths) == 1 + OTHERS
    for path in here.paths:
        assert path.continuation == generator("cab " + here.written + path.character, AHEAD, temperature=0)
    assert len({path.continuation for path in here.paths}) > 1, "equal paths would prove little: choose another seed"


def test_the_others_are_the_likeliest_beside_the_chosen_one(paths):
    chosen_ranks = set()
    for n in range(40):
        here = paths("dead ", n, 3.0, 8)
        ranked = [here.symbols[number] for number in np.argsort(-here.p_at_1, kind="stable")]
        chosen, *others = [path.character for path in here.paths]
        chosen_ranks.add(ranked.index(chosen))
        ranked.remove(chosen)
        assert others == ranked[:OTHERS]
    assert len(chosen_ranks) > OTHERS, "at this temperature unlikely characters should have been drawn too"


def test_at_temperature_zero_the_likeliest_is_certain_and_the_others_keep_their_probability_at_one(paths):
    here = paths("bed ", 7, 0)
    assert [path.probability for path in here.paths] == [1, 0, 0, 0]
    shares = [path.probability_at_1 for path in here.paths]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] < shares[0] < 1
    assert here.entropy == 0


def test_an_empty_prompt_stands_for_one_blank(paths):
    empty, blank = paths("", 12, 1.0, 3), paths(" ", 12, 1.0, 3)
    assert empty.written == blank.written
    assert empty.p == pytest.approx(blank.p)
    assert empty.paths[0].continuation == blank.paths[0].continuation


def test_a_vocabulary_of_few_characters_has_fewer_paths():
    here = Paths(untrained("a ", embeds=True))("a", 3, 1.0, 0)
    assert sorted(path.character for path in here.paths) == [" ", "a"]


@pytest.mark.parametrize(
    ("arguments", "error", "fragment"),
    [
        (("bad!", 3), UnknownSymbolError, "'!'"),
        (("bad", -1), ValueError, "n is -1"),
        (("bad", 2.0), ValueError, "n is 2.0"),
        (("bad", True), ValueError, "n is True"),
        (("bad", 3, -0.5), ValueError, "temperature"),
        (("bad", 3, float("nan")), ValueError, "temperature"),
        (("bad", 3, 1.0, None), ValueError, "seed"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(paths, arguments, error, fragment):
    before = paths("bad", 5, 1.0, 1)
    with pytest.raises(error, match=fragment):
        paths(*arguments)
    assert paths("bad", 5, 1.0, 1).written == before.written


def test_the_shipped_network_writes_english_on_every_path():
    loaded = checkpoints.load("alice")
    generator = Generator(loaded.model, loaded.vocabulary)
    here = Paths(generator)("alice was beginning to ", 40, 0.6, 1)
    assert here.written == generator("alice was beginning to ", 40, 0.6, seed=1)
    for path in here.paths:
        assert path.continuation == generator(
            "alice was beginning to " + here.written + path.character, AHEAD, temperature=0
        )
        assert " " in path.continuation
