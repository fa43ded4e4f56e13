"""Turn ``notebooks/source/NN_name.py`` into executed notebooks: ``python -m tools.build_notebooks [NAMES…]``.

A notebook is built again only when it is out of step with its source. Whatever a reader should not see (an
error, a stderr box, a warning, a path of this machine) stops the build of that notebook; its old file stays.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from course_utils import settings

from .lesson import ERROR_TAG, WARNING, Lesson, machine_paths, output_text, tags
from .normalise import WIDGET, normalise

NOTEBOOKS = settings.repository() / "notebooks"
CELL_SECONDS = 120


class BuildError(Exception):
    """A notebook was not built; the message names it, the cell, and what is wrong."""


def sources(notebooks: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the sources in ``notebooks/source``, in order; with `names`, only those.

    Parameters
    ----------
    notebooks : Path
        The folder of the notebooks.
    names : sequence of str
        File names or their beginnings, with or without folder and ending: ``08``, ``08_name.py``.

    Raises
    ------
    BuildError
        If a name fits no source.
    """
    everything = sorted((notebooks / "source").glob("[0-9][0-9]_*.py"))
    if not names:
        return everything
    chosen = set()
    for name in names:
        stem = Path(name).name.removesuffix(".py").removesuffix(".ipynb")
        fitting = [path for path in everything if path.stem == stem or path.stem.startswith(f"{stem}_")]
        if not fitting:
            known = ", ".join(path.stem for path in everything) or "none"
            raise BuildError(f"No lesson is called {name!r}. There are: {known}.")
        chosen.update(fitting)
    return sorted(chosen)


def target(source: Path) -> Path:
    """Return the notebook that belongs to `source`."""
    return source.parent.parent / f"{source.stem}.ipynb"


def read_source(source: Path) -> NotebookNode:
    """Return `source` as a notebook without outputs, which remembers the checksum of the text it came from.

    Raises
    ------
    BuildError
        If the text is not in UTF-8.
    """
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BuildError(f"{source.name} is not in UTF-8 ({error}). Save it in that encoding.") from None
    notebook = jupytext.reads(text, fmt="py:percent")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    notebook.metadata = NotebookNode(course=NotebookNode(source_sha256=digest))
    return notebook


def out_of_step(source: Path) -> str:
    """Return why the notebook of `source` is not what the source says, or an empty string if it is."""
    path = target(source)
    if not path.exists():
        return "has not been built"
    wanted = read_source(source)
    try:
        found = Lesson(path).notebook
    except nbformat.reader.NotJSONError:
        return "is damaged"
    if found.metadata.get("course") != wanted.metadata.course:
        return "was built from another version of its source"
    if len(found.cells) != len(wanted.cells):
        return f"has {len(found.cells)} cells, its source {len(wanted.cells)}"
    for number, (left, right) in enumerate(zip(found.cells, wanted.cells, strict=True), start=1):
        for what, one, other in (
            ("kind", left.cell_type, right.cell_type),
            ("text", left.source, right.source),
            ("tags", tags(left), tags(right)),
        ):
            if one != other:
                return f"differs from its source in the {what} of cell {number}"
    return ""


def check(notebooks: Path = NOTEBOOKS, names: Sequence[str] = ()) -> list[str]:
    """Return one line for each notebook that is out of step with its source, or has none.

    Parameters
    ----------
    notebooks : Path
        The folder of the notebooks.
    names : sequence of str
        Which lessons to look at; all of them if empty.
    """
    chosen = sources(notebooks, names)
    lines = [f"{target(source).name} {reason}." for source in chosen if (reason := out_of_step(source))]
    if not names:
        known = {target(source) for source in chosen}
        orphans = sorted(set(notebooks.glob("*.ipynb")) - known)
        lines += [f"{path.name} has no source in {notebooks.name}/source." for path in orphans]
    return lines


