"""The cells by hand give Keras's numbers and TensorFlow's gradients, and what is wrong with an input is said."""

from __future__ import annotations

import math
import subprocess
import sys
import time as clock
import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

from course_utils.cells import GRUCell, LSTMCell, SimpleRNNCell, sigmoid  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

FLOAT32, FLOAT64 = "float32", "float64"


def few(examples):
    return settings(deadline=None, max_examples=examples, derandomize=True)


@dataclass(frozen=True)
class Kind:
    """One of the layers: the cell by hand, Keras's layer, and the options that both are given."""

    name: str
    cell: type
    layer: type
    blocks: int
    options: tuple = ()

    def shapes(self, features, units):
        width = self.blocks * units
        bias = (2, width) if dict(self.options).get("reset_after") else (width,)
        return (features, width), (units, width), bias


KINDS = [
    Kind("tanh", SimpleRNNCell, layers.SimpleRNN, 1, (("activation", "tanh"),)),
    Kind("relu", SimpleRNNCell, layers.SimpleRNN, 1, (("activation", "relu"),)),
    Kind("linear", SimpleRNNCell, layers.SimpleRNN, 1, (("activation", "linear"),)),
    Kind("LSTM", LSTMCell, layers.LSTM, 4),
    Kind("GRU, reset after", GRUCell, layers.GRU, 3, (("reset_after", True),)),
    Kind("GRU, reset before", GRUCell, layers.GRU, 3, (("reset_after", False),)),
]
TANH, RELU, LINEAR, LSTM, GRU, GRU_BEFORE = KINDS
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
MASKS = ["none", "random", "leading", "middle", "trailing", "one row all masked", "all masked"]


@dataclass(frozen=True)
class Case:
    """A layer, its sizes and its input, from which all numbers follow."""

    kind: Kind
    batch: int = 3
    time: int = 6
    features: int = 3
    units: int = 4
    bias: bool = True
    initial: bool = True
    mask: str = "none"
    seed: int = 0

    def numbers(self, salt, *shape):
        return np.random.default_rng([self.seed, salt]).normal(size=shape)

    def weights(self, dtype):
        kernel, recurrent, bias = self.kind.shapes(self.features, self.units)
        # Of this size the state neither dies nor explodes, so that the 200th step still says something.
        found = [
            self.numbers(1, *kernel) / np.sqrt(self.features),
            self.numbers(2, *recurrent) * 0.7 / np.sqrt(self.units),
            self.numbers(3, *bias) if self.bias else None,
        ]
        return [None if weight is None else weight.astype(dtype) for weight in found]

    def cell(self, dtype):
        return self.kind.cell(*self.weights(dtype), **dict(self.kind.options))

    def keras_layer(self, dtype):
        layer = built(self.kind, self.features, self.units, self.bias, dtype)
        layer.set_weights([weight for weight in self.weights(dtype) if weight is not None])
        return layer

    def x(self, dtype=FLOAT64):
        return self.numbers(4, self.batch, self.time, self.features).astype(dtype)

    def states(self, dtype=FLOAT64):
        """The initial states as a list, or None."""
        count = 2 if self.kind is LSTM else 1
        if not self.initial:
            return None
        return [self.numbers(5 + place, self.batch, self.units).astype(dtype) for place in range(count)]

    def state(self, dtype=FLOAT64):
        """The initial state as the cells take it."""
        states = self.states(dtype)
        return states if states is None or self.kind is LSTM else states[0]

    def of_mask(self):
        mask = np.random.default_rng([self.seed, 7]).random((self.batch, self.time)) < 0.6
        third = max(self.time // 3, 1)
        if self.mask == "none":
            return None
        if self.mask != "random":
            mask[:] = True
        if self.mask == "leading":
            mask[:, :third] = False
        if self.mask == "middle":
            mask[:, third : 2 * third] = False
        if self.mask == "trailing":
            mask[:, -third:] = False
        if self.mask == "one row all masked":
            mask[-1] = False
        if self.mask == "all masked":
            mask[:] = False
        return mask

    def forward(self, dtype=FLOAT64):
        return self.cell(dtype).forward(self.x(dtype), self.state(dtype), self.of_mask())


@cache
def built(kind, features, units, bias, dtype):
    options = dict(kind.options)
    layer = kind.layer(units, return_sequences=True, return_state=True, use_bias=bias, dtype=dtype, **options)
    layer.build((None, None, features))
    return layer


SIZE = st.integers(1, 4)
CASES = st.builds(
    Case,
    kind=st.sampled_from(KINDS),
    batch=SIZE,
    time=st.integers(1, 9),
    features=SIZE,
    units=SIZE,
    bias=st.booleans(),
    initial=st.booleans(),
    mask=st.sampled_from(MASKS),
    seed=st.integers(0, 1000),
)


def always(cases):
    """Run a property test on these cases beside the random ones."""

    def add(test):
        for case in cases:
            test = example(case)(test)
        return test

    return add


EDGES = [Case(kind, 1, 1, 1, 1) for kind in KINDS]
EDGES += [Case(kind, 2, 200, 3, 5, mask="random") for kind in (TANH, LSTM, GRU)]
EDGES += [Case(kind, mask=mask) for kind in (RELU, LSTM, GRU_BEFORE) for mask in MASKS[1:]]


def assert_within(found, expected, tolerance):
    assert found.shape == expected.shape
    # The states of tanh cells are below 1; those of relu and linear ones grow, and so does what one bit is worth.
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max()))


