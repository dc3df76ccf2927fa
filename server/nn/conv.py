"""Convolution by row windows: as little copying as a matrix product allows.

Deep-learning "convolution" is cross-correlation. With W ``[out, in, row, col]``, stride s and padding p,

    Z[o, y, x] = b[o] + Σ_{c,i,j} W[o, c, i, j] · X[c, y·s + i − p, x·s + j − p]

The usual trick (im2col; Chellapilla et al. 2006) copies every window into a column and leaves one matrix product; each
input value is then copied kernel-rows × kernel-cols times. Here only the *columns* of the window are unrolled:

    U[y, c, j, x, n] = X[y − p, c, x·s + j − p, n]

Since the batch n lies last and the row y first, the i-th row of every window lies one whole block of U further on. The
rows y·s … y·s + kernel-rows − 1 of U are therefore *already* the matrix ``[(i, c, j), (x, n)]`` that belongs to output
row y: overlapping views of U, no copy. So, with one matrix product for each output row,

    forward          Z[y]  = W[o, (i, c, j)] · U[y·s …]
    weight gradient  ∂W    = Σ_y U[y·s …] · ∂Z[y]ᵀ        (the sum over all positions, and over the batch)
    input gradient   the same with rows of ∂Z for rows of U, then the columns are added back where they were taken from
"""

from typing import Any

import numpy as np

from server.nn.architecture import Conv, LayerShape
from server.nn.arrays import Array
from server.nn.layer import Layer


class Conv2d(Layer):
    """The layer of a `Conv`. ``params`` and ``grads`` hold ``weight[out, in, row, col]`` and ``bias[out]``."""

    def __init__(self, shape: LayerShape, dtype: np.dtype[Any]) -> None:
        super().__init__(shape, dtype)
        assert isinstance(shape.spec, Conv)
        self.kernel, self.stride, self.padding = shape.spec.pairs

    def _columns(self) -> list[tuple[int, slice, slice]]:
        """For each kernel column j: the output columns x it serves, and the input columns that it meets there."""
        cols, out_cols = self.shape.input[2], self.shape.output[2]
        stride, pad = self.stride[1], self.padding[1]
        found = []
        for j in range(self.kernel[1]):
            first = max(0, -((j - pad) // stride))  # the first x with x·s + j − p ≥ 0, rounded up
            last = min(out_cols - 1, (cols - 1 + pad - j) // stride)
            if first <= last:
                start = first * stride + j - pad
                found.append((j, slice(first, last + 1), slice(start, start + (last - first) * stride + 1, stride)))
        return found

    @staticmethod
    def _row_windows(blocks: Array, first: int, step: int, count: int, height: int) -> Array:
        """Overlapping matrices over `blocks` ``[row, k, m]``: ``[count, height·k, m]``, `step` rows apart; no copy."""
        row, inner, item = blocks.strides
        return np.lib.stride_tricks.as_strided(
            blocks[first:],
            (count, height * blocks.shape[1], blocks.shape[2]),
            (step * row, inner, item),
            writeable=False,
        )

    def forward(self, x: Array) -> Array:
        (channels, rows, _), (filters, out_rows, out_cols) = self.shape.input, self.shape.output
        (height, width), pad, n = self.kernel, self.padding[0], x.shape[3]
        # What padding covers is never written and stays the zero that the buffer was made with.
        unrolled = self.buffers.get("unrolled", (rows + 2 * pad, channels, width, out_cols, n))
        for j, outer, inner in self._columns():
            unrolled[pad : pad + rows, :, j, outer] = x[:, :, inner]
        blocks = unrolled.reshape(rows + 2 * pad, channels * width, out_cols * n)
        self.windows = self._row_windows(blocks, 0, self.stride[0], out_rows, height)
        weight = self.params["weight"].transpose(0, 2, 1, 3).reshape(filters, -1)
        z = self.buffers.get("output", (out_rows, filters, out_cols * n))
        np.matmul(weight, self.windows, out=z)
        z += self.params["bias"][:, None]
        return z.reshape(out_rows, filters, out_cols, n)

    def backward(self, gradient: Array, *, needs_input_gradient: bool = True) -> Array | None:
        (channels, rows, cols), (filters, out_rows, out_cols) = self.shape.input, self.shape.output
        (height, width), pad, n = self.kernel, self.padding[0], gradient.shape[3]
        dz = gradient.reshape(out_rows, filters, out_cols * n)
        by_row = np.matmul(self.windows, dz.transpose(0, 2, 1))  # [row, (i, c, j), out]
        self.grads["weight"][...] = by_row.sum(0).reshape(height, channels, width, filters).transpose(3, 1, 0, 2)
        self.grads["bias"][...] = dz.sum((0, 2))
        if not needs_input_gradient:
            return None
        # Padded input row r meets kernel row i at output row (r − i) / s: so ∂Z's rows are laid s apart, with zero rows
        # between and around, and the kernel's rows are read backwards.
        spread = self.buffers.get("spread", (rows + 2 * pad + height - 1, filters, out_cols * n))
        spread[height - 1 : height + (out_rows - 1) * self.stride[0] : self.stride[0]] = dz
        weight = self.params["weight"][:, :, ::-1].transpose(1, 3, 2, 0).reshape(channels * width, height * filters)
        unrolled = self.buffers.get("unrolled gradient", (rows, channels * width, out_cols * n))
        np.matmul(weight, self._row_windows(spread, pad, 1, rows, height), out=unrolled)
        columns = unrolled.reshape(rows, channels, width, out_cols, n)
        dx = self.buffers.get("input gradient", (rows, channels, cols, n))
        dx.fill(0)
        for j, outer, inner in self._columns():
            dx[:, :, inner] += columns[:, :, j, outer]
        return dx
