"""A data set's description, available without loading it, and its arrays."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.images import Bytes, unit

Origin = Literal["shipped", "download", "own"]
"""``shipped``: it comes with the program, or is made by it. ``download``: it is downloaded where somebody asks for it.
``own``: somebody has brought it."""
Centred = Literal["", "mass", "extent"]
"""``mass``: scaled into 20×20 pixels, and its ink's centre of mass set into the centre, as the digits of MNIST were.
``extent``: trimmed, its longer side scaled to 28 pixels, and its middle set into the middle, as in Fashion-MNIST.
Otherwise neither."""

AXES = (0, 2, 3)
"""Of ``[n, channel, row, col]``, all but the channels."""


@dataclass(frozen=True)
class DatasetInfo:
    """The description of a data set."""

    name: str
    title: str
    train_size: int
    test_size: int
    image_shape: tuple[int, int, int]
    """``(channel, row, col)``"""
    classes: tuple[str, ...]
    """Names of the classes; label ``i`` means ``classes[i]``."""
    source: str
    licence: str
    centred: Centred = ""
    """By what each image was set into its frame."""
    network: str = "default"
    """The network that is usual with it, by its name in `kernelscope.experiment.networks`."""
    learning_rates: tuple[float, ...] = (0.003, 0.1, 1.0)
    """Those that are usual with it and its network: one too small, a good one, and one too large."""
    optimizer: str = "sgd"
    """The usual one, by its type in `kernelscope.nn.optimizers`."""
    weight_decay: float = 0.0
    """The usual one."""
    preparation: str = "none"
    """The preparation of its images that is usual (`kernelscope.datasets.preparation`)."""
    origin: Origin = "shipped"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images for training, and a test set that is never trained on. All arrays are read-only."""

    name: str
    title: str
    train_images: NDArray[np.float32] | Bytes
    """``[n, channel, row, col]``, from 0 to 1"""
    train_labels: NDArray[np.int64]
    """``[n]``, indices of `classes`"""
    test_images: NDArray[np.float32] | Bytes
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    truth: NDArray[np.float32] | None = None
    """The kernels ``[class, channel, row, col]`` that the images of each class were made with; None: they were not."""

    def __post_init__(self) -> None:
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """``(channels, rows, cols)`` of an image."""
        _, channels, rows, cols = self.train_images.shape
        return channels, rows, cols

    @property
    def size(self) -> int:
        """The number of images of both sets."""
        return len(self.test_labels) + len(self.train_labels)

    def image(self, index: int) -> tuple[NDArray[np.float32], int]:
        """The image ``[channel, row, col]`` of this index, and its label; training images come after the test images.

        Raises:
            IndexError: there is no such image.
        """
        place = index - len(self.test_labels)
        if place < 0:
            return self.test_images[index], int(self.test_labels[index])
        return self.train_images[place], int(self.train_labels[place])

    @cached_property
    def mean(self) -> NDArray[np.float32]:
        """The mean colour ``[channel]`` of the training images."""
        images = self.train_images
        mean = images.mean(AXES, np.float64) if isinstance(images, np.ndarray) else images.mean_and_deviation[0]
        return mean.astype(np.float32)

    @cached_property
    def deviation(self) -> NDArray[np.float32]:
        """The standard deviation ``[channel]`` of the training images about that."""
        images = self.train_images
        deviation = images.std(AXES, np.float64) if isinstance(images, np.ndarray) else images.mean_and_deviation[1]
        return deviation.astype(np.float32)

    def some(self, chosen: NDArray[np.int64]) -> "Dataset":
        """Those of its training images alone, with the mean colour and the deviation of all."""
        found = replace(
            self,
            train_images=self.train_images[chosen],
            train_labels=self.train_labels[chosen],
            test_images=self.test_images[:0].copy(),
            test_labels=self.test_labels[:0].copy(),
        )
        vars(found).update(mean=self.mean, deviation=self.deviation)  # what is cached
        return found

    @classmethod
    def from_file(cls, info: DatasetInfo, path: Path) -> Self:
        """Read the arrays of `from_bytes` from an ``.npz``, without pickle, so that a data file cannot run code."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls.from_bytes(info, **arrays)

    @classmethod
    def from_bytes(
        cls,
        info: DatasetInfo,
        train_images: NDArray[np.uint8],
        train_labels: NDArray[np.uint8],
        test_images: NDArray[np.uint8],
        test_labels: NDArray[np.uint8],
        *,
        stay: bool = False,
    ) -> Self:
        """Convert from stored data: pixels ``[n, row, col]`` (or ``[n, channel, row, col]``) from 0 to 255.

        With `stay` they stay bytes, each converted only when it is asked for (`Bytes`), in a quarter of the memory.
        """

        def images(pixels: NDArray[np.uint8]) -> NDArray[np.float32] | Bytes:
            pixels = pixels.reshape(-1, *info.image_shape)
            return Bytes(pixels) if stay else unit(pixels)

        return cls(
            name=info.name,
            title=info.title,
            train_images=images(train_images),
            train_labels=train_labels.astype(np.int64),
            test_images=images(test_images),
            test_labels=test_labels.astype(np.int64),
            classes=info.classes,
        )
