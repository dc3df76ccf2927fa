"""A data set of one's own before it is kept: labelled images, and which of them are held out for tests."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.names import UNPRINTABLE, printable, visible
from kernelscope.impossible import Impossible, between

FEWEST_CLASSES, MOST_CLASSES = 2, 100
LEAST_SIDE, MOST_SIDE = 8, 64
"""Rows and columns of an image, which is square."""
LONGEST_TITLE = 80
LONGEST_CLASS = 40
HELD_OUT = 0.2
"""The share of the images that is usually held out."""
MOST_SEED = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Draft:
    """Labelled images that may become a data set.

    Raises:
        Impossible: they cannot be one.
    """

    title: str
    classes: Sequence[str]
    labels: NDArray[np.uint8]
    """``[n]``, indices of `classes`"""
    pixels: NDArray[np.uint8]
    """``[n, channel, row, col]``, 0 to 255, with one channel or three"""
    tests: int = 0
    """So many of the last images are for tests only; 0: `held_out` decides."""
    held_out: float = HELD_OUT
    seed: int = 1

    def __post_init__(self) -> None:
        _require_name("title", self.title, LONGEST_TITLE)
        if not FEWEST_CLASSES <= len(self.classes) <= MOST_CLASSES:
            raise between("classes", FEWEST_CLASSES, MOST_CLASSES, len(self.classes))
        for name in self.classes:
            _require_name("classes", name, LONGEST_CLASS)
        if len({same(name) for name in self.classes}) < len(self.classes):
            got = ", ".join(self.classes)
            raise Impossible("same_class", f"classes: expected names that differ, got {got}", field="classes", got=got)
        counts = np.bincount(self.labels, minlength=len(self.classes))
        if len(counts) > len(self.classes):
            raise between("labels", 0, len(self.classes) - 1, int(self.labels.max()))
        for name, images in zip(self.classes, counts, strict=True):
            if not images:
                message = f"classes: expected an image of each at least, got none of {name!r}"
                raise Impossible("empty_class", message, field="classes", name=name)
        _, channels, *sides = self.pixels.shape
        if channels not in (1, 3) or sides[0] != sides[1]:
            raise Impossible("invalid", f"expected square images of 1 or 3 channels, got {self.pixels.shape[1:]}")
        if not LEAST_SIDE <= sides[0] <= MOST_SIDE:
            raise between("size", LEAST_SIDE, MOST_SIDE, sides[0])
        if not 0 <= self.tests <= len(self.labels):
            raise between("tests", 0, len(self.labels), self.tests)
        if not 0 < self.held_out < 1:
            raise Impossible(
                "held_out", f"held_out: expected a share between 0 and 1, got {self.held_out}", field="held_out"
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise between("seed", 0, MOST_SEED, self.seed)
        if not all(map(len, self.parts)):
            message = "expected two images of at least one class: one to train with, one to test on"
            raise Impossible("nothing_held_out", message, field="classes")

    @cached_property
    def parts(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The indices of the images to train with, and of those to test on; each shuffled.

        Of each class the same share is held out: at least one image, and at least one is left. An only one is left.
        """
        # In an order of their own first: it does not matter in which one they have come.
        digests = bytearray()
        for image in self.pixels:
            digests += blake2b(image.tobytes(), digest_size=16).digest()
        first, second = np.frombuffer(digests, ">u8").reshape(-1, 2).T
        ordered = np.lexsort((second, first, self.labels))
        # From raw bits, which NumPy guarantees to be the same in every later version, unlike its shuffles.
        shuffled = ordered[np.argsort(np.random.PCG64(self.seed).random_raw(len(ordered)), kind="stable")]
        held = np.zeros(len(self.labels), bool)
        if self.tests:
            held[len(held) - self.tests :] = True
        else:
            for label in range(len(self.classes)):
                of_class = shuffled[self.labels[shuffled] == label]
                count = max(1, int(len(of_class) * self.held_out + 0.5))
                held[of_class[: min(count, len(of_class) - 1)]] = True
        return shuffled[~held[shuffled]], shuffled[held[shuffled]]

    @property
    def untested(self) -> list[str]:
        """The classes of which no image is held out."""
        tested = set(self.labels[self.parts[1]].tolist())
        return [name for label, name in enumerate(self.classes) if label not in tested]

    @property
    def untrained(self) -> list[str]:
        """The classes all of whose images are for tests."""
        trained = set(self.labels[self.parts[0]].tolist())
        return [name for label, name in enumerate(self.classes) if label not in trained]


def same(name: str) -> str:
    """Return what two names of classes have in common that nobody could tell apart: case, and the way to write ü."""
    return unicodedata.normalize("NFKC", name).casefold()


def shortened(name: str) -> str:
    """Return a folder's name as one of a class; empty where nothing can be seen of it."""
    name = printable(unicodedata.normalize("NFC", name))
    return name if len(name) <= LONGEST_CLASS else name[: LONGEST_CLASS - 1].rstrip() + "…"


def _require_name(field: str, name: str, longest: int) -> None:
    if (found := UNPRINTABLE.search(name)) or name != visible(name) or not name:
        message = f"{field}: expected one line of visible text without spaces around it, got {name!r}"
        if not found:
            raise Impossible("nameless", message, field=field, got=name)
        character = f"U+{ord(found[0]):04X}"
        raise Impossible("unprintable", message, field=field, character=character, place=found.start() + 1, got=name)
    if len(name) > longest:
        message = f"{field}: expected at most {longest} characters, got {len(name)}"
        raise Impossible("long_text", message, field=field, most=longest, got=name)
