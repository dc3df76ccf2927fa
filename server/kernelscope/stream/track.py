"""Append-only rows of numbers: recent ones complete, older ones thinned to their extremes.

So the sizes of what is in memory, in the store, and sent to viewers who join late are bounded, however long a run is:
beyond a window of recent rows, only the `extremes` of each stretch are kept. The length of a stretch is a power of two,
and doubles when there are too many stretches. Which rows are kept depends only on the number of rows so far.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope.stream.thinning import Numbers, extremes, stretch_for

Array = NDArray[Any]
Rows = Mapping[str, Sequence[Any] | Array]
"""Rows by column."""
NUMBER = "number"
"""The name of the stored column with the row numbers of thinned rows."""
STRETCHES_A_PART = 64
FULL = 1 / 16
"""A stored part with this share of the window's rows is never rewritten."""


class Column:
    """Append-only rows of fixed width, whose capacity doubles when it is exhausted."""

    def __init__(self, dtype: str, *shape: int) -> None:
        self._rows: Array = np.empty((256, *shape), dtype)
        self.length = 0

    def append(self, rows: Sequence[Any] | Array) -> None:
        """Add rows at the end."""
        needed = self.length + len(rows)
        if needed > len(self._rows):
            more = np.empty((max(needed, 2 * len(self._rows)), *self._rows.shape[1:]), self._rows.dtype)
            more[: self.length] = self._rows[: self.length]
            self._rows = more
        if len(rows):
            self._rows[self.length : needed] = rows
        self.length = needed

    def between(self, start: int, end: int) -> Array:
        """The rows from `start` up to, not including, `end`: a view that later rows do not change."""
        return self._rows[start:end]


class Kind(NamedTuple):
    """The columns of a track, and how much of it is kept.

    Attributes:
        columns: dtype and shape of a row of each column, with ``-1`` for the lanes; without it, the column is common to
            all lanes.
        extremes: names of the columns whose extremes are kept.
        window: the number of recent rows that are never thinned; up to twice as many are kept in full.
        stretches: the largest number of stretches of older rows.
        late: the share of the number of step rows that viewers who join late are sent, about.
    """

    name: str
    columns: Mapping[str, tuple[str, tuple[int, ...]]]
    extremes: tuple[str, ...]
    window: int
    stretches: int
    late: float


class Part(NamedTuple):
    """Names rows in the store: from `first` up to, not including, `last`; complete if `stretch` is 1, else thinned."""

    track: str
    first: int
    last: int
    stretch: int


class Taken(NamedTuple):
    """Rows: their numbers, their columns, and the length of the stretches whose extremes they are (1: complete)."""

    numbers: Numbers
    columns: dict[str, Array]
    stretch: int

    def only(self, rows: Array | slice) -> "Taken":
        """Select some of the rows."""
        return Taken(self.numbers[rows], {name: column[rows] for name, column in self.columns.items()}, self.stretch)


class _State(NamedTuple):
    """Rows below `boundary` are thinned, the others are not. Replaced as a whole, for consistency across threads."""

    boundary: int
    old: Taken
    recent: dict[str, Column]


