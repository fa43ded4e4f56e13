"""Figures on time series: windows, the series itself, forecasts, and the error of each step ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from .style import COLOURS, listed, title_of_figure

MODEL_LINES = (
    {"color": COLOURS["ours"], "marker": "o"},
    {"color": COLOURS["mark"], "marker": "s"},
    {"color": COLOURS["training"], "marker": "^"},
)
BASELINE_LINES = (
    {"color": COLOURS["baseline"], "linestyle": ":"},
    {"color": COLOURS["baseline"], "linestyle": "--"},
    {"color": COLOURS["baseline"], "linestyle": "-"},
)


def draw_windows(
    series: np.ndarray, window: int, horizon: int, stride: int = 1, shift: int | None = None, unit: str = "hours"
) -> Figure:
    """Draw a short series, the inputs and labels of its first window on it, and every window as a row below it.

    A window that does not fit leaves no row; the title says how many there are.

    Parameters
    ----------
    series : ndarray, (steps,)
    window, horizon, stride, shift : int
        As in `course_utils.windows.WindowGenerator`.
    unit : str
        Of the steps.
    """
    series = np.asarray(series, float)
    steps = len(series)
    shift = horizon if shift is None else shift
    count = max((steps - window - shift) // stride + 1, 0)
    # A slider wants its picture within 50 ms: margins set by hand, few ticks, and few artists.
    figure = Figure(figsize=(9, 3.2), layout="none")
    figure.subplots_adjust(left=0.09, right=0.98, top=0.9, bottom=0.16)
    axes = figure.subplots()
    low, high = series.min(), series.max()
    heights = (series - low) / (high - low if high > low else 1)  # the series between 0 and 1, the rows below
    axes.plot(heights, color="black", linewidth=1)
    starts = np.arange(count) * stride
    rows = -0.15 - 1.35 * np.arange(count) / max(count, 12)
    width = 54 / max(count, 12)  # points: two thirds of the distance between two rows
    for offset, length, colour in (
        (0, window, COLOURS["training"]),
        (window + shift - horizon, horizon, COLOURS["mark"]),
    ):
        begins = starts + offset - 0.4  # a step is a piece of line around its place, so that one step can be seen too
        ends = begins + length - 0.2
        segments = np.stack([np.column_stack([begins, rows]), np.column_stack([ends, rows])], axis=1)
        axes.add_collection(LineCollection(segments, colors=colour, linewidths=width, capstyle="butt"), autolim=False)
        if count:
            places = np.arange(offset, offset + length)
            axes.plot(places, heights[places], "o", color=colour, markersize=6)
    if count:
        title = f"{count} window{'s' if count > 1 else ''}: {window} {unit} looked at (blue), {horizon} ahead (orange)"
    else:
        title = f"No window is left: {window} + {shift} {unit} are more than {steps}"
    axes.set_title(title)
    axes.set(xlim=(-1, steps), ylim=(-1.55, 1.1), xlabel=f"time ({unit})")
    axes.set(yticks=[-0.15, 0.5], yticklabels=["windows", "series"], xticks=np.arange(0, steps, max(1, steps // 2)))
    axes.tick_params(axis="y", length=0)
    figure.set_label(
        f"A series of {steps} {unit}, and below it {count} windows as rows, each beginning {stride} later than the one "
        f"before. Inputs, blue: {window} {unit}. Labels, orange: {horizon}, the last of them {shift} after the last "
        "input."
    )
    return figure


def draw_load(time: np.ndarray, parts: Mapping[str, np.ndarray], title: str, days: int = 14) -> Figure:
    """Draw a load by the hour: each day's range, part by part, and below it the first days with their names.

    Parameters
    ----------
    time : ndarray of datetime64, (hours,)
        From a midnight on, one an hour.
    parts : mapping of str to ndarray
        Megawatts, one an hour; the parts follow each other in time and begin with a day. At most three.
    title : str
    days : int
        How many days to draw below.
    """
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    above, below = figure.subplots(2, 1)
    begin = 0
    colours = (COLOURS["training"], COLOURS["baseline"], COLOURS["mark"])
    for (name, part), colour in zip(parts.items(), colours, strict=False):
        by_day = part[: len(part) // 24 * 24].reshape(-1, 24)
        weeks = (begin + np.arange(len(by_day)) + 0.5) / 7
        above.fill_between(weeks, by_day.min(axis=1), by_day.max(axis=1), color=colour, linewidth=0)
        above.text(weeks.mean(), 1.0, name, ha="center", va="bottom", transform=above.get_xaxis_transform())
        begin += len(by_day)
    title_of_figure(figure, title)
    above.set(xlabel="time (weeks)", ylabel="MW, low to high", xlim=(0, begin / 7))
    load = np.concatenate(list(parts.values()))
    shown = np.arange(min(24 * days, len(load)))
    below.plot(shown / 24, load[shown], color="black", linewidth=1.2)
    noons = np.arange(len(shown) // 24) + 0.5
    names = [f"{day:%a}" for day in time[: 24 * len(noons) : 24].astype("datetime64[D]").tolist()]
    below.set(xlabel=f"the first {len(noons)} days", ylabel="load (MW)", xticks=noons, xticklabels=names)
    below.set_xlim(0, len(shown) / 24)
    below.vlines(np.arange(len(noons) + 1), *below.get_ylim(), color="#DDDDDD", linewidth=0.8, zorder=0)
    below.tick_params(axis="x", length=0)
    figure.set_label(
        f"The load of {len(load)} hours, between {load.min():.1f} and {load.max():.1f} MW, in parts: "
        + ", ".join(f"{name} {len(part)}" for name, part in parts.items())
        + f" hours. Below, the first {len(noons)} days: a low at night, a peak in the evening, less at the weekend."
    )
    return figure


def draw_forecasts(
    truth: np.ndarray,
    models: Mapping[str, np.ndarray],
    baselines: Mapping[str, np.ndarray],
    title: str,
    history: Sequence[float] = (),
    labels: tuple[str, str] = ("time (hours)", "value"),
) -> Figure:
    """Draw what came as a black line, what was seen before it, and what models and baselines had forecast.

    Parameters
    ----------
    truth : ndarray, (steps,)
    models, baselines : mapping of str to ndarray, (steps,)
        At most three of each.
    title : str
    history : sequence of float
        The values before the first forecast.
    labels : (str, str)
        Of the two axes.
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    steps, before = np.arange(1, len(truth) + 1), len(history)
    seen_and_came = [*history, *truth]
    axes.plot(np.arange(1 - before, len(truth) + 1), seen_and_came, color="black", linewidth=1.5, label="what came")
    if before:
        axes.axvline(0.5, color=COLOURS["cut"], linewidth=1)
    _lines(axes, steps, models, baselines, markersize=4)
    title_of_figure(figure, title)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.xaxis.set_major_locator(MultipleLocator(6 * -(-(before + len(truth)) // 36)))  # parts of a day
    figure.legend(loc="outside right center")
    distances = {name: float(np.mean(np.abs(line - truth))) for name, line in {**baselines, **models}.items()}
    figure.set_label(
        f"What came in {len(truth)} steps, and the forecasts of it. Mean absolute distance: " + listed(distances) + "."
    )
    return figure


def draw_error_by_step(
    models: Mapping[str, np.ndarray],
    baselines: Mapping[str, np.ndarray],
    title: str,
    unit: str = "MW",
) -> Figure:
    """Draw the error of each step ahead: one line for each model, a grey one for each baseline.

    Parameters
    ----------
    models, baselines : mapping of str to ndarray, (horizon,)
        Mean absolute errors; at most three of each, and at least one model.
    title : str
    unit : str
        Of the errors.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    horizon = len(next(iter(models.values())))
    # A bad baseline would press the others into a narrow band: it may leave the picture, and its name says how far.
    top = 1.5 * max(np.max(line) for line in models.values())
    named = {f"{name} (up to {np.max(e):.2f})" if np.max(e) > top else name: e for name, e in baselines.items()}
    _lines(axes, np.arange(1, horizon + 1), models, named, markersize=5)
    title_of_figure(figure, title)
    axes.set(xlabel="steps ahead (hours)", ylabel=f"mean absolute error ({unit})", ylim=(0, top))
    axes.set_xticks([1, *range(6, horizon + 1, 6)])
    figure.legend(loc="outside right center")
    ends = {name: (line[0], line[-1]) for name, line in {**baselines, **models}.items()}
    figure.set_label(
        f"The mean absolute error in {unit}, from 1 step ahead to {horizon}: "
        + "; ".join(f"{name} from {first:.2f} to {last:.2f}" for name, (first, last) in ends.items())
        + "."
    )
    return figure


def _lines(
    axes: Axes, steps: np.ndarray, models: Mapping[str, np.ndarray], baselines: Mapping[str, np.ndarray], **marks: float
) -> None:
    for lines, looks in ((baselines, BASELINE_LINES), (models, MODEL_LINES)):
        if len(lines) > len(looks):
            raise ValueError(f"{len(lines)} lines of one kind ({', '.join(lines)}), expected at most {len(looks)}.")
        for (name, line), look in zip(lines.items(), looks, strict=False):
            axes.plot(steps, line, label=name, **look, **marks)
