"""The dense (fully connected) layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.init import He, Initialisation, initialise
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.fields import Count, Field, Start
from kernelscope.nn.shapes import KernelShape, Shape, Window


@dataclass(frozen=True)
class Dense(LayerSpec):
    """A fully connected layer: each output is a weighted sum of all inputs, plus a bias.

    The input is flattened as (channel, row, col).
    """

    name: str
    units: int
    init: Initialisation = field(default_factory=He)
    type: Literal["dense"] = "dense"

    FIELDS: ClassVar[tuple[Field, ...]] = (Count("units"), Start("init", usually_he=True))
    ALWAYS_SHOWN: ClassVar[bool] = False
    NUMBERED_ALONE: ClassVar[bool] = False

    @classmethod
    def example(cls, name: str, classes: int) -> "Dense":
        return cls(name, classes)

    def output_shape(self, shape: Shape) -> Shape:
        """``(units, 1, 1)``."""
        return (self.units, 1, 1)

    def window(self, shape: Shape) -> Window:
        """The whole input."""
        return Window(shape[1:])

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """``weight[out, in]`` and ``bias[out]``."""
        return {"weight": (self.units, prod(shape)), "bias": (self.units,)}

    def kernel_shape(self, shape: Shape) -> KernelShape:
        """Shape of its weights as kernels as large as the input's maps: 1 × 1 where those are single numbers."""
        return (self.units, *shape)

    def initialise(self, params: Mapping[str, Array], rng: np.random.Generator) -> None:
        initialise(params["weight"], self.init, rng)

    def seen(self, weight: KernelShape, inputs: Array, output: Shape) -> Array:
        _, channel, row, col = weight
        return inputs[:, channel, row, col, None, None]

    def summary(self) -> str:
        return f"dense {self.units}"

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "DenseLayer":
        return DenseLayer(group[0], n, dtype, input_gradient=input_gradient)


class DenseLayer(Layer):
    """y = W x + b. ``weight[out, in]`` with `in` in the order (channel, row, col), ``bias[out]``."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        (channels, rows, cols), (units, _, _) = shape.input, shape.output
        self.x = zeros((channels, rows, cols, n), dtype)  # in the order of the weight's inputs
        self.output = zeros((1, units, 1, n), dtype)
        self.dy = zeros((units, n), dtype)
        self.flat_dx = zeros((channels * rows * cols, n), dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)

    def forward(self, x: Array) -> Array:
        np.copyto(self.x, x.transpose(1, 0, 2, 3))
        y = self.output.reshape(-1, self.n)
        np.matmul(self.params["weight"], self.x.reshape(-1, self.n), out=y)
        y += self.params["bias"][:, None]
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        dy = self.dy = gradient.reshape(-1, self.n)
        np.matmul(dy, self.x.reshape(-1, self.n).T, out=self.grads["weight"])
        np.add.reduce(dy, axis=1, out=self.grads["bias"])
        if not self.input_gradient:
            return None
        np.matmul(self.params["weight"].T, dy, out=self.flat_dx)
        np.copyto(self.dx, self.flat_dx.reshape(self.x.shape).transpose(1, 0, 2, 3))
        return self.dx

    def sensitivity(self) -> Array:
        return self.dy.T.reshape(self.n, -1, 1, 1).copy()
