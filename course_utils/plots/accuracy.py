"""How often networks are right: what they recall, and from how far back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from ..checks import numbers
from .gates import GATE_COLOURS, within
from .sheet import told
from .style import COLOURS


def draw_accuracy_by_gap(
    accuracies: Mapping[str, Sequence[float]], gaps: Sequence[int], title: str, chance: float
) -> Figure:
    """Draw how often each network recalls a symbol, by how many steps ago it was read.

    Parameters
    ----------
    accuracies : mapping of str to sequence of float, (gaps,)
        Name of each network, and its accuracy at each gap, from 0 to 1.
    gaps : sequence of int
        Steps between the symbol and the question, in rising order; on a logarithmic axis where the largest is many
        times the smallest.
    title : str
    chance : float
        The accuracy of guessing.

    Raises
    ------
    ValueError
        If there is no network, a network does not have one accuracy from 0 to 1 for each gap, the gaps do not rise
        from 0 on, or `chance` is not between 0 and 1.
    """
    gaps = numbers("gaps", gaps, ("gaps", None))
    if not accuracies or gaps[0] < 0 or not (np.diff(gaps) > 0).all():
        raise ValueError(
            f"Expected a network, and gaps from 0 on in rising order, got {list(accuracies)} and {gaps.tolist()}."
        )
    values = {name: within(f"accuracies of {name!r}", row, 0, 1, len(gaps)) for name, row in accuracies.items()}
    within("chance", [chance], 0, 1, 1)
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.axhline(chance, color=COLOURS["baseline"], linewidth=3, alpha=0.6, label=f"guessing: {chance:.3g}")
    colours = COLOURS["mark"], COLOURS["ours"], COLOURS["training"], GATE_COLOURS["cell"], "black"
    for (name, row), colour, marker, style in zip(
        values.items(), cycle(colours), cycle("os^Dv"), cycle(("-", "--", "-.", ":"))
    ):
        axes.plot(gaps, row, color=colour, marker=marker, markersize=8, linestyle=style, linewidth=2, label=name)
    if logarithmic := gaps[-1] > 16 * gaps[0] > 0:
        axes.set_xscale("log", base=2)  # such gaps are usually doubled
        axes.minorticks_off()
    axes.set_xticks(gaps, [f"{gap:g}" for gap in gaps])
    xlabel = "gap d (steps, logarithmic)" if logarithmic else "gap d (steps)"
    axes.set(title=title, xlabel=xlabel, ylabel="accuracy", ylim=(0, 1.05))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3.5)
    figure.set_label(
        f"Accuracy by gap, at gaps of {', '.join(f'{gap:g}' for gap in gaps)} steps; guessing gives {chance:.3g}. "
        + "; ".join(f"{name}: {told(row)}" for name, row in values.items())
    )
    return figure
