"""Lesson 08: windows, a sampler, why a model writes licences, a text of one's own."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, as_array, expect_close, expect_integer, expect_shape

# --- Cut the windows -------------------------------------------------------


def cut_windows(numbers, length):
    count = (len(numbers) - 1) // length  # the last target needs one number more
    inputs = [numbers[i * length : (i + 1) * length] for i in range(count)]
    targets = [numbers[i * length + 1 : (i + 1) * length + 1] for i in range(count)]
    return np.array(inputs), np.array(targets)


def _verify_windows(answer):
    for total, length, count in ((18, 6, 2), (20, 6, 3), (7, 6, 1)):
        numbers = np.arange(100, 100 + total)
        case = f"for {total} numbers and windows of {length}, "
        result = answer(numbers, length)
        if not isinstance(result, tuple) or len(result) != 2:
            raise Wrong("Expected two things back: `return inputs, targets`.")
        why = f"({total} - 1) // {length} = {count}: the target of the last step must exist too."
        inputs = expect_shape(case + "inputs", result[0], (count, length), why)
        targets = expect_shape(case + "targets", result[1], (count, length), "every step has a target of its own")
        expected = numbers[: count * length].reshape(count, length)
        expect_close(case + "inputs", inputs, expected, why="windows follow each other without a gap or an overlap")
        expect_close(case + "targets", targets, expected + 1, why="a target is what comes one step later")


windows = Exercise(
    name="windows",
    title="Cut the windows",
    verify=_verify_windows,
    solve=cut_windows,
    hints=[
        "Window number i begins at `i * length`. Where does it end? Where does its target begin?",
        "The target of window i is `numbers[i * length + 1 : (i + 1) * length + 1]`.",
        "The last target needs one number after the last window: `count = (len(numbers) - 1) // length`.",
    ],
    typical_mistakes=[
        (lambda numbers, length: (cut_windows(numbers, length)[0],) * 2, "one step later"),
        (lambda numbers, length: (cut_windows(numbers, length)[0], cut_windows(numbers, length)[1][:, -1]), "a target"),
        (
            lambda numbers, length: (numbers[: len(numbers) // length * length].reshape(-1, length),) * 2,
            "target of the last step must exist",
        ),
        (lambda numbers, length: cut_windows(numbers, length)[0], "two things back"),
    ],
    remark="The package does the same with views (`text.windows`), which take no memory.",
)

# --- Write the sampler -----------------------------------------------------


def choose(logits, temperature, rng):
    logits = np.asarray(logits, float)
    if temperature == 0:
        return int(logits.argmax())
    p = np.exp((logits - logits.max()) / temperature)
    return int(rng.choice(len(p), p=p / p.sum()))


def _verify_choose(answer):
    logits = np.log([0.2, 0.5, 0.3])
    for seed in range(5):
        number = expect_integer("the choice", answer(logits, 1.0, np.random.default_rng(seed)))
        if not 0 <= number < 3:
            raise Wrong(f"For 3 scores the choice is {number}, expected 0, 1 or 2.")
    for seed in range(5):
        number = answer(logits, 0, np.random.default_rng(seed))
        expect_integer("at temperature 0 the choice", number, 1, "temperature 0 is greedy: the largest score")
    number = answer(np.array([0.0, 1000.0]), 1.0, np.random.default_rng(0))
    expect_integer(
        "for the scores [0, 1000] the choice", number, 1, "exp(1000) overflows: subtract the largest score first"
    )
    for temperature in (1.0, 0.5):
        rng = np.random.default_rng(3)
        counts = np.bincount([int(answer(logits, temperature, rng)) for _ in range(4000)], minlength=3)
        p = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        expect_close(
            f"at temperature {temperature}, the share of each choice in 4000 draws",
            counts / 4000,
            p,
            tolerance=0.04,  # five standard deviations of a share of one half
            why="draw with probabilities softmax(logits / temperature)",
        )


def _multiplies(logits, temperature, rng):
    return choose(logits, 1 / temperature, rng) if temperature else choose(logits, 0, rng)


def _overflows(logits, temperature, rng):
    if temperature == 0:
        return int(np.argmax(logits))
    with np.errstate(all="ignore"):
        p = np.exp(np.asarray(logits) / temperature)
        p = np.nan_to_num(p / p.sum())
    return int(rng.choice(len(p), p=p / p.sum())) if p.sum() else 0


sampler = Exercise(
    name="sampler",
    title="Write the sampler",
    verify=_verify_choose,
    solve=choose,
    hints=[
        "Temperature 0 has to be handled on its own: dividing by it is not possible.",
        "Divide the scores by the temperature, take `np.exp`, divide by the sum.",
        "`np.exp(logits - logits.max())` gives the same probabilities and cannot overflow; "
        "`rng.choice(len(p), p=p)` draws.",
    ],
    typical_mistakes=[
        (lambda logits, temperature, rng: int(np.argmax(logits)), "share of each choice"),
        (_multiplies, "softmax(logits / temperature)"),
        (_overflows, "overflows"),
        (lambda logits, temperature, rng: choose(logits, temperature or 1.0, rng), "temperature 0 is greedy"),
    ],
    remark="Temperature 0 is the limit of small temperatures, and the same thing as greedy.",
)

# --- Why does it write licences? -------------------------------------------


def licence_share(whole, story):
    return 1 - len(story) / len(whole)


def _verify_share(answer):
    for whole, story in (("header. once upon a time. licence", "once upon a time."), ("story", "story")):
        share = as_array("the share", answer(whole, story))
        expected = 1 - len(story) / len(whole)
        if share.ndim == 0 and expected and abs(float(share) - len(story) / len(whole)) < 1e-6:
            raise Wrong("This is the share of the story. Asked is the share of everything else.")
        if share.ndim == 0 and expected and abs(float(share) - 100 * expected) < 1e-4:
            raise Wrong("This is a percentage. A share lies between 0 and 1.")
        expect_close(
            f"the share for {len(whole)} characters of which {len(story)} are the story", share, expected, 1e-6
        )


licences = Exercise(
    name="licences",
    title="Why does it write licences?",
    verify=_verify_share,
    solve=licence_share,
    hints=["How many characters of `whole` are not the story?", "Divide that by `len(whole)`."],
    typical_mistakes=[
        (lambda whole, story: len(story) / len(whole), "share of the story"),
        (lambda whole, story: 100 * (1 - len(story) / len(whole)), "percentage"),
        (lambda whole, story: len(whole) - len(story), "the share for"),
    ],
    remark="A model writes what it has read: look at the data before you blame the network.",
)

# --- A text of your own ----------------------------------------------------


def train_on_own_text(path=None, epochs=6):
    from course_utils import data, models, settings, text

    path = path or settings.REPO_DATA / "samples" / "story.txt"  # put the path of your file here
    with open(path, "rb") as file:
        own_text = data.clean_like_the_lecture(file.read())
    vocabulary = text.Vocabulary.of(own_text)
    train, held_out = models.split(vocabulary.encode(own_text))
    recipe = models.Recipe(batch=16, time=30, epochs=epochs, learning_rate=0.008, dropout=0.2)
    _, history, _ = models.train_alice(train, held_out, len(vocabulary), recipe)
    return own_text, min(history["val_loss"])


def _verify_own_text(answer):
    from ..counts import CountModel
    from ..models import split
    from ..text import Vocabulary

    if not isinstance(answer, tuple | list) or len(answer) != 2 or not isinstance(answer[0], str):
        raise Wrong("Expected the text and its held-out loss: `answer = own_text, loss`.")
    own_text, loss = answer[0], float(as_array("the loss", answer[1]))
    if len(own_text) < 20_000:
        raise Wrong(f"The text has {len(own_text)} characters; below 20,000 there is too little to learn from.")
    vocabulary = Vocabulary.of(own_text)
    train, held_out = split(vocabulary.encode(own_text))
    counted = min(CountModel(order, len(vocabulary)).fit(train).loss(held_out) for order in (3, 4, 5))
    if not loss > 0:
        raise Wrong(f"The held-out loss is {loss}; a loss in nats a character is above 0.")
    if loss < 0.4 * counted:
        raise Wrong(
            f"The held-out loss is {loss:.3f}, far below that of counting ({counted:.3f}): "
            "was the held-out part in the training text, or does the text repeat itself?"
        )
    if loss >= counted:
        raise Wrong(
            f"The held-out loss is {loss:.3f}; counting reaches {counted:.3f} on the same last tenth. "
            "Train for more epochs, or with more dropout if the training loss is far below."
        )


own_text = Exercise(
    name="own_text",
    title="A text of your own",
    verify=_verify_own_text,
    solve=train_on_own_text,
    is_value=True,
    hints=[
        "A text of 100,000 characters is enough for a few minutes of training; clean it with "
        "`data.clean_like_the_lecture(raw)`, where raw are the bytes of the file.",
        "`models.split` cuts off the last tenth, `models.train_alice` trains as this lesson did and returns the model, "
        "the history and the seconds; the loss asked for is `min(history['val_loss'])`.",
    ],
    typical_mistakes=[
        (("short " * 20, 1.0), "too little to learn"),
        (("the dog barked at the moon, and nobody came. " * 600, 9.0), "counting reaches"),
        (1.3, "`answer = own_text, loss`"),
    ],
    remark="Your network knows more about your text than counting does.",
)
