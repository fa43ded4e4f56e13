"""Finds the files of a dataset: ``COURSE_DATA_DIR``, then the user's cache, then the original source.

A file is read whole, judged, and handed on as bytes, so what was checked is what is used. Nothing here
deletes a file that it did not write itself, and a download appears under its name only when it is whole.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from . import download, settings

SOURCES = ("COURSE_DATA_DIR", "cache", "download", "stand-in")
UNKNOWN = "an unknown edition"  # how the title of an edition begins that is plausible but not known
SHORTEST = 0.9  # an unknown edition below this share of the shortest known one is taken for half a file


@dataclass(frozen=True)
class Edition:
    """One version of a file that the course knows: its name below the data folder, bytes, SHA-256, title."""

    path: str
    size: int
    sha256: str
    title: str


@dataclass(frozen=True)
class DataFile:
    """A file of a dataset: where it comes from and how to tell that it is the right one.

    ``plausible`` judges the text of an edition that is not known: it returns what is wrong with it, or "".
    Where it is None only known editions are accepted. ``member`` is the name inside the archive at ``url``,
    and ``terms`` that of the archive's licence, which is kept beside the file.
    """

    url: str
    editions: tuple[Edition, ...]
    plausible: Callable[[str], str] | None = None
    member: str = ""
    terms: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The names that the file may have below a data folder; the first is its name in the cache."""
        return tuple(dict.fromkeys(edition.path for edition in self.editions))


@dataclass(frozen=True)
class Dataset:
    """A dataset: a short name, a title for messages, its files, and what stands in for it."""

    name: str
    title: str
    files: tuple[DataFile, ...]
    stand_in: str


@dataclass(frozen=True)
class Found:
    """The files' bytes in order (none for the stand-in), their origin, and what there was to say."""

    contents: tuple[bytes, ...]
    source: str
    edition: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DatasetStatus:
    """Where a dataset would come from now. ``checksum_holds`` is None if there is no file to check."""

    name: str
    source: str
    path: Path | None
    checksum_holds: bool | None
    message: str


def examine(file: DataFile, content: bytes) -> tuple[str, str]:
    """Return ``(edition, problem)`` for the whole content of a file; exactly one of the two is ""."""
    digest = sha256(content).hexdigest()
    for edition in file.editions:
        if edition.sha256 == digest:
            return edition.title, ""
    if file.plausible is None:
        problem = "not a known edition"
    elif len(content) < SHORTEST * min(edition.size for edition in file.editions):
        problem = "too short, perhaps half a file"
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 text, see byte {error.start:,}"
        else:
            problem = file.plausible(text)
            if not problem:
                return f"{UNKNOWN}, {len(text):,} characters, {len(set(text))} distinct", ""
    expected = " or ".join(f"{e.size:,} bytes with SHA-256 {e.sha256[:12]}…" for e in file.editions)
    return "", f"found {len(content):,} bytes with SHA-256 {digest[:12]}… ({problem}), expected {expected}"


def find(dataset: Dataset) -> Found:
    """Look for every file of a dataset in the order of `SOURCES`, and print what went wrong on the way.

    Returns
    -------
    Found
        Its ``source`` is the last one that was needed for any of the files. It is "stand-in", without
        contents, if one file could not be had: real and invented data are never mixed.
    """
    notes: list[str] = []
    fetched: dict[str, bytes] = {}
    pieces = []
    for file in dataset.files:
        piece = _find_file(file, fetched, notes)
        if piece is None:
            break
        if piece[1].startswith(UNKNOWN):
            notes.append(f"{file.paths[0]} is {piece[1]}; figures may differ from those in the lessons.")
        pieces.append(piece)
    notes = list(dict.fromkeys(notes))
    for note in notes:
        print(f"{dataset.title}: {note}")
    if len(pieces) < len(dataset.files):
        return Found((), "stand-in", dataset.stand_in, tuple(notes))
    contents, editions, sources = zip(*pieces, strict=True)
    source = max(sources, key=SOURCES.index)
    return Found(contents, source, "; ".join(dict.fromkeys(editions)), tuple(notes))


