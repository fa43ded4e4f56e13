"""The exercises of lesson 10 beyond what is proved of every exercise: Keras agrees, and one line repairs each mask."""

from __future__ import annotations

import ast
import re
from functools import cache

import numpy as np
import pytest

from course_utils import settings
from course_utils.exercises import lesson_10 as exercises
from course_utils.exercises import three_sentences
from course_utils.exercises.framework import NOT_ATTEMPTED, RIGHT, WRONG
from course_utils.exercises.three_sentences import DECODED, ENCODED, SOURCE, TARGET
from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

SHOWN = settings.repository() / "notebooks" / "source" / "10_attention.py"


def assert_refused(exercise, answer, fragment):
    found = exercise.examine(answer)
    assert found.outcome == WRONG, found
    assert fragment in found.message


# --- Attention weights


def test_the_weights_are_those_of_keras():
    query, keys, values = DECODED[0, 0], ENCODED[0], DECODED[1]
    mask = np.array([True, True, False, True, False, False])
    weights, context = exercises.attend(query, keys, values, mask)
    layer, inputs = keras.layers.Attention(), [query[None, None], values[None], keys[None]]
    contexts, shares = layer(inputs, mask=[None, mask[None]], return_attention_scores=True)
    np.testing.assert_allclose(weights, shares[0, 0], atol=1e-6)
    np.testing.assert_allclose(context, contexts[0, 0], atol=1e-6)


def weighed(weigh, use=lambda weights, keys, values: weights @ values):
    def answer(query, keys, values, mask):
        weights = weigh(keys @ query, mask)
        return weights, use(weights, keys, values)

    return answer


def right(scores, mask):
    return exercises._softmax(np.where(mask, scores, -np.inf))


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (weighed(lambda scores, mask: exercises._softmax(scores)), "the mask is not used"),
        (weighed(lambda scores, mask: right(scores, ~mask)), "True where a step is real"),
        (weighed(lambda scores, mask: right(scores / np.sqrt(3), mask)), "not scaled"),
        (weighed(lambda scores, mask: np.exp(scores) * mask), "divide by their sum"),
        (weighed(lambda scores, mask: right(scores - 10.0 * ~mask, True)), "expected exactly 0"),
        (weighed(lambda scores, mask: right(scores, mask)[mask], lambda *_: 0), "one weight for each step"),
        (weighed(right, lambda weights, keys, values: weights @ keys), "weighs the keys"),
        (weighed(right, lambda weights, keys, values: (weights[:, None] * values).mean(axis=0)), "this is a mean"),
        (weighed(right, lambda weights, keys, values: values @ weights[: len(values.T)]), "over the units"),
        (weighed(right, lambda weights, keys, values: weights[:, None] * values), "context has shape (3, 3)"),
        (lambda query, keys, values, mask: exercises.attend(query, keys, values, mask)[0], "two arrays"),
        (
            lambda query, keys, values, mask: (
                (e := np.exp(keys @ query - (keys @ query).max()) * mask) / e.sum(),
                e / e.sum() @ values,
            ),
            "of the real steps alone",
        ),
    ],
)
def test_what_else_can_be_wrong_with_attention_is_said(answer, fragment):
    assert_refused(exercises.attention, answer, fragment)


def test_a_very_low_score_masks_as_well_as_minus_infinity():
    assert exercises.attention.examine(weighed(lambda s, mask: exercises._softmax(s - 1e9 * ~mask))).outcome == RIGHT


# --- A broken mask to find


def correct(queries, keys, target, source, looks_back):
    """Return weights and contexts one query at a time, of the keys that it may look at."""
    weights = np.zeros((*target.shape, source.shape[1]))
    for b, q in np.ndindex(target.shape):
        seen = np.flatnonzero(source[b])
        seen = seen[seen <= q] if looks_back else seen
        e = np.exp(keys[b, seen] @ queries[b, q])
        weights[b, q, seen] = e / e.sum()
    return weights, np.einsum("bqk,bku->bqu", weights, keys)


@cache
def lines_of(name):
    """Return the source of an attention as a list of lines."""
    source = SHOWN.read_text(encoding="utf-8")
    function = f"attention_{name.lower()}"
    (node,) = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.name == function)
    return source.splitlines()[node.lineno - 1 : node.end_lineno]


def with_line(name, number, statement):
    """Return the source of an attention with another statement in the line of this number."""
    return [
        re.sub(r"\S.*", statement, line, count=1) if line.endswith(f"  # {number}") else line for line in lines_of(name)
    ]


