"""The download of one file: from several mirrors, continued where it stopped, no longer than it may be, verified."""

import errno
import http.client
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from kernelscope import __version__
from kernelscope.datasets.downloads.downloadable import MEGABYTE, File
from kernelscope.datasets.downloads.places import sha256
from kernelscope.impossible import Impossible

CHUNK = 2**16
PATIENCE = 30.0
"""Seconds after which a mirror that sends nothing is given up."""
ATTEMPTS = 10
"""The most connections to one mirror for one file."""
HANDLERS = (
    ProxyHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPRedirectHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    UnknownHandler,
)
"""Those of urllib for HTTP, without those for local files and FTP, to which a mirror could redirect."""

Report = Callable[[int], None]
"""Called with the bytes that are here so far; whatever it raises ends the download, and what came stays."""


class DownloadError(Impossible):
    """A download has failed. `code` says why; what has come so far is kept unless it is wrong."""


class _Ended(Exception):
    """A mirror has ended the connection before the file was complete."""


def fetch(file: File, mirrors: Sequence[str], folder: Path, report: Report) -> Path:
    """Download a file to a folder, unless it is there, and return its path.

    Until it is complete and verified its name ends in ``.part``. A later call continues such a part, also from another
    mirror: what counts is the checksum of the whole.

    Args:
        file: its name, size and checksum.
        mirrors: addresses to which the name is added; tried in turn.
        folder: where it is kept.
        report: is told of the progress.

    Raises:
        DownloadError: no mirror has it, or it cannot be written.
    """
    path, part = folder / file.name, folder / f"{file.name}.part"
    if path.is_file() and path.stat().st_size == file.bytes and sha256(path) == file.sha256:
        report(file.bytes)
        return path
    failures: list[DownloadError] = []
    for mirror in mirrors:
        try:
            _complete(file, mirror + file.name, part, report)
            with writing(path):
                part.replace(path)
            return path
        except DownloadError as error:
            if error.code in LOCAL:
                raise
            failures.append(error)
    # A mirror that answers something else says more than one that cannot be reached.
    raise next((error for error in failures if error.code != "download_unreachable"), failures[-1])


LOCAL = ("download_full", "download_denied", "download_unwritable")
"""Codes of failures that no other mirror would mend."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say what an error of the file system means.

    Raises:
        DownloadError: the block has raised an `OSError`.
    """
    try:
        yield
    except OSError as error:
        where = str(path.parent)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DownloadError("download_full", f"the disk of {where} is full", folder=where) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise DownloadError(
                "download_denied", f"there is no permission to write in {where}", folder=where
            ) from error
        reason = error.strerror or str(error)
        message = f"{where} cannot be written: {reason}"
        raise DownloadError("download_unwritable", message, folder=where, reason=reason) from error


def _complete(file: File, address: str, part: Path, report: Report) -> None:
    """Complete a part from one mirror, and verify it."""
    for attempt in range(ATTEMPTS):
        begun = _size(part)
        if begun < file.bytes:
            try:
                _continue(file, address, part, begun, report)
            except _Ended:
                if _size(part) > begun and attempt + 1 < ATTEMPTS:
                    continue
                raise _cut(file, address, _size(part)) from None
        got = sha256(part) if _size(part) == file.bytes else ""
        if got == file.sha256:
            return
        with writing(part):
            part.unlink(missing_ok=True)
        if not begun:
            message = f"expected {file.name} with the SHA-256 {file.sha256}, got {got} from {address}"
            raise DownloadError("download_checksum", message, file=file.name, expected=file.sha256, got=got)
        # The beginning may have come from another version of the file: once more from there.
    raise _cut(file, address, _size(part))


def _continue(file: File, address: str, part: Path, begun: int, report: Report) -> None:
    """Ask for what is missing, and write what comes."""
    headers = {"User-Agent": f"kernelscope/{__version__}", "Accept-Encoding": "identity"}
    if begun:
        headers["Range"] = f"bytes={begun}-"
    try:
        with _opener().open(Request(address, headers=headers), timeout=PATIENCE) as answer:
            continues = answer.status == 206 and _begins(answer.headers.get("Content-Range", ""), begun, file, address)
            length = answer.headers.get("Content-Length", "")
            coming = (begun if continues else 0) + int(length) if length.isdecimal() else file.bytes
            if coming != file.bytes:
                raise _of_other_size(file, address, coming)
            _write(file, address, part, begun if continues else 0, answer, report)
    except HTTPError as error:
        error.close()
        if error.code == 416 and begun:  # there is nothing from there on, so the part is none of this file
            with writing(part):
                part.unlink()
            return
        host = _host(address)
        message = f"{address} answers {error.code} {error.reason}"
        raise DownloadError("download_refused", message, host=host, status=error.code) from error
    except URLError as error:
        raise _unreachable(address, str(error.reason)) from error
    except DownloadError:
        raise
    # Those of the file system are a `DownloadError` by now; a `ValueError` is of an address or a number that it sent.
    except (OSError, ValueError, http.client.HTTPException) as error:
        if _size(part) > begun:
            raise _Ended from error
        raise _unreachable(address, str(error) or type(error).__name__) from error
    if _size(part) < file.bytes:
        raise _Ended


def _write(file: File, address: str, part: Path, begun: int, answer: http.client.HTTPResponse, report: Report) -> None:
    with writing(part):
        out = open(part, "ab" if begun else "wb", buffering=0)  # noqa: SIM115
    with out:
        done = begun
        while chunk := answer.read1(CHUNK):
            if (done := done + len(chunk)) > file.bytes:
                with writing(part):
                    part.unlink()
                raise _of_other_size(file, address, done)
            with writing(part):
                out.write(chunk)
            report(done)
        with writing(part):
            os.fsync(out.fileno())


def _begins(said: str, begun: int, file: File, address: str) -> bool:
    """Tell whether an answer's ``Content-Range`` begins where the part ends."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", said.strip())
    if not found or int(found[1]) != begun:
        raise DownloadError(
            "download_refused", f"{address} answers with another range: {said!r}", host=_host(address), status=206
        )
    if found[2] not in ("*", str(file.bytes)):
        raise _of_other_size(file, address, int(found[2]))
    return True


def _opener() -> OpenerDirector:
    opener = OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    return opener


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _host(address: str) -> str:
    return urlsplit(address).hostname or address


def _unreachable(address: str, reason: str) -> DownloadError:
    message = f"{_host(address)} cannot be reached ({reason}): is this computer connected to the internet?"
    return DownloadError("download_unreachable", message, host=_host(address), reason=reason)


def _of_other_size(file: File, address: str, got: int) -> DownloadError:
    message = f"expected {file.name} of {file.bytes:,} bytes, got {got:,} from {address}"
    return DownloadError("download_size", message, file=file.name, host=_host(address), expected=file.bytes, got=got)


def _cut(file: File, address: str, got: int) -> DownloadError:
    message = f"{_host(address)} ended the connection after {got:,} of {file.bytes:,} bytes of {file.name}"
    return DownloadError("download_cut", message, file=file.name, host=_host(address), expected=file.bytes, got=got)


def megabytes(count: int) -> str:
    """Format a number of bytes for people, such as ``11.6``."""
    return f"{count / MEGABYTE:,.1f}"
