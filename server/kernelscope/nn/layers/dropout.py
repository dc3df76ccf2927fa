"""Dropout: in a training step, each value is set to 0 with a probability p, and the others are divided by 1 − p.

N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural
Networks from Overfitting", JMLR 15, 2014. The division (section 10, "inverted dropout", as in PyTorch) leaves the mean
as it is, so that nothing need be done in tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.fields import Field, Real, number
from kernelscope.nn.shapes import Shape


@dataclass(frozen=True)
class Dropout(LayerSpec):
    """Drops a `share` of all values, at random, in training only."""

    name: str
    share: float = 0.5
    type: Literal["dropout"] = "dropout"

    FIELDS: ClassVar[tuple[Field, ...]] = (Real("share", low=0, high=0.99),)

    @classmethod
    def example(cls, name: str, classes: int) -> "Dropout":
        return cls(name)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the input."""
        return shape

    def summary(self) -> str:
        return f"dropout {number(self.share)}"

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "DropoutLayer":
        return DropoutLayer(self, group[0], n, dtype, input_gradient=input_gradient)


class DropoutLayer(Layer):
    """The layer of a `Dropout`. Without ``masks`` it passes everything on."""

    def __init__(
        self, spec: Dropout, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.output
        self.share = spec.share
        self.factors = zeros((rows, channels, cols, n), dtype)
        self.by_image = self.factors.transpose(3, 1, 0, 2)
        self.output = zeros(self.factors.shape, self.factors.dtype)
        self.dx = zeros(self.factors.shape, self.factors.dtype)

    def forward(self, x: Array) -> Array:
        if self.masks is None:
            return x
        kept = self.masks.kept(self.name, self.share, prod(self.shape.output), self.n)
        np.copyto(self.by_image, kept.reshape(self.by_image.shape))
        self.factors *= 1 / (1 - self.share)
        return np.multiply(x, self.factors, out=self.output)

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        return gradient if self.masks is None else np.multiply(gradient, self.factors, out=self.dx)
