"""Lesson 03: the step of an LSTM in another order, a step by hand, four units on strips, the GRU."""

from __future__ import annotations

import numpy as np

from ..cells import LSTMCell, sigmoid
from .framework import Exercise, Wrong, as_array, expect_close, expect_integer, expect_shape


def _parts(answer, *names):
    """Return the parts of an answer by name; raise ``Wrong`` if it has more of them, or less."""
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        raise Wrong(f"Expected a tuple of {len(names)}: `{', '.join(names)}`.")
    return dict(zip(names, answer, strict=True))


def _given(units, width, rows=()):
    """Return random x, h, c, W, U, b for a batch of 5 and 3 features."""
    draw = np.random.default_rng(units).normal
    return [draw(size=shape) for shape in ((5, 3), (5, units), (5, units), (3, width), (units, width), (*rows, width))]


def _refuse_known(found, mistakes, *given):
    """Raise ``Wrong`` with the reason of the mistake that gives `found`, if there is one."""
    for mistake, why in mistakes:
        if np.allclose(found, mistake(*given)):
            raise Wrong(why)


# --- The step, in another order --------------------------------------------


def lstm_step_from_onnx(x, h, c, W, U, b):
    a_i, a_o, a_f, a_g = np.split(x @ W + h @ U + b, 4, axis=1)
    i, o, f, g = sigmoid(a_i), sigmoid(a_o), sigmoid(a_f), np.tanh(a_g)
    c = f * c + i * g
    return o * np.tanh(c), c


def _lstm(order="iofg", candidate=np.tanh, keep=1, before=1, bias=1, show=lambda new, old: np.tanh(new)):
    """Return a step that differs from the right one as the parameters say."""

    def step(x, h, c, W, U, b):
        a = dict(zip(order, np.split(x @ W + before * h @ U + bias * b, 4, axis=1), strict=True))
        i, f, o = (sigmoid(a[gate]) for gate in "ifo")
        new = keep * f * c + i * candidate(a["g"])
        return o * show(new, c), new

    return step


_LSTM_MISTAKES = [
    (_lstm("ifgo"), "You read the blocks in Keras's order i, f, g, o. Here they stand in the order i, o, f, g."),
    (_lstm("ifog"), "The forget gate and the output gate are exchanged: the second block is o, the third f."),
    (_lstm("foig"), "The input gate and the forget gate are exchanged: f keeps the old c, i lets the candidate in."),
    (_lstm(candidate=sigmoid), "Your candidate comes from the sigmoid. It is a value and no gate: take tanh."),
    (_lstm(keep=0), "Your c is only what was let in: what does the forget gate keep of the old one?"),
    (_lstm(show=lambda new, old: new), "Your c is right, but in h it has not gone through tanh."),
    (_lstm(show=lambda new, old: np.tanh(old)), "Your c is right, but h shows the old one: compute c first, then h."),
    (lambda *given: lstm_step_from_onnx(*given)[::-1], "h and c are exchanged: `return h, c`."),
    (_lstm(bias=0), "The bias b is missing."),
    (_lstm(before=0), "The hidden state before, `h @ U`, is missing."),
]


def _verify_lstm(answer):
    for units in (2, 3):
        given = _given(units, 4 * units)
        why = "one row for each sequence, one column for each unit"
        parts = _parts(answer(*given), "h", "c").items()
        found = [expect_shape(name, state, (5, units), why) for name, state in parts]
        _refuse_known(found, _LSTM_MISTAKES, *given)
        h, c = lstm_step_from_onnx(*given)
        expect_close("c", found[1], c, why="it is f times the old c, plus i times g")
        expect_close("h", found[0], h, why="c is right; h is o times the tanh of the new c")


lstm_step = Exercise(
    name="lstm_step",
    title="The step, in another order",
    verify=_verify_lstm,
    solve=lstm_step_from_onnx,
    hints=[
        "One sum has all four pre-activations, `x @ W + h @ U + b`; `np.split(…, 4, axis=1)` takes its columns apart.",
        "Name the parts as they stand, `a_i, a_o, a_f, a_g`. Three go through the sigmoid, the candidate through tanh.",
        "`c = f * c + i * g`, and then, from the new c, `h = o * np.tanh(c)`.",
    ],
    typical_mistakes=[
        *_LSTM_MISTAKES,
        (_lstm(show=lambda new, old: sigmoid(new)), "c is right; h is"),
    ],
    remark="All orders have the same shapes: in the wrong one, weights load without a word and compute nonsense.",
)

