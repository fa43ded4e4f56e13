"""Lesson 04: eight shapes, three broken models, Bidirectional from two LSTMs."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, as_array, expect_close, expect_shape

# --- Eight shapes ----------------------------------------------------------

QUESTIONS = {
    "a": ("a = SimpleRNN(5)(x)", "by default there is no time axis, and on the last axis are the units"),
    "b": ("b = LSTM(5, return_sequences=True)(x)", "each step has an output, with a number for each unit"),
    "c": ("_, _, c = LSTM(5, return_sequences=True, return_state=True)(x)", "the last step leaves it: no time axis"),
    "d": ("d = Bidirectional(GRU(5))(x)", "both halves of 5 units stand one after the other"),
    "e": (
        "_, _, _, e, _ = Bidirectional(LSTM(5, return_sequences=True, return_state=True))(x)",
        "it is the last state of one half",
    ),
    "f": ("f = GRU(5)(LSTM(6, return_sequences=True)(x))", "the second layer alone decides what comes out"),
    "g": ("g = Dense(3)(GRU(5, return_sequences=True)(x))", "Dense changes the last axis and leaves all others"),
    "h": ("h = LSTM(5, return_sequences=True)(Embedding(50, 6, mask_zero=True)(ids))", "a mask changes no shape"),
}
"""What is asked, and what to think about. `x` has the shape (2, 7, 4), `ids` (2, 7)."""


def eight_shapes():
    a, c, e, f = (2, 5), (2, 5), (2, 5), (2, 5)  # no time axis: a last output, or the state of one layer
    b, h = (2, 7, 5), (2, 7, 5)  # an output for every step; a mask changes no shape
    d = (2, 10)  # two halves of 5 units
    g = (2, 7, 3)  # Dense changes the last axis only
    return [a, b, c, d, e, f, g, h]


def _as_shape(letter, value):
    """Return a student's shape as a tuple; raise ``Wrong`` if it is not one."""
    try:
        lengths = [None if length is None else as_array("a length", length)[()] for length in value]
    except (TypeError, Wrong):
        lengths = ["not a number"]
    if isinstance(value, str) or not all(n is None or isinstance(n, np.integer) for n in lengths):
        raise Wrong(f"{letter} is {value!r}, expected a shape: whole numbers between brackets, such as (2, 3).")
    if None in lengths:
        raise Wrong(f"{letter} has None for a length. Here all lengths are known: x has the shape (2, 7, 4).")
    return tuple(int(n) for n in lengths)


def _verify_shapes(answer):
    if not isinstance(answer, tuple | list) or len(answer) != len(QUESTIONS):
        raise Wrong(f"Expected a list of {len(QUESTIONS)} shapes, {', '.join(QUESTIONS)}, in this order.")
    missing = [letter for letter, value in zip(QUESTIONS, answer, strict=True) if value is None]
    for (letter, (code, why)), value, expected in zip(QUESTIONS.items(), answer, eight_shapes(), strict=True):
        if value is None:
            continue
        found = _as_shape(letter, value)
        if found[:1] != (2,):
            raise Wrong(f"{letter} is {found}, and the first axis is the batch: x holds 2 sequences.")
        if len(found) != len(expected):
            raise Wrong(f"`{code}` does not have {len(found)} axes: {why}.")
        if found != expected:
            raise Wrong(f"`{code}` is not {found}: {why}.")
    if missing:
        raise Wrong(f"What is there is right. Still to fill in: {', '.join(missing)}.")


def _with(letter, shape):
    """Return the right answers, but for one."""
    return [shape if name == letter else right for name, right in zip(QUESTIONS, eight_shapes(), strict=True)]


