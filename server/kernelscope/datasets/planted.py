"""Known kernels planted at random places in noise: does a network find them?

An image is noise to which one of ten patterns is added somewhere. Then the pixels of each of its channels keep their
order, and take their values from one list for all images and channels (exact histogram specification: D. Coltuc,
P. Bolon and J.-M. Chassery, "Exact Histogram Specification", 2006). So mean, contrast and histogram of every channel
are the same in all images, and only structure tells the classes apart.

Nothing is stored. Everything comes from raw bits of PCG64, which NumPy guarantees to be the same in every later
version, through sums of integers and operations that IEEE 754 rounds exactly.

A data set of this kind is named ``planted``, or with its amplitude and noise ``planted:1.5,0.3``.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.impossible import Impossible, number

NAME = "planted"
TRAIN_PER_CLASS = 500
TEST_PER_CLASS = 100
SIDE, SIZE = 28, 7
"""Rows and columns of an image, and of a pattern."""
TRAIN_SEED, TEST_SEED, LIST_SEED = 1, 2, 3
AMPLITUDE, NOISE = 2.0, 0.3
"""The usual ones. Amplitude: the norm ‖k‖ of the pattern that is added. Noise: the standard deviation of each number of
what it is added to. Black is −1 and white 1, so that a detector of the pattern answers amplitude ÷ noise standard
deviations above the noise."""
AMPLITUDES, NOISES = (0.0, 4.0), (0.05, 0.5)
"""The smallest and largest. Without noise, pixels would have no order in which to take their values."""

Values = NDArray[np.float64]
Bits = np.random.PCG64

_HALF = SIZE // 2
_UNIT = 4096
"""The integer that stands for 1."""
_WORD_STD = sqrt((65536**2 - 1) / 3)
"""The standard deviation of the sum of the four uniform 16-bit numbers in a word."""
_LISTED = 20
"""The number of images of each class whose pixels make the list of values."""
_PIECE = 500
"""The number of images made at a time."""


def _form(value: Callable[[int, int], bool | int]) -> Values:
    """Draw a pattern in one channel, from its value ``x`` to the right of and ``y`` above the middle."""
    across = range(-_HALF, _HALF + 1)
    return np.array([[value(x, -y) for x in across] for y in across], np.float64)


def _kernel(form: Values, colour: tuple[int, int, int] = (1, 1, 1)) -> NDArray[np.float32]:
    """A kernel ``[3, row, col]`` of this form, in a colour: each channel's sum is 0, its norm is 1."""
    form = form - fsum(form.flat) / form.size
    kernel = np.array(colour)[:, None, None] * form
    found: NDArray[np.float32] = (kernel / sqrt(fsum((kernel**2).flat))).astype(np.float32)
    return found


_DISC = _form(lambda x, y: x * x + y * y <= 5)
KERNELS: dict[str, NDArray[np.float32]] = {
    "horizontal edge": _kernel(_form(lambda x, y: (y > 0) - (y < 0))),
    "rising edge": _kernel(_form(lambda x, y: (y > x) - (y < x))),
    "vertical edge": _kernel(_form(lambda x, y: (x > 0) - (x < 0))),
    "falling edge": _kernel(_form(lambda x, y: (x < -y) - (x > -y))),
    "lower left corner": _kernel(_form(lambda x, y: (x == 0 and y >= 0) or (y == 0 and x >= 0))),
    "upper right corner": _kernel(_form(lambda x, y: (x == 0 and y <= 0) or (y == 0 and x <= 0))),
    "red blob": _kernel(_DISC, (1, -1, -1)),
    "green blob": _kernel(_DISC, (-1, 1, -1)),
    "blue blob": _kernel(_DISC, (-1, -1, 1)),
    "checkerboard": _kernel(_form(lambda x, y: (x + y) % 2 == 0)),
}
"""The planted kernels ``[3, row, col]``, by the names of their classes. Those in colour are of it on its complement."""


def info(which: str = "") -> DatasetInfo:
    """Describe the data set of this amplitude and noise, ``1.5,0.3``; of the usual ones if it is empty.

    Raises:
        Impossible: it is not written so, or one of them is too small or too large.
    """
    amplitude, noise = read(which)
    about = f"{number(amplitude)},{number(noise)}"
    usual = (amplitude, noise) == (AMPLITUDE, NOISE)
    return DatasetInfo(
        name=NAME if usual else f"{NAME}:{about}",
        title="Planted kernels" + ("" if usual else f" (amplitude {number(amplitude)}, noise {number(noise)})"),
        train_size=TRAIN_PER_CLASS * len(KERNELS),
        test_size=TEST_PER_CLASS * len(KERNELS),
        image_shape=(3, SIDE, SIDE),
        classes=tuple(KERNELS),
        source="made from known kernels and noise",
        licence="none needed",
        network="planted",
        learning_rates=(0.0002, 0.02, 1.0),
        optimizer="adam",
        weight_decay=0.006,
        preparation="local",
    )


