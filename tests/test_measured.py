"""Measured files: parts are added, machine and versions noted, a missing file is named."""

from __future__ import annotations

import pytest

from course_utils import measured, settings


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "REPO_DATA", tmp_path)
    return tmp_path / "measured"


def test_parts_are_added_and_replaced(place):
    measured.write("trial", first=[1.5], second="a")
    measured.write("trial", second="b")
    found = measured.read("trial")
    assert (found["first"], found["second"]) == ([1.5], "b")
    assert {"machine", "versions"} <= found.keys()
    assert measured.file("trial") == place / "trial.json"


def test_a_missing_file_is_answered_with_what_to_do(place):
    with pytest.raises(FileNotFoundError, match="git checkout -- data/measured"):
        measured.read("nothing")


@pytest.mark.parametrize("name", ["characters", "sentiment"])
def test_the_files_of_the_course_say_where_they_were_made(name):
    found = measured.read(name)
    assert "cores" in found["machine"]
    assert found["versions"].keys() >= {"keras", "numpy", "python"}
