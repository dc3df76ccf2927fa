"""Pools over windows, and max-pooling, all windows at once.

*Place* (i, j) of all windows together is one strided view of the input. With the places stacked,
``[row, place, channel, col, n]``, the largest value of each window is one maximum over the second axis, and its place
is found by one comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.fields import Field, Sides
from kernelscope.nn.shapes import Pair, Shape, Window, positions


class Pool(LayerSpec):
    """The spec of a pool over windows of `size` = (rows, cols), `stride` apart (default: `size`, side by side)."""

    size: int | Pair
    stride: int | Pair | None

    FIELDS: ClassVar[tuple[Field, ...]] = (Sides("size"), Sides("stride", "stride"))

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.size)
        super().__post_init__()

    def _usual(self, name: str) -> Any:
        return self.size if name == "stride" else super()._usual(name)

    @classmethod
    def example(cls, name: str, classes: int) -> Self:
        return cls(name)  # type: ignore[call-arg]  # of the dataclass

    @property
    def pairs(self) -> tuple[Pair, Pair]:
        """`size` and `stride`, each as (rows, cols)."""
        return cast(tuple[Pair, Pair], (self.size, self.stride))  # normalised by __post_init__

    def output_shape(self, shape: Shape) -> Shape:
        """``(channels, rows, cols)`` for an input of `shape`."""
        return (shape[0], *positions(self.name, "window", shape, *self.pairs))

    def window(self, shape: Shape) -> Window:
        return Window(*self.pairs)


@dataclass(frozen=True)
class MaxPool(Pool):
    """Max-pooling over windows of `size` = (rows, cols), `stride` apart (default: `size`, side by side)."""

    name: str
    size: int | Pair = 2
    stride: int | Pair | None = None
    type: Literal["pool"] = "pool"

    def copies(self, shape: Shape, output: Shape) -> int:
        """The number of values of all windows together."""
        return prod(output) * prod(self.pairs[0])

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "MaxPool2d":
        return MaxPool2d(self, group[0], n, dtype, input_gradient=input_gradient)


def slabs(x: Array, pairs: tuple[Pair, Pair], output: Shape) -> list[Array]:
    """For each place of a window, in row-major order, the view of `x` ``[row, channel, col, n]`` at that place.

    Args:
        x: an input of the layer.
        pairs: size and stride of the windows, each as (rows, cols).
        output: shape of the layer's output.
    """
    (size, (down, right)), (_, rows, cols) = pairs, output
    return [
        x[i : i + (rows - 1) * down + 1 : down, :, j : j + (cols - 1) * right + 1 : right]
        for i, j in product(*map(range, size))
    ]


class Largest:
    """Computes the largest of some `places`, arrays of one shape, entry by entry, and its backward pass.

    In a tie the first place takes the whole gradient, as in PyTorch. On a background of zeros all places tie exactly.
    (On any other constant they need not in float32: BLAS may round equal columns of a matrix product differently.)

    Attributes:
        value: the largest; must not change between `forward` and `backward`, which compares places with it.
    """

    def __init__(self, places: Sequence[Array]) -> None:
        self.places = places
        self.value = np.zeros(places[0].shape, places[0].dtype)
        self._wins, self._claimed = (np.zeros(self.value.shape, np.bool_) for _ in range(2))

    def forward(self) -> None:
        """Compute `value` from `places`."""
        first, *others = self.places
        if not others:
            np.copyto(self.value, first)
        for place in others:
            np.maximum(first, place, out=self.value)
            first = self.value

    def backward(self, gradient: Array) -> None:
        """Compute ∂L/∂places from ∂L/∂value, and overwrite `places` with it."""
        wins, claimed = self._wins, self._claimed
        first, *others = self.places
        np.equal(first, self.value, out=claimed)
        np.multiply(gradient, claimed, out=first)
        for place in others[:-1]:
            np.equal(place, self.value, out=wins)
            np.greater(wins, claimed, out=wins)  # equal and not claimed
            np.logical_or(wins, claimed, out=claimed)
            np.multiply(gradient, wins, out=place)
        if others:  # the last place wins where no other does
            np.logical_not(claimed, out=wins)
            np.multiply(gradient, wins, out=others[-1])


class MaxPool2d(Layer):
    """The layer of a `MaxPool`, with any window and stride."""

    def __init__(
        self, spec: MaxPool, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        self.pairs = spec.pairs
        (channels, rows, cols), (_, out_rows, out_cols) = shape.input, shape.output
        self.places = np.zeros((out_rows, prod(self.pairs[0]), channels, out_cols, n), dtype)
        self.largest = Largest([self.places[:, place] for place in range(self.places.shape[1])])
        self.dx = np.zeros((rows, channels, cols, n), dtype)
        self.dslabs = slabs(self.dx, self.pairs, shape.output)

    def forward(self, x: Array) -> Array:
        for place, slab in enumerate(slabs(x, self.pairs, self.shape.output)):
            np.copyto(self.places[:, place], slab)
        self.largest.forward()
        return self.largest.value

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        self.largest.backward(gradient)
        self.dx.fill(0)
        for place, slab in enumerate(self.dslabs):  # windows may overlap, so gradients add up
            slab += self.places[:, place]
        return self.dx

    def choices(self) -> NDArray[Any]:
        choices: NDArray[Any] = self.places.argmax(axis=1)
        return choices
