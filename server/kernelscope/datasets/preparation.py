"""Preparation: what is done to every image before a network sees it, behind augmentation."""

from typing import Literal

import numpy as np

from kernelscope.datasets.augmentation import NO_AUGMENTATION, Augmentation, Varied
from kernelscope.datasets.dataset import Dataset
from kernelscope.datasets.images import Images, Prepared
from kernelscope.nn.arrays import Array

Preparation = Literal["none", "local", "standard"]
"""``none``: images are seen as they are, from 0 to 1. ``local``: each less its own mean colour, divided by `DEVIATIONS`
times its standard deviation about that. ``standard``: each channel less its mean over the training set, divided by its
standard deviation there."""

DEVIATIONS = 4.0
"""So that nearly all values of an image lie between −1 and 1."""
LEAST_DEVIATION = 0.01
"""Of pixels from 0 to 1: an image that is flatter, such as an empty one, is not spread any more than this one."""


class Seen:
    """A data set as networks see it.

    Args:
        data: the data set.
        preparation: what is done to its images, and to any others.
        augmentation: what is done to its training images before that, in training.
        seed: the seed of that.

    Attributes:
        image_shape: (channels, rows, cols) of an image.
        train_images: ``[n, channel, row, col]``, like `test_images`.
        train_labels: ``[n]``, like `test_labels`.
    """

    def __init__(
        self, data: Dataset, preparation: Preparation, augmentation: Augmentation = NO_AUGMENTATION, seed: int = 0
    ) -> None:
        self.preparation = preparation
        self._data = data
        self.image_shape = data.image_shape
        self.train_labels, self.test_labels = data.train_labels, data.test_labels
        self.train_images: Images = data.train_images
        self.test_images: Images = data.test_images
        if preparation != "none":
            self.train_images, self.test_images = (
                Prepared(images, self.prepare) for images in (data.train_images, data.test_images)
            )
        if augmentation:
            self.train_images = Varied(data.train_images, self.prepare, augmentation, seed)

    @property
    def mean(self) -> Array:
        """The mean colour ``[channel]`` of the training images, as networks see it."""
        return self._data.mean if self.preparation == "none" else np.zeros_like(self._data.mean)

    @property
    def ends(self) -> tuple[Array, Array]:
        """The values ``[channel]`` of black and of white; with ``local``, those of a strong contrast."""
        white = np.ones(self.image_shape[0], np.float32)
        match self.preparation:
            case "none":
                return 0 * white, white
            case "local":
                return -white, white
            case "standard":
                mean, deviation = self._data.mean, self._scale
                return -mean / deviation, (white - mean) / deviation

    @property
    def _scale(self) -> Array:
        """The divisor of each channel: one that is the same everywhere stays so."""
        deviation = self._data.deviation
        found: Array = np.where(deviation > 0, deviation, np.float32(1))
        return found

    def prepare(self, images: Array) -> Array:
        """Prepare images ``[n, channel, row, col]`` from 0 to 1."""
        match self.preparation:
            case "none":
                return images
            case "local":
                return _contrasted(images)
            case "standard":
                mean, scale = (each[:, np.newaxis, np.newaxis] for each in (self._data.mean, self._scale))
                found: Array = (images - mean) / scale
                return found


def _contrasted(images: Array) -> Array:
    centred: Array = images - images.mean((2, 3), keepdims=True)
    deviations = np.sqrt((centred * centred).mean((1, 2, 3), keepdims=True))
    centred /= np.float32(DEVIATIONS) * np.maximum(deviations, np.float32(LEAST_DEVIATION))
    return centred
