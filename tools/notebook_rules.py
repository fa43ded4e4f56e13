"""The rules that every lesson keeps. Each is one small function; each message says what to do.

A rule takes a `Lesson` and yields ``(cell, message)``: the number of the cell from 1, or None for the
notebook as a whole. `problems` applies them all.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import markdown
from .lesson import (
    CHECK_TAG,
    ERROR_TAG,
    PICTURES,
    SLOW_TAG,
    WARNING,
    Lesson,
    code_lines,
    machine_paths,
    output_text,
    syntax,
    tags,
)

MAX_CODE_LINES = 25
MAX_MEDIAN_CODE_LINES = 10
MAX_SETUP_LINES = 6
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class Limits:
    """What a lesson may measure, from … to …, and the sections that it must have."""

    cells: tuple[int, int] = (25, 45)
    text_share: tuple[float, float] = (0.40, 0.65)
    words: tuple[int, int] = (900, 1800)
    sections: tuple[str, ...] = ("Exercises", "Summary", "Further reading")


EXCEPTIONS = {
    # The first steps: short on purpose, and nothing learned yet to be exercised.
    "00_start_here": Limits(cells=(1, 45), text_share=(0, 0.65), words=(0, 1800), sections=("Further reading",)),
}


@dataclass(frozen=True)
class Problem:
    """One broken rule."""

    notebook: str
    cell: int | None
    message: str

    def __str__(self) -> str:
        place = self.notebook if self.cell is None else f"{self.notebook}, cell {self.cell}"
        return f"{place}: {self.message}"


Findings = Iterator[tuple[int | None, str]]


def limits(lesson: Lesson) -> Limits:
    """Return the limits of this lesson."""
    return EXCEPTIONS.get(lesson.path.stem, Limits())


def number_of_cells(lesson: Lesson) -> Findings:
    """25 to 45 cells."""
    count, (low, high) = len(lesson.notebook.cells), limits(lesson).cells
    if not low <= count <= high:
        yield None, f"has {count} cells, expected {low} to {high}: split, join or shorten."


def share_of_text(lesson: Lesson) -> Findings:
    """40 to 65 % of the cells are text."""
    share = sum(1 for _ in lesson.cells("markdown")) / max(1, len(lesson.notebook.cells))
    low, high = limits(lesson).text_share
    if not low <= share <= high:
        yield None, f"{share:.0%} of the cells are text, expected {low:.0%} to {high:.0%}."


def amount_of_prose(lesson: Lesson) -> Findings:
    """900 to 1,800 words, not counting code, formulas, tables and HTML."""
    count = sum(markdown.words(cell.source) for _, cell in lesson.cells("markdown"))
    low, high = limits(lesson).words
    if not low <= count <= high:
        yield None, f"has {count} words of prose, expected {low} to {high}."


def length_of_code_cells(lesson: Lesson) -> Findings:
    """No code cell over 25 lines, the median at most 10."""
    lengths = {number: code_lines(cell) for number, cell in lesson.cells("code")}
    for number, lines in lengths.items():
        if lines > MAX_CODE_LINES:
            yield number, f"has {lines} lines of code, at most {MAX_CODE_LINES}: split it where a step ends."
    if lengths and (median := statistics.median(lengths.values())) > MAX_MEDIAN_CODE_LINES:
        yield None, f"the median code cell has {median:g} lines, at most {MAX_MEDIAN_CODE_LINES}: split some."


def short_setup(lesson: Lesson) -> Findings:
    """The first code cell, the set-up, has at most six lines."""
    for number, cell in lesson.cells("code"):
        if (lines := code_lines(cell)) > MAX_SETUP_LINES:
            yield number, f"the set-up has {lines} lines, at most {MAX_SETUP_LINES}: import at first use."
        return


def no_machine_path(lesson: Lesson) -> Findings:
    """No code and no output names a folder of one machine."""
    for number, cell in lesson.cells("code"):
        for text in (cell.source, *map(output_text, cell.outputs)):
            for path in machine_paths(text):
                yield (
                    number,
                    f"names {path!r}, a path of one machine: name the file only, or a relative path.",
                )


def no_stderr(lesson: Lesson) -> Findings:
    """No pink box."""
    for number, _, output in lesson.outputs():
        if output.output_type == "stream" and output.name == "stderr":
            yield number, f"shows a stderr box ({output.text.strip()[:80]!r}): remove its cause."


def no_warning(lesson: Lesson) -> Findings:
    """No warning, wherever it was printed."""
    for number, cell, output in lesson.outputs():
        expected = output.output_type == "error" and ERROR_TAG in tags(cell)
        if not expected and (found := WARNING.search(output_text(output))):
            yield number, f"shows a {found.group()}: change the code that it warns of."


def no_error(lesson: Lesson) -> Findings:
    """Errors stand only in cells that are meant to raise one, and such a cell does raise one."""
    for number, cell in lesson.cells("code"):
        errors = [output.ename for output in cell.outputs if output.output_type == "error"]
        if errors and ERROR_TAG not in tags(cell):
            yield number, f"ends in {errors[0]}: repair it, or tag it {ERROR_TAG} if it is to show the error."
        if not errors and ERROR_TAG in tags(cell):
            yield number, f"is tagged {ERROR_TAG} and raises none: remove the tag."


def no_unbuilt_model(lesson: Lesson) -> Findings:
    """No summary of a model that has no shapes yet."""
    for number, _, output in lesson.outputs():
        if "unbuilt" in output_text(output):
            yield number, "shows an unbuilt model: start the model with keras.Input."


def run_in_order(lesson: Lesson) -> Findings:
    """Execution counts are 1..n."""
    for expected, (number, cell) in enumerate(lesson.cells("code"), start=1):
        if cell.execution_count != expected:
            yield number, f"has the count {cell.execution_count}, expected {expected}: run `make notebooks`."
            return


def checked_cells_have_text(lesson: Lesson) -> Findings:
    """A cell whose output nbval compares has one, and it is text: pictures differ from machine to machine."""
    for number, cell in lesson.cells("code"):
        if CHECK_TAG not in tags(cell):
            continue
        if not cell.outputs:
            yield number, f"is tagged {CHECK_TAG} and has no output to compare: print it or remove the tag."
        if any(mime in output.get("data", {}) for output in cell.outputs for mime in PICTURES):
            yield number, f"is tagged {CHECK_TAG} and shows a picture: draw the picture in another cell."


def links_resolve(lesson: Lesson) -> Findings:
    """Relative links lead to files of the repository and to headings; web links name a host."""
    for number, cell in lesson.cells("markdown"):
        for target in markdown.links(cell.source):
            if reason := broken(target, lesson):
                yield number, f"links to {target!r}: {reason}"


def broken(target: str, lesson: Lesson) -> str:
    """Return why a link target of a lesson leads nowhere, or an empty string."""
    parts = urlsplit(target)
    if parts.scheme in {"http", "https"}:
        return "" if parts.hostname else "the address names no host."
    if parts.scheme == "mailto":
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return "write a relative path, or an address that begins with https://."
    file = lesson.path.parent / unquote(parts.path) if parts.path else lesson.path
    if not file.exists():
        return "there is no such file."
    if parts.fragment and unquote(parts.fragment) not in (anchors := file_anchors(file)):
        return f"there is no such heading, only {', '.join(anchors) or 'none'}."
    return ""


def file_anchors(file: Path) -> list[str]:
    """Return what a link to a notebook or a Markdown file can name after ``#``."""
    if file.suffix == ".ipynb":
        return Lesson(file).anchors
    if file.suffix == ".md":
        texts = markdown.headings(file.read_text(encoding="utf-8"))
        return [re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts]
    return []


