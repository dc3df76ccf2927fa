"""The folder of data sets of one's own. Each has a file of images and a description, named by a hash of the images.

Whoever adds the same images again, gets the same data set. Its description stays when its images are deleted, so that
experiments that were trained on them can still be listed, and say what is missing.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets import kept
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.kept import Missing
from kernelscope.datasets.own.draft import Draft
from kernelscope.datasets.own.files import BROKEN
from kernelscope.impossible import Impossible

FAMILY = "own"
_NAME = re.compile("[0-9a-f]{16}")
_PART = ".part"
"""The end of the names of files that are being written."""
_STALE_SECONDS = 3600
_AT_ONCE = 1024
"""Images that are written at once."""


@dataclass(frozen=True)
class Description:
    """What is known of a data set without its images."""

    title: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int, int]
    train_size: int
    test_size: int
    held_out: float | None
    """The share that was held out; None: the tests came as such."""
    seed: int
    """By which it was held out."""
    owner: str | None = None
    """The hashed visitor who added it; None: it was added on the server's machine."""

    def info(self, which: str) -> DatasetInfo:
        """Return it as the catalogue has it."""
        grey = self.image_shape[0] == 1
        usual = {} if grey else {"network": "colour", "preparation": "local", "learning_rates": (0.003, 0.1, 3.0)}
        return DatasetInfo(
            name=f"{FAMILY}:{which}",
            title=self.title,
            train_size=self.train_size,
            test_size=self.test_size,
            image_shape=self.image_shape,
            classes=self.classes,
            source="one's own images",
            licence="",
            origin="own",
            **usual,  # type: ignore[arg-type]
        )


def within(name: str) -> str | None:
    """Return what the name of a data set is within the family; None: it is none of one's own."""
    family, _, which = name.partition(":")
    return which if family == FAMILY else None


def folder() -> Path:
    """The folder, which need not exist."""
    return kept.directory() / FAMILY


def names() -> list[str]:
    """Return the names of those whose images are here, by their titles."""
    found = [path.stem for path in folder().glob("*.npz") if is_here(path.stem)]
    return sorted(found, key=lambda which: (describe(which).title, which))


def is_here(which: str) -> bool:
    """Tell whether the images of this one are here, and what they are of."""
    with suppress(Missing):
        describe(which)
        return images(which).is_file()
    return False


def describe(which: str) -> Description:
    """Describe one that is here or has been.

    Raises:
        Missing: there was never one of this name.
    """
    try:
        if not _NAME.fullmatch(which):
            raise _missing(which)
        path = _description(which)
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _missing(which) from error


def require(which: str) -> None:
    """Check that its images are here.

    Raises:
        Missing: they are not.
    """
    if not is_here(which):
        raise _missing(which)


def load(which: str) -> Dataset:
    """Load its images.

    Raises:
        Missing: they are not here.
        Impossible: they have been damaged.
    """
    require(which)
    about = describe(which).info(which)
    try:
        # NumPy would leave a file open that it cannot read.
        with open(images(which), "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Dataset.from_bytes(about, **arrays, stay=True)
    except (*BROKEN, TypeError) as error:
        message = f"the file of {about.name} is damaged: delete it, and add the same images again"
        raise Impossible("own_damaged", message, field="dataset", got=about.name) from error


def _missing(which: str) -> Missing:
    name = f"{FAMILY}:{which}"
    message = f"dataset: expected one whose images are here, got {name!r}: add the same images again in the same way"
    return Missing("own_missing", message, field="dataset", got=name)


def images(which: str) -> Path:
    """The file of its images."""
    return folder() / f"{which}.npz"


def _description(which: str) -> Path:
    return folder() / f"{which}.json"


def size(which: str) -> int:
    """Return how many bytes its images take on disk."""
    with suppress(OSError):
        return images(which).stat().st_size
    return 0


def total() -> int:
    """Return how many bytes all of them take on disk."""
    found = 0
    for path in folder().glob("*"):
        with suppress(OSError):  # it has just been deleted
            found += path.stat().st_size
    return found


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> Description:
    members = json.loads(path.read_text("utf-8"))
    _, rows, cols = shape = tuple(map(int, members["image_shape"]))
    members |= {"classes": tuple(map(str, members["classes"])), "image_shape": (shape[0], rows, cols)}
    return Description(**members)


def add(draft: Draft, owner: str | None = None) -> str:
    """Keep a data set, and return its name within the family. One that is here already stays as it is.

    Raises:
        OSError: it cannot be written.
    """
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    _tidy()
    train, test = draft.parts
    _, channels, rows, cols = draft.pixels.shape
    about = Description(
        title=draft.title,
        classes=tuple(draft.classes),
        image_shape=(channels, rows, cols),
        train_size=len(train),
        test_size=len(test),
        held_out=None if draft.tests else draft.held_out,
        seed=draft.seed,
        owner=owner,
    )
    with _part() as file:
        which = _write_images(file, draft)
        if not is_here(which):
            _place(file, images(which))
            _describe(which, about)
    return which


def rename(which: str, title: str) -> None:
    """Give a data set another title."""
    _describe(which, replace(describe(which), title=title))


def delete(which: str) -> None:
    """Delete the images of a data set.

    Raises:
        Missing: they are not here.
        OSError: they cannot be deleted.
    """
    require(which)
    images(which).unlink(missing_ok=True)


def _write_images(file: IO[bytes], draft: Draft) -> str:
    """Write the arrays of `Dataset.from_bytes` as an ``.npz``, a part at a time, and return the hash of all of it."""
    digest = sha256(json.dumps([list(draft.classes), draft.pixels.shape[1:]], ensure_ascii=False).encode())
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for part, chosen in zip(("train", "test"), draft.parts, strict=True):
            for kind, array in (("images", draft.pixels), ("labels", draft.labels)):
                with archive.open(f"{part}_{kind}.npy", "w", force_zip64=True) as member:
                    shape = (len(chosen), *array.shape[1:])
                    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(member, header)
                    digest.update(f"{part}_{kind} {shape}".encode())
                    for some in _in_turn(array, chosen):
                        digest.update(some)
                        member.write(some)
    return digest.hexdigest()[:16]


def _in_turn(array: NDArray[np.uint8], chosen: NDArray[np.intp]) -> Iterator[bytes]:
    for start in range(0, len(chosen), _AT_ONCE):
        yield array[chosen[start : start + _AT_ONCE]].tobytes()


@contextmanager
def _part() -> Iterator[IO[bytes]]:
    """A file that is removed unless it has taken its place (`_place`), as a whole or not at all."""
    with NamedTemporaryFile(dir=folder(), suffix=_PART, delete=False) as file:
        try:
            yield file
        finally:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def _place(file: IO[bytes], target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
    Path(file.name).replace(target)


def _describe(which: str, about: Description) -> None:
    with _part() as file:
        file.write(json.dumps(asdict(about), ensure_ascii=False).encode())
        _place(file, _description(which))


def _tidy() -> None:
    """Remove what was being written when a server was killed."""
    for path in folder().glob(f"*{_PART}"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _STALE_SECONDS:
                path.unlink()
