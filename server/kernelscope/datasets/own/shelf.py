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
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from kernelscope.datasets import kept
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.kept import Missing
from kernelscope.datasets.own import archive
from kernelscope.datasets.own.draft import Draft
from kernelscope.impossible import Impossible

FAMILY = "own"
_NAME = re.compile("[0-9a-f]{16}")
_PART = ".part"
"""The end of the names of files that are being written."""
_STALE_SECONDS = 3600


_known: dict[Path, "Description"] = {}
"""What was described last: an experiment that is open goes on even if somebody removes the files."""


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
        if path in _known and not path.exists():
            return _known[path]
        about = _known[path] = _read(path, path.stat().st_mtime_ns)
        return about
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
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
    about = describe(which)
    try:
        return Dataset.from_bytes(about.info(which), **archive.read(images(which), which, about), stay=True)
    except FileNotFoundError as error:
        raise _missing(which) from error
    except archive.Damaged as error:
        name = f"{FAMILY}:{which}"
        message = f"the file of {name} is damaged ({error}): add the same images again in the same way, which mends it"
        raise Impossible("own_damaged", message, field="dataset", got=name) from error


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
    """Read a description. Somebody may have edited it: whatever is none raises an error of some kind."""
    members = json.loads(path.read_text("utf-8"))
    if not isinstance(members["title"], str):
        raise TypeError(f"expected a title, got {members['title']!r}")
    channels, rows, cols = map(int, members["image_shape"])
    sizes = {name: int(members[name]) for name in ("train_size", "test_size")}
    members |= {"classes": tuple(map(str, members["classes"])), "image_shape": (channels, rows, cols)}
    return Description(**members | sizes)


def add(draft: Draft, owner: str | None = None) -> str:
    """Keep a data set, and return its name within the family. One that is here already keeps its title and its owner.

    Its images take the place of those that are here, which may have been damaged since.

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
        which = archive.write(file, draft)
        if not (is_here(which) and _description(which).is_file()):
            _describe(which, about)  # first, so that it is not here before it is whole
        _place(file, images(which))
    return which


def delete(which: str) -> None:
    """Delete the images of a data set.

    Raises:
        Missing: they are not here.
        OSError: they cannot be deleted.
    """
    require(which)
    images(which).unlink(missing_ok=True)


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
