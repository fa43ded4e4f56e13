"""The exercises of lesson 07 beyond what is proved of every exercise: the four loops run as they stand and repaired."""

from __future__ import annotations

import ast
import re
from functools import cache

import numpy as np
import pytest

from course_utils import settings
from course_utils.exercises import lesson_07 as exercises
from course_utils.exercises.framework import NOT_ATTEMPTED, RIGHT, WRONG
from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

from course_utils.exercises import six_words  # noqa: E402

LESSON = "07_character_models"
RIGHT_SHARE = 0.75
"""From which share of words on that a network has learned them."""


# --- Perplexity


def test_perplexity_of_equal_guesses_is_their_number():
    assert exercises.perplexity_and_bits(np.full(9, 1 / 8)) == pytest.approx((8, 3))


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda p: exercises.perplexity_and_bits(p)[0], "two numbers"),
        (lambda p: (np.exp(-np.log(p)), -np.log2(p)), "has shape (2,)"),
        (lambda p: (exercises.perplexity_and_bits(p)[0], np.mean(np.log2(p))), "bits is -2"),
        (lambda p: (exercises.perplexity_and_bits(p)[0], -np.log2(np.prod(p)) / len(p)), "2000 probabilities"),
    ],
)
def test_what_else_can_be_wrong_with_perplexity_is_said(answer, fragment):
    found = exercises.perplexity.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message


# --- Names to arrays


def test_each_target_is_what_is_read_one_step_later():
    symbols = ["·", "\t", "\n", *"adehnort"]
    inputs, targets = exercises.names_to_arrays(["theodora", "dan"], symbols)
    for row, name in zip(range(2), ("theodora", "dan"), strict=True):
        assert "".join(symbols[i] for i in inputs[row]).rstrip("·") == "\t" + name
        assert "".join(symbols[i] for i in targets[row]).rstrip("·") == name + "\n"
        np.testing.assert_array_equal(inputs[row, 1 : len(name) + 1], targets[row, : len(name)])


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda names, symbols: exercises.names_to_arrays(names, symbols)[0], "two arrays"),
        (lambda names, symbols: exercises.names_to_arrays(names, symbols)[::-1], "does not begin with the start"),
        (lambda names, symbols: exercises.names_to_arrays([*names, ""], symbols), "has shape"),
        (lambda names, symbols: exercises.names_to_arrays([n[::-1] for n in names], symbols), "the start, the letters"),
        (lambda names, symbols: ([[1, 3], [1]], [[3, 2], [2]]), "have one length"),
        (exercises._rows(read="\t{}\n", extra=2), "its input has the start besides"),
    ],
)
def test_what_else_can_be_wrong_with_pairs_is_said(answer, fragment):
    found = exercises.pairs.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message


# --- Four broken loops


def around():
    """Return the names that the loops need: those that the lesson imports."""
    return {"np": np, "tf": tf, **vars(six_words)}


@cache
def lines_of(loop):
    """Return the source of a loop as a list of lines."""
    source = (settings.repository() / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
    name = f"loop_{loop.lower()}"
    (node,) = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.name == name)
    return source.splitlines()[node.lineno - 1 : node.end_lineno]


def with_line(loop, number, statement):
    """Return the source of a loop with another statement in the line of this number."""
    return [
        re.sub(r"\S.*", statement.replace("\\", r"\\"), line, count=1) if line.endswith(f"  # {number}") else line
        for line in lines_of(loop)
    ]


def share_of_right_words(lines, seed=0):
    """Train as the lesson does, and return how many of the words that the network says are right."""
    names = around()
    exec("\n".join(lines), names)
    one_round = next(value for name, value in names.items() if name.startswith("loop_"))
    keras.utils.set_random_seed(seed)
    weights, _ = six_words.train_words(one_round)
    said = [six_words.says(weights) for _ in range(20)]
    return np.mean(np.array(said) == six_words.WORDS)