def pictures_have_alternative_text(lesson: Lesson) -> Findings:
    """Every picture has a text for those who cannot see it."""
    advice = 'show it with course_utils.figures.show(figure, alt="…").'
    for number, cell in lesson.cells("markdown"):
        for source in markdown.images_without_alt(cell.source):
            yield number, f"the image {source!r} has no alternative text: write ![what it shows](address)."
    for number, _, output in lesson.outputs():
        data = output.get("data", {})
        html = data.get("text/html", "")
        if any(mime in data for mime in PICTURES) and "<img" not in html:
            # JupyterLab gives a bare picture no alt attribute, whatever its metadata say.
            yield number, f"a figure has no alternative text: {advice}"
        elif markdown.html_images_without_alt(html):
            yield number, f"a figure has an empty alternative text: {advice}"


def small_file(lesson: Lesson) -> Findings:
    """Under 2 MB."""
    if (size := lesson.path.stat().st_size) >= MAX_BYTES:
        yield None, f"takes {size / 1e6:.1f} MB, under {MAX_BYTES / 1e6:g} wanted: draw less, or smaller."


def no_predict_in_a_loop(lesson: Lesson) -> Findings:
    """No ``.predict(`` inside a loop: it builds a data pipeline at each call."""
    loops = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for number, cell in lesson.cells("code"):
        if SLOW_TAG in tags(cell):
            continue
        calls = (
            node
            for loop in ast.walk(syntax(cell))
            if isinstance(loop, loops)
            for node in ast.walk(loop)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        )
        if any(call.func.attr == "predict" for call in calls):
            yield number, f"calls predict inside a loop: call the model itself, or tag the cell {SLOW_TAG}."