def made(lines):
    """Return the function that these lines define, with the names around it that the lesson imports."""
    names = {"np": np, "softmax": three_sentences.softmax}
    exec("\n".join(lines), names)
    return next(value for name, value in names.items() if name.startswith("attention_"))


def difference(attention, looks_back):
    """Return by how much the contexts of real queries differ from those that are right, at most."""
    keys, source = (DECODED, TARGET) if looks_back else (ENCODED, SOURCE)
    contexts = attention(DECODED, keys, TARGET, source)[1]
    return np.abs(contexts - correct(DECODED, keys, TARGET, source, looks_back)[1])[TARGET != 0].max()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", "ABCD")
def test_a_broken_attention_raises_nothing_and_one_line_repairs_it(name):
    number, statement = exercises.wrong_lines()[name]
    looks_back, repaired = name == "D", with_line(name, number, statement)
    assert sum(old != new for old, new in zip(lines_of(name), repaired, strict=True)) == 1
    assert difference(made(lines_of(name)), looks_back) > 0.1
    assert difference(made(repaired), looks_back) < 1e-6


RIGHT_SIGNS = "row sums 1.00–1.00, on padding up to 0.00, 0 of"


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("A", "on padding up to 1.00, 7 of 13"),
        ("B", "row sums 0.54–2.54"),
        ("C", "on padding up to 0.90, 3 of 13"),
        ("D", "ahead at 5 of 5"),
    ],
)
def test_each_mistake_shows_and_is_gone_when_repaired(name, telling):
    assert telling in three_sentences.symptoms(made(lines_of(name)), looks_back=name == "D")
    found = three_sentences.symptoms(made(with_line(name, *exercises.wrong_lines()[name])), looks_back=name == "D")
    assert found.startswith(RIGHT_SIGNS)
    assert ("ahead at 0 of 5" in found) == (name == "D")


@pytest.mark.parametrize("name", "ABCD")
def test_each_numbered_line_is_explained_but_the_wrong_one(name):
    numbered = [int(m[1]) for line in lines_of(name) if (m := re.search(r"  # (\d)$", line))]
    assert numbered == list(range(1, len(exercises.RIGHT_LINES[name]) + 1))
    for number in numbered:
        found = exercises.masks.examine(dict.fromkeys("ABCD") | {name: number})
        is_wrong_line = number == exercises.wrong_lines()[name][0]
        assert ("Still to find" in found.message) == is_wrong_line
        assert (f"Line {number} of {name} is right: " in found.message) != is_wrong_line


NUMBERS = {name: number for name, (number, _) in exercises.wrong_lines().items()}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (NUMBERS, RIGHT),
        ({name: np.int64(number) for name, number in NUMBERS.items()}, RIGHT),
        (dict.fromkeys("ABCD"), NOT_ATTEMPTED),
        (NUMBERS | {"A": 5}, WRONG),
        (NUMBERS | {"A": 0}, WRONG),
        (NUMBERS | {"A": "2"}, WRONG),
        (NUMBERS | {"D": True}, WRONG),
        (NUMBERS | {"A": 2.5}, WRONG),
        (NUMBERS | {"A": ()}, WRONG),
        ({"A": 2}, WRONG),
        ([2, 4, 2, 1], WRONG),
    ],
    ids=str,
)
def test_answers_of_all_kinds_meet_what_they_should(answer, outcome):
    assert exercises.masks.examine(answer).outcome == outcome


# --- Read the alignment


def read(symbols=lambda symbols: symbols, monotone=lambda monotone: monotone):
    def answer(weights, source):
        found = exercises.read_alignment(weights, source)
        return symbols(found[0]), monotone(found[1])

    return answer


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda weights, source: exercises.read_alignment(weights, source)[0], "two things"),
        (read(symbols=" ".join), "one for each row"),
        (read(symbols=sorted), "the largest weight of each row"),
        (read(monotone=int), "expected True or False"),
        (read(monotone=lambda monotone: not monotone), "compare each with the one before"),
        (read(monotone=lambda monotone: True), "is True, but"),
        (read(monotone=lambda monotone: False), "is False, but"),
    ],
)
def test_what_else_can_be_wrong_with_an_alignment_is_said(answer, fragment):
    assert_refused(exercises.alignment, answer, fragment)


def test_an_alignment_may_come_as_arrays():
    assert exercises.alignment.examine(read(np.array, np.bool_)).outcome == RIGHT
