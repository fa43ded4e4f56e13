"""The set-up call prints one line and nothing else; the package costs next to nothing until then."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from course_utils import settings
from course_utils.quiet import import_tensorflow, silenced_stderr


def run(code, **variables):
    """Run some code in a fresh Python, without what this one has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "TF_", "KERAS_"))}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.repository(),
        env=kept | {"COURSE_OFFLINE": "1", "PYTHONUTF8": "1", **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=200,
    )


TWICE = """
from course_utils.start import start

def numbers():
    import random, numpy, keras
    return random.random(), numpy.random.random(), float(keras.random.normal(())), float(keras.random.uniform(()))

start(seed=3)
first = numbers()
start(seed=3)
assert numbers() == first, (numbers(), first)
start(seed=4)
assert numbers() != first
"""


def test_start_prints_one_line_each_time_and_nothing_else_and_seeds_everything(tmp_path):
    done = run(TWICE, COURSE_CACHE_DIR=str(tmp_path))
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert len(set(lines)) == 1
    for said in (f"Python {sys.version.split()[0]}", "TensorFlow 2.", "Keras 3.", "class mode", "stand-ins"):
        assert said in lines[0]


def test_an_unknown_mode_is_refused_before_tensorflow_is_loaded():
    done = run(
        "import sys\nfrom course_utils.start import start\n"
        "try:\n    start()\nexcept ValueError as error:\n    print(error, 'tensorflow' in sys.modules)",
        COURSE_MODE="fast",
    )
    assert done.stdout.split()[-1] == "False", done.stderr
    for said in ("'fast'", "class, full", "COURSE_MODE"):
        assert said in done.stdout


def test_without_tensorflow_the_error_leads_to_the_doctor():
    done = run(
        "import sys\nsys.modules['tensorflow'] = None\nfrom course_utils.start import start\n"
        "try:\n    start()\nexcept ImportError as error:\n    print(error)"
    )
    assert "course_utils.doctor" in done.stdout, done.stderr


def test_importing_the_package_costs_next_to_nothing():
    done = run(
        "import sys, time\nbegin = time.perf_counter()\nimport course_utils\n"
        "print(time.perf_counter() - begin, *({'tensorflow', 'keras', 'matplotlib', 'numpy'} & sys.modules.keys()))"
    )
    seconds, *loaded = done.stdout.split()
    assert loaded == []
    assert float(seconds) < 0.3


def test_importing_the_set_up_call_loads_nothing_heavy():
    done = run(
        "import sys\nfrom course_utils.start import start\n"
        "print(*({'tensorflow', 'keras', 'matplotlib', 'pooch'} & sys.modules.keys()))"
    )
    assert done.stdout.split() == [], done.stderr


# --- quiet


def test_what_a_block_writes_is_held_back(capfd):
    with silenced_stderr():
        os.write(2, b"a notice\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_what_was_held_back_is_shown_if_the_block_fails(capfd):
    with pytest.raises(KeyError), silenced_stderr():
        os.write(2, b"the reason\n")
        raise KeyError("lost")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "the reason\nafterwards\n"


def test_blocks_may_lie_within_each_other(capfd):
    with silenced_stderr():
        with silenced_stderr():
            os.write(2, b"inner\n")
        os.write(2, b"outer\n")
    assert capfd.readouterr().err == ""


def test_importing_tensorflow_again_gives_the_same_and_is_silent(capfd):
    assert import_tensorflow() is import_tensorflow()
    assert capfd.readouterr() == ("", "")


def test_the_level_that_a_user_has_set_stays(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "1")
    import_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "1"


# --- settings


@pytest.mark.parametrize(("value", "mode"), [("", "class"), ("class", "class"), (" Full ", "full"), ("FULL", "full")])
def test_the_mode_is_class_unless_it_says_full(monkeypatch, value, mode):
    monkeypatch.setenv("COURSE_MODE", value)
    assert settings.mode() == mode
    assert settings.by_mode(1, 2) == (1 if mode == "class" else 2)


def test_without_the_variable_the_mode_is_class(monkeypatch):
    monkeypatch.delenv("COURSE_MODE", raising=False)
    assert settings.mode() == "class"


@pytest.mark.parametrize(("value", "offline"), [("", False), ("0", False), ("No", False), ("1", True), ("yes", True)])
def test_offline(monkeypatch, value, offline):
    monkeypatch.setenv("COURSE_OFFLINE", value)
    assert settings.offline() is offline


def test_folders_may_be_given_with_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA_DIR", "~/Daten für alle")
    monkeypatch.setenv("COURSE_CACHE_DIR", "~/cache")
    assert settings.data_dir() == tmp_path / "Daten für alle"
    assert settings.cache_dir() == tmp_path / "cache"
    monkeypatch.setenv("COURSE_DATA_DIR", " ")
    assert settings.data_dir() is None
