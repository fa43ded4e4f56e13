"""Figures on recurrent cells: the unrolled network, gradients back in time, training runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import ArrayLike

from .style import COLOURS, lettering, listed, shown, title_of_figure

# Blue for negative, white for zero, orange for positive values.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#0072B2", "#FFFFFF", "#E69F00"])
UNKNOWN = "#F4F4F4"


def draw_unrolled(
    symbols: Sequence[str],
    hidden: np.ndarray,
    d_hidden: np.ndarray,
    step: int,
    loss_at: Sequence[int] | None = None,
) -> Figure:
    """Draw a recurrent network unrolled in time: forward values below, gradients above, as far as `step` has come.

    Parameters
    ----------
    symbols : sequence of str, one for each of T time steps
        What is read.
    hidden : ndarray, (T, units)
        The hidden state after each time step.
    d_hidden : ndarray, (T, units)
        The gradient of the loss with respect to each hidden state.
    step : int, 0 to 2 T
        0: nothing computed; 1 to T: forward as far as that time step; T + 1 to 2 T: then backward from the last.
    loss_at : sequence of int
        The time steps, counted from 0, at which the loss looks; without it, all.

    Raises
    ------
    ValueError
        If the arrays do not have one row for each symbol, or `step` is not between 0 and 2 T.
    """
    hidden, d_hidden = np.asarray(hidden), np.asarray(d_hidden)
    time = len(symbols)
    if hidden.ndim != 2 or hidden.shape != d_hidden.shape or len(hidden) != time:
        raise ValueError(
            f"hidden has shape {hidden.shape} and d_hidden {d_hidden.shape}; expected (time={time}, units) of both."
        )
    if not 0 <= step <= 2 * time:
        raise ValueError(f"step is {step}, expected 0 to {2 * time}: {time} forward, then {time} backward.")
    forward, backward = min(step, time), max(step - time, 0)
    known = {"state": np.arange(time) < forward, "gradient": np.arange(time) >= time - backward}

    # Drawn on the bare figure, numbers as outlines: axes and text would take most of the 50 ms of a slider.
    figure = Figure(figsize=(9, 4.2), layout="none")
    width = max(time, 4) + 1.15
    place = Affine2D().translate(1.55, 1.05).scale(1 / width, 0.9 / 4.3) + figure.transFigure
    largest = max(float(np.abs(d_hidden).max()), 1e-30)
    for artist in (
        *_boxes(place, 0.0, hidden, known["state"], 1.0),
        *_boxes(place, 1.55, d_hidden, known["gradient"], largest),
        *_arrows(place, known["state"], known["gradient"], np.arange(time) if loss_at is None else loss_at),
        lettering([shown(symbol) for symbol in symbols], [(t, -0.95) for t in range(time)], 18, place, "monospace"),
        lettering(
            ["input x", "hidden state h", "gradient dh", "from the loss"],
            [(-0.95, y) for y in (-0.93, 0.45, 2.0, 2.75)],
            11,
            place,
        ),
    ):
        figure.add_artist(artist, clip=False)
    title_of_figure(figure, _what(step, time, d_hidden))
    figure.set_label(
        f"A recurrent network unrolled over {time} steps, reading {''.join(symbols)!r}. Forward values are drawn for "
        f"{forward} of them, gradients for {backward}. Norm of the gradient from the first step to the last: "
        + ", ".join(f"{norm:.2g}" for norm in np.linalg.norm(d_hidden, axis=1))
    )
    return figure


def draw_gradient_norms(norms: Mapping[str, np.ndarray], title: str, floor: float = 1e-12) -> Figure:
    """Draw how large the gradient is, so many steps back in time, on a logarithmic axis.

    Parameters
    ----------
    norms : mapping of str to ndarray, (steps,)
        Name of each network, and the norm of its gradient 0, 1, 2 … steps back, divided by that at the last step.
    floor : float
        The lower end of the axis; its upper end is 1 / floor. What lies beyond is drawn at the border.
    """
    end = -np.log10(floor)
    longest = max(len(values) for values in norms.values())
    # On the bare figure, letters as outlines: axes with ticks, labels and a legend take most of a slider's 50 ms.
    figure = Figure(figsize=(9, 3.5), layout="none")
    place = (
        Affine2D().translate(0, end).scale(0.91 / longest, 0.66 / (2 * end)).translate(0.075, 0.16) + figure.transFigure
    )
    ticks, steps = np.linspace(-end, end, 5), range(0, longest, 10)
    rows = end * (0.88 - 0.15 * np.arange(len(norms)))
    with np.errstate(divide="ignore"):
        exponents = [np.clip(np.log10(values), -end, end) for values in norms.values()]
    curves = [np.column_stack([np.arange(len(values)), values]) for values in exponents]
    samples = [[(0.012 * longest, row), (0.055 * longest, row)] for row in rows]
    count = range(len(norms))
    colours = [(COLOURS["mark"], COLOURS["ours"], COLOURS["training"])[k % 3] for k in count]
    styles = [("solid", "dashed", "dashdot")[k % 3] for k in count]
    scale = [f"1e{tick:+.0f}" if tick else "1" for tick in ticks]
    for artist in (
        LineCollection([[(0, y), (longest, y)] for y in ticks], colors="#DDDDDD", linewidths=1.2, transform=place),
        LineCollection([[(0, -end), (0, end)]], colors="black", linewidths=1, transform=place),
        LineCollection(curves, colors=colours, linestyles=styles, linewidths=2.5, transform=place),
        LineCollection(samples, colors=colours, linestyles=styles, linewidths=2.5, transform=place),
        lettering(scale, [(-0.035 * longest, y - 0.035 * end) for y in ticks], 10.5, place),
        lettering([str(k) for k in steps], [(k, -1.15 * end) for k in steps], 10.5, place),
        lettering(["steps back in time"], [(longest / 2, -1.36 * end)], 10.5, place),
        lettering(list(norms), [(0.065 * longest, row - 0.03 * end) for row in rows], 10.5, place, align="left"),
        lettering(
            ["gradient, relative to that of the last step"], [(-0.067 * longest, 1.1 * end)], 10.5, place, align="left"
        ),
    ):
        figure.add_artist(artist, clip=False)
    title_of_figure(figure, title)
    figure.set_label(
        f"Norm of the gradient over {longest} steps back in time, on a logarithmic axis, relative to the last step. "
        f"At the far end: {listed({name: values[-1] for name, values in norms.items()})}"
    )
    return figure


def draw_runs(losses: Mapping[str, Sequence[float]], title: str, reference: tuple[str, float]) -> Figure:
    """Draw the loss of several training runs by epoch; one that leaves the numbers ends in a cross.

    Parameters
    ----------
    losses : mapping of str to sequence of float
        Name of each run, and its loss after each epoch; NaN and infinity mean that it diverged.
    reference : (str, float)
        Name and loss of a horizontal line.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots()
    top = 1.25 * reference[1]
    axes.axhline(reference[1], color=COLOURS["baseline"], linewidth=3, alpha=0.6, label=reference[0])
    colours = [COLOURS["mark"], COLOURS["ours"], "#E69F00", COLOURS["training"]]
    words = {}
    for (name, values), colour, style in zip(losses.items(), cycle(colours), cycle(("-", "-", "--", ":"))):
        values = np.asarray(values, float)
        usable = np.isfinite(values)  # what is finite but above the picture comes down into it again
        epochs = np.arange(1, len(values) + 1)
        end = len(values) if usable.all() else int(np.argmin(usable))
        axes.plot(epochs[:end], values[:end], color=colour, linestyle=style, marker=".", linewidth=2, label=name)
        if end < len(values):
            axes.plot([epochs[end]], [top * 0.97], marker="x", color=colour, markersize=11, markeredgewidth=3)
        words[name] = f"{values[-1]:.3f}" if end == len(values) else f"diverged in epoch {epochs[end]}"
    axes.set(title=title, xlabel="epoch (a cross: diverged)", ylabel="loss", ylim=(0, top))
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.set_label("Loss by epoch. At the end: " + ", ".join(f"{name}: {word}" for name, word in words.items()))
    return figure


