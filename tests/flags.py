"""A data set that is not the digits: small images in colour, wider than high, of four classes of different sizes.

It is in the catalogue only while a test has listed it, in the test's process and in the workers'.
"""

import sys
from multiprocessing.connection import Connection

import numpy as np
from kernelscope.datasets import Dataset, DatasetInfo
from kernelscope.runner.limits import Limits
from kernelscope.runner.main import run_worker
from kernelscope.runner.process import WorkerProcess
from numpy.typing import NDArray

from tests.listed import listed

TRAIN, TEST = (90, 60, 30, 20), (24, 12, 6, 3)
"""Images of each class: of the last fewer than the probe takes of a class."""

INFO = DatasetInfo(
    name="flags",
    title="Flags",
    train_size=sum(TRAIN),
    test_size=sum(TEST),
    image_shape=(3, 12, 20),
    classes=("three columns", "three rows", "cross", "disc"),
    source="tests",
    licence="the tests' own",
)


def load() -> Dataset:
    rng = np.random.default_rng(7)
    (train, train_labels), (test, test_labels) = (_images(counts, rng) for counts in (TRAIN, TEST))
    return Dataset.from_bytes(INFO, train, train_labels, test, test_labels)


def _images(counts: tuple[int, ...], rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.uint8)
    _, rows, cols = INFO.image_shape
    y, x = np.mgrid[:rows, :cols]
    parts = [
        x * 3 // cols,
        y * 3 // rows,
        ((abs(x - 7) < 2) | (abs(y - rows // 2) < 2)).astype(int),
        ((x - cols // 2) ** 2 + (y - rows // 2) ** 2 < 16).astype(int),
    ]
    pixels = np.empty((len(labels), *INFO.image_shape), np.uint8)
    for image, label in zip(pixels, labels, strict=True):
        colours = rng.integers(0, 256, (3, 3), dtype=np.uint8)  # [part, channel]
        image[...] = colours[parts[label]].transpose(2, 0, 1)
    return pixels, labels


def run_listed(pipe: Connection, limits: Limits) -> None:
    """What a worker runs that knows it too."""
    with listed(sys.modules[__name__]):
        run_worker(pipe, limits)


def worker(limits: Limits) -> WorkerProcess:
    """A worker that knows it too."""
    return WorkerProcess(limits, run_listed)
