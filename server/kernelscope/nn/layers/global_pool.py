"""Global pooling: one number for each channel, the average or the largest value of its whole map.

M. Lin, Q. Chen and S. Yan, "Network in Network", 2013 (arXiv:1312.4400), section 3.2: the average. M. Oquab et al., "Is
Object Localization for Free?", CVPR 2015: the largest, which tells that something is there, wherever that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.shapes import Shape, Window


class GlobalPool(LayerSpec):
    """The spec of a pool whose window is the whole map."""

    type: str
    NUMBERED_ALONE: ClassVar[bool] = False

    @classmethod
    def example(cls, name: str, classes: int) -> Self:
        return cls(name)  # type: ignore[call-arg]  # of the dataclass

    def output_shape(self, shape: Shape) -> Shape:
        """``(channels, 1, 1)``."""
        return (shape[0], 1, 1)

    def window(self, shape: Shape) -> Window:
        """The whole input."""
        return Window(shape[1:])

    def summary(self) -> str:
        return self.type


@dataclass(frozen=True)
class GlobalAveragePool(GlobalPool):
    """The average of each map."""

    name: str
    type: Literal["globalavg"] = "globalavg"

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "GlobalAverage":
        return GlobalAverage(group[0], n, dtype, input_gradient=input_gradient)


@dataclass(frozen=True)
class GlobalMaxPool(GlobalPool):
    """The largest value of each map; in a tie the first place, row by row, takes the whole gradient, as in PyTorch."""

    name: str
    type: Literal["globalmax"] = "globalmax"

    def copies(self, shape: Shape, output: Shape) -> int:
        """The number of values of the map: more than are kept, so that large images get the same networks as ever."""
        return prod(shape)

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "GlobalMax":
        return GlobalMax(group[0], n, dtype, input_gradient=input_gradient)


class GlobalAverage(Layer):
    """The layer of a `GlobalAveragePool`."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.input
        self.count = rows * cols
        self.of_cols = zeros((channels, cols, n), dtype)
        self.output = zeros((1, channels, 1, n), dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)

    def forward(self, x: Array) -> Array:
        np.add.reduce(x, axis=0, out=self.of_cols)
        np.add.reduce(self.of_cols, axis=1, out=self.output[0, :, 0])
        return np.divide(self.output, self.count, out=self.output)

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        np.copyto(self.dx, gradient / self.count)
        return self.dx


class GlobalMax(Layer):
    """The layer of a `GlobalMaxPool`."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.input
        self.x: Array
        self.of_rows = zeros((rows, channels, n), dtype)
        self.output = zeros((1, channels, 1, n), dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)
        self.channels, self.images = np.arange(channels)[:, np.newaxis], np.arange(n)

    def forward(self, x: Array) -> Array:
        self.x = x  # which stays as it is until `backward`
        np.copyto(self.of_rows, x[:, :, 0])
        for col in range(1, x.shape[2]):  # faster than `reduce`, which would go through the columns row by row
            np.maximum(self.of_rows, x[:, :, col], out=self.of_rows)
        np.maximum.reduce(self.of_rows, axis=0, out=self.output[0, :, 0])
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        row, col = self._first()
        self.dx.fill(0)
        self.dx[row, self.channels, col, self.images] = gradient[0, :, 0]
        return self.dx

    def _first(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The row and the column ``[channel, n]`` of the largest value, of the first of several."""
        row = self.of_rows.argmax(axis=0)
        return row, self.x[row, self.channels, :, self.images].argmax(axis=2)

    def choices(self) -> NDArray[Any]:
        row, col = self._first()
        choices: NDArray[Any] = row * self.x.shape[2] + col
        return choices
