"""Figures on models of characters: learning a text letter by letter, temperature, recovery, minutes of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from ..checks import numbers
from ..generation import distribution
from ..judging import entropy
from .gates import within
from .sheet import as_title
from .style import COLOURS, LINE_LOOKS, in_font, listed, title_of_figure

MOST_LETTERS = 60
"""How long a text may be of which each letter has a row."""


def draw_right_letter(
    probabilities: ArrayLike,
    text: str,
    title: str,
    right_from: Sequence[int | None] | None = None,
    first_step: int = 1,
) -> Figure:
    """Draw how probable the right letter is at each place of a text, from training step to training step.

    Parameters
    ----------
    probabilities : array-like, (steps, length)
        Of the right letter at each place, after each training step.
    text : str, (length,)
        The right letters; at most `MOST_LETTERS`.
    title : str
    right_from : sequence of int or None, (length,), optional
        For each place the training step from which on the right letter is the likeliest and stays so, None where there
        is no such step. It is marked.
    first_step : int
        The number of the first training step: 0 if the first row is from before training.

    Raises
    ------
    ValueError
        If there is not one column for each letter, a probability is not between 0 and 1, there is no such step, or
        the text is too long.
    """
    if not isinstance(text, str) or not 1 <= len(text) <= MOST_LETTERS:
        raise ValueError(f"text is {text!r}, expected a str of 1 to {MOST_LETTERS} letters.")
    p = _shares("probabilities", probabilities, ("steps", None), ("length", len(text)))
    first, last = first_step, first_step + len(p) - 1
    marks = [None] * len(text) if right_from is None else list(right_from)
    if len(marks) != len(text) or not all(step is None or step in range(first, last + 1) for step in marks):
        raise ValueError(f"right_from is {marks}, expected for each of {len(text)} letters None or {first} to {last}.")
    figure = Figure(figsize=(9, max(3, 0.24 * len(text) + 1.2)), layout="constrained")
    axes = figure.subplots()
    extent = (first - 0.5, last + 0.5, len(text) - 0.5, -0.5)
    image = axes.imshow(p.T, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest", extent=extent)
    marked = {place: step for place, step in enumerate(marks) if step is not None}
    if marked:
        look = {"s": 42, "color": COLOURS["mark"], "marker": "D", "edgecolors": "white", "zorder": 3}
        axes.scatter(list(marked.values()), list(marked), **look, label="from here on the likeliest letter is right")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    axes.set_yticks(range(len(text)), [_written(letter) for letter in text], family="monospace")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set(xlabel="training step", ylabel="letter, the first on top")
    figure.colorbar(image, ax=axes, label="probability of the right letter", aspect=max(12, 1.2 * len(text)))
    title_of_figure(figure, title)
    ends = ", ".join(f"{letter!r} {a:.2f} to {b:.2f}" for letter, a, b in zip(text, p[0], p[-1], strict=True))
    steady = ", ".join(f"{text[place]!r} from step {step}" for place, step in marked.items())
    figure.set_label(
        f"Probability of the right letter at each place of {text!r}, from training step {first} to {last}: {ends}."
        + (f" The likeliest for good: {steady}." if marked else "")
    )
    return figure


def draw_reshaped(
    p: ArrayLike, symbols: Sequence[str], temperatures: Sequence[float] = (1.0, 0.5, 0.2), most: int = 12
) -> Figure:
    """Draw what temperature makes of probabilities: a panel for each, with the same symbols in the same order.

    Parameters
    ----------
    p : array-like, (symbols,)
        Probabilities at temperature 1. A symbol of probability 0 keeps it at every temperature.
    symbols : sequence of str, (symbols,)
    temperatures : sequence of float, one to five of them
        Each as in `distribution` of `course_utils.generation`: 0 is greedy.
    most : int
        How many symbols to draw, the likeliest ones.

    Raises
    ------
    ValueError
        If there is not one probability for each symbol, they do not add up to 1, a temperature is negative, there are
        none or too many of them, or `most` is below 1.
    """
    symbols = list(symbols)
    p = _shares("p", p, ("symbols", len(symbols) or None))
    if abs(p.sum() - 1) > 1e-3:
        raise ValueError(f"p adds up to {p.sum():.4g}, expected probabilities that add up to 1, not scores.")
    temperatures = numbers("temperatures", temperatures, ("temperatures", None))
    if len(temperatures) > 5 or most < 1:
        raise ValueError(f"{len(temperatures)} temperatures and most={most}, expected up to 5, and at least 1.")
    possible = p > 0  # the logarithm of 0 is no score
    order = np.argsort(-p, kind="stable")[:most]
    figure = Figure(figsize=(9, 3.3), layout="constrained")
    panels = figure.subplots(1, len(temperatures), sharey=True, squeeze=False)[0]
    words = []
    for axes, temperature in zip(panels, temperatures, strict=True):
        reshaped = np.zeros(len(p))
        reshaped[possible] = distribution(np.log(p[possible]), temperature)
        bits = entropy(reshaped)
        heading = f"T = {temperature:g}{'' if temperature else ' (greedy)'}\nentropy {bits:.2f} bits"
        axes.bar(range(len(order)), reshaped[order], color=COLOURS["ours"])
        axes.set_xticks(range(len(order)), [_written(symbols[place]) for place in order], family="monospace")
        axes.set_title(heading, fontsize=12 if len(temperatures) < 4 else 10)
        axes.tick_params(axis="x", length=0, rotation=90 if max(map(len, symbols)) > 1 else 0)
        told = listed({repr(symbols[place]): reshaped[place] for place in order[:5]})
        words.append(f"{heading.replace(chr(10), ', ')}: {told}")
    panels[0].set(ylim=(0, 1), ylabel="probability")
    drawn = f"the {len(order)} likeliest of {len(p)}" if len(order) < len(p) else f"all {len(p)}"
    figure.supxlabel(f"next character, {drawn}; the entropy is that of all", fontsize=11)
    figure.set_label(f"Bars of the probability of the next character, {drawn}, at temperatures T. {'; '.join(words)}.")
    return figure


def draw_recovery(right: Mapping[str, ArrayLike], title: str, spread: Mapping[str, ArrayLike] | None = None) -> Figure:
    """Draw how often models are right 1, 2, 3 … characters after one that was made wrong.

    Parameters
    ----------
    right : mapping of str to array-like, (characters,)
        Name of each model, and the share of characters, 0 to 1, that are right so many characters later; one to five.
    title : str
    spread : mapping of str to array-like, (seeds, characters), optional
        The shares of single runs: a band goes from the lowest to the highest.

    Raises
    ------
    ValueError
        If there is no model or more than five, a share is not between 0 and 1, or a spread fits no model.
    """
    right = {name: _shares(f"right of {name!r}", row, ("characters", None)) for name, row in _few("right", right)}
    spread = {} if spread is None else dict(spread)
    if not spread.keys() <= right.keys():
        raise ValueError(f"spread has {', '.join(spread)}, expected names out of {', '.join(right)}.")
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots()
    for (name, values), look in zip(right.items(), LINE_LOOKS, strict=False):
        later = np.arange(1, len(values) + 1)
        if name in spread:
            runs = _shares(f"spread of {name!r}", spread[name], ("seeds", None), ("characters", len(values)))
            axes.fill_between(later, runs.min(axis=0), runs.max(axis=0), color=look["color"], alpha=0.15, linewidth=0)
        axes.plot(later, values, **look, markevery=-(-len(values) // 25), label=in_font(name).replace("$", r"\$"))
    axes.set(xlabel="characters after the wrong one", ylabel="share right (%)", ylim=(0, 1.03))
    _finish(figure, axes, title, "model; band: all runs" if spread else "model")
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    told = (f"{name}: {', '.join(f'{value:.0%}' for value in values)}" for name, values in right.items())
    figure.set_label(f"Share of characters that are right 1, 2, 3 … characters after a wrong one. {'; '.join(told)}.")
    return figure


def draw_against_temperature(
    temperatures: ArrayLike, entropy: ArrayLike, repeated: ArrayLike, real_words: ArrayLike, title: str
) -> Figure:
    """Draw what temperature does to generated text: its entropy, how much repeats, how many words are real.

    Parameters
    ----------
    temperatures : array-like, (temperatures,)
        Rising; 0 is greedy.
    entropy : array-like, (temperatures,)
        Of the distributions from which the characters were drawn, bits a character.
    repeated, real_words : array-like, (temperatures,)
        The share of strings that occur more than once, and of words that are real ones, 0 to 1.
    title : str

    Raises
    ------
    ValueError
        If there is not one value for each temperature, the temperatures do not rise from 0 on, an entropy is negative,
        or a share is not between 0 and 1.
    """
    temperatures = numbers("temperatures", temperatures, ("temperatures", None))
    if temperatures[0] < 0 or not (np.diff(temperatures) > 0).all():
        raise ValueError(f"temperatures is {temperatures.tolist()}, expected numbers from 0 on in rising order.")
    count = ("temperatures", len(temperatures))
    entropy = numbers("entropy", entropy, count)
    if entropy.min() < 0:
        raise ValueError(f"entropy has the value {entropy.min():.3g}, expected at least 0 bits.")
    repeated, real_words = _shares("repeated", repeated, count), _shares("real_words", real_words, count)
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    panels = figure.subplots(1, 2)
    panels[0].plot(temperatures, entropy, color="black", marker="^", linewidth=2, clip_on=False)
    panels[0].set(ylabel="entropy (bits a character)", ylim=(0, None))
    panels[1].plot(temperatures, repeated, **LINE_LOOKS[0], label="strings that repeat")
    panels[1].plot(temperatures, real_words, **LINE_LOOKS[1], label="real words")
    panels[1].set(ylabel="share (%)", ylim=(-0.02, 1.04))
    panels[1].yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    panels[1].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, handlelength=3, borderaxespad=0.2)
    for axes in panels:
        axes.set_xlabel("temperature")
        if temperatures[0] == 0:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}" if abs(value) > 1e-9 else "0\ngreedy")
    title_of_figure(figure, title)
    rows = (
        f"{temperature:g}: {bits:.2f} bits, {again:.0%}, {real:.0%}"
        for temperature, bits, again, real in zip(temperatures, entropy, repeated, real_words, strict=True)
    )
    figure.set_label(f"By temperature, entropy, strings that repeat and real words. {'; '.join(rows)}.")
    return figure


def draw_by_minute(curves: Mapping[str, tuple[ArrayLike, ArrayLike]], title: str) -> Figure:
    """Draw the held-out loss that ways to train have reached after so many minutes.

    Parameters
    ----------
    curves : mapping of str to (array-like, array-like), each (points,)
        Name of each way, minutes of training in rising order, and held-out loss, nats a character; one to five.
    title : str

    Raises
    ------
    ValueError
        If there is no way or more than five, minutes do not rise from 0 on, or there is not one loss for each.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots()
    ends = []
    for (name, curve), look in zip(_few("curves", curves), LINE_LOOKS, strict=False):
        if len(curve) != 2:
            raise ValueError(f"The curve of {name!r} has {len(curve)} parts, expected two: minutes and losses.")
        minutes = numbers(f"minutes of {name!r}", curve[0], ("points", None))
        losses = numbers(f"losses of {name!r}", curve[1], ("points", len(minutes)))
        if minutes[0] < 0 or not (np.diff(minutes) > 0).all():
            raise ValueError(f"minutes of {name!r} is {minutes.tolist()}, expected rising numbers from 0 on.")
        axes.plot(minutes, losses, **look, label=in_font(name).replace("$", r"\$"))
        ends.append((name, minutes[-1], losses[-1], look["color"]))
    axes.set(xlabel="training time (minutes)", ylabel="held-out loss (nats a character)")
    _finish(figure, axes, title, "way to train", space=5)  # the legend leaves room for the last losses
    _write_ends(figure, axes, ends)
    told = (f"{name} {loss:.3f} after {minute:.3g} minutes" for name, minute, loss, _ in ends)
    figure.set_label(f"Held-out loss, nats a character, by minutes of training. At the end: {'; '.join(told)}.")
    return figure


