"""Lesson 00: one small exercise, to learn how exercises work."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, as_array, expect_close


def share_of(text, letter):
    return text.count(letter) / len(text)


def _verify(answer):
    for text, letter, expected in (("hello", "l", 0.4), ("sit down", "z", 0.0), ("aaa", "a", 1.0)):
        share = as_array("the share", answer(text, letter))
        if share.ndim == 0 and expected and np.isclose(float(share), text.count(letter)):
            if not np.isclose(expected, text.count(letter)):
                raise Wrong(
                    f"For {text!r} you return {float(share):g}: how often {letter!r} occurs. Which share is that?"
                )
        expect_close(f"the share of {letter!r} in {text!r}", share, expected, 1e-6, "divide by the length of the text")


share = Exercise(
    name="share",
    title="The share of a letter",
    verify=_verify,
    solve=share_of,
    hints=["`text.count(letter)` counts a letter.", "Divide the count by `len(text)`."],
    typical_mistakes=[
        (lambda text, letter: text.count(letter), "how often"),
        (lambda text, letter: text.count(letter) / len(set(text)), "length of the text"),
        (lambda text, letter: len(text) / text.count(letter), "divide by the length"),
    ],
    remark="That is a probability already: the simplest language model there is.",
)
