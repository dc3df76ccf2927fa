"""The arrays in a data set's files, of which nothing but the named parts is read, and no byte more than expected."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.downloads.downloadable import File, Original
from kernelscope.datasets.idx import parse_idx

IDX = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}
"""The array that each of MNIST's files has."""
KERAS = {"x_train": "train_images", "y_train": "train_labels", "x_test": "test_images", "y_test": "test_labels"}
"""The same by Keras's names in ``mnist.npz``."""
RECORD = 1 + 3 * 32 * 32
"""The bytes of an image in CIFAR-10's binary version: its label, then its pixels ``[channel, row, col]``."""


class Piece(NamedTuple):
    """A part of an array, from its first element or a later one on."""

    array: str
    elements: NDArray[np.uint8]
    first: int = 0


class UnpackingError(ValueError):
    """Raised for a file that does not have what it should."""


def reason_of(error: Exception) -> str:
    """Say what has failed without the path that an error of the file system has with it."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def pieces(original: Original, path: Path) -> Iterator[Piece]:
    """Read the arrays in a copy of an original, a part after another.

    Raises:
        UnpackingError: it does not have them.
    """
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:  # so that a data file cannot run code
                for theirs, ours in KERAS.items():
                    yield Piece(ours, arrays[theirs])
        elif path.name.endswith(".tar.gz"):
            for name, content in _members(original, path):
                yield from pieces_of(original, name, content)
        else:
            (only,) = original.contents
            yield from pieces_of(original, only.name, unzipped(only, path))
    except (OSError, EOFError, KeyError, ValueError, zlib.error, tarfile.TarError) as error:
        raise UnpackingError(f"{path.name}: {reason_of(error)}") from error


def pieces_of(original: Original, name: str, content: bytes) -> Iterator[Piece]:
    """Read the arrays in one of an original's contents: the same, in whatever order these come."""
    if array := IDX.get(PurePosixPath(name).name):
        yield Piece(array, parse_idx(content, name))
        return
    before = [each for each in original.contents if _is_test(each.name) == _is_test(name)]
    before = before[: [each.name for each in before].index(name)]
    first = sum(each.bytes for each in before) // RECORD
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    part = "test" if _is_test(name) else "train"
    yield Piece(f"{part}_images", records[:, 1:], first)
    yield Piece(f"{part}_labels", records[:, 0], first)


def _is_test(name: str) -> bool:
    return PurePosixPath(name).name.startswith("test")


def unzipped(content: File, path: Path) -> bytes:
    """Read the content of a gzip file.

    Raises:
        UnpackingError: it has another size. Of a file that never ends, no more is read than that.
    """
    with gzip.open(path) as file:
        found = file.read(content.bytes + 1)
    if len(found) != content.bytes:
        more = "more" if len(found) > content.bytes else f"{len(found):,}"
        raise UnpackingError(f"expected {content.bytes:,} bytes in {path.name}, got {more}")
    return found


def _members(original: Original, path: Path) -> Iterator[tuple[str, bytes]]:
    """Read the named members of a tar file, as they come: nothing is written, whatever their names."""
    wanted = {content.name: content for content in original.contents}
    most = 2 * sum(content.bytes for content in original.contents)
    with tarfile.open(path, "r|gz") as tar:
        for member in tar:
            if (most := most - member.size) < 0:
                raise UnpackingError(f"{path.name} has more in it than it should")
            if (content := wanted.pop(member.name, None)) is None:
                continue
            file = tar.extractfile(member) if member.isreg() and member.size == content.bytes else None
            if file is None:
                raise UnpackingError(
                    f"expected a file of {content.bytes:,} bytes, got {member.name} of {member.size:,}"
                )
            yield content.name, file.read(content.bytes)
            if not wanted:
                return
    raise UnpackingError(f"expected {', '.join(wanted)} in {path.name}")
