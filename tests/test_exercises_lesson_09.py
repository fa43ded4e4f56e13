"""The exercises of lesson 09 beyond what is proved of every exercise: they agree with the package, and explain more."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import text
from course_utils.exercises import lesson_09 as exercises
from course_utils.exercises.framework import RIGHT, WRONG
from course_utils.quiet import import_tensorflow

import_tensorflow()


from . import toy_translation  # noqa: E402


def assert_refused(exercise, answer, fragment):
    found = exercise.examine(answer)
    assert found.outcome == WRONG, found
    assert fragment in found.message


# --- Shifted input


def test_the_shifted_rows_are_those_of_the_package():
    words, signs = ["abba", "a", "bab"], text.Vocabulary(["·", "\t", "\n", "a", "b"])
    rows = text.padded([signs.encode(word) for word in words])
    inputs, targets, weights = exercises.shift(rows, 1, 2)
    for mine, packaged in zip((inputs, targets), text.rows_of_words(words, signs), strict=True):
        np.testing.assert_array_equal(mine, packaged)
    np.testing.assert_array_equal(weights.sum(axis=1), [5, 2, 4])


def sliced(rows, start, stop):
    """Put the signs around each sentence and cut rows, padding included: the stop of short rows stays in the inputs."""
    whole = np.pad(exercises.shift(rows, start, stop)[1], ((0, 0), (1, 0)), constant_values=start)
    return whole[:, :-1], whole[:, 1:], (whole[:, 1:] != 0).astype(float)


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (sliced, "of inputs holds the stop"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i, t)), "three arrays"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i[:, :-1], t[:, :-1], w[:, :-1])), "has shape (3, 3)"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i, np.where(t == stop, 0, t), w)), "has no stop"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i, t, w * (t != stop))), "the stop too"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i, t, rows)), "weights has shape"),
        (lambda rows, start, stop: exercises.shift(rows, 1, 2), "does not begin with the start"),
        (lambda rows, start, stop: exercises.shift(rows, start, 2), "has no stop"),
        (exercises._spoiled(lambda rows, start, stop, i, t, w: (i, np.where(t == 4, 3, t), w)), "the sentence, the"),
    ],
)
def test_what_else_can_be_wrong_with_shifted_rows_is_said(answer, fragment):
    assert_refused(exercises.shifted, answer, fragment)


def test_rows_may_be_changed_in_place_and_weights_be_truth_values():
    def answer(rows, start, stop):
        inputs, targets, weights = exercises.shift(rows, start, stop)
        rows[:] = 0
        return inputs.tolist(), targets, weights > 0

    assert exercises.shifted.examine(answer).outcome == RIGHT


# --- The inference loop


def test_the_loop_by_hand_says_what_the_compiled_one_says():
    network, said = toy_translation.untrained(seed=4), []
    words = toy_translation.words()[1][:8]
    for word in words:
        ids = exercises.translate(
            network.source_ids([word]),
            lambda source: network.encode(source)[0],
            lambda token, states: network.step(np.array([token]), states)[:2],
            network.start,
            network.stop,
            longest=12,
        )
        said.append(toy_translation.TARGET.decode([number for number in ids if number > 2]))
        # An untrained network may say padding or the start, which the package rules out.
        assert {0, 1}.isdisjoint(ids)
    assert said == network.greedy(words, longest=12)
    assert len(set(said)) > 1


def late(source, encode, step, start, stop, longest):
    """Write to the end, and cut afterwards: not elegant, but right."""
    states, written = encode(source), [start]
    for _ in range(longest):
        scores, states = step(written[-1], states)
        written.append(int(scores.argmax()))
    written = np.array(written[1:])
    return written[: list(written).index(stop)] if stop in written else written


def test_a_loop_may_cut_at_the_end():
    assert exercises.greedy.examine(late).outcome == RIGHT


def changed(arguments=lambda *given: given, result=lambda written, start, stop: written):
    def answer(source, encode, step, start, stop, longest):
        return result(exercises.translate(*arguments(source, encode, step, start, stop, longest)), start, stop)

    return answer


def first_symbols(source, encode, step, start, stop, longest):
    def unwatched(token, states):
        to_say, taken = states
        scores = -np.ones(10)
        scores[to_say[0]] = 0
        return scores, [np.roll(to_say, -1), taken + 1]

    return source, encode, unwatched, start, stop, 2


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (changed(result=lambda written, start, stop: [start, *written]), "holds the start"),
        (changed(result=lambda written, start, stop: [*written, stop, 5]), "goes on after the stop"),
        (changed(result=lambda written, start, stop: written[1:]), "expected [5, 4, 6, 3]"),
        (changed(result=lambda written, start, stop: str(written)), "a list of ids"),
        (changed(first_symbols), "is [5, 4], expected"),
        (changed(lambda source, encode, *rest: (source, lambda s: encode(s)[:1], *rest)), "hand on what"),
        (changed(lambda source, encode, *rest: (source, lambda s: encode(s[::-1]), *rest)), "the source as it is"),
        (changed(lambda source, encode, step, *rest: (source, encode, lambda t, s: step(6, s), *rest)), "token is 6"),
        (changed(lambda s, encode, step, *rest: (s, encode, lambda t, s: step([t], s), *rest)), "one integer"),
        (changed(lambda *given: (*given[:5], given[5] - 1)), "expected [6, 6, 4]"),
        (changed(lambda *given: (*given[:5], given[5] + 1)), "expected [5, 3, 7, 5, 3, 7]"),
    ],
)
def test_what_else_can_be_wrong_with_the_loop_is_said(answer, fragment):
    assert_refused(exercises.greedy, answer, fragment)


def test_states_of_an_earlier_step_are_named():
    def answer(source, encode, step, start, stop, longest):
        first, states = step(start, encode(source))
        second, _ = step(int(first.argmax()), states)
        return step(int(second.argmax()), states)

    assert_refused(exercises.greedy, answer, "those of call 1")


# --- Pairs of your own

LEARNED, ASKED = exercises._LEARNED, exercises._ASKED


def test_the_share_is_shown_with_what_is_right():
    answers = ["7"] * 20 + ASKED[1][20:]
    found = exercises.own_pairs.examine((LEARNED, ASKED, answers))
    assert found.outcome == RIGHT
    assert "80 of 100 answers are exact, 80.0%" in found.message
    assert exercises.own_pairs.remark in found.message
    assert_refused(exercises.own_pairs, (LEARNED, ASKED, ["7", *answers[:20], *answers[21:]]), "79 of 100")


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (7, "three things"),
        ((LEARNED, ASKED), "three things"),
        ((LEARNED, ASKED, None), "answers: found NoneType"),
        ((LEARNED, ASKED, "451"), "answers: found str"),
        ((LEARNED, ASKED, [451] * 100), "answers: found 451"),
        ((list(zip(*LEARNED, strict=True)), ASKED, ASKED[1]), "training should be two lists"),
        (((LEARNED[0], LEARNED[1][:-1]), ASKED, ASKED[1]), "450 sources and 449 targets"),
        ((LEARNED, ([], []), []), "0 sources and 0 targets"),
        (((["", *LEARNED[0]], ["0", *LEARNED[1]]), ASKED, ASKED[1]), "empty source"),
        (((["7 and 1", *LEARNED[0]], ["9", *LEARNED[1]]), ASKED, ASKED[1]), "'7 and 1' has two answers"),
        ((LEARNED, tuple(part[:49] for part in ASKED), ASKED[1][:49]), "at least 500"),
        (((LEARNED[0] * 2, LEARNED[1] * 2), tuple(p[:49] for p in ASKED), ASKED[1][:49]), "499 different"),
        ((LEARNED, (ASKED[0], ["odd"] * 51 + ASKED[1][51:]), ASKED[1]), "'odd' is the answer to 51 of 100"),
    ],
)
def test_what_else_can_be_wrong_with_own_pairs_is_said(answer, fragment):
    assert_refused(exercises.own_pairs, answer, fragment)
