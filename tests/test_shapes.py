"""Named shapes say what the layers of Keras really return, and axes have the right names or neutral ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from course_utils.quiet import import_tensorflow

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
from keras import layers  # noqa: E402

from course_utils import shapes  # noqa: E402
from course_utils.fast_lstm import FastLSTM  # noqa: E402

X = np.random.default_rng(4).normal(size=(2, 4, 5)).astype("float32")
FLAGS = [False, True]


def really(layer, x=X):
    """What a layer returns when it is called, by the variables of its rows."""
    returned = keras.tree.flatten(layer(x))
    rows = shapes.of_layer(layer, x)
    assert len(rows) == len(returned)
    return rows, {row.variable: np.asarray(tensor) for row, tensor in zip(rows, returned, strict=True)}


def axes_of(model):
    return [row.axes for row in shapes.of_model(model)]


# --- What recurrent layers return


@pytest.mark.parametrize(("kind", "sequences", "state"), list(product(shapes.KINDS, FLAGS, FLAGS)))
def test_shapes_and_equal_numbers_are_those_of_the_real_layer(kind, sequences, state):
    rows, values = really(shapes.make_layer(kind, 3, sequences, state))
    assert [row.shape for row in rows] == [values[row.variable].shape for row in rows]
    for row in rows:
        if row.same_as:
            np.testing.assert_allclose(eval(row.same_as, dict(values)), values[row.variable], atol=1e-6)
    hidden = [row for row in rows if row.variable.endswith("h")]
    assert len(hidden) == (2 if "Bidirectional" in kind else 1) * state
    assert all(row.same_as for row in hidden), "a last hidden state is always somewhere in the output"


@pytest.mark.parametrize(("sequences", "both"), list(product(FLAGS, FLAGS)))
def test_the_cell_state_is_nowhere_in_the_output(sequences, both):
    rows, values = really(shapes.make_layer("Bidirectional(LSTM)" if both else "LSTM", 3, sequences, True))
    cells = [row for row in rows if row.variable.endswith("c")]
    assert len(cells) == 1 + both
    for row in cells:
        assert not row.same_as
        assert "cell state" in row.name
        gaps = np.abs(values["y"].reshape(2, -1)[:, :, None] - values[row.variable][:, None])
        assert gaps.max(axis=0).min() > 1e-3


def test_states_of_an_lstm_come_in_the_order_hidden_cell_forward_backward():
    layer = shapes.make_layer("Bidirectional(LSTM)", 3, True, True)
    rows, values = really(layer)
    assert [row.variable for row in rows] == ["y", "forward_h", "forward_c", "backward_h", "backward_c"]
    for half, x in (("forward", X), ("backward", X[:, ::-1])):
        alone = shapes.make_layer("LSTM", 3, True, True)
        alone.build(X.shape)
        alone.set_weights(getattr(layer, f"{half}_layer").get_weights())
        _, h, c = alone(x)
        np.testing.assert_allclose(h, values[f"{half}_h"], atol=1e-6)
        np.testing.assert_allclose(c, values[f"{half}_c"], atol=1e-6)


@pytest.mark.parametrize(("merge", "sequences"), list(product(["concat", "sum", "mul", "ave", None], FLAGS)))
def test_halves_are_joined_as_the_layer_joins_them(merge, sequences):
    inner = layers.LSTM(3, return_sequences=sequences, return_state=True)
    rows, values = really(layers.Bidirectional(inner, merge_mode=merge))
    assert [row.shape for row in rows] == [values[row.variable].shape for row in rows]
    for row in rows:
        if row.same_as:
            np.testing.assert_allclose(eval(row.same_as, dict(values)), values[row.variable], atol=1e-6)
    assert sum(bool(row.same_as) for row in rows) == (2 if merge in ("concat", None) else 0)
    assert ("2×3" in rows[0].axes) == (merge == "concat")


@pytest.mark.parametrize("sequences", FLAGS)
def test_a_layer_that_goes_backwards_ends_at_the_first_step(sequences):
    layer = layers.GRU(3, go_backwards=True, return_sequences=sequences, return_state=True)
    rows, values = really(layer)
    np.testing.assert_allclose(eval(rows[1].same_as, dict(values)), values["h"], atol=1e-6)
    changed = X.copy()
    changed[:, -1] = 0  # what it reads first matters least, but does not go unseen
    y = np.asarray(keras.tree.flatten(layer(changed))[0])
    assert not np.allclose(y, values["y"])
    assert "first" in rows[0].name
    assert "go_backwards=True" in rows[0].layer


def test_a_layer_of_the_package_is_known_too():
    rows, values = really(FastLSTM(3, return_state=True))
    assert [row.variable for row in rows] == ["y", "h", "c"]
    np.testing.assert_allclose(values["y"], values["h"])


def test_with_a_mask_the_bidirectional_output_is_zero_where_the_state_is_not():
    # The page to print says so, and `same_as` leaves masks out for this reason.
    mask = np.array([[True, True, True, False]] * 2)
    y, forward_h, _, backward_h, _ = shapes.make_layer("Bidirectional(LSTM)", 3, True, True)(X, mask=mask)
    assert np.all(np.asarray(y)[:, -1] == 0)
    assert np.abs(forward_h).min() > 0
    np.testing.assert_allclose(np.asarray(y)[:, 0, 3:], backward_h, atol=1e-6)
    y, h, _ = shapes.make_layer("LSTM", 3, True, True)(X, mask=mask)
    np.testing.assert_allclose(np.asarray(y)[:, -1], h, atol=1e-6)


def test_a_cell_that_is_not_known_gets_neutral_names():
    rows, _ = really(layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], return_state=True))
    assert [row.axes for row in rows] == [f"(batch=2, axis_1={size})" for size in (2, 3, 2, 2)]
    rows, _ = really(layers.ConvLSTM1D(2, 3), np.zeros((1, 4, 8, 3), "float32"))
    assert rows[0].axes == "(batch=1, axis_1=6, axis_2=2)"


def test_looking_at_a_layer_does_not_build_it():
    layer = layers.LSTM(3)
    assert shapes.of_layer(layer, (None, None, 5))[0].axes == "(batch, units=3)"
    assert not layer.built
    assert shapes.of_layer(layer, (1, 9, 7))[0].shape == (1, 3)


def test_what_a_recurrent_layer_cannot_read_is_refused():
    with pytest.raises(ValueError, match=r"return_sequences=True"):
        shapes.of_layer(layers.LSTM(3), layers.LSTM(4)(X))
    layer = layers.Bidirectional(layers.GRU(3))
    layer(X)
    with pytest.raises(ValueError, match=r"features=6.*features=5"):
        shapes.of_layer(layer, (2, 4, 6))
    with pytest.raises(TypeError, match="expected a Keras layer"):
        shapes.of_layer(layers.LSTM, X)
    with pytest.raises(ValueError, match=r"'Lstm'.*SimpleRNN, GRU, LSTM"):
        shapes.make_layer("Lstm", 3)


def test_the_table_has_every_choice_and_prints_narrowly():
    table = shapes.table(batch=None, time=None, features=5, units=3)
    assert len({row.layer for row in table}) == len(shapes.KINDS) * 4
    assert len(table) == 48
    printed = str(table).splitlines()
    assert printed[0] == "x is (batch, time, features=5)"
    assert len(printed) == 1 + 24 + 48
    assert max(map(len, printed)) <= 100
    line = next(line for line in printed[::-1] if "backward_h" in line)
    assert all(part in line for part in ("(batch, units=3)", "last hidden state", "y[:, 0, 3:]"))
    assert {row.layer for row in shapes.table(kinds=["GRU"])} == {
        "GRU(3)",
        "GRU(3, return_state=True)",
        "GRU(3, return_sequences=True)",
        "GRU(3, return_sequences=True, return_state=True)",
    }


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_the_lectures_shapes_at_4_steps_of_5_features_and_3_units(kind):
    by_call = {}
    for row in shapes.table(kinds=[kind]):
        by_call.setdefault(row.layer, []).append(row.shape)
    states = [(1, 3)] * (2 if kind == "LSTM" else 1)
    assert list(by_call.values()) == [[(1, 3)], [(1, 3), *states], [(1, 4, 3)], [(1, 4, 3), *states]]


# --- Tensors


@pytest.mark.parametrize(
    ("tensor", "axes", "text"),
    [
        ((32, 100, 64), "batch time units", "(batch=32, time=100, units=64)"),
        ((None, None, 6), "batch time 2×units", "(batch, time, units=2×3)"),
        ([[0.5, 0.4], [0.3, 0.1], [0.7, 0.5]], "time features", "(time=3, features=2)"),
        (X, "batch time features", "(batch=2, time=4, features=5)"),
        (np.float32(3), "", "()"),
        ((np.int64(7),), "batch", "(batch=7)"),
    ],
)
def test_a_shape_is_written_with_names(tensor, axes, text):
    assert shapes.named(tensor, axes) == text


def test_a_tensor_of_tensorflow_and_a_symbolic_one_have_shapes_too():
    assert shapes.named(keras.ops.ones((1, 2)), "batch units") == "(batch=1, units=2)"
    assert shapes.named(keras.Input((None, 3)), "batch time features") == "(batch, time, features=3)"
    assert shapes.named(keras.ops.ones((1, 2)).shape, "batch units") == "(batch=1, units=2)"


@pytest.mark.parametrize(
    ("tensor", "axes", "error", "fragment"),
    [
        (X, "batch units", ValueError, "3 axes, and 2 are named"),
        ((1, 5), "batch 2×units", ValueError, "length 5"),
        ([np.ones(2), np.ones(3)], "batch units", TypeError, "Unpack"),
        ([[1, 2], [3]], "batch units", TypeError, "several lengths"),
        ("text", "batch", TypeError, "Expected a tensor"),
        (None, "batch", TypeError, "Expected a tensor"),
    ],
)
def test_what_has_no_such_axes_is_refused(tensor, axes, error, fragment):
    with pytest.raises(error, match=fragment):
        shapes.named(tensor, axes)


def test_expected_axes_pass():
    shapes.expect(X, batch=2, time=None, features=5)
    shapes.expect((None, 100, 64), batch=32, time=None, units=64)


@pytest.mark.parametrize(
    ("shape", "axes", "fragment"),
    [
        ((32, 100, 32), {"batch": 32, "time": None, "units": 64}, "^units is 32, not 64: .*time=100"),
        ((1, 4, 3), {"batch": 2, "time": 5, "units": 3}, "^batch is 1, not 2 and time is 4, not 5"),
        ((32, 64), {"batch": 32, "time": None, "units": 64}, r"2 axes; expected 3: \(batch=32, time, .*=True"),
        ((32, 9, 64), {"batch": 32, "units": 64}, "return_sequences=False"),
        ((32, 9, 64), {"batch": 32, "time": 9}, r"expected 2: \(batch=32, time=9\)\.$"),
        ((), {"batch": 1}, "0 axes"),
    ],
)
def test_the_axis_that_differs_is_named(shape, axes, fragment):
    with pytest.raises(ValueError, match=fragment):
        shapes.expect(shape, **axes)


def test_several_tensors_are_not_taken_for_one():
    with pytest.raises(TypeError, match="y, h, c = layer"):
        shapes.expect(layers.LSTM(3, return_state=True)(X), batch=2, units=3)


# --- Models


def test_a_model_for_text_reads_as_its_layers_mean_it():
    model = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Embedding(100, 16),
            layers.SpatialDropout1D(0.1),
            layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
            layers.LayerNormalization(),
            layers.Conv1D(12, 3),
            layers.MaxPooling1D(),
            layers.LSTM(5, return_sequences=True),
            layers.TimeDistributed(layers.Dense(4)),
            layers.Dense(7, activation="softmax"),
            layers.GlobalMaxPooling1D(),
            layers.RepeatVector(6),
            layers.Flatten(),
            layers.Dropout(0.5),
        ]
    )
    table = shapes.of_model(model)
    assert [row.axes for row in table] == [
        "(batch, time=20)",
        "(batch, time=20, features=16)",
        "(batch, time=20, features=16)",
        "(batch, time=20, units=2×8)",
        "(batch, time=20, units=2×8)",
        "(batch, time=18, filters=12)",
        "(batch, time=9, filters=12)",
        "(batch, time=9, units=5)",
        "(batch, time=9, units=4)",
        "(batch, time=9, units=7)",
        "(batch, units=7)",
        "(batch, time=6, units=7)",
        "(batch, features=42)",
        "(batch, features=42)",
    ]
    assert [row.parameters for row in table[1:]] == [layer.count_params() for layer in model.layers]
    assert f"{model.count_params():,} parameters" in str(table)
    assert [row.type for row in table[1:]] == [type(layer).__name__ for layer in model.layers]


def test_a_model_that_grew_layer_by_layer_and_one_with_masking():
    model = keras.Sequential()
    for layer in (keras.Input((None, 3)), layers.Masking(), layers.GRU(4, return_sequences=True), layers.Dense(2)):
        model.add(layer)
    assert axes_of(model) == [
        "(batch, time, features=3)",
        "(batch, time, features=3)",
        "(batch, time, units=4)",
        "(batch, time, units=2)",
    ]
    tokens = keras.Sequential([keras.Input((None,)), layers.Embedding(9, 2, mask_zero=True), layers.LSTM(3)])
    assert axes_of(tokens) == ["(batch, time)", "(batch, time, features=2)", "(batch, units=3)"]


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        (layers.Permute((2, 1)), "(batch, axis_1=4, axis_2=4)"),
        (layers.Reshape((8, 2)), "(batch, axis_1=8, axis_2=2)"),
        (layers.Lambda(lambda x: x), "(batch, axis_1=4, axis_2=4)"),
        (layers.Conv1D(4, 1, data_format="channels_first"), "(batch, axis_1=4, axis_2=4)"),
        (layers.MultiHeadAttention(1, 2), "(batch, time=4, features=4)"),
        (layers.BatchNormalization(), "(batch, time=4, features=4)"),
        (layers.GlobalAveragePooling1D(), "(batch, features=4)"),
        (layers.TimeDistributed(layers.Flatten()), None),
    ],
)
def test_an_axis_of_unknown_meaning_has_a_neutral_name(layer, axes):
    inputs = keras.Input((4, 4))
    if axes is None:
        inputs, axes = keras.Input((4, 3, 2)), "(batch, time=4, features=6)"
    outputs = layer(inputs, inputs) if isinstance(layer, layers.MultiHeadAttention) else layer(inputs)
    assert axes_of(keras.Model(inputs, outputs))[-1] == axes


def test_an_axis_made_of_two_others_is_neither():
    query, value = keras.Input((5, 6)), keras.Input((9, 3))
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True))(query)
    keys = layers.Dense(4)(value)
    context = layers.Attention()([both, value, keys])
    model = keras.Model([query, value], layers.Concatenate()([context, both]))
    axes = {row.type: row.axes for row in shapes.of_model(model)}
    assert axes["Attention"] == "(batch, time=5, axis_2=3)"
    assert axes["Concatenate"] == "(batch, time=5, axis_2=7)"


@pytest.fixture
def translator():
    """An encoder and decoder for training, and the decoder's own model for one step, with the same layers."""
    source, target = keras.Input((None,), name="source"), keras.Input((None,), name="target")
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(layers.Embedding(50, 8)(source))
    embed, scores = layers.Embedding(40, 8, name="embed"), layers.Dense(40, name="scores")
    decoder = layers.LSTM(6, return_sequences=True, return_state=True, name="decoder")
    training = keras.Model([source, target], scores(decoder(embed(target), initial_state=[h, c])[0]))
    one, given_h, given_c = keras.Input((1,)), keras.Input((6,)), keras.Input((6,))
    y, h, c = decoder(embed(one), initial_state=[given_h, given_c])
    return training, keras.Model([one, given_h, given_c], [scores(y), h, c])


