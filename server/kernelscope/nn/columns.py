"""The width of a convolution's input unrolled, and folded back.

With output columns x that lie `step` input columns apart, `grid` kernel columns j, and padding p:

    unroll    U[y, c, j, x, n] = X[y, c, x·step + j − p, n]                 (zero beyond the edges)
    fold      ∂X[y, c, col, n] = Σ ∂U[y, c, j, x, n] over all j and x with x·step + j − p = col

To pick every step-th column out of memory again and again is slow. So the columns are dealt out once to *planes*,

    P[y, c, r, q, n] = X[y, c, q·step + r − p, n],  and for j = t·step + r  U[y, c, j, x, n] = P[y, c, r, x + t, n]:

what belongs to one j is then a contiguous run of x and n, to be copied or added as a whole.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array


@dataclass(frozen=True)
class Columns:
    """Which columns there are and where they meet."""

    cols: int
    """Of the input."""
    count: int
    """Of the output."""
    step: int
    grid: int
    padding: int

    @property
    def turns(self) -> int:
        """How many values t takes; in the last turn r may stop early."""
        return -(-self.grid // self.step)

    @property
    def used(self) -> int:
        """How many planes some j needs: at a step larger than the grid not all columns are looked at."""
        return min(self.step, self.grid)

    @property
    def length(self) -> int:
        """How many columns a plane has: values of q."""
        return self.count + self.turns - 1

    def planes(self, rows: int, channels: int, n: int, dtype: np.dtype[Any]) -> Array:
        """P, all zero: where no column of the input belongs it stays so, as nothing is ever written there."""
        return np.zeros((rows, channels, self.used, self.length, n), dtype)

    def dealt(self) -> list[tuple[int, slice, slice]]:
        """For each plane: which of its columns hold which columns of the input."""
        found = []
        for r in range(self.used):
            first = max(0, -((r - self.padding) // self.step))  # the first q with q·step + r − p ≥ 0, rounded up
            last = min(self.length - 1, (self.cols - 1 + self.padding - r) // self.step)
            if first <= last:
                start = first * self.step + r - self.padding
                end = start + (last - first) * self.step + 1
                found.append((r, slice(first, last + 1), slice(start, end, self.step)))
        return found


class Unroll:
    """Unrolls inputs ``[row, channel, col, n]``.

    Attributes:
        unrolled: U ``[row, channel, j, x, n]``, with `frame` rows of zeros above and below.
    """

    def __init__(
        self, columns: Columns, rows: int, channels: int, n: int, dtype: np.dtype[Any], *, frame: int = 0
    ) -> None:
        step, grid, count = columns.step, columns.grid, columns.count
        planes = columns.planes(rows, channels, n, dtype)
        self.unrolled = np.zeros((rows + 2 * frame, channels, grid, count, n), dtype)
        self._deal = [(planes[:, :, r, held], cols) for r, held, cols in columns.dealt()]
        # The whole turns are one copy from overlapping views; a last turn that is not whole is one more.
        into, whole = self.unrolled[frame : frame + rows], grid // step
        row, channel, plane, q, item = planes.strides
        shape = (rows, channels, whole, step, count, n)
        turns = np.lib.stride_tricks.as_strided(planes, shape, (row, channel, q, plane, q, item), writeable=False)
        self._copies: list[tuple[Array, Array]] = [(into[:, :, : whole * step].reshape(shape), turns)]
        if rest := grid % step:
            self._copies.append((into[:, :, whole * step :], planes[:, :, :rest, whole : whole + count]))

    def __call__(self, x: Array) -> None:
        """Fill `unrolled`."""
        for plane, cols in self._deal:
            np.copyto(plane, x[:, :, cols])
        for into, source in self._copies:
            np.copyto(into, source)


class Fold:
    """Folds the array `dunrolled` ``[row, channel, j, x, n]`` into the array `dx` ``[row, channel, col, n]``.

    A column that no window meets is left as it was.
    """

    def __init__(self, columns: Columns, dunrolled: Array, dx: Array) -> None:
        rows, channels, _, n = dx.shape
        step, count = columns.step, columns.count
        planes = columns.planes(rows, channels, n, dx.dtype)
        self._first = planes[:, :, :, :count], dunrolled[:, :, : columns.used]
        self._beyond = planes[:, :, :, count:]  # what the first turn doesn't write, and later ones add to
        self._adds = []
        for t in range(1, columns.turns):
            share = dunrolled[:, :, t * step : (t + 1) * step]
            self._adds.append((planes[:, :, : share.shape[2], t : t + count], share))
        self._collect = [(dx[:, :, cols], planes[:, :, r, held]) for r, held, cols in columns.dealt()]

    def __call__(self) -> None:
        """Write to `dx`."""
        np.copyto(*self._first)
        self._beyond.fill(0)
        for plane, share in self._adds:
            np.add(plane, share, out=plane)
        for into, plane in self._collect:
            np.copyto(into, plane)
