"""Patches of ten photographs: which of them is a patch from?

The photographs are in the public domain or CC0 (`data/NOTICE`), shrunk and packed by
`kernelscope.datasets.make_photos`. Patches are cut when they are loaded: those for training from the upper part of each
photograph, those for tests from the lower, half of them mirrored. Flat ones are left out.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.dataset import Dataset, DatasetInfo

FILE = Path(__file__).parent / "data" / "photos.npz"
TRAIN_PER_CLASS = 1000
TEST_PER_CLASS = 200
UPPER = 0.7
"""The share of the rows from which training patches are cut."""
SIDE = 32
LEAST_CONTRAST = 0.06
"""The least standard deviation of a patch about its mean colour, of pixels from 0 to 1."""
SEED = 1

Picture = NDArray[np.uint8]
"""``[channel, row, col]``, 0 to 255, with three channels, or one if it is grey."""

INFO = DatasetInfo(
    name="photos",
    title="Photographs",
    train_size=10 * TRAIN_PER_CLASS,
    test_size=10 * TEST_PER_CLASS,
    image_shape=(3, SIDE, SIDE),
    classes=("astronaut", "bricks", "camera", "cat", "coffee", "galaxies", "grass", "gravel", "retina", "rocket"),
    source="NASA, SpaceX, Stéfan van der Walt, Rachel Michetti, Lav Varshney and others, by way of scikit-image",
    licence="public domain and CC0",
    network="colour",
    learning_rates=(0.003, 0.1, 3.0),  # at 1 it takes 150 steps until the network collapses
    preparation="local",
)


def load() -> Dataset:
    """Unpack the shipped photographs, and cut the patches: always the same ones."""
    with np.load(FILE, allow_pickle=False) as arrays:
        pictures = [unpack(arrays[name]) for name in INFO.classes]
    bits = np.random.PCG64(SEED)
    parts = []
    for count, part in ((TRAIN_PER_CLASS, upper), (TEST_PER_CLASS, lower)):
        cut = np.concatenate([patches(part(picture), count, bits) for picture in pictures])
        mixed = np.argsort(bits.random_raw(len(cut)), kind="stable")
        parts += [cut[mixed], np.repeat(np.arange(len(pictures), dtype=np.uint8), count)[mixed]]
    return Dataset.from_bytes(INFO, *parts)


def upper(picture: Picture) -> Picture:
    """The rows from which training patches are cut."""
    return picture[:, : int(UPPER * picture.shape[1])]


def lower(picture: Picture) -> Picture:
    """The rows from which test patches are cut."""
    return picture[:, int(UPPER * picture.shape[1]) :]


def patches(picture: Picture, count: int, bits: np.random.PCG64) -> Picture:
    """Cut `count` patches ``[patch, 3, row, col]`` at random places, each mirrored or not.

    Places are drawn from raw bits, which NumPy guarantees to be the same in every later version.
    """
    windows = np.lib.stride_tricks.sliding_window_view(picture, (SIDE, SIDE), axis=(1, 2))  # [channel, y, x, row, col]
    rows, cols = np.nonzero(contrast(picture) >= LEAST_CONTRAST * 255)
    drawn = (bits.random_raw(count) % np.uint64(len(rows))).astype(np.intp)
    cut = windows[:, rows[drawn], cols[drawn]].transpose(1, 0, 2, 3)
    mirrored = (bits.random_raw(count) % np.uint64(2)).astype(bool)
    cut[mirrored] = cut[mirrored, ..., ::-1]
    return np.broadcast_to(cut, (count, 3, SIDE, SIDE))


def contrast(picture: Picture) -> NDArray[np.float64]:
    """The standard deviation ``[row, col]`` about its mean colour of the patch that begins at each place."""
    pixels = picture.astype(np.int64)
    n = SIDE**2
    within = (_window_sums(pixels**2) * n - _window_sums(pixels) ** 2).mean(0)
    found: NDArray[np.float64] = np.sqrt(within) / n
    return found


def _window_sums(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum over the patch that begins at each place, by channel, from a summed-area table (Crow, 1984)."""
    table = np.pad(pixels.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    across = table[:, :, SIDE:] - table[:, :, :-SIDE]
    sums: NDArray[np.int64] = across[:, SIDE:] - across[:, :-SIDE]
    return sums


def pack(picture: Picture) -> Picture:
    """Make a picture easier to compress, without loss: red and blue less green, and each row less the one above."""
    packed = picture.copy()
    if len(picture) == 3:
        packed[::2] -= picture[1]
    packed[:, 1:] -= packed[:, :-1].copy()
    return packed


def unpack(packed: Picture) -> Picture:
    """The inverse of `pack`."""
    picture: Picture = packed.cumsum(1, dtype=np.uint8)
    if len(picture) == 3:
        picture[::2] += picture[1]
    return picture