def execute(notebook: NotebookNode, folder: Path) -> dict[int, float]:
    """Run `notebook` from top to bottom, in place, in a fresh kernel that works in `folder` in class mode.

    Returns
    -------
    dict of int to float
        For each cell that ran, by its number from 1, the seconds it took. An error in a cell ends the run;
        the cell then holds the error as its output.

    Raises
    ------
    BuildError
        If a cell takes over `CELL_SECONDS`, or the kernel dies.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    begun: dict[int, float] = {}
    took: dict[int, float] = {}
    client.on_cell_execute = lambda cell, cell_index: begun.update({cell_index + 1: time.monotonic()})
    client.on_cell_executed = lambda cell, cell_index, execute_reply: took.update(
        {cell_index + 1: time.monotonic() - begun[cell_index + 1]}
    )
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as private:
        search_path = (str(settings.repository()), os.environ.get("PYTHONPATH"))
        environment = os.environ | {
            "COURSE_MODE": "class",
            "IPYTHONDIR": private,  # the author's own start-up files must not show in a lesson
            "PYTHONPATH": os.pathsep.join(filter(None, search_path)),
        }
        with open(Path(private, "kernel.log"), "w+", encoding="utf-8", errors="replace") as log:
            try:
                # What the kernel's process itself prints is of interest only if it dies.
                client.execute(env=environment, stderr=log)
            except CellExecutionError:
                pass  # the cell holds the error, and `complaint` finds it there
            except CellTimeoutError:
                number = max(begun)
                raise BuildError(f"{place(notebook, number)} took over {CELL_SECONDS} s.") from None
            except RuntimeError:  # the kernel died, or did not start
                log.seek(0)
                where = place(notebook, max(begun, default=1))
                raise BuildError(f"the kernel ended at {where}:\n{log.read()[-2000:].strip()}") from None
    return took


def place(notebook: NotebookNode, number: int) -> str:
    """Return words for the cell with this number, with which a person finds it."""
    return f"cell {number} ({notebook.cells[number - 1].source.strip().splitlines()[0]})"


def complaint(notebook: NotebookNode) -> str:
    """Return the first thing in the outputs that a reader should not see, or an empty string."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            text = output_text(output)
            expected = output.output_type == "error" and ERROR_TAG in tags(cell)
            if output.output_type == "error" and not expected:
                kind = "raised an error"
            elif output.output_type == "stream" and output.name == "stderr":
                kind = "printed to stderr"
            elif WARNING.search(text) and not expected:
                kind = "shows a warning"
            elif machine_paths(text):
                kind = f"names a path of this machine ({machine_paths(text)[0]})"
            elif WIDGET in output.get("data", {}):
                kind = "shows a widget that has no picture for the saved notebook: use course_utils.widgets"
            else:
                continue
            return f"{place(notebook, number)} {kind}:\n{text.strip()}"
    return ""


def build(source: Path) -> str:
    """Build the notebook of `source`; the old file is replaced only by a whole and clean one.

    Returns
    -------
    str
        How long it took, for the author to read.

    Raises
    ------
    BuildError
        If it does not run, or its outputs hold what a reader should not see.
    """
    path = target(source)
    notebook = read_source(source)
    try:
        took = execute(notebook, path.parent)
        normalise(notebook)
        if reason := complaint(notebook):
            raise BuildError(reason)
    except BuildError as error:
        raise BuildError(f"{path.name} was not built: {error}") from None
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"
    beside = path.with_suffix(".ipynb.part")
    try:
        beside.write_bytes(text.encode("utf-8"))
        os.replace(beside, path)
    except OSError as error:
        raise BuildError(f"{path.name} could not be written ({error}); the old file is as it was.") from error
    finally:
        beside.unlink(missing_ok=True)
    slowest = max(took, key=took.__getitem__, default=0)
    return f"{sum(took.values()):.0f} s; slowest: cell {slowest}, {took.get(slowest, 0):.0f} s"


def main(arguments: Sequence[str] | None = None, notebooks: Path = NOTEBOOKS) -> int:
    """Build or check the notebooks; return the exit status, 1 if one is out of step or could not be built."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_notebooks", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="lessons to build, such as 08; default: all")
    parser.add_argument("--all", action="store_true", help="build even what is in step with its source")
    parser.add_argument("--check", action="store_true", help="run nothing; say what is out of step")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            found = check(notebooks, options.names)
            print("\n".join(found) or "Every notebook is in step with its source.")
            return bool(found)
        chosen = sources(notebooks, options.names)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    failed = 0
    for source in chosen:
        if not options.all and not out_of_step(source):
            continue
        print(f"{target(source).name} … ", end="", flush=True)
        try:
            print(build(source))
        except BuildError as error:
            failed += 1
            print(f"not built\n{error}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