class Track:
    """The rows of one `kind`, numbered from 0, for `lanes` lanes."""

    def __init__(self, kind: Kind, lanes: int) -> None:
        self.kind = kind
        self.lanes = lanes
        columns = self._columns()
        nothing = {name: column.between(0, 0) for name, column in columns.items()}
        self._state = _State(0, Taken(np.empty(0, np.int64), nothing, 1), columns)

    def _columns(self) -> dict[str, Column]:
        return {name: Column(dtype, *widths(shape, self.lanes)) for name, (dtype, shape) in self.kind.columns.items()}

    @property
    def length(self) -> int:
        """The number of rows appended so far."""
        boundary, _, recent = self._state
        return boundary + next(iter(recent.values())).length

    @property
    def boundary(self) -> int:
        """The number from which on no row has been thinned."""
        return self._state.boundary

    def append(self, rows: Rows) -> None:
        """Add rows at the end."""
        boundary, _, recent = self._state
        for name, column in recent.items():
            column.append(rows[name])
        if self.length - boundary >= 2 * self.kind.window:
            self._settle(self.length - self.kind.window)

    def _settle(self, boundary: int) -> None:
        """Thin all rows below the number `boundary`."""
        before, old, recent = self._state
        aged = _recent(before, recent, before, boundary)
        stretch = self._stretch(boundary)
        # Complete stretches stay as they are, unless stretches become longer.
        begun = before // stretch * stretch if stretch == old.stretch else 0
        place = int(np.searchsorted(old.numbers, begun))
        thinned = self._thinned(_joined([old.only(slice(place, None)), aged]), stretch)
        rest = self._columns()
        for name, column in recent.items():
            rest[name].append(column.between(boundary - before, column.length))
        self._state = _State(boundary, _joined([old.only(slice(place)), thinned])._replace(stretch=stretch), rest)

    def _stretch(self, boundary: int) -> int:
        stretch = 1
        while boundary > stretch * self.kind.stretches:
            stretch *= 2
        return stretch

    def _thinned(self, rows: Taken, stretch: int) -> Taken:
        """The extremes, and the very first row."""
        if stretch == 1:
            return rows
        kept = extremes(rows.numbers, [rows.columns[name] for name in self.kind.extremes], stretch)
        if len(rows.numbers) and rows.numbers[0] == 0:
            kept = np.union1d([0], kept)
        return rows.only(kept)._replace(stretch=stretch)

    def take(self, since: int, until: int) -> Taken:
        """Take the remaining rows from number `since` up to, not including, `until`."""
        boundary, old, recent = self._state
        newer = _recent(boundary, recent, max(since, boundary), max(until, boundary))
        if since >= boundary or since >= until:
            return newer
        return _joined([old.only((since <= old.numbers) & (old.numbers < until)), newer])

    def thinned(self, since: int, until: int, most: int) -> Taken:
        """Take these rows thinned to about `most`, always with the first and the last."""
        taken = self.take(since, until)
        if len(taken.numbers) <= most:
            return taken
        series = [taken.columns[name] for name in self.kind.extremes]
        stretch = stretch_for(until - since, most, len(series) * self.lanes)
        stretch = -(-stretch // taken.stretch) * taken.stretch
        kept = np.union1d(extremes(taken.numbers, series, stretch), [0, len(taken.numbers) - 1])
        return taken.only(kept)._replace(stretch=stretch)

    def branch(self, at: int) -> "Track":
        """Branch off another track with the first `at` rows of this one."""
        boundary, old, recent = self._state
        other = Track(self.kind, self.lanes)
        thinned = old.only(old.numbers < at)
        newer = other._columns()
        for name, column in recent.items():
            newer[name].append(column.between(0, max(at - boundary, 0)))
        other._state = _State(min(boundary, at), thinned, newer)
        return other

    @classmethod
    def of(cls, kind: Kind, lanes: int, rows: Taken, boundary: int) -> "Track":
        """Make a track of these rows, which are complete from the number `boundary` on."""
        track = cls(kind, lanes)
        place = int(np.searchsorted(rows.numbers, boundary))
        newer = track._columns()
        for name, column in newer.items():
            column.append(rows.columns[name][place:])
        old = rows.only(slice(place))
        stretch = max(rows.stretch, track._stretch(boundary))
        track._state = _State(boundary, track._thinned(old, stretch)._replace(stretch=stretch), newer)
        return track

    def parts(self, until: int, stored: Iterable[Part]) -> list[Part]:
        """Divide the first `until` rows into parts to store, reusing most of those already `stored`.

        Raises:
            ValueError: rows after `until` have been thinned already.
        """
        boundary, old, _ = self._state
        if until < boundary:
            raise ValueError(f"{self.kind.name}: expected to store {boundary} rows at least, got {until}")
        name, length = self.kind.name, STRETCHES_A_PART * old.stretch
        parts = [Part(name, first, min(first + length, boundary), old.stretch) for first in range(0, boundary, length)]
        at, full = boundary, FULL * self.kind.window
        for part in sorted(stored):
            if part.track != name or part.stretch > 1 or part.last <= at:
                continue
            if part.first > at or part.last > until or (part.last - part.first < full and part.last < until):
                break
            parts.append(part)
            at = part.last
        if at < until:
            parts.append(Part(name, at, until, 1))
        return parts

    def stored(self, part: Part) -> dict[str, Array]:
        """The rows of one of these parts, by column, for the store."""
        taken = self.take(part.first, part.last)
        return {NUMBER: taken.numbers, **taken.columns} if part.stretch > 1 else taken.columns

    @classmethod
    def read(cls, kind: Kind, lanes: int, stored: Mapping[Part, Mapping[str, Array]]) -> "Track":
        """Restore a track from its stored parts.

        Raises:
            ValueError: there is a gap between parts, or a column has another shape.
            LookupError: a column is missing.
        """
        parts = sorted(part for part in stored if part.track == kind.name)
        thinned = [part for part in parts if part.stretch > 1]
        at = boundary = max((part.last for part in thinned), default=0)
        taken = [_read(kind, lanes, part, stored[part]) for part in thinned]
        for part in parts:
            if part.stretch == 1 and part.last > at:
                if part.first > at:
                    raise ValueError(f"{kind.name}: expected row {at} to be stored, got {part.first} as the next")
                taken.append(_read(kind, lanes, part, stored[part]).only(slice(at - part.first, None)))
                at = part.last
        track = cls(kind, lanes)
        if taken:
            joined = _joined(taken)._replace(stretch=max(part.stretch for part in parts))
            track = cls.of(kind, lanes, joined, boundary)
        return track


def widths(shape: tuple[int, ...], lanes: int) -> tuple[int, ...]:
    """The shape of one row of a column."""
    return tuple(lanes if width < 0 else width for width in shape)


def _recent(boundary: int, recent: Mapping[str, Column], since: int, until: int) -> Taken:
    columns = {name: column.between(since - boundary, until - boundary) for name, column in recent.items()}
    return Taken(np.arange(since, until), columns, 1)


def _joined(rows: Sequence[Taken]) -> Taken:
    """Concatenate rows; the stretch is that of the first."""
    names = rows[0].columns
    columns = {name: np.concatenate([some.columns[name] for some in rows]) for name in names}
    return Taken(np.concatenate([some.numbers for some in rows]), columns, rows[0].stretch)


def _read(kind: Kind, lanes: int, part: Part, stored: Mapping[str, Array]) -> Taken:
    """The rows of a stored part. Columns that an earlier version did not measure are NaN."""
    numbers = np.asarray(stored[NUMBER] if part.stretch > 1 else np.arange(part.first, part.last), np.int64)
    columns = {}
    for name, (dtype, shape) in kind.columns.items():
        expected = (len(numbers), *widths(shape, lanes))
        if name not in stored and dtype.startswith("f"):
            columns[name] = np.full(expected, np.nan, dtype)
        elif stored[name].shape == expected:
            columns[name] = stored[name]
        else:
            raise ValueError(f"{name}: expected the shape {expected} in {part}, got {stored[name].shape}")
    return Taken(numbers, columns, part.stretch)
