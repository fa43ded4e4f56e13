"""A bare figure on which things are placed in inches, for pictures that axes do not suit or that have to be quick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from matplotlib.collections import Collection, LineCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import lettering, outline, shown, title_of_figure

GREY = "#666666"
"""Of letters that explain, beside the black ones that show."""


class Sheet:
    """A figure of `width` × `height` inches; (0, 0) is its lower left corner.

    What comes later lies above, and letters above all. Axes and text would take most of a slider's 50 ms. Their time
    goes by the number of artists, so here neighbouring boxes, and all letters of a kind, are one collection.

    Places and sizes are in inches, given once for all or once for each; widths of lines are in points.
    """

    def __init__(self, width: float, height: float):
        self.height = height
        self._figure = Figure(figsize=(width, height), layout="none")
        self._polygons = []  # not yet in the figure: corners, face, edge, width of the edge
        self._letters = defaultdict(list)  # by font and alignment: text, x, y, points, colour

    def finished(self, title: str, words: str) -> Figure:
        """Return the figure, with a title over it from its left edge on, and `words` for who cannot see it."""
        self._add()
        for (family, align), letters in self._letters.items():
            texts, x, y, points, colours = zip(*letters, strict=True)
            written = lettering(texts, np.column_stack([x, y]), 1, self._figure.dpi_scale_trans, family, align)
            written.set(sizes=np.square(points), facecolor=colours)
            self._figure.add_artist(written, clip=False)
        title_of_figure(self._figure, title, y=1 - 0.1 / self.height)
        self._figure.set_label(words)
        return self._figure

    def boxes(
        self,
        left: ArrayLike,
        bottom: ArrayLike,
        width: ArrayLike,
        height: ArrayLike,
        faces: str | ArrayLike,
        edge: str = "none",
        linewidth: float = 0.8,
    ) -> None:
        """Draw rectangles; `faces` is one colour for all, or an array (boxes, 4)."""
        left, bottom, width, height = map(np.atleast_1d, np.broadcast_arrays(left, bottom, width, height))
        corners = [(left, bottom), (left + width, bottom), (left + width, bottom + height), (left, bottom + height)]
        self._add_polygons(np.moveaxis(corners, 2, 0), faces, edge, linewidth)

    def circle(self, x: float, y: float, radius: float, edge: str, linewidth: float) -> None:
        """Draw a white circle around (x, y)."""
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        rim = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
        self._add_polygons([rim], "white", edge, linewidth)

    def mesh(self, x: np.ndarray, y: np.ndarray, colours: np.ndarray) -> None:
        """Draw a grid of rectangles between the lines `x`, from left to right, and `y`, downwards, in a thin frame.

        `colours` has the shape (rows, columns, 4).
        """
        grid = np.stack(np.meshgrid(x, y), axis=-1)
        self._add(QuadMesh(grid, facecolors=colours.reshape(-1, 4), antialiased=False))
        self.boxes(x[0], y[-1], x[-1] - x[0], y[0] - y[-1], "none", "#BBBBBB")

    def arrows(self, lines: Sequence[ArrayLike], colour: str, linewidth: float) -> None:
        """Draw lines, each through two or more points, with a head at the end; the last part is level or upright."""
        if not lines:
            return
        before, tips = np.array([line[-2:] for line in lines], float).transpose(1, 0, 2)
        along = 0.1 * np.sign(tips - before)
        across = 0.55 * along[:, ::-1]
        # The line ends within its head: a thick one would blunt the tip.
        shafts = [[*line[:-1], end] for line, end in zip(lines, tips - 0.7 * along, strict=True)]
        self._add(LineCollection(shafts, colors=colour, linewidths=linewidth))
        self._add_polygons(np.stack([tips, tips - along + across, tips - along - across], axis=1), colour)

    def text(
        self,
        texts: Sequence[str],
        x: ArrayLike,
        y: ArrayLike,
        points: float,
        colours: str | Sequence[str] = "black",
        align: str = "center",
        family: str = "sans-serif",
    ) -> None:
        """Write texts, what is between two dollars as a formula; (x, y) is the middle of a baseline.

        With `align` "left" it is the beginning. `colours` is one for all, or one for each text.
        """
        x, y = (np.broadcast_to(values, len(texts)) for values in (x, y))
        colours = [colours] * len(texts) if isinstance(colours, str) else colours
        for row in zip(texts, x, y, [points] * len(texts), colours, strict=True):
            if row[0]:
                self._letters[family, align].append(row)

    def _add_polygons(self, corners, faces, edge="none", linewidth=0.0) -> None:
        faces = np.broadcast_to(to_rgba(faces) if np.ndim(faces) < 2 else faces, (len(corners), 4))
        look = to_rgba(edge), 0.0 if edge == "none" else linewidth
        self._polygons += [(polygon, face, *look) for polygon, face in zip(corners, faces, strict=True)]

    def _add(self, *collections: Collection) -> None:
        if self._polygons:
            corners, faces, edges, widths = zip(*self._polygons, strict=True)
            polygons = PolyCollection(corners, facecolors=faces, edgecolors=edges, linewidths=widths)
            collections = polygons, *collections
            self._polygons = []
        for collection in collections:
            collection.set(transform=self._figure.dpi_scale_trans, zorder=1)
            self._figure.add_artist(collection, clip=False)


def as_title(text: str) -> str:
    """Return `text` as a title writes it: blanks and line ends made visible, nothing read as a formula."""
    return "".join(map(shown, text))


def as_letters(text: str) -> str:
    """Return `text` as `Sheet.text` writes it: blanks and line ends made visible, nothing read as a formula."""
    # An outline undoes one escape, and would then take what is between two dollars for a formula.
    return as_title(text).replace(r"\$", r"\\$")


def shortened(text: str) -> str:
    """Return `text` so short that a title or a label has room for it."""
    return text if len(text) <= 11 else f"{text[:10]}…"


def width_of(text: str) -> float:
    """Return how wide a text of size 1 is."""
    # By the corners of its outline: the extents, where curves are followed, take milliseconds.
    return float(outline(text, align="left").vertices[:, 0].max()) if text.strip() else 0.0


def number(value: float) -> str:
    """Return a number with two digits after the point, never -0.00."""
    return f"{round(float(value), 2) + 0:.2f}".replace("-", "−")


def told(values: np.ndarray) -> str:
    """Return numbers as words, for an alternative text."""
    return ", ".join(map(number, values))
