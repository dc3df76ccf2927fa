"""Activations: functions of each value by itself, y = f(x), and their derivatives, ∂L/∂x = ∂L/∂y · f′(x).

    ReLU         max(0, x)                           V. Nair and G. E. Hinton, ICML 2010
    leaky ReLU   x where x > 0, else a·x             A. L. Maas, A. Y. Hannun and A. Y. Ng, ICML 2013
    tanh         tanh x,          f′ = 1 − y²        Y. LeCun et al., "Efficient BackProp", 1998, section 4.4
    sigmoid      1 / (1 + e⁻ˣ),   f′ = y (1 − y)     D. E. Rumelhart, G. E. Hinton and R. J. Williams, Nature 323, 1986
    GELU         ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³), f′ = ½ (1 + tanh u) + ½ x (1 − tanh² u) u′

GELU is D. Hendrycks and K. Gimpel's (2016, arXiv:1606.08415) in their second form, PyTorch's ``approximate="tanh"``: it
differs from the exact one, x Φ(x), by at most 0.0005.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.fields import Field, Real, number
from kernelscope.nn.shapes import Shape


class Activation(LayerSpec, ABC):
    """The spec of an activation."""

    ACTIVATES: ClassVar[bool] = True
    MONOTONE: ClassVar[bool] = True
    """Whether it never falls, so that the largest of some values remains the largest."""
    KINKED: ClassVar[bool] = False
    """Whether its derivative jumps at 0."""

    @classmethod
    def example(cls, name: str, classes: int) -> Self:
        return cls(name)  # type: ignore[call-arg]  # of the dataclass

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the input."""
        return shape

    @abstractmethod
    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> "Function":
        """Build what computes it on arrays of this `shape`."""

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "Elementwise":
        return Elementwise(self, group[0], n, dtype, input_gradient=input_gradient)


class Function(ABC):
    """Computes an activation on arrays of one shape; `out` may be the other array itself.

    Each forward pass allows one backward pass only.
    """

    @abstractmethod
    def forward(self, x: Array, out: Array) -> None:
        """Write f(x) to `out`."""

    @abstractmethod
    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        """Write ∂L/∂x to `out`, from ∂L/∂y and the `y` of the last forward pass."""