# --- A step by hand --------------------------------------------------------

PENCIL = {"x": 2, "h": 0.5, "c": 1}
PENCIL |= {"W": np.array([-1, 1, 1, -1]), "U": np.array([6, -2, -4, 4]), "b": np.array([-1, 1, -1, 1])}
"""For one feature and one unit: the input, the states before the step, and the weights in the order i, f, g, o."""


def pencil_step() -> None:
    """Print the numbers of `PENCIL`, and a table of the sigmoid and of tanh."""
    x, h, c, W, U, b = PENCIL.values()
    print(f"x = {x}   h before = {h}   c before = {c}\n")
    a = np.array([-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3])
    table = {"": "ifgo", "W": W, "U": U, "b": b, "\na": a, "σ(a)": sigmoid(a).round(2), "tanh(a)": np.tanh(a).round(2)}
    for name, row in table.items():
        print(name.ljust(8 + name.count("\n")), *(f"{value!s:>5}" for value in row))


def by_hand():
    x, h, c, W, U, b = PENCIL.values()
    a_i, a_f, a_g, a_o = x * W + h * U + b  # 0, 2, -1, 1
    f, i, g, o = sigmoid(a_f), sigmoid(a_i), np.tanh(a_g), sigmoid(a_o)  # 0.88, 0.50, -0.76, 0.73
    c = f * c + i * g  # 0.88 * 1 + 0.50 * (-0.76) = 0.50
    h = o * np.tanh(c)  # 0.73 * 0.46 = 0.34
    return f, i, g, o, c, h


def _slips():
    """Return, for each of the six values, what slips give in its place, with the reasons."""
    x, h, c, W, U, b = PENCIL.values()
    f, i, g, o, c_new, _ = by_hand()
    slips = {"f": [(i, "this is i: the columns stand in the order i, f, g, o, the answer begins with f")]}
    for name, xW, hU, b_v in zip("ifgo", x * W, h * U, b, strict=True):
        right, other = (np.tanh, sigmoid) if name == "g" else (sigmoid, np.tanh)
        slips[name] = [
            *slips.get(name, []),
            (right(xW + hU), f"the bias of {name} is missing"),
            (right(xW + b_v), "the part of the hidden state before, h times U, is missing"),
            (xW + hU + b_v, "this is the pre-activation: take what the table says below it"),
            (other(xW + hU + b_v), "a gate goes through the sigmoid, the candidate through tanh"),
        ]
    slips["c"] = [
        (i * g, "this is only what is let in. The old memory, f times c, is missing"),
        (f * c + g, "the candidate has not gone through the input gate"),
        (i * c + f * g, "f and i are exchanged: f keeps the old c, i lets g in"),
        (f * c - i * g, "g is negative, and takes away from the memory"),
        (np.tanh(c_new), "tanh is for h. c is the plain sum"),
    ]
    slips["h"] = [
        (o * c_new, "this is o times c, without the tanh"),
        (np.tanh(c_new), "the output gate o is missing"),
        (o * np.tanh(c), "this shows the old c. h comes from the new one"),
    ]
    return slips


def _verify_pencil(answer):
    for (name, value), right in zip(_parts(answer, *"figoch").items(), by_hand(), strict=True):
        if value is None:
            raise Wrong(f"{name} is still None. {'All before it are right.' if name != 'f' else ''}")
        found = as_array(name, value)
        if found.ndim or found.dtype.kind not in "iuf":
            raise Wrong(f"{name} is {value!r}, expected one number.")
        if not abs(found - right) <= 0.01:  # so, NaN is wrong too
            slip, why = min(_slips()[name], key=lambda known: abs(found - known[0]))
            why = why if abs(found - slip) <= 0.01 else "go through its formula once more"
            raise Wrong(f"{name} = {found:g} is the first of the six that is not right: {why}.")


def _pencilled(**changes):
    return [changes.get(name, round(float(value), 2)) for name, value in zip("figoch", by_hand(), strict=True)]


