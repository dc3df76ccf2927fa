"""Max-pooling by whole slabs.

A window of rows × cols places is looked at place by place, not window by window: *slab* (i, j) is the place (i, j) of
all windows at once, a strided view ``[row, channel, col, n]``. The largest value of each window is then the maximum of
a handful of slabs, element by element, and where it stood is one comparison for each.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from server.nn.architecture import LayerShape, MaxPool
from server.nn.arrays import Array, Mask
from server.nn.layer import Layer


def largest(slabs: Sequence[Array], out: Array) -> None:
    """Write the largest of `slabs`, element by element."""
    np.copyto(out, slabs[0])
    for slab in slabs[1:]:
        np.maximum(out, slab, out=out)


def to_first_largest(gradient: Array, slabs: Sequence[Array], best: Array, won: Mask, into: Sequence[Array]) -> None:
    """∂L/∂slab for each of `slabs` from `gradient`, ∂L/∂best, where `best` is the `largest` of the slabs.

    Of equals the first takes it all, as in PyTorch: on a blank background all places of a window tie exactly. `best`
    must be the very numbers that `largest` wrote, since equality decides.

    `into` gets the result and may be `slabs` itself. `gradient` is used up: it holds what no slab has claimed yet.
    `won` is room for a mask of this shape.
    """
    for slab, share in zip(slabs[:-1], into[:-1], strict=True):
        np.equal(slab, best, out=won)
        np.multiply(gradient, won, out=share)
        np.subtract(gradient, share, out=gradient)
    np.copyto(into[-1], gradient)


class MaxPool2d(Layer):
    """The layer of a `MaxPool`: any window, any stride."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        assert isinstance(shape.spec, MaxPool)
        self.size, self.stride = shape.spec.pairs
        (channels, rows, cols), (_, out_rows, out_cols) = shape.input, shape.output
        self.output = np.zeros((out_rows, channels, out_cols, n), dtype)
        self.won = np.zeros(self.output.shape, np.bool_)
        self.unclaimed = np.zeros_like(self.output)
        self.dx = np.zeros((rows, channels, cols, n), dtype)
        # Windows that overlap may claim a place more than once: then each slab is added, by way of an array of its own.
        self.overlap = self.stride[0] < self.size[0] or self.stride[1] < self.size[1]
        dx = self._slabs(self.dx)
        self.shares = [np.zeros_like(self.output) for _ in dx] if self.overlap else dx

    def _slabs(self, x: Array) -> list[Array]:
        """The slabs of `x`, in reading order."""
        (down, right), (_, rows, cols) = self.stride, self.shape.output
        return [
            x[i : i + (rows - 1) * down + 1 : down, :, j : j + (cols - 1) * right + 1 : right]
            for i, j in product(*map(range, self.size))
        ]

    def forward(self, x: Array) -> Array:
        self.places = self._slabs(x)
        largest(self.places, self.output)
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        np.copyto(self.unclaimed, gradient)
        to_first_largest(self.unclaimed, self.places, self.output, self.won, self.shares)
        if self.overlap:
            self.dx.fill(0)
            for slab, share in zip(self._slabs(self.dx), self.shares, strict=True):
                slab += share
        return self.dx  # what no window covers stays the zero that it was made with
