"""Images that are kept in another form than the one in which networks see them."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kernelscope.nn.arrays import Array

LEVELS = 256
PART = 1024
"""The number of images whose pixels are counted at a time."""


def unit(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert pixels from 0 to 255 into numbers from 0 to 1, in an array of their own."""
    images = pixels.astype(np.float32)
    images /= 255
    return images


class Prepared:
    """Images that are prepared when they are asked for, since those of a data set may be too many to be kept twice.

    Args:
        images: ``[n, channel, row, col]``, of any type.
        prepare: prepares some of them.
    """

    def __init__(self, images: "NDArray[Any] | Prepared", prepare: Callable[[Any], Array]) -> None:
        self._images = images
        self._prepare = prepare

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes (n, channel, row, col)."""
        return self._images.shape

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, chosen: Any) -> Array:
        """Prepare a slice of them, or those of these indices ``[m]``."""
        return self._prepare(self._images[chosen])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Prepare all of them, for whoever needs an array and has the memory."""
        return np.asarray(self[:], dtype)


class Bytes(Prepared):
    """Images kept as bytes, in a quarter of the memory; those that are indexed become numbers from 0 to 1.

    Args:
        pixels: ``[n, channel, row, col]``, from 0 to 255.
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        super().__init__(pixels, unit)
        self._pixels = pixels

    @cached_property
    def mean_and_deviation(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mean ``[channel]`` and the standard deviation, from how often each level occurs."""
        counts = np.zeros((self.shape[1], LEVELS), np.int64)
        for first in range(0, len(self), PART):
            for into, channel in zip(counts, self._pixels[first : first + PART].swapaxes(0, 1), strict=True):
                into += np.bincount(channel.ravel(), minlength=LEVELS)
        shares, values = counts / counts.sum(1, keepdims=True), np.arange(LEVELS) / (LEVELS - 1)
        mean = shares @ values
        return mean, np.sqrt((shares * (values - mean[:, np.newaxis]) ** 2).sum(1))


Images = Array | Prepared
"""Images ``[n, channel, row, col]``, or what gives them when it is indexed."""