def read(which: str) -> tuple[float, float]:
    """Read an amplitude and a noise, with at most two decimals each. Raises like `info`."""
    if not which:
        return AMPLITUDE, NOISE
    match = re.fullmatch(r"(\d(?:\.\d{1,2})?),(\d(?:\.\d{1,2})?)", which)
    found = tuple(map(float, match.groups())) if match else (-1.0, -1.0)
    for value, (low, high) in zip(found, (AMPLITUDES, NOISES), strict=True):
        if not low <= value <= high:
            raise _impossible(which)
    return found[0], found[1]


def _impossible(which: str) -> Impossible:
    (least, most), (low, high) = AMPLITUDES, NOISES
    expected = f"an amplitude from {number(least)} to {number(most)} and a noise from {number(low)} to {number(high)}"
    message = f"dataset: expected {expected}, with two decimals at most, as in {NAME}:1.5,0.3, got {NAME}:{which}"
    ends = {"least": least, "most": most, "low": low, "high": high}
    return Impossible("planted", message, field="dataset", sample=f"{NAME}:1.5,0.3", got=f"{NAME}:{which}", **ends)


INFO = info()


def available() -> tuple[DatasetInfo, ...]:
    """Describe those besides the usual one that are listed: none, since there are too many."""
    return ()


def load(which: str = "") -> Dataset:
    """Make the images: always the same ones. Raises like `info`."""
    return _made(which, TRAIN_PER_CLASS, TEST_PER_CLASS)


def glimpse(which: str = "") -> Dataset:
    """Make the first image of each class alone, whose mean and deviation are those of all. Raises like `info`."""
    return _made(which, 1, 1)


def _made(which: str, train_per_class: int, test_per_class: int) -> Dataset:
    about = info(which)
    parts: list[NDArray[np.uint8]] = []
    for count, seed in ((train_per_class, TRAIN_SEED), (test_per_class, TEST_SEED)):
        labels = np.tile(np.arange(len(KERNELS), dtype=np.uint8), count)
        parts += [images(labels, *read(which), Bits(seed)), labels]
    return replace(Dataset.from_bytes(about, *parts), truth=truth())


def truth() -> NDArray[np.float32]:
    """The planted kernels ``[class, 3, row, col]``."""
    return np.stack(list(KERNELS.values()))


def images(labels: NDArray[np.uint8], amplitude: float, noise: float, bits: Bits) -> NDArray[np.uint8]:
    """Make an image ``[3, row, col]`` for each label, from 0 to 255."""
    values = _values(amplitude, noise)
    found = np.empty((len(labels), 3, SIDE * SIDE), np.uint8)
    for first in range(0, len(labels), _PIECE):
        mixed = _mixed(labels[first : first + _PIECE], amplitude, noise, bits)
        # Sorted together with their places, pixels of equal value have one order, too.
        order = np.sort(mixed * SIDE * SIDE + np.arange(SIDE * SIDE), -1) % (SIDE * SIDE)
        np.put_along_axis(found[first : first + _PIECE], order, values, -1)
    return found.reshape(-1, 3, SIDE, SIDE)


@lru_cache(4)
def _values(amplitude: float, noise: float) -> NDArray[np.uint8]:
    """The values of a channel's pixels in ascending order: averages over images of all classes."""
    labels = np.repeat(np.arange(len(KERNELS), dtype=np.uint8), _LISTED)
    pixels = np.sort(_mixed(labels, amplitude, noise, Bits(LIST_SEED)).reshape(-1))
    averages = pixels.astype(np.int64).reshape(SIDE * SIDE, -1).sum(1) / (3 * len(labels))
    values: NDArray[np.uint8] = np.rint(127.5 + 127.5 / _UNIT * averages).clip(0, 255).astype(np.uint8)
    return values


def _mixed(labels: NDArray[np.uint8], amplitude: float, noise: float, bits: Bits) -> NDArray[np.int32]:
    """Noise ``[image, 3, pixel]`` with the kernel of each label at a random place, as multiples of 1 / `_UNIT`."""
    words = bits.random_raw(len(labels) * (1 + 3 * SIDE * SIDE)).reshape(len(labels), -1)
    found = np.rint(noise * _UNIT / _WORD_STD * _noise(words[:, 1:])).astype(np.int32).reshape(-1, 3, SIDE, SIDE)
    planted = np.rint(amplitude * _UNIT * truth().astype(np.float64)).astype(np.int32)
    for image, label, (row, col) in zip(found, labels, places(words[:, 0]), strict=True):
        image[:, row : row + SIZE, col : col + SIZE] += planted[label]
    mixed: NDArray[np.int32] = found.reshape(-1, 3, SIDE * SIDE)
    return mixed


def places(words: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The row and column ``[image, 2]`` where a kernel begins, from the word of random bits with which each begins."""
    return (np.stack([words >> np.uint64(32), words & np.uint64(0xFFFFFFFF)], -1) % (SIDE - SIZE + 1)).astype(np.intp)


def _noise(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Sums of the four uniform numbers in each word, about 0: nearly normal, and no logarithm is needed."""
    pairs = (words & np.uint64(0x0000FFFF0000FFFF)) + ((words >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF))
    sums = (pairs & np.uint64(0xFFFFFFFF)) + (pairs >> np.uint64(32))
    return sums.astype(np.int64) - 2 * 65535
