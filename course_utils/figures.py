"""Show a Matplotlib figure with alternative text, sharp on any screen, wherever the notebook is read.

JupyterLab and nbconvert write no ``alt`` for an ``image/png`` output, whatever its metadata say. So the
picture is shown as HTML; the same PNG stands beside it for readers without HTML, such as an export to PDF.
"""

from __future__ import annotations

import base64
import html
import io
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_WIDTH = 900
"""Widest a figure is shown, in CSS pixels; a narrow window shrinks it further."""

PIXELS_PER_INCH = 90
"""CSS pixels for one inch of a figure's size. The file holds more, for screens of high density."""


class Quality(NamedTuple):
    """How sharp a picture is, and how small its file."""

    density: float
    """Pixels for each CSS pixel."""
    compress_level: int
    """How hard the file is compressed, 1 to 9."""
    colours: int | None
    """How many colours it has at most; None for all. With 256, a file is a third as large and looks the same."""


STORED, PASSING = Quality(2.0, 9, 256), Quality(1.25, 1, None)
"""For a picture that the notebook keeps; and for one that the next move of a slider replaces, which has to be quick."""


def figure_png(figure: Figure, quality: Quality = STORED) -> bytes:
    """Return `figure` as a PNG file of a higher resolution than is shown, and close it.

    It is drawn once and never cropped, which takes half the time of ``savefig`` and keeps a picture under a slider
    from jumping: make figures with ``layout="constrained"``, the default of the course's style, or set their margins.

    Parameters
    ----------
    quality : Quality
        `STORED` or `PASSING`.
    """
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(quality.density * PIXELS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    file = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    if quality.colours:
        picture = picture.quantize(quality.colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    picture.save(file, format="png", compress_level=quality.compress_level)
    plt.close(figure)
    return file.getvalue()


def png_html(png: bytes, alt: str, density: float = STORED.density) -> str:
    """Return an HTML ``img`` that holds the PNG file `png`, which has `density` pixels for each CSS pixel.

    Raises
    ------
    ValueError
        If `alt` is empty: a reader who does not see the figure needs its content in words.
    """
    if not alt.strip():
        raise ValueError(
            "The figure has no alternative text. Pass alt='…': one or two sentences that say what a reader "
            "who cannot see the figure should know."
        )
    pixels_wide, pixels_high = struct.unpack(">II", png[16:24])  # from the PNG header
    width = min(round(pixels_wide / density), MAX_WIDTH)
    height = round(width * pixels_high / pixels_wide)
    source = base64.b64encode(png).decode("ascii")
    return (
        f'<img alt="{html.escape(" ".join(alt.split()))}" width="{width}" height="{height}" '
        f'style="max-width: 100%; height: auto" decoding="sync" src="data:image/png;base64,{source}">'
    )


def figure_bundle(figure: Figure, alt: str = "", quality: Quality = STORED) -> dict[str, str]:
    """Return `figure` as a Jupyter mimebundle, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; one inch of its size becomes `PIXELS_PER_INCH` CSS pixels, and at most `MAX_WIDTH` in all.
    alt : str
        What the figure shows, for readers who cannot see it; if empty, the figure's own label (``set_label``).
    quality : Quality
        `STORED` or `PASSING`.

    Returns
    -------
    dict of str to str
        ``text/html`` (an ``img`` with its ``alt``), ``image/png`` (base64) and ``text/plain`` (`alt`).

    Raises
    ------
    ValueError
        If there is no alternative text.
    """
    alt = alt or figure.get_label()
    png = figure_png(figure, quality)
    return {
        "text/html": png_html(png, alt, quality.density),
        "image/png": base64.b64encode(png).decode("ascii"),
        "text/plain": alt,
    }


def show(figure: Figure, alt: str = "") -> None:
    """Display `figure` below the cell with the alternative text `alt` or else its own label, and close it.

    Raises
    ------
    ValueError
        If there is no alternative text.
    """
    from IPython.display import display

    display(figure_bundle(figure, alt), raw=True)
