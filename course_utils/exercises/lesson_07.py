"""Lesson 07: perplexity, pairs of rows from names, four broken training loops, words of one's own."""

from __future__ import annotations

from itertools import product

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_shape
from .numbered_lines import expect_wrong_lines

# --- Perplexity ------------------------------------------------------------


def perplexity_and_bits(p):
    nats = np.mean(-np.log(p))
    bits = np.mean(-np.log2(p))
    return np.exp(nats), bits


def _verify_perplexity(answer):
    for case, p in {
        "p = [1/2, 1/8]": np.array([0.5, 0.125]),
        "p = [0.9, 0.5, 1e-300]": np.array([0.9, 0.5, 1e-300]),
        "2000 probabilities of 0.05 to 0.5": np.random.default_rng(7).uniform(0.05, 0.5, 2000),
    }.items():
        with np.errstate(all="ignore"):
            result = answer(p)
            usual = _usual_mistakes(p, np.mean(-np.log(p)))
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("Expected two numbers back: `return perplexity, bits`.")
        for name, value, expected in zip(("perplexity", "bits"), result, perplexity_and_bits(p), strict=True):
            found = expect_shape(f"for {case}, {name}", value, ())
            reasons = [why for wrong, why in usual[name] if np.isclose(found, wrong, rtol=1e-6)]
            expect_close(f"for {case}, {name}", found, expected, 1e-6 * expected, why="".join(reasons[:1]))


def _usual_mistakes(p, nats):
    bits = nats / np.log(2)
    return {
        "perplexity": [
            (np.inf, "a product or a sum got too large or too small for the computer. Take the mean of logarithms"),
            (1 / p.mean(), "this is 1 / mean(p). Take the logarithm of each p first, then the mean"),
            (np.exp(len(p) * nats), "this is the exponential of a sum, expected that of the mean"),
            (2**nats, "this is 2 to the power of nats. 2 belongs to bits, e to nats"),
        ],
        "bits": [
            (nats, "this is in nats; a logarithm to base 2 gives bits"),
            (len(p) * bits, "this is the sum, expected the mean: bits for one character"),
        ],
    }


perplexity = Exercise(
    name="perplexity",
    title="Perplexity",
    verify=_verify_perplexity,
    solve=perplexity_and_bits,
    hints=[
        "The surprise at a character is `-np.log(p)`: one number for each. What do you take the mean of?",
        "Perplexity is `np.exp` of the mean surprise in nats, of `np.log`; bits are the mean surprise of `np.log2`.",
        "`np.mean(-np.log2(p))` are the bits. For perplexity you need `np.exp(np.mean(...))`.",
    ],
    typical_mistakes=[
        (lambda p: (1 / np.mean(p), np.mean(-np.log2(p))), "Take the logarithm of each p first"),
        (lambda p: (np.exp(np.sum(-np.log(p))), np.sum(-np.log2(p))), "expected that of the mean"),
        (lambda p: (2 ** np.mean(-np.log(p)), np.mean(-np.log2(p))), "2 belongs to bits"),
        (lambda p: (np.exp(np.mean(-np.log(p))), np.mean(-np.log(p))), "this is in nats"),
        (lambda p: (np.prod(p) ** (-1 / len(p)), np.mean(-np.log2(p))), "too small for the computer"),
        (lambda p: perplexity_and_bits(p + 1e-9), "for p = [0.9, 0.5, 1e-300]"),
    ],
    remark="Perplexity 5 is the doubt of a choice among 5 equal letters. One letter held impossible ruins the mean.",
)

# --- Names to arrays -------------------------------------------------------


def names_to_arrays(names, symbols):
    longest = max(len(name) for name in names)
    inputs = np.zeros((len(names), longest + 1), int)  # 0 is padding
    targets = np.zeros_like(inputs)
    for row, name in enumerate(names):
        ids = [symbols.index(symbol) for symbol in "\t" + name + "\n"]
        inputs[row, : len(name) + 1] = ids[:-1]
        targets[row, : len(name) + 1] = ids[1:]
    return inputs, targets


def _verify_pairs(answer):
    for names, symbols in (
        (["eva", "al"], ["·", "\t", "\n", *"aelv"]),
        (["al", "leave", "a", "eva"], ["·", *"vlea", "\n", "\t"]),  # every id another one
    ):
        case = f"for {names}, "
        result = answer(names, symbols)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("Expected two arrays back: `return inputs, targets`.")
        longest = max(map(len, names))
        why = f"the longest name has {longest} letters; its input has the start besides, its target the stop"
        inputs, targets = (
            expect_shape(case + which, rows, (len(names), longest + 1), why)
            for which, rows in zip(("inputs", "targets"), result, strict=True)
        )
        if np.array_equal(inputs, targets):
            raise Wrong(f"{case}inputs and targets are the same. A target is the character that comes one step later.")
        if not (inputs[:, 0].all() and targets[:, 0].all()):
            raise Wrong(f"{case}a row is padded in front. Put the zeros at the end: a name begins at step 0.")
        start, stop = symbols.index("\t"), symbols.index("\n")
        if (inputs[:, 0] != start).any():
            raise Wrong(f"{case}a row of inputs does not begin with the start, {start}: what does the first step read?")
        if ((targets == stop).sum(axis=1) != 1).any():
            raise Wrong(f"{case}a row of targets has no stop, {stop}: so no model learns to end a name.")
        expected = names_to_arrays(names, symbols)
        expect_close(case + "inputs", inputs, expected[0], why="the start, the letters, then zeros; no stop")
        expect_close(case + "targets", targets, expected[1], why="the letters, the stop, then zeros")


