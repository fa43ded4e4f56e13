"""A built notebook, read and cut up: what the rules measure and what the build looks for in outputs."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course_utils import settings

from . import markdown

CHECK_TAG = "nbval-check-output"
ERROR_TAG = "raises-exception"
SLOW_TAG = "shows-the-slow-way"

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")

WARNING = re.compile(r"\b\w*(?:User|Deprecation|Future|Runtime)Warning\b")

_PATH_REST = r"[^\s'\":,;)\]<>]*"
_SOMEBODYS_FOLDER = rf"(?:(?<!\w)(?:/home|/Users|/root|/tmp|/var/folders)|[A-Za-z]:\\+Users)[/\\]{_PATH_REST}"


class Lesson:
    """A built notebook.

    Parameters
    ----------
    path : Path
        The ``.ipynb`` file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        self.notebook = nbformat.read(self.path, as_version=4)

    def cells(self, kind: str) -> Iterator[tuple[int, NotebookNode]]:
        """Yield ``(number from 1, cell)`` for the cells of `kind`, ``"code"`` or ``"markdown"``."""
        for number, cell in enumerate(self.notebook.cells, start=1):
            if cell.cell_type == kind:
                yield number, cell

    def outputs(self) -> Iterator[tuple[int, NotebookNode, NotebookNode]]:
        """Yield ``(number of the cell from 1, cell, output)`` for every output."""
        for number, cell in self.cells("code"):
            for output in cell.outputs:
                yield number, cell, output

    @cached_property
    def headings(self) -> list[str]:
        """Every heading of the notebook, in order."""
        return [text for _, cell in self.cells("markdown") for text in markdown.headings(cell.source)]

    @property
    def anchors(self) -> list[str]:
        """What a link can name after ``#``; JupyterLab and nbconvert only replace the blanks of a heading."""
        return [text.replace(" ", "-") for text in self.headings]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def code_lines(cell: NotebookNode) -> int:
    """Return how many lines a code cell has, blank ones included."""
    return len(cell.source.splitlines())


def syntax(cell: NotebookNode) -> ast.Module:
    """Return the syntax tree of a code cell; magics count as the Python that they stand for."""
    return ast.parse(TransformerManager().transform_cell(cell.source))


def output_text(output: NotebookNode) -> str:
    """Return what an output says in words, without colours and embedded files."""
    if output.output_type == "stream":
        text = output.text
    elif output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
    else:
        text = "\n".join(str(value) for mime, value in output.data.items() if mime.startswith("text/"))
    return re.sub(r"\x1b\[[0-9;]*m|(?<=base64,)[A-Za-z0-9+/=]+", "", text)


def machine_paths(text: str) -> list[str]:
    """Return the paths in `text` that one machine alone has: a home, temporary files, this repository."""
    here = [Path.home(), Path(tempfile.gettempdir()), settings.repository()]
    folders = [rf"{re.escape(str(path))}(?!\w){_PATH_REST}" for path in here if len(path.parts) > 1]
    return re.findall("|".join([*folders, _SOMEBODYS_FOLDER]), text)
