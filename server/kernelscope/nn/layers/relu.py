"""max(0, x)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.shapes import Shape


@dataclass(frozen=True)
class ReLU(LayerSpec):
    """max(0, x)."""

    name: str
    type: Literal["relu"] = "relu"

    GATES: ClassVar[bool] = True

    @classmethod
    def example(cls, name: str, classes: int) -> "ReLU":
        return cls(name)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the input."""
        return shape

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "Relu":
        return Relu(group[0], n, dtype, input_gradient=input_gradient)


class Relu(Layer):
    """max(0, x); the gradient passes where x > 0."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.output
        self.output = np.zeros((rows, channels, cols, n), dtype)
        self.zeros = np.zeros(n, dtype)  # NumPy's maximum is slower against the number 0 than against an array
        self.passes = np.zeros(self.output.shape, np.bool_)
        self.dx = np.zeros_like(self.output)

    def forward(self, x: Array) -> Array:
        return np.maximum(x, self.zeros, out=self.output)

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        np.greater(self.output, 0, out=self.passes)
        return np.multiply(gradient, self.passes, out=self.dx)

    def choices(self) -> NDArray[Any]:
        return self.output > 0
