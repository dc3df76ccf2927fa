"""The download of a data set: from this computer if it has it, else from the mirrors; it appears once it is whole."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from kernelscope.datasets import kept
from kernelscope.datasets.downloads.downloadable import ARRAYS, Downloadable
from kernelscope.datasets.downloads.fetching import DownloadError, Report, fetch, megabytes, writing
from kernelscope.datasets.downloads.places import Reader, find
from kernelscope.datasets.downloads.unpacking import Piece, UnpackingError, pieces, reason_of
from kernelscope.locking import lock


def download(data: Downloadable, report: Report = lambda done: None) -> Path | None:
    """Get a data set, unless it is here.

    Args:
        data: the data set.
        report: is told the bytes of the download that have come; whatever it raises ends the download, and a later one
            continues it.

    Returns:
        The folder of another program in which it was found; None: it was downloaded, or is here already.

    Raises:
        DownloadError: it cannot be had now, or it cannot be written.
    """
    with writing(data.arriving):
        data.arriving.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        if data.is_here:
            return None
        if found := find(data):
            folder, readers = found
        else:
            folder, readers = None, _fetched(data, report)
        report(data.size)
        _unpack(data, readers)
    shutil.rmtree(data.arriving, ignore_errors=True)
    return folder


@contextmanager
def _alone(data: Downloadable) -> Iterator[None]:
    """Hold a data set's place, so that no other process downloads it at the same time."""
    path = data.arriving / "lock"
    with writing(path):
        file = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        try:
            lock(file)
        except OSError as error:
            message = f"another program on this computer is downloading {data.INFO.name} already"
            raise DownloadError("download_taken", message) from error
        yield
    finally:
        os.close(file)


def _fetched(data: Downloadable, report: Report) -> list[Reader]:
    need = data.size - data.came + data.unpacked
    free = shutil.disk_usage(data.arriving).free
    if free < need:
        where = str(kept.directory())
        message = f"expected {megabytes(need)} MB free on the disk of {where}, got {megabytes(free)} MB"
        raise DownloadError("download_room", message, folder=where, need=megabytes(need), got=megabytes(free))
    readers: list[Reader] = []
    before = 0
    for original in data.originals:
        path = fetch(original, data.mirrors, data.arriving, _after(before, report))
        readers.append(lambda original=original, path=path: pieces(original, path))  # type: ignore[misc]
        before += original.bytes
    return readers


def _after(before: int, report: Report) -> Report:
    return lambda done: report(before + done)


def _unpack(data: Downloadable, readers: Sequence[Callable[[], Iterator[Piece]]]) -> None:
    """Write the arrays into a folder of their own, which gets its name once it is complete."""
    made = data.arriving / "made"
    with writing(made):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
    left = {name: int(np.prod(data.shape(name))) for name in ARRAYS}
    try:
        for reader in readers:
            for piece in reader():
                left[piece.array] -= piece.elements.size
                _write(data, made, piece)
        if any(left.values()):
            raise UnpackingError(f"expected arrays that are complete, got {left} bytes too few")
    except (OSError, ValueError) as error:
        shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, DownloadError):
            raise
        reason = reason_of(error)
        message = f"{data.INFO.name} cannot be unpacked: {reason}"
        raise DownloadError("download_content", message, reason=reason) from error
    with writing(made):
        for name in ARRAYS:
            _sync(made / f"{name}.npy")
        _sync(made)
        made.rename(data.folder)
        _sync(data.folder.parent)


def _write(data: Downloadable, made: Path, piece: Piece) -> None:
    path, shape = made / f"{piece.array}.npy", data.shape(piece.array)
    if piece.elements.dtype != np.uint8:
        raise UnpackingError(f"expected bytes for {piece.array}, got {piece.elements.dtype}")
    with writing(path), open(path, "r+b" if path.exists() else "w+b") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        file.seek(piece.first * int(np.prod(shape[1:])), os.SEEK_CUR)
        file.write(np.ascontiguousarray(piece.elements).data)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows can't open folders
        return
    file = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