class Elementwise(Layer):
    """The layer of an `Activation`."""

    def __init__(
        self, spec: Activation, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.output
        self.output = zeros((rows, channels, cols, n), dtype)
        self.function = spec.function(self.output.shape, dtype)
        self.kinked = spec.KINKED
        self.dx = zeros(self.output.shape, self.output.dtype)

    def forward(self, x: Array) -> Array:
        self.function.forward(x, self.output)
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        self.function.backward(gradient, self.output, self.dx)
        return self.dx

    def choices(self) -> NDArray[Any] | None:
        return self.output > 0 if self.kinked else None


@dataclass(frozen=True)
class ReLU(Activation):
    """max(0, x); the gradient passes where x > 0."""

    name: str
    type: Literal["relu"] = "relu"

    GATES: ClassVar[bool] = True
    KINKED: ClassVar[bool] = True

    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Function:
        return _Rectify(shape, dtype)


class _Rectify(Function):
    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.zeros = zeros(shape[1:], dtype)  # NumPy's maximum is slower against the number 0 than against an array
        self.passes = zeros(shape, np.bool_)

    def forward(self, x: Array, out: Array) -> None:
        np.maximum(x, self.zeros, out=out)

    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        np.greater(y, 0, out=self.passes)
        np.multiply(gradient, self.passes, out=out)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """x where x > 0, else `slope` · x."""

    name: str
    slope: float = 0.01
    type: Literal["leaky"] = "leaky"

    FIELDS: ClassVar[tuple[Field, ...]] = (Real("slope", "slope", low=0, high=1),)
    KINKED: ClassVar[bool] = True

    def summary(self) -> str:
        return f"leaky ReLU {number(self.slope)}"

    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Function:
        return _Leak(self.slope, shape, dtype)


class _Leak(Function):
    def __init__(self, slope: float, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.slope = slope
        self.leaked = zeros(shape, dtype)
        self.passes = zeros(shape, np.bool_)

    def forward(self, x: Array, out: Array) -> None:
        np.multiply(x, self.slope, out=self.leaked)
        np.maximum(x, self.leaked, out=out)  # the slope is at most 1

    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        np.greater(y, 0, out=self.passes)
        np.multiply(gradient, self.slope, out=self.leaked)
        np.copyto(self.leaked, gradient, where=self.passes)
        np.copyto(out, self.leaked)


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent, from −1 to 1."""

    name: str
    type: Literal["tanh"] = "tanh"

    def summary(self) -> str:
        return "tanh"

    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Function:
        return _Tanh(shape, dtype)


class _Tanh(Function):
    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.slopes = zeros(shape, dtype)

    def forward(self, x: Array, out: Array) -> None:
        np.tanh(x, out=out)

    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        np.multiply(y, y, out=self.slopes)
        np.subtract(1, self.slopes, out=self.slopes)
        np.multiply(gradient, self.slopes, out=out)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """The logistic function 1 / (1 + e⁻ˣ), from 0 to 1."""

    name: str
    type: Literal["sigmoid"] = "sigmoid"

    def summary(self) -> str:
        return "sigmoid"

    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Function:
        return _Sigmoid(shape, dtype)


class _Sigmoid(Function):
    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.slopes = zeros(shape, dtype)

    def forward(self, x: Array, out: Array) -> None:
        np.negative(x, out=out)
        with np.errstate(over="ignore"):  # where e⁻ˣ is infinite, f(x) is 0
            np.exp(out, out=out)
        np.add(out, 1, out=out)
        np.divide(1, out, out=out)

    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        np.subtract(1, y, out=self.slopes)
        np.multiply(self.slopes, y, out=self.slopes)
        np.multiply(gradient, self.slopes, out=out)


@dataclass(frozen=True)
class GELU(Activation):
    """The Gaussian error linear unit, x weighted by about the share of the normal distribution below it (tanh form)."""

    name: str
    type: Literal["gelu"] = "gelu"

    MONOTONE: ClassVar[bool] = False
    """It falls to −0.17 at x = −0.75, and rises from there."""

    def summary(self) -> str:
        return "GELU"

    def function(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Function:
        return _Gelu(shape, dtype)


class _Gelu(Function):
    SCALE = sqrt(2 / pi)
    CUBIC = 0.044715

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.x = zeros(shape, dtype)
        self.tanh = zeros(shape, dtype)
        self.slopes = zeros(shape, dtype)

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(self.x, x)
        x, u = self.x, self.tanh
        np.multiply(x, x, out=u)
        np.multiply(u, self.CUBIC, out=u)
        np.add(u, 1, out=u)
        np.multiply(u, x, out=u)
        np.multiply(u, self.SCALE, out=u)
        np.tanh(u, out=self.tanh)
        np.add(self.tanh, 1, out=out)
        np.multiply(out, x, out=out)
        np.multiply(out, 0.5, out=out)

    def backward(self, gradient: Array, y: Array, out: Array) -> None:
        x, t, slopes = self.x, self.tanh, self.slopes
        np.multiply(x, x, out=slopes)
        np.multiply(slopes, 3 * self.CUBIC, out=slopes)
        np.add(slopes, 1, out=slopes)
        np.multiply(slopes, x, out=slopes)
        np.multiply(slopes, self.SCALE, out=slopes)  # x u′
        np.multiply(t, t, out=x)
        np.subtract(1, x, out=x)
        np.multiply(slopes, x, out=slopes)
        np.add(slopes, t, out=slopes)
        np.add(slopes, 1, out=slopes)
        np.multiply(slopes, 0.5, out=slopes)
        np.multiply(gradient, slopes, out=out)