def _rows(read="\t{}", told="{}\n", extra=1, in_front=False):
    """Return an answer with one of the usual mistakes."""

    def answer(names, symbols):
        def row(shape, name):
            ids = [symbols.index(symbol) for symbol in shape.format(name)]
            zeros = [0] * (max(map(len, names)) + extra - len(ids))
            return zeros + ids if in_front else ids + zeros

        return tuple(np.array([row(shape, name) for name in names]) for shape in (read, told))

    return answer


pairs = Exercise(
    name="pairs",
    title="Names to arrays",
    verify=_verify_pairs,
    solve=names_to_arrays,
    hints=[
        'Write `"\\t" + name + "\\n"` for one name. Which of its characters are read, and which are told?',
        "All but the last are the input, all but the first the target: `ids[:-1]` and `ids[1:]`.",
        "Begin with `np.zeros((len(names), longest + 1), int)` and set `inputs[row, : len(name) + 1]`.",
    ],
    typical_mistakes=[
        (_rows(told="\t{}"), "are the same"),
        (_rows(read="{}"), "does not begin with the start"),
        (_rows(told="{}"), "has no stop"),
        (_rows(read="\t{}\n", told="{}\n", extra=2), "has shape (2, 5), expected (2, 4)"),
        (_rows(in_front=True), "padded in front"),
    ],
    remark="Padding at the end disturbs nobody: a network that reads forward meets it after the last target.",
)

# --- Four broken training loops --------------------------------------------


def wrong_lines():
    return {  # the number of the wrong line, and how it should read
        # The network read the very letter that it had to tell: it learned to repeat what it is given.
        "A": (3, "letter = IDS[:, t]"),
        # Softmax twice: the loss takes softmax itself, so it wants scores.
        "B": (5, "loss += mean_loss(target, scores)"),
        # Each round began with the memory of the last one; a word that is to be said begins with none.
        "C": (1, "hidden = tf.zeros_like(carried)"),
        # The letter that comes next has to move to the left, to the step at which it is told.
        "D": (2, "targets = np.roll(IDS, -1, axis=1)"),
    }


_ADDS = "the sum begins at 0 in every round"
_FORGETS = "six words that have nothing to do with each other begin without a memory"
_STEPS = "one step: it reads a letter and the state, and returns the new state and the scores"
_UPDATES = "it moves every weight against its gradient"
_TELLS = "step t is to tell letter t + 1, and the loss compares it with the scores"
RIGHT_LINES = {
    "A": [_ADDS, _FORGETS, None, _STEPS, _TELLS, _UPDATES],
    "B": [_ADDS, _FORGETS, f"{_STEPS}. It reads letter t", "after letter t comes letter t + 1", None, _UPDATES],
    "C": [None, _ADDS, f"{_STEPS}. The state is that of the same word, one step before", _TELLS, _UPDATES],
    "D": [_FORGETS, None, _ADDS, f"{_STEPS}. It reads letter t", "each step is compared with its column", _UPDATES],
}
"""Why each line is right, in their order; None stands for the wrong one."""


def _verify_loops(answer):
    expect_wrong_lines(answer, RIGHT_LINES)


loops = Exercise(
    name="loops",
    title="Four broken loops",
    verify=_verify_loops,
    solve=wrong_lines,
    is_value=True,
    starter=dict.fromkeys("ABCD"),
    hints=[
        "Look at the losses first. One stays high; three fall, so those networks learned something well: what?",
        "For hello, write beside each step what is read, and what is the target. With which `hidden` does it begin?",
        "One reads the letter it has to tell, one moves targets wrongly, one never forgets, one has softmax twice.",
    ],
    typical_mistakes=[
        ({"A": 5, "B": 5, "C": 1, "D": 2}, "Line 5 of A is right"),
        ({"A": 3, "B": 4, "C": None, "D": None}, "Line 4 of B is right"),
        ({"A": 3, "B": 5, "C": 3, "D": 2}, "Line 3 of C is right"),
        ({"A": 3, "B": None, "C": 1, "D": 2}, "Still to find: B"),
    ],
    remark="No loop raised an error, and three had a low loss. Let a model speak before you trust its loss.",
)

# --- Words of your own -----------------------------------------------------


