"""What trainings too long for a class gave, in ``data/measured/``: the lessons print their figures from these files.

A file is written part by part, each as soon as its training is over, with the machine and the versions beside it.
"""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

from . import settings


def file(name: str) -> Path:
    """Return the path of the measured file `name`."""
    return settings.REPO_DATA / "measured" / f"{name}.json"


def read(name: str) -> dict[str, Any]:
    """Return what the trainings under `name` gave.

    Raises
    ------
    FileNotFoundError
        If nothing was measured under that name; the message says what to do.
    """
    try:
        return json.loads(file(name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{file(name)} is missing. Get it again: `git checkout -- data/measured`, or download the course anew."
        ) from error


def write(name: str, **parts: Any) -> None:
    """Add or replace parts of the file `name`, and note this machine and the versions."""
    import keras
    import numpy

    place = file(name)
    whole = (read(name) if place.exists() else {}) | parts
    whole["machine"] = f"{platform.machine()}, {os.cpu_count()} cores"
    whole["versions"] = {"keras": keras.__version__, "numpy": numpy.__version__, "python": platform.python_version()}
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8", newline="\n")