def no_pip(lesson: Lesson) -> Findings:
    """No installing from a lesson."""
    for number, cell in lesson.cells("code"):
        if re.search(r"^\s*[!%]+\s*(?:\S*python\S* -m )?(?:pip|conda|mamba|uv)\b", cell.source, re.MULTILINE):
            yield number, "installs a package: add it to the project's dependencies instead."


def no_input_shape(lesson: Lesson) -> Findings:
    """No ``input_shape=``, which Keras 3 warns of."""
    for number, cell in lesson.cells("code"):
        arguments = (node for node in ast.walk(syntax(cell)) if isinstance(node, ast.keyword))
        if any(argument.arg == "input_shape" for argument in arguments):
            yield number, "passes input_shape=: start the model with keras.Input(shape=…)."


def begins_with_title(lesson: Lesson) -> Findings:
    """The first cell is the title."""
    first = lesson.notebook.cells[0] if lesson.notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield 1, "is not the title: begin with a text cell whose first line is `# Title`."


def has_closing_sections(lesson: Lesson) -> Findings:
    """Exercises, Summary and Further reading are there."""
    for section in limits(lesson).sections:
        if not any(section.lower() in heading.lower() for heading in lesson.headings):
            yield None, f"has no section {section!r}: add a heading that contains it."


def plain_tone(lesson: Lesson) -> Findings:
    """No "simply" and no exclamation mark in our own sentences; quoted text may have them."""
    for number, cell in lesson.cells("markdown"):
        text = markdown.prose(cell.source, quotations=False)
        if found := re.search(r"\bsimply\b|\w!", text, re.IGNORECASE):
            context = text[max(0, found.start() - 30) : found.end() + 10].strip()
            yield number, f"reads {context!r}: leave out the exclamation mark or the 'simply'."


RULES: tuple[Callable[[Lesson], Findings], ...] = (
    number_of_cells,
    share_of_text,
    amount_of_prose,
    length_of_code_cells,
    short_setup,
    no_machine_path,
    no_stderr,
    no_warning,
    no_error,
    no_unbuilt_model,
    run_in_order,
    checked_cells_have_text,
    links_resolve,
    pictures_have_alternative_text,
    small_file,
    no_predict_in_a_loop,
    no_pip,
    no_input_shape,
    begins_with_title,
    has_closing_sections,
    plain_tone,
)


def problems(notebook_path: Path) -> list[Problem]:
    """Return every broken rule of the notebook at `notebook_path`, in the order of `RULES`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    lesson = Lesson(notebook_path)
    return [Problem(lesson.path.name, *finding) for rule in RULES for finding in rule(lesson)]
