"""The exercises, one module a lesson: ``from course_utils.exercises import lesson_08 as exercises``.

Each exercise has ``check(answer)``, ``hint()`` and ``solution()``. How one is written: see ``framework``.
"""
