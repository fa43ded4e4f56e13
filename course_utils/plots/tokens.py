"""Figures on text as numbers: a sentence from its tokens to the padded row and its mask, and words as points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..checks import numbers
from .sheet import GREY, Sheet, as_letters, shortened, width_of
from .style import in_font

MOST_STEPS = 20
"""How many steps of a padded row are drawn: more would be too narrow to read."""

TOKEN_COLOURS = {"kept": "#CFE4F2", "unknown": "#F6CFB2", "cut": "#E3E3E3", "padding": "#FFFFFF"}
"""Pale, since letters stand on them; a number or a word says the same."""

GROUP_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, for groups of words; each group has a marker of its own too."""

_MARKERS = "osD^vPX"
_LEFT, _RIGHT, _LINE = 0.95, 9.85, 0.58  # of the sheet, and from one line of tokens to the next, in inches
_MOST_LINES = 4


def draw_tokens(
    tokens: Sequence[str],
    ids: Sequence[int],
    length: int,
    padding: str = "post",
    truncating: str = "pre",
    mask: bool = True,
    unknown: int = 1,
) -> Figure:
    """Draw the tokens of a text with their ids, and the row of `length` steps that a network reads, with its mask.

    Parameters
    ----------
    tokens : sequence of str, (tokens,)
        May be empty. Of very many, those in the middle are left out.
    ids : sequence of int, (tokens,)
        One for each token, at least 1: 0 is padding.
    length : int, 1 to 20
    padding, truncating : str
        ``pre`` or ``post``: at which end a short text is filled up, and at which end a long one is cut.
    mask : bool
        Whether the network is told which steps are real.
    unknown : int
        The id of a token that the vocabulary does not know.

    Raises
    ------
    ValueError
        If there is not one id for each token, an id is below 1, or an option is none.
    """
    tokens, ids = list(tokens), [_whole("an id", number, None) for number in ids]
    if len(tokens) != len(ids):
        raise ValueError(f"There are {len(tokens)} tokens and {len(ids)} ids, expected one id for each token.")
    _whole("length", length, MOST_STEPS)
    for name, end in (("padding", padding), ("truncating", truncating)):
        if end not in ("pre", "post"):
            raise ValueError(f"{name} is {end!r}, expected 'pre' or 'post'.")
    cut = max(0, len(tokens) - length)
    kept = np.arange(len(tokens))[cut:] if truncating == "pre" else np.arange(len(tokens))[:length]
    filled = length - len(kept)
    row = [None] * filled + list(kept) if padding == "pre" else [*kept, *[None] * filled]

    boxes, lines = _laid_out(tokens)
    sheet = Sheet(10, 1.85 + _LINE * lines)
    _draw_text(sheet, tokens, ids, set(kept), boxes, unknown)
    _draw_row(sheet, tokens, ids, row, bool(mask), unknown)
    ends = {"pre": "front", "post": "end"}
    # Said even where nothing is filled or cut, so that a reader sees what the choice would do.
    rule = f"a short text gets zeros at the {ends[padding]}, a long one is cut at the {ends[truncating]}"
    sheet.text([rule], _LEFT, 0.05, 9.5, GREY, "left")
    strangers = sum(number == unknown for number in ids)
    parts = [f"{len(tokens)} token{'s' * (len(tokens) != 1)}, {strangers} unknown"]
    if cut:
        parts.append(f"{cut} cut at the {ends[truncating]}")
    if filled:
        parts.append(f"{filled} of {length} steps are padding")
    told = ", ".join(f"{token} {number}" for token, number in zip(tokens, ids, strict=True))
    padded = ", ".join("0" if place is None else str(ids[place]) for place in row)
    masked = ", ".join(str(int(place is not None)) for place in row) if mask else "none"
    return sheet.finished("; ".join(parts), f"Tokens and ids: {told or 'none'}. Padded: {padded}. Mask: {masked}.")


def draw_word_map(words: Sequence[str], points: ArrayLike, groups: Sequence[str], title: str) -> Figure:
    """Draw words as points of a plane, each group with a colour and a marker.

    Parameters
    ----------
    words : sequence of str, (words,)
    points : array, (words, 2)
    groups : sequence of str, (words,)
        To which group each word belongs; at most seven different ones.
    title : str

    Raises
    ------
    ValueError
        If there is not one finite point and one group for each word, or there are more groups than colours.
    """
    words, groups = list(words), list(groups)
    points = numbers("points", points, ("words", len(words)), ("axes", 2), dtype=float)
    names = list(dict.fromkeys(groups))
    if len(groups) != len(words) or len(names) > len(GROUP_COLOURS):
        raise ValueError(
            f"There are {len(words)} words and {len(groups)} groups, {len(names)} of them different; expected one for "
            f"each word, and at most {len(GROUP_COLOURS)} different."
        )
    figure = Figure(figsize=(9, 5.6))
    axes = figure.subplots()
    for name, colour, marker in zip(names, GROUP_COLOURS, _MARKERS, strict=False):
        chosen = np.array([group == name for group in groups])
        axes.scatter(*points[chosen].T, s=28, color=colour, marker=marker, label=writable(name))
    axes.margins(0.09, 0.07)
    axes.set(xlabel="first axis", ylabel="second axis")
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="neighbours of")
    colours = dict(zip(names, GROUP_COLOURS, strict=False))
    _label_points(figure, axes, words, points, [colours[group] for group in groups])
    members = (f"{name}: {', '.join(w for w, g in zip(words, groups, strict=True) if g == name)}" for name in names)
    figure.set_label(f"{title}. {'; '.join(members)}.")
    return figure


