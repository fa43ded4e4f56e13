"""The shell that puts controls on a drawing, without a front end and in a kernel."""

from __future__ import annotations

import base64
import io

import ipywidgets
import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from course_utils import widgets
from course_utils.widgets import Choice, Slider, Switch, TextBox, explore, plain

ALT = "A bar whose height is the number of units."


def draw_bar(units: int, kind: str = "lstm") -> Figure:
    if units == 13:
        raise ValueError("13 <b>units</b>")
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([kind], [units])
    axes.set_ylim(0, 100)
    return figure


def bar(draw=draw_bar, **changes):
    controls = {"units": Slider(1, 100, 10, 1, "units"), "kind": Choice(["lstm", "gru"], "gru", "cell")}
    return explore(draw, alt=ALT, **{**controls, **changes})


def recording(calls):
    def draw(units, kind):
        calls.append((units, kind))
        return draw_bar(units, kind)

    return draw


def pixels(png: bytes) -> np.ndarray:
    return plt.imread(io.BytesIO(png))


def test_the_first_picture_is_that_of_the_given_values():
    calls = []
    picture = bar(recording(calls))
    assert set(calls) == {(10, "gru")}
    assert picture.state == {"units": 10, "kind": "gru"}
    assert picture.png.startswith(b"\x89PNG")


def test_a_move_changes_the_picture_and_moving_back_restores_it():
    picture = bar()
    picture.move(units=20)
    first = pixels(picture.png)
    picture.move(units=90)
    assert not np.array_equal(pixels(picture.png), first)
    picture.move(units=20)
    assert np.array_equal(pixels(picture.png), first)


def test_a_move_of_several_controls_draws_once_and_no_move_draws_nothing():
    calls = []
    picture = bar(recording(calls))
    calls.clear()
    picture.move(units=20, kind="lstm")
    picture.move(units=20)
    assert calls == [(20, "lstm")]


def test_a_control_moved_by_hand_redraws():
    calls = []
    picture = bar(recording(calls))
    slider, choice = picture._box.children[0].children
    calls.clear()
    slider.value = 30
    choice.value = "lstm"
    assert calls == [(30, "gru"), (30, "lstm")]


def test_one_output_holds_the_controls_and_the_first_picture_with_its_text():
    picture = bar()
    first = picture.png
    picture.move(units=90)
    bundle = picture._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]) == first
    assert f'alt="{ALT}"' in bundle["text/html"]
    assert bundle["text/plain"] == ALT


def test_a_later_error_is_shown_escaped_and_kept_and_goes_with_the_next_picture():
    picture = bar()
    good = picture.png
    message = picture._box.children[-1]
    picture.move(units=13)
    assert [str(error) for error in picture.errors] == ["13 <b>units</b>"]
    assert "ValueError: 13 &lt;b&gt;units&lt;/b&gt;" in message.value
    assert "draw_bar" in message.value
    assert widgets.__file__ not in message.value
    assert picture.png == good
    picture.move(units=14)
    assert message.value == ""
    assert picture.png != good
    assert len(picture.errors) == 1


def test_an_error_of_the_first_drawing_is_raised():
    with pytest.raises(ValueError, match="13"):
        bar(units=Slider(1, 100, 13, 1, "units"))


@pytest.mark.parametrize("result", [None, "a picture"])
def test_a_drawing_that_returns_no_figure_is_told_to(result):
    with pytest.raises(TypeError, match="return figure"):
        bar(lambda units, kind: result)


def test_no_figure_stays_open_even_after_an_error():
    def draw(units, kind):
        figure, _ = plt.subplots()
        plt.subplots()
        if units == 50:
            raise ValueError("half")
        return figure

    own = plt.figure()
    before = plt.get_fignums()
    picture = bar(draw)
    picture.move(units=50)
    assert len(picture.errors) == 1
    assert plt.get_fignums() == before
    plt.close(own)


def test_a_figure_made_without_pyplot_will_do():
    picture = explore(lambda on: Figure(figsize=(2, 1)), alt=ALT, on=Switch(True, "on"))
    assert picture.png.startswith(b"\x89PNG")


def test_alternative_text_is_required():
    with pytest.raises(TypeError, match="alt"):
        explore(draw_bar, units=Slider(1, 100, 10, 1, "units"))
    with pytest.raises(ValueError, match="alt"):
        explore(draw_bar, alt=" ", units=Slider(1, 100, 10, 1, "units"))


def test_controls_that_the_drawing_does_not_take_are_named():
    with pytest.raises(TypeError, match=r"units, kind.*colour"):
        bar(colour=Switch(True, "colour"))
    with pytest.raises(TypeError, match="units"):
        explore(draw_bar, alt=ALT, kind=Choice(["lstm", "gru"], "gru", "cell"))
    with pytest.raises(TypeError, match="kind"):
        bar(kind="gru")


