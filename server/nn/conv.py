"""Convolution, with the ReLU and the pool behind it, by row windows: as little copying as a matrix product allows.

Deep-learning "convolution" is cross-correlation. With W ``[out, in, row, col]``, stride s and padding p,

    Z[o, y, x] = b[o] + Σ_{c,i,j} W[o, c, i, j] · X[c, y·s + i − p, x·s + j − p]

**Row windows.** The usual trick (im2col; Chellapilla et al. 2006) copies every window into a column and leaves one
matrix product; each input value is then copied kernel-rows × kernel-cols times. Here only the *columns* of the window
are unrolled:

    U[y, c, j, x, n] = X[y − p, c, x·s + j − p, n]

Since the batch n lies last and the row y first, the i-th row of every window lies one whole block of U further on. The
rows y·s … y·s + kernel-rows − 1 of U are therefore *already* the matrix ``[(i, c, j), (x, n)]`` that belongs to output
row y: overlapping views of U, no copy. So, with one matrix product for each output row,

    forward          Z[y]  = W[o, (i, c, j)] · U[y·s …]
    weight gradient  ∂W    = Σ_y U[y·s …] · ∂Z[y]ᵀ        (the sum over all positions, and over the batch)
    input gradient   ∂U[r] = W[(c, j), (i, o)] · ∂Z[r − i …]      the same windows, over the rows of ∂Z and with the
                                                                 kernel's rows read backwards; ∂X collects the columns

**Blocks.** A pool takes `d` = pool-cols neighbours along the row together, so one matrix product computes all of them:
Z ``[y, (d, o), x, n]`` with x counting pool windows. Its kernel is W put down d times, each s columns further on, in a
grid of J = kernel-cols + (d − 1)·s columns; U then holds J/d numbers for each input value instead of kernel-cols. The
products with the zeros of that grid cost less than what is gained: a matrix product of d times as many rows, and the
pool's partners as contiguous slabs. Without a pool d is 1 and all of this is the plain formula above.

**Pool before bias and ReLU.** max(z₁ …) + b and max(0, ·) are monotone, so the order makes no difference to the result,
and behind the pool there is a quarter as much to do.
"""

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from server.nn.architecture import Conv, LayerShape, MaxPool, Pair
from server.nn.arrays import Array
from server.nn.columns import Columns
from server.nn.layer import Layer
from server.nn.pool import to_first_largest

PARTIAL_SUMS = 1 << 17
"""How many numbers the weight gradients of single rows may take before they are added up: what stays in the cache."""


def fuses(conv: Conv, pool: MaxPool) -> bool:
    """Whether `Conv2d` takes this pool on: its windows lie side by side, and blocks don't double the work."""
    (_, width), (_, stride), _ = conv.pairs
    size, apart = pool.pairs
    return size == apart and (size[1] - 1) * stride <= width


def _row_windows(blocks: Array, first: int, step: int, count: int, height: int) -> Array:
    """Overlapping matrices over `blocks` ``[row, k, m]``: ``[count, height·k, m]``, `step` rows apart; no copy."""
    row, inner, item = blocks.strides
    return np.lib.stride_tricks.as_strided(
        blocks[first:],
        (count, height * blocks.shape[1], blocks.shape[2]),
        (step * row, inner, item),
        writeable=False,
    )


class _RowPhase(NamedTuple):
    """Input rows that meet the same kernel rows: at stride 1 all of them, at stride s every s-th, `start` the first."""

    start: int
    rows: int
    """How many there are."""
    taps: slice
    """The kernel rows they meet, last first."""
    first: int
    """The first of the output rows that the row `start` has a share in; with the others it moves on by one a row."""
    height: int
    """How many output rows each has a share in: as many as there are taps."""