def invent_words(own_words=None, epochs=15):
    import keras
    from keras.layers import LSTM, Dense, Embedding

    from course_utils import data, generation, text

    own_words = own_words or data.load_names().names[:300]  # put your own list here
    vocabulary = text.Vocabulary(["·", "\t", "\n", *sorted(set("".join(own_words)))])
    inputs, targets = names_to_arrays(own_words, vocabulary.symbols)  # of exercise 2
    layers = [Embedding(len(vocabulary), 32), LSTM(128, return_sequences=True), Dense(len(vocabulary))]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(inputs, targets, epochs=epochs, verbose=0)

    write, longest = generation.Generator(model, vocabulary), max(map(len, own_words))
    lines = [write("\t", longest + 1, seed=seed) for seed in range(100)]
    words = {line.partition("\n")[0] for line in lines if "\n" in line}  # the others do not stop in time
    words = {word for word in words if word and "·" not in word and "\t" not in word}
    return own_words, sorted(words - set(own_words))


def _verify_invent(answer):
    parts = answer if isinstance(answer, tuple | list) else ()
    if len(parts) != 2 or not all(isinstance(part, list | tuple | set | np.ndarray) for part in parts):
        raise Wrong("Expected two lists of words: `(own_words, invented)`.")
    own, invented = (_words(name, part) for name, part in zip(("own_words", "invented"), parts, strict=True))
    if len(set(own)) < 200:
        raise Wrong(f"own_words has {len(set(own))} different words, expected at least 200: else too little to learn.")
    if len(invented) < 20:
        raise Wrong(f"invented has {len(invented)} words, expected at least 20.")
    letters, longest = set("".join(own)), max(map(len, own))
    for place, word in enumerate(invented):
        if word in invented[:place]:
            raise Wrong(f"{word!r} is invented twice. Draw until you have 20 different words; a set keeps each once.")
        if word in own:
            raise Wrong(f"{word!r} stands in own_words: a copy is no invention. Leave copies out.")
        if set(word) - letters:
            raise Wrong(f"{word!r} has {min(set(word) - letters)!r}, which is in none of own_words.")
        if len(word) > 2 * longest:
            raise Wrong(f"{word!r} has {len(word)} letters, the longest of own_words {longest}: does it ever stop?")
    gains = _gains(own, invented)
    if np.mean(gains) < 0.4:
        raise Wrong(
            f"The invented words do not look like own_words: {invented[np.argmin(gains)]!r}, say. Their letters in any "
            f"order are nearly as likely (a gain of {np.mean(gains):.2f} nats a character, expected at least 0.4)."
        )


def _words(name, words):
    for word in words:
        if not isinstance(word, str) or not word:
            raise Wrong(f"{name} holds {word!r}, expected words: text that is not empty.")
        if set(word) & set("\t\n·"):
            raise Wrong(f"{name} holds {word!r}: cut at the stop, and leave out start and padding.")
    return list(words)


def _gains(own, words):
    """Return by how many nats a character each word is likelier than its letters shuffled, to counts of `own`."""
    from ..counts import CountModel
    from ..text import Vocabulary

    listed = "\n" + "\n".join(own) + "\n"
    vocabulary = Vocabulary.of(listed)
    model, rng = CountModel(3, len(vocabulary)).fit(vocabulary.encode(listed)), np.random.default_rng(7)

    def loss(letters):  # two line ends: the context of the first letter
        return model.loss(vocabulary.encode("\n\n" + "".join(letters) + "\n"))

    return [np.mean([loss(rng.permutation(list(word))) for _ in range(8)]) - loss(word) for word in words]


_OWN = ["".join(parts) for parts in product(("ma", "lo", "ri", "ten", "sa", "ku"), repeat=3)]
_INVENTED = [word + end for word, end in zip(_OWN[::9], ("ri", "sa", "lo") * 8, strict=True)]
_NOISE = ["".join(np.random.default_rng(seed).choice(list("maloritenskut"), 7)) for seed in range(20)]

invent = Exercise(
    name="invent",
    title="Words of your own",
    verify=_verify_invent,
    solve=invent_words,
    is_value=True,
    hints=[
        "Exercise 2 makes arrays of your list. Compile the name model with `ignore_class=0`: padding has no loss.",
        'With `write = generation.Generator(model, vocabulary)`, `write("\\t", 12, seed=1)` gives 12 characters.',
        '`.partition("\\n")[0]` cuts at the stop. Draw with many seeds into a set, and take `set(own_words)` from it.',
    ],
    typical_mistakes=[
        ((_OWN[:50], _INVENTED), "at least 200"),
        ((_OWN, [*_INVENTED[:19], _OWN[7]]), "a copy is no invention"),
        ((_OWN, [*_INVENTED[:19], _INVENTED[0]]), "is invented twice"),
        ((_OWN, [word + "\n" for word in _INVENTED]), "cut at the stop"),
        ((_OWN, _NOISE), "do not look like"),
    ],
    remark="Read your words aloud: what did the network learn of your list that no single word of it shows?",
)