def status(dataset: Dataset) -> DatasetStatus:
    """Say what `find` would use, without fetching anything. Reads and hashes the files that are there."""
    notes: list[str] = []
    used, first, known = SOURCES[0], None, True
    for file in dataset.files:
        piece = _find_local(file, notes)
        if piece is None:
            source = "stand-in" if settings.offline() else "download"
            notes.append(dataset.stand_in if settings.offline() else f"to be fetched from {file.url}")
            return DatasetStatus(dataset.name, source, None, None, "; ".join(notes))
        _, edition, source, path = piece
        used, first = max(used, source, key=SOURCES.index), first or path
        known = known and not edition.startswith(UNKNOWN)
        notes.append(edition)
    return DatasetStatus(dataset.name, used, first, known, "; ".join(dict.fromkeys(notes)))


def at_hand(dataset: Dataset) -> str:
    """Return the source that `find` is likely to use, judged by the names and sizes of files alone."""
    used = SOURCES[0]
    for file in dataset.files:
        for source, folder in _folders():
            if any(_looks_whole(folder / path, file) for path in file.paths):
                used = max(used, source, key=SOURCES.index)
                break
        else:
            return "stand-in" if settings.offline() else "download"
    return used


def _looks_whole(path: Path, file: DataFile) -> bool:
    try:
        size = path.stat().st_size
    except OSError:
        return False
    sizes = [edition.size for edition in file.editions]
    return size in sizes or (file.plausible is not None and size >= SHORTEST * min(sizes))


def _folders() -> list[tuple[str, Path]]:
    real = settings.data_dir()
    return ([("COURSE_DATA_DIR", real)] if real else []) + [("cache", settings.cache_dir())]


def _find_local(file: DataFile, notes: list[str]) -> tuple[bytes, str, str, Path] | None:
    """Return content, edition, source and path of a good file; what is wrong with others goes into notes."""
    for source, folder in _folders():
        for path in file.paths:
            full = folder / path
            try:
                content = full.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                notes.append(f"{full} cannot be read ({error.strerror}). Check that it is a file, and its permissions.")
                continue
            edition, problem = examine(file, content)
            if not problem:
                return content, edition, source, full
            notes.append(f"{full} is not used: {problem}. It was left as it is; replace it or move it away.")
    return None


def _find_file(file: DataFile, fetched: dict[str, bytes], notes: list[str]) -> tuple[bytes, str, str] | None:
    piece = _find_local(file, notes)
    if piece:
        return piece[:3]
    if settings.offline():
        return None
    try:
        return *_download(file, fetched, notes), "download"
    except download.DownloadError as error:
        notes.append(f"not downloaded: {error}")
        return None


def _download(file: DataFile, fetched: dict[str, bytes], notes: list[str]) -> tuple[bytes, str]:
    """Return content and edition from the original source, and keep the file for the next time."""
    if file.url not in fetched:
        fetched[file.url] = download.fetch(file.url)
    parts = {"": fetched[file.url]}
    if file.member:
        try:
            parts = download.unpack(fetched[file.url], [name for name in (file.member, file.terms) if name])
        except download.DownloadError as error:
            raise download.refuse(file.url, f"{file.url}: {error}") from error
    content = parts[file.member]
    edition, problem = examine(file, content)
    if problem:
        raise download.refuse(file.url, f"{file.url} sent something else: {problem}.")
    target = settings.cache_dir() / file.paths[0]
    try:
        keep(target, content, lambda old: not examine(file, old)[1])
        if file.terms:
            terms = parts[file.terms]
            keep(target.with_name(Path(file.terms).name), terms, lambda old: old == terms)
    except OSError as error:
        notes.append(
            f"downloaded, but it could not be kept in {settings.cache_dir()} ({error.strerror}), so it will "
            "be fetched again next time. Free some space, or set COURSE_CACHE_DIR to a folder of your own."
        )
    return content, edition


def keep(target: Path, content: bytes, is_good: Callable[[bytes], bool]) -> None:
    """Write a checked file: beside its place first, then renamed, so that nobody ever sees half of it.

    A file that is already there stays if ``is_good`` says so of its content (another notebook was faster);
    otherwise it gets another name.

    Raises
    ------
    OSError
        If the folder cannot be written to or the disk is full. Nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with open(part, "xb") as stream:
            stream.write(content)
        if target.exists():
            old = target.read_bytes()
            if is_good(old):
                return
            os.replace(target, target.with_name(f"{target.name}.{sha256(old).hexdigest()[:8]}.wrong"))
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
