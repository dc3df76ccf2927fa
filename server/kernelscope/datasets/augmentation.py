"""Augmentation: each epoch, a network sees other variants of the training images.

A variant is a function of the seed, the epoch and the image's index alone (`kernelscope.nn.draws`): whatever the batch,
whoever asks, before and after a restart, it is the same, and so it is for all lanes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.images import Images, Prepared
from kernelscope.impossible import Impossible, between
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.draws import WORDS, draw
from kernelscope.nn.shapes import is_whole

LARGEST_SHIFT = 16
LARGEST_CROP = 0.9
_KIND = 1
"""The part of the counter that tells these draws from those of dropout."""


@dataclass(frozen=True)
class Augmentation:
    """What is done at random to each training image; it does nothing by default.

    In this order: a part of the image is cut out, at a random place, and enlarged to the whole (bilinear); the image is
    mirrored, with probability ½; and it is moved, each way by a random whole number of pixels. What comes in from
    beyond an edge repeats it.

    The part is of the image's proportions, and its area is uniform between 1 − `crop` and 1 (C. Szegedy et al., "Going
    deeper with convolutions", 2015, section 6, without its change of proportions). Moving by up to `shift` pixels is
    the padding by as many and the cropping back of K. He, X. Zhang, S. Ren and J. Sun, "Deep Residual Learning for
    Image Recognition", 2016, section 4.2, which pads with zeros.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    shift: int = 0
    """The largest number of pixels, up or down and to the left or right."""
    flip: bool = False
    """Whether half of the images are mirrored, left and right."""
    crop: float = 0.0
    """The largest share of the area that is cut away."""

    def __post_init__(self) -> None:
        if not is_whole(self.shift):
            message = f"shift: expected a whole number, got {self.shift!r}"
            raise Impossible("whole_number", message, field="shift", got=repr(self.shift))
        for name, most in (("shift", LARGEST_SHIFT), ("crop", LARGEST_CROP)):
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise between(name, 0, most, value)

    def __bool__(self) -> bool:
        """Whether it does anything."""
        return bool(self.shift or self.flip or self.crop)

    def variants(self, images: Array, chosen: Labels, seed: int, epoch: int) -> Array:
        """Variants of `images` ``[n, channel, row, col]``.

        Args:
            images: the images as they are.
            chosen: their indices in the training set, ``[n]``.
            seed: the seed of the experiment.
            epoch: the epoch, from 0 on.
        """
        words = _words(seed, epoch, 1 << int(chosen.max()).bit_length())[chosen]
        flip, down, right, area, top, left, *_ = words.T / 2.0**32
        side = np.sqrt(1 - self.crop * area)
        moved = (np.floor((2 * self.shift + 1) * each) - self.shift for each in (down, right))
        rows, cols = images.shape[2:]
        over_rows = _reading(rows, side, top, next(moved), np.zeros(len(images), bool))
        over_cols = _reading(cols, side, left, next(moved), (flip < 0.5) & self.flip)
        found: Array = over_rows[:, np.newaxis] @ images @ over_cols[:, np.newaxis].transpose(0, 1, 3, 2)
        return found


NO_AUGMENTATION = Augmentation()


class Varied(Prepared):
    """Training images of which a network sees other variants in each epoch.

    Indexed, they are as they are, but for the preparation.

    Args:
        images: ``[n, channel, row, col]``, from 0 to 1.
        prepare: prepares some of them.
        augmentation: makes the variants, before that.
        seed: the seed of these.
    """

    def __init__(
        self, images: Images, prepare: Callable[[Array], Array], augmentation: Augmentation, seed: int
    ) -> None:
        super().__init__(images, prepare)
        self._augmentation = augmentation
        self._seed = seed

    def in_epoch(self, chosen: Labels, epoch: int) -> Array:
        """The variants of those of these indices ``[m]`` in an epoch, from 0 on, prepared."""
        return self._prepare(self._augmentation.variants(self._images[chosen], chosen, self._seed, epoch))


def in_epoch(images: Images, chosen: Labels, epoch: int) -> Array:
    """The images of these indices ``[m]`` as they are in training in this epoch, from 0 on."""
    return images.in_epoch(chosen, epoch) if isinstance(images, Varied) else images[chosen]


@lru_cache(maxsize=4)
def _words(seed: int, epoch: int, images: int) -> NDArray[np.uint32]:
    """A block of words for each image, ``[image, WORDS]``. All of an epoch are drawn at once, which is faster."""
    return draw((seed, epoch), (0, 0, _KIND, 0), images).reshape(images, WORDS)


def _reading(
    size: int,
    side: NDArray[np.float64],
    start: NDArray[np.float64],
    moved: NDArray[np.float64],
    flip: NDArray[np.bool_],
) -> Array:
    """Where each image's rows (or columns) are read from: a matrix ``[n, size, size]`` of weights of its rows.

    Args:
        size: the number of rows.
        side: the part's side, as a share of the image's, ``[n]``.
        start: where it begins, as a share of what it may, ``[n]``.
        moved: by how many rows the result is moved down, ``[n]``.
        flip: whether it is mirrored first, ``[n]``.
    """
    n = len(side)
    at = np.clip(np.arange(size) - moved[:, np.newaxis], 0, size - 1)
    at = np.where(flip[:, np.newaxis], size - 1 - at, at)
    at = start[:, np.newaxis] * (1 - side[:, np.newaxis]) * size + (at + 0.5) * side[:, np.newaxis] - 0.5
    at = np.clip(at, 0, size - 1)
    below = np.floor(at).astype(np.intp)
    weight = (at - below).astype(np.float32)
    found = np.zeros((n, size, size), np.float32)
    image, row = np.arange(n)[:, np.newaxis], np.arange(size)
    found[image, row, below] = 1 - weight
    found[image, row, np.minimum(below + 1, size - 1)] += weight
    return found
