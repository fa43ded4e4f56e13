"""Write the page to print of lesson 04, the table of shapes: ``python -m tools.print_shapes``.

It is written as plain SVG, with letters as letters: the file can be searched and read aloud, and is the same, byte for
byte, on every system.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils import settings, shapes
from course_utils.plots.layer import STATE_COLOURS, Unrolled
from course_utils.quiet import import_tensorflow

BATCH, TIME, FEATURES, UNITS = 1, 4, 5, 3

WIDTH, HEIGHT = 180, 255
"""In millimetres, as everything here: with usual margins it fits on a sheet of A4, and on one of US Letter."""

COLUMNS = (
    ("GRU", "SimpleRNN or GRU", 0, 9.0, (0.2, 4.4)),
    ("LSTM", "LSTM", 54, 9.0, (0.2, 4.4)),
    ("Bidirectional(LSTM)", "Bidirectional(LSTM)", 108, 7.2, (1.0, 4.8)),
)
"""Which kind of layer is drawn, for what it stands, where its column begins; how long an inch of the lesson's picture
is here, and, in those inches, where the time steps begin and how wide they are together."""

# Verdana and DejaVu Sans have letters of the same widths, and so have Menlo and DejaVu Sans Mono.
FONTS = {
    "sans": "Verdana, 'DejaVu Sans', Arial, sans-serif",
    "mono": "Menlo, 'DejaVu Sans Mono', Consolas, monospace",
}

MONO = 0.602
"""How wide the letters of one width are, for a size of 1, in the widest of these."""


def path() -> Path:
    """Return where the page stands in the repository."""
    return settings.repository() / "notebooks" / "shape_table.svg"


def page() -> str:
    """Return the page as SVG."""
    marks = []
    write(marks, "Recurrent layers in Keras: what comes out", 0, 6, 5, bold=True)
    given = shapes.named((BATCH, TIME, FEATURES), "batch time features")
    write(marks, f"The input x is {given}; each layer has {UNITS} units. In colours, what it returns:", 0, 12.5, 2.8)
    for x, colour, word in ((0, "h", "output, hidden state"), (46, "c", "cell state")):
        rectangle(marks, x, 15.2, 3, 3, STATE_COLOURS[colour], "#555555", 0.2)
        write(marks, word, x + 4.5, 17.7, 2.8)
    write(marks, "Below each input: its place on the time axis.", 75, 17.7, 2.8, colour="#555555")
    for _, heading, x, *_ in COLUMNS:
        write(marks, heading, x, 25, 3.4, "sans", bold=True)
    y = 27.3
    for sequences in (False, True):
        for state in (False, True):
            y = band(marks, y, sequences, state)
    rules(marks, y + 2)
    words = "What each recurrent layer returns, for each choice of return_sequences and return_state, with pictures."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 6}mm" height="{HEIGHT + 3}mm" '
            f'viewBox="-3 -3 {WIDTH + 6} {HEIGHT + 3}" role="img" aria-labelledby="title words">',
            '<title id="title">Recurrent layers in Keras: what comes out</title>',
            f'<desc id="words">{words}</desc>',
            "<style>" + "".join(f".{name} {{ font-family: {family} }} " for name, family in FONTS.items()) + "</style>",
            f'<rect x="-3" y="-3" width="{WIDTH + 6}" height="{HEIGHT + 3}" fill="white"/>',
            *marks,
            "</svg>",
            "",
        ]
    )


def band(marks: list[str], y: float, sequences: bool, state: bool) -> float:
    """Draw one choice of the options for every kind of layer, from `y` on downwards, and return where it ends."""
    rectangle(marks, 0, y, WIDTH, 5, "#EEEEEE")
    write(marks, f"return_sequences={sequences}, return_state={state}", 1.5, y + 3.5, 2.7, "mono", bold=True)
    if not (sequences or state):
        write(marks, "the default", 82, y + 3.5, 2.7, colour="#555555")
    floor, most = y + 31, 0
    for kind, _, x, scale, (start, width) in COLUMNS:
        rows = shapes.of_layer(shapes.make_layer(kind, UNITS, sequences, state), (BATCH, TIME, FEATURES))
        variables = [row.variable for row in rows]
        picture = Unrolled(kind, TIME, UNITS, FEATURES, sequences, variables, start, 0.0, width)
        picture.draw(Picture(marks, x, floor, scale))
        for step, middle in enumerate(picture.steps):
            write(marks, str(step), x + scale * middle - 0.75, floor + 2.6, 2.3, colour="#555555")
        longest = max(map(len, variables))
        for place, row in enumerate(rows):
            line = floor + 6.2 + 3.5 * place
            colour = STATE_COLOURS["c" if row.variable.endswith("c") else "h"]
            rectangle(marks, x + 0.2, line - 1.8, 1.8, 1.8, colour, "#555555", 0.15)
            # Not one text with several blanks: programs differ on how many of them they show.
            second = x + 3 + MONO * 2.35 * (longest + 2)
            write(marks, row.variable, x + 3, line, 2.35, "mono")
            write(marks, row.axes, second, line, 2.35, "mono")
            if row.same_as:
                write(marks, f"= {row.same_as}", second + MONO * 2.35 * (len(row.axes) + 2), line, 2.35, "mono")
        most = max(most, len(rows))
    return floor + 3.5 * most + 4.9


def rules(marks: list[str], y: float) -> None:
    """Write which numbers are the same numbers."""
    every = {
        row.variable: row.same_as
        for row in shapes.of_layer(shapes.make_layer("Bidirectional(LSTM)", UNITS, True, True), (BATCH, TIME, FEATURES))
    }
    write(marks, "Which numbers are the same numbers", 0, y + 3, 3.6, bold=True)
    lines = [
        "The output of a recurrent layer is its hidden state: h is y or, with return_sequences=True, y[:, -1].",
        "The cell state of an LSTM is in no output. Only return_state=True gives it: h and c, in this order.",
        f"Bidirectional joins both halves along the units, the forward one first: units=2×{UNITS}, {2 * UNITS} in all.",
        f"The forward half ends at the last step: with return_sequences=True forward_h is {every['forward_h']}.",
        f"The backward half begins at the last step and ends at step 0: then backward_h is {every['backward_h']}.",
        "With a mask, Bidirectional with return_sequences=True puts out zeros at masked steps: then take the states.",
        "Bidirectional(GRU) and Bidirectional(SimpleRNN) return the same without forward_c and backward_c.",
    ]
    for place, line in enumerate(lines):
        rectangle(marks, 0.6, y + 7.2 + 4.4 * place, 1.2, 1.2, "#555555")
        write(marks, line, 3.5, y + 8.8 + 4.4 * place, 2.7)


class Picture:
    """Takes the boxes and arrows of a picture as a `Sheet` does, and draws them smaller on the page."""

    def __init__(self, marks: list[str], left: float, floor: float, scale: float):
        self.marks, self.left, self.floor, self.scale = marks, left, floor, scale

    def boxes(
        self,
        left: ArrayLike,
        bottom: ArrayLike,
        width: ArrayLike,
        height: ArrayLike,
        faces: str,
        edge: str = "none",
        linewidth: float = 0.8,
    ) -> None:
        for x, y, w, h in zip(*map(np.ravel, np.broadcast_arrays(left, bottom, width, height)), strict=True):
            (x, y), w, h = self._place(x, y + h), self.scale * w, self.scale * h
            rectangle(self.marks, x, y, w, h, faces, edge, 0.2 * linewidth)

    def arrows(self, lines: Sequence[Any], colour: str, linewidth: float) -> None:
        for line in lines:
            points = [self._place(x, y) for x, y in line]
            (x0, y0), (x1, y1) = points[-2:]
            along = np.sign([round(x1 - x0, 3), round(y1 - y0, 3)])
            back, across = (x1, y1) - 1.1 * along, 0.5 * along[::-1]
            way = " ".join(f"{x:.2f},{y:.2f}" for x, y in [*points[:-1], back])
            head = " ".join(f"{x:.2f},{y:.2f}" for x, y in [(x1, y1), back + across, back - across])
            self.marks.append(
                f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{0.2 * linewidth:.2f}"/>'
                f'<polygon points="{head}" fill="{colour}"/>'
            )

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return self.left + self.scale * x, self.floor - self.scale * y


def rectangle(
    marks: list[str], x: float, y: float, width: float, height: float, face: str, edge: str = "none", line: float = 0
) -> None:
    """Add a rectangle; `y` is its upper edge."""
    stroke = f' stroke="{edge}" stroke-width="{line:.2f}"' if edge != "none" else ""
    marks.append(f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{face}"{stroke}/>')


def write(
    marks: list[str],
    text: str,
    x: float,
    y: float,
    size: float,
    font: str = "sans",
    bold: bool = False,
    colour: str = "#000000",
) -> None:
    """Add a line of text; (x, y) is where its baseline begins."""
    weight = ' font-weight="bold"' if bold else ""
    marks.append(
        f'<text x="{x:.2f}" y="{y:.2f}" class="{font}" font-size="{size}" fill="{colour}"{weight}>{escape(text)}</text>'
    )


def main() -> None:
    import_tensorflow()
    path().write_text(page(), encoding="utf-8", newline="\n")
    print(f"Wrote {path().relative_to(settings.repository())}")


if __name__ == "__main__":
    main()
