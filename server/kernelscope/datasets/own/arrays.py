"""Images and labels from the arrays of an ``.npz``, read in parts and without pickle, which could run code.

static/own-data/arrays.js has the same rules.
"""

import tokenize
from collections.abc import Iterator
from math import prod
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.own.classes import natural
from kernelscope.datasets.own.draft import MOST_CLASSES, shortened
from kernelscope.datasets.own.files import BROKEN, Unreadable
from kernelscope.datasets.own.pictures import Pixels, scaled

IMAGES = ("images", "x_train", "train_images", "X_train", "X", "x", "data")
LABELS = ("labels", "y_train", "train_labels", "Y_train", "Y", "y", "targets")
TEST_IMAGES = ("x_test", "test_images", "X_test")
TEST_LABELS = ("y_test", "test_labels", "Y_test")
CLASSES = ("classes", "class_names", "label_names")
MOST_SIDE = 1024
"""Rows or columns of an image."""
MOST_IMAGES = 1_000_000
_AT_ONCE = 2**24
"""Bytes of an array that are looked at together."""
_KNOWN = "images and labels, x_train and y_train, train_images and train_labels, X and y, or data and targets"


class Header(NamedTuple):
    """What an array's file says of it."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


class Arrays:
    """The arrays of an ``.npz``, by name.

    Raises:
        Unreadable: one of them is none that could be read.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {name.removesuffix(".npy"): name for name in archive.namelist() if name.endswith(".npy")}

    def named(self, names: tuple[str, ...]) -> str | None:
        """Return the first of these names that an array has."""
        return next((name for name in names if name in self._names), None)

    @property
    def names(self) -> str:
        """All names, for a message."""
        return ", ".join(sorted(self._names)[:20]) or "none"

    def header(self, name: str) -> Header:
        """Read the shape and the type of an array."""
        for _ in self._parts(name, only_header=True):
            pass
        return self._header

    def parts(self, name: str) -> Iterator[NDArray[np.generic]]:
        """Read an array ``[n, …]`` a part of `n` at a time."""
        yield from self._parts(name)

    def _parts(self, name: str, *, only_header: bool = False) -> Iterator[NDArray[np.generic]]:
        try:
            with self._archive.open(self._names[name]) as file:
                version = np.lib.format.read_magic(file)
                read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                shape, fortran, dtype = read(file)
                if dtype.hasobject:
                    raise Unreadable(f"{name}: expected numbers, got Python objects (pickle), which could run code")
                if fortran and len(shape) > 1:
                    raise Unreadable(f"{name}: expected rows in order (C), got columns: np.ascontiguousarray does it")
                self._header = Header(shape, dtype)
                if only_header or not shape:
                    return
                each = dtype.itemsize * prod(shape[1:])
                if each > MOST_SIDE**2 * 32 or shape[0] > MOST_IMAGES:
                    raise Unreadable(f"{name}: expected images of at most {MOST_SIDE}×{MOST_SIDE}, got {shape}")
                at_once = max(1, _AT_ONCE // max(1, each))
                for start in range(0, shape[0], at_once):
                    count = min(at_once, shape[0] - start)
                    content = file.read(count * each)
                    if len(content) < count * each:
                        raise Unreadable(f"{name}: damaged, it ends too early")
                    yield np.frombuffer(content, dtype).reshape(count, *shape[1:])
        except (*BROKEN, NotImplementedError, tokenize.TokenError, SyntaxError) as error:
            raise Unreadable(f"{name}: damaged ({error})") from error

    def whole(self, name: str) -> NDArray[np.generic]:
        """Read an array ``[n, …]`` of few bytes."""
        header = self.header(name)
        size = header.dtype.itemsize * prod(header.shape)
        if not header.shape or size > _AT_ONCE * 4:
            raise Unreadable(f"{name}: expected one label for each image, got the shape {header.shape}")
        return np.concatenate([*self.parts(name), np.empty((0, *header.shape[1:]), header.dtype)])


class Labelled(NamedTuple):
    """Where the images of an ``.npz`` are, and what they are of."""

    classes: list[str]
    labels: NDArray[np.uint8]
    images: list[str]
    """The names of the arrays of images: to train with, and perhaps to test on."""
    tests: int
    """So many of the last images are for tests."""


def labelled(arrays: Arrays) -> Labelled:
    """Find images and labels.

    Raises:
        Unreadable: there are none, or labels that cannot be such.
    """
    images, labels = arrays.named(IMAGES), arrays.named(LABELS)
    if images is None or labels is None:
        raise Unreadable(f"expected arrays called {_KNOWN}, got {arrays.names}")
    names = [images], [labels]
    test_images, test_labels = arrays.named(TEST_IMAGES), arrays.named(TEST_LABELS)
    if test_images is not None and test_labels is not None:
        names[0].append(test_images)
        names[1].append(test_labels)
    found = [_column(arrays.whole(name), name) for name in names[1]]
    for image, label, values in zip(*names, found, strict=True):
        shape = arrays.header(image).shape
        if not shape or shape[0] != len(values):
            raise Unreadable(f"expected a label for each image, got {image} {shape} and {len(values)} {label}")
    values = np.concatenate(found)
    if not len(values):
        raise Unreadable("expected images, got none")
    classes, numbers = _classes(values, labels, arrays)
    return Labelled(classes, numbers, names[0], len(found[1]) if len(found) > 1 else 0)


def _column(labels: NDArray[np.generic], name: str) -> NDArray[np.generic]:
    if labels.ndim == 2 and labels.shape[1] == 1:  # as Keras has CIFAR's
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise Unreadable(f"{name}: expected one label for each image, got the shape {labels.shape}")
    if labels.dtype.kind not in "iuUSb":
        raise Unreadable(f"{name}: expected whole numbers or words, got {labels.dtype}")
    return labels


def _classes(values: NDArray[np.generic], name: str, arrays: Arrays) -> tuple[list[str], NDArray[np.uint8]]:
    given = arrays.named(CLASSES)
    words = [_text(word) for word in arrays.whole(given).ravel()] if given else []
    if words and values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= len(words):
            raise Unreadable(
                f"{name}: expected labels from 0 to {len(words) - 1}, since {given} has {len(words)} names,"
                f" got {low} to {high}"
            )
    kinds, numbers = np.unique(values, return_inverse=True)
    if values.dtype.kind in "US":
        order = sorted(range(len(kinds)), key=lambda place: natural(_text(kinds[place])))
        kinds, numbers = kinds[order], np.argsort(order)[numbers]
    if len(kinds) > MOST_CLASSES:
        raise Unreadable(f"{name}: expected at most {MOST_CLASSES} different labels, got {len(kinds)}")
    if words and values.dtype.kind in "iu":
        return [shortened(words[int(kind)]) for kind in kinds.tolist()], numbers.astype(np.uint8)
    return [shortened(_text(kind)) for kind in kinds], numbers.astype(np.uint8)


def _text(word: np.generic) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def images_in(arrays: Arrays, name: str, side: int) -> Iterator[Pixels]:
    """Yield each image of an array as ``[1 or 3, side, side]``.

    Raises:
        Unreadable: they are no images.
    """
    shape, dtype = arrays.header(name)
    if dtype.kind not in "uifb":
        raise Unreadable(f"{name}: expected numbers, got {dtype}")
    first = len(shape) == 4 and shape[3] not in (1, 3) and shape[1] in (1, 3)
    if not (len(shape) == 3 or (len(shape) == 4 and (first or shape[3] in (1, 3)))) or 0 in shape:
        raise Unreadable(f"{name}: expected [n, row, col], [n, row, col, 1 or 3] or [n, 1 or 3, row, col], got {shape}")
    levels = _levels(arrays, name)
    for part in arrays.parts(name):
        pixels = np.clip(part.astype(np.float64) * levels + 0.5, 0, 255).astype(np.uint8)
        if len(shape) == 3:
            pixels = pixels[..., np.newaxis]
        elif first:
            pixels = pixels.transpose(0, 2, 3, 1)
        _, rows, cols, _ = pixels.shape
        square = min(rows, cols)
        top, left = (rows - square) // 2, (cols - square) // 2
        for image in pixels[:, top : top + square, left : left + square]:
            yield scaled(image, side)


def _levels(arrays: Arrays, name: str) -> float:
    """By what the numbers of an array become levels from 0 to 255: those of a fraction from 0 to 1 by 255."""
    low, high, whole = np.inf, -np.inf, True
    for part in arrays.parts(name):
        if part.dtype.kind == "b":
            return 255
        if part.dtype.kind == "f" and not np.isfinite(part).all():
            raise Unreadable(f"{name}: expected finite numbers, got NaN or infinity")
        low, high = min(low, float(part.min())), max(high, float(part.max()))
        whole = whole and part.dtype.kind != "f"
    if low < 0 or high > 255:
        raise Unreadable(f"{name}: expected levels from 0 to 255, or from 0 to 1, got {low:g} to {high:g}")
    return 255 if high <= 1 and not whole else 1
