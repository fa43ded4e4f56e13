"""Lesson 11: an image as a sequence of patches, the accuracy after each row, numbers of parameters."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_integer, expect_shape

# --- Patches ---------------------------------------------------------------


def in_patches(images, size):
    count, rows, columns = images.shape
    parts = images.reshape(count, rows // size, size, columns // size, size)
    parts = parts.swapaxes(2, 3)  # (images, row of patches, column of patches, size, size)
    return parts.reshape(count, -1, size * size)


def _verify_patches(answer):
    # The number of a pixel says where it stands: image, row and column, one digit each.
    images = np.add.outer(100 * np.arange(1, 4), np.add.outer(10 * np.arange(4), np.arange(6)))
    for size in (2, 1):
        steps = 4 // size * (6 // size)
        case = f"for 3 images of 4 rows and 6 columns, size {size}"
        why = f"each image has {4 // size} × {6 // size} patches of {size} × {size} pixels"
        found = expect_shape(f"{case}, the result", answer(images, size), (3, steps, size * size), why)
        expected = in_patches(images, size)
        shown = f"the first patch of the first image, whose top left corner is {images[0, :size, :size].tolist()}"
        if np.array_equal(found, expected.reshape(3, 4 // size, 6 // size, -1).swapaxes(1, 2).reshape(found.shape)):
            raise Wrong("The patches come column by column: first go from left to right, then to the next row of them.")
        if size > 1 and np.array_equal(found, images.reshape(found.shape)):
            raise Wrong("These pixels lie side by side in one row of the image: `reshape` alone does not cut squares.")
        if size > 1 and np.array_equal(found, _turned(images, size)):
            raise Wrong("These are the right patches, but their pixels come column by column.")
        expect_close(f"{case}, {shown},", found[0, 0], expected[0, 0], why="row by row, and from no other patch")
        expect_close(f"{case}, the second patch", found[0, 1], expected[0, 1], why="it lies to the right of the first")
        expect_close(f"{case}, the sequence of the first image", found[0], expected[0], why="left to right, then down")
        expect_close(f"{case}, the result", found, expected, why="each image has its own patches")


def _turned(images, size):
    count, rows, columns = images.shape
    parts = images.reshape(count, rows // size, size, columns // size, size)
    return parts.transpose(0, 1, 3, 4, 2).reshape(count, -1, size * size)


def _column_of_patches_first(images, size):
    count, rows, columns = images.shape
    parts = images.reshape(count, rows // size, size, columns // size, size)
    return parts.transpose(0, 3, 1, 2, 4).reshape(count, -1, size * size)


patches = Exercise(
    name="patches",
    title="Patches",
    verify=_verify_patches,
    solve=in_patches,
    hints=[
        "`reshape` alone cuts the pixels as they lie in memory, row after row: what it joins lies side by side.",
        "Split both axes first: `images.reshape(count, rows // size, size, columns // size, size)`. Which axis "
        "counts what? Row of patches, row in the patch, column of patches, column in the patch.",
        "Now bring the two axes that count patches together: `.swapaxes(2, 3)`. Then one `reshape` joins two and two.",
    ],
    typical_mistakes=[
        (lambda images, size: images.reshape(len(images), -1, size * size), "does not cut squares"),
        (_turned, "their pixels come column by column"),
        (_column_of_patches_first, "column by column"),
        (lambda images, size: in_patches(images, size)[:, :, : size * size // 2 + 1], "patches of 2 × 2 pixels"),
        (lambda images, size: in_patches(images, 2), "patches of 1 × 1 pixels"),
        (lambda images, size: np.repeat(in_patches(images[:1], size), 3, axis=0), "its own patches"),
    ],
    remark="Sixteen steps of 7 × 7 pixels instead of 28 rows. A step now holds neighbours in both directions; Vision "
    "Transformers cut images so.",
)

# --- Right after each row --------------------------------------------------


def accuracy_after_each_row(hidden, V, b, labels):
    scores = hidden @ V + b  # (images, rows, 10); softmax would not change which is the largest
    return (scores.argmax(axis=-1) == labels[:, None]).mean(axis=0)


def _verify_by_row(answer):
    rng = np.random.default_rng(5)
    labels = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    V, b = rng.normal(size=(12, 10)), 3 * rng.normal(size=10)
    hidden = rng.normal(size=(8, 5, 12))
    for image, first_right in enumerate([0, 0, 1, 2, 2, 3, 4, 5]):  # from which row on the image is right
        wanted = np.full((5, 10), -1.0)
        wanted[np.arange(5), (labels[image] + 1 + np.arange(5)) % 10] = 1
        wanted[first_right:] = np.where(np.arange(10) == labels[image], 1.0, -1.0)
        hidden[image] += (wanted - b - hidden[image] @ V) @ np.linalg.pinv(V)
    expected = accuracy_after_each_row(hidden, V, b, labels)
    without_bias = accuracy_after_each_row(hidden, V, 0 * b, labels)
    assert len(set(expected)) > 2 and not np.allclose(expected, without_bias), "the check would not see a mistake"
    result = answer(hidden.copy(), V.copy(), b.copy(), labels.copy())
    case = "for 8 images of 5 rows, the result"
    found = expect_shape(case, result, (5,), "one accuracy for each row: the mean over the images")
    if np.allclose(found, without_bias):
        raise Wrong("These are the accuracies without `b`: the Dense layer adds its bias after the product.")
    if np.allclose(found, len(labels) * expected):
        raise Wrong("These are counts, expected shares: divide by the number of images.")
    if np.allclose(found, 100 * expected):
        raise Wrong("These are percentages, expected shares from 0 to 1.")
    expect_close(case, found, expected, 1e-9, "compare the largest score after each row with the label of its image")


by_row = Exercise(
    name="by_row",
    title="Right after each row",
    verify=_verify_by_row,
    solve=accuracy_after_each_row,
    hints=[
        "A Dense layer works on the last axis: `hidden @ V + b` gives scores after every row, (images, rows, 10).",
        "`argmax` over the last axis gives the predicted digits, (images, rows). The labels have one axis: "
        "`labels[:, None]` gives them a second one, so that each is compared with all rows of its image.",
        "The mean over the images is the mean over axis 0.",
    ],
    typical_mistakes=[
        (lambda hidden, V, b, labels: accuracy_after_each_row(hidden, V, 0, labels), "without `b`"),
        (
            lambda hidden, V, b, labels: ((hidden @ V + b).argmax(-1) == labels[:, None]).mean(axis=1),
            "has shape (8,), expected (5,)",
        ),
        (lambda hidden, V, b, labels: ((hidden @ V + b).argmax(-1) == labels[:, None]).mean(), "has shape ()"),
        (lambda hidden, V, b, labels: ((hidden @ V + b).argmax(-1) == labels).mean(axis=0), "could not be broadcast"),
        (lambda hidden, V, b, labels: 8 * accuracy_after_each_row(hidden, V, b, labels), "counts"),
        (lambda hidden, V, b, labels: 100 * accuracy_after_each_row(hidden, V, b, labels), "percentages"),
        (
            lambda hidden, V, b, labels: np.full(5, accuracy_after_each_row(hidden, V, b, labels)[-1]),
            "the largest score after each row",
        ),
    ],
    remark="This is the curve of section 4, without a second model: the layer that was trained for the last row, "
    "applied to every row.",
)

# --- How many parameters? --------------------------------------------------


def count_parameters(features, units, classes):
    gru = 3 * (features + units + 2) * units + (units + 1) * classes  # reset_after: two biases in each block
    bidirectional = 2 * 4 * (features + units + 1) * units + (2 * units + 1) * classes
    return gru, bidirectional


def _verify_parameters(answer):
    for features, units, classes in ((28, 128, 10), (28, 64, 10), (5, 3, 2)):
        result = answer(features, units, classes)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("Expected two numbers back: `return gru, bidirectional`.")
        case = f"for {features} features, {units} units and {classes} classes"
        gru, both = count_parameters(features, units, classes)
        dense, dense_of_both = (units + 1) * classes, (2 * units + 1) * classes
        reasons_gru = {
            gru - dense: "Dense has parameters too",
            gru - 3 * units: "with reset_after each block has two biases, one for the input and one for the state",
            4 * (features + units + 1) * units + dense: "an LSTM has four blocks, a GRU has three",
        }
        reasons_both = {
            both - dense_of_both: "Dense has parameters too",
            both - dense_of_both + dense: "Dense gets the hidden states of both directions, side by side",
            both // 2: "there are two LSTMs",
            4 * (features + units + 1) * units + dense: "there are two LSTMs, and Dense gets the states of both",
        }
        for name, found, expected, reasons, else_why in (
            ("gru", result[0], gru, reasons_gru, "three blocks, each reads the input and the state"),
            ("bidirectional", result[1], both, reasons_both, "two LSTMs of four blocks, and Dense on both states"),
        ):
            number = expect_integer(f"{case}, {name}", found)
            expect_integer(f"{case}, {name}", number, expected, reasons.get(number, else_why))


parameters = Exercise(
    name="parameters",
    title="How many parameters?",
    verify=_verify_parameters,
    solve=count_parameters,
    starter=lambda features, units, classes: (None, None),
    hints=[
        "A GRU has three blocks where the LSTM has four: update, reset, candidate. The rest of the formula is that of "
        "section 2, but for the bias.",
        "With `reset_after`, the default, each block of the GRU has two biases: `(features + units + 2) * units`.",
        "The two LSTMs of `Bidirectional` share nothing, and their last hidden states stand side by side: `Dense` gets "
        "`2 * units` features.",
    ],
    typical_mistakes=[
        (
            lambda features, units, classes: (
                3 * (features + units + 1) * units + (units + 1) * classes,
                count_parameters(features, units, classes)[1],
            ),
            "two biases",
        ),
        (
            lambda features, units, classes: (
                4 * (features + units + 1) * units + (units + 1) * classes,
                count_parameters(features, units, classes)[1],
            ),
            "a GRU has three",
        ),
        (
            lambda features, units, classes: (
                count_parameters(features, units, classes)[0],
                8 * (features + units + 1) * units + (units + 1) * classes,
            ),
            "side by side",
        ),
        (
            lambda features, units, classes: (
                3 * (features + units + 2) * units,
                8 * (features + units + 1) * units,
            ),
            "Dense has parameters too",
        ),
        (
            lambda features, units, classes: (
                count_parameters(features, units, classes)[0],
                4 * (features + units + 1) * units + (units + 1) * classes,
            ),
            "there are two LSTMs",
        ),
        (lambda features, units, classes: sum(count_parameters(features, units, classes)), "two numbers back"),
    ],
    remark="With 128 units on rows, the GRU has 61,962 parameters and the bidirectional network 163,338: for a fair "
    "comparison, give the second one fewer units.",
)
