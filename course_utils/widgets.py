"""Sliders and other controls on a function that draws: ``explore(draw_cell, alt="…", units=Slider(…))``.

The function is pure: it takes the state by name and returns a Matplotlib figure, so its tests need no widget.
The saved notebook keeps the first picture, with its alternative text; a live one shows the controls.
"""

from __future__ import annotations

import base64
import html
import inspect
import math
import numbers
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ipywidgets

from .figures import PASSING, STORED, Quality, figure_bundle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SLOW_SECONDS = 0.3
"""A picture that takes longer is redrawn when the slider is let go, not while it moves."""

PLAY_MILLISECONDS = 200
"""From one value of a playing slider to the next: time for a picture, and for the reader."""


def plain(text: str) -> str:
    """Return `text` so that Matplotlib writes it as it is, where ``$`` would start a formula or an error."""
    return text.replace("$", r"\$")


@dataclass(frozen=True)
class Slider:
    """A number from `min` to `max`; a whole one if all are whole. With `log`, `step` is in powers of ten.

    With `play`, which takes whole numbers, a button beside the slider lets it run through its values like a film.
    """

    min: float
    max: float
    value: float
    step: float
    description: str
    log: bool = False
    play: bool = False

    def __post_init__(self) -> None:
        _described(self)
        if self.play and not self._whole:
            raise ValueError(f"{self} has play=True, which takes whole numbers: min, max and step as int, log=False.")
        if not (self.min < self.max and self.step > 0 and (self.min > 0 or not self.log)):
            raise ValueError(f"{self} needs min < max and a step above 0; with log=True also a min above 0.")
        self.accept(self.value)

    def accept(self, value: Any) -> None:
        """Raise ``ValueError`` if the slider cannot stand at `value`."""
        kind = numbers.Integral if self._whole else numbers.Real
        if isinstance(value, bool) or not isinstance(value, kind) or not self.min <= value <= self.max:
            noun = "a whole number" if self._whole else "a number"
            raise ValueError(f"{self.description!r} takes {noun} from {self.min} to {self.max}, not {value!r}.")

    @property
    def _whole(self) -> bool:
        return not self.log and all(isinstance(part, int) for part in (self.min, self.max, self.step))

    def widget(self) -> ipywidgets.Widget:
        """Return the slider of ipywidgets."""
        if self.log:
            low, high = math.log10(self.min), math.log10(self.max)
            return ipywidgets.FloatLogSlider(value=self.value, min=low, max=high, step=self.step)
        if self._whole:
            return ipywidgets.IntSlider(value=self.value, min=self.min, max=self.max, step=self.step)
        decimals = max(0, -math.floor(math.log10(self.step)))
        return ipywidgets.FloatSlider(
            value=self.value, min=self.min, max=self.max, step=self.step, readout_format=f".{decimals}f"
        )


@dataclass(frozen=True)
class Choice:
    """One of `options`: a sequence of values other than None, or a dictionary from labels to such values."""

    options: Sequence[Any] | Mapping[str, Any]
    value: Any
    description: str

    def __post_init__(self) -> None:
        _described(self)
        if any(value is None for value in self._values()):
            raise ValueError(f"{self.description!r} offers None, which ipywidgets shows as nothing chosen: use a word.")
        self.accept(self.value)

    def _values(self) -> list[Any]:
        return list(self.options.values() if isinstance(self.options, Mapping) else self.options)

    def accept(self, value: Any) -> None:
        """Raise ``ValueError`` if `value` is not an option."""
        values = self._values()
        if value not in values:
            raise ValueError(f"{self.description!r} takes one of {values}, not {value!r}.")

    def widget(self) -> ipywidgets.Widget:
        """Return the drop-down list of ipywidgets."""
        pairs = self.options.items() if isinstance(self.options, Mapping) else self.options
        return ipywidgets.Dropdown(options=list(pairs), value=self.value)


@dataclass(frozen=True)
class TextBox:
    """A line of text. A figure that writes it out passes it through ``plain``."""

    value: str
    description: str
    placeholder: str = ""

    def __post_init__(self) -> None:
        _described(self)
        self.accept(self.value)

    def accept(self, value: Any) -> None:
        """Raise ``ValueError`` if `value` is not text."""
        if not isinstance(value, str):
            raise ValueError(f"{self.description!r} takes text, not {value!r}.")

    def widget(self) -> ipywidgets.Widget:
        """Return the text box of ipywidgets."""
        return ipywidgets.Text(value=self.value, placeholder=self.placeholder)


