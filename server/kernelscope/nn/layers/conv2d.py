"""Convolution, fused with the activation and the pool behind it, by row windows: a matrix product with little copying.

Deep-learning "convolution" is cross-correlation. With W ``[out, in, row, col]``, stride s and padding p,

    Z[o, y, x] = b[o] + Σ_{c,i,j} W[o, c, i, j] · X[c, y·s + i − p, x·s + j − p]

**Row windows.** The usual method (im2col; Chellapilla et al. 2006) copies every window into a column, which leaves one
matrix product; each input value is then copied kernel-rows × kernel-cols times. Here the window is unrolled along its
*columns* only:

    U[y, c, j, x, n] = X[y − p, c, x·s + j − p, n]

Since the row y is the first axis, the rows y·s … y·s + kernel-rows − 1 of U *already are* the matrix
``[(i, c, j), (x, n)]`` of output row y: overlapping views of U, without a copy. So, with one matrix product per output
row,

    forward          Z[y]  = W[o, (i, c, j)] · U[y·s …]
    weight gradient  ∂W    = Σ_y U[y·s …] · ∂Z[y]ᵀ        (the sum over all positions, and over the batch)
    input gradient   ∂U[r] = W[(c, j), (i, o)] · ∂Z[r − i …]      the same windows, over the rows of ∂Z and with the
                                                                 kernel's rows read backwards; ∂X collects the columns

**Blocks.** A pool combines `d` = pool-cols neighbours along the row, so one matrix product computes all of them:
Z ``[y, (d, o), x, n]``, where x counts pool windows. Its kernel is W placed d times, each s columns further on, in a
grid of J = kernel-cols + (d − 1)·s columns. With 3 kernel columns, stride 1 and d = 2, one row of it is:

    place 0    w₀ w₁ w₂  0
    place 1     0 w₀ w₁ w₂

U then holds J/d numbers for each input value instead of kernel-cols. If the zeros are few (`fuses`), multiplying by
them costs less than is gained: a matrix product of d times as many rows, and the pool's places as contiguous slabs.
Without a pool d is 1, and this is the plain formula above.

**Pool before bias and activation.** Adding b and all activations but GELU are monotone, so the order does not change
the result, and behind a 2 × 2 pool there is a quarter of the work. (It changes the gradient where z₁ ≠ z₂ but
f(z₁ + b) = f(z₂ + b) by rounding: fused, the larger z takes it; unfused, the first.)
"""

from math import prod
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.columns import Columns, Unroll
from kernelscope.nn.input_gradient import InputGradient
from kernelscope.nn.layers.activations import Activation
from kernelscope.nn.layers.base import Layer, LayerShape
from kernelscope.nn.layers.pool import Largest
from kernelscope.nn.shapes import Pair
from kernelscope.nn.windows import band, row_windows

PARTIAL_SUMS = 1 << 17
"""The number of entries of single rows' weight gradients to collect before adding them up; they fit the cache."""


