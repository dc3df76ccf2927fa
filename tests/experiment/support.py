"""Small experiments: small images, or few digits, and small networks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, ExperimentConfig, StepRecord
from kernelscope.nn import Conv, Dense, He, LayerSpec, MaxPool, Network, ReLU
from kernelscope.picture.snapshot import Snapshot
from numpy.typing import NDArray

Array = NDArray[Any]

SMALL: list[LayerSpec] = [
    Conv("conv1", 3, 3, padding=1, init=He()),  # so that a few steps suffice
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 4, 3, padding=1, init=He()),
    ReLU("relu2"),
    MaxPool("pool2", 2),
    Dense("dense", 10),
]


def bars(train: int = 100, test: int = 230, size: int = 12) -> Dataset:
    """Ten classes: a bright row or column at one of five places, in noise."""
    rng = np.random.default_rng(99)

    def images(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        labels = np.arange(count) % 10
        pixels = (rng.random((count, 1, size, size)) / 3).astype(np.float32)
        for image, label in zip(pixels, labels, strict=True):
            place = 1 + 2 * (label % 5)
            (image[0] if label < 5 else image[0].T)[place : place + 2] += 0.6
        return pixels, labels

    return Dataset("bars", "Bars", *images(train), *images(test), classes=tuple("0123456789"))


def part(data: Dataset, train: int, test: int) -> Dataset:
    """The first images of a larger set."""
    return Dataset(
        data.name,
        data.title,
        data.train_images[:train],
        data.train_labels[:train],
        data.test_images[:test],
        data.test_labels[:test],
        data.classes,
    )


def small_config(*rates: float, **members: Any) -> ExperimentConfig:
    """A small experiment, with lanes at these learning rates."""
    values: dict[str, Any] = {
        "architecture": SMALL,
        "batch_size": 32,
        "test_every": 100_000,
        "lanes": [{"learning_rate": rate} for rate in rates],
    }
    return ExperimentConfig(**{**values, **members})


def small(*rates: float, threads: int = 1, data: Dataset | None = None, **members: Any) -> Experiment:
    return Experiment(small_config(*rates, **members), data or bars(), threads)


def run(experiment: Experiment, steps: int) -> list[StepRecord]:
    return [experiment.advance()[0] for _ in range(steps)]


def weights(experiment: Experiment) -> list[Array]:
    """A copy of each lane's flat parameters."""
    return [lane.network.params.flat.copy() for lane in experiment.lanes]


def network_with(experiment: Experiment, flat_params: Array) -> Network:
    """A separate network, to compute with directly."""
    shape = experiment.data.train_images.shape[1:]
    network = Network(experiment.config.architecture, shape, np.random.default_rng(0))
    network.params.flat[...] = flat_params
    return network


def same_bits(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots hold the same numbers."""
    if one.params.keys() != other.params.keys() or (one.grads is None) != (other.grads is None):
        return False
    pairs: list[tuple[Mapping[str, Array], Mapping[str, Array]]] = [
        (one.params, other.params),
        (one.grads or {}, other.grads or {}),
    ]
    return all(np.array_equal(mine[name], theirs[name]) for mine, theirs in pairs for name in mine)
