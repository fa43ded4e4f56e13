"""Three time series to forecast, made here: a sine, a sum of sines with noise, and the electricity of a small town."""

from __future__ import annotations

import numpy as np


def sine(steps: int, period: float = 24.0) -> np.ndarray:
    """Return ``sin(2π · t / period)`` for t = 0, 1, …, steps - 1.

    Parameters
    ----------
    steps : int
        How many values.
    period : float
        Steps in one wave: 24 for a daily wave with one value an hour.

    Returns
    -------
    ndarray of float32, (steps,)

    Raises
    ------
    ValueError
        If there is no step, or the period is not above 0.
    """
    return np.sin(2 * np.pi * _time(steps) / _positive("period", period)).astype(np.float32)


def noisy_sines(steps: int, noise: float = 0.2, seed: int = 2) -> np.ndarray:
    """Return the sum of two sines, of 24 and of 168 steps (a day and a week of hours), and noise.

    The noise of one step says nothing about that of the next: no forecast can know it. Its mean absolute value, the
    least error that a forecast can have in the long run, is ``noise · sqrt(2 / π)``, about 0.8 · noise.

    Parameters
    ----------
    steps : int
        How many values.
    noise : float
        Standard deviation of the noise; the sines have the amplitudes 1 and 0.5.
    seed : int
        Of the noise.

    Returns
    -------
    ndarray of float32, (steps,)

    Raises
    ------
    ValueError
        If there is no step, or the noise is negative.
    """
    if not noise >= 0:
        raise ValueError(f"noise is {noise}, expected 0 or more: it is a standard deviation.")
    t = _time(steps)
    waves = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 6)
    return (waves + noise * np.random.default_rng(seed).normal(size=steps)).astype(np.float32)


def town_load(weeks: int = 40, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return the electrical load of a small town that does not exist, one value an hour.

    It is the sum of a daily course that differs between working days, Saturday and Sunday; of a steady growth; and of
    two kinds of noise: a slow one, as weather makes it, of which each hour keeps 97 % of the hour before, and a quick
    one that is new in every hour.

    Parameters
    ----------
    weeks : int
        How many weeks; the first hour is midnight, on a Monday.
    seed : int
        Of the noise.

    Returns
    -------
    time : ndarray of datetime64[h], (weeks · 168,)
        The beginning of each hour.
    load : ndarray of float32, (weeks · 168,)
        Megawatts.

    Raises
    ------
    ValueError
        If there is no week.
    """
    t = _time(168 * weeks)
    day = (t // 24) % 7
    # Two waves a day: one low at four in the morning, one with a peak before noon and one in the evening.
    course = -2.2 * np.cos(2 * np.pi * (t - 4) / 24) - 1.1 * np.cos(2 * np.pi * (t - 2) / 12)
    liveliness = np.select([day == 5, day == 6], [0.75, 0.6], default=1.0)
    level = np.select([day == 5, day == 6], [11.0, 10.2], default=12.0)
    growth = 2.0 * t / (40 * 168)
    random = np.random.default_rng(seed)
    shocks, quick = random.normal(size=(2, len(t)))
    slow = np.empty(len(t))
    slow[0] = shocks[0]
    for now in range(1, len(t)):
        slow[now] = 0.97 * slow[now - 1] + np.sqrt(1 - 0.97**2) * shocks[now]
    load = level + liveliness * course + growth + 0.7 * slow + 0.15 * quick
    return np.datetime64("2024-01-01T00", "h") + t.astype("timedelta64[h]"), load.astype(np.float32)


def _time(steps: int) -> np.ndarray:
    if steps < 1:
        raise ValueError(f"A series of {steps} steps is empty, expected at least 1.")
    return np.arange(steps)


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} is {value}, expected a number above 0.")
    return value
