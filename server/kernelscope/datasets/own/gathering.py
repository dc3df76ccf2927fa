"""A draft from a folder, a zip or an ``.npz``."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kernelscope.datasets.names import printable
from kernelscope.datasets.own import arrays, pictures
from kernelscope.datasets.own.classes import arranged
from kernelscope.datasets.own.draft import LEAST_SIDE, LONGEST_TITLE, MOST_CLASSES, MOST_SIDE, Draft
from kernelscope.datasets.own.files import Files, Folder, Left, Unreadable, Unusable, Zip, opened
from kernelscope.datasets.own.pictures import Pixels

NEEDED = (
    "a folder or a zip with one folder of pictures (PNG, JPEG, GIF, WebP, BMP) for each class,"
    " or an .npz with images and labels"
)


class Wish(NamedTuple):
    """How images are to be taken."""

    side: int
    colour: bool | None
    """None: grey if all of them are."""
    held_out: float
    seed: int
    most: int
    """Bytes of all images."""


class Gathered(NamedTuple):
    """A draft, and what has not become part of it."""

    draft: Draft
    left: Sequence[Left]
    merged: Sequence[str]
    """Names of folders that are one class."""


def gather(path: Path, wish: Wish, title: str = "") -> Gathered:
    """Read a folder, a zip or an ``.npz``.

    Raises:
        Unreadable: it is none of them, or nothing in it can be used.
        Impossible: its images can be no data set.
    """
    if not LEAST_SIDE <= wish.side <= MOST_SIDE:
        raise Unreadable(f"expected a size from {LEAST_SIDE} to {MOST_SIDE}, got {wish.side}")
    try:
        whole, is_file = path.resolve(), path.is_file()
    except (OSError, RuntimeError) as error:  # links that lead in a circle, a name that is too long
        raise Unreadable(f"expected a folder or a file that can be opened, got {error}") from error
    title = title or printable(whole.stem if is_file else whole.name)[:LONGEST_TITLE].strip()
    if path.is_dir():
        return _of_files(Folder(path), wish, title or "?")
    if not is_file:
        raise Unreadable(f"{path}: there is no such folder or file")
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt", ".xlsx", ".json", ".parquet"):
        raise Unreadable(f"{path.name}: a table has numbers, not pictures. Expected {NEEDED}")
    if suffix not in (".zip", ".npz"):
        raise Unreadable(f"{path.name}: expected {NEEDED}")
    with opened(path) as archive:
        if suffix == ".npz":
            return _of_arrays(arrays.Arrays(archive), wish, title or "?")
        return _of_files(Zip(archive), wish, title or "?")


def _of_files(files: Files, wish: Wish, title: str) -> Gathered:
    pictures.require_pillow()
    found = arranged(files.names)
    if not found.placed:
        raise Unreadable(f"expected {NEEDED}, got no picture in the folder of a class")
    _require_few(len(found.classes))
    _require_small(len(found.placed), wish)
    # Images to test on are the last ones.
    placed = sorted(found.placed, key=lambda one: one.tests)
    left = [*files.left, *found.left]
    labels, tests, taken = bytearray(), 0, []
    for name, label, is_test in placed:
        try:
            taken.append(pictures.decoded(files.read(name), wish.side))
        except Unusable as error:
            left.append(Left(name, str(error)))
            continue
        labels.append(label)
        tests += is_test
    if not taken:
        raise Unreadable(
            f"expected {NEEDED}, got no picture that could be read, such as {left[-1].name}: {left[-1].reason}"
        )
    kept = sorted(set(labels))
    left += [
        Left(name, "a class without a picture that could be read")
        for label, name in enumerate(found.classes)
        if label not in kept
    ]
    numbers = np.searchsorted(kept, np.frombuffer(labels, np.uint8)).astype(np.uint8)
    classes = [found.classes[label] for label in kept]
    return Gathered(_drafted(title, classes, numbers, _stacked(taken, wish), tests, wish), left, found.merged)


def _of_arrays(found: arrays.Arrays, wish: Wish, title: str) -> Gathered:
    about = arrays.labelled(found)
    _require_small(len(about.labels), wish)
    taken = [image for name in about.images for image in arrays.images_in(found, name, wish.side)]
    draft = _drafted(title, about.classes, about.labels, _stacked(taken, wish), about.tests, wish)
    return Gathered(draft, [], [])


def _require_few(classes: int) -> None:
    if classes > MOST_CLASSES:
        raise Unreadable(f"expected folders of at most {MOST_CLASSES} classes, got {classes}")


def _require_small(images: int, wish: Wish) -> None:
    channels = 1 if wish.colour is False else 3
    size = images * channels * wish.side**2
    if size > wish.most:
        kind = "in colour" if channels == 3 else "in grey"
        raise Unreadable(
            f"expected at most {wish.most / 2**20:,.0f} MiB of images (--max-dataset), got {images:,} of"
            f" {wish.side}×{wish.side} {kind}, {size / 2**20:,.0f} MiB: take fewer, a smaller --size or --grey"
        )


def _stacked(taken: Iterable[Pixels], wish: Wish) -> Pixels:
    """Put images ``[1 or 3, row, col]`` together, all in grey or all in colour."""
    images = np.stack([image if len(image) == 3 else np.repeat(image, 3, 0) for image in taken])
    is_grey = wish.colour is False or (wish.colour is None and all(map(pictures.is_grey, images)))
    return pictures.grey(images) if is_grey else images


def _drafted(title: str, classes: list[str], labels: Pixels, images: Pixels, tests: int, wish: Wish) -> Draft:
    return Draft(title, classes, labels, images, tests, wish.held_out, wish.seed)