shapes = Exercise(
    name="shapes",
    title="Eight shapes",
    verify=_verify_shapes,
    solve=eight_shapes,
    is_value=True,
    hints=[
        "Two questions for each: is there a time axis? And which layer wrote the last axis, with how many units?",
        "Only `return_sequences=True` keeps the time axis, and only for `y`: states never have one.",
        "`Bidirectional` doubles the units of its output, not of its states. `Dense` and a mask leave time alone.",
    ],
    typical_mistakes=[
        (_with("a", (2, 7, 5)), "does not have 3 axes"),
        (_with("c", (2, 7, 5)), "the last step leaves it"),
        (_with("d", (2, 5)), "one after the other"),
        (_with("e", (2, 10)), "of one half"),
        (_with("f", (2, 6)), "the second layer alone"),
        (_with("a", (None, 5)), "all lengths are known"),
        (_with("a", 10), "expected a shape"),
        (_with("h", None), "Still to fill in: h"),
    ],
    remark="Keep asking before you run a line: is there a time axis, and what is on the last one?",
)

# --- Three broken models ---------------------------------------------------


def three_models():
    import keras
    from keras.layers import LSTM, Bidirectional, Dense, Embedding

    layers = [LSTM(16, return_sequences=True), LSTM(16), Dense(1)]
    judge = keras.Sequential([keras.Input((None, 8)), *layers])

    layers = [Bidirectional(LSTM(16, return_sequences=True)), Dense(4, activation="softmax")]
    tagger = keras.Sequential([keras.Input((None,)), Embedding(50, 8, mask_zero=True), *layers])

    x, z = keras.Input((None, 8)), keras.Input((None, 8))
    _, h, c = LSTM(16, return_state=True)(x)
    writer = keras.Model([x, z], LSTM(16, return_sequences=True)(z, initial_state=[h, c]))
    return judge, tagger, writer


def _verify_models(answer):
    import keras

    models = answer()
    if not isinstance(models, tuple | list) or len(models) != 3:
        raise Wrong("Expected three models back: `return judge, tagger, writer`.")
    rng = np.random.default_rng(4)
    for name, model, look in zip(
        ("judge", "tagger", "writer"), models, (_look_at_judge, _look_at_tagger, _look_at_writer), strict=True
    ):
        if model is None:
            raise Wrong(f"{name} is None: it is not filled in yet.")
        if not isinstance(model, keras.Model):
            raise Wrong(f"{name} is a {type(model).__name__}, expected a model, `keras.Sequential` or `keras.Model`.")
        # New weights of some size: those of a new model are so small that differences would hardly show.
        model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
        look(model, rng)


def _lstms(model):
    """Return the LSTM layers of a model, Bidirectional ones included."""
    import keras

    loops = [getattr(layer, "forward_layer", layer) for layer in model.layers]
    return [layer for layer in loops if isinstance(layer, keras.layers.LSTM)]


def _look_at_judge(model, rng):
    why = "one number for each sentence; which of the two LSTM layers has to keep the time axis?"
    expect_shape("the output of judge for 3 sentences", model(rng.normal(size=(3, 6, 8))), (3, 1), why)
    if len(_lstms(model)) != 2:
        raise Wrong(f"judge has {len(_lstms(model))} LSTM layers, expected the two that it had: repair, do not remove.")


def _look_at_tagger(model, rng):
    ids = np.array([[5, 3, 9], [7, 7, 2]])
    why = "four numbers, from Dense, for each word: a tagger needs the output of every step"
    found = expect_shape("the output of tagger for ids (2, 3)", model(ids), (2, 3, 4), why)
    longer = np.asarray(model(np.pad(ids, ((0, 0), (0, 2)))))
    if not np.allclose(longer[:, :3], found, atol=1e-5):
        raise Wrong(
            f"If tagger's sentences are padded with two zeros, its answers for the words before them change by up to "
            f"{np.abs(longer[:, :3] - found).max():.2f}. The backward half reads the padding first: which layer can "
            "tell it what is padding?"
        )
    if np.allclose(np.asarray(model(ids + np.array([0, 0, 1])))[:, 0], found[:, 0], atol=1e-5):
        raise Wrong("tagger does not see the words to the right: it has to stay bidirectional.")