def writable(text: str) -> str:
    """Return `text` with a box for every character that the font cannot draw, and nothing in it read as a formula."""
    return as_letters(in_font(text))


def _whole(name: str, value: Any, most: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1 or (most and value > most):
        raise ValueError(f"{name} is {value!r}, expected a whole number from 1 {f'to {most}' if most else 'on'}.")
    return int(value)


def _laid_out(tokens: list[str]) -> tuple[list[tuple[int | None, str, float, float, int]], int]:
    """Return where each token goes, as (place, text, left, width, line), and how many lines there are.

    The place is None for the mark that some are left out.
    """
    entries = [(place, writable(shortened(token))) for place, token in enumerate(tokens)]
    sized = [(place, text, max(0.36, 0.14 + width_of(text) * 10.5 / 72)) for place, text in entries]
    room = (_RIGHT - _LEFT) * (_MOST_LINES / 2 - 0.5)
    reach = np.cumsum([width for *_, width in sized])
    if len(sized) and reach[-1] > 2 * room:
        sized = [
            *(entry for entry, end in zip(sized, reach, strict=True) if end <= room),
            (None, "…", 0.36),
            *(entry for entry, end in zip(sized, reach, strict=True) if end > reach[-1] - room),
        ]
    boxes, left, line = [], _LEFT, 0
    for place, text, width in sized:
        if left + width > _RIGHT:
            left, line = _LEFT, line + 1
        boxes.append((place, text, left, width, line))
        left += width + 0.05
    return boxes, line + 1


def _draw_text(sheet: Sheet, tokens: list, ids: list, kept: set, boxes: list, unknown: int) -> None:
    top = sheet.height - 0.8
    sheet.text(["tokens", "ids"], 0.1, [top + 0.06, top - 0.15], 10, GREY, "left")
    if not tokens:
        sheet.text(["(no token)"], _LEFT, top + 0.06, 10.5, GREY, "left")
    for place, text, left, width, line in boxes:
        y, middle = top - _LINE * line, left + width / 2
        if place is None:
            sheet.text([text], middle, y, 12, GREY)
            continue
        lost = place not in kept
        face = "cut" if lost else "unknown" if ids[place] == unknown else "kept"
        sheet.boxes(left, y - 0.22, width, 0.47, TOKEN_COLOURS[face], "#888888", 0.6)
        sheet.text([text, str(ids[place])], middle, [y + 0.06, y - 0.15], 10.5, GREY if lost else "black")


def _draw_row(sheet: Sheet, tokens: list, ids: list, row: list, mask: bool, unknown: int) -> None:
    width = min(0.9, (_RIGHT - _LEFT) / len(row))
    lefts = _LEFT + width * np.arange(len(row))
    sheet.text(["network", "reads"], 0.1, [0.92, 0.75], 10, GREY, "left")
    for left, place in zip(lefts, row, strict=True):
        face = "padding" if place is None else "unknown" if ids[place] == unknown else "kept"
        sheet.boxes(left, 0.62, width, 0.5, TOKEN_COLOURS[face], "#888888", 0.6)
        text = "" if place is None else writable(shortened(tokens[place]))
        points = min(9.0, 72 * (width - 0.06) / max(width_of(text), 0.1))
        sheet.text([text], left + width / 2, 0.7, points, GREY)
        sheet.text(["0" if place is None else str(ids[place])], left + width / 2, 0.91, 11)
    sheet.text(["mask"], 0.1, 0.3, 10, GREY, "left")
    if not mask:
        sheet.text(["none: padding is read as if it were words"], _LEFT, 0.3, 10.5, "black", "left")
        return
    real = np.array([place is not None for place in row])
    shades = np.where(real[:, None], (0.33, 0.33, 0.33, 1.0), (1.0, 1.0, 1.0, 1.0))
    sheet.boxes(lefts, 0.22, width, 0.26, shades, "#888888", 0.6)
    colours = ["white" if here else "black" for here in real]
    sheet.text([str(int(here)) for here in real], lefts + width / 2, 0.3, 10.5, colours)


def _label_points(figure: Figure, axes: Any, words: list, points: np.ndarray, colours: list) -> None:
    """Write each word beside its point, on the side where it meets the fewest others."""
    figure.draw_without_rendering()
    scale = 72 / figure.dpi
    places = axes.transData.transform(points) * scale  # in points of 1/72 inch
    taken = [[x - 3, y - 3, x + 3, y + 3] for x, y in places]
    for word, (x, y), point, colour in zip(words, places, points, colours, strict=True):
        text = writable(word)
        wide = max(width_of(text), 0.1) * 9.5
        choices = [(5, -3), (-5 - wide, -3), (-wide / 2, 6), (-wide / 2, -13), (4, 5), (4, -12)]
        spans = [[x + dx, y + dy - 2, x + dx + wide, y + dy + 8] for dx, dy in choices]
        best = int(np.argmin([sum(_shared(span, other) for other in taken) for span in spans]))
        taken.append(spans[best])
        axes.annotate(
            text.replace(r"\\$", r"\$"), point, choices[best], textcoords="offset points", fontsize=9.5, color=colour
        )


def _shared(one: list, other: list) -> float:
    """Return the area that two boxes, each left, bottom, right, top, have in common."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)
