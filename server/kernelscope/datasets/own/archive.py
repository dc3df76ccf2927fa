"""The file of a data set's images, an ``.npz``, and the hash of all of it, by which the data set is named."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.downloads.downloadable import ARRAYS
from kernelscope.datasets.own.draft import Draft
from kernelscope.datasets.own.files import BROKEN

_DIGITS = 16
_AT_ONCE = 1024
"""Images that are written at once."""


class Named(Protocol):
    """What a name is made from besides the images."""

    @property
    def classes(self) -> Sequence[str]:
        """The names of the classes."""

    @property
    def image_shape(self) -> Sequence[int]:
        """The sizes (channel, row, col)."""


class Damaged(Exception):
    """Raised for a file that is not as it was written. The message says why."""


def write(file: IO[bytes], draft: Draft) -> str:
    """Write the arrays of `Dataset.from_bytes`, a part at a time, and return the hash."""
    digest = sha256(_head(draft.classes, draft.pixels.shape[1:]))
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for part, chosen in zip(("train", "test"), draft.parts, strict=True):
            for kind, array in (("images", draft.pixels), ("labels", draft.labels)):
                name, shape = f"{part}_{kind}", (len(chosen), *array.shape[1:])
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(member, header)
                    digest.update(_before(name, shape))
                    for some in _in_turn(array, chosen):
                        digest.update(some)
                        member.write(some)
    return digest.hexdigest()[:_DIGITS]


def read(path: Path, which: str, about: Named) -> dict[str, NDArray[np.uint8]]:
    """Read the arrays, and check that `which` is the hash of them, of the names of the classes and of the shape.

    Raises:
        FileNotFoundError: there is no such file.
        Damaged: it is not as it was written.
    """
    digest = sha256(_head(about.classes, about.image_shape))
    found: dict[str, NDArray[np.uint8]] = {}
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:  # so that it cannot run code
            for name in ARRAYS:
                array = found[name] = np.ascontiguousarray(arrays[name])
                if array.dtype != np.uint8:
                    raise Damaged(f"{name} of {array.dtype}")
                digest.update(_before(name, array.shape))
                digest.update(array.data)
    except FileNotFoundError:
        raise
    except (*BROKEN, KeyError, TypeError, NotImplementedError) as error:
        raise Damaged(str(error)) from error
    if digest.hexdigest()[:_DIGITS] != which:
        raise Damaged("other images or classes")
    return found


def _head(classes: Sequence[str], image_shape: Sequence[int]) -> bytes:
    return json.dumps([list(classes), list(image_shape)], ensure_ascii=False).encode()


def _before(name: str, shape: tuple[int, ...]) -> bytes:
    return f"{name} {shape}".encode()


def _in_turn(array: NDArray[np.uint8], chosen: NDArray[np.intp]) -> Iterator[bytes]:
    for start in range(0, len(chosen), _AT_ONCE):
        yield array[chosen[start : start + _AT_ONCE]].tobytes()
