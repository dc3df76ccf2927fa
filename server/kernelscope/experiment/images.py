"""The images of an experiment: those of its data, pictures that viewers bring, and both as networks see them."""

from collections.abc import Callable, Mapping

import numpy as np

from kernelscope.datasets import Dataset
from kernelscope.experiment.own_image import OwnImage
from kernelscope.nn.arrays import Array


class Images:
    """Images by their index. Each has a label, or None, as a picture may.

    Args:
        data: the data, with images as they are.
        prepare: makes ``[n, channel, row, col]`` into what networks see.

    Attributes:
        own: pictures of viewers, by their index.
    """

    def __init__(self, data: Dataset, prepare: Callable[[Array], Array]) -> None:
        self._data = data
        self._prepare = prepare
        self.own: Mapping[int, OwnImage] = {}

    def image(self, index: int) -> tuple[Array, int | None] | None:
        """The pixels ``[channel, row, col]`` and label of an image of the data, or a picture; None: there is none."""
        if own := self.own.get(index):
            return own.pixels(self._data.image_shape), own.label
        return self._data.image(index) if 0 <= index < self._data.size else None

    def seen(self, index: int) -> tuple[Array, int | None] | None:
        """The same, with the pixels as networks see them."""
        if (found := self.image(index)) is None:
            return None
        pixels, label = found
        return self._prepare(pixels[np.newaxis])[0], label
