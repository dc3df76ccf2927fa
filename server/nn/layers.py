"""ReLU, max-pooling and the dense layer."""

from itertools import product
from typing import Any

import numpy as np

from server.nn.architecture import LayerShape, MaxPool
from server.nn.arrays import Array
from server.nn.layer import Layer


class Relu(Layer):
    """max(0, x); the gradient passes where x > 0."""

    def forward(self, x: Array) -> Array:
        self.output = self.buffers.get("output", x.shape)
        # NumPy's maximum is five times as fast against an array as against the number 0.
        np.maximum(x, self.buffers.get("zeros", x.shape), out=self.output)
        return self.output

    def backward(self, gradient: Array, *, needs_input_gradient: bool = True) -> Array | None:
        if not needs_input_gradient:
            return None
        passes = self.buffers.get("passes", self.output.shape, np.bool_)
        np.greater(self.output, 0, out=passes)
        dx = self.buffers.get("input gradient", gradient.shape)
        np.multiply(gradient, passes, out=dx)
        return dx


class MaxPool2d(Layer):
    """The largest value of each window; the gradient goes to where it stood, the first of equals (as in PyTorch)."""

    def __init__(self, shape: LayerShape, dtype: np.dtype[Any]) -> None:
        super().__init__(shape, dtype)
        assert isinstance(shape.spec, MaxPool)
        self.size, self.stride = shape.spec.pairs

    def _slabs(self, x: Array) -> list[Array]:
        """For each place (i, j) in the window: that place of all windows at once, ``[row, channel, col, n]``."""
        (down, right), (_, rows, cols) = self.stride, self.shape.output
        return [
            x[i : i + (rows - 1) * down + 1 : down, :, j : j + (cols - 1) * right + 1 : right]
            for i, j in product(*map(range, self.size))
        ]

    def forward(self, x: Array) -> Array:
        first, *others = self._slabs(x)
        best = self.buffers.get("output", first.shape)
        # beats[k]: the k-th place is strictly above all before it. Strictly, so that the first of equals wins.
        self.beats = self.buffers.get("beats", (len(others), *first.shape), np.bool_)
        np.copyto(best, first)
        for slab, beats in zip(others, self.beats, strict=True):
            np.greater(slab, best, out=beats)
            np.maximum(best, slab, out=best)
        return best

    def backward(self, gradient: Array, *, needs_input_gradient: bool = True) -> Array | None:
        if not needs_input_gradient:
            return None
        channels, rows, cols = self.shape.input
        dx = self.buffers.get("input gradient", (rows, channels, cols, gradient.shape[3]))
        overlap = self.stride[0] < self.size[0] or self.stride[1] < self.size[1]
        if overlap:
            dx.fill(0)  # otherwise every slab is written whole, and what no window covers stays zero
        left = self.buffers.get("left", gradient.shape)  # what no later place of the window has claimed
        share = self.buffers.get("share", gradient.shape)
        np.copyto(left, gradient)
        first, *others = self._slabs(dx)
        for slab, beats in zip(reversed(others), self.beats[::-1], strict=True):
            np.multiply(left, beats, out=share)
            left -= share
            if overlap:
                slab += share
            else:
                np.copyto(slab, share)
        if overlap:
            first += left
        else:
            np.copyto(first, left)
        return dx


class DenseLayer(Layer):
    """y = W x + b. ``weight[out, in]`` with `in` in the order (channel, row, col), ``bias[out]``."""

    def forward(self, x: Array) -> Array:
        n = x.shape[3]
        self.flat = x.transpose(1, 0, 2, 3).reshape(-1, n)
        y = self.params["weight"] @ self.flat
        y += self.params["bias"][:, None]
        return y.reshape(1, -1, 1, n)

    def backward(self, gradient: Array, *, needs_input_gradient: bool = True) -> Array | None:
        n = gradient.shape[3]
        dy = gradient.reshape(-1, n)
        np.matmul(dy, self.flat.T, out=self.grads["weight"])
        self.grads["bias"][...] = dy.sum(1)
        if not needs_input_gradient:
            return None
        channels, rows, cols = self.shape.input
        dx = self.params["weight"].T @ dy
        return np.ascontiguousarray(dx.reshape(channels, rows, cols, n).transpose(1, 0, 2, 3))
