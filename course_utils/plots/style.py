"""The look that all figures share: colours, sizes, and how text is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import matplotlib
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, IdentityTransform, Transform
from numpy.typing import ArrayLike

COLOURS = {
    "ours": "#0072B2",
    "lecture": "#D55E00",
    "baseline": "#999999",
    "training": "#56B4E9",
    "held-out": "#0072B2",
    "kept": "#0072B2",
    "cut": "#CCCCCC",
    "mark": "#D55E00",
}


LINE_LOOKS = tuple(
    {"color": colour, "marker": marker, "linestyle": style, "linewidth": 2, "markersize": 6}
    for colour, marker, style in zip(
        (COLOURS["ours"], COLOURS["mark"], "#009E73", "#000000", "#CC79A7"),
        "osD^v",
        ("-", "--", "-.", ":", (0, (6, 1, 1, 1))),
        strict=True,
    )
)
"""Of up to five lines in one picture: each differs in colour, marker and stroke."""


def use_style() -> None:
    """Set the look of all figures: readable sizes, no frame lines without meaning."""
    matplotlib.rcParams.update(
        {
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "legend.frameon": False,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "text.hinting": "none",  # pictures have more pixels than are shown: letters need no help, and are quicker
        }
    )


def shown(symbol: str) -> str:
    """Return a symbol as a label: blanks and line ends made visible, nothing read as a formula."""
    return {" ": "␣", "\n": "↵", "\t": "⇥", "$": r"\$"}.get(symbol, symbol)


def in_font(text: str, family: str = "sans-serif") -> str:
    """Return `text` with a box for every character that the font cannot draw: a student may type in any script."""
    return "".join(letter if letter in " \n\t" or _has(family, letter) else "□" for letter in text)


@lru_cache(maxsize=4000)
def _has(family: str, letter: str) -> bool:
    font = get_font(findfont(FontProperties(family=[family])))
    if font.get_char_index(ord(letter)) == 0 or not letter.isprintable():
        return False  # what is not printable has no outline, such as the joiner in an emoji of a family
    font.load_char(ord(letter))
    return len(font.get_path()[0]) > 0


@lru_cache(maxsize=4000)
def outline(text: str, family: str = "sans-serif", align: str = "center") -> Path:
    """Return the outline of a letter or a short text of size 1, on its baseline; `align` is "center" or "left"."""
    prop = FontProperties(family=[family])
    path = TextPath((0, 0), text.replace("\\$", "$"), size=1, prop=prop, usetex=False)
    if align == "left" or not len(path.vertices):
        return path
    # The middle by the corners of the outline: its extents, where curves are followed, take milliseconds.
    corners = path.vertices[path.codes != Path.CLOSEPOLY, 0]
    return path.transformed(Affine2D().translate(-(corners.min() + corners.max()) / 2, 0))


def lettering(
    texts: Sequence[str],
    places: ArrayLike,
    points: float,
    transform: Transform,
    family: str = "sans-serif",
    align: str = "center",
) -> PathCollection:
    """Return many short texts as one collection of outlines: far quicker than as text.

    Parameters
    ----------
    texts : sequence of str
        Few different ones: their outlines are kept.
    places : array, (texts, 2)
        Where the middle of each baseline lies, or with `align` "left" its beginning, in the coordinates of `transform`.
    points : float
        Size of the letters.
    """
    return PathCollection(
        [outline(text, family, align) for text in texts],
        sizes=[points**2],
        offsets=places,
        offset_transform=transform,
        transform=IdentityTransform(),  # the outlines are in points, not in the units of the picture
        facecolors="black",
        linewidths=0,
        clip_on=False,
    )


def title_of_figure(figure: Figure, title: str, **place: float) -> None:
    """Write `title` over the whole figure, from its left edge on."""
    # Long names beside the axes leave them narrower than a title: it begins at the edge of the figure instead.
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", **place)


def listed(values: Mapping[str, float]) -> str:
    """Return names and values as words, for an alternative text."""
    return ", ".join(f"{name} {value:.3g}" for name, value in values.items())
