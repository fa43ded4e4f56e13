"""The count model is a distribution, agrees with a slow one written with dictionaries, and has known losses."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import data
from course_utils.counts import CountModel
from course_utils.text import Vocabulary

FEW = settings(deadline=None, max_examples=40, derandomize=True)
SIZE = 4
TEXTS = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=40).map(np.array)


def slow_probability(train, context, symbol):
    """Interpolated Witten–Bell by its definition, counting anew for every question."""
    followers = defaultdict(Counter)
    order = len(context) + 1
    for place in range(len(train) - order + 1):
        piece = tuple(train[place : place + order])
        followers[piece[:-1]][piece[-1]] += 1
    shorter = slow_probability(train, context[1:], symbol) if context else 1 / SIZE
    seen = followers[tuple(context)]
    kinds = len(seen)
    return (seen[symbol] + kinds * shorter) / (seen.total() + kinds) if kinds else shorter


@FEW
@given(TEXTS, TEXTS, st.integers(1, 4))
def test_it_agrees_with_dictionaries(train, text, order):
    expected = [
        slow_probability(train.tolist(), text[place - order + 1 : place].tolist(), int(text[place]))
        for place in range(order - 1, len(text))
    ]
    model = CountModel(order, SIZE).fit(train)
    assert model.probabilities(text) == pytest.approx(expected, abs=1e-12)
    if expected:
        assert model.loss(text) == pytest.approx(-np.log(expected).mean())


@FEW
@given(TEXTS, st.lists(st.integers(0, SIZE - 1), min_size=4, max_size=4), st.integers(1, 5))
def test_after_any_context_seen_or_not_the_probabilities_sum_to_one(train, context, order):
    model = CountModel(order, SIZE).fit(train)
    after = [model.probabilities(np.array([*context, symbol]))[-1] for symbol in range(SIZE)]
    assert sum(after) == pytest.approx(1)
    assert min(after) > 0, "a text of symbols never seen must still have a loss"


@FEW
@given(TEXTS)
def test_order_one_knows_smoothed_frequencies(train):
    counts = np.bincount(train, minlength=SIZE)
    kinds = np.count_nonzero(counts)
    smoothed = (counts + kinds / SIZE) / (len(train) + kinds)
    assert CountModel(1, SIZE).fit(train).probabilities(np.arange(SIZE)) == pytest.approx(smoothed)


def test_without_any_text_every_symbol_is_as_likely():
    assert CountModel(3, SIZE).fit(np.array([], int)).loss(np.zeros(5, int)) == pytest.approx(np.log(SIZE))


def test_fitting_again_forgets_the_first_text():
    model = CountModel(2, SIZE).fit(np.zeros(30, int))
    assert model.fit(np.ones(30, int)).loss(np.ones(9, int)) < 0.2


@pytest.mark.parametrize(("order", "size", "said"), [(0, 4, "order is 0"), (12, 56, "at most 10")])
def test_an_order_that_cannot_be_counted_is_refused(order, size, said):
    with pytest.raises(ValueError, match=said):
        CountModel(order, size)


def test_asking_before_counting_is_refused():
    with pytest.raises(RuntimeError, match="fit"):
        CountModel(2, SIZE).probabilities(np.zeros(3, int))


@pytest.mark.parametrize("number", [-1, SIZE])
def test_numbers_of_another_vocabulary_are_refused(number):
    model = CountModel(2, SIZE)
    with pytest.raises(ValueError, match="0 to 3"):
        model.fit(np.array([0, number]))
    with pytest.raises(ValueError, match="0 to 3"):
        model.fit(np.array([0, 1])).probabilities(np.array([0, number]))


def test_a_text_shorter_than_the_order_has_no_loss():
    with pytest.raises(ValueError, match="order 3"):
        CountModel(3, SIZE).fit(np.arange(4)).loss(np.array([0, 1]))


# --- The figures of lesson 08


@pytest.fixture(scope="module")
def alice():
    """The numbers of the real story, and where its last tenth begins."""
    story = data.clean_like_the_lecture(data.load_alice().story.encode("utf-8"))
    return Vocabulary.of(story).encode(story), int(0.9 * len(story))


@pytest.mark.real_data
@pytest.mark.parametrize(("order", "loss"), [(1, 2.942), (2, 2.318), (3, 1.829), (4, 1.526), (5, 1.457), (6, 1.488)])
def test_counting_on_the_last_tenth_of_alice(alice, order, loss):
    numbers, place = alice
    model = CountModel(order, 42).fit(numbers[:place])
    assert model.loss(numbers[place - order + 1 :]) == pytest.approx(loss, abs=0.001)


@pytest.mark.real_data
def test_a_uniform_guess_on_alice_loses_3_738_nats(alice):
    assert np.log(len(np.unique(alice[0]))) == pytest.approx(3.738, abs=0.001)
