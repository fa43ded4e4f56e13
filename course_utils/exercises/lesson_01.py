"""Lesson 01: a cell set by hand, one step of the backward pass, clipping."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, as_array, expect_close, expect_shape

# --- Odd or even -----------------------------------------------------------


def odd_cell():
    # Unit 1 is x + p and unit 2 is max(0, x + p - 1), where p = (unit 1) - 2 (unit 2) is the parity so far.
    W = np.array([[1.0, 1.0]])
    U = np.array([[1.0, 1.0], [-2.0, -2.0]])
    b = np.array([0.0, -1.0])
    V = np.array([[1.0], [-2.0]])
    return W, U, b, V


def _verify_odd(answer):
    if not isinstance(answer, tuple | list) or len(answer) != 4:
        raise Wrong("Expected four arrays: `answer = W, U, b, V`.")
    W = expect_shape("W", answer[0], (1, None), "there is one feature")
    units = W.shape[1]
    U = expect_shape("U", answer[1], (units, units), f"W has {units} columns, so there are {units} units")
    b = expect_shape("b", answer[2], (units,), f"W has {units} columns, so there are {units} units")
    V = expect_shape("V", answer[3], (units, 1), f"W has {units} columns, so there are {units} units")
    for bits in ([1], [0], [1, 1], [1, 0, 1, 1], np.random.default_rng(2).integers(0, 2, 200).tolist()):
        h = np.zeros(units)
        for count, bit in enumerate(bits, start=1):
            h = np.maximum(0, bit * W[0] + h @ U + b)
            read = bits[:count] if count <= 8 else f"{count} numbers"
            ones = sum(bits[:count])
            parity = "odd" if ones % 2 else "even"
            expect_close(
                f"after reading {read}, h @ V", h @ V, [ones % 2], 1e-6, f"the number of ones is {ones}: {parity}"
            )


odd_or_even = Exercise(
    name="odd_or_even",
    title="Odd or even",
    verify=_verify_odd,
    solve=odd_cell,
    is_value=True,
    hints=[
        "Let p be 1 if the ones so far are odd. The next p is 1 if exactly one of x and p is 1: x + p is 1, and not 2.",
        "For x + p = 0, 1, 2 the next p is 0, 1, 0. That is `s - 2 * max(0, s - 1)` with `s = x + p`.",
        "So unit 1 is `max(0, s)`, unit 2 is `max(0, s - 1)`, and p is unit 1 minus twice unit 2: this gives `V`, and "
        "with it the columns of `U`.",
    ],
    typical_mistakes=[
        ((np.array([[1.0]]), np.array([[1.0]]), np.array([0.0]), np.array([[1.0]])), "the number of ones is 2"),
        ((np.ones((1, 2)), np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]])), "number of ones"),
        ((np.array([1.0, 1.0]), np.eye(2), np.zeros(2), np.ones((2, 1))), "W has shape (2,)"),
        ((np.ones((1, 2)), np.eye(3), np.zeros(2), np.ones((2, 1))), "so there are 2 units"),
    ],
    remark="It is the roommate with two dishes: two units are enough because a state need not be one-hot.",
)

# --- One step back, with relu ----------------------------------------------


def relu_step_back(dh, h, h_before, x, W, U):
    da = dh * (h > 0)  # relu lets the gradient through where it let the value through
    return da @ U.T, x.T @ da, h_before.T @ da, da.sum(axis=0)


def _tanh_step_back(dh, h, h_before, x, W, U):
    da = dh * (1 - h**2)
    return da @ U.T, x.T @ da, h_before.T @ da, da.sum(axis=0)


def _verify_step_back(answer):
    rng = np.random.default_rng(3)
    W, U, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), 2 * rng.normal(size=4)
    x, h_before, dh = rng.normal(size=(9, 3)), rng.normal(size=(9, 4)), rng.normal(size=(9, 4))
    h = np.maximum(0, x @ W + h_before @ U + b)
    assert np.any((h > 0) != (x @ W + h_before @ U > 0)), "the bias has to matter, or forgetting it is not seen"
    result = answer(dh.copy(), h.copy(), h_before.copy(), x.copy(), W.copy(), U.copy())
    if not isinstance(result, tuple | list) or len(result) != 4:
        raise Wrong("Expected four arrays back: `return dh_before, dW, dU, db`.")
    expected = relu_step_back(dh, h, h_before, x, W, U)
    reasons = (
        "it has the shape of h_before, and comes from da alone",
        "it has the shape of W, and comes from x and da",
        "it has the shape of U. By which state was U multiplied in this step?",
        "it has the shape of b, which was added to every sequence of the batch: a sum, not a mean",
    )
    names = "dh_before", "dW", "dU", "db"
    found = [
        expect_shape(name, values, wanted.shape, why)
        for name, values, wanted, why in zip(names, result, expected, reasons, strict=True)
    ]
    for da, why in (
        (dh * (1 - h**2), "1 - h² is the derivative of tanh. What is that of relu?"),
        (dh, "Where is the derivative of relu?"),
    ):
        if np.allclose(found[1], x.T @ da):
            raise Wrong(why)
    if not (np.allclose(found[1], expected[1]) or np.allclose(found[3], expected[3])):
        raise Wrong(
            "dW and db both differ from what they should be: da is not right yet. What is the derivative of relu?"
        )
    for name, values, wanted, why in zip(names, found, expected, reasons, strict=True):
        expect_close(name, values, wanted, why=why)


step_back = Exercise(
    name="step_back",
    title="One step back, with relu",
    verify=_verify_step_back,
    solve=relu_step_back,
    hints=[
        "Call `a` what goes into relu. First find `da`, the gradient that arrives at it.",
        "The derivative of relu is 1 where its result is above 0, and 0 elsewhere: `da = dh * (h > 0)`.",
        "From `da` on, nothing differs from the lesson's loop.",
    ],
    typical_mistakes=[
        (_tanh_step_back, "derivative of tanh"),
        (
            lambda dh, h, h_before, x, W, U: relu_step_back(dh, np.ones_like(h), h_before, x, W, U),
            "Where is the derivative of relu",
        ),
        (
            lambda dh, h, h_before, x, W, U: (
                (dh * (h > 0)) @ U,
                *relu_step_back(dh, h, h_before, x, W, U)[1:],
            ),
            "comes from da alone",
        ),
        (lambda dh, h, h_before, x, W, U: relu_step_back(dh, h_before, h_before, x, W, U), "da is not right yet"),
        (
            lambda dh, h, h_before, x, W, U: relu_step_back(dh, x @ W + h_before @ U, h_before, x, W, U),
            "da is not right",
        ),
        (lambda dh, h, h_before, x, W, U: relu_step_back(dh, h, h, x, W, U), "By which state"),
        (
            lambda dh, h, h_before, x, W, U: (
                *relu_step_back(dh, h, h_before, x, W, U)[:3],
                (dh * (h > 0)).mean(axis=0),
            ),
            "a sum, not a mean",
        ),
    ],
    remark="Only the derivative of the activation has changed. In the lesson's loop, this is BPTT for relu.",
)

# --- Clip ------------------------------------------------------------------


def clip_by_norm(gradients, limit):
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [gradient * min(1, limit / norm) if norm else gradient for gradient in gradients]


def _verify_clip(answer):
    first, second = np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([0.0, 4.0])
    cases = (
        ("for a norm of 5 and a limit of 1", [first, second], 1.0),
        ("for a norm of 5 and a limit of 2", [first, second], 2.0),
        ("for a norm of 5 and a limit of 10", [first, second], 10.0),
        ("for gradients of zeros", [0 * first, 0 * second], 1.0),
    )
    for case, gradients, limit in cases:
        result = answer([gradient.copy() for gradient in gradients], limit)
        if not isinstance(result, tuple | list) or len(result) != len(gradients):
            raise Wrong(f"{case}, expected a list of {len(gradients)} arrays, one for each that came in.")
        expected = clip_by_norm(gradients, limit)
        norm = np.sqrt(sum(np.sum(as_array(f"{case}, a gradient", found) ** 2) for found in result))
        if limit == 1 and np.isclose(norm, np.sqrt(2)):
            raise Wrong("You limit each array on its own, which turns the direction: take one norm for all together.")
        why = (
            "a norm below the limit is left as it is" if limit == 10 else "the norm of all together has to be the limit"
        )
        for number, (found, wanted) in enumerate(zip(result, expected, strict=True)):
            expect_close(f"{case}, gradient {number}", found, wanted, why=why)


clip = Exercise(
    name="clip",
    title="Clip",
    verify=_verify_clip,
    solve=clip_by_norm,
    hints=[
        "One norm for all: the root of the sum of `(gradient**2).sum()` over the list.",
        "All arrays are multiplied by the same factor: `limit / norm` if the norm is above the limit, else 1. "
        "(They have different shapes: go through the list, and do not make one array of it.)",
        "Gradients of zeros have the norm 0: do not divide by it.",
    ],
    typical_mistakes=[
        (lambda gradients, limit: [clip_by_norm([gradient], limit)[0] for gradient in gradients], "on its own"),
        (lambda gradients, limit: [np.clip(gradient, -limit, limit) for gradient in gradients], "on its own"),
        (
            lambda gradients, limit: [
                gradient * limit / max(np.sqrt(sum((g**2).sum() for g in gradients)), 1e-9) for gradient in gradients
            ],
            "left as it is",
        ),
        (lambda gradients, limit: clip_by_norm(gradients, 1.0) if limit < 5 else gradients, "has to be the limit"),
        (lambda gradients, limit: clip_by_norm(gradients, limit)[0], "a list of 2 arrays"),
    ],
    remark="That is what `global_clipnorm` of a Keras optimizer does.",
)
