"""Fewer rows of a long history, such that no spike is lost."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Numbers = NDArray[np.int64]


def extremes(numbers: Numbers, series: Sequence[NDArray[Any]], stretch: int) -> Rows:
    """Which rows to keep of `series` ``[row, lane]``, whose rows have these rising `numbers`.

    A stretch is all rows whose number divided by `stretch` is the same. Of each those are kept at which a lane of a
    series has its least or its greatest value, the first such. Not-a-numbers are neither; infinities are. So rows that
    were kept of a shorter stretch, which divides this one, lead to the same as all rows do.
    """
    if not len(numbers):
        return np.empty(0, np.intp)
    columns = np.concatenate(series, axis=1)
    places = np.arange(len(numbers))
    of_stretch = numbers // stretch
    starts = np.flatnonzero(np.r_[True, of_stretch[1:] != of_stretch[:-1]])
    lengths = np.diff(np.r_[starts, len(numbers)])
    missing = np.isnan(columns)
    kept = []
    for sign in (1, -1):
        values = np.where(missing, np.inf, sign * columns)
        least = np.repeat(np.minimum.reduceat(values, starts), lengths, axis=0)
        # A lane that measured nothing in a stretch names its first row: at most one more, and a true one.
        first = np.where(values == least, places[:, None], len(places))
        kept.append(np.minimum.reduceat(first, starts).ravel())
    return np.unique(np.concatenate(kept))


def stretch_for(rows: int, most: int, series: int) -> int:
    """How long stretches must be such that of so many rows about `most` are kept: the extremes of so many series."""
    return max(2, ceil(rows * 2 * series / most))
