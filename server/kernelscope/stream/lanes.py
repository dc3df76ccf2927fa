"""The scalars of a run that continues with other lanes: some stay, and new ones have caught up."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from kernelscope.stream.thinning import Numbers
from kernelscope.stream.track import Array, Taken, Track

NOT_THEIRS = ("seconds",)
"""Common columns that newcomers lack: in rows that only they have, the value of the row before is used."""


def arranged(track: Track, origins: Sequence[int | None], newcomers: Track | None) -> Track:
    """Rearrange a track for other lanes.

    Where rows have been thinned, the lanes that stay and the newcomers may have different rows; missing values are NaN.

    Args:
        track: the track of the present lanes.
        origins: for each lane of the result its place among the present ones; None for the next of the newcomers.
        newcomers: a track of the same length.
    """
    boundary = max(track.boundary, newcomers.boundary if newcomers else 0)
    own = track.take(0, track.length)
    theirs = newcomers.take(0, newcomers.length) if newcomers else own.only(slice(0, 0))
    numbers = np.union1d(own.numbers, theirs.numbers) if newcomers else own.numbers
    columns = {}
    for name, column in own.columns.items():
        if is_common(track, name):
            columns[name] = _common(name, numbers, own, theirs)
        else:
            both = [_spread(numbers, own.numbers, column)]
            if newcomers:
                both.append(_spread(numbers, theirs.numbers, theirs.columns[name]))
            places = count(column.shape[1])
            order = [next(places) if origin is None else origin for origin in origins]
            columns[name] = np.concatenate(both, axis=1)[:, order]
    stretch = max(own.stretch, theirs.stretch)
    return Track.of(track.kind, len(origins), Taken(numbers, columns, stretch), boundary)


def aligned(track: Track, rows: Taken, by: str, boundary: int) -> Track:
    """Join a track to `rows` by the column `by`; rows without a match are NaN."""
    theirs = track.take(0, track.length)
    place = {value: at for at, value in enumerate(theirs.columns[by].tolist())}
    found = np.array([place.get(value, -1) for value in rows.columns[by].tolist()], np.intp)
    columns = {by: rows.columns[by]}
    for name, column in theirs.columns.items():
        if name != by:
            columns[name] = np.full((len(found), *column.shape[1:]), np.nan, column.dtype)
            columns[name][found >= 0] = column[found[found >= 0]]
    return Track.of(track.kind, track.lanes, rows._replace(columns=columns), boundary)


def is_common(track: Track, name: str) -> bool:
    """Whether a column is common to all lanes."""
    return -1 not in track.kind.columns[name][1]


def _spread(numbers: Numbers, present: Numbers, column: Array) -> Array:
    """Spread a column of the `present` rows over all rows, with NaN for the others."""
    if len(numbers) == len(present):
        return column
    spread = np.full((len(numbers), *column.shape[1:]), np.nan, column.dtype)
    spread[np.searchsorted(numbers, present)] = column
    return spread


def _common(name: str, numbers: Numbers, own: Taken, theirs: Taken) -> Array:
    if name in NOT_THEIRS:
        before = np.searchsorted(own.numbers, numbers, "right") - 1
        return own.columns[name][before]
    column = np.empty(len(numbers), own.columns[name].dtype)
    for some in (theirs, own):
        column[np.searchsorted(numbers, some.numbers)] = some.columns[name]
    return column
