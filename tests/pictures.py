"""What the tests of several figures ask of a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure


def assert_nothing_leaves(figure: Figure) -> None:
    """Every box and every letter that is drawn in inches lies within the picture."""
    width, height = figure.get_size_inches()
    for polygons in figure.findobj(PolyCollection):
        corners = np.concatenate([path.vertices for path in polygons.get_paths()])
        assert (corners >= 0).all()
        assert (corners <= (width, height)).all()
    for letters in figure.findobj(PathCollection):
        for path, (x, y), area in zip(letters.get_paths(), letters.get_offsets(), letters.get_sizes(), strict=True):
            drawn = (x, y) + path.vertices[path.codes != path.CLOSEPOLY] * np.sqrt(area) / 72
            assert drawn.size == 0 or (0 <= drawn.min() and (drawn.max(axis=0) <= (width, height)).all())