class Conv2d(Layer):
    """The layer of a `Conv`, and of a ReLU and a pool behind it (in either order).

    ``params`` and ``grads`` hold ``weight[out, in, row, col]`` and ``bias[out]``. One backward pass for each forward
    pass: ∂L/∂Z is written where Z was.
    """

    def __init__(
        self,
        shape: LayerShape,
        n: int,
        dtype: np.dtype[Any],
        *,
        input_gradient: bool = True,
        relu: bool = False,
        pool: Pair = (1, 1),
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        assert isinstance(shape.spec, Conv)
        self.kernel, self.stride, self.padding = shape.spec.pairs
        self.relu = relu
        (channels, rows, cols), (filters, out_rows, out_cols) = shape.input, shape.output
        height = self.kernel[0]
        pooled_rows, blocks = out_rows // pool[0], out_cols // pool[1]
        out_rows = pooled_rows * pool[0]  # what the pool leaves out is not computed
        self.block = pool[1]
        grid = self.kernel[1] + (self.block - 1) * self.stride[1]
        row = blocks * n  # (x, n)

        padded = rows + 2 * self.padding[0]
        self.columns = Columns(
            (rows, channels, cols, n),
            count=blocks,
            step=self.block * self.stride[1],
            grid=grid,
            padding=self.padding[1],
            frame=self.padding[0],
            dtype=dtype,
        )
        self.windows = _row_windows(
            self.columns.unrolled.reshape(padded, channels * grid, row), 0, self.stride[0], out_rows, height
        )
        self.weight = np.zeros((self.block, filters, height, channels, grid), dtype)

        # Around Z lie rows that are never written: zeros, for the windows of the input gradient.
        phases = self._row_phases() if input_gradient else []
        above = max([0, *(-phase.first for phase in phases)])
        below = max([0, *(phase.first + phase.rows + phase.height - 1 - out_rows for phase in phases)])
        framed = np.zeros((above + out_rows + below, self.block * filters, row), dtype)
        self.z = framed[above : above + out_rows]  # Z on the way forward, ∂L/∂Z on the way back
        self.pools = prod(pool) > 1
        places = self.z.reshape(pooled_rows, prod(pool), filters, row)  # (pool row, d) are a pool's places
        self.places = places
        self.slabs = [places[:, place] for place in range(prod(pool))]
        self.best = np.zeros_like(self.slabs[0]) if self.pools else self.slabs[0]
        self.won = np.zeros(self.best.shape, np.bool_)
        self.response = np.zeros_like(self.best) if self.pools else self.best  # behind bias and ReLU
        self.dresponse = np.zeros_like(self.best) if self.pools else self.best
        # NumPy is slower with a number for each filter, or for all, than with arrays: these are a row of each.
        self.bias = np.zeros((filters, row), dtype)
        self.zeros = np.zeros((filters, row), dtype)
        self.output = self.response.reshape(pooled_rows, filters, blocks, n)

        entries = (self.windows.shape[1], self.block * filters)  # (i, c, j), (d, o)
        self.partial = np.zeros((max(1, min(out_rows, PARTIAL_SUMS // prod(entries))), *entries), dtype)
        self.dweight = np.zeros(entries, dtype)

        self.phases = [
            (
                phase,
                np.zeros((channels, grid, phase.height, self.block, filters), dtype),
                _row_windows(framed, above + phase.first, 1, phase.rows, phase.height),
            )
            for phase in phases
        ]
        most = max((phase.rows for phase in phases), default=0)
        self.dunrolled = np.zeros((most, channels, grid, blocks, n), dtype)
        self.dx = np.zeros((rows, channels, cols, n), dtype)

    def _row_phases(self) -> list[_RowPhase]:
        """Input row r meets kernel row i at output row y = (r + p − i) / s, where that is a whole number."""
        rows, height, stride, pad = self.shape.input[1], self.kernel[0], self.stride[0], self.padding[0]
        found = []
        for start in range(min(stride, rows)):
            nearest = (start + pad) % stride
            taps = len(range(nearest, height, stride))
            if taps:
                first = (start + pad - nearest) // stride - (taps - 1)
                found.append(
                    _RowPhase(
                        start,
                        len(range(start, rows, stride)),
                        slice(nearest + (taps - 1) * stride, None, -stride),
                        first,
                        taps,
                    )
                )
        return found

    def _in_grid(self) -> Iterator[tuple[int, slice]]:
        """For each place d in a block: the columns of the grid where its kernel lies."""
        for place in range(self.block):
            start = place * self.stride[1]
            yield place, slice(start, start + self.kernel[1])

    def forward(self, x: Array) -> Array:
        self.columns.unroll(x)
        weight = self.params["weight"].transpose(0, 2, 1, 3)
        for place, grid in self._in_grid():
            self.weight[place, ..., grid] = weight
        np.matmul(self.weight.reshape(self.z.shape[1], -1), self.windows, out=self.z)
        if self.pools:
            np.maximum.reduce(self.places, axis=1, out=self.best)
        self.bias[...] = self.params["bias"][:, None]
        np.add(self.best, self.bias, out=self.response)
        if self.relu:
            np.maximum(self.response, self.zeros, out=self.response)
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        gradient = gradient.reshape(self.response.shape)
        if self.relu:
            np.greater(self.response, 0, out=self.won)
            np.multiply(gradient, self.won, out=self.dresponse)
        else:
            np.copyto(self.dresponse, gradient)
        np.add.reduce(np.add.reduce(self.dresponse, axis=0), axis=1, out=self.grads["bias"])
        if self.pools:
            to_first_largest(self.dresponse, self.slabs, self.best, self.won, into=self.slabs)
        self._weight_gradient()
        return self._input_gradient() if self.input_gradient else None

    def _weight_gradient(self) -> None:
        dz = self.z.transpose(0, 2, 1)
        for start in range(0, len(dz), len(self.partial)):
            rows = slice(start, start + len(self.partial))
            partial = self.partial[: len(dz[rows])]
            np.matmul(self.windows[rows], dz[rows], out=partial)
            if start == 0:
                np.add.reduce(partial, axis=0, out=self.dweight)
            else:
                self.dweight += np.add.reduce(partial, axis=0)
        height, channels, filters = self.kernel[0], self.shape.input[0], self.shape.output[0]
        by_place = self.dweight.reshape(height, channels, -1, self.block, filters)
        total = self.grads["weight"].transpose(2, 1, 3, 0)  # a view
        for place, grid in self._in_grid():
            if place == 0:
                np.copyto(total, by_place[:, :, grid, place])
            else:
                total += by_place[:, :, grid, place]

    def _input_gradient(self) -> Array:
        for phase, flipped, windows in self.phases:
            weight = self.params["weight"][:, :, phase.taps].transpose(1, 3, 2, 0)
            for place, grid in self._in_grid():
                flipped[:, grid, :, place] = weight
            dunrolled = self.dunrolled[: phase.rows]
            into = dunrolled.reshape(phase.rows, -1, windows.shape[2])
            np.matmul(flipped.reshape(into.shape[1], -1), windows, out=into)
            self.columns.fold(dunrolled, self.dx[phase.start :: self.stride[0]])
        return self.dx  # what no window meets stays the zero that it was made with