class Conv2d(Layer):
    """A convolution, fused with an activation and a pool behind it (in either order).

    ``params`` and ``grads`` hold ``weight[out, in, row, col]`` and ``bias[out]``. Each forward pass allows one backward
    pass only, since the same array `z` ``[y, (d, o), (x, n)]`` holds Z, and then ∂L/∂Z.
    """

    def __init__(
        self,
        pairs: tuple[Pair, Pair, Pair],
        shape: LayerShape,
        n: int,
        dtype: np.dtype[Any],
        *,
        input_gradient: bool = True,
        activation: Activation | None = None,
        pool: Pair = (1, 1),
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        (height, width), stride, padding = pairs
        (down, right), (above, left) = stride, padding
        (channels, rows, cols), (filters, out_rows, out_cols) = shape.input, shape.output
        pooled_rows, blocks, block = out_rows // pool[0], out_cols // pool[1], pool[1]
        out_rows = pooled_rows * pool[0]  # rows that the pool drops are not computed
        grid = width + (block - 1) * right
        run = blocks * n  # (x, n)

        columns = Columns(cols, blocks, block * right, grid, left)
        self.unroll = Unroll(columns, rows, channels, n, dtype, frame=above)
        unrolled = self.unroll.unrolled.reshape(rows + 2 * above, channels * grid, run)
        self.windows = row_windows(unrolled, 0, down, out_rows, height)

        weight = np.zeros((block, filters, height, channels, grid), dtype)
        self.placed = band(weight, 0, 4, right, width)
        self.weight = weight.reshape(block * filters, -1)

        weights = shape.params["weight"]
        self.dx = (
            InputGradient(weights, stride, padding, shape.input, out_rows, block, columns, n, dtype)
            if input_gradient
            else None
        )
        self.z = self.dx.z if self.dx else np.zeros((out_rows, block * filters, run), dtype)
        places = self.z.reshape(pooled_rows, prod(pool), filters, run)  # a place of the pool is (its row, d)
        self.largest = Largest(places) if prod(pool) > 1 else None
        self.best = self.largest.value if self.largest else places[:, 0]
        self.response = np.zeros_like(self.best) if self.largest else self.best  # behind bias and activation
        self.dresponse = np.zeros_like(self.best) if self.largest else self.best
        self.activation = activation.function(self.best.shape, dtype) if activation else None
        # NumPy is slower at broadcasting one number per filter than with arrays of full length.
        self.bias = np.zeros((filters, run), dtype)
        self.output = self.response.reshape(pooled_rows, filters, blocks, n)

        entries = (self.windows.shape[1], block * filters)  # (i, c, j), (d, o)
        at_once = max(1, min(out_rows, PARTIAL_SUMS // prod(entries)))
        partial = np.zeros((at_once, *entries), dtype)
        turns = [slice(start, start + at_once) for start in range(0, out_rows, at_once)]
        self.products = [
            (self.windows[turn], self.z[turn].transpose(0, 2, 1), partial[: len(self.z[turn])]) for turn in turns
        ]
        self.dweight = np.zeros(entries, dtype)
        self.dplaced = band(self.dweight.reshape(height, channels, grid, block, filters), 3, 2, right, width)

    def forward(self, x: Array) -> Array:
        self.unroll(x)
        np.copyto(self.placed, self.params["weight"].transpose(0, 2, 1, 3))
        np.matmul(self.weight, self.windows, out=self.z)
        if self.largest:
            self.largest.forward()
        np.copyto(self.bias, self.params["bias"][:, None])
        np.add(self.best, self.bias, out=self.response)
        if self.activation:
            self.activation.forward(self.response, self.response)
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        gradient = gradient.reshape(self.response.shape)
        if self.activation:
            self.activation.backward(gradient, self.response, self.dresponse)
        else:
            np.copyto(self.dresponse, gradient)
        np.add.reduce(np.add.reduce(self.dresponse, axis=0), axis=1, out=self.grads["bias"])
        if self.largest:
            self.largest.backward(self.dresponse)
        for turn, (windows, dz, partial) in enumerate(self.products):
            np.matmul(windows, dz, out=partial)
            if turn == 0:
                np.add.reduce(partial, axis=0, out=self.dweight)
            else:
                self.dweight += np.add.reduce(partial, axis=0)
        np.add.reduce(self.dplaced, axis=3, out=self.grads["weight"].transpose(2, 1, 3, 0))
        return self.dx(self.params["weight"]) if self.dx else None

    def sensitivity(self) -> Array:
        filters, rows, cols = self.shape.output
        blocks = self.z.shape[2] // self.n
        dz = self.z.reshape(len(self.z), -1, filters, blocks, self.n)  # y, d, o, x, n
        found = np.zeros((self.n, filters, rows, cols), self.dtype)
        # Edges that the pool drops are not computed, and have no effect on the loss.
        found[:, :, : len(dz), : blocks * dz.shape[1]] = dz.transpose(4, 2, 0, 3, 1).reshape(
            self.n, filters, len(dz), -1
        )
        return found
