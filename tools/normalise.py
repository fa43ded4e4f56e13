"""Bring an executed notebook into the form that the repository keeps: the same run gives the same file."""

from __future__ import annotations

import hashlib
import os
import re
import sysconfig
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from course_utils import settings

WIDGET = "application/vnd.jupyter.widget-view+json"

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # Without the version of Python, which would differ from author to author.
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
"""What every notebook says about itself; `course` comes on top."""

_CELL_METADATA_TO_DROP = {"execution", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
_KERNEL_FILE = re.compile(r"[^\s'\"]*ipykernel_\d+[/\\]\d+\.py")


def normalise(notebook: NotebookNode) -> None:
    """Bring `notebook` into the form that is saved, in place.

    Cell ids follow from place and source, counts are 1..n, nothing tells when or where it ran, neighbouring
    pieces of a stream are one, a progress line shows its last state, and a widget is replaced by its picture.
    A widget that has no picture stays, so that it can be complained of.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = NotebookNode({**METADATA, "course": notebook.metadata.course})
    count = 0
    for position, cell in enumerate(notebook.cells, start=1):
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode())
        cell.id = f"{position:02d}-{digest.hexdigest()[:8]}"
        for key in _CELL_METADATA_TO_DROP:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = joined_streams(cell.outputs)
            for output in cell.outputs:
                normalise_output(output, count)


def joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return `outputs` with neighbours of the same stream joined; the kernel cuts a stream at random."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def normalise_output(output: NotebookNode, count: int) -> None:
    """Bring one output of the cell with this execution count into the form that is saved, in place."""
    if output.output_type == "stream":
        output.text = last_states(output.text)
    elif output.output_type == "error":
        output.traceback = [without_folders(line) for line in output.traceback]
        output.evalue = without_folders(output.evalue)
    elif set(output.data) - {WIDGET, "text/plain"}:
        # The model behind a widget ends with its kernel: a reader would see "model not found" and no picture.
        output.data.pop(WIDGET, None)
    if output.output_type == "execute_result":
        output.execution_count = count


def last_states(text: str) -> str:
    """Return `text` with each line that was overwritten, by carriage returns, in its last state."""
    # Keras goes back by backspaces and a carriage return; the backspaces add nothing.
    lines = re.sub(r"\x08+\r", "\r", text.replace("\r\n", "\n")).split("\n")
    return "\n".join(next((part for part in reversed(line.split("\r")) if part), "") for line in lines)


def without_folders(text: str) -> str:
    """Return a line of a traceback with the files' names relative to the environment or the repository."""
    places = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}
    places |= {str(settings.repository()), tempfile.gettempdir(), str(Path.home())}
    text = _KERNEL_FILE.sub("cell.py", text)
    for place in sorted(places, key=len, reverse=True):
        if len(Path(place).parts) > 1:  # a service account may have the root folder as its home
            text = text.replace(f"{place.rstrip(os.sep)}{os.sep}", "")
    return text
