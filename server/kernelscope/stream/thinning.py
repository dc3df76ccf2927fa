"""Thinning of a long history without losing any spike."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Numbers = NDArray[np.int64]


def extremes(numbers: Numbers, series: Sequence[NDArray[Any]], stretch: int) -> Rows:
    """Choose the rows to keep of `series` ``[row, lane]``, whose rows have these increasing `numbers`.

    A stretch consists of the rows whose numbers, divided by `stretch` and rounded down, are equal. Of each stretch the
    rows are kept in which some lane of some series has its minimum or maximum, the first in a tie. NaN is neither;
    infinities count. So thinning rows that were kept of shorter stretches, which divide this one, gives the same as
    thinning all rows.
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
        # A lane that is all NaN in a stretch names its first row: at most one row more, and a real one.
        first = np.where(values == least, places[:, None], len(places))
        kept.append(np.minimum.reduceat(first, starts).ravel())
    return np.unique(np.concatenate(kept))


def stretch_for(rows: int, most: int, series: int) -> int:
    """The length of stretches such that the extremes of `series` series keep about `most` of `rows` rows."""
    return max(2, ceil(rows * 2 * series / most))
