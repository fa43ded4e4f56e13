"""Every step of finding and fetching, against a real server on this machine that misbehaves in many ways."""

from __future__ import annotations

import dataclasses
import errno
import io
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course_utils import download, fetch, settings
from course_utils.fetch import DataFile, Dataset, Edition
from course_utils.sources import DATASETS, with_phrases

GOOD = "".join(f"{number}: every line of the good file ends like this one.\n" for number in range(2000)).encode()


class Server(ThreadingHTTPServer):
    """Answers each path with the next of its functions; the last one answers all later requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list] = {}
        self.requests: list[str] = []
        self.stop = threading.Event()

    def url(self, path: str, *answers) -> str:
        self.answers[path] = list(answers)
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        """A client that hung up is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        assert "Range" not in self.headers
        answers = self.server.answers[self.path]
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, *arguments):
        pass

    def start(self, length: int | None):
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


def whole(content: bytes = GOOD):
    def answer(request):
        request.start(len(content))
        request.wfile.write(content)

    return answer


def code(number: int):
    return lambda request: request.send_error(number)


def half(request):
    request.start(len(GOOD))
    request.wfile.write(GOOD[: len(GOOD) // 2])


def half_of_unknown_length(request):
    request.start(None)
    request.wfile.write(GOOD[: len(GOOD) // 2])


def silent(request):
    request.server.stop.wait(30)


def stalls_half_way(request):
    half(request)
    request.wfile.flush()
    request.server.stop.wait(30)


def in_pieces(seconds: float):
    """Send everything in twenty pieces over that many seconds."""

    def answer(request):
        request.start(len(GOOD))
        step = len(GOOD) // 20 + 1
        for start in range(0, len(GOOD), step):
            request.wfile.write(GOOD[start : start + step])
            request.wfile.flush()
            request.server.stop.wait(seconds / 20)

    return answer


def redirect(path: str):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", path)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@pytest.fixture
def server():
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield running
    running.stop.set()
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """A cache of its own in a folder with a blank and an accent, no real data, no proxy, little patience."""
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "caché folder"))
    for name in ("COURSE_DATA_DIR", "COURSE_OFFLINE", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.8)
    download.forget_failures()
    yield
    download.forget_failures()


def dataset(url: str, name: str = "good", content: bytes = GOOD, plausible=None) -> Dataset:
    edition = Edition(f"{name}/{name}.txt", len(content), sha256(content).hexdigest(), "the good edition")
    return Dataset(name, name.title(), (DataFile(url, (edition,), plausible),), "an invention")


def cache_files() -> list[str]:
    return sorted(path.name for path in settings.cache_dir().rglob("*") if path.is_file())


def put(folder: Path, content: bytes, name: str = "good") -> Path:
    path = folder / name / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# --- A download that works


def test_a_download_is_checked_kept_and_not_repeated(server, capfd):
    wanted = dataset(server.url("/a.txt", whole()))
    first, second = fetch.find(wanted), fetch.find(wanted)
    assert (first.contents, first.source, first.edition) == ((GOOD,), "download", "the good edition")
    assert (second.contents, second.source) == ((GOOD,), "cache")
    assert server.requests == ["/a.txt"]
    assert cache_files() == ["good.txt"]
    assert capfd.readouterr().err == ""


def test_the_progress_line_of_a_big_file_has_few_states(server, capfd):
    big = os.urandom(6_000_000)
    found = fetch.find(dataset(server.url("/big.bin", whole(big)), content=big))
    out, err = capfd.readouterr()
    assert found.source == "download"
    assert "100%" in out and "big.bin" in out
    assert out.count("\r") + out.count("\n") <= 10
    assert err == ""


def test_a_slow_server_is_waited_for_as_long_as_it_sends(server):
    assert fetch.find(dataset(server.url("/a", in_pieces(1.0)))).contents == (GOOD,)


def test_a_redirect_is_followed(server):
    server.url("/new", whole())
    assert fetch.find(dataset(server.url("/old", redirect("/new")))).source == "download"


def test_a_proxy_of_the_environment_is_used(server, monkeypatch):
    url = "http://books.invalid/a.txt"
    server.answers[url] = [whole()]
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{server.server_address[1]}")
    assert fetch.find(dataset(url)).source == "download"
    assert server.requests == [url]


# --- A download that fails on the way


@pytest.mark.parametrize("failure", [half, stalls_half_way, code(503)])
def test_a_download_that_breaks_off_is_tried_again(server, failure):
    found = fetch.find(dataset(server.url("/a", failure, failure, whole())))
    assert (found.contents, found.source) == ((GOOD,), "download")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("failure", "requests", "said"),
    [
        (half, 3, "broke off"),
        (stalls_half_way, 3, "broke off"),
        (code(503), 3, "503"),
        (code(404), 1, "404"),
        (code(403), 1, "403"),
        (whole(GOOD[:-1] + b"?"), 1, "sent something else"),
        (whole(b"<html>Please log in to the Wi-Fi</html>"), 1, "sent something else"),
        (silent, 1, "does not answer"),
    ],
)
def test_a_download_that_fails_leads_to_the_stand_in_and_leaves_nothing(server, capsys, failure, requests, said):
    wanted = dataset(server.url("/a", failure))
    found = fetch.find(wanted)
    assert (found.contents, found.source, found.edition) == ((), "stand-in", "an invention")
    assert said in " ".join(found.notes)
    assert said in capsys.readouterr().out
    assert len(server.requests) == requests
    assert cache_files() == []
    # The same cell run again does not make the student wait again.
    assert fetch.find(wanted).source == "stand-in"
    assert len(server.requests) == requests


def test_half_a_text_of_unknown_length_is_not_taken_for_another_edition(server):
    found = fetch.find(dataset(server.url("/a", half_of_unknown_length), plausible=with_phrases("good file")))
    assert found.source == "stand-in"
    assert "half a file" in " ".join(found.notes)
    assert cache_files() == []


def test_wrong_bytes_are_reported_with_what_was_expected_and_found(server):
    wrong = GOOD.replace(b"good", b"evil")
    notes = " ".join(fetch.find(dataset(server.url("/a", whole(wrong)))).notes)
    for content in (GOOD, wrong):
        assert f"{len(content):,} bytes" in notes
        assert sha256(content).hexdigest()[:12] in notes


def test_a_hopelessly_slow_download_is_given_up(server, monkeypatch):
    monkeypatch.setattr(download, "SLOW_AFTER", 0.2)
    monkeypatch.setattr(download, "SLOWEST", 1_000_000)
    found = fetch.find(dataset(server.url("/a", in_pieces(4.0))))
    assert found.source == "stand-in"
    assert "too slow" in " ".join(found.notes)
    assert len(server.requests) == 1


def test_an_endless_download_is_given_up(server, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 50_000)
    assert "50,000 bytes" in " ".join(fetch.find(dataset(server.url("/a", whole()))).notes)


def test_after_a_silent_server_the_same_host_is_not_asked_again(server):
    assert fetch.find(dataset(server.url("/a", silent), "first")).source == "stand-in"
    assert fetch.find(dataset(server.url("/b", whole()), "second")).source == "stand-in"
    assert server.requests == ["/a"]
    download.forget_failures()
    assert fetch.find(dataset(server.url("/b", whole()), "second")).source == "download"


def test_an_interrupted_download_leaves_nothing(server, monkeypatch):
    def interrupt(self, amount):
        raise KeyboardInterrupt

    monkeypatch.setattr(download.Progress, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch.find(dataset(server.url("/a", whole())))
    assert cache_files() == []


# --- No network


def test_a_refused_connection_is_noticed_at_once_and_remembered(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.txt"
        began = time.monotonic()
        found = fetch.find(dataset(url))
    assert found.source == "stand-in"
    assert time.monotonic() - began < 2
    notes = " ".join(found.notes)
    assert "127.0.0.1 cannot be reached" in notes and "COURSE_OFFLINE" in notes

    def forbidden(*arguments, **options):
        raise AssertionError("asked again")

    monkeypatch.setattr(socket, "create_connection", forbidden)
    assert fetch.find(dataset(url)).notes == found.notes


def test_five_datasets_without_network_cost_a_few_seconds_in_all(monkeypatch):
    assert download.PATIENCE <= 5 and download.CONNECT_SECONDS < download.PATIENCE
    monkeypatch.setattr(download, "PATIENCE", 0.4)
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.4)
    done = threading.Event()

    def look_up_that_hangs(*arguments, **options):
        done.wait(30)
        raise OSError("the resolver is broken")

    monkeypatch.setattr(socket, "create_connection", look_up_that_hangs)
    began = time.monotonic()
    found = [fetch.find(dataset(f"https://host{i}.invalid/a", f"set{i}")) for i in range(5)]
    seconds = time.monotonic() - began
    done.set()
    assert [one.source for one in found] == ["stand-in"] * 5
    assert seconds < 1.5


def test_offline_asks_nobody(server, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    found = fetch.find(dataset(server.url("/a", whole())))
    assert (found.source, found.notes) == ("stand-in", ())
    assert server.requests == []


# --- Disks


class FullDisk(io.FileIO):
    """A file on a disk that has room for a thousand more bytes."""

    def write(self, content):
        super().write(content[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_the_cache_but_not_the_data(server, monkeypatch):
    neighbour = put(settings.cache_dir(), b"a good file of another dataset", "neighbour")
    monkeypatch.setattr(fetch, "open", FullDisk, raising=False)
    found = fetch.find(dataset(server.url("/a", whole())))
    assert (found.contents, found.source) == ((GOOD,), "download")
    assert os.strerror(errno.ENOSPC) in " ".join(found.notes)
    assert "COURSE_CACHE_DIR" in " ".join(found.notes)
    assert cache_files() == ["neighbour.txt"]
    assert neighbour.read_bytes() == b"a good file of another dataset"


def test_a_full_disk_does_not_touch_the_file_that_was_there(server, monkeypatch):
    old = put(settings.cache_dir(), b"something of the student's")
    monkeypatch.setattr(fetch, "open", FullDisk, raising=False)
    assert fetch.find(dataset(server.url("/a", whole()))).source == "download"
    assert old.read_bytes() == b"something of the student's"
    assert cache_files() == ["good.txt"]


def test_a_cache_that_cannot_be_made_costs_the_cache_but_not_the_data(server, tmp_path, monkeypatch):
    # Below a regular file nobody can make a folder, not even an administrator.
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    found = fetch.find(dataset(server.url("/a", whole())))
    assert (found.contents, found.source) == ((GOOD,), "download")
    assert "could not be kept" in " ".join(found.notes)


def test_a_read_only_cache_costs_the_cache_but_not_the_data(server, monkeypatch):
    def refused(path, mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(fetch, "open", refused, raising=False)
    found = fetch.find(dataset(server.url("/a", whole())))
    assert (found.contents, found.source) == ((GOOD,), "download")
    assert os.strerror(errno.EACCES) in " ".join(found.notes)
    assert cache_files() == []


# --- Good files and wrong files


def test_a_wrong_file_in_the_cache_is_reported_and_survives_the_download(server):
    wrong = put(settings.cache_dir(), GOOD[:500])
    found = fetch.find(dataset(server.url("/a", whole())))
    assert found.source == "download"
    assert str(wrong) in " ".join(found.notes)
    assert wrong.read_bytes() == GOOD
    assert sorted(path.read_bytes() for path in wrong.parent.iterdir()) == sorted([GOOD, GOOD[:500]])


def test_a_wrong_file_in_the_cache_stays_when_the_download_fails(server):
    wrong = put(settings.cache_dir(), GOOD[:500])
    assert fetch.find(dataset(server.url("/a", code(404)))).source == "stand-in"
    assert wrong.read_bytes() == GOOD[:500]
    assert cache_files() == ["good.txt"]


def test_a_good_file_is_not_written_again(tmp_path):
    target = put(tmp_path, GOOD)
    before = target.stat().st_mtime_ns
    fetch.keep(target, GOOD + b"more", lambda old: old == GOOD)
    assert target.read_bytes() == GOOD
    assert target.stat().st_mtime_ns == before
    assert list(target.parent.iterdir()) == [target]


def test_course_data_dir_comes_first_and_is_never_written_to(server, tmp_path, monkeypatch):
    path = put(tmp_path / "real data", GOOD)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "real data"))
    assert fetch.find(dataset(server.url("/a", whole()))).source == "COURSE_DATA_DIR"
    assert server.requests == []
    path.write_bytes(b"wrong")
    found = fetch.find(dataset(server.url("/a", whole())))
    assert found.source == "download"
    assert str(path) in found.notes[0]
    assert path.read_bytes() == b"wrong"
    assert fetch.find(dataset(server.url("/a", whole()))).source == "cache"


def test_a_folder_in_the_place_of_a_file_and_a_missing_data_folder_are_passed_over(server, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nowhere"))
    (settings.cache_dir() / "good" / "good.txt").mkdir(parents=True)
    found = fetch.find(dataset(server.url("/a", whole())))
    assert (found.contents, found.source) == ((GOOD,), "download")
    assert "cannot be read" in found.notes[0]


def test_another_edition_is_accepted_with_its_figures_if_it_is_plausible(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    newer = GOOD + "Ä new line.\n".encode()
    put(tmp_path, newer)
    found = fetch.find(dataset("http://unused.invalid/", plausible=with_phrases("good file")))
    assert (found.contents, found.source) == ((newer,), "COURSE_DATA_DIR")
    text = newer.decode()
    for figure in (f"{len(text):,} characters", f"{len(set(text))} distinct"):
        assert figure in found.edition and figure in found.notes[0]


@pytest.mark.parametrize(
    ("content", "plausible", "said"),
    [
        (GOOD + b"\n", None, "not a known edition"),
        (GOOD[: len(GOOD) // 2], with_phrases("good file"), "half a file"),
        (GOOD + b"\xff", with_phrases("good file"), "not UTF-8"),
        (GOOD.upper() + b"\n", with_phrases("good file"), "without 'good file'"),
    ],
)
def test_a_file_that_is_not_plausible_is_not_used_and_stays(tmp_path, monkeypatch, content, plausible, said):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    path = put(tmp_path, content)
    found = fetch.find(dataset("http://unused.invalid/", plausible=plausible))
    assert found.source == "stand-in"
    assert said in found.notes[0]
    assert path.read_bytes() == content


def two_files(url: str) -> Dataset:
    first, second = dataset(url, "one"), dataset(url, "two")
    return Dataset("both", "Both", first.files + second.files, "an invention")


def test_real_and_invented_data_are_never_mixed(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    both = two_files("http://unused.invalid/")
    put(tmp_path, GOOD, "one")
    assert fetch.find(both).contents == ()
    assert fetch.at_hand(both) == fetch.status(both).source == "stand-in"
    put(settings.cache_dir(), GOOD, "two")
    found = fetch.find(both)
    assert (found.contents, found.source) == ((GOOD, GOOD), "cache")
    assert fetch.at_hand(both) == fetch.status(both).source == "cache"


# --- Two notebooks at once

NOTEBOOK = """
import sys
from hashlib import sha256
from course_utils import fetch
from course_utils.fetch import DataFile, Dataset, Edition
url, size, digest = sys.argv[1], int(sys.argv[2]), sys.argv[3]
wanted = Dataset("good", "Good", (DataFile(url, (Edition("good/good.txt", size, digest, "good"),)),), "none")
found = fetch.find(wanted)
print(found.source, sha256(b"".join(found.contents)).hexdigest(), found.notes)
"""


def test_two_notebooks_that_fetch_at_once_both_get_the_whole_file(server):
    url, digest = server.url("/a", in_pieces(1.5)), sha256(GOOD).hexdigest()
    command = [sys.executable, "-c", NOTEBOOK, url, str(len(GOOD)), digest]
    environment = os.environ | {"PYTHONPATH": str(settings.repository()), "PYTHONIOENCODING": "utf-8"}
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
        for _ in range(2)
    ]
    for process in processes:
        last = process.communicate(timeout=60)[0].strip().splitlines()[-1]
        assert process.returncode == 0
        assert last.split()[0] in ("download", "cache")
        assert last.endswith(f"{digest} ()")
    assert cache_files() == ["good.txt"]
    assert (settings.cache_dir() / "good" / "good.txt").read_bytes() == GOOD
    assert len(server.requests) <= 2


# --- Archives


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return stream.getvalue()


def archived(url: str) -> Dataset:
    files = two_files(url).files
    return Dataset(
        "both",
        "Both",
        tuple(
            dataclasses.replace(file, member=f"in/{name}.txt", terms="in/README")
            for file, name in zip(files, ("one", "two"), strict=True)
        ),
        "an invention",
    )


MEMBERS = {"in/one.txt": GOOD, "in/two.txt": GOOD, "in/README": b"terms"}


def test_the_members_of_an_archive_are_fetched_once_and_kept_with_their_terms(server):
    wanted = archived(server.url("/a.zip", whole(archive(**MEMBERS))))
    assert fetch.find(wanted).source == "download"
    assert fetch.find(wanted).source == "cache"
    assert server.requests == ["/a.zip"]
    assert cache_files() == ["README", "README", "one.txt", "two.txt"]


@pytest.mark.parametrize("outside", ["../evil.txt", "in/../../evil.txt", "/evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_an_archive_with_a_member_that_points_outside_is_refused(server, tmp_path, outside):
    before = sorted(tmp_path.rglob("*"))
    wanted = archived(server.url("/a.zip", whole(archive(**MEMBERS, **{outside: b"evil"}))))
    found = fetch.find(wanted)
    assert found.source == "stand-in"
    assert "points outside" in " ".join(found.notes)
    assert sorted(tmp_path.rglob("*")) == before
    assert fetch.find(wanted).source == "stand-in"
    assert server.requests == ["/a.zip"]


DAMAGED = bytearray(archive(**MEMBERS))
DAMAGED[60] ^= 0xFF


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(**MEMBERS)[:-200], "not a whole zip archive"),
        (b"<html></html>", "not a whole zip archive"),
        (bytes(DAMAGED), "not a whole zip archive"),
        (archive(**{"in/one.txt": GOOD}), "in/README"),
        (archive(**MEMBERS | {"in/two.txt": b"wrong"}), "sent something else"),
    ],
)
def test_a_damaged_archive_is_refused(server, content, said):
    found = fetch.find(archived(server.url("/a.zip", whole(content))))
    assert (found.source, found.contents) == ("stand-in", ())
    assert said in " ".join(found.notes)


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 1_000_000)
    with pytest.raises(download.DownloadError, match="1,000,000"):
        download.unpack(archive(bomb=bytes(2_000_000)), ["bomb"])


# --- Saying what there is, without fetching


def test_status_and_at_hand_fetch_nothing(server, tmp_path, monkeypatch):
    wanted = dataset(server.url("/a", whole()), plausible=with_phrases("good file"))
    state = fetch.status(wanted)
    assert (state.source, state.path, state.checksum_holds) == ("download", None, None)
    assert wanted.files[0].url in state.message
    assert fetch.at_hand(wanted) == "download"
    path = put(settings.cache_dir(), GOOD)
    state = fetch.status(wanted)
    assert (state.source, state.path, state.checksum_holds) == ("cache", path, True)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "real"))
    other = put(tmp_path / "real", GOOD + b"\n")
    state = fetch.status(wanted)
    assert (state.source, state.path, state.checksum_holds) == ("COURSE_DATA_DIR", other, False)
    assert fetch.at_hand(wanted) == "COURSE_DATA_DIR"
    other.write_bytes(GOOD[:100])
    state = fetch.status(wanted)
    assert (state.source, state.path, state.checksum_holds) == ("cache", path, True)
    assert str(other) in state.message
    assert fetch.at_hand(wanted) == "cache"
    assert server.requests == []


def test_at_hand_reads_no_file(monkeypatch):
    put(settings.cache_dir(), GOOD)

    def forbidden(path):
        raise AssertionError(f"read {path}")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert fetch.at_hand(dataset("http://unused.invalid/")) == "cache"


# --- The table of datasets


def test_every_dataset_has_a_checksum_and_an_address_over_https():
    for name, one in DATASETS.items():
        assert one.name == name
        for file in one.files:
            assert file.url.startswith("https://")
            for edition in file.editions:
                assert len(edition.sha256) == 64 and set(edition.sha256) <= set("0123456789abcdef")
                assert edition.size > 0
                assert not Path(edition.path).is_absolute() and ".." not in edition.path


def test_the_cache_is_where_pooch_puts_it_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    import pooch

    assert settings.cache_dir() == tmp_path / "caché folder"
    monkeypatch.delenv("COURSE_CACHE_DIR")
    assert settings.cache_dir() == Path(pooch.os_cache("recurrent-networks-course"))
