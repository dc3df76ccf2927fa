"""What is trained: an architecture, with the same weights and the same batches for whoever trains it.

Both sides and all processes make them from the same seeds, so nothing but a `Model` has to be handed around. This
module imports no more than `kernelscope.nn` does: it is loaded where memory is measured.
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
"""Small: over thousands of steps on noise no weight becomes infinite, which would be another computation."""

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
        """The layers in their places."""
        return infer_shapes(self.architecture, self.input_shape, CLASSES)

    def network(self, lane: int) -> Network:
        """Ours, with the initial weights of this lane. Lanes differ, so that none can be taken for another."""
        return Network(self.architecture, self.input_shape, np.random.default_rng(1 + lane))

    def batches(self) -> list[Batch]:
        """Images ``[n, channel, row, col]`` and labels ``[n]``, all lanes the same. Noise: no time depends on it."""
        rng = np.random.default_rng(0)
        shape = (self.batch_size, *self.input_shape)
        return [
            (rng.standard_normal(shape, np.float32), rng.integers(0, CLASSES, self.batch_size)) for _ in range(BATCHES)
        ]

    def flops(self) -> int:
        """Operations that no step can do without: 2 for each multiply-add of a convolution or a dense layer.

        Once forward, once for the weights' gradient, and once for the input's, which the first layer need not have.
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
    """As many batches as `steps`, from the first on, again and again."""
    return islice(cycle(batches), steps)
