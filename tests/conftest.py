"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_utils import settings


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds ``notebooks/``, ``data/`` and ``course_utils/``."""
    return settings.repository()