def _look_at_writer(model, rng):
    from ..cells import LSTMCell

    x, z = (rng.normal(size=(2, steps, 8)).astype("float32") for steps in (5, 3))
    why = "an output for each step of z; are the inputs in the order [x, z]?"
    found = expect_shape("the output of writer for x (2, 5, 8) and z (2, 3, 8)", model([x, z]), (2, 3, 16), why)
    loops = sorted(_lstms(model), key=lambda layer: not layer.return_state)
    if len(loops) != 2:
        raise Wrong(
            f"writer has {len(loops)} LSTM layers between inputs and output, expected two. The one that reads x counts "
            "only if the other starts from its states: `initial_state`."
        )
    read, write = map(LSTMCell.from_keras, loops)
    trace = read.forward(x)
    h, c = trace.hidden[:, -1], trace.cell[:, -1]
    for states, reason in (
        ((c, h), "The states of writer have changed places: in which order does an LSTM return them?"),
        ((h, h), "writer hands on h twice, and c never."),
    ):
        if np.allclose(write.forward(z, initial_state=states).hidden, found, atol=1e-4):
            raise Wrong(reason)
    expected = write.forward(z, initial_state=(h, c)).hidden
    expect_close("the output of writer", found, expected, 1e-4, "z is read from the states h and c that x left")


def _judge(*returned):
    """Return an answer whose judge has an LSTM for each value of ``return_sequences``."""

    def answer():
        import keras

        loops = [keras.layers.LSTM(16, return_sequences=every) for every in returned]
        judge = keras.Sequential([keras.Input((None, 8)), *loops, keras.layers.Dense(1)])
        return judge, *three_models()[1:]

    return answer


def _tagger(mask=True, every=True, two_way=True):
    def answer():
        from keras import Input, Sequential, layers

        loop = layers.LSTM(16, return_sequences=every)
        stack = [layers.Embedding(50, 8, mask_zero=mask), layers.Bidirectional(loop) if two_way else loop]
        judge, _, writer = three_models()
        return judge, Sequential([Input((None,)), *stack, layers.Dense(4)]), writer

    return answer


def _writer(choose, every=True):
    """Return an answer whose writer starts from ``choose(h, c)``."""

    def answer():
        from keras import Input, Model, layers

        x, z = Input((None, 8)), Input((None, 8))
        _, h, c = layers.LSTM(16, return_state=True)(x)
        y = layers.LSTM(16, return_sequences=every)(z, initial_state=choose(h, c))
        return *three_models()[:2], Model([x, z], y)

    return answer


models = Exercise(
    name="models",
    title="Three broken models",
    verify=_verify_models,
    solve=three_models,
    hints=[
        "Run each one, and say its shapes: `shapes.of_model(model)`. Only the first raises an error.",
        "judge: the layer before the one that complains has to return sequences. tagger: an output for every word, and "
        "a mask, are needed.",
        "writer: in which order does an LSTM return its output and its states? Section 3 unpacks them.",
    ],
    typical_mistakes=[
        (_judge(False, False), "expected ndim=3, found ndim=2"),
        (_judge(True, True), "has to keep the time axis"),
        (_judge(False), "do not remove"),
        (_tagger(mask=False), "The backward half reads the padding first"),
        (_tagger(every=False), "the output of every step"),
        (_tagger(two_way=False), "has to stay bidirectional"),
        (_writer(lambda h, c: [c, h]), "have changed places"),
        (_writer(lambda h, c: [h, h]), "hands on h twice"),
        (_writer(lambda h, c: None), "only if the other starts from its states"),
        (_writer(lambda h, c: [h, c], every=False), "an output for each step of z"),
        (lambda: (three_models()[0], None, None), "tagger is None"),
    ],
    remark="Two of the three raised no error. Only numbers show a missing mask, and states in the wrong order.",
)

