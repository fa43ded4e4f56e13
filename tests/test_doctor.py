"""The doctor: as a program where a student meets it so, and check by check for what is hard to bring about."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import namedtuple
from email.message import Message
from pathlib import Path

import pytest

from course_utils import doctor, settings
from course_utils.doctor import FAILURE, OK, WARNING

BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture
def run(tmp_path):
    """Run the doctor in a home of its own, without data and network, and return the process."""

    def run(*arguments, python=(), **variables):
        home = tmp_path / "Zoë Kim"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "KERAS_"))}
        environment = kept | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "COURSE_OFFLINE": "1",
            "COURSE_CACHE_DIR": str(home / "cache"),
            "PYTHONUTF8": "1",
            **variables,
        }
        return subprocess.run(
            [sys.executable, *python, "-m", "course_utils.doctor", *arguments],
            cwd=settings.repository(),
            env=environment,
            capture_output=True,
            timeout=200,
        )

    return run


def statuses(output: str) -> dict[str, str]:
    """Return the status of each topic in the block that is to be pasted."""
    block = output.partition("```text\n")[2].partition("```")[0]
    lines = [line for line in block.splitlines() if line.split()[0] in (OK, WARNING, FAILURE)]
    return {line[9:31].strip(): line[:9].strip() for line in lines}


def by_topic(*topics):
    return {finding.topic: finding for finding in doctor.examine(topics)}


def test_the_whole_run_trains_is_quiet_and_keeps_names_out_of_the_report(run, tmp_path):
    # An old Windows console: it cannot write Korean, and must not be sent it.
    gone = tmp_path / "Zoë Kim" / "데이터"
    done = run(PYTHONUTF8="0", PYTHONIOENCODING="cp1252", COURSE_DATA_DIR=str(gone))
    output = done.stdout.decode("cp1252")
    found = statuses(output)
    assert done.stderr == b""
    assert "\x1b" not in output
    assert (found["training"], found["device"], found["numpy"]) == (OK, OK, OK), output
    assert found["data"] == WARNING
    assert done.returncode == (1 if FAILURE in found.values() else 0)
    report = output.partition("```text")[2]
    assert str(tmp_path) not in report
    assert os.path.join("~", "???") in report


@pytest.mark.parametrize(
    ("name", "topic", "arguments", "also"),
    [
        ("tensorflow", "tensorflow", [], {"training"}),
        ("numpy", "numpy", ["--no-training"], {"data", "checkpoints"}),
        ("psutil", "psutil", ["--no-training"], {"memory"}),
        ("pooch", "pooch", ["--no-training"], set()),
        ("packaging", "packaging", ["--no-training"], set()),
    ],
)
def test_a_missing_package_is_a_failure_and_the_rest_is_reported(run, tmp_path, name, topic, arguments, also):
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(name=name), encoding="utf-8")
    done = run(*arguments, PYTHONPATH=str(tmp_path))
    output = done.stdout.decode("utf-8")
    found = statuses(output)
    failed = {topic for topic, status in found.items() if status == FAILURE}
    assert done.returncode == 1
    assert "Traceback" not in output + done.stderr.decode("utf-8")
    assert any(entry.startswith(topic) for entry in failed), output
    assert also <= failed
    assert {"keras", "jupyterlab", "disk"} <= found.keys() - failed


def test_another_python_without_the_packages_is_recognised(run):
    done = run("--no-training", python=["-S"])
    output = done.stdout.decode("utf-8")
    found = statuses(output)
    assert done.returncode == 1
    assert "Traceback" not in output + done.stderr.decode("utf-8")
    assert (found["packages"], found["disk"]) == (FAILURE, OK)
    assert "ctivate" in output


def test_a_damaged_data_file_fails_and_the_other_datasets_are_reported(run, tmp_path):
    folder = tmp_path / "data"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / "11-0.txt").write_bytes(b"half a book")
    (folder / "nietzsche" / "nietzsche.txt").mkdir(parents=True)  # a folder: not readable as a file
    done = run("--no-training", COURSE_DATA_DIR=str(folder))
    found = statuses(done.stdout.decode("utf-8"))
    assert done.returncode == 1
    assert (found["data alice"], found["data nietzsche"]) == (FAILURE, FAILURE)
    assert found["data names"] == OK
    assert (folder / "alice" / "11-0.txt").read_bytes() == b"half a book"


def test_an_edition_that_is_used_and_not_known_is_a_warning(monkeypatch):
    from course_utils import data
    from course_utils.fetch import DatasetStatus

    entry = DatasetStatus("alice", "cache", Path("a"), False, "an unknown edition")
    monkeypatch.setattr(data, "describe", lambda: [entry])
    assert by_topic("data")["data alice"].status == WARNING


def test_a_damaged_checkpoint_fails_and_a_whole_one_does_not(monkeypatch, tmp_path):
    contents = {"model.keras": b"weights", "vocabulary.json": b"{}"}
    for name in ("whole", "broken"):
        folder = tmp_path / "checkpoints" / name
        folder.mkdir(parents=True)
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        sums = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
        (folder / "card.json").write_text(json.dumps({"files": sums}), encoding="utf-8")
    (tmp_path / "checkpoints" / "broken" / "model.keras").write_bytes(b"weight")
    monkeypatch.setattr(settings, "REPO_DATA", tmp_path)
    found = by_topic("checkpoints")
    assert found["model whole"].status == OK
    assert found["model broken"].status == FAILURE
    assert "model.keras" in found["model broken"].text


def test_no_checkpoint_at_all_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "REPO_DATA", tmp_path)
    assert by_topic("checkpoints")["checkpoints"].status == WARNING


def test_the_ranges_are_those_of_the_project():
    python, packages = doctor.required()
    assert ">=3.10" in python
    assert any(line.startswith("keras>=") for line in packages)


def test_without_the_project_file_the_installed_listing_is_read(monkeypatch, tmp_path):
    about = Message()
    about["Requires-Python"] = ">=3.10"
    about["Requires-Dist"] = "numpy<3,>=1.26"
    about["Requires-Dist"] = 'pytest>=8; extra == "test"'
    monkeypatch.setattr(settings, "repository", lambda: tmp_path)
    monkeypatch.setattr(doctor.importlib.metadata, "metadata", {doctor.DISTRIBUTION: about}.__getitem__)
    assert doctor.required() == (">=3.10", ["numpy<3,>=1.26"])


def test_without_any_listing_the_python_is_still_reported(monkeypatch, tmp_path):
    def missing(name):
        raise doctor.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(settings, "repository", lambda: tmp_path)
    monkeypatch.setattr(doctor.importlib.metadata, "metadata", missing)
    found = by_topic("Python", "packages")
    assert (found["Python"].status, found["packages"].status) == (WARNING, FAILURE)


def test_a_version_out_of_range_fails_with_the_command_that_mends_it(monkeypatch):
    version = doctor.importlib.metadata.version
    monkeypatch.setattr(
        doctor.importlib.metadata, "version", lambda name: "2.15.0" if name == "keras" else version(name)
    )
    found = by_topic("packages")
    assert found["keras"].status == FAILURE
    assert "2.15.0" in found["keras"].text
    assert 'pip install "keras' in found["keras"].advice
    assert found["numpy"].status == OK


@pytest.mark.parametrize(("version", "status"), [("3.9.18", FAILURE), ("3.12.4", OK), ("3.99.0", FAILURE)])
def test_a_python_out_of_range_fails(monkeypatch, version, status):
    monkeypatch.setattr(doctor.platform, "python_version", lambda: version)
    assert by_topic("Python")["Python"].status == status


def test_a_mode_that_is_not_known_fails_and_says_which_are(monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "slow")
    failure = list(doctor.examine(["Python"]))[-1]
    assert failure.status == FAILURE
    assert "full" in failure.text


@pytest.mark.parametrize(("free", "status"), [(0.1, FAILURE), (1.0, WARNING), (10.0, OK)])
def test_a_full_disk_is_seen(monkeypatch, free, status):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(0, 0, int(free * doctor.GIB)))
    assert by_topic("disk")["disk"].status == status


def test_a_folder_that_cannot_be_written_to_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "repository", lambda: tmp_path)  # has no folder of notebooks
    assert by_topic("disk")["notebooks"].status == WARNING


@pytest.mark.parametrize(("free", "status"), [(1.0, WARNING), (5.0, OK)])
def test_little_memory_is_a_warning(monkeypatch, free, status):
    import psutil

    memory = namedtuple("memory", "available total")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(free * doctor.GIB, 8 * doctor.GIB))
    assert by_topic("memory")["memory"].status == status


@pytest.mark.parametrize(
    ("before", "after", "seconds", "status"),
    [
        (2.0, 0.5, 1.0, OK),
        (2.0, 0.5, 60.0, WARNING),
        (2.0, 2.0, 1.0, FAILURE),
        (2.0, float("nan"), 1.0, FAILURE),
        (float("nan"), 1.0, 1.0, FAILURE),
        (2.0, float("-inf"), 1.0, FAILURE),
        (float("inf"), float("inf"), 1.0, FAILURE),
    ],
)
def test_a_training_that_does_not_learn_fails(before, after, seconds, status):
    assert doctor.judge_training(before, after, seconds).status == status


RESULT = {"before": 2.0, "after": 0.5, "seconds": 1.0, "backend": "tensorflow", "gpus": 1}


@pytest.mark.parametrize(
    ("code", "stdout", "stderr", "topic", "text"),
    [
        (-4, "", "", "training", "-4"),
        (1, "", "Traceback …\nImportError: DLL load failed while importing x\n\n", "training", "DLL load failed"),
        (0, json.dumps(RESULT | {"backend": "jax"}), "", "Keras", "jax"),
        (0, json.dumps(RESULT | {"after": float("nan")}), "", "training", "nan"),
        (0, "no result", "", "training", "JSON"),
    ],
)
def test_a_training_that_breaks_down_is_a_failure(monkeypatch, code, stdout, stderr, topic, text):
    done = subprocess.CompletedProcess([], code, f"a notice\n{stdout}\n", stderr)
    monkeypatch.setattr(doctor.subprocess, "run", lambda *arguments, **options: done)
    found = by_topic("training")[topic]
    assert found.status == FAILURE
    assert text in found.text


def test_a_training_that_never_ends_is_a_failure(monkeypatch):
    def endless(command, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(doctor.subprocess, "run", endless)
    assert by_topic("training")["training"].status == FAILURE


@pytest.mark.parametrize("breakage", doctor.BREAKAGES)
def test_a_check_that_breaks_off_leaves_what_it_found_and_the_other_checks(monkeypatch, breakage):
    def broken():
        yield doctor.Finding(OK, "first", "fine")
        raise breakage("gone")

    monkeypatch.setitem(doctor.CHECKS, "data", broken)
    monkeypatch.setitem(doctor.CHECKS, "disk", lambda: [doctor.Finding(OK, "last", "fine")])
    found = by_topic("data", "disk")
    assert {topic: finding.status for topic, finding in found.items()} == {"first": OK, "data": FAILURE, "last": OK}
    assert "gone" in found["data"].text


def test_a_mistake_in_a_check_is_not_hidden(monkeypatch):
    monkeypatch.setitem(doctor.CHECKS, "data", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        by_topic("data")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in /home/jo/course", "in ~/course"),
        ("in /home/jo", "in ~"),
        ("in /home/john/course", "in /home/john/course"),
        ("on /media/jo/disk", "on /media/<user>/disk"),
        ("jo is a name", "jo is a name"),
    ],
)
def test_the_report_names_neither_home_nor_user(monkeypatch, text, expected):
    monkeypatch.setattr(doctor.Path, "home", lambda: Path("/home/jo"))
    monkeypatch.setattr(doctor.getpass, "getuser", lambda: "jo")
    assert doctor.anonymous(text) == expected


def test_a_home_on_windows_is_found_in_every_spelling(monkeypatch):
    monkeypatch.setattr(doctor.Path, "home", lambda: r"C:\Users\Jo Ann")
    monkeypatch.setattr(doctor.getpass, "getuser", lambda: "JoA")
    for path in (r"C:\Users\Jo Ann\x", r"c:\users\jo ann\x", "C:/Users/Jo Ann/x", r"C:\\Users\\Jo Ann\\x"):
        assert doctor.anonymous(path).startswith("~")
    assert doctor.anonymous(r"D:\joa\x") == r"D:\<user>\x"


def test_a_user_without_a_name_does_no_harm(monkeypatch):
    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr(doctor.getpass, "getuser", nobody)
    assert doctor.anonymous("/srv/course") == "/srv/course"


@pytest.mark.parametrize(
    ("variables", "coloured"), [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(monkeypatch, capsys, variables, coloured):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(doctor, "CHECKS", {"disk": lambda: [doctor.Finding(FAILURE, "disk", "full", "Tidy up.")]})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert doctor.main([]) == 1
    output = capsys.readouterr().out
    assert ("\x1b[31m" in output) == coloured
    assert "\x1b" not in output.partition("```text")[2]
    assert "Tidy up." in output
