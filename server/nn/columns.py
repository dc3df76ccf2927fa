"""The width of a convolution's input unrolled, and folded back.

With output columns x that lie `step` input columns apart, `grid` kernel columns j, and padding p:

    unroll    U[y, c, j, x, n] = X[y, c, x·step + j − p, n]                 (zero beyond the edges)
    fold      ∂X[y, c, col, n] = Σ ∂U[y, c, j, x, n] over all j and x with x·step + j − p = col

To pick every step-th column out of memory again and again is slow. So the columns are dealt out once to *planes*,

    P[y, c, r, q, n] = X[y, c, q·step + r − p, n],  and for j = t·step + r  U[y, c, j, x, n] = P[y, c, r, x + t, n]:

what belongs to one j is then a contiguous run of x and n, to be copied or added as a whole.
"""

from typing import Any

import numpy as np

from server.nn.arrays import Array


class Columns:
    """Unrolls an input ``[row, channel, col, n]`` of shape `x` to `count` output columns, and folds back.

    Attributes:
        unrolled: U ``[row, channel, j, x, n]``, with `frame` rows of zeros above and below.
    """

    def __init__(
        self,
        x: tuple[int, int, int, int],
        *,
        count: int,
        step: int,
        grid: int,
        padding: int,
        frame: int,
        dtype: np.dtype[Any],
    ) -> None:
        rows, channels, cols, n = x
        self.count, self.step, self.grid = count, step, grid
        self.turns = -(-grid // step)  # how many values t takes
        # Nothing is ever written to the frame, nor where no column of X belongs: there it stays zero.
        self.planes = np.zeros((rows, channels, step, count + self.turns - 1, n), dtype)
        self.dplanes = np.zeros_like(self.planes)
        self.unrolled = np.zeros((rows + 2 * frame, channels, grid, count, n), dtype)
        self._dealt = []  # for each plane: which of its columns hold which columns of X
        for r in range(step):
            first = max(0, -((r - padding) // step))  # the first q with q·step + r − p ≥ 0, rounded up
            last = min(self.planes.shape[3] - 1, (cols - 1 + padding - r) // step)
            if first <= last:
                start = first * step + r - padding
                self._dealt.append((r, slice(first, last + 1), slice(start, start + (last - first) * step + 1, step)))
        # The whole turns are one copy from overlapping views; a last turn that is not whole is one more.
        into, whole = self.unrolled[frame : frame + rows], grid // step
        row, channel, plane, q, item = self.planes.strides
        shape = (rows, channels, whole, step, count, n)
        turns = np.lib.stride_tricks.as_strided(self.planes, shape, (row, channel, q, plane, q, item), writeable=False)
        self._copies: list[tuple[Array, Array]] = [(into[:, :, : whole * step].reshape(shape), turns)]
        if rest := grid % step:
            self._copies.append((into[:, :, whole * step :], self.planes[:, :, :rest, whole : whole + count]))

    def unroll(self, x: Array) -> None:
        """Fill `unrolled` from ``[row, channel, col, n]``."""
        for plane, held, cols in self._dealt:
            self.planes[:, :, plane, held] = x[:, :, cols]
        for into, source in self._copies:
            np.copyto(into, source)

    def fold(self, dunrolled: Array, dx: Array) -> None:
        """Write to `dx` ``[row, channel, col, n]`` from ``[row, channel, j, x, n]``, for any number of rows.

        A column that no window meets is left as it was.
        """
        dplanes = self.dplanes[: len(dx)]
        first = min(self.step, self.grid)
        dplanes[:, :, :first, : self.count] = dunrolled[:, :, :first]
        dplanes[:, :, :first, self.count :] = 0
        for t in range(1, self.turns):
            share = dunrolled[:, :, t * self.step : (t + 1) * self.step]
            dplanes[:, :, : share.shape[2], t : t + self.count] += share
        for plane, held, cols in self._dealt:
            if plane < self.grid:
                dx[:, :, cols] = dplanes[:, :, plane, held]
