"""The project as a whole: its lists of packages agree, nothing in it belongs to one machine, its links resolve."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import import_module
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_utils import settings
from tools.markdown import links

HOME = settings.repository()

# On 3.10 JupyterLab brings tomli, which became tomllib.
tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def required(project) -> list[Requirement]:
    """What the course and its tests need."""
    return [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["test"]]


@pytest.fixture(scope="module")
def locked() -> list[tuple[Requirement, int]]:
    """Each requirement of the lock, with how many hashes it has."""
    text = (HOME / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line.partition(" --hash=") for line in text.splitlines() if line.strip()]
    return [(Requirement(line), (equals + hashes).count("--hash=sha256:")) for line, equals, hashes in entries]


# --- Packages


def test_conda_users_get_the_same_packages(required, project):
    environment = yaml.safe_load((HOME / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = (part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    assert pip[-1] == "--editable ."
    assert sorted(map(str, map(Requirement, pip[:-1]))) == sorted(map(str, required))
    python = Requirement(next(part for part in environment["dependencies"] if str(part).startswith("python")))
    assert python.specifier == Requirement(f"python{project['requires-python']}").specifier


def test_every_locked_package_has_one_version_and_hashes(locked):
    assert len(locked) > 50
    for requirement, hashes in locked:
        assert [part.operator for part in requirement.specifier] == ["=="], requirement
        assert requirement.url is None
        assert hashes > 0, requirement


def test_the_lock_names_no_place_to_install_from():
    text = (HOME / "requirements.lock").read_text(encoding="utf-8")
    for word in ("://", "--index", "--extra-index", "--find-links", "--trusted-host", "file:", " @ "):
        assert word not in text


def computers():
    """The markers of every Python and system that the course supports."""
    systems = [("linux", "posix", "Linux", "x86_64"), ("linux", "posix", "Linux", "aarch64")]
    systems += [("darwin", "posix", "Darwin", "arm64"), ("win32", "nt", "Windows", "AMD64")]
    for version, (platform, os_name, system, machine) in product(("3.10", "3.11", "3.12", "3.13"), systems):
        yield {
            "python_version": version,
            "python_full_version": f"{version}.9",
            "sys_platform": platform,
            "os_name": os_name,
            "platform_system": system,
            "platform_machine": machine,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
        }


@pytest.mark.parametrize(
    "computer",
    list(computers()),
    ids=lambda c: " ".join((c["python_version"], c["sys_platform"], c["platform_machine"])),
)
def test_the_lock_satisfies_the_ranges_on(computer, required, locked):
    def applies(requirement):
        return requirement.marker is None or requirement.marker.evaluate(computer)

    versions = {}
    for requirement, _ in locked:
        if applies(requirement):
            name = canonicalize_name(requirement.name)
            assert name not in versions, f"{name} has two versions"
            versions[name] = next(iter(requirement.specifier)).version
    needed = [requirement for requirement in required if applies(requirement)]
    assert len([requirement for requirement in needed if requirement.name.startswith("tensorflow")]) == 1
    for requirement in needed:
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not in the lock"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}, locked is {version}"


def test_the_version_is_named_once(project):
    import course_utils

    assert project["version"] == course_utils.__version__


# --- Files


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the project, new ones included, by its path."""
    if not (HOME / ".git").exists() or not shutil.which("git"):
        pytest.skip("this copy of the course is no git repository")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOME,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = HOME / name
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    assert len(found) > 50
    return found


def test_no_file_names_the_host_of_a_package_index(texts):
    # In pieces, so that this file does not name them either.
    hosts = [("pypi", "org"), ("pythonhosted", "org"), ("pypi", "python", "org"), ("anaconda", "org"), ("npmjs", "org")]
    pattern = re.compile("|".join(re.escape(".".join(pieces)) for pieces in hosts), re.IGNORECASE)
    assert [name for name, text in texts.items() if pattern.search(text)] == []


# These try what becomes of somebody's folder; the people in them are invented.
WITH_INVENTED_HOMES = {"tests/test_build_notebooks.py", "tests/test_doctor.py", "tests/test_notebook_rules.py"}


def test_no_file_names_a_folder_of_one_machine(texts):
    folders = "|".join(["/" + "root/", "/" + "home/", "/" + "Users/", r"[A-Za-z]:[\\/]+" + "Users"])
    # Not the end of an address, as in https://example.org/home/.
    pattern = re.compile(rf"(?<![\w.~-])(?:{folders})")
    found = {name for name, text in texts.items() if pattern.search(text)}
    assert found - WITH_INVENTED_HOMES == set()
    assert WITH_INVENTED_HOMES <= found, "an exception that is no longer needed"


def test_links_between_the_pages_of_the_project_resolve(texts):
    pages = {HOME / name: text for name, text in texts.items() if name.endswith(".md")}
    broken = []
    for page, text in pages.items():
        for target in links(text):
            inside = "://" not in target and not target.startswith(("mailto:", "#"))
            if inside and not (page.parent / unquote(target.partition("#")[0])).exists():
                broken.append(f"{page.name}: {target}")
    assert HOME / "README.md" in pages
    assert broken == []


@pytest.mark.parametrize("path", sorted((HOME / "course_utils").rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_stays_small(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 320
