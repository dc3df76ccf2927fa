"""Downloads of data sets that are under way, each in a thread of its own."""

import logging
import threading
from dataclasses import dataclass, field

from kernelscope.datasets.downloads.downloadable import Downloadable
from kernelscope.impossible import Impossible

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds for which the server, when it stops, waits for a download to stop. What has come is on the disk anyway."""


class _Stopped(Exception):
    """Somebody has stopped it."""


@dataclass
class _Download:
    bytes: int
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Downloads:
    """Begins, stops and remembers downloads; there is one at a time of each data set.

    One that has been stopped ends as soon as its mirror sends something; begun again before, it goes on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, _Download] = {}
        self._failures: dict[str, Impossible] = {}

    def begin(self, data: Downloadable) -> None:
        """Begin to download a data set, unless it is here, or on its way."""
        name = data.INFO.name
        with self._lock:
            self._failures.pop(name, None)
            if download := self._running.get(name):
                download.stop.clear()
                return
            if data.is_here:
                return
            download = _Download(data.came)
            # As a daemon it doesn't keep the program from ending while a mirror is silent.
            thread = threading.Thread(target=self._run, args=(data, download), name=f"download-{name}", daemon=True)
            download.thread = thread
            thread.start()
            self._running[name] = download

    def stop(self, name: str) -> None:
        """Stop a download, if it is under way, and forget why it failed. What has come stays, to be continued."""
        with self._lock:
            self._failures.pop(name, None)
            if download := self._running.get(name):
                download.stop.set()

    def progress(self, name: str) -> int | None:
        """The bytes that a download has come to; None: it is not under way."""
        download = self._running.get(name)
        return download.bytes if download and not download.stop.is_set() else None

    def failure(self, name: str) -> Impossible | None:
        """Why the last download of a data set has failed; None: it has not, or another one has been begun."""
        return self._failures.get(name)

    def close(self) -> None:
        """Stop all."""
        with self._lock:
            running = [*self._running.values()]
            for download in running:
                download.stop.set()
        for download in running:
            if download.thread:
                download.thread.join(PATIENCE)

    def _run(self, data: Downloadable, download: _Download) -> None:
        name, under_way = data.INFO.name, True
        while under_way:
            failure = _get(data, download)
            with self._lock:
                under_way = isinstance(failure, _Stopped) and not download.stop.is_set()  # it was begun again meanwhile
                if not under_way:
                    if isinstance(failure, Impossible):
                        self._failures[name] = failure
                    del self._running[name]


def _get(data: Downloadable, download: _Download) -> _Stopped | Impossible | None:
    """Download a data set; return what has ended it before it was here, if anything has."""
    from kernelscope.datasets.downloads.download import download as get  # with urllib, which takes time to import

    name = data.INFO.name

    def report(done: int) -> None:
        if download.stop.is_set():
            raise _Stopped
        download.bytes = done

    try:
        folder = get(data, report)
    except _Stopped as stopped:
        log.info("data set %s: stopped after %d bytes", name, download.bytes)
        return stopped
    except Impossible as error:
        log.warning("data set %s: %s", name, error)
        return error
    except Exception as error:
        log.exception("data set %s: the download has failed", name)
        reason = type(error).__name__  # the rest, which may have paths in it, is for the log
        return Impossible("download_content", f"{name} cannot be unpacked: {reason}", reason=reason)
    log.info("data set %s: %s", name, f"taken over from {folder}" if folder else "downloaded")
    return None