# --- Forward


def assert_forward_equals_keras(case, dtype, tolerance):
    trace = case.forward(dtype)
    output, *states = case.keras_layer(dtype)(case.x(dtype), initial_state=case.states(dtype), mask=case.of_mask())
    assert trace.hidden.dtype == dtype
    assert_within(trace.output, output.numpy(), tolerance)
    assert_within(trace.hidden[:, -1], states[0].numpy(), tolerance)
    if case.kind is LSTM:
        assert_within(trace.cell[:, -1], states[1].numpy(), tolerance)


@always(EDGES)
@few(40)
@given(CASES)
def test_numpy_equals_keras_to_1e_6(case):
    assert_forward_equals_keras(case, FLOAT32, 1e-6)


@few(20)
@given(CASES)
def test_numpy_equals_keras_to_1e_12_in_float64(case):
    assert_forward_equals_keras(case, FLOAT64, 1e-12)


def logistic(a):
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


def step_by_step(case):
    """All that a trace holds, from numbers and loops alone."""
    kind, units = case.kind, range(case.units)
    x, mask = case.x().tolist(), case.of_mask()
    W, U, b = (None if weight is None else weight.tolist() for weight in case.weights(FLOAT64))
    if kind is GRU:
        b, b_h = b or (None, None)
    else:
        b_h = None

    def product(vector, matrix, bias, block, u):
        column = block * case.units + u
        total = bias[column] if bias else 0.0
        for place, value in enumerate(vector):
            total += value * matrix[place][column]
        return total

    def step(x_t, h, c):
        def a(block, u):
            return product(x_t, W, b, block, u) + product(h, U, b_h, block, u)

        if kind is LSTM:
            i, f, o = ([logistic(a(block, u)) for u in units] for block in (0, 1, 3))
            g = [math.tanh(a(2, u)) for u in units]
            c = [f[u] * c[u] + i[u] * g[u] for u in units]
            return [o[u] * math.tanh(c[u]) for u in units], c, (i, f, g, o)
        if kind in (GRU, GRU_BEFORE):
            z, r = ([logistic(a(block, u)) for u in units] for block in (0, 1))
            if kind is GRU:
                from_h = [r[u] * product(h, U, b_h, 2, u) for u in units]
            else:
                from_h = [product([r[v] * h[v] for v in units], U, None, 2, u) for u in units]
            g = [math.tanh(product(x_t, W, b, 2, u) + from_h[u]) for u in units]
            return [z[u] * h[u] + (1 - z[u]) * g[u] for u in units], c, (z, r, g)
        activation = {TANH: math.tanh, RELU: lambda a: max(a, 0.0), LINEAR: lambda a: a}[kind]
        return [activation(a(0, u)) for u in units], c, ([a(0, u) for u in units],)

    steps = []
    for place in range(case.batch):
        states = case.states() or [np.zeros((case.batch, case.units))] * 2
        h, c = states[0][place].tolist(), states[-1][place].tolist()
        for t in range(case.time):
            h_new, c_new, gates = step(x[place][t], h, c)
            if mask is None or mask[place, t]:
                h, c = h_new, c_new
            steps.append([h, *([c] if kind is LSTM else []), *gates])
    values = np.array(steps).reshape(case.batch, case.time, -1, case.units)
    return [values[:, :, place] for place in range(values.shape[2])]


NAMES = {
    SimpleRNNCell: ["hidden", "pre_activation"],
    LSTMCell: ["hidden", "cell", "input_gate", "forget_gate", "candidate", "output_gate"],
    GRUCell: ["hidden", "update_gate", "reset_gate", "candidate"],
}


@always(EDGES)
@few(60)
@given(CASES)
def test_states_and_gates_equal_a_step_by_step_sum_to_1e_12(case):
    trace = case.forward()
    expected = step_by_step(case)
    assert len(expected) == len(NAMES[case.kind.cell])
    for name, values in zip(NAMES[case.kind.cell], expected, strict=True):
        assert_within(getattr(trace, name), values, 1e-12)


