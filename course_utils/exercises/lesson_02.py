"""Lesson 02: the seasonal naive forecast, feeding forecasts back, a better opponent."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_shape


def _refuse_whole_numbers(case, found):
    """Raise ``Wrong`` if `found` is whole everywhere; in the checks below, the right values never are."""
    if found.dtype.kind in "biuf" and np.array_equal(found, np.trunc(found)):
        raise Wrong(f"{case} holds whole numbers only, expected fractions: do not round, and do not convert to int.")


# --- The seasonal naive forecast -------------------------------------------


def seasonal_naive(inputs, horizon, period):
    season = inputs[:, -period:]
    repeats = -(-horizon // period)  # rounded up
    return np.tile(season, (1, repeats))[:, :horizon]


def _verify_seasonal(answer):
    inputs = np.array([np.arange(10.0), np.arange(50.0, 60.0)]) + 0.5
    a_row = "one row of `horizon` values for each window"
    empty = "a slice that ends at -period + horizon, which is 0 here (-0 is 0, too), is empty"
    for horizon, period, expected, why, why_shape in (
        (2, 4, [6, 7], "the first step ahead was last seen `period` steps before it", a_row),
        (4, 4, [6, 7, 8, 9], "a whole season is copied", f"{a_row}; {empty}"),
        (3, 10, [0, 1, 2], "a season may be as long as the window", a_row),
        (1, 1, [9], "a season of one step is the last-value forecast", a_row),
        (7, 3, [7, 8, 9, 7, 8, 9, 7], *2 * ["beyond one season, the whole season comes again"]),
    ):
        expected = np.array(expected) + 0.5
        case = f"for the inputs 0.5, 1.5 … 9.5, horizon {horizon}, period {period}, the forecast"
        result = expect_shape(case, answer(inputs, horizon, period), (2, horizon), why_shape)
        _refuse_whole_numbers(case, result)
        expect_close(case, result[0], expected, why=why)
        expect_close(case + " of the second window", result[1], expected + 50, why="each window has its own")


seasonal = Exercise(
    name="seasonal",
    title="The seasonal naive forecast",
    verify=_verify_seasonal,
    solve=seasonal_naive,
    hints=[
        "The last season is `inputs[:, -period:]`. Its first value is the forecast of the first step ahead.",
        "If the horizon is shorter than a season, only its beginning is needed: `season[:, :horizon]`.",
        "If the horizon is longer, repeat the season before you cut: `np.tile(season, (1, repeats))`.",
    ],
    typical_mistakes=[
        (lambda inputs, horizon, period: np.repeat(inputs[:, -1:], horizon, axis=1), "`period` steps before"),
        (lambda inputs, horizon, period: inputs[:, -horizon:], "`period` steps before"),
        (lambda inputs, horizon, period: inputs[:, -period : -period + horizon], "-0 is 0, too"),
        (lambda inputs, horizon, period: inputs[:, -period:][:, :horizon], "the whole season comes again"),
        (lambda inputs, horizon, period: np.tile(inputs[:, -period:], (1, horizon // period)), "has shape (2, 0)"),
        (lambda inputs, horizon, period: inputs[:, -period:], "one row of `horizon` values"),
        (lambda inputs, horizon, period: seasonal_naive(inputs, horizon, period).astype(int), "whole numbers only"),
        (lambda inputs, horizon, period: np.tile(seasonal_naive(inputs[:1], horizon, period), (2, 1)), "has its own"),
    ],
    remark="Three lines without a weight, and the opponent that a network has to beat.",
)

# --- Feed the forecast back ------------------------------------------------


def feed_back(one_step, window, horizon):
    recent, forecasts = np.array(window), []
    for _ in range(horizon):
        forecasts.append(one_step(recent))
        recent = np.append(recent[1:], forecasts[-1])
    return np.array(forecasts)


def _model(rule, length):
    """Return `rule` as a model that reads an array of `length` values, and says so if it is given anything else."""

    def one_step(recent):
        if not isinstance(recent, np.ndarray):
            kind = type(recent).__name__
            raise Wrong(f"`one_step` was given a value of type {kind}: give the model an array, as `window` is one.")
        if recent.shape != (length,):
            why = "when a forecast comes in, the oldest value goes out" if recent.ndim == 1 else "values in one axis"
            raise Wrong(f"`one_step` was given an array of shape {recent.shape}, expected ({length},): {why}.")
        return rule(recent)

    return one_step


def _verify_feed_back(answer):
    for name, rule, window, expected, why in (
        (
            "half the last value",
            lambda recent: recent[-1] / 2,
            [5, 0.5],
            [0.25, 0.125, 0.0625, 0.03125],
            "the first forecast comes first; each is the newest value of the next window, and stands last in it",
        ),
        (
            "the sum",
            lambda recent: recent.sum(),
            [1.5, 2, 3],
            [6.5, 11.5, 21],
            "in the next window, the oldest value is missing, and the forecast stands behind the others",
        ),
        (
            "the oldest value + 10",
            lambda recent: recent[0] + 10,
            [1.5, 2.5, 3.5],
            [11.5, 12.5, 13.5, 21.5, 22.5],
            "a window stays in time order, oldest first and newest last",
        ),
    ):
        horizon = len(expected)
        case = f"for the model that says {name}, the window {window} and horizon {horizon}, the forecast"
        result = answer(_model(rule, len(window)), np.array(window, dtype=float), horizon)
        result = expect_shape(case, result, (horizon,), "one axis, with one number for each step ahead")
        _refuse_whole_numbers(case, result)
        expect_close(case, result, expected, why=why)


def _fed(make_next):
    """Return an answer whose next window is ``make_next(recent, forecast)``."""

    def answer(one_step, window, horizon):
        recent, forecasts = window, []
        for _ in range(horizon):
            forecasts.append(one_step(recent))
            recent = make_next(recent, forecasts[-1])
        return np.array(forecasts)

    return answer


fed_back = Exercise(
    name="fed_back",
    title="Feed the forecast back",
    verify=_verify_feed_back,
    solve=feed_back,
    hints=[
        "In each round: ask `one_step`, keep its answer, and make the next window.",
        "The next window is the old one without its first value, and with the forecast behind its last.",
        "`recent = np.append(recent[1:], forecast)`",
    ],
    typical_mistakes=[
        (_fed(lambda recent, forecast: recent), "newest value of the next window"),
        (_fed(np.append), "the oldest value goes out"),
        (_fed(lambda recent, forecast: np.append(forecast, recent[1:])), "stands last in it"),
        (_fed(lambda recent, forecast: np.append(recent[:-1], forecast)), "the oldest value is missing"),
        (_fed(lambda recent, forecast: [*recent[1:], forecast]), "give the model an array"),
        (lambda one_step, window, horizon: feed_back(one_step, window, horizon)[-1], "has shape ()"),
        (lambda one_step, window, horizon: feed_back(one_step, window, horizon)[:, None], "one axis"),
        (lambda one_step, window, horizon: feed_back(one_step, window, horizon).round(), "whole numbers only"),
        (lambda one_step, window, horizon: feed_back(one_step, window.astype(int), horizon), "whole numbers only"),
    ],
    remark="Lesson 08 writes text in the same way: each character it writes is the next one it reads.",
)

# --- A better opponent -----------------------------------------------------


def better_week(inputs, horizon):
    last_week = inputs[:, 168 : 168 + horizon]
    # How much more the town uses now than it did a week ago; half of that is forgotten after 23 hours (0.97^23).
    deviation = inputs[:, -1:] - inputs[:, -169:-168]
    return last_week + 0.97 ** np.arange(1, horizon + 1) * deviation


def _verify_better(answer):
    from ..series import town_load
    from ..windows import WindowGenerator

    loads = [town_load(weeks=12, seed=seed)[1] for seed in (11, 12, 13)]
    for horizon in (24, 12):
        towns = [WindowGenerator(load, window=336, horizon=horizon, stride=5) for load in loads]
        inputs = np.concatenate([town.inputs[:, :, 0] for town in towns])
        labels = np.concatenate([town.labels[:, :, 0] for town in towns])
        forecast = _own_forecast(answer, inputs, horizon)
        copy = inputs[:, 168 : 168 + horizon]
        if np.allclose(forecast, copy):
            raise Wrong("This is last week's copy itself, which is to be beaten: what can be added to it?")
        error, copied = (float(np.abs(f - labels).mean()) for f in (forecast, copy))
        errors = (
            f"On the three towns of the check, over the next {horizon} hours, your mean absolute error is "
            f"{error:.3f} MW, that of last week's copy {copied:.3f} MW"
        )
        if error > copied:
            raise Wrong(
                f"{errors}: yours is larger. Are the hours aligned, and the signs right? "
                "`inputs[:, 168 : 168 + horizon]` holds the hours to forecast, one week before. "
                "Every hour has its like 168 places further left."
            )
        if error > 0.9 * copied:
            raise Wrong(
                f"{errors}: {100 * (1 - error / copied):.1f} % less, expected 10 % less or better. "
                "How far do the last hours of the window lie above or below the same hours a week before, "
                "and how long will that last?"
            )


def _own_forecast(answer, inputs, horizon):
    """Return the forecast of all windows; raise ``Wrong`` if that of a window depends on the others."""
    why = f"one row of `horizon` hours, here {horizon}, for each window"
    forecast = expect_shape("the forecast", answer(inputs, horizon), (len(inputs), horizon), why)
    if not np.isfinite(forecast).all():
        raise Wrong("The forecast holds NaN or infinity.")
    for given, rows in (("alone", slice(100, 101)), ("with all others in reverse order", slice(None, None, -1))):
        name = f"the forecast of a window that is given {given}"
        again = expect_shape(name, answer(inputs[rows], horizon), forecast[rows].shape, why)
        if not np.allclose(again, forecast[rows], atol=1e-3):
            raise Wrong(
                f"{name[0].upper()}{name[1:]} differs from the one it gets among all windows in time order. "
                "A forecast may use its own window only: other rows hold what comes later."
            )
    return forecast


def _by_the_mean_of_a_day(inputs, horizon):
    last_day, same_day = inputs[:, -24:], inputs[:, 144:168]
    return inputs[:, 168 : 168 + horizon] + (last_day - same_day).mean(axis=1, keepdims=True)


def _reads_the_next_row(inputs, horizon):
    forecast = better_week(inputs, horizon)
    forecast[:-1, :5] = inputs[1:, -5:]  # the windows of the check begin five hours apart
    return forecast


better = Exercise(
    name="better",
    title="A better opponent",
    verify=_verify_better,
    solve=better_week,
    hints=[
        "Does the town use more now than at this hour a week ago? Compare the last hour of each window with the hour "
        "168 places before it.",
        "If it uses 1 MW more now, the next hour will hardly be like last week's: add the difference, "
        "`inputs[:, -1:] - inputs[:, -169:-168]`, to last week's copy.",
        "What has raised the load will fade: for later hours, add less of the difference. A factor for each step is "
        "`0.97 ** np.arange(1, horizon + 1)`.",
    ],
    typical_mistakes=[
        (lambda inputs, horizon: inputs[:, 168 : 168 + horizon], "last week's copy itself"),
        (lambda inputs, horizon: inputs[:, 167 : 167 + horizon], "Are the hours aligned"),
        (lambda inputs, horizon: np.repeat(inputs[:, -1:], horizon, axis=1), "yours is larger"),
        (_by_the_mean_of_a_day, "less, expected"),
        (lambda inputs, horizon: inputs[0, 168 : 168 + horizon], "for each window"),
        (lambda inputs, horizon: better_week(inputs, 24), "here 12"),
        (_reads_the_next_row, "its own window only"),
        (lambda inputs, horizon: better_week(inputs, horizon) - inputs.mean() + 12, "its own window only"),
    ],
    remark="No weight was trained. Before a network impresses you, look for the strongest forecast that costs nothing: "
    "last week's copy was not it.",
)
