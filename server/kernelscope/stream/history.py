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
    """How far a reader has come: so many steps, test results and observations it holds."""

    steps: int = 0
    tests: int = 0
    observations: int = 0


START = Position()


# Beyond a day or so, at full speed, the older part of a history takes as much room as the window of its newest rows.
WINDOW = 32_768
"""Steps, the newest, that are all kept in any case; likewise test results."""
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
    """Those with the norms of so many filters. There is one for at least 20 steps, and it may be large."""
    columns = {
        "observed.step": ("i4", ()),
        "observed.ratio": ("f4", (-1,)),
        "observed.norm": ("f4", (-1, filters)),
    }
    return Kind("observations", columns, ("observed.ratio",), window=2_048, stretches=512, late=0.05)


class History:
    """The scalars of one run: step records from step 1 on, evaluations, and observations.

    The newest are all there; of older ones, in long runs, those that tell the most (`Track`).

    Args:
        run: its number.
        lanes: how many there are.
        filters: of how many each observation has the norm.

    Attributes:
        lineage: a number that it shares with no history but those whose beginning it is, so that what is stored of
            one can be gone on with.
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
        """Where a reader that has read all of it stands."""
        return Position(*(track.length for track in self._tracks))

    @property
    def seconds(self) -> float:
        """Of training, up to the last step."""
        last = self._steps.length
        return float(self._steps.take(last - 1, last).columns["seconds"][0]) if last else 0.0

    def extend(
        self,
        steps: Sequence[StepRecord],
        evaluations: Sequence[EvaluationRecord],
        seconds: Sequence[float],
        observations: Sequence[ObservationRecord] = (),
    ) -> None:
        """Add what has happened, and after how many seconds of training each step was done.

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
        """Add rows, column by column as the frames have them, without a look at whether they follow."""
        for track, rows in zip(self._tracks, (steps, tests, observations), strict=True):
            track.append(rows)

    def holds(self, position: Position) -> bool:
        """Whether a reader can have come so far."""
        return all(mine >= theirs for mine, theirs in zip(self.position, position, strict=True))

    def has_all_since(self, position: Position) -> bool:
        """Whether nothing behind this position has been thinned."""
        return all(at >= track.boundary for track, at in zip(self._tracks, position, strict=True))

    def frame(self, since: Position = START, until: Position | None = None) -> bytes:
        """The scalars frame with all that there is after `since`, up to `until`."""
        until = until or self.position
        spans = zip(self._tracks, since, until, strict=True)
        return self._encode(since, until, [track.take(start, end) for track, start, end in spans])

    def thinned_frame(self, since: Position, until: Position, most: int) -> bytes:
        """The scalars frame from `since` to `until` with about `most` rows. It may be called in another thread."""
        spans = zip(self._tracks, since, until, strict=True)
        taken = [track.thinned(start, end, ceil(most * track.kind.late)) for track, start, end in spans]
        return self._encode(since, until, taken)

    def _encode(self, since: Position, until: Position, taken: Sequence[Taken]) -> bytes:
        steps, *others = taken
        tensors = {"step": (steps.numbers + 1).astype("i4"), **steps.columns}
        # Most frames have neither; what is said of nothing would be as long as all the rest.
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
        """The history of another run that begins as this one, up to `at`."""
        branches = [track.branch(length) for track, length in zip(self._tracks, at, strict=True)]
        return self._of(run, self._lanes, branches)

    def frozen(self) -> "History":
        """This history as it is now: rows that are added, or thinned, change nothing of what another thread reads."""
        other = self._of(self.run, self._lanes, [copy(track) for track in self._tracks])
        other.lineage = self.lineage
        return other

    def _of(self, run: int, lanes: int, tracks: Sequence[Track]) -> "History":
        other = History(run, lanes, self._filters)
        other._steps, other._tests, other._observed = tracks
        return other

    def arranged(self, run: int, origins: Sequence[int | None], newcomers: "History | None") -> "History":
        """The history of another run, with other lanes.

        Args:
            run: its number.
            origins: for each lane its place in this history; None: it is the next one of the newcomers.
            newcomers: the history of lanes that have caught up; None: there are none.

        Raises:
            ValueError: theirs is not as long as this one.
        """
        if newcomers and newcomers.position[:2] != self.position[:2]:
            raise ValueError(f"expected newcomers at {self.position}, got {newcomers.position}")
        own, length = self._observed, self._observed.length
        theirs: list[Track | None] = [None, None, None]
        if newcomers:
            theirs = [newcomers._steps, newcomers._tests, None]
            theirs[2] = aligned(newcomers._observed, own.take(0, length), "observed.step", own.boundary)
        tracks = [arranged(mine, origins, others) for mine, others in zip(self._tracks, theirs, strict=True)]
        return self._of(run, len(origins), tracks)

    def parts(self, until: Position, stored: Collection[Part]) -> list[Part]:
        """The parts in which what is up to `until` is to be stored, most of them as they are `stored`.

        Raises:
            ValueError: what is behind `until` has been thinned already.
        """
        spans = zip(self._tracks, until, strict=True)
        return [part for track, length in spans for part in track.parts(length, stored)]

    def stored(self, part: Part) -> bytes:
        """One of these parts, to be stored. It may be called in another thread."""
        (track,) = (track for track in self._tracks if track.kind.name == part.track)
        return pack(track.stored(part))

    @classmethod
    def of_parts(cls, run: int, lanes: int, filters: int, lineage: int, stored: Mapping[Part, bytes]) -> Self:
        """The history that was stored in these parts.

        Raises:
            ValueError: they do not join, or cannot be read.
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
        """The history of a `run` of which `frame` is all, from step 1 on: so earlier versions stored it."""
        history = cls(run, *frame.tensors["observed.norm"].shape[1:])
        for track in history._tracks:
            track.append({name: frame.tensors[name] for name in track.kind.columns})
        return history