def test_a_trace_says_what_went_in():
    case = Case(LSTM, mask="random")
    trace = case.forward()
    assert np.array_equal(trace.x, case.x())
    assert np.array_equal(trace.mask, case.of_mask())
    assert np.array_equal(trace.initial_state, case.states())
    bare = Case(LSTM, initial=False).forward()
    assert bare.mask.all()
    assert bare.mask.shape == (3, 6)
    assert not np.any(bare.initial_state)
    assert Case(GRU, initial=False).forward().initial_state.shape == (3, 4)


@each_kind
def test_a_masked_step_repeats_the_state_whatever_its_input(kind):
    case = Case(kind, mask="random")
    mask = case.of_mask()
    trace = case.forward()
    for name in ("hidden", "cell") if kind is LSTM else ("hidden",):
        states = getattr(trace, name)
        assert np.array_equal(states[:, 1:][~mask[:, 1:]], states[:, :-1][~mask[:, 1:]])
    x = case.x()
    x[~mask] = 5
    assert np.array_equal(case.cell(FLOAT64).forward(x, case.state(), mask).hidden, trace.hidden)


@each_kind
def test_before_its_first_step_that_counts_keras_puts_out_zeros_and_keeps_the_initial_state(kind):
    case = Case(kind, mask="leading", time=3)
    trace = case.forward(FLOAT32)
    output, hidden, *_ = case.keras_layer(FLOAT32)(
        case.x(FLOAT32)[:, :1], initial_state=case.states(FLOAT32), mask=np.zeros((3, 1), bool)
    )
    start = case.states(FLOAT32)[0]
    assert not output.numpy().any()
    assert not trace.output[:, 0].any()
    assert np.array_equal(hidden, start)
    assert np.array_equal(trace.hidden[:, 0], start)
    assert trace.started.tolist() == [[False, True, True]] * 3


@each_kind
def test_two_halves_with_the_state_carried_are_the_whole(kind):
    case = Case(kind, mask="random", time=7)
    whole, cell, mask = case.forward(), case.cell(FLOAT64), case.of_mask()
    first = cell.forward(case.x()[:, :3], case.state(), mask[:, :3])
    state = (first.hidden[:, -1], first.cell[:, -1]) if kind is LSTM else first.hidden[:, -1]
    second = cell.forward(case.x()[:, 3:], state, mask[:, 3:])
    assert_within(np.concatenate([first.hidden, second.hidden], axis=1), whole.hidden, 1e-14)


# --- Backward


def assert_equal_to(tolerance, found, expected):
    """Differ by at most `tolerance`, relative to the largest number of each array."""
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    largest = np.abs(expected).max()
    assert np.abs(found - expected).max() <= tolerance * largest, (np.abs(found - expected).max(), largest)


def states_of(gradients):
    state = gradients.initial_state
    return list(state) if isinstance(state, tuple) else [state]


def assert_bptt_equals_autodiff(case, dtype, tolerance):
    cell, trace = case.cell(dtype), case.forward(dtype)
    shape = case.batch, case.time, case.units
    d_output = case.numbers(8, *shape).astype(dtype)
    d_last = [case.numbers(9 + place, case.batch, case.units).astype(dtype) for place in range(2)]

    layer, x = case.keras_layer(dtype), tf.constant(case.x(dtype))
    start = [tf.constant(state) for state in case.states(dtype) or ()]
    with tf.GradientTape() as tape:
        tape.watch([x, *start])
        output, *last = layer(x, initial_state=start or None, mask=case.of_mask())
        loss = tf.reduce_sum(output * d_output) + sum(
            tf.reduce_sum(state * d) for state, d in zip(last, d_last, strict=False)
        )
    expected = tape.gradient(loss, [x, *(weight.value for weight in layer.weights), *start])

    d_hidden = d_output * trace.started[..., None]
    d_hidden[:, -1] += d_last[0]
    if case.kind is LSTM:
        d_cell = np.zeros(shape, dtype)
        d_cell[:, -1] = d_last[1]
        gradients = cell.backward(trace, d_hidden, d_cell)
    else:
        gradients = cell.backward(trace, d_hidden)
    found = [gradients.x, gradients.kernel, gradients.recurrent_kernel]
    found += [gradients.bias] if case.bias else []
    found += states_of(gradients) if start else []
    assert (gradients.bias is None) == (not case.bias)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == dtype
        assert_equal_to(tolerance, one, other)


@always(EDGES)
@few(30)
@given(CASES)
def test_hand_written_bptt_equals_autodiff_to_1e_5(case):
    assert_bptt_equals_autodiff(case, FLOAT32, 1e-5)


@few(20)
@given(CASES)
def test_hand_written_bptt_equals_autodiff_to_1e_11_in_float64(case):
    assert_bptt_equals_autodiff(case, FLOAT64, 1e-11)


def slopes(loss, array):
    """The derivative of a loss by each number of an array, from small steps to both sides."""
    found, size = np.zeros_like(array), 1e-5
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + size
        above = loss()
        array[place] = value - size
        found[place] = (above - loss()) / (2 * size)
        array[place] = value
    return found


