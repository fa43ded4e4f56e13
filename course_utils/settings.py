"""What the environment says about this run. The only module that reads environment variables of the course."""

from __future__ import annotations

import os
from pathlib import Path

MODES = ("class", "full")


def repository() -> Path:
    """Return the folder that holds ``notebooks/``, ``data/`` and ``course_utils/``."""
    return Path(__file__).resolve().parent.parent


REPO_DATA = repository() / "data"


def mode() -> str:
    """Return ``"class"`` (the default: no cell over a minute) or ``"full"`` (as long as a good result takes).

    Raises
    ------
    ValueError
        If ``COURSE_MODE`` holds anything else.
    """
    value = os.environ.get("COURSE_MODE", "").strip().lower() or "class"
    if value not in MODES:
        raise ValueError(
            f"COURSE_MODE is {value!r}, expected one of {', '.join(MODES)}. "
            "Unset it, or set it to one of these, and restart the kernel."
        )
    return value


def offline() -> bool:
    """Return True if ``COURSE_OFFLINE`` forbids downloads (any value but empty, 0, no and false)."""
    return os.environ.get("COURSE_OFFLINE", "").strip().lower() not in {"", "0", "no", "false"}


def data_dir() -> Path | None:
    """Return the folder of real data that ``COURSE_DATA_DIR`` names, or None if it is not set.

    The folder is not required to exist: a dataset that is not found there falls through to the next source,
    and the lesson's first line says so.
    """
    value = os.environ.get("COURSE_DATA_DIR", "").strip()
    return Path(value).expanduser() if value else None


def cache_dir() -> Path:
    """Return the folder for downloaded data: ``COURSE_CACHE_DIR``, or the system's usual place for caches.

    It holds files under the same names as ``COURSE_DATA_DIR``, and it may not exist yet.
    """
    value = os.environ.get("COURSE_CACHE_DIR", "").strip()
    if value:
        return Path(value).expanduser()
    import pooch

    return Path(pooch.os_cache("recurrent-networks-course"))


def by_mode(class_value, full_value):
    """Return the first value in class mode and the second in full mode: how lessons name both in one line."""
    return class_value if mode() == "class" else full_value