@pytest.mark.parametrize(
    "values",
    [{"speed": 1}, {"units": 0}, {"units": 2.5}, {"units": True}, {"kind": "rnn"}, {"units": "many"}],
)
def test_a_move_that_cannot_be_made_is_refused_as_a_whole(values):
    picture = bar()
    state = picture.state
    with pytest.raises(ValueError, match=next(iter(values)).replace("kind", "cell")):
        picture.move(**({"units": 20} | values) if "units" not in values else values)
    assert picture.state == state


@pytest.mark.parametrize(
    ("control", "value"),
    [
        (Slider(0.0, 1.0, 0.5, 0.05, "rate"), 0.25),
        (Slider(0.01, 100, 1, 0.1, "temperature", log=True), 10.0),
        (Slider(0, 9, 4, 1, "step"), np.int64(7)),
        (Choice({"long": 100, "short": 5}, 5, "length"), 100),
        (TextBox("to be", "text", placeholder="type here"), "$x <b>"),
        (Switch(False, "reset after"), True),
    ],
)
def test_every_control_starts_at_its_value_and_hands_the_new_one_on(control, value):
    seen = []

    def draw(control):
        seen.append(control)
        return Figure(figsize=(1, 1))

    picture = explore(draw, alt=ALT, control=control)
    assert seen[-1] == control.value
    picture.move(control=value)
    assert picture.errors == []
    assert seen[-1] == value
    assert picture._box.children[0].children[0].description == control.description


@pytest.mark.parametrize(
    "make",
    [
        lambda: Slider(0, 10, 11, 1, "units"),
        lambda: Slider(10, 0, 5, 1, "units"),
        lambda: Slider(0, 10, 5, 0, "units"),
        lambda: Slider(0, 10, 5, 1, "units", log=True),
        lambda: Slider(0, 10, 5, 1, " "),
        lambda: Slider(0, 10, 5, 0.5, "units", play=True),
        lambda: Slider(1, 10, 5, 1, "units", log=True, play=True),
        lambda: Choice([], None, "cell"),
        lambda: Choice(["lstm"], "gru", "cell"),
        lambda: Choice({"any": None, "lstm": "lstm"}, None, "cell"),
        lambda: Choice(["lstm", None], "lstm", "cell"),
        lambda: TextBox(3, "text"),
        lambda: Switch("yes", "on"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused_when_it_is_made(make):
    with pytest.raises(ValueError):
        make()


@pytest.mark.parametrize("decimals", [0, 1, 3])
def test_a_slider_shows_as_many_decimals_as_its_step_has(decimals):
    slider = Slider(0.0, 1.0, 0.0, 10.0**-decimals, "rate").widget()
    assert slider.readout_format == f".{decimals}f"


def test_a_slider_that_plays_has_a_button_beside_it_and_is_else_a_slider_like_any_other(monkeypatch):
    links = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda *ends: links.append(ends))
    picture = bar(units=Slider(10, 90, 30, 20, "units", play=True))
    beside, choice = picture._box.children[0].children
    play, slider = beside.children
    assert isinstance(play, ipywidgets.Play)
    assert [play.value, play.min, play.max, play.step] == [30, 10, 90, 20]
    assert play.interval >= 100
    assert "units" in play.tooltip
    assert slider.description == "units"
    assert links == [((play, "value"), (slider, "value"))]
    assert isinstance(choice, ipywidgets.Dropdown)
    picture.move(units=70)
    assert picture.state == {"units": 70, "kind": "gru"}


def test_no_slider_plays_unasked():
    assert [type(part) for part in bar()._box.children[0].children] == [ipywidgets.IntSlider, ipywidgets.Dropdown]


def test_a_slow_drawing_waits_until_the_slider_is_let_go(monkeypatch):
    clock = iter(range(1000))
    picture = bar()
    slider = picture._box.children[0].children[0]
    monkeypatch.setattr(widgets.time, "perf_counter", lambda: next(clock))
    picture.move(units=20)
    assert not slider.continuous_update
    monkeypatch.setattr(widgets.time, "perf_counter", lambda: 0.0)
    picture.move(units=30)
    assert slider.continuous_update


@pytest.mark.parametrize("text", ["$5", "$5 and $6", "$$", r"\$5 $x", r"\alpha_1^2 {", "50 % & <b>", "", r"$\bad{$"])
def test_plain_text_is_written_as_typed(text):
    def written(**how):
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, **how)
        file = io.BytesIO()
        figure.savefig(file)
        return pixels(file.getvalue())

    assert np.array_equal(written(s=plain(text)), written(s=text, parse_math=False))


def test_in_a_kernel_the_cell_has_one_output_and_no_warning():
    import nbformat
    from nbclient import NotebookClient

    from course_utils.settings import repository

    cell = nbformat.v4.new_code_cell(
        "from tests.test_widgets import bar\npicture = bar()\npicture.move(units=13)\npicture"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(repository())}}).execute()
    (output,) = notebook.cells[0].outputs
    assert output["output_type"] == "execute_result"
    assert f'alt="{ALT}"' in output["data"]["text/html"]
