"""Where other programs keep the originals of data sets on this computer, and whether they are the same to the byte.

Looked through are, in this order, ``~/.keras/datasets`` (or that of ``KERAS_HOME``), ``data`` in the working directory
and in the home directory, where torchvision's examples have them, and ``/usr/share/datasets``, Debian's.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kernelscope.datasets.downloads.downloadable import Downloadable, File, Original
from kernelscope.datasets.downloads.unpacking import Piece, UnpackingError, pieces, pieces_of, unzipped

Reader = Callable[[], Iterator[Piece]]


def usual_places() -> list[Path]:
    """The folders that programs of this computer keep data sets in; not all of them need exist."""
    found = [Path("data"), Path("/usr/share/datasets")]
    with suppress(RuntimeError):  # this user has no home directory
        found.insert(1, Path.home() / "data")
        found.insert(0, Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets")
    return found


def glimpse(data: Downloadable) -> Path | None:
    """Find the folder that seems to have a data set's originals, by names and sizes alone; None: there is none."""
    for folder, originals in _candidates(data):
        if all(_seems_to_be_in(original, folder) for original in originals):
            return folder
    return None


def find(data: Downloadable) -> tuple[Path, list[Reader]] | None:
    """Find the folder that has a data set's originals, verified by their checksums, and what reads them."""
    for folder, originals in _candidates(data):
        readers = [_reader(original, folder) for original in originals]
        if all(readers):
            return folder, [reader for reader in readers if reader]
    return None


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _candidates(data: Downloadable) -> Iterable[tuple[Path, tuple[Original, ...]]]:
    for place in usual_places():
        for name in ("", *data.folders):
            for originals in (data.originals, *data.others):
                yield place / name, originals


def _seems_to_be_in(original: Original, folder: Path) -> bool:
    packed = folder / original.name
    return (
        _has_size(original, packed) or (_is_repackable(original) and _is_file(packed)) or _are_there(original, folder)
    )


def _reader(original: Original, folder: Path) -> Reader | None:
    packed = folder / original.name
    with suppress(OSError, UnpackingError):
        if _has_size(original, packed) and sha256(packed) == original.sha256:
            return lambda: pieces(original, packed)
        if _are_there(original, folder) and all(
            sha256(folder / each.name) == each.sha256 for each in original.contents
        ):
            return lambda: _unpacked(original, folder)
        if _is_repackable(original) and _is_file(packed):  # by other people, as by Debian's
            (content,) = original.contents
            found = unzipped(content, packed)
            if hashlib.sha256(found).hexdigest() == content.sha256:
                return lambda: pieces_of(original, content.name, found)
    return None


def _unpacked(original: Original, folder: Path) -> Iterator[Piece]:
    for content in original.contents:
        yield from pieces_of(original, content.name, (folder / content.name).read_bytes())


def _are_there(original: Original, folder: Path) -> bool:
    known = [content for content in original.contents if content.sha256 and _has_size(content, folder / content.name)]
    return bool(known) and len(known) == len(original.contents)


def _is_repackable(original: Original) -> bool:
    return len(original.contents) == 1 and bool(original.contents[0].sha256)


def _has_size(file: File, path: Path) -> bool:
    with suppress(OSError):
        return _is_file(path) and path.stat().st_size == file.bytes
    return False


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # unlike `Path.is_file`, it is not surprised by somebody else's folder
