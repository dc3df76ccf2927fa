"""Pools over windows, and max-pooling, all windows at once.

*Place* (i, j) of all windows together is one strided view of the input, so that the largest of each window is the
largest of some arrays, entry by entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array, zeros
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


def places(x: Array, pairs: tuple[Pair, Pair], output: Shape) -> list[Array]:
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
        self._places = places
        self.value = zeros(places[0].shape, places[0].dtype)
        self._wins, self._claimed = (zeros(self.value.shape, np.bool_) for _ in range(2))

    def forward(self) -> None:
        """Compute `value` from the places."""
        largest, *others = self._places
        if not others:
            np.copyto(self.value, largest)
        for place in others:
            largest = np.maximum(largest, place, out=self.value)

    def backward(self, gradient: Array, shares: Sequence[Array]) -> None:
        """Write the `shares` of the places in ∂L/∂value; these may be the places themselves."""
        wins, claimed = self._wins, self._claimed
        claimed.fill(False)
        *others, (_, last) = zip(self._places, shares, strict=True)
        for place, share in others:
            np.equal(place, self.value, out=wins)
            np.greater(wins, claimed, out=wins)  # equal and not claimed
            np.logical_or(wins, claimed, out=claimed)
            np.multiply(gradient, wins, out=share)
        np.logical_not(claimed, out=wins)  # the last wins where no other does
        np.multiply(gradient, wins, out=last)

    def choices(self) -> NDArray[np.intp]:
        """The number of the place that is the largest, the first of several."""
        found = np.zeros(self.value.shape, np.intp)
        for number in range(len(self._places) - 1, -1, -1):
            found[self._places[number] == self.value] = number
        return found


class MaxPool2d(Layer):
    """The layer of a `MaxPool`, with any window and stride.

    It computes the largest along the columns of each window, then the largest of those along its rows. In a tie this is
    the window's first row, and that row's first column.
    """

    def __init__(
        self, spec: MaxPool, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        (height, width), (down, right) = spec.pairs
        (channels, rows, cols), (_, out_rows, out_cols) = shape.input, shape.output
        self.down = down
        self.rows = [slice(i, i + (out_rows - 1) * down + 1, down) for i in range(height)]
        self.cols = [slice(j, j + (out_cols - 1) * right + 1, right) for j in range(width)]
        # Each place of the columns is copied once, so that all later operations are on contiguous memory.
        self.places = [zeros((rows, channels, out_cols, n), dtype) for _ in self.cols]
        self.of_cols = Largest(self.places)
        self.of_rows = Largest([self.of_cols.value[place] for place in self.rows])
        self.dvalue = zeros(self.of_cols.value.shape, dtype)
        self.shares = [zeros(self.of_rows.value.shape, dtype) for _ in self.rows]
        self.dx = zeros((rows, channels, cols, n), dtype)
        # The first `right` places have columns of their own; those of later ones are added, also where no first is.
        self.disjoint = min(right, width)
        self.beyond = self.dx[:, :, right * out_cols :] if width > right else self.dx[:0]

    def forward(self, x: Array) -> Array:
        for place, cols in zip(self.places, self.cols, strict=True):
            np.copyto(place, x[:, :, cols])
        self.of_cols.forward()
        self.of_rows.forward()
        return self.of_rows.value

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        self.of_rows.backward(gradient, self.shares)
        self.dvalue.fill(0)
        for rows, share in zip(self.rows, self.shares, strict=True):
            self.dvalue[rows] += share  # windows may overlap
        self.of_cols.backward(self.dvalue, self.places)
        self.beyond.fill(0)
        for cols, place in zip(self.cols[: self.disjoint], self.places, strict=False):
            np.copyto(self.dx[:, :, cols], place)
        for cols, place in zip(self.cols[self.disjoint :], self.places[self.disjoint :], strict=True):
            self.dx[:, :, cols] += place
        return self.dx

    def choices(self) -> NDArray[Any]:
        rows = self.of_rows.choices()
        starts = np.arange(len(rows))[:, None, None, None] * self.down
        return rows * len(self.cols) + np.take_along_axis(self.of_cols.choices(), starts + rows, axis=0)