def assert_slopes(gradient, loss, array):
    expected = slopes(loss, array)
    assert gradient.shape == expected.shape
    assert np.abs(gradient - expected).max() <= 1e-7 * max(1, np.abs(expected).max())


SMALL = st.builds(
    Case,
    kind=st.sampled_from(KINDS),
    batch=st.integers(1, 2),
    time=st.integers(1, 4),
    features=st.integers(1, 2),
    units=st.integers(1, 3),
    bias=st.booleans(),
    initial=st.just(True),
    mask=st.sampled_from(MASKS),
    seed=st.integers(0, 1000),
)


SMALL_EDGES = [Case(kind, 2, 5, 2, 3, mask="random") for kind in KINDS]
SMALL_EDGES += [Case(LSTM, 2, 4, 2, 2, mask=mask) for mask in MASKS]


def losses(case):
    """How a loss weighs the hidden states, and for the LSTM the cell states."""
    count = 2 if case.kind is LSTM else 1
    return [case.numbers(11 + place, case.batch, case.time, case.units) for place in range(count)]


def weighed(trace, d_states):
    states = [trace.hidden, trace.cell] if len(d_states) == 2 else [trace.hidden]
    return sum(np.sum(state * d) for state, d in zip(states, d_states, strict=True))


@always(SMALL_EDGES)
@few(30)
@given(SMALL)
def test_gradients_equal_central_differences_to_1e_7(case):
    cell, x, state, mask, d_states = case.cell(FLOAT64), case.x(), case.state(), case.of_mask(), losses(case)
    gradients = cell.backward(cell.forward(x, state, mask), *d_states)

    def loss():
        return weighed(cell.forward(x, state, mask), d_states)

    assert_slopes(gradients.x, loss, x)
    assert_slopes(gradients.kernel, loss, cell.kernel)
    assert_slopes(gradients.recurrent_kernel, loss, cell.recurrent_kernel)
    if case.bias:
        assert_slopes(gradients.bias, loss, cell.bias)
    for gradient, array in zip(states_of(gradients), state if case.kind is LSTM else [state], strict=True):
        assert_slopes(gradient, loss, array)


@always(SMALL_EDGES)
@few(30)
@given(SMALL)
def test_what_arrives_at_a_state_equals_central_differences_of_the_steps_from_there(case):
    cell, x, mask, d_states = case.cell(FLOAT64), case.x(), case.forward().mask, losses(case)
    trace = cell.forward(x, case.state(), mask)
    gradients = cell.backward(trace, *d_states)
    for t in range(case.time):
        h = trace.hidden[:, t].copy()
        c = trace.cell[:, t].copy() if case.kind is LSTM else None

        def loss_from_here(recompute_h=False, t=t, h=h, c=c):
            if recompute_h:
                h = np.where(mask[:, t, None], trace.output_gate[:, t] * np.tanh(c), h)
            states = [h] if c is None else [h, c]
            loss = sum(np.sum(state * d[:, t]) for state, d in zip(states, d_states, strict=True))
            if t + 1 < case.time:
                rest = cell.forward(x[:, t + 1 :], h if c is None else (h, c), mask[:, t + 1 :])
                loss += weighed(rest, [d[:, t + 1 :] for d in d_states])
            return loss

        assert_slopes(gradients.hidden[:, t], loss_from_here, h)
        if c is None:
            assert gradients.cell is None
        else:
            assert_slopes(gradients.cell[:, t], lambda loss=loss_from_here: loss(recompute_h=True), c)


def test_three_steps_of_one_linear_unit_as_on_paper():
    # h_t = x_t + 2 h_{t-1}: 1, 3, 7. The loss is the last state, so 1, 2, 4 arrive going back.
    cell = SimpleRNNCell([[1]], [[2]], [0], activation="linear")
    trace = cell.forward([[[1], [1], [1]]])
    assert trace.hidden.ravel().tolist() == [1, 3, 7]
    gradients = cell.backward(trace, [[[0], [0], [1]]])
    assert gradients.hidden.ravel().tolist() == [4, 2, 1]
    assert gradients.x.ravel().tolist() == [4, 2, 1]
    assert gradients.kernel.tolist() == [[7]]
    assert gradients.recurrent_kernel.tolist() == [[1 * 3 + 2 * 1 + 4 * 0]]
    assert gradients.bias.tolist() == [7]
    assert gradients.initial_state.tolist() == [[8]]


@each_kind
def test_the_gradient_passes_masked_steps_unchanged(kind):
    case = Case(kind, mask="random")
    mask, d_hidden = case.of_mask(), case.numbers(8, 3, 6, 4)
    gradients = case.cell(FLOAT64).backward(case.forward(), d_hidden)
    assert not gradients.x[~mask].any()
    passed = (d_hidden[:, :-1] + gradients.hidden[:, 1:])[~mask[:, 1:]]
    assert np.array_equal(gradients.hidden[:, :-1][~mask[:, 1:]], passed)