@dataclass(frozen=True)
class Switch:
    """On or off."""

    value: bool
    description: str

    def __post_init__(self) -> None:
        _described(self)
        self.accept(self.value)

    def accept(self, value: Any) -> None:
        """Raise ``ValueError`` if `value` is neither True nor False."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.description!r} takes True or False, not {value!r}.")

    def widget(self) -> ipywidgets.Widget:
        """Return the check box of ipywidgets."""
        return ipywidgets.Checkbox(value=self.value, indent=False)


def _with_button(control: Control, widget: ipywidgets.Widget) -> ipywidgets.Widget:
    """Return `widget`, in a box with a button that plays it if the control asks for that."""
    if not getattr(control, "play", False):
        return widget
    play = ipywidgets.Play(
        value=control.value,
        min=control.min,
        max=control.max,
        step=control.step,
        interval=PLAY_MILLISECONDS,
        show_repeat=False,
        tooltip=f"Play or stop {control.description}",
        layout={"width": "6em", "flex": "none"},
    )
    ipywidgets.jslink((play, "value"), (widget, "value"))  # in the browser: the kernel hears of the slider alone
    return ipywidgets.HBox([play, widget], layout={"max_width": "98%"})


Control = Slider | Choice | TextBox | Switch


def _described(control: Control) -> None:
    if not control.description.strip():
        raise ValueError(f"{control} needs a description: the reader and the screen reader find it by that.")


def explore(draw: Callable[..., Figure], /, *, alt: str, **controls: Control) -> Explorer:
    """Return `draw` with `controls`, for the last line of a cell.

    Parameters
    ----------
    draw : callable
        Takes the value of each control under its name, and returns a Matplotlib figure.
    alt : str
        What the first picture shows and what the controls change, for readers who cannot see it.
    **controls : Slider, Choice, TextBox or Switch
        One for each parameter of `draw` that the student may change.

    Raises
    ------
    TypeError
        If the controls are not what `draw` takes, or if `draw` returns no figure.
    ValueError
        If `alt` is empty. What the first drawing raises is raised too; later errors stand below the picture.
    """
    return Explorer(draw, alt, controls)


@dataclass(eq=False)
class Explorer:
    """A picture under controls. `errors` holds what later drawings raised; `png` is the picture as a file."""

    draw: Callable[..., Figure]
    alt: str
    controls: Mapping[str, Control]
    errors: list[Exception] = field(default_factory=list, init=False)
    png: bytes = field(default=b"", init=False, repr=False)

    def __post_init__(self) -> None:
        strangers = [name for name, control in self.controls.items() if not isinstance(control, Control)]
        if strangers:
            raise TypeError(f"{', '.join(strangers)}: expected a Slider, Choice, TextBox or Switch.")
        try:
            inspect.signature(self.draw).bind(**self.controls)
        except TypeError as error:
            wanted = ", ".join(inspect.signature(self.draw).parameters)
            raise TypeError(
                f"The drawing takes ({wanted}), the controls are ({', '.join(self.controls)}): {error}."
            ) from None
        self._widgets = {name: control.widget() for name, control in self.controls.items()}
        for name, widget in self._widgets.items():
            widget.description = self.controls[name].description
            widget.style = {"description_width": "initial"}
            # Wide enough that a long description leaves the slider some track.
            widget.layout = {"width": f"{19 + 0.6 * len(widget.description):.0f}em", "max_width": "98%"}
            widget.observe(self._on_change, names="value")
        self._picture, self._message = ipywidgets.HTML(), ipywidgets.HTML()
        shown = [_with_button(self.controls[name], widget) for name, widget in self._widgets.items()]
        row = ipywidgets.HBox(shown, layout={"flex_flow": "row wrap"})
        self._box = ipywidgets.VBox([row, self._picture, self._message])
        self._moving = False
        self._saved = self._redraw(STORED)
        if not self._live:  # the first drawing pays for fonts and imports as well: only the second can tell
            self._redraw()

    @property
    def state(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return {name: widget.value for name, widget in self._widgets.items()}

    def move(self, **values: Any) -> None:
        """Set controls by name, as a student does by hand, and redraw once.

        Raises
        ------
        ValueError
            If there is no control of that name, or if it cannot take that value; then nothing has moved.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"There is no control {name!r}; the controls are {', '.join(self.controls)}.")
            self.controls[name].accept(value)
        before = self.state
        self._moving = True
        try:
            for name, value in values.items():
                self._widgets[name].value = value
        finally:
            self._moving = False
        if self.state != before:
            self._on_change()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        # One output of many forms: a live front end takes the controls, every other reader takes the picture.
        return {**self._box._repr_mimebundle_(**options), **self._saved}

    def _on_change(self, change: object = None) -> None:
        # Drawn at once, within the message that reports the change: until the kernel has done with it, the
        # front end holds further moves back and keeps only the newest. A queue of our own would undo that.
        if self._moving:
            return
        try:
            self._redraw()
        except Exception as error:  # noqa: BLE001 - raised here it would vanish in the kernel's log
            self.errors.append(error)
            frames = error.__traceback__
            while frames and frames.tb_frame.f_code.co_filename == __file__:  # the student's own lines first
                frames = frames.tb_next
            lines = traceback.format_exception(type(error), error, frames)
            self._message.value = (
                "<strong>This could not be drawn; the picture above is the last one that could.</strong>"
                f'<pre style="white-space: pre-wrap; line-height: 1.3">{html.escape("".join(lines))}</pre>'
            )

    def _redraw(self, quality: Quality = PASSING) -> dict[str, str]:
        started = time.perf_counter()
        bundle = self._drawn(self.state, quality)
        self._picture.value = bundle["text/html"]
        self._message.value = ""
        self.png = base64.b64decode(bundle["image/png"])
        self._live = time.perf_counter() - started < SLOW_SECONDS
        for widget in self._widgets.values():
            if widget.has_trait("continuous_update"):
                widget.continuous_update = self._live
        return bundle

    def _drawn(self, state: dict[str, Any], quality: Quality) -> dict[str, str]:
        import matplotlib.pyplot as plt
        from matplotlib.figure import Figure

        open_before = set(plt.get_fignums())
        try:
            figure = self.draw(**state)
            if not isinstance(figure, Figure):
                name = getattr(self.draw, "__name__", "the function to draw")
                raise TypeError(f"{name} returned {figure!r}, expected a Matplotlib figure: `return figure`.")
            return figure_bundle(figure, self.alt, quality)
        finally:
            for number in set(plt.get_fignums()) - open_before:  # left open, it would be shown a second time
                plt.close(number)
