"""A few training images of a configuration, as they are and as networks see them, with no experiment."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope import datasets
from kernelscope.datasets import Dataset
from kernelscope.datasets.preparation import Seen
from kernelscope.experiment.config import ExperimentConfig
from kernelscope.nn.arrays import Array, Labels

MOST = 6
"""The largest number of images."""
MOST_VALUES = 30_000
"""The largest number of values of all of them, but one image is shown whatever its size."""
EPOCHS = 3
"""The number of epochs in which augmented images are shown."""


class Specimens(NamedTuple):
    """Some training images."""

    pixels: Array
    """As they are, ``[n, channel, row, col]``, from 0 to 1."""
    labels: Labels
    """``[n]``"""
    seen: Array
    """As networks see them, ``[epoch, n, channel, row, col]``: in the first epochs if they are augmented, in any if
    they are only prepared; of no epoch if neither. From 0 to 1; if prepared, ½ is 0, and the largest magnitude of each
    image is ½ away from that."""


def specimens(config: ExperimentConfig) -> Specimens:
    """Take the first training image of each of the first classes.

    Raises:
        Impossible: the data set is not here.
    """
    datasets.require(config.dataset)  # those of one that has been deleted since are not shown any longer
    data, chosen = _some(config.dataset)
    images, augmentation, prepared = data.train_images[:], config.augmentation, config.preparation != "none"
    epochs = EPOCHS if augmentation else int(prepared)
    seen = np.empty((epochs, *images.shape), np.float32)
    for epoch, into in enumerate(seen):
        varied = augmentation.variants(images, chosen, config.seed, epoch) if augmentation else images
        into[...] = _told(Seen(data, config.preparation).prepare(varied)) if prepared else varied
    return Specimens(images, data.train_labels, seen)


def _told(images: Array) -> Array:
    limits = np.abs(images).max((1, 2, 3), keepdims=True)
    found: Array = 0.5 + 0.5 * images / np.where(limits > 0, limits, np.float32(1))
    return found


@lru_cache(maxsize=8)
def _some(dataset: str) -> tuple[Dataset, NDArray[np.int64]]:
    """These images of a data set, with the statistics of all, and their indices. Only they are kept in memory."""
    data = datasets.glimpse(dataset)
    count = min(MOST, max(1, MOST_VALUES // int(np.prod(data.image_shape))))
    chosen = np.unique(data.train_labels, return_index=True)[1][:count]
    return data.some(chosen), chosen
