"""Figures on language models: losses, the next symbol, surprise, times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from ..generation import distribution
from ..judging import entropy
from .style import COLOURS, lettering, listed, shown, title_of_figure


def draw_losses(
    history: Mapping[str, Sequence[float]],
    references: Mapping[str, float],
    title: str,
    steps: int | None = None,
) -> Figure:
    """Draw training and held-out loss by epoch, with losses to compare with as horizontal lines.

    Parameters
    ----------
    history : mapping
        ``loss`` and ``val_loss``, nats a symbol, one value an epoch.
    references : mapping of str to float
        Name and loss of each line.
    steps : int, optional
        Draw only the first so many epochs.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    training, held_out = np.asarray(history["loss"])[:steps], np.asarray(history["val_loss"])[:steps]
    epochs = np.arange(1, len(training) + 1)
    axes.plot(epochs, training, color=COLOURS["training"], linestyle="--", marker=".", label="training text")
    axes.plot(epochs, held_out, color=COLOURS["held-out"], marker=".", label="held-out text")
    best = int(held_out.argmin())
    axes.annotate(
        f"best: {held_out[best]:.3f} after epoch {epochs[best]}",
        (epochs[best], held_out[best]),
        xytext=(0, 28),
        textcoords="offset points",
        ha="center",
        arrowprops={"arrowstyle": "-", "color": COLOURS["mark"]},
        color=COLOURS["mark"],
    )
    for name, loss in references.items():
        axes.axhline(loss, color=COLOURS["baseline"], linewidth=1, linestyle=":")
        axes.annotate(
            f"{name} {loss:.3f}",
            (1, loss),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            color="#555555",
            fontsize=10,
        )
    axes.set(title=title, xlabel="epoch", ylabel="loss (nats a character)", ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.legend(loc="lower left")
    figure.set_label(
        f"Two curves over {len(epochs)} epochs. Training loss: from {training[0]:.2f} to {training[-1]:.2f}. Held-out "
        f"loss: from {held_out[0]:.2f} to {held_out[best]:.2f} at epoch {epochs[best]}, at the end {held_out[-1]:.2f}. "
        + listed(references)
    )
    return figure


def draw_ladder(losses: Mapping[str, float], title: str, highlight: Sequence[str] = ()) -> Figure:
    """Draw losses in nats a symbol as bars, the worst above, with the same in bits beside each."""
    figure = Figure(figsize=(9, 0.42 * len(losses) + 1.2), layout="constrained")
    axes = figure.subplots()
    names = sorted(losses, key=losses.get)
    values = [losses[name] for name in names]
    colours = [COLOURS["ours"] if name in highlight else COLOURS["baseline"] for name in names]
    axes.barh(names, values, color=colours)
    for place, value in enumerate(values):
        axes.text(value + 0.03, place, f"{value:.3f} nats = {value / np.log(2):.2f} bits", va="center", fontsize=10)
    title_of_figure(figure, title)
    axes.set(xlabel="held-out loss (nats a character); shorter is better", xlim=(0, max(values) * 1.3))
    figure.set_label("Bars of the held-out loss, nats a character: " + listed(dict(zip(names, values, strict=True))))
    return figure


def draw_next_symbol(
    logits: np.ndarray,
    symbols: Sequence[str],
    prompt: str = "",
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    most: int = 16,
) -> Figure:
    """Draw the probabilities from which the next symbol will be drawn, the likeliest first, and what was cut off.

    Parameters
    ----------
    logits : ndarray, (symbols,)
        The network's scores.
    symbols : sequence of str
        The vocabulary, in the order of the scores.
    prompt : str
        The text before, shown in the title (its last 20 symbols).
    temperature, top_k, top_p
        As in `course_utils.generation.distribution`.
    most : int
        How many symbols to draw.
    """
    p = distribution(logits, temperature, top_k, top_p)
    before = distribution(logits, temperature)
    order = np.argsort(-np.asarray(logits), kind="stable")[:most]
    # A slider wants its picture within 50 ms, and writing text is what takes time: margins set by hand, few ticks, and
    # the letters below the bars as one collection of outlines.
    figure = Figure(figsize=(9, 3.2), layout="none")
    figure.subplots_adjust(left=0.075, right=0.99, top=0.9, bottom=0.21)
    axes = figure.subplots()
    places = np.arange(len(order))
    axes.vlines(places, 0, before[order], color=COLOURS["cut"], linewidth=22)
    axes.vlines(places, 0, p[order], color=COLOURS["kept"], linewidth=22)
    below = np.column_stack([places, np.full(len(order), -0.085)])
    letters = lettering([shown(symbols[number]) for number in order], below, 13, axes.transData)
    axes.add_collection(letters, autolim=False)
    ending = "".join(shown(symbol) for symbol in prompt[-20:])
    axes.set_title(f"After “{ending}”: {np.count_nonzero(p)} choices left, entropy {entropy(p):.2f} bits")
    axes.set(xticks=[], yticks=[0, 0.5, 1], xlim=(-0.6, most - 0.4), ylim=(0, 1), ylabel="probability")
    axes.set_xlabel("next character (grey: cut off)", labelpad=28)
    figure.set_label(
        f"Bars of the probability of the next character after {prompt[-40:]!r}, the likeliest first: "
        + listed({repr(symbols[number]): p[number] for number in order[:5]})
    )
    return figure


def draw_surprise(text: str, surprise: np.ndarray, title: str, width: int = 64) -> Figure:
    """Draw a text with each symbol on a ground as dark as the symbol was surprising.

    Parameters
    ----------
    text : str
    surprise : ndarray, (length,)
        -log(probability) of each symbol, in nats.
    width : int
        Symbols on a line.

    Raises
    ------
    ValueError
        If there is not one value for each symbol, or no symbol.
    """
    if len(text) != len(surprise) or not text:
        raise ValueError(f"{len(text)} symbols and {len(surprise)} values, expected one value for each of at least 1.")
    lines = -(-len(text) // width)
    grid = np.full(lines * width, np.nan)
    grid[: len(text)] = surprise
    figure = Figure(figsize=(9, 0.27 * lines + 1.3), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(grid.reshape(lines, width), cmap="Oranges", vmin=0, vmax=8, aspect="auto")
    for place, symbol in enumerate(text):
        row, column = divmod(place, width)
        colour = "white" if surprise[place] > 5.5 else "black"
        axes.text(
            column,
            row,
            shown(symbol),
            ha="center",
            va="center",
            family="monospace",
            fontsize=11,
            color=colour,
        )
    axes.set(title=title, xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="surprise (nats)", aspect=8)
    figure.set_label(
        f"A text of {len(text)} characters, each on a ground as dark as it was surprising; mean "
        f"{np.mean(surprise):.2f} nats, at most {np.max(surprise):.1f}. It reads: {text}"
    )
    return figure


def draw_times(milliseconds: Mapping[str, float], title: str) -> Figure:
    """Draw the time of several ways to do the same work, in milliseconds a symbol, as points on a logarithmic axis."""
    figure = Figure(figsize=(9, 0.5 * len(milliseconds) + 1.2), layout="constrained")
    axes = figure.subplots()
    names = list(milliseconds)[::-1]
    values = [milliseconds[name] for name in names]
    # Points and not bars: a logarithmic axis has no zero from which a bar could begin.
    colours = [COLOURS["ours"] if value == min(values) else COLOURS["baseline"] for value in values]
    axes.scatter(values, names, s=120, c=colours)
    axes.grid(axis="x", color="#DDDDDD")
    axes.set_axisbelow(True)
    slowest = max(values)
    for place, value in enumerate(values):
        axes.text(value * 1.35, place, f"{value:.3g} ms  (÷ {slowest / value:,.3g})", va="center", fontsize=10)
    title_of_figure(figure, title)
    axes.set(xlabel="milliseconds a character (logarithmic)", xscale="log", ylim=(-0.6, len(names) - 0.4))
    axes.set_xlim(min(values) / 2, slowest * 8)
    figure.set_label("Milliseconds a character: " + listed(milliseconds))
    return figure