def test_a_layer_in_two_models_has_in_each_its_own_shapes(translator):
    training, step = translator
    rows = {(row.layer, row.name): row.axes for row in shapes.of_model(training)}
    assert rows["source", ""] == rows["target", ""] == "(batch, time)"
    assert rows["decoder", "output at every step"] == "(batch, time, units=6)"
    assert rows["encoder", "last cell state"] == "(batch, units=6)"
    assert axes_of(step)[:3] == ["(batch, time=1)", "(batch, units=6)", "(batch, units=6)"]
    rows = {(row.layer, row.name): row.axes for row in shapes.of_model(step)}
    assert rows["decoder", "output at every step"] == "(batch, time=1, units=6)"
    assert rows["scores", ""] == "(batch, time=1, units=40)"


def test_parameters_are_counted_once(translator):
    for model in translator:
        assert sum(row.parameters or 0 for row in shapes.of_model(model)) == model.count_params()
    left, right, shared = keras.Input((4, 3)), keras.Input((7, 3)), layers.GRU(5)
    model = keras.Model([left, right], layers.Add()([shared(left), shared(right)]))
    assert [row.parameters for row in shapes.of_model(model) if row.type == "GRU"] == [shared.count_params(), 0]


def test_a_model_within_a_model_hands_its_names_on():
    inner = keras.Sequential([keras.Input((None, 3)), layers.Bidirectional(layers.GRU(4, return_sequences=True))])
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, layers.Dropout(0.1)(inner(inputs)))
    assert axes_of(model)[1:] == ["(batch, time, units=2×4)"] * 2
    assert shapes.of_layer(inner, (2, 5, 3))[0].axes == "(batch=2, time=5, units=2×4)"


def test_names_stand_where_the_real_axes_are():
    model = keras.Sequential(
        [
            keras.Input((6, 3)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            layers.AveragePooling1D(3),
            layers.Flatten(),
        ]
    )
    values = np.zeros((5, 6, 3), "float32")
    for row, layer in zip(shapes.of_model(model)[1:], model.layers, strict=True):
        values = np.asarray(layer(values))
        assert values.shape == (5, *row.shape[1:])


class OfItsOwn(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


def test_a_model_without_a_graph_is_refused():
    with pytest.raises(ValueError, match=r"keras\.Input"):
        shapes.of_model(keras.Sequential([layers.LSTM(3)]))
    model = OfItsOwn()
    model(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="of_layer"):
        shapes.of_model(model)
    assert shapes.of_layer(model, (1, 2))[0].axes == "(batch=1, axis_1=2)"
