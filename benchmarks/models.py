"""The models that are trained, with the same weights and batches for all sides.

All sides and processes generate these from the same seeds, so only a `Model` has to be passed on. This module imports
no more than `kernelscope.nn` does, because it is loaded in the process whose memory is measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from math import prod
from typing import Any, TypeVar

import numpy as np
from kernelscope.nn import Architecture, Conv, Dense, LayerShape, Network, infer_shapes
from numpy.typing import NDArray

CLASSES = 10
BATCHES = 8
LEARNING_RATE = 0.01
"""Small enough that no weight becomes infinite in thousands of steps on noise, which would change the computation."""

T = TypeVar("T")
Batch = tuple[NDArray[np.float32], NDArray[np.int64]]
Gradients = dict[str, NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Model:
    """An architecture for images of `input_shape` (channels, rows, cols)."""

    architecture: Architecture
    input_shape: tuple[int, int, int]
    batch_size: int = 64

    @property
    def shapes(self) -> list[LayerShape]:
        """The layers with their shapes."""
        return infer_shapes(self.architecture, self.input_shape, CLASSES)

    def network(self, lane: int) -> Network:
        """Create Kernelscope's network with the initial weights of a lane. These differ, so that mix-ups show."""
        return Network(self.architecture, self.input_shape, np.random.default_rng(1 + lane))

    def batches(self) -> list[Batch]:
        """Generate batches of images [n, channel, row, col] and labels [n], the same for all lanes.

        They are noise, since no time depends on the values.
        """
        rng = np.random.default_rng(0)
        shape = (self.batch_size, *self.input_shape)
        return [
            (rng.standard_normal(shape, np.float32), rng.integers(0, CLASSES, self.batch_size)) for _ in range(BATCHES)
        ]

    def flops(self) -> int:
        """The operations that a step needs at least: 2 for each multiply-add of a convolution or a dense layer.

        They count for the forward pass, for the gradient of the weights, and, except in the first layer, for that of
        the input.
        """
        total = 0
        products_of_weights = 2
        for layer in self.shapes:
            match layer.spec:
                case Conv():
                    positions = prod(layer.output[1:])
                case Dense():
                    positions = 1
                case _:
                    continue
            total += products_of_weights * 2 * positions * prod(layer.params["weight"])
            products_of_weights = 3
        return total * self.batch_size


def rotate(batches: list[T], steps: int) -> Iterator[T]:
    """Yield `steps` batches, starting over after the last one."""
    return islice(cycle(batches), steps)
