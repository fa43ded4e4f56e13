"""Windows of a time series are plain slices, take no memory, and refuse what would spoil a training unseen."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.quiet import import_tensorflow
from course_utils.series import sine
from course_utils.windows import Scale, WindowGenerator, split_in_time

import_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced

FEW = settings(deadline=None, max_examples=80, derandomize=True)
SIZES = st.integers(1, 12)


# --- The lecture's example


def test_w2_has_window_7_inputs_0_to_5_labels_6_and_the_label_column_sinefunction():
    w2 = WindowGenerator({"sinefunction": sine(100)}, window=6, horizon=1, label_columns=["sinefunction"])
    assert w2.total == 7
    assert w2.input_indices.tolist() == [0, 1, 2, 3, 4, 5]
    assert w2.label_indices.tolist() == [6]
    assert w2.label_columns == ["sinefunction"]
    assert repr(w2).splitlines() == [
        "Total window size: 7",
        "Input indices: [0 1 2 3 4 5]",
        "Label indices: [6]",
        "Label column name(s): ['sinefunction']",
    ]
    assert len(w2) == 94
    assert w2.inputs.shape == (94, 6, 1)
    assert w2.labels.shape == (94, 1, 1)


def test_forecast_of_a_held_out_sine_compared_with_the_naive_last_value_forecast():
    training, held_out = split_in_time(sine(600), (0.7, 0.3))
    windows, test = WindowGenerator(training, window=6), WindowGenerator(held_out, window=6)
    keras.utils.set_random_seed(1)
    layers = [keras.Input((6, 1)), keras.layers.SimpleRNN(16), keras.layers.Dense(1), keras.layers.Reshape((1, 1))]
    model = keras.Sequential(layers)
    last_value = np.abs(test.inputs[:, -1:] - test.labels).mean()
    untrained = np.abs(model(test.inputs) - test.labels).mean()
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(windows.dataset(32, shuffle=True, seed=1), epochs=20, shuffle=False, verbose=0)
    trained = np.abs(model(test.inputs) - test.labels).mean()
    assert last_value == pytest.approx(1 / 6, rel=0.02)  # the mean step of this sine
    assert untrained > last_value
    assert trained < last_value / 3


# --- Windows are slices


@FEW
@given(st.integers(0, 60), SIZES, SIZES, st.integers(0, 5), SIZES, st.booleans())
def test_window_number_i_is_the_plain_slice(steps, window, horizon, further, stride, default_shift):
    series = np.arange(steps, dtype=float)
    shift = horizon if default_shift else horizon + further
    setting = {"window": window, "horizon": horizon, "stride": stride} | ({} if default_shift else {"shift": shift})
    if steps < window + shift:
        with pytest.raises(ValueError, match=f"{steps} steps.*needs {window + shift}"):
            WindowGenerator(series, **setting)
        return
    cut = WindowGenerator(series, **setting)
    assert len(cut) == len(cut.inputs) == len(cut.labels) == (steps - window - shift) // stride + 1
    for number in range(len(cut)):
        begin, end = number * stride, number * stride + window + shift
        assert cut.inputs[number, :, 0].tolist() == series[begin : begin + window].tolist()
        assert cut.labels[number, :, 0].tolist() == series[end - horizon : end].tolist()
        assert series[begin:end][cut.input_indices].tolist() == cut.inputs[number, :, 0].tolist()
        assert series[begin:end][cut.label_indices].tolist() == cut.labels[number, :, 0].tolist()
    assert end + stride > steps, "one window more would reach beyond the end"


@FEW
@given(st.integers(10, 40), st.integers(1, 4), st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
def test_labels_are_the_chosen_columns_in_the_order_asked_for(steps, horizon, chosen):
    series = np.random.default_rng(steps).normal(size=(steps, 4))
    names = ["a", "b", "c", "d"]
    cut = WindowGenerator(series, 3, horizon, columns=names, label_columns=[names[place] for place in chosen])
    assert cut.inputs.shape == (steps - 2 - horizon, 3, 4)
    for number in range(len(cut)):
        assert np.array_equal(cut.inputs[number], series[number : number + 3])
        assert np.array_equal(cut.labels[number], series[number + 3 : number + 3 + horizon][:, chosen])


def test_a_mapping_and_an_array_with_names_give_the_same_windows():
    load, hour = np.arange(20.0), np.arange(20) % 24
    named = WindowGenerator({"load": load, "hour": hour}, 5, 2, label_columns="hour")
    array = WindowGenerator(np.stack([load, hour], 1), 5, 2, columns=["load", "hour"], label_columns=["hour"])
    assert np.array_equal(named.inputs, array.inputs)
    assert np.array_equal(named.labels, array.labels)
    assert named.columns == array.columns == ["load", "hour"]
    assert repr(named) == repr(array)


def test_columns_have_names_even_if_none_are_given():
    assert WindowGenerator([1.0, 2, 3], 2).label_columns == ["value"]
    assert WindowGenerator(np.zeros((9, 2)), 2).columns == ["feature 0", "feature 1"]


def test_lists_and_whole_numbers_become_floats():
    cut = WindowGenerator([1, 2, 3, 4], 2)
    assert cut.inputs.dtype == np.float32
    assert cut.inputs[:, :, 0].tolist() == [[1, 2], [2, 3]]
    assert WindowGenerator(np.arange(9.0), np.int64(2)).inputs.dtype == np.float64


# --- No copies


@pytest.mark.parametrize("series", [sine(50), np.ones((50, 3)), sine(100)[::2], sine(70)[20:]])
def test_windows_are_views_and_cannot_spoil_the_series(series):
    one = ["value"] if series.ndim == 1 else ["feature 1"]
    for cut in (WindowGenerator(series, 8, 3), WindowGenerator(series, 8, 3, stride=4, label_columns=one)):
        for part in (cut.inputs, cut.labels):
            assert np.shares_memory(part, series)
            with pytest.raises(ValueError, match="read-only"):
                part[0, 0, 0] = 5


# --- As tf.data


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("label_columns", [None, ["b"], ["b", "a"]])
def test_a_dataset_gives_the_same_windows_in_batches(stride, label_columns):
    series = np.random.default_rng(1).normal(size=(40, 2))
    cut = WindowGenerator(series, 6, 2, shift=4, stride=stride, columns=["a", "b"], label_columns=label_columns)
    batches = list(cut.dataset(batch_size=4))
    assert [len(inputs) for inputs, _ in batches[:-1]] == [4] * (len(batches) - 1)
    for part, whole in zip(zip(*batches, strict=True), (cut.inputs, cut.labels), strict=True):
        assert np.array_equal(np.concatenate(part), whole.astype(np.float32))
    assert cut.dataset().element_spec[0].shape.as_list() == [None, 6, 2]
    assert cut.dataset().element_spec[1].shape.as_list() == [None, 2, cut.labels.shape[2]]


def test_shuffled_windows_are_all_there_each_with_its_label():
    cut = WindowGenerator(np.arange(60.0), 5, stride=2)

    def firsts(dataset):
        pairs = [(x[:, :, 0].numpy(), y[:, 0, 0].numpy()) for x, y in dataset]
        inputs, labels = (np.concatenate(part) for part in zip(*pairs, strict=True))
        assert np.array_equal(inputs - inputs[:, :1], np.tile(np.arange(5.0), (len(cut), 1))), "steps stay in order"
        assert np.array_equal(labels, inputs[:, -1] + 1)
        return inputs[:, 0].tolist()

    shuffled = cut.dataset(8, shuffle=True, seed=3)
    once, again = firsts(shuffled), firsts(shuffled)
    in_order = list(range(0, 2 * len(cut), 2))
    assert sorted(once) == sorted(again) == in_order
    assert once != in_order
    assert once != again, "another order in each epoch"
    assert firsts(cut.dataset(8, shuffle=True, seed=3)) == once
    with pytest.raises(ValueError, match="batch_size is 0"):
        cut.dataset(batch_size=0)


# --- Errors


@pytest.mark.parametrize("name", ["window", "horizon", "shift", "stride"])
@pytest.mark.parametrize("value", [0, -3, 2.0, 1.5, "6", True])
def test_a_setting_that_is_no_number_of_steps_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value!r}, expected a whole number"):
        WindowGenerator(np.arange(50.0), **({"window": 6} | {name: value}))


def test_labels_may_not_lie_among_the_inputs():
    with pytest.raises(ValueError, match="shift is 2 and horizon is 3"):
        WindowGenerator(np.arange(50.0), 6, horizon=3, shift=2)


@pytest.mark.parametrize(("gap", "count", "first"), [([4], 1, 4), ([9, 7, 8], 3, 7)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gaps_are_counted_and_the_first_is_named(gap, count, first, value):
    series = np.arange(20.0)
    series[gap] = value
    with pytest.raises(ValueError, match=rf"gaps.*{count} of 20.*step {first}\..*np\.interp"):
        WindowGenerator(series, 3)
    with pytest.raises(ValueError, match=f"step {first}"):
        WindowGenerator({"whole": np.arange(20.0), "with a gap": series}, 3, label_columns="whole")


@pytest.mark.parametrize(
    ("series", "setting", "said"),
    [
        ({"a": np.arange(9.0), "b": np.arange(8.0)}, {}, r"'b': \(8,\)"),
        ({"a": np.ones((9, 2))}, {}, r"\(9, 2\)"),
        ({"a": np.arange(9.0)}, {"columns": ["a"]}, "leave `columns` out"),
        ({"a": np.arange(9.0)}, {"label_columns": ["b"]}, r"\['b'\].*\['a'\]"),
        (np.arange(9.0), {"label_columns": []}, "one or more"),
        (np.ones((9, 2)), {"columns": ["a"]}, "2 different names"),
        (np.ones((9, 2)), {"columns": ["a", "a"]}, "2 different names"),
        (np.ones((9, 2, 2)), {}, r"\(9, 2, 2\)"),
        (np.ones((9, 0)), {}, r"\(9, 0\)"),
        (np.array(5.0), {}, r"shape \(\)"),
        (["a", "b", "c"], {}, "expected numbers"),
        (np.array([1.0, None, 3.0]), {}, "expected numbers"),
        ({}, {}, "expected one axis"),
        ([], {}, "0 steps"),
    ],
)
def test_what_is_no_series_is_refused(series, setting, said):
    with pytest.raises(ValueError, match=said):
        WindowGenerator(series, 2, **setting)


NOON = datetime(2024, 3, 1, 12)
HOURS = np.datetime64("2024-03-01T12") + np.arange(9).astype("timedelta64[h]")


@pytest.mark.parametrize("time", [range(9), np.arange(9) * 0.1, np.arange(9, dtype=np.uint8), HOURS])
def test_equal_steps_are_accepted(time):
    assert len(WindowGenerator(np.arange(9.0), 2, time=time)) == 7


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ([0, 1, 2, 5, 4, 3, 6, 7, 8], "not in order: step 4 is 4, the step before 5.*argsort"),
        (np.array([0, 1, 2, 5, 4, 3, 6, 7, 8], np.uint8), "not in order: step 4"),
        ([0, 1, 2, 2, 3, 4, 5, 6, 7], "stands twice: step 3 is 2.*np.unique"),
        (HOURS[[0, 1, 1, 2, 3, 4, 5, 6, 7]], "stands twice: step 2 is 2024-03-01T13"),
        (np.where(HOURS == HOURS[4], np.datetime64("NaT"), HOURS), "step 4 is NaT"),
        ([0, 1, 2, 3, 7, 8, 9, 10, 11], "unequal steps: 7 comes 4 after 3.*before were 1"),
        (HOURS + np.where(np.arange(9) > 5, 3, 0), "2024-03-01T21 comes 4 hours after 2024-03-01T17"),
        ([0, 1, 2], r"shape \(3,\), expected \(9,\)"),
        ([NOON + timedelta(hours=hour) for hour in range(9)], "datetime64"),
        (list("abcdefghi"), "datetime64"),
    ],
)
def test_time_that_does_not_rise_by_equal_steps_is_refused(time, said):
    with pytest.raises(ValueError, match=said):
        WindowGenerator(np.arange(9.0), 2, time=time)


# --- A split in time order


@FEW
@given(st.integers(10, 400), st.sampled_from([(0.7, 0.2, 0.1), (0.8, 0.2), (0.5, 0.25, 0.25), (1.0,)]))
def test_parts_follow_each_other_and_lose_nothing(steps, fractions):
    series = np.arange(steps)
    parts = split_in_time(series, fractions)
    assert np.array_equal(np.concatenate(parts), series)
    for part, fraction in zip(parts, fractions, strict=True):
        assert abs(len(part) - fraction * steps) <= 1
        assert np.shares_memory(part, series)


def test_a_mapping_is_split_column_by_column():
    parts = split_in_time({"load": np.arange(10), "hour": list(range(10, 20))}, (0.7, 0.3))
    assert [part["load"].tolist() for part in parts] == [list(range(7)), [7, 8, 9]]
    assert [part["hour"].tolist() for part in parts] == [list(range(10, 17)), [17, 18, 19]]


@pytest.mark.parametrize(
    ("series", "fractions", "said"),
    [
        (np.arange(9), (0.7, 0.2), "sum 1"),
        (np.arange(9), (1.2, -0.2), "above 0"),
        (np.arange(9), (), "sum 1"),
        (np.arange(3), (0.7, 0.2, 0.1), "too few"),
        ({"a": [1, 2], "b": [1, 2, 3]}, (0.5, 0.5), r"\[2, 3\]"),
    ],
)
def test_a_split_without_a_meaning_is_refused(series, fractions, said):
    with pytest.raises(ValueError, match=said):
        split_in_time(series, fractions)


# --- A scale of the training part


def test_a_scale_gives_mean_0_and_deviation_1_and_the_way_back():
    series = np.random.default_rng(1).normal([5.0, -100.0], [2.0, 30.0], size=(500, 2))
    scale = Scale.fit(series)
    assert np.allclose(scale.apply(series).mean(axis=0), 0)
    assert np.allclose(scale.apply(series).std(axis=0), 1)
    windows = WindowGenerator(series, 6, 2)
    assert np.allclose(scale.undo(scale.apply(windows.inputs)), windows.inputs)
    one = Scale.fit(series[:, 0])
    assert np.shape(one.mean) == ()
    assert np.allclose(one.undo(one.apply(windows.labels)), windows.labels)


def test_a_scale_of_the_training_part_does_not_know_what_comes_after_it():
    rising = np.arange(100.0)
    training, _, test = split_in_time(rising)
    later = np.concatenate([training, 1e6 + test])
    again = Scale.fit(split_in_time(later, (70 / 80, 10 / 80))[0])
    assert (Scale.fit(training).mean, Scale.fit(training).deviation) == (again.mean, again.deviation)
    assert Scale.fit(training).mean < Scale.fit(rising).mean
    assert Scale.fit(training).apply(training).dtype == np.float64
    assert Scale.fit(sine(50)).apply(sine(50)).dtype == np.float32


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (np.ones(9), "constant"),
        (np.array([1, np.nan, 2]), "NaN"),
        ([], "numbers"),
        ({"a": [1, 2]}, "on its own"),
        (["a"], "numbers"),
    ],
)
def test_what_has_no_scale_is_refused(series, said):
    with pytest.raises(ValueError, match=said):
        Scale.fit(series)
