"""The framework of the exercises: its outcomes, what students hand in, and the proof of an exercise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from course_utils.exercises.framework import (
    ERROR,
    NOT_ATTEMPTED,
    RIGHT,
    WRONG,
    Exercise,
    NotAttempted,
    Wrong,
    as_array,
    expect_close,
    expect_integer,
    expect_shape,
    prove,
)


def mean_so_far(values, start):
    """Return the mean of the values up to each one, from index `start` on."""
    return (np.cumsum(values) / np.arange(1, len(values) + 1))[start:]


def _verify_means(answer):
    values = np.array([1.0, 3.0, 8.0, 4.0])
    for start in (0, 2):
        means = answer(values, start)
        expect_close(f"means[{start}:]", means, [1, 2, 4, 4][start:], why="divide each sum by its count")


def sums_so_far(values, start):
    return np.cumsum(values)[start:]


MEANS = Exercise(
    name="means",
    title="The mean so far",
    verify=_verify_means,
    solve=mean_so_far,
    hints=["`np.cumsum` gives the sums.", "Divide by `np.arange(1, n + 1)`."],
    typical_mistakes=[
        (sums_so_far, "divide each sum by its count"),
        (lambda values, start: np.mean(values), "has shape ()"),
        (lambda values: values, "expected (values, start)"),
    ],
    remark="A running mean needs one pass.",
)


def lstm_shape():
    return (32, 10, 64)


def _verify_shape(answer):
    if tuple(answer) != (32, 10, 64):
        return Wrong(f"your shape is {tuple(answer)}, expected three axes: batch, time, units")
    return None


SHAPE = Exercise(
    name="shape",
    title="What shape comes out?",
    verify=_verify_shape,
    solve=lstm_shape,
    hints=["`return_sequences=True` keeps the axis of time."],
    typical_mistakes=[((32, 64), "(32, 64)"), ((10, 32, 64), "batch, time")],
    is_value=True,
)


@pytest.mark.parametrize("exercise", [MEANS, SHAPE])
def test_an_exercise_is_proved_both_ways(exercise):
    prove(exercise)


@pytest.mark.parametrize(
    "change",
    [
        {"solve": sums_so_far},
        {"starter": mean_so_far},
        {"typical_mistakes": [(sums_so_far, "a message that is never given"), (sums_so_far, "sum")]},
        {"typical_mistakes": [(mean_so_far, "mean"), (sums_so_far, "sum")]},
        {"typical_mistakes": [(sums_so_far, " "), (sums_so_far, "sum")]},
        {"typical_mistakes": [(sums_so_far, "sum")]},
        {"hints": []},
        {"hints": ["good", " "]},
    ],
    ids=str,
)
def test_the_proof_refuses_an_exercise_with_a_flaw(change):
    with pytest.raises(AssertionError, match="means"):
        prove(dataclasses.replace(MEANS, **change))


@pytest.mark.parametrize(
    "untouched",
    [
        None,
        ...,
        lambda values, start: None,
        lambda values, start: ...,
        lambda values, start: (None, None),
    ],
)
def test_an_untouched_starter_is_not_attempted(untouched):
    assert MEANS.examine(untouched).outcome == NOT_ATTEMPTED


def test_a_starter_that_is_half_filled_in_is_attempted():
    assert MEANS.examine(lambda values, start: (values, None)).outcome not in (NOT_ATTEMPTED, RIGHT)


def test_a_check_can_recognise_another_starter():
    def verify(answer):
        if answer == 0:
            raise NotAttempted
        expect_integer("answer", answer, 7)

    exercise = dataclasses.replace(
        SHAPE, verify=verify, solve=lambda: 7, starter=0, typical_mistakes=[(8, "8"), (7.0, "float64")]
    )
    prove(exercise)


def test_a_forgotten_return_in_one_branch_is_wrong():
    result = MEANS.examine(lambda values, start: mean_so_far(values, start) if start == 0 else None)
    assert result.outcome == WRONG
    assert "return" in result.message


def test_an_error_names_type_message_and_the_students_line():
    def helper(values):
        return values + missing_name  # noqa: F821

    def answer(values, start):
        return np.apply_along_axis(helper, 0, values)

    result = MEANS.examine(answer)
    assert result.outcome == ERROR
    assert "NameError" in result.message
    assert "missing_name' is not defined" in result.message
    assert "in helper, line" in result.message
    assert "return values + missing_name" in result.message


def test_an_error_deep_in_a_library_is_placed_in_the_students_code():
    def answer(values, start):
        return np.stack([values, values[1:]])

    assert MEANS.examine(answer).message.endswith("return np.stack([values, values[1:]])")


def test_code_that_tensorflow_generated_is_not_shown_as_the_students():
    source = "def answer(values, start):\n    raise KeyError('gone')"
    names = {}
    exec(compile(source, "/tmp/__autograph_generated_file7.py", "exec"), names)
    result = MEANS.examine(names["answer"])
    assert result.outcome == ERROR
    assert "gone" in result.message and "line 2" not in result.message


def test_an_error_inside_the_check_does_not_blame_a_line():
    def verify(answer):
        return expect_close("the sum", sum(answer), 3)

    result = dataclasses.replace(SHAPE, verify=verify).examine(5)
    assert result.outcome == ERROR
    assert "TypeError" in result.message
    assert "line" not in result.message


def test_a_long_error_message_is_cut():
    def answer(values, start):
        raise ValueError("x" * 10_000)

    assert len(MEANS.examine(answer).message) < 1_000


def test_a_check_that_returns_a_truth_value_is_an_error_of_its_author():
    with pytest.raises(TypeError, match="means"):
        dataclasses.replace(MEANS, verify=lambda answer: True).examine(mean_so_far)


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        (lambda: 3, ["()", "(values, start)"]),
        (lambda values, start, more: 3, ["(values, start, more)", "(values, start)"]),
    ],
)
def test_wrong_parameters_are_named_with_the_expected_ones(answer, parts):
    result = MEANS.examine(answer)
    assert result.outcome == WRONG
    assert all(part in result.message for part in parts)


def test_a_type_error_inside_the_function_is_not_taken_for_wrong_parameters():
    assert MEANS.examine(lambda values, start: len(5)).outcome == ERROR


def test_handing_in_a_value_for_a_function_and_the_reverse_is_explained():
    called = MEANS.examine(np.array([1.0, 2.0]))
    not_called = SHAPE.examine(lstm_shape)
    assert (called.outcome, not_called.outcome) == (WRONG, WRONG)
    assert "ndarray" in called.message
    assert "function" in not_called.message


def test_a_function_that_changes_its_inputs_cannot_spoil_the_check_and_is_told():
    def answer(values, start):
        means = mean_so_far(values, start)
        values[:] = np.nan
        return means

    result = MEANS.examine(answer)
    assert result.outcome == RIGHT
    assert result.message.count("(values)") == 1


@pytest.mark.parametrize(
    ("value", "change", "changed"),
    [
        ([[1, 2], [3]], lambda x: x[1].append(4), True),
        ({"ids": np.arange(3)}, lambda x: x["ids"].fill(0), True),
        ((np.arange(3), "text"), lambda x: x[0].fill(0), True),
        (np.array([1.0, np.nan]), lambda x: x.sort(), False),
        (np.array(["a", "b"]), lambda x: x.copy().fill("c"), False),
        ([object(), float("nan")], lambda x: None, False),
    ],
)
def test_changes_are_found_in_nested_inputs_and_only_there(value, change, changed):
    def answer(data):
        change(data)
        return 1

    before = repr(value)
    exercise = dataclasses.replace(MEANS, verify=lambda ask: expect_integer("answer", ask(data=value), 1))
    result = exercise.examine(answer)
    assert result.outcome == RIGHT
    assert ("(data)" in result.message) == changed
    assert repr(value) == before


def test_a_random_generator_is_handed_over_itself():
    def verify(ask):
        rng, same = np.random.default_rng(7), np.random.default_rng(7)
        expect_close("the draws", [ask(rng), ask(rng)], [same.random(), same.random()])

    exercise = dataclasses.replace(MEANS, verify=verify)
    assert exercise.examine(lambda rng: rng.random()).outcome == RIGHT


def test_prints_are_collected_and_cut(capsys):
    def answer(values, start):
        print("values are <b>here</b>" * 100)
        return mean_so_far(values, start)

    result = MEANS.examine(answer)
    assert capsys.readouterr().out == ""
    assert result.outcome == RIGHT
    assert "values are" in result.message
    assert len(result.message) < 1_000


def test_built_in_functions_and_callable_objects_are_accepted():
    class Means:
        def __call__(self, values, start):
            return mean_so_far(values, start)

    exercise = dataclasses.replace(MEANS, verify=lambda ask: expect_integer("the length", ask([1, 2, 3]), 3))
    assert exercise.examine(len).outcome == RIGHT
    assert MEANS.examine(Means()).outcome == RIGHT


class Tensor:
    """Converts to NumPy the way a TensorFlow tensor does."""

    def __init__(self, value):
        self.value = np.asarray(value)

    def __array__(self, dtype=None, copy=None):
        return self.value.astype(dtype or self.value.dtype)


@pytest.mark.parametrize("form", [list, np.asarray, np.float32, Tensor, tuple])
def test_an_answer_may_come_as_list_array_or_tensor(form):
    values = [1.0, 2.0, 4.0]
    np.testing.assert_allclose(expect_close("x", form(values), values), values)


@pytest.mark.parametrize("form", [int, np.int64, np.uint8, np.asarray, Tensor])
def test_an_integer_may_come_in_any_form(form):
    number = expect_integer("n", form(3), 3)
    assert type(number) is int


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        (
            lambda: expect_shape("windows", np.zeros((7, 20)), (6, 20), "count again"),
            ["(7, 20)", "(6, 20)", "count"],
        ),
        (lambda: expect_shape("windows", np.zeros(7), (None, 20)), ["(7,)", "(any, 20)"]),
        (lambda: expect_shape("windows", [1, 2], (3,)), ["(2,)", "(3,)"]),
        (lambda: expect_close("loss", 0.5, 0.7, 0.1, "natural logarithm"), ["0.5", "0.7", "natural"]),
        (lambda: expect_close("h", [[1, 2], [3, 9]], [[1, 2], [3, 4]]), ["9", "4", "[1, 1]"]),
        (lambda: expect_close("h", [1, np.nan], [1, 2]), ["nan", "[1]"]),
        (lambda: expect_close("h", [np.inf, 1], [-np.inf, 1]), ["inf", "[0]"]),
        (lambda: expect_close("h", 3, [3, 3]), ["shape ()", "(2,)"]),
        (lambda: expect_close("h", "three", 3), ["text"]),
        (lambda: expect_close("h", np.uint8(255), 0), ["255"]),
        (lambda: expect_close("h", [True, False], [True, True]), ["[1]"]),
        (lambda: expect_integer("n", 3.0), ["3.0", "float64"]),
        (lambda: expect_integer("n", True), ["bool"]),
        (lambda: expect_integer("n", [3]), ["(1,)"]),
        (lambda: expect_integer("n", 4, 5, "from zero"), ["4", "5", "from zero"]),
        (lambda: as_array("state", None), ["state", "None"]),
        (lambda: as_array("state", [[1, 2], [3]]), ["list"]),
        (lambda: as_array("state", {"h": 1}), ["dict"]),
    ],
)
def test_a_refusal_says_what_was_found_and_expected(call, parts):
    with pytest.raises(Wrong) as refusal:
        call()
    assert all(part in str(refusal.value) for part in parts), str(refusal.value)


def test_equal_values_pass_nan_and_infinity_included():
    expect_close("h", [np.nan, np.inf, 1.0], [np.nan, np.inf, 1.0])
    expect_close("h", 1.0001, 1.0, tolerance=1e-3)
    expect_shape("h", np.zeros((5, 3)), (None, 3))


def test_check_shows_the_outcome_once_and_returns_it(capsys):
    assert MEANS.check(mean_so_far).outcome == RIGHT
    shown = capsys.readouterr().out
    assert shown.count("The mean so far") == 1
    assert "one pass" in shown


def test_hints_come_one_by_one_and_stay_at_the_last(capsys):
    exercise = dataclasses.replace(MEANS)
    shown = []
    for number in (None, None, None, 1, 5, 0):
        exercise.hint() if number is None else exercise.hint(number)
        shown.append(capsys.readouterr().out)
    assert "cumsum" in shown[0] and "cumsum" in shown[3]
    assert "arange" in shown[1] and "arange" in shown[2]
    assert "solution()" in shown[1] and "solution()" not in shown[0]
    assert all("1 to 2" in text for text in shown[4:])


def test_the_solution_is_shown_as_runnable_source(capsys):
    MEANS.solution()
    names = {"np": np}
    exec(capsys.readouterr().out, names)
    assert MEANS.examine(names["mean_so_far"]).outcome == RIGHT


NOTEBOOK = [
    "from tests.test_exercise_framework import MEANS",
    "def answer(values, start):\n    return values + '<script>alert(1)</script>'\nMEANS.check(answer)",
    "MEANS.check(None)",
    "MEANS.hint()",
    "MEANS.solution()",
]


def test_in_a_notebook_each_call_shows_one_escaped_box():
    import nbformat
    from nbclient import NotebookClient

    from course_utils.settings import repository

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in NOTEBOOK])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(repository())}}).execute()
    outputs = [cell.outputs for cell in notebook.cells[1:]]
    assert [len(shown) for shown in outputs] == [1, 1, 1, 1]
    error, untouched, hint, solution = (shown[0]["data"] for shown in outputs)
    assert "<script>" not in error["text/html"] and "&lt;script&gt;" in error["text/html"]
    assert "in answer, line 2" in error["text/plain"]
    assert NOT_ATTEMPTED in untouched["text/html"].lower()
    assert "<code>np.cumsum</code>" in hint["text/html"]
    assert solution["text/markdown"].startswith("~~~~python\ndef mean_so_far")
