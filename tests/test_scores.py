"""Scores of translations: every reference counts, padding does not, and nothing to judge is an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import scores

FEW = settings(deadline=None, max_examples=60, derandomize=True)
WORDS = st.text(alphabet="abc ", min_size=1, max_size=12).filter(str.strip)
REFERENCES = st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=6)


def test_any_of_the_references_is_right_and_nothing_else():
    references = [["geh", "geht"], ["lauf"], ["halt", "stopp", "anhalten"]]
    assert scores.exact(["geht", "lauf", "stopp"], references) == 1
    assert scores.exact(["geht", "laufe", "Stopp"], references) == pytest.approx(1 / 3)
    assert scores.exact(["lauf", "geht", ""], references) == 0


@FEW
@given(REFERENCES, st.data())
def test_what_is_exactly_right_has_the_full_chrf_too(references, draw):
    said = [draw.draw(st.sampled_from(right)) for right in references]
    assert scores.exact(said, references) == 1
    assert scores.chrf(said, references) == pytest.approx(100)


@FEW
@given(REFERENCES, st.data())
def test_a_score_is_between_its_limits_and_a_reference_more_never_hurts_exact_match(references, draw):
    said = [draw.draw(WORDS) for _ in references]
    assert 0 <= scores.chrf(said, references) <= 100.0001
    more = [[*right, draw.draw(WORDS)] for right in references]
    assert scores.exact(said, references) <= scores.exact(said, more)


def test_chrf_as_computed_by_hand():
    # "abcd" against "abce": 3 of 4 letters, 2 of 3 pairs, 1 of 2 triples, 0 of 1 fours, on both sides alike.
    by_hand = 100 * (3 / 4 + 2 / 3 + 1 / 2 + 0) / 4
    assert scores.chrf(["abcd"], [["abce"]]) == pytest.approx(by_hand)
    assert scores.chrf(["abcd"], [["xyz", "abce"]]) == pytest.approx(by_hand)
    assert scores.chrf(["abcd", "ab"], [["abcd"], ["zz", "ab", "yy"]]) == pytest.approx(100)
    assert scores.chrf(["abcd", ""], [["abcd"], ["abcd"]]) < 100
    assert scores.chrf(["nah dran"], [["nahe dran"]]) > 30 > scores.chrf(["etwas anderes"], [["nahe dran"]])


@pytest.mark.parametrize("score", [scores.exact, scores.chrf])
@pytest.mark.parametrize(
    ("said", "references", "error", "named"),
    [
        ([], [], ValueError, "0 translations"),
        (["a"], [["a"], ["b"]], ValueError, "1 translations and the references of 2"),
        (["a", "b"], [["a"], []], ValueError, r"\[1\] have no reference"),
        (["a"], ["a"], TypeError, "single string"),
        ("a", [["a"]], TypeError, "single string"),
    ],
)
def test_nothing_to_judge_is_an_error(score, said, references, error, named):
    with pytest.raises(error, match=named):
        score(said, references)


# --- Tokens


def test_padding_makes_a_network_look_better_than_it_is():
    # Two letters of ten steps; the network gives every step the same scores and is sure of padding.
    targets = np.array([[2, 1, 0, 0, 0, 0, 0, 0, 0, 0]])
    p = np.array([0.9, 0.04, 0.06])
    logits = np.broadcast_to(np.log(p) + 3, (1, 10, 3))
    alone, padded = scores.per_token(logits, targets), scores.per_token(logits, targets, with_padding=True)
    assert (alone.accuracy, padded.accuracy) == (0, 0.8)
    assert alone.loss == pytest.approx(-(np.log(0.06) + np.log(0.04)) / 2)
    assert padded.loss == pytest.approx((2 * alone.loss - 8 * np.log(0.9)) / 10)


@FEW
@given(st.integers(1, 4), st.integers(1, 6), st.integers(2, 5), st.integers(0, 9))
def test_more_padding_changes_only_the_figures_that_count_it(batch, time, symbols, seed):
    rng = np.random.default_rng(seed)
    targets, logits = rng.integers(1, symbols, (batch, time)), rng.normal(size=(batch, time, symbols))
    wider = np.pad(targets, ((0, 0), (0, 3))), np.pad(logits, ((0, 0), (0, 3), (0, 0)))
    alone = scores.per_token(logits, targets)
    assert scores.per_token(wider[1], wider[0]) == pytest.approx(alone)
    assert scores.per_token(logits, targets, with_padding=True) == pytest.approx(alone)
    right = (logits.argmax(axis=2) == targets).mean()
    assert alone.accuracy == pytest.approx(right)
    # Equal scores: padding is found each time, since it is the first of the likeliest.
    assert scores.per_token(wider[1], wider[0], True).accuracy == pytest.approx((right * time + 3) / (time + 3))


def test_the_loss_is_that_of_a_perfect_and_of_a_clueless_network():
    targets = np.array([[1, 2, 0]])
    assert scores.per_token(1e4 * np.eye(3)[targets], targets) == pytest.approx((1.0, 0.0))
    assert scores.per_token(np.zeros((1, 3, 3)), targets).loss == pytest.approx(np.log(3))
    assert scores.per_token(np.zeros((1, 3, 3), np.float32), targets.tolist()).loss == pytest.approx(np.log(3))


@pytest.mark.parametrize(
    ("logits", "targets", "named"),
    [
        (np.zeros((1, 3, 3)), [[0, 0, 0]], "nothing but padding"),
        (np.zeros((1, 3, 3)), [[1, 3, 0]], "0, padding, to 2"),
        (np.zeros((1, 3, 3)), [[1.0, 2.0, 0.0]], "whole numbers"),
        (np.zeros((1, 3, 3)), [[1, 2]], "time=3"),
        (np.zeros((3, 3)), [[1, 2, 0]], "symbols"),
        (np.full((1, 3, 3), np.nan), [[1, 2, 0]], "nan"),
    ],
)
def test_scores_that_do_not_fit_their_targets_are_refused(logits, targets, named):
    with pytest.raises(ValueError, match=named):
        scores.per_token(logits, targets)
