"""What is handed in for "Pairs of your own" in lesson 09: two parts without a leak, and a translator's answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from .expect import Wrong

PAIRS, ASKED, SHARE = 500, 50, 0.8
"""How many different pairs there should be, how many of them held out, and which share of the answers exact."""


def exact_answers(answer: Any) -> str:
    """Return how many answers are exact; raise ``Wrong`` if they are too few or could come from memory.

    Parameters
    ----------
    answer : (training, held_out, answers)
        Two parts, each two lists: sources and targets; and the translator's answers to the sources held out.
    """
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        raise Wrong("Expected three things: `training, held_out, answers`.")
    training, held_out = _pairs("training", answer[0]), _pairs("held_out", answer[1])
    answers = _texts("answers", answer[2])
    _check_task(training, held_out)
    if len(answers) != len(held_out):
        count = f"{len(answers)} answers to {len(held_out)} held-out sources"
        raise Wrong(f"Got {count}; expected one each, in their order.")
    wrong = [(*pair, said) for pair, said in zip(held_out, answers, strict=True) if said != pair[1]]
    exact = len(answers) - len(wrong)
    found = f"{exact} of {len(answers)} answers are exact, {exact / len(answers):.1%}"
    if exact < SHARE * len(answers):
        source, target, said = wrong[0]
        example = f"To {source!r} the answer is {said!r}, right is {target!r}."
        raise Wrong(f"{found}; expected at least {SHARE:.0%}. {example}")
    return f"{found}."


def _check_task(training: list[tuple[str, str]], held_out: list[tuple[str, str]]) -> None:
    """Raise ``Wrong`` for a leak, for two answers to one source, for few pairs, and for one answer to nearly all."""
    learned, asked = dict(training), dict(held_out)
    for source, _ in held_out:
        if source in learned:
            why = "what was read can be remembered. Split by sources"
            raise Wrong(f"{source!r} is in training and in held_out: {why}.")
    for source, target in training + held_out:
        if target != (one := learned.get(source, asked.get(source))):
            raise Wrong(f"{source!r} has two answers, {target!r} and {one!r}. Take a task with one right answer.")
    if len(learned) + len(asked) < PAIRS or len(asked) < ASKED:
        found = f"{len(learned) + len(asked)} different pairs, {len(asked)} of them held out"
        raise Wrong(f"Found {found}; expected at least {PAIRS}, and at least {ASKED} of them held out.")
    common, count = Counter(asked.values()).most_common(1)[0]
    if count > len(asked) / 2:
        why = "to say it every time would do as well. Take a task whose answers differ"
        raise Wrong(f"{common!r} is the answer to {count} of {len(asked)} sources: {why}.")


def _pairs(name: str, part: Any) -> list[tuple[str, str]]:
    if not isinstance(part, tuple | list) or len(part) != 2:
        raise Wrong(f"{name} should be two lists, sources and targets, as `pairs.split` makes them.")
    sources, targets = _texts(f"the sources of {name}", part[0]), _texts(f"the targets of {name}", part[1])
    if len(sources) != len(targets) or not sources:
        raise Wrong(f"{name} has {len(sources)} sources and {len(targets)} targets; expected as many, at least one.")
    if "" in sources + targets:
        raise Wrong(f"{name} has an empty source or target: leave that pair out.")
    return list(zip(sources, targets, strict=True))


def _texts(name: str, texts: Any) -> list[str]:
    if isinstance(texts, str) or not np.iterable(texts):
        raise Wrong(f"{name}: found {type(texts).__name__}, expected a list of texts.")
    if odd := [text for text in texts if not isinstance(text, str)]:
        raise Wrong(f"{name}: found {odd[0]!r} in the list, expected texts.")
    return list(texts)
