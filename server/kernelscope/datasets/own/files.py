"""Files in a folder or a zip: found without following a link, and read with a bound on what is read."""

import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

MOST_FILES = 200_000
MOST_BYTES = 2**26
"""Of one file, unpacked."""
MOST_UNPACKED = 2**34
"""Bytes of all files of a zip together, unpacked."""
MOST_DIRECTORY = 2**27
"""Bytes of a zip's own list of its files, all of which is read at once."""
_AT_ONCE = 2**20
_END = b"PK\x05\x06"
_END_SIZE = 22
BROKEN = (BadZipFile, LargeZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, RuntimeError)
"""What Python's `zipfile` raises for a damaged file, or one that is packed in a way that it can't read."""


class Unusable(Exception):
    """Raised for a file that is left out. The message says why."""


class Unreadable(Exception):
    """Raised where there is nothing that could become a data set. The message says what was expected."""


class Left(NamedTuple):
    """A file that is left out, and why."""

    name: str
    reason: str


class Files:
    """The files of a folder or a zip.

    Attributes:
        names: their paths, with ``/``; those of folders end with one.
        left: what is no file that could be read.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.left: list[Left] = []

    def read(self, name: str) -> bytes:
        """Read one file.

        Raises:
            Unusable: it is too large, or cannot be read.
        """
        raise NotImplementedError

    def _add(self, name: str) -> None:
        if len(self.names) >= MOST_FILES:
            raise Unreadable(f"expected at most {MOST_FILES:,} files, got more: leave some out")
        self.names.append(name)


class Folder(Files):
    """The files of a folder."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root
        for directory, folders, files in os.walk(root):
            place = Path(directory)
            for name in sorted(folders):
                if (place / name).is_symlink():
                    self.left.append(Left(self._name(place / name), "a link, which is not followed"))
                else:
                    self._add(self._name(place / name) + "/")
            folders[:] = sorted(name for name in folders if not (place / name).is_symlink())
            for name in sorted(files):
                path = place / name
                if path.is_symlink():
                    self.left.append(Left(self._name(path), "a link, which is not followed"))
                elif not path.is_file():
                    self.left.append(Left(self._name(path), "not a file"))
                else:
                    self._add(self._name(path))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def read(self, name: str) -> bytes:
        """Read one file."""
        try:
            with open(self._root / name, "rb") as file:
                return _read(file)
        except OSError as error:
            raise Unusable(f"cannot be read ({error.strerror})") from error


class Zip(Files):
    """The files of a zip, which are unpacked in memory one at a time: nothing is written."""

    def __init__(self, archive: ZipFile) -> None:
        super().__init__()
        self._archive = archive
        self._infos: dict[str, ZipInfo] = {}
        self._unpacked = 0
        for info in archive.infolist():
            name = info.filename.replace("\\", "/")
            if stat.S_ISLNK(info.external_attr >> 16):
                self.left.append(Left(name, "a link, which is not followed"))
            elif name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
                self.left.append(Left(name, "its path leads out of the zip"))
            elif name in self._infos:
                self.left.append(Left(name, "another file has the same name"))
            else:
                self._infos[name] = info
                self._add(name)

    def read(self, name: str) -> bytes:
        """Unpack one file."""
        try:
            with self._archive.open(self._infos[name]) as file:
                content = _read(file)
        except NotImplementedError as error:
            raise Unusable("compressed in a way that cannot be read here") from error
        except BROKEN as error:
            raise Unusable("encrypted" if "encrypted" in str(error) else f"damaged ({error})") from error
        self._unpacked += len(content)
        if self._unpacked > MOST_UNPACKED:
            raise Unreadable(f"expected at most {MOST_UNPACKED / 2**30:g} GiB in a zip, got more: leave files out")
        return content


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Open a zip, whatever its name.

    Raises:
        Unreadable: it is none, or damaged.
    """
    try:
        _require_short(path)
        archive = ZipFile(path)
    except (*BROKEN, NotImplementedError) as error:
        raise Unreadable(f"{path.name}: expected a zip, got a file that is none or damaged ({error})") from error
    with archive:
        yield archive


def _require_short(path: Path) -> None:
    """Check the list of files before Python reads all of it."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END_SIZE - 2**16))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        return  # it will be refused
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if length == 2**32 - 1:  # it is in the larger record before, and at most what lies before that
        length = min(size, MOST_DIRECTORY + 1)
    if length > MOST_DIRECTORY:
        raise Unreadable(f"{path.name}: expected at most {MOST_FILES:,} files, got a list of {length:,} bytes")


def _read(file: IO[bytes]) -> bytes:
    """Read a file to its end, whatever it says of its size."""
    parts, size = [], 0
    while part := file.read(_AT_ONCE):
        size += len(part)
        if size > MOST_BYTES:
            raise Unusable(f"larger than {MOST_BYTES / 2**20:g} MiB")
        parts.append(part)
    return b"".join(parts)
