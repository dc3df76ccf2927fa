"""∂L/∂X of a convolution from ∂L/∂Z, with the row windows and blocks of `kernelscope.nn.layers.conv2d`.

Input row r meets kernel row i at output row y = (r + p − i) / s, where that is a whole number. So the rows fall into s
*phases* (at stride 1 there is one), and all rows of a phase meet the same kernel rows, its *taps* i₀, i₀ + s, …: with
the taps taken backwards, each row's share of ∂Z is a window of successive rows y, and the next row's is one further on.

    ∂U[r] = W[(c, j), (tap, d, o)] · ∂Z[y …]        and ∂X is ∂U with its columns folded back (`kernelscope.nn.columns`)
"""

from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.columns import Columns, Fold
from kernelscope.nn.shapes import Pair, Shape
from kernelscope.nn.windows import band, row_windows


class _Phase(NamedTuple):
    start: int
    """The first input row of the phase; the others follow at intervals of the stride."""
    rows: int
    """The number of input rows."""
    taps: slice
    """The kernel rows that they meet, last first."""
    height: int
    """The number of taps, and so of rows of ∂Z in a window."""
    first: int
    """The row of ∂Z where the first window begins; negative where the window reaches beyond the edge."""


def _phases(rows: int, height: int, stride: int, padding: int) -> list[_Phase]:
    found = []
    for start in range(min(stride, rows)):
        nearest = (start + padding) % stride
        taps = len(range(nearest, height, stride))
        if taps:
            found.append(
                _Phase(
                    start,
                    len(range(start, rows, stride)),
                    slice(nearest + (taps - 1) * stride, None, -stride),
                    taps,
                    (start + padding - nearest) // stride - (taps - 1),
                )
            )
    return found


class InputGradient:
    """Computes ∂X from ∂Z and the weight.

    Args:
        weights: shape of the weight, ``(out, in, row, col)``.
        stride: stride as (rows, cols).
        padding: zeros on each side of the input as (rows, cols).
        shape: shape of the input.
        out_rows: the number of output rows that are computed.
        block: the number of neighbouring output columns that are computed together.
        columns: the geometry by which the input was unrolled.
        n: the number of images.
        dtype: dtype of all arrays.

    Attributes:
        z: ∂Z ``[y, (d, o), (x, n)]``, to be filled by the caller. It is framed by zeros, which windows may reach into.
        dx: ``[row, channel, col, n]``
    """

    def __init__(
        self,
        weights: tuple[int, ...],
        stride: Pair,
        padding: Pair,
        shape: Shape,
        out_rows: int,
        block: int,
        columns: Columns,
        n: int,
        dtype: np.dtype[Any],
    ) -> None:
        channels, rows, cols = shape
        filters, _, height, width = weights
        (down, right), (above, _) = stride, padding
        phases = _phases(rows, height, down, above)
        before = max([0, *(-phase.first for phase in phases)])
        behind = max([0, *(phase.first + phase.rows + phase.height - 1 - out_rows for phase in phases)])
        run = columns.count * n  # (x, n)
        framed = np.zeros((before + out_rows + behind, block * filters, run), dtype)
        self.z = framed[before : before + out_rows]
        self.dx = np.zeros((rows, channels, cols, n), dtype)
        self._steps = []
        for phase in phases:
            weight = np.zeros((channels, columns.grid, phase.height, block, filters), dtype)
            dunrolled = np.zeros((phase.rows, channels, columns.grid, columns.count, n), dtype)
            self._steps.append(
                (
                    phase.taps,
                    band(weight, 3, 1, right, width),
                    weight.reshape(channels * columns.grid, -1),
                    row_windows(framed, before + phase.first, 1, phase.rows, phase.height),
                    dunrolled.reshape(phase.rows, -1, run),
                    Fold(columns, dunrolled, self.dx[phase.start :: down]),
                )
            )

    def __call__(self, weight: Array) -> Array:
        """Compute ∂X from the present contents of `z` and from ``weight[out, in, row, col]``."""
        weight = weight.transpose(1, 3, 2, 0)[:, :, :, None]  # in, col, row, d, out
        for taps, placed, flipped, windows, dunrolled, fold in self._steps:
            np.copyto(placed, weight[:, :, taps])
            np.matmul(flipped, windows, out=dunrolled)
            fold()
        return self.dx  # entries that no window covers remain zero
