"""Fewer points of a long history, such that no spike is lost."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from server.nn.arrays import Array


def extremes(series: Sequence[Array], most: int) -> tuple[NDArray[np.intp], int]:
    """Which rows to keep of `series` ``[row, lane]`` of the same length, about `most` of them, and the stretch.

    Of each stretch of so many rows those are kept at which a lane of a series has its least or its greatest value, and
    of the whole the first and the last row. Not-a-numbers are neither; infinities are.
    """
    columns = np.concatenate(series, axis=1)
    rows, lanes = columns.shape
    if rows <= most:
        return np.arange(rows), 1
    stretch = max(2, ceil(rows * 2 * lanes / most))
    stretches = ceil(rows / stretch)
    padded = np.full((stretches * stretch, lanes), np.nan, columns.dtype)
    padded[:rows] = columns
    padded = padded.reshape(stretches, stretch, lanes)
    missing = np.isnan(padded)
    starts = stretch * np.arange(stretches)[:, None]
    least = starts + np.where(missing, np.inf, padded).argmin(axis=1)
    greatest = starts + np.where(missing, -np.inf, padded).argmax(axis=1)
    # A lane that measured nothing in a stretch names its first row: at most one more, and a true one.
    return np.unique(np.concatenate([[0, rows - 1], least.ravel(), greatest.ravel()])), stretch