def _few(name: str, curves: Mapping) -> list[tuple]:
    if not isinstance(curves, Mapping) or not 1 <= len(curves) <= len(LINE_LOOKS):
        raise ValueError(f"{name} is {curves!r}, expected a dict with one to {len(LINE_LOOKS)} entries.")
    return list(curves.items())


def _shares(name: str, values: ArrayLike, *axes: tuple[str, int | None]) -> np.ndarray:
    array = numbers(name, values, *axes, dtype=float)
    within(name, array.ravel(), 0, 1, array.size)
    return array


def _written(text: str) -> str:
    return as_title(in_font(text, "monospace"))


def _finish(figure: Figure, axes: Axes, title: str, names: str, space: float = 0.5) -> None:
    """Write title and legend; `space` between axes and legend is in letters."""
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3.5, title=names, borderaxespad=space)
    title_of_figure(figure, title)


def _write_ends(figure: Figure, axes: Axes, ends: list[tuple]) -> None:
    """Write each last loss at the right edge, at its height; those that would meet are moved apart."""
    last = max(minute for _, minute, _, _ in ends)
    figure.draw_without_rendering()
    lowest = -np.inf
    for _, minute, loss, colour in sorted(ends, key=lambda end: end[2]):
        axes.hlines(loss, minute, last, colors=colour, linestyles=":", linewidth=1)
        at = axes.transData.transform((minute, loss))[1] * 72 / figure.dpi
        lowest = max(at, lowest + 12)
        look = {"color": colour, "fontsize": 10, "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{loss:.3f}", (1, loss), (2, lowest - at), xycoords=("axes fraction", "data"), **look)