pencil = Exercise(
    name="pencil",
    title="A step by hand",
    verify=_verify_pencil,
    solve=by_hand,
    is_value=True,
    hints=[
        "One column at a time: for f it is 2 · 1 + 0.5 · (−2) + 1 = 2, and below 2 the table has σ = 0.88.",
        "g goes through tanh, and is negative. Then c = f · 1 + i · g, where 1 is the old c.",
        "The new c is a number of the table: look up its tanh, and multiply it by o.",
    ],
    typical_mistakes=[
        (_pencilled(f=0.73), "the bias of f is missing"),
        (_pencilled(f=0.5, i=0.88), "this is i"),
        (_pencilled(g=0.27), "the candidate through tanh"),
        (_pencilled(c=-0.38), "The old memory"),
        (_pencilled(c=1.26), "g is negative"),
        (_pencilled(h=0.37), "without the tanh"),
    ],
    remark="Of c = 1, the gate kept 0.88, and a negative candidate brought it down to 0.5: writing can take away.",
)

# --- Four units ------------------------------------------------------------


def read_brackets() -> tuple[str, dict[str, np.ndarray]]:
    """Return a text, and i, f, o and c of four units, set by hand, at each symbol: for `plots.draw_gate_strips`."""
    text, shut, wide = "ab(cde)f(gh)ijk(l)mn", -8, 8
    pre_activations = [  # of i, f, g, o of each unit: at a letter, at an opening and at a closing bracket
        [(-1.7, shut, shut), (wide, shut, shut), (4, 0, 0), (wide, shut, shut)],
        [(wide, wide, wide), (shut, shut, shut), (0, 0, 0), (wide, wide, wide)],
        [(shut, wide, shut), (wide, wide, shut), (0, 4, 0), (wide, wide, wide)],
        [(shut, -1.2, shut), (wide, wide, wide), (0, 4, 0), (shut, shut, wide)],
    ]
    W, U = np.transpose(pre_activations, (2, 1, 0)).reshape(3, 16), np.zeros((4, 16))
    U[2, 2 * 4 + 1] = 3  # the candidate of unit 2 reads the hidden state of unit 3
    x = np.eye(3)[["()".find(symbol) + 1 for symbol in text]]
    trace = LSTMCell(W, U, None).forward(x[None])
    drawn = {"i": trace.input_gate, "f": trace.forget_gate, "o": trace.output_gate, "c": trace.cell}
    return text, {f"unit {unit}: {name}": drawn[name][0, :, unit - 1] for unit in (1, 2, 3, 4) for name in drawn}


def read_off():
    holds = 3  # c is 1 while a bracket is open: i opens at "(" alone, f shuts at ")" alone
    copies = 2  # the same c one symbol late, but f is 0 and i is 1: at every symbol all of it is new
    counts = 1  # i is open a little at every letter, so c grows; f shuts at every bracket
    hides = 4  # c grows at every "(" and is never forgotten, but o is open at ")" alone
    return holds, copies, counts, hides


# For each role: a strip, a place in the text, between what it lies there, and what is wrong with a unit outside that.
_CLUES = [
    ("holds", "c", 13, 0, 0.1, "no bracket is open there"),
    ("holds", "f", 4, 0.9, 1, "it keeps nothing from one symbol to the next. Who tells it that a bracket is open?"),
    ("copies", "f", 4, 0, 0.1, "it keeps a memory of its own; what copies takes all of it anew at every symbol"),
    ("counts", "i", 4, 0.05, 0.5, "a counter lets a little in at each letter: neither nothing nor all"),
    ("hides", "o", 3, 0, 0.1, "it shows its memory at a letter"),
]


def _verify_strips(answer):
    units = _parts(answer, "holds", "copies", "counts", "hides")
    text, strips = read_brackets()
    for role, strip, place, low, high, why in _CLUES:
        unit = expect_integer(role, units[role], why="the number of a unit")
        if not 1 <= unit <= 4:
            raise Wrong(f"{role} is {unit}, expected a unit from 1 to 4.")
        found = strips[f"unit {unit}: {strip}"][place]
        if not low <= found <= high:
            raise Wrong(f"{role} = {unit}: {strip} of unit {unit} is {found:.2f} at {text[place]!r}, and {why}.")


