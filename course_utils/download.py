"""Downloads: a URL becomes bytes in memory, whole or not at all; an archive becomes its wanted members.

Whether there is a network is found out in seconds and remembered, so that a student on a train does not wait
for one dataset after the other.
"""

from __future__ import annotations

import io
import re
import socket
import sys
import threading
import time
import zipfile
import zlib
from urllib.parse import urlsplit

ATTEMPTS = 3  # at a download that had begun and broke off
PAUSE = 1.0  # seconds before the second attempt; twice that before the third
CONNECT_SECONDS = 3.0  # for a server to accept the connection
SILENCE_SECONDS = 5.0  # for a connected server to send the next bytes
PATIENCE = 4.0  # seconds that this process spends in all on servers that do not answer
SLOW_AFTER, SLOWEST = 20.0, 2_000  # seconds; bytes a second below which a download is given up
LARGEST = 300_000_000  # bytes; no dataset of the course comes near it
HEADERS = {"User-Agent": "recurrent-networks-course (pooch)"}

_refused: dict[str, str] = {}  # a URL or a host -> why this process does not ask it again
_lost = 0.0  # seconds already spent on servers that did not answer


class DownloadError(RuntimeError):
    """A file could not be downloaded or unpacked; the message is the reason."""


def refuse(key: str, reason: str) -> DownloadError:
    """Remember that a URL or a host is of no use to this process, and return the error that says so."""
    _refused[key] = reason
    return DownloadError(reason)


def forget_failures() -> None:
    """Ask again where a download failed, as a restart of the kernel does."""
    global _lost
    _refused.clear()
    _lost = 0.0


def unpack(archive: bytes, members: list[str]) -> dict[str, bytes]:
    """Return the named members of a zip archive. Nothing is written, and no name in the archive is followed.

    Raises
    ------
    DownloadError
        If it is no whole zip archive, lacks a member, or has a member that points outside: such an archive
        was not made by the people it should come from.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for name in opened.namelist():
                if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
                    raise DownloadError(f"the archive is refused: its member {name!r} points outside.")
            if sum(opened.getinfo(name).file_size for name in members) > LARGEST:
                raise DownloadError(f"the archive is refused: unpacked it exceeds {LARGEST:,} bytes.")
            return {name: opened.read(name) for name in members}
    except KeyError as error:
        raise DownloadError(f"the archive lacks what was expected: {error.args[0]}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DownloadError(f"what came is not a whole zip archive ({error}).") from error


def fetch(url: str) -> bytes:
    """Download a URL whole, with a progress line on stdout, and try again if it breaks off on the way.

    Whatever fails is not asked for again by this process.

    Raises
    ------
    DownloadError
        If it could not be had; the message says why and what to do.
    """
    import pooch
    import requests

    global _lost
    host = urlsplit(url).hostname or ""
    for key in (url, host):
        if key in _refused:
            raise DownloadError(_refused[key])
    _connect(url, host)
    for attempt in range(ATTEMPTS):
        time.sleep(attempt * PAUSE)
        progress = Progress(url.rsplit("/", 1)[-1])
        downloader = pooch.HTTPDownloader(progress, timeout=(CONNECT_SECONDS, SILENCE_SECONDS), headers=HEADERS)
        stream, began = io.BytesIO(), time.monotonic()
        try:
            downloader(url, stream, None)
            return stream.getvalue()
        except requests.HTTPError as error:
            reason = f"{url} answered {error.response.status_code} {error.response.reason}."
            if error.response.status_code < 500:
                break
        except DownloadError as error:
            reason = f"{url}: {error}"
            break
        except requests.RequestException as error:
            reason = f"{url} broke off after {stream.tell():,} bytes ({_root(error)})."
            if progress.total is None:  # the server took the connection and then said nothing
                _lost += time.monotonic() - began
                raise refuse(host, f"{host} does not answer ({_root(error)}).") from error
        finally:
            progress.close()
    raise refuse(url, f"{reason} Restart the kernel to try again.")


def _connect(url: str, host: str) -> None:
    """Find out in a few seconds whether there is a way to the host, or to the proxy on the way there."""
    import requests

    global _lost
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    hop = urlsplit(requests.utils.prepend_scheme_if_needed(proxy, "http") if proxy else url)
    address = (hop.hostname, hop.port or (443 if hop.scheme == "https" else 80))
    seconds = min(CONNECT_SECONDS, PATIENCE - _lost)
    outcome: list[str] = []

    def attempt() -> None:
        try:
            # Half of the time for each address: IPv6 often leads nowhere where IPv4 works.
            socket.create_connection(address, timeout=seconds / 2).close()
            outcome.append("")
        except (OSError, UnicodeError) as error:  # the second for a name that cannot be a host
            outcome.append(str(error))

    began = time.monotonic()
    if seconds > 0:
        # A thread, since looking up a name knows no time limit.
        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(seconds)
    problem = outcome[0] if outcome else "no answer"
    if problem:
        _lost += time.monotonic() - began
        raise refuse(
            host,
            f"{address[0]} cannot be reached ({problem}). If this computer should be online, connect it and "
            "restart the kernel; otherwise set COURSE_OFFLINE=1 to skip the attempt.",
        )


def _root(error: BaseException) -> str:
    """Return the innermost reason of a chain of exceptions, whose outer ones only wrap it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return str(error) or type(error).__name__


class Progress:
    """What pooch asks of a progress bar: a line on stdout in a few steps, and an end to hopeless downloads.

    ``total`` is set by pooch when the server has answered, 0 if the size is not known.
    """

    def __init__(self, label: str):
        self.label = label
        self.total: int | None = None
        self.bar = None
        self.reset()

    def reset(self) -> None:
        """Start counting again; pooch does so before it reports the end."""
        self.received, self.began = 0, time.monotonic()

    def update(self, amount: int) -> None:
        from tqdm import tqdm

        if self.bar is None:
            # A saved notebook keeps every state of the line, so there are about five, and none in pink.
            self.bar = tqdm(
                desc=self.label,
                total=self.total or None,
                unit="B",
                unit_scale=True,
                ncols=79,
                file=sys.stdout,
                miniters=max((self.total or 0) // 4, 1 << 20),
                maxinterval=float("inf"),
            )
        self.received += amount
        shown = min(self.received, self.total or self.received)  # pooch counts the last piece as a full one
        self.bar.update(max(0, shown - self.bar.n))
        seconds = time.monotonic() - self.began
        if seconds > SLOW_AFTER and self.received < SLOWEST * seconds:
            raise DownloadError(f"too slow, {self.received:,} bytes in {seconds:.0f} s.")
        if self.received > LARGEST:
            raise DownloadError(f"more than {LARGEST:,} bytes, which cannot be this file.")

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