@pytest.mark.parametrize("loop", "ABCD")
def test_a_broken_loop_does_not_learn_and_one_line_repairs_it(loop):
    number, statement = exercises.wrong_lines()[loop]
    assert share_of_right_words(lines_of(loop)) < RIGHT_SHARE / 2
    repaired = with_line(loop, number, statement)
    assert sum(old != new for old, new in zip(lines_of(loop), repaired, strict=True)) == 1
    assert share_of_right_words(repaired) >= RIGHT_SHARE


def test_the_loss_does_not_tell_which_loop_is_broken():
    names, losses = around(), {}
    for loop in "ABCD":
        exec("\n".join(lines_of(loop)), names)
        keras.utils.set_random_seed(0)
        losses[loop] = six_words.train_words(names[f"loop_{loop.lower()}"])[1]
    assert max(losses["A"], losses["C"], losses["D"]) < 0.5
    # Probabilities of one word for scores: the loss cannot fall below the one of a sure network.
    assert losses["B"] > np.log(1 + (len(six_words.LETTERS) - 1) / np.e)


@pytest.mark.parametrize("loop", "ABCD")
def test_each_numbered_line_is_explained_but_the_wrong_one(loop):
    numbered = [int(m[1]) for line in lines_of(loop) if (m := re.search(r"  # (\d)$", line))]
    assert numbered == list(range(1, len(exercises.RIGHT_LINES[loop]) + 1))
    for number in numbered:
        found = exercises.loops.examine(dict.fromkeys("ABCD") | {loop: number})
        is_wrong_line = number == exercises.wrong_lines()[loop][0]
        assert ("Still to find" in found.message) == is_wrong_line
        assert (f"Line {number} of {loop} is right: " in found.message) != is_wrong_line


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({loop: number for loop, (number, _) in exercises.wrong_lines().items()}, RIGHT),
        ({loop: np.int64(number) for loop, (number, _) in exercises.wrong_lines().items()}, RIGHT),
        ({"A": None, "B": None, "C": None, "D": None}, NOT_ATTEMPTED),
        ({"A": 7, "B": None, "C": None, "D": None}, WRONG),
        ({"A": "3", "B": None, "C": None, "D": None}, WRONG),
        ({"A": 3.5, "B": None, "C": None, "D": None}, WRONG),
        ({"A": 3}, WRONG),
    ],
)
def test_answers_of_all_kinds_meet_what_they_should(answer, outcome):
    assert exercises.loops.examine(answer).outcome == outcome


# --- Words of your own


def test_words_like_the_list_gain_and_their_letters_in_any_order_do_not():
    shuffled = ["".join(np.random.default_rng(3).permutation(list(word))) for word in exercises._INVENTED]
    assert np.mean(exercises._gains(exercises._OWN, exercises._INVENTED)) > 1
    assert np.mean(exercises._gains(exercises._OWN, shuffled)) < 0.2
    assert exercises.invent.examine((exercises._OWN, exercises._INVENTED)).outcome == RIGHT


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (("a text", "another"), "two lists"),
        (exercises._INVENTED, "two lists"),
        ((exercises._OWN, exercises._INVENTED[:5]), "expected at least 20"),
        ((exercises._OWN, [*exercises._INVENTED[:19], "maxi"]), "has 'x'"),
        ((exercises._OWN, [*exercises._INVENTED[:19], "malo" * 10]), "does it ever stop"),
        ((exercises._OWN, [3] * 20), "holds 3"),
        ((exercises._OWN, ["", *exercises._INVENTED]), "not empty"),
        (([word + "\n" for word in exercises._OWN], exercises._INVENTED), "own_words holds"),
        ((exercises._OWN, 7), "two lists"),
        (7, "two lists"),
    ],
)
def test_what_else_can_be_wrong_with_invented_words_is_said(answer, fragment):
    found = exercises.invent.examine(answer)
    assert found.outcome == WRONG
    assert fragment in found.message
