"""Measures of a written text: entropy, repetitions, real words, copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.judging import entropy, judge
from course_utils.quiet import import_tensorflow

import_tensorflow()

from course_utils import checkpoints  # noqa: E402 - after TensorFlow was silenced
from course_utils.generation import Generator, distribution  # noqa: E402


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda values: sum(values) > 0.01))
def test_entropy_lies_between_certain_and_equally_likely(weights):
    p = np.array(weights) / np.sum(weights)
    assert -1e-9 <= entropy(p) <= np.log2(len(p)) + 1e-9


def test_entropy_of_a_fair_coin_is_one_bit_and_of_a_certain_choice_none():
    assert entropy([0.5, 0.5, 0]) == pytest.approx(1)
    assert entropy([0, 1.0]) == 0
    assert entropy(np.full(8, 1 / 8)) == pytest.approx(3)


@pytest.fixture(scope="module")
def writer():
    checkpoint = checkpoints.load("alice")
    return Generator(checkpoint.model, checkpoint.vocabulary)


def test_greedy_text_has_no_entropy_and_repeats_itself_more_than_a_drawn_one(writer):
    source = "alice was beginning to get very tired of sitting by her sister on the bank"
    greedy, drawn = (judge(writer, "alice ", T, source, 400, (7,)) for T in (0, 1))
    assert greedy.entropy == 0 < drawn.entropy
    assert greedy.repeated > drawn.repeated
    assert all(0 <= share <= 1 for share in (*greedy[1:], *drawn[1:]))


def test_the_entropy_is_that_of_the_distributions_that_were_drawn_from(writer):
    written = writer("alice ", 30, 0.7, seed=3)
    expected = [entropy(distribution(writer.logits("alice " + written[:n])[-1], 0.7)) for n in range(30)]
    found = judge(writer, "alice ", 0.7, "alice", length=30, seeds=[3])
    assert found.entropy == pytest.approx(np.mean(expected), abs=1e-4)


def test_what_a_writer_wrote_is_copied_from_itself(writer):
    written = writer("alice ", 100, 0.7, seed=7)
    found = judge(writer, "alice ", 0.7, written, length=100, seeds=[7])
    assert found.copied == found.real == 1
