"""The series of lesson 02 are what their descriptions say, and a comparison never flatters a model."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.series import comparison, noisy_sines, sine, town_load
from course_utils.windows import WindowGenerator, split_in_time

# --- Series


def test_the_sine_repeats_itself_after_its_period():
    wave = sine(100)
    assert wave.shape == (100,)
    assert wave.dtype == np.float32
    assert np.allclose(wave, np.sin(2 * np.pi * np.arange(100) / 24), atol=1e-6)
    assert np.allclose(wave[24:], wave[:-24], atol=1e-6)
    assert sine(9, period=8)[[0, 2, 4, 6, 8]] == pytest.approx([0, 1, 0, -1, 0], abs=1e-6)


def test_two_values_of_a_sine_give_the_next():
    wave = sine(200).astype(float)
    assert np.allclose(wave[2:], 2 * np.cos(2 * np.pi / 24) * wave[1:-1] - wave[:-2], atol=1e-6)


def test_the_noise_is_as_large_as_it_is_said_to_be():
    waves, noisy = noisy_sines(20_000, noise=0), noisy_sines(20_000, noise=0.2)
    assert np.allclose(waves[24:], waves[:-24], atol=1e-5)
    noise = noisy - waves
    assert noise.std() == pytest.approx(0.2, rel=0.03)
    assert np.abs(noise).mean() == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.03)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.03, "one step says nothing about the next"


@pytest.mark.parametrize("make", [lambda seed: noisy_sines(50, seed=seed), lambda seed: town_load(2, seed)[1]])
def test_a_seed_fixes_a_series(make):
    assert np.array_equal(make(2), make(2))
    assert not np.array_equal(make(2), make(3))


def test_the_town_has_hours_days_weeks_and_growth():
    time, load = town_load()
    assert load.shape == time.shape == (40 * 168,)
    assert load.dtype == np.float32
    assert np.all(np.diff(time) == np.timedelta64(1, "h"))
    assert time[0].tolist().weekday() == 0
    assert 5 < load.min() < load.max() < 25, "megawatts of a small town"
    by_hour = load.reshape(-1, 24).mean(axis=0)
    assert by_hour.argmin() in range(2, 6)
    assert by_hour.argmax() in range(16, 20)
    by_day = load.reshape(-1, 7, 24).mean(axis=(0, 2))
    assert by_day[6] < by_day[5] < by_day[:5].min()
    by_quarter = load.reshape(4, -1).mean(axis=1)
    assert np.all(np.diff(by_quarter) > 0)


def test_each_naive_forecast_of_the_town_is_good_at_something():
    """Last value for the next hour, last week for tomorrow: so that no opponent in the lesson is a straw man."""
    test = WindowGenerator(split_in_time(town_load()[1])[2], window=168, horizon=24)
    x, y = test.inputs, test.labels
    last, day, week = (np.abs(copy - y).mean(axis=(0, 2)) for copy in (x[:, -1:], x[:, -24:], x[:, :24]))
    assert last[0] < min(day[0], week[0])
    assert week[-1] < min(day[-1], last[-1])
    assert day.mean() < last.mean()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sine(0), "0 steps"),
        (lambda: sine(10, period=0), "period is 0"),
        (lambda: noisy_sines(-1), "-1 steps"),
        (lambda: noisy_sines(10, noise=-0.1), "noise is -0.1"),
        (lambda: noisy_sines(10, noise=float("nan")), "noise is nan"),
        (lambda: town_load(0), "0 steps"),
    ],
)
def test_a_series_of_nothing_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


# --- Comparison


def verdicts(errors, naive):
    """Return what the table says of each name."""
    lines = comparison(errors, naive).splitlines()
    begin = lines[0].index("against")
    return {line[:begin].split("  ")[0].strip(): line[begin:] for line in lines[1:]}


def test_a_model_that_does_not_beat_the_naive_forecast_is_reported_as_such():
    naive = {"last value": 0.5, "yesterday": 0.2}
    said = verdicts({"good": 0.1, "fair": 0.3, "equal": 0.2, "bad": 0.9, "lost": float("nan")}, naive)
    assert said == {
        "last value": "naive",
        "yesterday": "naive",
        "good": "beats all",
        "fair": "beats last value, not yesterday",
        "equal": "beats last value, not yesterday",
        "bad": "beats none",
        "lost": "beats none",
    }


def test_many_steps_ahead_the_steps_are_counted():
    naive = {"last value": [1.0, 5, 5, 5], "last week": [3.0, 3, 3, 3]}
    errors = {
        "good": [0.5, 1, 1, 1],
        "early": [0.5, 1, 4, 4],
        "late": [2.0, 1, 1, 1],
        "never": [3.0, 3, 3, 9],
    }
    assert verdicts(errors, naive) == {
        "last value": "naive",
        "last week": "naive",
        "good": "beats all",
        "early": "beats all at 2 of 4 steps, not at 4",
        "late": "beats all at 3 of 4 steps",
        "never": "beats all at none of 4 steps, not at 4",
    }


def test_the_table_gives_some_steps_and_their_mean():
    lines = comparison({"model": np.arange(24.0)}, {"naive": np.full(24, 2.5)}).splitlines()
    assert lines[0].split()[:7] == ["steps", "ahead", "1", "6", "12", "24", "mean"]
    assert lines[1].split() == ["naive", "2.500", "2.500", "2.500", "2.500", "2.500", "naive"]
    assert lines[2].split()[:6] == ["model", "0.000", "5.000", "11.000", "23.000", "11.500"]
    one = comparison({}, {"naive": [0.25]}).splitlines()
    assert one[0].split()[:4] == ["steps", "ahead", "1", "against"]
    assert one[1].split() == ["naive", "0.250", "naive"]


@pytest.mark.parametrize(
    ("errors", "naive", "said"),
    [
        ({"model": 0.1}, {}, "at least one naive"),
        ({"model": [0.1, 0.2]}, {"last value": 0.3}, r"\(2,\)"),
        ({"model": np.ones((2, 3))}, {"last value": np.ones((2, 3))}, r"\(2, 3\)"),
        ({"model": []}, {"last value": []}, r"\(0,\)"),
    ],
)
def test_errors_that_cannot_be_compared_are_refused(errors, naive, said):
    with pytest.raises(ValueError, match=said):
        comparison(errors, naive)