def _boxes(place: Transform, bottom: float, values: np.ndarray, known: np.ndarray, scale: float) -> list[Artist]:
    """Return a column of boxes for each time step, coloured by value where known, with the number inside."""
    time, units = values.shape
    height = 1.0 / units
    corners, faces, numbers, places = [], [], [], []
    for t, unit in np.ndindex(time, units):
        low = bottom + 1.0 - (unit + 1) * height
        corners.append([(t - 0.3, low), (t + 0.3, low), (t + 0.3, low + height), (t - 0.3, low + height)])
        faces.append(SIGNED(0.5 + 0.4 * values[t, unit] / scale) if known[t] else UNKNOWN)
        if known[t] and units <= 4:
            numbers.append(_number(values[t, unit]))
            places.append((t, low + height / 2 - 0.06))
    boxes = PolyCollection(corners, facecolors=faces, edgecolors="#888888", linewidths=0.8, transform=place)
    return [boxes, lettering(numbers, places, 10.5, place)] if numbers else [boxes]


def _arrows(place: Transform, forward: np.ndarray, backward: np.ndarray, loss_at: ArrayLike) -> list[Artist]:
    """Return what flows where: inputs and states in black, gradients in the colour of the gradient."""
    steps, gaps = np.arange(len(forward)), np.arange(1, len(forward))
    lines, colours = [], []
    for reached, colour, starts, ends in (
        (forward, "black", (steps, -0.6), (steps, -0.05)),
        (forward[1:], "black", (gaps - 0.67, 0.5), (gaps - 0.33, 0.5)),
        (backward[loss_at], COLOURS["mark"], (steps[loss_at], 3.0), (steps[loss_at], 2.6)),
        (backward[:-1], COLOURS["mark"], (gaps - 0.33, 2.05), (gaps - 0.67, 2.05)),
    ):
        starts, ends = (np.column_stack(np.broadcast_arrays(*ends_)) for ends_ in (starts, ends))
        lines += list(np.stack([starts, ends], axis=1))
        colours += [colour if here else "#DDDDDD" for here in reached]
    heads = [_head(start, end) for start, end in lines]
    return [
        LineCollection(lines, colors=colours, linewidths=2, transform=place),
        PolyCollection(heads, facecolors=colours, edgecolors=colours, transform=place),
    ]


def _head(start: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
    along = np.sign(end - start) * (0.07, 0.11)  # the picture's units are wider than they are high
    across = np.sign(end - start)[::-1] * (0.055, 0.09)
    return [end, end - along + across, end - along - across]


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:.0e}"


def _what(step: int, time: int, d_hidden: np.ndarray) -> str:
    if step == 0:
        return "Nothing is computed yet"
    if step <= time:
        return f"Forward, time step {step} of {time}"
    t = 2 * time - step + 1
    return f"Backward, time step {t} of {time}: the gradient has norm {np.linalg.norm(d_hidden[t - 1]):.2g}"
