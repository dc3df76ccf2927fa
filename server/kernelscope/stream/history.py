"""The scalars of the current run, in order."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from math import ceil
from typing import NamedTuple, Self

from kernelscope.experiment import MEASURES, EvaluationRecord, StepRecord
from kernelscope.experiment.checkpoint import pack, unpack
from kernelscope.stream.lanes import aligned, arranged
from kernelscope.stream.track import Kind, Part, Rows, Taken, Track
from kernelscope.stream.wire import Frame, encode
from kernelscope.stream.wire import Kind as FrameKind
from kernelscope.studies.observation import ObservationRecord


class Position(NamedTuple):
    """A reader's position: the numbers of steps, test results and observations that it has."""

    steps: int = 0
    tests: int = 0
    observations: int = 0


START = Position()


# After a day or so at full speed, the thinned part of a history takes as much memory as the window of recent rows.
WINDOW = 32_768
"""The number of most recent steps, and of test results, that are never thinned."""
STEPS = Kind(
    "steps",
    {name: (dtype, (-1,)) for name, dtype in MEASURES.items()} | {"seconds": ("f8", ())},
    extremes=("loss", "accuracy"),
    window=WINDOW,
    stretches=2_048,
    late=1.0,
)
TESTS = Kind(
    "tests",
    {"test.step": ("i4", ()), "test.loss": ("f4", (-1,)), "test.accuracy": ("f4", (-1,))},
    extremes=("test.loss", "test.accuracy"),
    window=WINDOW,
    stretches=2_048,
    late=0.25,
)


def observations(filters: int) -> Kind:
    """The kind of observations with the norms of `filters` filters. They are large, but at least 20 steps apart."""
    columns = {
        "observed.step": ("i4", ()),
        "observed.ratio": ("f4", (-1,)),
        "observed.norm": ("f4", (-1, filters)),
    }
    return Kind("observations", columns, ("observed.ratio",), window=2_048, stretches=512, late=0.05)


