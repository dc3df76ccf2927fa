"""Receptive fields: the part of the image that an output of some layer depends on.

Going through the layers, with windows of size k, stride s and padding p, each for itself along rows and columns,

    size  ← size + (k − 1) · step        start ← start − p · step        step ← step · s

where at first size = 1, start = 0 and step = 1. A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill, 2019 (doi:10.23915/distill.00021).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.shapes import Pair

MOST_PIXELS = 2**16
"""The most pixels of a field that are cut out: strides and paddings can make one far larger than the image,
and one finding has hundreds of them."""


class ReceptiveField(NamedTuple):
    """The receptive fields of a layer's outputs, each as (rows, cols)."""

    size: Pair
    step: Pair
    """How far the fields of neighbouring outputs lie apart."""
    start: Pair
    """The first row and column of the field of output (0, 0); negative where it begins in the padding."""

    @property
    def can_be_cut_out(self) -> bool:
        """Whether it has at most `MOST_PIXELS`."""
        return self.size[0] * self.size[1] <= MOST_PIXELS

    def at(self, row: int, col: int) -> Pair:
        """The first row and column of the field of an output; the field may reach beyond the image."""
        return self.start[0] + row * self.step[0], self.start[1] + col * self.step[1]

    def crop(self, image: Array, row: int, col: int) -> Array:
        """Cut the field of an output out of an image ``[channel, row, col]``, with zeros beyond its edges."""
        (rows, cols), (top, left) = self.size, self.at(row, col)
        found = np.zeros((len(image), rows, cols), image.dtype)
        above, before = max(0, -top), max(0, -left)
        inside = image[:, max(0, top) : max(0, top + rows), max(0, left) : max(0, left + cols)]
        found[:, above : above + inside.shape[1], before : before + inside.shape[2]] = inside
        return found


def receptive_field(layers: Iterable[LayerShape]) -> ReceptiveField:
    """Compute the receptive fields of the last of these layers, which follow each other from the image on."""
    size, step, start = (1, 1), (1, 1), (0, 0)
    for layer in layers:
        window = layer.spec.window(layer.input)
        size = size[0] + (window.size[0] - 1) * step[0], size[1] + (window.size[1] - 1) * step[1]
        start = start[0] - window.padding[0] * step[0], start[1] - window.padding[1] * step[1]
        step = step[0] * window.stride[0], step[1] * window.stride[1]
    return ReceptiveField(size, step, start)
