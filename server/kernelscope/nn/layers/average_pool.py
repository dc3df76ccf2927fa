"""Average-pooling: y = Σ x / count over each window, so that every input of a window gets ∂L/∂y / count.

Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998, section II, sub-sampled this way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.base import Layer, LayerShape
from kernelscope.nn.layers.pool import Pool, places
from kernelscope.nn.shapes import Pair, times


@dataclass(frozen=True)
class AveragePool(Pool):
    """Average-pooling over windows of `size` = (rows, cols), `stride` apart (default: `size`, side by side)."""

    name: str
    size: int | Pair = 2
    stride: int | Pair | None = None
    type: Literal["avgpool"] = "avgpool"

    def summary(self) -> str:
        return f"{self.type} {times(*self.pairs[0])}"

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "AveragePool2d":
        return AveragePool2d(self, group[0], n, dtype, input_gradient=input_gradient)


class AveragePool2d(Layer):
    """The layer of an `AveragePool`, with any window and stride."""

    def __init__(
        self, spec: AveragePool, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        self.pairs = spec.pairs
        self.count = prod(self.pairs[0])
        size, stride = self.pairs
        self.tiles = size == stride and all(x % step == 0 for x, step in zip(shape.input[1:], stride, strict=True))
        (channels, rows, cols), (_, out_rows, out_cols) = shape.input, shape.output
        self.output = zeros((out_rows, channels, out_cols, n), dtype)
        self.share = zeros(self.output.shape, self.output.dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)
        self.dplaces = places(self.dx, self.pairs, shape.output)

    def forward(self, x: Array) -> Array:
        first, *others = places(x, self.pairs, self.shape.output)
        np.copyto(self.output, first)
        for place in others:
            np.add(self.output, place, out=self.output)
        return np.divide(self.output, self.count, out=self.output)

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        np.divide(gradient, self.count, out=self.share)
        if self.tiles:
            self.share += 0  # makes 0 of −0, as a sum that begins at 0 does
            for place in self.dplaces:
                np.copyto(place, self.share)
            return self.dx
        self.dx.fill(0)
        for place in self.dplaces:  # windows may overlap, so gradients add up
            place += self.share
        return self.dx
