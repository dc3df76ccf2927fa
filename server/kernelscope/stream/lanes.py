"""The rows of a run that goes on with other lanes: some stay, some have caught up with them."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from kernelscope.stream.thinning import Numbers
from kernelscope.stream.track import Array, Taken, Track

NOT_THEIRS = ("seconds",)
"""Common columns that newcomers have not measured: a row that is only theirs has that of the row before it."""


def arranged(track: Track, origins: Sequence[int | None], newcomers: Track | None) -> Track:
    """The track with other lanes.

    Where rows have been thinned, lanes that stay and newcomers may have kept others: what was not kept of a lane is
    not a number.

    Args:
        track: of the lanes by now.
        origins: for each lane its place among these; None: it is the next one of the newcomers.
        newcomers: as long as the track.
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
    """What the track has for each of the `rows`, by the same number in the column `by`; else not-a-numbers."""
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
    """A column for all of these rows, of which these are present."""
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
