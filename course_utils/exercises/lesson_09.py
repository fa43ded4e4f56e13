"""Lesson 09: the shifted input, the loop of inference, the score of a hypothesis, pairs of one's own."""

from __future__ import annotations

import numpy as np

from .framework import RIGHT, Exercise, Result, Wrong, expect_close, expect_shape
from .handed_in import exact_answers
from .watched_decoder import WatchedDecoder

# --- Shifted input ---------------------------------------------------------


def shift(rows, start, stop):
    inputs = np.pad(rows, ((0, 0), (1, 0)), constant_values=start)
    targets = np.pad(rows, ((0, 0), (0, 1)))  # a column of zeros at the end
    lengths = (rows != 0).sum(axis=1)
    targets[np.arange(len(rows)), lengths] = stop
    return inputs, targets, (targets != 0).astype(float)


def _verify_shift(answer):
    for rows, start, stop in (
        ([[5, 3, 4], [6, 0, 0], [3, 6, 0]], 1, 2),
        ([[4, 1, 0, 0], [3, 0, 0, 0]], 7, 6),  # no row is full, and the signs are others
    ):
        case, rows = f"for rows = {rows}, start = {start} and stop = {stop}, ", np.array(rows)
        result = answer(rows, start, stop)
        if not isinstance(result, tuple | list) or len(result) != 3:
            raise Wrong("Expected three arrays back: `return inputs, targets, weights`.")
        inputs, targets, weights = (
            expect_shape(case + name, value, (len(rows), rows.shape[1] + 1), "one step more, for the start or the stop")
            for name, value in zip(("inputs", "targets", "weights"), result, strict=True)
        )
        if (inputs[:, 0] != start).any():
            raise Wrong(f"{case}a row of inputs does not begin with the start: what does the first step read?")
        if np.array_equal(inputs, targets):
            raise Wrong(f"{case}inputs and targets are the same. A target is the symbol that is read one step later.")
        for row, length in enumerate((rows != 0).sum(axis=1)):
            if stop in inputs[row]:
                raise Wrong(f"{case}row {row} of inputs holds the stop. After it nothing is said, so nobody reads it.")
            places = np.flatnonzero(targets[row] == stop).tolist()
            if not places:
                raise Wrong(f"{case}row {row} of targets has no stop: no decoder learns from it when to end.")
            if places != [length]:
                after = "after the padding, " if places[0] > length else ""
                raise Wrong(
                    f"{case}row {row} of targets has the stop {after}at {places}; its sentence ends at {length}."
                )
        expected = shift(rows, start, stop)
        expect_close(case + "inputs", inputs, expected[0], why="the start, the sentence, then zeros")
        expect_close(case + "targets", targets, expected[1], why="the sentence, the stop, then zeros")
        if weights.astype(float)[targets == 0].any():
            raise Wrong(f"{case}weights count padding: nothing is to be said there, so its weight is 0.")
        expect_close(case + "weights", weights, expected[2], why="1 for every symbol that is to be said, the stop too")


def _spoiled(spoil):
    """Return the solution with something spoiled: `spoil` gets rows, start, stop, and what is to be returned."""
    return lambda rows, start, stop: spoil(rows, start, stop, *shift(rows, start, stop))


shifted = Exercise(
    name="shifted",
    title="Shifted input",
    verify=_verify_shift,
    solve=shift,
    hints=[
        "Write a short row by hand, its padding included: what is read, and below it, what is to be said?",
        "`np.pad(rows, ((0, 0), (1, 0)), constant_values=start)` puts a column in front of every row.",
        "`(rows != 0).sum(axis=1)` are the lengths. The stop of row i belongs into the column of its length: "
        "`targets[np.arange(len(rows)), lengths] = stop`.",
    ],
    typical_mistakes=[
        (_spoiled(lambda rows, start, stop, i, t, w: (i, i, w)), "are the same"),
        (
            _spoiled(lambda rows, start, stop, i, t, w: (i, np.pad(rows, ((0, 0), (0, 1)), constant_values=stop), w)),
            "has the stop after the padding",
        ),
        (_spoiled(lambda rows, start, stop, i, t, w: (np.pad(rows, ((0, 0), (0, 1))), t, w)), "begin with the start"),
        (_spoiled(lambda rows, start, stop, i, t, w: (i, t, np.ones_like(w))), "weights count padding"),
    ],
    remark="The decoder reads what it should have said, right or wrong: teacher forcing. `ignore_class=0` in Keras's "
    "loss sets the same weights.",
)

# --- The inference loop ----------------------------------------------------


def translate(source, encode, step, start, stop, longest):
    states, token, written = encode(source), start, []
    while len(written) < longest:
        scores, states = step(token, states)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written


