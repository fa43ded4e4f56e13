"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils import settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("COURSE_DATA_DIR", "").strip():
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(pytest.mark.skip(reason="COURSE_DATA_DIR is not set"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds ``notebooks/``, ``data/`` and ``course_utils/``."""
    return settings.repository()


@pytest.fixture
def course_style() -> Iterator[None]:
    """The course's style of figures, and Matplotlib's own again afterwards."""
    import matplotlib

    from course_utils import plots

    with matplotlib.rc_context():
        plots.use_style()
        yield