read_strip = Exercise(
    name="read_strip",
    title="Four units",
    verify=_verify_strips,
    solve=read_off,
    is_value=True,
    hints=[
        "Begin with c: at which symbols does it change? Two units look nearly alike.",
        "Which of the two remembers? Look at f: where it is 0, nothing of the old memory is left.",
        "For `hides`, look at o: where the output gate is shut, the memory may be full and nobody sees it.",
    ],
    typical_mistakes=[
        ((2, 3, 1, 4), "Who tells it"),
        ((4, 2, 1, 3), "no bracket is open"),
        ((3, 1, 2, 4), "f of unit 1 is 1.00 at 'd'"),
        ((3, 2, 4, 1), "lets a little in"),
        ((3, 2, 1, 1), "at a letter"),
    ],
    remark="Units 2 and 3 show nearly the same, and one of them remembers nothing: only the gates tell them apart.",
)

# --- From the LSTM to the GRU ----------------------------------------------


def gru_step(x, h, W, U, b):
    x_z, x_r, x_g = np.split(x @ W + b[0], 3, axis=1)
    h_z, h_r, h_g = np.split(h @ U + b[1], 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    g = np.tanh(x_g + r * h_g)
    return z * h + (1 - z) * g


def _gru(candidate=None, order="zrg", bias=(1, 1), blend=lambda z, h, g: z * h + (1 - z) * g):
    """Return a step that differs from the right one as the parameters say."""

    def step(x, h, W, U, b):
        a_x, a_h = np.split(x @ W + bias[0] * b[0], 3, axis=1), np.split(h @ U + bias[1] * b[1], 3, axis=1)
        z, r = (sigmoid(a_x[order.index(gate)] + a_h[order.index(gate)]) for gate in "zr")
        g = candidate(r, a_x[2], h, U[:, -len(U) :], b[1, -len(U) :]) if candidate else np.tanh(a_x[2] + r * a_h[2])
        return blend(z, h, g)

    return step


_GRU_MISTAKES = [
    (_gru(blend=lambda z, h, g: (1 - z) * h + z * g), "z and 1 - z are exchanged: in Keras, z keeps the old h."),
    (_gru(lambda r, x, h, U, b: np.tanh(x + (r * h) @ U + b)), "r acts before the product: reset_after=False does so."),
    (_gru(lambda r, x, h, U, b: np.tanh(x + r * (h @ U) + b)), "r has to multiply the bias b' of the candidate, too."),
    (_gru(lambda r, x, h, U, b: np.tanh(r * (x + h @ U + b))), "r acts on the input, too. It is there to forget h."),
    (_gru(lambda r, x, h, U, b: np.tanh(x + h @ U + b)), "The reset gate is missing in the candidate."),
    (_gru(order="rzg"), "Your blocks stand in the order r, z, g. Keras has z first."),
    (_gru(bias=(1, 0)), "The second bias, b[1], is missing."),
    (_gru(bias=(0, 1)), "The first bias, b[0], is missing."),
]


def _verify_gru(answer):
    for units in (2, 3):
        x, h, _, W, U, b = _given(units, 3 * units, rows=(2,))
        found = expect_shape("h", answer(x, h, W, U, b), (5, units), "as the h that came in")
        _refuse_known(found, _GRU_MISTAKES, x, h, W, U, b)
        expect_close("h", found, gru_step(x, h, W, U, b), why="check z, r, g and the blend one by one")


gru_from_lstm = Exercise(
    name="gru_from_lstm",
    title="From the LSTM to the GRU",
    verify=_verify_gru,
    solve=gru_step,
    hints=[
        "Begin with your LSTM step. There is no c and no output gate; z takes the place of f, and 1 − z that of i.",
        "r acts on the part from h alone. Keep two sums, `x @ W + b[0]` and `h @ U + b[1]`, and split each in three.",
        "`g = np.tanh(x_g + r * h_g)`, and then `h = z * h + (1 - z) * g`.",
    ],
    typical_mistakes=[
        *_GRU_MISTAKES,
        (_gru(blend=lambda z, h, g: z * h + g), "one by one"),
    ],
    remark="One gate does the work of two: keeping and letting in add up to 1. An LSTM can do both, or neither.",
)