class History:
    """The scalars of one run: step records from step 1 on, evaluations, and observations.

    Recent ones are complete; in long runs, older ones are thinned to the extremes (see `Track`).

    Args:
        run: number of the run.
        lanes: number of lanes.
        filters: number of filters whose norm an observation has.

    Attributes:
        lineage: a random number shared only by histories that continue one another, so that stored parts can be
            continued too.
    """

    def __init__(self, run: int, lanes: int, filters: int = 0) -> None:
        self.run = run
        self.lineage = secrets.randbits(62)
        self._lanes = lanes
        self._filters = filters
        # Row number k belongs to step k + 1.
        self._steps = Track(STEPS, lanes)
        self._tests = Track(TESTS, lanes)
        self._observed = Track(observations(filters), lanes)

    @property
    def _tracks(self) -> tuple[Track, Track, Track]:
        return self._steps, self._tests, self._observed

    @property
    def position(self) -> Position:
        """The position of a reader that has read everything."""
        return Position(*(track.length for track in self._tracks))

    @property
    def seconds(self) -> float:
        """Seconds of training up to the last step."""
        last = self._steps.length
        return float(self._steps.take(last - 1, last).columns["seconds"][0]) if last else 0.0

    def extend(
        self,
        steps: Sequence[StepRecord],
        evaluations: Sequence[EvaluationRecord],
        seconds: Sequence[float],
        observations: Sequence[ObservationRecord] = (),
    ) -> None:
        """Append records. `seconds` has, for each step, the training time until its end.

        Raises:
            ValueError: the steps do not follow the last one held.
        """
        first = self.position.steps + 1
        expected = range(first, first + len(steps))
        if [record.step for record in steps] != list(expected):
            raise ValueError(f"expected steps {expected}, got {[record.step for record in steps]}")
        if len(seconds) != len(steps):
            raise ValueError(f"expected a time for each of {len(steps)} steps, got {len(seconds)}")
        measured = {name: [getattr(record, name) for record in steps] for name in MEASURES}
        rows: list[Rows] = [{**measured, "seconds": seconds}]
        for track, records in ((self._tests, evaluations), (self._observed, observations)):
            names = {name: name.partition(".")[2] for name in track.kind.columns}
            rows.append({name: [getattr(record, field) for record in records] for name, field in names.items()})
        self.append(*rows)

    def append(self, steps: Rows, tests: Rows, observations: Rows) -> None:
        """Append rows, given by column as in frames, without checking that they follow the last."""
        for track, rows in zip(self._tracks, (steps, tests, observations), strict=True):
            track.append(rows)

    def holds(self, position: Position) -> bool:
        """Whether `position` lies within this history."""
        return all(mine >= theirs for mine, theirs in zip(self.position, position, strict=True))

    def has_all_since(self, position: Position) -> bool:
        """Whether nothing after this position has been thinned."""
        return all(at >= track.boundary for track, at in zip(self._tracks, position, strict=True))

    def frame(self, since: Position = START, until: Position | None = None) -> bytes:
        """Encode the scalars frame with all rows after `since`, up to `until`."""
        until = until or self.position
        spans = zip(self._tracks, since, until, strict=True)
        return self._encode(since, until, [track.take(start, end) for track, start, end in spans])

    def thinned_frame(self, since: Position, until: Position, most: int) -> bytes:
        """Encode the scalars frame from `since` to `until`, thinned to about `most` rows. Thread-safe."""
        spans = zip(self._tracks, since, until, strict=True)
        taken = [track.thinned(start, end, ceil(most * track.kind.late)) for track, start, end in spans]
        return self._encode(since, until, taken)

    def _encode(self, since: Position, until: Position, taken: Sequence[Taken]) -> bytes:
        steps, *others = taken
        tensors = {"step": (steps.numbers + 1).astype("i4"), **steps.columns}
        # Most frames have neither, and describing empty tensors would double their length.
        for some, start, end in zip(others, since[1:], until[1:], strict=True):
            if end > start or since == START:
                tensors |= some.columns
        directory = {
            "run": self.run,
            "first_step": since.steps + 1,
            "last_step": until.steps,
            "stretch": steps.stretch,
            "tests": until.tests,
            "observations": until.observations,
        }
        return encode(FrameKind.SCALARS, directory, tensors)

    def branch(self, run: int, at: Position) -> "History":
        """Branch off the history of another run, which shares this one up to `at`."""
        branches = [track.branch(length) for track, length in zip(self._tracks, at, strict=True)]
        return self._of(run, self._lanes, branches)

    def frozen(self) -> "History":
        """Copy the present state, which another thread can read while rows are added or thinned here."""
        other = self._of(self.run, self._lanes, [copy(track) for track in self._tracks])
        other.lineage = self.lineage
        return other

    def _of(self, run: int, lanes: int, tracks: Sequence[Track]) -> "History":
        other = History(run, lanes, self._filters)
        other._steps, other._tests, other._observed = tracks
        return other

    def arranged(self, run: int, origins: Sequence[int | None], newcomers: "History | None") -> "History":
        """Rearrange this history as that of another run, with other lanes.

        Args:
            run: number of the other run.
            origins: for each of its lanes the place in this history; None for the next of the newcomers.
            newcomers: the history of lanes that have caught up; None if there are none.

        Raises:
            ValueError: the newcomers' history has another length.
        """
        if newcomers and newcomers.position.steps != self.position.steps:
            raise ValueError(f"expected newcomers at {self.position}, got {newcomers.position}")
        theirs: list[Track | None] = [None, None, None]
        if newcomers:
            # Of tests, too, the lanes that stay may have others: those at the steps where they rested.
            tests = _aligned(newcomers._tests, self._tests, "test.step")
            theirs = [newcomers._steps, tests, _aligned(newcomers._observed, self._observed, "observed.step")]
        tracks = [arranged(mine, origins, others) for mine, others in zip(self._tracks, theirs, strict=True)]
        return self._of(run, len(origins), tracks)

    def parts(self, until: Position, stored: Collection[Part]) -> list[Part]:
        """Divide the rows up to `until` into parts to store, reusing most of those already `stored`.

        Raises:
            ValueError: rows after `until` have been thinned already.
        """
        spans = zip(self._tracks, until, strict=True)
        return [part for track, length in spans for part in track.parts(length, stored)]

    def stored(self, part: Part) -> bytes:
        """Pack one of these parts for the store. Thread-safe."""
        (track,) = (track for track in self._tracks if track.kind.name == part.track)
        return pack(track.stored(part))

    @classmethod
    def of_parts(cls, run: int, lanes: int, filters: int, lineage: int, stored: Mapping[Part, bytes]) -> Self:
        """Restore a history from its stored parts.

        Raises:
            ValueError: there is a gap between parts, or one cannot be read.
            LookupError: a column is missing.
        """
        history = cls(run, lanes, filters)
        history.lineage = lineage
        rows = {part: unpack(data) for part, data in stored.items()}
        history._steps, history._tests, history._observed = (
            Track.read(track.kind, lanes, rows) for track in history._tracks
        )
        return history

    @classmethod
    def read(cls, frame: Frame, run: int) -> Self:
        """Restore the history of a `run` from a single frame, as stored by earlier versions."""
        history = cls(run, *frame.tensors["observed.norm"].shape[1:])
        for track in history._tracks:
            track.append({name: frame.tensors[name] for name in track.kind.columns})
        return history


def _aligned(newcomers: Track, own: Track, by: str) -> Track:
    return aligned(newcomers, own.take(0, own.length), by, own.boundary)