def _verify_translate(answer):
    for source, says, start, stop, longest in (
        ([3, 6, 4, 5], [5, 4, 6, 3, 2], 1, 2, 10),
        ([4, 6, 6], [6, 6, 4, 8], 9, 8, 3),  # as long as it may be, a symbol twice, other signs
        ([3, 5], [5, 3, 7], 1, 2, 6),  # without a stop
        ([6], [2], 1, 2, 6),  # nothing to say
    ):
        decoder = WatchedDecoder(says, source, start, longest)
        case = f"for the source {source}, with longest = {longest}, the translation"
        result = answer(source, decoder.encode, decoder.step, start, stop, longest)
        written = expect_shape(case, result, (None,), "a list of ids").tolist()
        if start in written:
            raise Wrong(f"{case} is {written}: it holds the start, {start}. Return what comes between the signs.")
        if stop in written:
            on = "ends with" if written.index(stop) == len(written) - 1 else "goes on after"
            raise Wrong(f"{case} is {written}: it {on} the stop, {stop}, expected what comes before it.")
        said = (says * longest)[:longest]
        expected = said[: said.index(stop)] if stop in said else said
        if written != expected:
            raise Wrong(f"{case} is {written}, expected {expected}.")


def _loop(first=None, carries=True, feeds=True, keeps_stop=False, ends=True):
    """Return the solution with one of the usual mistakes."""

    def answer(source, encode, step, start, stop, longest):
        states, written = encode(source), []
        token = source[-1] if first == "source" else start
        while not ends or len(written) < longest:
            scores, new = step(token, states)
            states, chosen = (new if carries else states), int(np.argmax(scores))
            token = chosen if feeds else token
            if chosen != stop or keeps_stop:
                written.append(chosen)
            if chosen == stop:
                break
        return written

    return answer


greedy = Exercise(
    name="greedy",
    title="The inference loop",
    verify=_verify_translate,
    solve=translate,
    hints=[
        "Before the loop: the states of the source, the first token, an empty list. Which of them change in each step?",
        "`scores, states = step(token, states)`; the next token is `int(np.argmax(scores))`.",
        "If the token is the stop, leave the loop before you append it; and leave it when the list has `longest` ids.",
    ],
    typical_mistakes=[
        (_loop(carries=False), "the states are those of `encode`"),
        (_loop(keeps_stop=True), "ends with the stop"),
        (_loop(first="source"), "the last of the source"),
        (_loop(feeds=False), "the token is 1, expected 5"),
        (_loop(ends=False), "more than 6 times"),
    ],
    remark="The states are all that this decoder knows of the source.",
)

# --- Pairs of your own -----------------------------------------------------


def train_on_own_pairs(epochs=10):
    from itertools import product

    from course_utils import decoding, pairs, scores, translation
    from course_utils.batches import TranslationBatches

    ones = ["", *"i ii iii iv v vi vii viii ix".split()]  # put your own pairs here; these are Roman numerals
    tens, hundreds = ([one.translate(str.maketrans("ivx", signs)) for one in ones] for signs in ("xlc", "cdm"))
    roman = ["".join(parts) for parts in product(["", "m", "mm", "mmm"], hundreds, tens, ones)]
    sources, targets = roman[1:], [str(number) for number in range(1, len(roman))]

    training, held_out, *_ = pairs.split(sources, targets, held_out=200)
    read, write = pairs.source_vocabulary(sources), pairs.target_vocabulary(targets)
    learn, judge = (
        TranslationBatches(pairs.source_ids(part.sources, read), pairs.target_ids(part.targets, write), 64, seed)
        for part, seed in ((training, 7), (held_out, None))
    )
    model = translation.translator(len(read), len(write), units=64, embedding=32, fast=True)
    translation.train(model, learn, judge, translation.Recipe(epochs, learning_rate=0.01))
    answers = decoding.Translator(model, read, write).greedy(held_out.sources)
    print(f"{scores.exact(answers, [[target] for target in held_out.targets]):.1%} exact")
    return training, held_out, answers


class _WithShare(Exercise):
    """An exercise that shows with "right", too, how many answers are."""

    def examine(self, answer):
        result = super().examine(answer)
        return Result(RIGHT, f"{exact_answers(answer)}\n{result.message}") if result.outcome == RIGHT else result


_LEARNED = [f"{n} and 1" for n in range(450)], [str(n + 1) for n in range(450)]
_ASKED = [f"{n} and 1" for n in range(450, 550)], [str(n + 1) for n in range(450, 550)]

own_pairs = _WithShare(
    name="own_pairs",
    title="Pairs of your own",
    verify=exact_answers,
    solve=train_on_own_pairs,
    is_value=True,
    hints=[
        "Let a few lines of Python write the pairs: numbers in words, times of day, Roman numerals, plurals.",
        "`pairs.split(sources, targets, held_out=100)` starts with `training` and `held_out`; the network and its "
        "training are those of the dates, with your vocabularies.",
        "`decoding.Translator(model, read, write).greedy(held_out.sources)` are the answers. Below 80 %? Look at five "
        "wrong ones first; then take more pairs or more epochs.",
    ],
    typical_mistakes=[
        (
            (_LEARNED, tuple(b + a[-1:] for a, b in zip(_LEARNED, _ASKED, strict=True)), _ASKED[1]),
            "'449 and 1' is in training and in held_out",
        ),
        ((_LEARNED, _ASKED, _ASKED[1][1:]), "Got 99 answers to 100"),
        ((_LEARNED, _ASKED, ["451"] * 100), "1 of 100 answers are exact, 1.0%"),
        ((tuple(part[:300] for part in _LEARNED), _ASKED, _ASKED[1]), "at least 500"),
    ],
    remark="Where did your few mistakes come from: rare symbols, long sources, or a rule with too few examples?",
)
