"""Trained models that come with the course, each with its vocabulary, checksums and a card on how it was made.

A checkpoint is a folder ``data/checkpoints/<name>/`` with ``model.keras``, ``vocabulary.json`` and ``card.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import settings
from .text import Vocabulary

if TYPE_CHECKING:
    import keras

MODEL, VOCABULARY, CARD = "model.keras", "vocabulary.json", "card.json"


class CheckpointError(RuntimeError):
    """A checkpoint is missing or is not the file its card describes."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained model, its vocabulary and its card (training data, settings, time, measured figures)."""

    name: str
    model: keras.Model
    vocabulary: Vocabulary
    card: dict[str, Any]

    @property
    def figures(self) -> dict[str, float]:
        """The measured figures of the card, by name."""
        return self.card["figures"]


def folder() -> Path:
    """Return the folder of all checkpoints."""
    return settings.REPO_DATA / "checkpoints"


def names() -> list[str]:
    """Return the names of the checkpoints that are there, sorted."""
    return sorted(path.parent.name for path in folder().glob(f"*/{CARD}"))


def verify(name: str) -> list[str]:
    """Return what is wrong with a checkpoint, in sentences that say what to do; nothing if all is well."""
    place = folder() / name
    restore = f"Get it again: `git checkout -- data/checkpoints/{name}`, or download the course anew."
    try:
        card = json.loads((place / CARD).read_text(encoding="utf-8"))
        files = {file: str(card["files"][file]) for file in (MODEL, VOCABULARY)}
    except OSError as error:
        return [f"The checkpoint {name!r} has no readable {CARD} ({error.strerror}). {restore}"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{CARD} of the checkpoint {name!r} is damaged ({error}). {restore}"]
    problems = []
    for file, expected in files.items():
        try:
            found = _sha256(place / file)
        except OSError as error:
            problems.append(f"{file} of the checkpoint {name!r} cannot be read ({error.strerror}). {restore}")
            continue
        if found != expected:
            problems.append(
                f"{file} of the checkpoint {name!r} is not the file that was trained: its SHA-256 is {found[:12]}…, "
                f"expected {expected[:12]}…. {restore}"
            )
    return problems


def load(name: str) -> Checkpoint:
    """Load a checkpoint after checking its files.

    Raises
    ------
    CheckpointError
        If there is no checkpoint of that name, or a file is damaged. Nothing is loaded from a damaged file.
    """
    if name not in names():
        raise CheckpointError(f"There is no checkpoint {name!r}. There are: {', '.join(names()) or 'none'}.")
    problems = verify(name)
    if problems:
        raise CheckpointError(" ".join(problems))
    import keras

    place = folder() / name
    card = json.loads((place / CARD).read_text(encoding="utf-8"))
    model = keras.models.load_model(place / MODEL, compile=False)
    return Checkpoint(name, model, Vocabulary.load(place / VOCABULARY), card)


def save(name: str, model: keras.Model, vocabulary: Vocabulary, card: dict[str, Any]) -> Path:
    """Write a checkpoint and return its folder; an older one of that name is replaced when the new one is whole.

    Parameters
    ----------
    card : dict
        At least ``title``, ``command``, ``trained_on``, ``training_seconds`` and ``figures``. Versions, machine and
        checksums are added here.

    Raises
    ------
    ValueError
        If the card lacks one of these.
    """
    missing = {"title", "command", "trained_on", "training_seconds", "figures"} - card.keys()
    if missing:
        raise ValueError(f"The card of {name!r} lacks {', '.join(sorted(missing))}.")
    import keras
    import numpy
    import tensorflow

    place = folder() / name
    place.mkdir(parents=True, exist_ok=True)
    parts = {
        MODEL: place / f"new-{MODEL}",
        VOCABULARY: place / f"new-{VOCABULARY}",
        CARD: place / f"new-{CARD}",
    }
    model.save(parts[MODEL])
    vocabulary.save(parts[VOCABULARY])
    versions = {"python": platform.python_version(), "numpy": numpy.__version__}
    versions |= {"keras": keras.__version__, "tensorflow": tensorflow.__version__}
    whole = card | {
        "versions": versions,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "files": {file: _sha256(parts[file]) for file in (MODEL, VOCABULARY)},
    }
    parts[CARD].write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for file, written in parts.items():
        written.replace(place / file)
    return place


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
