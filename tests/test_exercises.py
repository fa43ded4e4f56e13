"""Every exercise is proved both ways: its starter, its solution, and each typical mistake."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from course_utils import exercises
from course_utils.exercises.framework import Exercise, prove
from course_utils.quiet import import_tensorflow

# Exercises whose solution trains a network for about a minute.
SLOW = {"lesson_08.own_text"}

LESSONS = [module.name for module in pkgutil.iter_modules(exercises.__path__) if module.name.startswith("lesson_")]


def exercises_of(lesson: str) -> dict[str, Exercise]:
    module = importlib.import_module(f"course_utils.exercises.{lesson}")
    return {name: value for name, value in vars(module).items() if isinstance(value, Exercise)}


EVERY = {f"{lesson}.{name}": exercise for lesson in LESSONS for name, exercise in exercises_of(lesson).items()}


def test_there_are_exercises():
    assert {"lesson_00", "lesson_08"} <= set(LESSONS)
    assert SLOW <= EVERY.keys()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_one_to_four_exercises(lesson):
    assert 1 <= len(exercises_of(lesson)) <= 4


@pytest.mark.parametrize("name", EVERY)
def test_an_exercise_is_known_by_its_name(name):
    assert EVERY[name].name == name.split(".")[1]
    assert EVERY[name].title
    assert EVERY[name].remark


@pytest.mark.parametrize("name", sorted(EVERY.keys() - SLOW))
def test_an_exercise_is_proved_both_ways(name):
    prove(EVERY[name])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(SLOW))
def test_an_exercise_that_trains_is_proved_both_ways(name):
    import_tensorflow()
    prove(EVERY[name])
