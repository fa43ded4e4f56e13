"""Three time series to forecast, made here, and the comparison of a forecast's error with those of naive forecasts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike


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
    """Return the sum of two sines, one wave in 24 and one in 6 steps, and noise.

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
    # Two waves, of a day and of half a day: least before dawn, a shoulder in the morning, most in the early evening.
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


def comparison(errors: Mapping[str, ArrayLike], naive: Mapping[str, ArrayLike]) -> str:
    """Return a table of errors, which says of each model whether it beats the naive forecasts.

    Parameters
    ----------
    errors, naive : mapping of str to float or array, (horizon,)
        Mean absolute errors of models and of naive forecasts, at each step ahead.

    Returns
    -------
    str
        One line each, with the errors at some steps ahead and their mean. A model beats the naive forecasts at a step
        if its error there is below all of theirs.

    Raises
    ------
    ValueError
        If there is no naive forecast, or not one error for each step.
    """
    if not naive:
        raise ValueError("An error says nothing by itself: name at least one naive forecast to compare with.")
    table = {name: np.atleast_1d(error) for name, error in {**naive, **errors}.items()}
    shapes = {name: error.shape for name, error in table.items()}
    first = shapes[next(iter(naive))]
    if len(set(shapes.values())) > 1 or len(first) > 1 or first == (0,):
        raise ValueError(f"The errors have the shapes {shapes}, expected one value for each step ahead.")
    (horizon,) = first
    steps = sorted({1, horizon // 4, horizon // 2, horizon} - {0})
    least = np.min([table[name] for name in naive], axis=0)
    width = max(map(len, [*table, "steps ahead"]))
    heading = "".join(f"{step:7}" for step in steps) + ("   mean" if horizon > 1 else "")
    lines = [f"{'steps ahead':{width}}{heading}   against the naive forecasts"]
    for name, error in table.items():
        values = [error[step - 1] for step in steps] + ([error.mean()] if horizon > 1 else [])
        beaten = error < least
        unbeaten = [other for other in naive if not error[-1] < table[other][-1]]
        if name in naive:
            verdict = "naive"
        elif beaten.all():
            verdict = "beats all"
        elif horizon == 1:
            others = [other for other in naive if other not in unbeaten]
            verdict = f"beats {' and '.join(others)}, not {' or '.join(unbeaten)}" if others else "beats none"
        else:
            count = beaten.sum() or "none"
            verdict = f"beats all at {count} of {horizon} steps" + (f", not at {horizon}" if unbeaten else "")
        lines.append(f"{name:{width}}{''.join(f'{value:7.3f}' for value in values)}   {verdict}")
    return "\n".join(lines)


def _time(steps: int) -> np.ndarray:
    if steps < 1:
        raise ValueError(f"A series of {steps} steps is empty, expected at least 1.")
    return np.arange(steps)


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} is {value}, expected a number above 0.")
    return value