# --- Bidirectional from two LSTMs ------------------------------------------


def two_ways(x, forward, backward):
    ahead = forward(x)
    back = backward(x[:, ::-1])  # in the order of reading: the last step comes first
    every = np.concatenate([ahead, back[:, ::-1]], axis=2)
    last = np.concatenate([ahead[:, -1], back[:, -1]], axis=1)
    return every, last


def _verify_two_ways(answer):
    import keras

    x = np.random.default_rng(4).normal(size=(2, 5, 3)).astype("float32")
    both = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    expected = both(x).numpy()
    loops = [keras.layers.LSTM(4, return_sequences=True) for _ in range(2)]
    for loop, half in zip(loops, (both.forward_layer, both.backward_layer), strict=True):
        loop.build(x.shape)
        loop.set_weights(half.get_weights())
    result = answer(x, *loops)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong("Expected two tensors back: `return every, last`.")
    every = expect_shape("every", result[0], (2, 5, 8), "both halves of 4 units, one after the other, at each step")
    ahead, back = expected[..., :4], expected[..., 4:]
    no_turn = loops[1](x).numpy()
    for second, reason in (
        (back[:, ::-1], "Steps do not fit: backward wrote its outputs in the order in which it read."),
        (no_turn, "Your backward layer reads forward: in which order should it be given the steps?"),
        (no_turn[:, ::-1], "You turn what backward wrote, and it still reads forward: turn what it reads too."),
    ):
        if np.allclose(every[..., 4:], second, atol=1e-5):
            raise Wrong(reason)
    if np.allclose(every, np.concatenate([back, ahead], axis=2), atol=1e-5):
        raise Wrong("The halves have changed places: Keras puts the forward one first.")
    expect_close("every", every, expected, why="forward's outputs, and backward's at the same step, side by side")
    last = expect_shape("last", result[1], (2, 8), "one row for each sequence, with 4 units of each half")
    if np.allclose(last, expected[:, -1], atol=1e-5):
        raise Wrong("last is every[:, -1]. There, the backward half has read one step only: where does it end?")
    expect_close("last", last, np.concatenate([ahead[:, -1], back[:, 0]], axis=1), why="each half where it ends")


bidirectional = Exercise(
    name="bidirectional",
    title="Bidirectional from two LSTMs",
    verify=_verify_two_ways,
    solve=two_ways,
    hints=[
        "`x[:, ::-1]` has the steps in reverse order. Give that to backward.",
        "What comes back begins with the output for the last step. Turn it round before you put it beside forward's: "
        "`np.concatenate([..., ...], axis=2)`.",
        "forward ends at step -1. backward ends at step 0 of the turned outputs, which is -1 of those as they came.",
    ],
    typical_mistakes=[
        (lambda x, f, b: (np.concatenate([f(x), b(x[:, ::-1])], axis=2), None), "in which it read"),
        (lambda x, f, b: (np.concatenate([f(x), b(x)], axis=2), None), "Your backward layer reads forward: in"),
        (lambda x, f, b: (np.concatenate([f(x), b(x)[:, ::-1]], axis=2), None), "turn what it reads too"),
        (lambda x, f, b: (np.concatenate([b(x[:, ::-1])[:, ::-1], f(x)], axis=2), None), "changed places"),
        (lambda x, f, b: (np.concatenate([f(x), b(x[:, ::-1])[:, ::-1]], axis=1), None), "one after the other"),
        (lambda x, f, b: (f(x) + b(x[:, ::-1])[:, ::-1], None), "every has shape (2, 5, 4)"),
        (lambda x, f, b: (two_ways(x, f, b)[0], two_ways(x, f, b)[0][:, -1]), "where does it end"),
        (lambda x, f, b: (two_ways(x, f, b)[0], two_ways(x, f, b)[0][:, 0]), "each half where it ends"),
    ],
    remark="Every number of Bidirectional is now yours: two loops, two turns, one joint.",
)
