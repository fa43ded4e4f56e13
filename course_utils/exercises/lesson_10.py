"""Lesson 10: attention weights, a broken mask to find, an alignment to read."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_shape
from .numbered_lines import expect_wrong_lines

# --- Attention weights -----------------------------------------------------


def attend(query, keys, values, mask):
    scores = np.where(mask, keys @ query, -np.inf)
    e = np.exp(scores - scores.max())  # exp(-inf) is 0
    weights = e / e.sum()
    return weights, weights @ values


def _verify_attend(answer):
    rng = np.random.default_rng(7)
    for case, time, units, size, mask in (
        ("3 steps, the last one padding", 3, 3, 1, [True, True, False]),
        ("5 steps, 3 of them real", 5, 2, 1, [True, True, True, False, False]),
        ("scores beyond 1000, the largest at padding", 4, 3, 60, [True, True, True, False]),
    ):
        query, keys, values = (rng.normal(size=shape) for shape in (units, (time, units), (time, units)))
        query, keys, mask = size * query, size * keys[np.argsort(keys @ query)], np.array(mask)
        with np.errstate(all="ignore"):
            result = answer(query, keys, values, mask)
            usual_weights = _usual_weights(query, keys, mask)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("Expected two arrays back: `return weights, context`.")
        weights = expect_shape(f"for {case}, weights", result[0], (time,), "one weight for each step")
        if not np.isfinite(weights).all():
            why = "np.exp of a large score is infinite. Subtract the largest score first, of the real steps alone"
            raise Wrong(f"for {case}, weights is {weights}: {why}.")
        expected = attend(query, keys, values, mask)
        reasons = [why for wrong, why in usual_weights if np.allclose(weights, wrong, atol=1e-9)]
        if weights[~mask].any() and not reasons:
            why = "make masked scores -inf before the softmax"
            raise Wrong(f"for {case}, the weight at padding is {weights[~mask].max():.1g}, expected exactly 0: {why}.")
        expect_close(f"for {case}, weights", weights, expected[0], 1e-6, "".join(reasons[:1]))
        context = expect_shape(f"for {case}, context", result[1], (units,), "the values, weighted and added over time")
        usual_context = [
            (expected[0] @ keys, "this weighs the keys, expected the values"),
            (expected[0] @ values / time, "this is a mean; the weights have the sum 1, so add"),
            (values @ expected[0][:units] if time == units else np.nan, "this adds over the units, expected over time"),
        ]
        reasons = [why for wrong, why in usual_context if np.allclose(context, wrong)]
        expect_close(f"for {case}, context", context, expected[1], 1e-6, "".join(reasons[:1]))


def _softmax(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def _usual_weights(query, keys, mask):
    scores = keys @ query
    usual = [
        (_softmax(scores) * mask, "their sum is not 1. Mask the scores, and take the softmax after that"),
        (_softmax(scores * mask), "a score of 0 is not a weight of 0, since exp(0) is 1. Make masked scores -inf"),
        (_softmax(scores), "padding gets its share: the mask is not used"),
        (_softmax(np.where(mask, -np.inf, scores)), "the mask is True where a step is real"),
        (_softmax(np.where(mask, scores / np.sqrt(len(query)), -np.inf)), "asked is the plain dot product, not scaled"),
        (np.exp(np.where(mask, scores, -np.inf)), "divide by their sum"),
    ]
    if len(keys) == len(query):  # otherwise the product stops with an error
        why = "these scores come from the columns of keys. A step is a row: its score is the row times the query"
        usual.append((_softmax(np.where(mask, query @ keys, -np.inf)), why))
    return usual


def _masks_late(query, keys, values, mask):
    weights = _softmax(keys @ query) * mask
    return weights, weights @ values


def _multiplies(query, keys, values, mask):
    weights = _softmax((keys @ query) * mask)
    return weights, weights @ values


def _transposes(query, keys, values, mask):
    weights = _softmax(np.where(mask, keys.T @ query, -np.inf))
    return weights, weights @ values


def _overflows(query, keys, values, mask):
    e = np.exp(keys @ query) * mask
    return e / e.sum(), e / e.sum() @ values


attention = Exercise(
    name="attention",
    title="Attention weights",
    verify=_verify_attend,
    solve=attend,
    hints=[
        "`keys @ query` are the scores, one for each step. Which score gives exactly the weight 0?",
        "`np.where(mask, scores, -np.inf)` masks. Then subtract the largest, take `np.exp`, divide by the sum.",
        "The context is `weights @ values`: the rows of `values`, weighted and added.",
    ],
    typical_mistakes=[
        (_masks_late, "their sum is not 1"),
        (_multiplies, "a score of 0 is not a weight of 0"),
        (_transposes, "from the columns of keys"),
        (_overflows, "np.exp of a large score is infinite"),
    ],
    remark="Nothing here is trained: who looks where is decided by the vectors that are compared.",
)

# --- A broken mask to find -------------------------------------------------


def wrong_lines():
    return {  # the number of the wrong line, and how it should read
        # The real keys were pushed down instead of the padding. Nobody looks at a real key where there is padding.
        "A": (2, "scores = scores - 1e9 * (source == 0)[:, None]"),
        # The softmax ran over the queries: each key shared itself out, so rows had any sum.
        "B": (4, "weights = softmax(scores, axis=2)"),
        # The mask was that of the queries. It has the right shape, and hides by the wrong sentence's length.
        "C": (2, "padding = source == 0"),
        # The diagonal next to the middle stayed open: every step saw the next one, which it is to tell.
        "D": (1, "hidden = np.triu(np.ones((6, 6), bool), 1)"),
    }


_SCORES = "each query times each key of its sentence, (3, 6, 6)"
_CONTEXTS = "for each query the keys, weighted and added"
_OVER_KEYS = "the weights of a query are shared out among keys, along the last axis"
RIGHT_LINES = {
    "A": [_SCORES, None, _OVER_KEYS, _CONTEXTS],
    "B": [
        "the source is what keys belong to; its mask holds for every query",
        _SCORES,
        "a score of -1e9 gives the weight 0, and real scores stay as they are",
        None,
        _CONTEXTS,
    ],
    "C": [_SCORES, None, "the mask goes along the last axis, that of the keys", _OVER_KEYS, _CONTEXTS],
    "D": [
        None,
        "padding is hidden too, from every query",
        _SCORES,
        f"what is hidden gets no weight; {_OVER_KEYS}",
        _CONTEXTS,
    ],
}
"""Why each line is right, in their order; None stands for the wrong one."""

masks = Exercise(
    name="masks",
    title="A broken mask to find",
    verify=lambda answer: expect_wrong_lines(answer, RIGHT_LINES),
    solve=wrong_lines,
    is_value=True,
    starter=dict.fromkeys("ABCD"),
    hints=[
        "Which weights should be 0, and which should have the sum 1? Find out what each of A to D violates.",
        "`weights[b, q, k]`: sentence, query, key. Which sentence do the keys belong to? Which axis are they on?",
        "One hides what is real, one hides by the wrong sentence, one shares out along the wrong axis, one hides one "
        "step too few.",
    ],
    typical_mistakes=[
        ({"A": 3, "B": 4, "C": 2, "D": 1}, "Line 3 of A is right"),
        ({"A": 2, "B": 3, "C": 2, "D": 1}, "Line 3 of B is right"),
        ({"A": 2, "B": 4, "C": 3, "D": None}, "Line 3 of C is right"),
        ({"A": 2, "B": 4, "C": 2, "D": None}, "Still to find: D"),
    ],
    remark="No function raised an error. Measure weight on padding, sums of rows and what a later step changes.",
)

# --- Read the alignment ----------------------------------------------------


def read_alignment(weights, source):
    places = np.argmax(weights, axis=1)
    return [source[place] for place in places], bool(np.all(np.diff(places) >= 0))


def _verify_alignment(answer):
    for source, target, places in (
        ("I have caught the ball", "ich habe den Ball gefangen", [0, 1, 3, 4, 2]),
        ("the dog sees the cat", "der Hund sieht die Katze", [0, 1, 2, 3, 4]),  # one word twice
        ("goodbye Tom", "auf Wiedersehen Tom", [0, 0, 1]),
    ):
        words = source.split()
        case, expected = f"for {target!r} from {source!r}, ", [words[place] for place in places]
        result = answer(_weights(places, len(words)), words)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("Expected two things back: `return symbols, monotone`.")
        symbols = expect_shape(f"{case}symbols", result[0], (len(places),), "one for each row, a symbol of the target")
        if symbols.dtype.kind != "U":
            raise Wrong(f"{case}symbols are {symbols.tolist()}: look up what stands at these places of the source.")
        if symbols.tolist() != expected:
            along_columns = symbols.tolist() == [words[place] for place in np.argsort(places)]
            why = "these are the largest of the columns. A row belongs to a symbol of the target"
            why = why if along_columns else "take the largest weight of each row"
            raise Wrong(f"{case}symbols are {symbols.tolist()}, expected {expected}: {why}.")
        monotone = expect_shape(f"{case}monotone", result[1], ())
        if monotone.dtype.kind != "b":
            raise Wrong(f"{case}monotone is {monotone}, expected True or False.")
        if monotone and places != sorted(places):
            raise Wrong(f"{case}monotone is True, but the places {places} go back: compare each with the one before.")
        if not monotone and places == sorted(places):
            why = "A place may come twice, and a symbol may stand at two places"
            raise Wrong(f"{case}monotone is False, but the places {places} never go back. {why}.")


def _weights(places, length):
    """Return weights, (places, length), whose largest are at `places`, with others nearly as large beside them."""
    weights = np.full((len(places), length), 0.05)
    weights[range(len(places)), places] = 0.45
    weights[range(len(places)), np.subtract(places, 1)] = 0.35
    return weights / weights.sum(axis=1, keepdims=True)


def _strictly(weights, source):
    places = np.argmax(weights, axis=1)
    return [source[place] for place in places], bool(np.all(np.diff(places) > 0))


def _by_symbol(weights, source):
    symbols, _ = read_alignment(weights, source)
    return symbols, bool(np.all(np.diff([source.index(symbol) for symbol in symbols]) >= 0))


def _ends(weights, source):
    places = np.argmax(weights, axis=1)
    return [source[place] for place in places], bool(places[-1] >= places[0])


alignment = Exercise(
    name="alignment",
    title="Read the alignment",
    verify=_verify_alignment,
    solve=read_alignment,
    hints=[
        "Row t belongs to symbol t of the target. `np.argmax(weights, axis=…)`: which axis is the source?",
        "Keep the places. `np.diff(places)` are the steps from one to the next: what do they look like going back?",
    ],
    typical_mistakes=[
        (lambda weights, source: read_alignment(weights.T, source), "the largest of the columns"),
        (lambda weights, source: (np.argmax(weights, axis=1), True), "look up what stands at these places"),
        (_strictly, "A place may come twice"),
        (_ends, "compare each with the one before"),
        (_by_symbol, "a symbol may stand at two places"),
    ],
    remark="Where two languages order their words differently, the alignment goes back.",
)
