"""Unroll a convolution's input along its width (a one-dimensional im2col), and fold it back.

With output columns x that lie `step` input columns apart, `grid` kernel columns j, and padding p:

    unroll    U[y, c, j, x, n] = X[y, c, x·step + j − p, n]                 (zero beyond the edges)
    fold      ∂X[y, c, col, n] = Σ ∂U[y, c, j, x, n] over all j and x with x·step + j − p = col

Gathering every step-th column from memory for each j is slow. So the columns are dealt out once to *planes*,

    P[y, c, r, q, n] = X[y, c, q·step + r − p, n],  and for j = t·step + r  U[y, c, j, x, n] = P[y, c, r, x + t, n]:

the entries of one j are then a contiguous run of x and n, which is copied or added as a whole.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array, zeros


@dataclass(frozen=True)
class Columns:
    """The geometry of one unrolling: how input, kernel and output columns correspond."""

    cols: int
    """Columns of the input."""
    count: int
    """Columns of the output."""
    step: int
    grid: int
    padding: int

    @property
    def turns(self) -> int:
        """The number of values that t takes; for the last one, r may stop early."""
        return -(-self.grid // self.step)

    @property
    def used(self) -> int:
        """The number of planes in use: with a step larger than the grid, some columns are never read."""
        return min(self.step, self.grid)

    @property
    def length(self) -> int:
        """The number of columns of a plane: the values that q takes."""
        return self.count + self.turns - 1

    def planes(self, rows: int, channels: int, n: int, dtype: np.dtype[Any]) -> Array:
        """P, filled with zeros. Places that no input column maps to are never written, and so remain zero."""
        return zeros((rows, channels, self.used, self.length, n), dtype)

    @cached_property
    def _dealt(self) -> list[tuple[int, slice, slice]]:
        """For each plane r: the slice of its columns, and the slice of input columns that they hold."""
        found = []
        for r in range(self.used):
            first = max(0, -((r - self.padding) // self.step))  # the first q with q·step + r − p ≥ 0, rounded up
            last = min(self.length - 1, (self.cols - 1 + self.padding - r) // self.step)
            if first <= last:
                start = first * self.step + r - self.padding
                end = start + (last - first) * self.step + 1
                found.append((r, slice(first, last + 1), slice(start, end, self.step)))
        return found

    def deal(self, x: Array, planes: Array) -> None:
        """Copy the columns of ``x[row, channel, col, n]`` to their places in `planes`."""
        for r, held, cols in self._dealt:
            np.copyto(planes[:, :, r, held], x[:, :, cols])

    def collect(self, planes: Array, x: Array) -> None:
        """Copy them back. Columns that no plane holds are left unchanged."""
        for r, held, cols in self._dealt:
            np.copyto(x[:, :, cols], planes[:, :, r, held])


class Unroll:
    """Unrolls inputs ``[row, channel, col, n]``, as many rows at a time as it has scratch memory for."""

    def __init__(self, columns: Columns, rows: int, channels: int, n: int, dtype: np.dtype[Any]) -> None:
        step, grid, count = columns.step, columns.grid, columns.count
        planes = columns.planes(rows, channels, n, dtype)
        self._columns, self._planes = columns, planes
        # All complete turns are one copy from overlapping views; an incomplete last turn is a second copy.
        whole = grid // step
        row, channel, plane, q, item = planes.strides
        shape = (rows, channels, whole, step, count, n)
        turns = np.lib.stride_tricks.as_strided(planes, shape, (row, channel, q, plane, q, item), writeable=False)
        self._copies: list[tuple[slice, tuple[int, ...], Array]] = [
            (slice(whole * step), (channels, whole, step, count, n), turns)
        ]
        if rest := grid % step:
            beyond = planes[:, :, :rest, whole : whole + count]
            self._copies.append((slice(whole * step, None), (channels, rest, count, n), beyond))

    def __call__(self, x: Array, unrolled: Array) -> None:
        """Unroll rows of `x` to ``unrolled[row, channel, j, x, n]``."""
        rows = len(x)
        self._columns.deal(x, self._planes[:rows])
        for js, shape, source in self._copies:
            np.copyto(unrolled[:, :, js].reshape(rows, *shape), source[:rows])


class Fold:
    """Folds rows of the array `dunrolled` ``[row, channel, j, x, n]``, as many at a time as it has scratch memory for.

    Columns that no window covers are left unchanged.
    """

    def __init__(self, columns: Columns, rows: int, channels: int, n: int, dtype: np.dtype[Any]) -> None:
        self._columns = columns
        self._planes = columns.planes(rows, channels, n, dtype)

    def __call__(self, dunrolled: Array, dx: Array) -> None:
        """Write to ``dx[row, channel, col, n]``."""
        step, used, count = self._columns.step, self._columns.used, self._columns.count
        planes = self._planes[: len(dx)]
        np.copyto(planes[:, :, :, :count], dunrolled[:, :, :used])
        planes[:, :, :, count:] = 0  # not written by the first turn, but added to by later ones
        for t in range(1, self._columns.turns):
            share = dunrolled[:, :, t * step : (t + 1) * step]
            plane = planes[:, :, : share.shape[2], t : t + count]
            np.add(plane, share, out=plane)
        self._columns.collect(planes, dx)