@each_kind
def test_a_sequence_that_is_masked_throughout_moves_no_weight(kind):
    case = Case(kind, mask="all masked")
    d_hidden = np.ones((3, 6, 4))
    gradients = case.cell(FLOAT64).backward(case.forward(), d_hidden)
    for gradient in (gradients.x, gradients.kernel, gradients.recurrent_kernel, gradients.bias):
        assert not gradient.any()
    assert np.array_equal(states_of(gradients)[0], np.full((3, 4), 6))


def test_without_d_cell_the_loss_does_not_look_at_the_cell_states():
    case = Case(LSTM)
    d_hidden = case.numbers(8, 3, 6, 4)
    without = case.cell(FLOAT64).backward(case.forward(), d_hidden)
    zeros = case.cell(FLOAT64).backward(case.forward(), d_hidden, np.zeros((3, 6, 4)))
    assert np.array_equal(without.kernel, zeros.kernel)
    assert without.cell.shape == (3, 6, 4)


# --- What goes in


@each_kind
def test_lists_are_as_good_as_arrays(kind):
    case = Case(kind, mask="random")
    weights = [weight.tolist() for weight in case.weights(FLOAT64)]
    cell = kind.cell(*weights, **dict(kind.options))
    state = [part.tolist() for part in case.states()] if kind is LSTM else case.state().tolist()
    trace = cell.forward(case.x().tolist(), state, case.of_mask().tolist())
    assert np.array_equal(trace.hidden, case.forward().hidden)
    d_hidden = case.numbers(8, 3, 6, 4)
    expected = case.cell(FLOAT64).backward(case.forward(), d_hidden)
    assert np.array_equal(cell.backward(trace, d_hidden.tolist()).kernel, expected.kernel)


@pytest.mark.parametrize(
    ("weights", "computed"),
    [
        ((FLOAT32, FLOAT32, FLOAT32), FLOAT32),
        ((FLOAT64, FLOAT64, FLOAT64), FLOAT64),
        ((FLOAT32, FLOAT64, FLOAT32), FLOAT64),
        ((FLOAT32, FLOAT32, "int64"), FLOAT64),
        (("int8", "int8", "int8"), FLOAT64),
        (("float16", "float16", "float16"), FLOAT64),
    ],
    ids=str,
)
def test_all_is_computed_in_float32_if_all_weights_are_and_else_in_float64(weights, computed):
    arrays = [np.ones(shape, dtype) for shape, dtype in zip([(2, 9), (3, 9), (2, 9)], weights, strict=True)]
    cell = GRUCell(*arrays)
    trace = cell.forward(np.ones((1, 2, 2)), mask=[[True, False]])
    gradients = cell.backward(trace, np.ones((1, 2, 3)))
    results = [cell.kernel, cell.bias, trace.x, trace.hidden, trace.output, trace.candidate]
    results += [gradients.x, gradients.kernel, gradients.bias, gradients.hidden, gradients.initial_state]
    assert {array.dtype.name for array in results} == {computed}


def test_units_and_features():
    cell = Case(LSTM).cell(FLOAT32)
    assert (cell.units, cell.features) == (4, 3)


def test_a_cell_and_a_trace_keep_their_numbers_when_the_arrays_they_came_from_change():
    case = Case(TANH)
    weights, x, mask = case.weights(FLOAT64), case.x(), np.ones((3, 6), bool)
    cell = SimpleRNNCell(*weights)
    trace = cell.forward(x, mask=mask)
    for array in (*weights, x, mask):
        array[:] = 0
    assert cell.kernel.any()
    assert trace.x.any()
    assert trace.mask.all()


def test_a_cell_can_be_trained_by_hand():
    case = Case(GRU)
    cell, x, state = case.cell(FLOAT64), case.x(), case.state()

    def loss_and_error():
        trace = cell.forward(x, state)
        error = trace.hidden - 0.5
        return trace, 0.5 * np.sum(error**2), error

    _, before, _ = loss_and_error()
    for _ in range(20):
        trace, _, error = loss_and_error()
        gradients = cell.backward(trace, error)
        for name in ("kernel", "recurrent_kernel", "bias"):
            weight = getattr(cell, name)
            weight -= 0.02 * getattr(gradients, name)
    assert loss_and_error()[1] < 0.5 * before


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
def test_the_sigmoid_is_right_and_silent_far_from_zero(dtype):
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        found = sigmoid(np.array([-1e30, -1000, -1, 0, 1, 1000, 1e30], dtype))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [0, 0, logistic(-1), 0.5, logistic(1), 1, 1], rtol=1e-6, atol=0)


