"""Lesson 02: the seasonal naive forecast, feeding forecasts back, a better opponent."""

from __future__ import annotations

import numpy as np

from .framework import Exercise, Wrong, expect_close, expect_shape

# --- The seasonal naive forecast -------------------------------------------


def seasonal_naive(inputs, horizon, period):
    season = inputs[:, -period:]
    repeats = -(-horizon // period)  # rounded up
    return np.tile(season, (1, repeats))[:, :horizon]


def _verify_seasonal(answer):
    inputs = np.array([np.arange(10.0), np.arange(50.0, 60.0)])
    for horizon, period, expected, why in (
        (2, 4, [6, 7], "the first step ahead was last seen `period` steps before it"),
        (4, 4, [6, 7, 8, 9], "a whole season is copied; a slice that ends at -0 is empty"),
        (3, 10, [0, 1, 2], "a season may be as long as the window"),
        (1, 1, [9], "a season of one step is the last-value forecast"),
        (7, 3, [7, 8, 9, 7, 8, 9, 7], "beyond one season, it is repeated"),
    ):
        case = f"for the inputs 0 … 9, horizon {horizon}, period {period}, the forecast"
        result = expect_shape(case, answer(inputs, horizon, period), (2, horizon), "one row for each window")
        expect_close(case, result[0], expected, why=why)
        expect_close(case + " of the second window", result[1], np.add(expected, 50), why="each window has its own")


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
        (lambda inputs, horizon, period: inputs[:, -period : -period + horizon], "one row for each window"),
        (lambda inputs, horizon, period: inputs[:, -period:][:, :horizon], "one row for each window"),
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


def _verify_feed_back(answer):
    def doubled(recent):
        return 2 * recent[-1]

    def oldest(recent):
        return recent[0] + 10

    def checked_sum(recent):
        if len(recent) != 3:
            raise Wrong(
                f"The model was given {len(recent)} values, expected 3 as in the window: "
                "when a forecast comes in, the oldest value goes out."
            )
        return recent.sum()

    for name, one_step, window, horizon, expected, why in (
        ("2 · last value", doubled, [5.0, 1.0], 4, [2, 4, 8, 16], "a forecast is the newest value of the next window"),
        ("the sum", checked_sum, [1.0, 2.0, 3.0], 3, [6, 11, 20], "the newest value stands last"),
        ("oldest + 10", oldest, [1.0, 2.0, 3.0], 5, [11, 12, 13, 21, 22], "in time order: oldest first, newest last"),
    ):
        case = f"for the model that says {name}, the window {window} and horizon {horizon}, the forecasts"
        expect_close(case, answer(one_step, np.array(window), horizon), expected, why=why)


def _never_fed(one_step, window, horizon):
    return np.array([one_step(window) for _ in range(horizon)])


def _grows(one_step, window, horizon):
    recent = np.array(window)
    for _ in range(horizon):
        recent = np.append(recent, one_step(recent))
    return recent[len(window) :]


def _in_front(one_step, window, horizon):
    recent, forecasts = np.array(window), []
    for _ in range(horizon):
        forecasts.append(one_step(recent))
        recent = np.append(forecasts[-1], recent[1:])
    return np.array(forecasts)


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
        (_never_fed, "newest value of the next window"),
        (_grows, "the oldest value goes out"),
        (_in_front, "newest value"),
        (lambda one_step, window, horizon: feed_back(one_step, window, horizon)[-1], "has shape ()"),
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

    shares = []
    for seed in (11, 12, 13):
        town = WindowGenerator(town_load(weeks=12, seed=seed)[1], window=336, horizon=24, stride=5)
        inputs, labels = town.inputs[:, :, 0], town.labels[:, :, 0]
        forecast = expect_shape("the forecast", answer(inputs, 24), labels.shape, "one row of 24 hours for each window")
        error, last_week = (float(np.abs(f - labels).mean()) for f in (forecast, inputs[:, 168:192]))
        if not np.isfinite(error):
            raise Wrong("The forecast holds NaN or infinity.")
        shares.append(error / last_week)
    share = float(np.mean(shares))
    if share > 0.9:
        raise Wrong(
            f"On the three towns of the check your error is {share:.0%} of that of last week's value; "
            "asked for is 90 % or less. What does the last hour tell about the next ones?"
        )


better = Exercise(
    name="better",
    title="A better opponent",
    verify=_verify_better,
    solve=better_week,
    hints=[
        "One week is one look at the noise; the window holds two weeks. What does their mean do to the error?",
        "If the town uses 1 MW more now than at this hour a week ago, the next hour will hardly be like last week's.",
        "Add that difference, `inputs[:, -1:] - inputs[:, -169:-168]`, to last week's values; for later hours, less.",
    ],
    typical_mistakes=[
        (lambda inputs, horizon: inputs[:, 168 : 168 + horizon], "100%"),
        (lambda inputs, horizon: np.repeat(inputs[:, -1:], horizon, axis=1), "of that of last week's value"),
        (lambda inputs, horizon: inputs[:, -24:], "of that of last week's value"),
        (lambda inputs, horizon: inputs[0, 168 : 168 + horizon], "one row of 24 hours"),
    ],
    remark="No weight was trained. Does it beat the networks of section 6 as well? Compare on the same windows.",
)