@each_kind
def test_saturated_gates_give_no_warning(kind):
    case = Case(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = case.cell(FLOAT32).forward(1e3 * case.x())
        gradients = case.cell(FLOAT32).backward(trace, np.ones_like(trace.hidden))
    assert np.isfinite(gradients.kernel).all()


def test_an_exploding_state_becomes_infinite_in_silence_as_in_keras():
    layer = built(LINEAR, 1, 1, False, FLOAT32)
    layer.set_weights([np.ones((1, 1)), np.full((1, 1), 10.0)])
    x = np.ones((1, 60, 1), np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cell = SimpleRNNCell.from_keras(layer)
        trace = cell.forward(x)
        gradients = cell.backward(trace, np.ones_like(trace.hidden))
    assert np.array_equal(np.isinf(trace.hidden), np.isinf(layer(x)[0]))
    assert np.isinf(trace.hidden[0, -1])
    assert np.isinf(gradients.hidden[0, 0])


def test_shown_in_a_notebook_a_trace_gives_shapes_and_not_numbers():
    trace = Case(LSTM).forward()
    assert "hidden: (3, 6, 4)" in repr(trace)
    assert "initial_state: ((3, 4), (3, 4))" in repr(trace)
    assert "bias: (16,)" in repr(Case(LSTM).cell(FLOAT64).backward(trace, trace.hidden))


def test_the_module_needs_numpy_only(repository):
    code = "import sys, course_utils.cells; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=repository, check=False).returncode == 0


@pytest.mark.parametrize("units", [32, 64])
@each_kind
def test_a_pass_over_60_steps_takes_less_than_5_ms(kind, units):
    case = Case(kind, batch=1, time=60, features=32, units=units)
    cell, x = case.cell(FLOAT32), case.x(FLOAT32)
    trace = cell.forward(x)

    def manages(run):
        # On a busy machine most passes wait for something else: one of many has to show what the code needs.
        for _ in range(300):
            start = clock.perf_counter()
            run()
            if clock.perf_counter() - start < 0.005:
                return True
            clock.sleep(0.01)
        return False

    assert manages(lambda: cell.forward(x))
    assert manages(lambda: cell.backward(trace, trace.hidden))


# --- From Keras


def test_weights_come_from_layers_cells_and_subclasses():
    case = Case(LSTM)
    expected = case.forward(FLOAT32).hidden
    sources = [
        layers.LSTM(4, stateful=False, dropout=0.5),
        layers.LSTM(4, trainable=False),
        FastLSTM(4),
        layers.LSTMCell(4),
        layers.RNN(layers.LSTMCell(4)),
    ]
    for source in sources:
        source.build((None, 3) if isinstance(source, layers.LSTMCell) else (None, None, 3))
        source.set_weights(case.weights(FLOAT32))
        cell = LSTMCell.from_keras(source)
        assert np.array_equal(cell.forward(case.x(FLOAT32), case.state()).hidden, expected)


@each_kind
@pytest.mark.parametrize("bias", [True, False])
def test_from_keras_takes_over_weights_and_options(kind, bias):
    case = Case(kind, bias=bias)
    cell = kind.cell.from_keras(case.keras_layer(FLOAT64))
    trace = cell.forward(case.x(), case.state())
    assert cell.dtype == FLOAT64
    assert (cell.bias is not None) == bias
    assert np.array_equal(trace.hidden, case.forward().hidden)


def with_one_more_weight():
    class Peephole(layers.LSTMCell):
        def build(self, input_shape):
            super().build(input_shape)
            self.peephole = self.add_weight(shape=(4,), name="peephole")

    layer = layers.RNN(Peephole(4))
    layer.build((None, None, 3))
    return layer


def ready(layer):
    layer.build((None, None, 3))
    return layer


@pytest.mark.parametrize(
    ("cell", "layer", "error", "said"),
    [
        (LSTMCell, lambda: layers.LSTM(4), ValueError, "no weights yet"),
        (GRUCell, lambda: layers.GRUCell(4), ValueError, "no weights yet"),
        (LSTMCell, lambda: ready(layers.GRU(4)), TypeError, "of type GRU, expected a keras.layers.LSTM or LSTMCell"),
        (GRUCell, lambda: ready(layers.LSTM(4)), TypeError, "of type LSTM, expected a keras.layers.GRU"),
        (SimpleRNNCell, lambda: layers.Dense(4), TypeError, "of type Dense, expected a keras.layers.SimpleRNN"),
        (LSTMCell, lambda: ready(layers.Bidirectional(layers.LSTM(4))), TypeError, "of type Bidirectional"),
        (LSTMCell, lambda: keras.Sequential([layers.LSTM(4)]), TypeError, "of type Sequential"),
        (LSTMCell, lambda: Case(LSTM).forward(), TypeError, "of type LSTMTrace"),
        (LSTMCell, lambda: np.ones((3, 16)), TypeError, "of type ndarray"),
        (SimpleRNNCell, lambda: ready(layers.SimpleRNN(4, "gelu")), ValueError, "activation=gelu, expected tanh or"),
        (LSTMCell, lambda: ready(layers.LSTM(4, "relu")), ValueError, " activation=relu, expected tanh"),
        (GRUCell, lambda: ready(layers.GRU(4, "elu")), ValueError, " activation=elu, expected tanh"),
        (
            GRUCell,
            lambda: ready(layers.GRU(4, recurrent_activation="hard_sigmoid")),
            ValueError,
            "recurrent_activation=hard_sigmoid, expected sigmoid",
        ),
        (LSTMCell, lambda: ready(layers.LSTM(4, activation=layers.ReLU())), ValueError, "expected tanh"),
        (LSTMCell, lambda: ready(layers.LSTM(4, go_backwards=True)), ValueError, r"go_backwards.*x\[:, ::-1\]"),
        (GRUCell, lambda: ready(layers.GRU(4, zero_output_for_mask=True)), ValueError, "zero_output_for_mask"),
        (LSTMCell, with_one_more_weight, ValueError, "4 weights, expected 3: kernel, recurrent_kernel, bias"),
    ],
)
def test_a_layer_that_does_not_fit_is_refused(cell, layer, error, said):
    with pytest.raises(error, match=said):
        cell.from_keras(layer())


def test_a_layer_that_reads_backwards_is_the_cell_on_the_reversed_steps():
    layer = ready(layers.LSTM(4, go_backwards=True, return_sequences=True))
    x = Case(LSTM).x(FLOAT32)
    hidden = LSTMCell.from_keras(layer.cell).forward(x[:, ::-1]).hidden
    np.testing.assert_allclose(hidden, layer(x), atol=1e-6)


# --- What is refused


def ones(*shape):
    return np.ones(shape)


NAN = np.array([[[1.0, 2.0], [3.0, np.nan]]])


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (
            lambda: LSTMCell(ones(16), ones(4, 16), None),
            ValueError,
            r"kernel has shape \(16,\).*\(features, 4 × units\)",
        ),
        (
            lambda: LSTMCell(ones(3, 15), ones(4, 15), None),
            ValueError,
            r"kernel.*i, f, g, o: 15 is not a multiple of 4",
        ),
        (lambda: GRUCell(ones(3, 16), ones(4, 16), None), ValueError, r"kernel.*z, r, g: 16 is not a multiple of 3"),
        (
            lambda: GRUCell(ones(3, 12), ones(3, 12), None),
            ValueError,
            r"recurrent_kernel has shape \(3, 12\), expected \(units=4, 3 × units=12\)",
        ),
        (
            lambda: SimpleRNNCell(ones(3, 4), ones(3, 4), None),
            ValueError,
            r"recurrent_kernel has shape \(3, 4\), expected \(units=4, units=4\)",
        ),
        (lambda: SimpleRNNCell(ones(3, 4), ones(4, 4), ones(3)), ValueError, r"bias has shape \(3,\).*\(units=4\)"),
        (lambda: LSTMCell(ones(3, 16), ones(4, 16), ones(4)), ValueError, r"bias has shape \(4,\).*\(4 × units=16\)"),
        (lambda: GRUCell(ones(3, 12), ones(4, 12), ones(12)), ValueError, r"bias has shape \(12,\).*=2, 3 × units=12"),
        (
            lambda: GRUCell(ones(3, 12), ones(4, 12), ones(2, 12), reset_after=False),
            ValueError,
            r"bias has shape \(2, 12\), expected \(3 × units=12\)",
        ),
        (lambda: SimpleRNNCell(ones(0, 4), ones(4, 4), None), ValueError, r"kernel has shape \(0, 4\)"),
        (lambda: SimpleRNNCell(ones(3, 0), ones(0, 0), None), ValueError, r"kernel has shape \(3, 0\)"),
        (lambda: SimpleRNNCell(NAN[0], ones(2, 2), None), ValueError, r"kernel holds nan at \(features=1, units=1\)"),
        (lambda: SimpleRNNCell(ones(2, 2), -np.inf * ones(2, 2), None), ValueError, "recurrent_kernel holds -inf at"),
        (lambda: SimpleRNNCell(ones(2, 2), ones(2, 2), [1, np.nan]), ValueError, r"bias holds nan at \(units=1\)"),
        (lambda: SimpleRNNCell([["a"]], [[1]], None), TypeError, "kernel has dtype"),
        (lambda: SimpleRNNCell([[1j]], [[1]], None), TypeError, "kernel has dtype complex128, expected numbers"),
        (lambda: SimpleRNNCell([[1, 2], [3]], [[1]], None), ValueError, "kernel is not an array"),
        (lambda: SimpleRNNCell(ones(2, 2), ones(2, 2), None, activation="gelu"), ValueError, "'gelu', expected.*relu"),
    ],
)
def test_weights_that_do_not_fit_are_refused(make, error, said):
    with pytest.raises(error, match=said):
        make()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"x": ones(4, 3)}, ValueError, r"x has shape \(4, 3\), expected \(batch, time, features=3\)"),
        ({"x": ones(1, 4, 5)}, ValueError, r"x has shape \(1, 4, 5\), expected \(batch, time, features=3\)"),
        ({"x": ones(0, 4, 3)}, ValueError, r"x has shape \(0, 4, 3\).*at least 1"),
        ({"x": ones(2, 0, 3)}, ValueError, r"x has shape \(2, 0, 3\).*at least 1"),
        ({"x": [[[1, 2, 3]], [[1, 2]]]}, ValueError, "x is not an array"),
        ({"x": [[["a", "b", "c"]]]}, TypeError, "x has dtype"),
        ({"x": None}, ValueError, r"x has shape \(\)"),
        ({"x": [[[1, 2, 3], [1, np.inf, np.nan]]]}, ValueError, r"x holds inf at \(batch=0, time=1, features=1\)"),
        ({"x": [[[1, 2, 1e300]]]}, ValueError, "x holds inf.*float32"),
        ({"initial_state": ones(4)}, ValueError, r"initial_state has shape \(4,\), expected \(batch=2, units=4\)"),
        ({"initial_state": ones(3, 4)}, ValueError, r"initial_state has shape \(3, 4\), expected \(batch=2, units=4\)"),
        ({"initial_state": (ones(2, 4), ones(2, 4))}, ValueError, r"initial_state has shape \(2, 2, 4\)"),
        ({"initial_state": np.nan * ones(2, 4)}, ValueError, r"initial_state holds nan at \(batch=0, units=0\)"),
        ({"mask": ones(2, 4) > 0}, ValueError, r"mask has shape \(2, 4\), expected \(batch=2, time=5\)"),
        ({"mask": ones(2, 5, 1) > 0}, ValueError, r"mask has shape \(2, 5, 1\), expected \(batch=2, time=5\)"),
        ({"mask": ones(2, 5)}, TypeError, "mask has dtype float64, expected bool"),
        ({"mask": [[1, 1, 1, 0, 0]] * 2}, TypeError, r"mask has dtype int\d+, expected bool"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(arguments, error, said):
    for kind in (TANH, GRU):
        with pytest.raises(error, match=said):
            Case(kind).cell(FLOAT32).forward(**{"x": ones(2, 5, 3), **arguments})


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ones(2, 4), "initial_state is of type ndarray, expected a pair"),
        (ones(2, 2, 4), "initial_state is of type ndarray, expected a pair"),
        ([ones(2, 4)], "initial_state is of type list of length 1, expected a pair"),
        ((ones(2, 4),) * 3, "initial_state is of type tuple of length 3, expected a pair"),
        ((ones(2, 4), ones(2, 3)), r"initial_state \(cell\) has shape \(2, 3\), expected \(batch=2, units=4\)"),
        ((ones(1, 4), ones(2, 4)), r"initial_state \(hidden\) has shape \(1, 4\)"),
        ((ones(2, 4), np.nan * ones(2, 4)), r"initial_state \(cell\) holds nan"),
    ],
)
def test_an_initial_state_of_the_lstm_that_is_no_pair_is_refused(state, said):
    with pytest.raises(ValueError, match=said):
        Case(LSTM).cell(FLOAT32).forward(ones(2, 5, 3), initial_state=state)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"d_hidden": ones(3, 4)}, ValueError, r"d_hidden has shape \(3, 4\), expected \(batch=3, time=6, units=4\)"),
        ({"d_hidden": ones(3, 5, 4)}, ValueError, r"d_hidden has shape \(3, 5, 4\)"),
        ({"d_hidden": np.nan * ones(3, 6, 4)}, ValueError, r"d_hidden holds nan at \(batch=0, time=0, units=0\)"),
        ({"d_hidden": None}, ValueError, r"d_hidden has shape \(\)"),
        ({"d_cell": ones(3, 6, 5)}, ValueError, r"d_cell has shape \(3, 6, 5\), expected \(batch=3, time=6, units=4\)"),
        ({"d_cell": np.inf * ones(3, 6, 4)}, ValueError, "d_cell holds inf"),
        ({"trace": Case(GRU).forward()}, TypeError, "of type GRUTrace, expected the LSTMTrace"),
        ({"trace": ones(3, 6, 4)}, TypeError, "of type ndarray, expected the LSTMTrace"),
        ({"trace": Case(LSTM, units=5).forward()}, ValueError, "features=3, units=5.*features=3, units=4"),
        ({"trace": Case(LSTM, features=2).forward()}, ValueError, "features=2, units=4.*features=3, units=4"),
    ],
)
def test_a_backward_pass_that_does_not_fit_is_refused(arguments, error, said):
    case = Case(LSTM)
    with pytest.raises(error, match=said):
        case.cell(FLOAT64).backward(**{"trace": case.forward(), "d_hidden": ones(3, 6, 4), **arguments})
