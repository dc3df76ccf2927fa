"""Every scalar of the current run, in order."""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from server.experiment import MEASURES, EvaluationRecord, ObservationRecord, StepRecord
from server.stream.thinning import extremes
from server.stream.wire import Frame, Kind, encode


class Position(NamedTuple):
    """How far a reader has come: so many steps, test results and observations it holds."""

    steps: int = 0
    tests: int = 0
    observations: int = 0


START = Position()


class Column:
    """Rows of a fixed width that can only be added to; it doubles when it is full."""

    def __init__(self, dtype: str, *shape: int) -> None:
        self._rows: NDArray[Any] = np.empty((256, *shape), dtype)
        self.length = 0

    def append(self, rows: Sequence[Any] | NDArray[Any]) -> None:
        """Add rows at the end."""
        needed = self.length + len(rows)
        if needed > len(self._rows):
            more = np.empty((max(needed, 2 * len(self._rows)), *self._rows.shape[1:]), self._rows.dtype)
            more[: self.length] = self._rows[: self.length]
            self._rows = more
        if len(rows):
            self._rows[self.length : needed] = rows
        self.length = needed

    @property
    def all(self) -> NDArray[Any]:
        """Every row."""
        return self.between(0, self.length)

    def between(self, start: int, end: int) -> NDArray[Any]:
        """The rows from number `start` up to, not including, `end`: a view, which later rows do not change."""
        return self._rows[start:end]


class History:
    """The scalars of one run: step records from step 1 on without a gap, evaluations, and observations.

    Args:
        run: its number.
        lanes: how many there are.
        filters: of how many each observation has the norm.
    """

    def __init__(self, run: int, lanes: int, filters: int = 0) -> None:
        self.run = run
        self._lanes = lanes
        self._filters = filters
        # Row number k belongs to step k + 1.
        self._steps = {
            "loss": Column("f4", lanes),
            "accuracy": Column("f4", lanes),
            "learning_rate": Column("f8", lanes),
            "gradient_norm": Column("f4", lanes),
            "weight_norm": Column("f4", lanes),
            "update_norm": Column("f4", lanes),
            "seconds": Column("f8"),
        }
        self._tests = {
            "test.step": Column("i4"),
            "test.loss": Column("f4", lanes),
            "test.accuracy": Column("f4", lanes),
        }
        self._observed = {
            "observed.step": Column("i4"),
            "observed.ratio": Column("f4", lanes),
            "observed.after": Column("f4", lanes),
            "observed.flipped": Column("f4", lanes),
            "observed.norm": Column("f4", lanes, filters),
        }

    @property
    def position(self) -> Position:
        """Where a reader that has read all of it stands."""
        return Position(
            self._steps["loss"].length, self._tests["test.step"].length, self._observed["observed.step"].length
        )

    @property
    def seconds(self) -> float:
        """Of training, up to the last step."""
        column, last = self._steps["seconds"], self.position.steps
        return float(column.between(last - 1, last)[0]) if last else 0.0

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
        for name in MEASURES:
            self._steps[name].append([getattr(record, name) for record in steps])
        self._steps["seconds"].append(seconds)
        for name, column in self._tests.items():
            column.append([getattr(record, name.removeprefix("test.")) for record in evaluations])
        for name, column in self._observed.items():
            column.append([getattr(record, name.removeprefix("observed.")) for record in observations])

    def holds(self, position: Position) -> bool:
        """Whether a reader can have come so far."""
        return all(mine >= theirs for mine, theirs in zip(self.position, position, strict=True))

    def frame(self, since: Position = START, until: Position | None = None) -> bytes:
        """The scalars frame with everything after `since`, up to `until`."""
        until = until or self.position
        rows = slice(since.steps, until.steps)
        return self._encode(since, until, np.arange(since.steps + 1, until.steps + 1), rows, stretch=1)

    def thinned_frame(self, since: Position, until: Position, most: int) -> bytes:
        """The scalars frame from `since` to `until` with about `most` rows. It may be called in another thread."""
        series = [self._steps[name].between(since.steps, until.steps) for name in ("loss", "accuracy")]
        kept, stretch = extremes(series, most)
        rows = since.steps + kept
        return self._encode(since, until, rows + 1, rows, stretch)

    def _encode(
        self, since: Position, until: Position, steps: NDArray[Any], rows: slice | NDArray[Any], stretch: int
    ) -> bytes:
        tensors = {"step": steps.astype("i4")}
        tensors |= {name: column.between(0, until.steps)[rows] for name, column in self._steps.items()}
        # Most frames have neither; what is said of nothing would be as long as all the rest.
        if until.tests > since.tests or since == START:
            tensors |= {name: column.between(since.tests, until.tests) for name, column in self._tests.items()}
        if until.observations > since.observations or since == START:
            for name, column in self._observed.items():
                tensors[name] = column.between(since.observations, until.observations)
        directory = {"run": self.run, "first_step": since.steps + 1, "last_step": until.steps, "stretch": stretch}
        return encode(Kind.SCALARS, directory, tensors)

    def branch(self, run: int, at: Position) -> "History":
        """The history of another run that begins as this one, up to `at`."""
        other = History(run, self._lanes, self._filters)
        for name, column in self._steps.items():
            other._steps[name].append(column.between(0, at.steps))
        for name, column in self._tests.items():
            other._tests[name].append(column.between(0, at.tests))
        for name, column in self._observed.items():
            other._observed[name].append(column.between(0, at.observations))
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
        other = History(run, len(origins), self._filters)
        theirs = newcomers or History(0, 0, self._filters)
        theirs = theirs._at_observations(self._observed["observed.step"])
        for mine, arrived, into in zip(self._tables, theirs._tables, other._tables, strict=True):
            for name, column in mine.items():
                rows = column.all
                if rows.ndim > 1:
                    both = np.hstack([rows, arrived[name].all]) if newcomers else rows
                    places = count(self._lanes)
                    rows = both[:, [next(places) if origin is None else origin for origin in origins]]
                into[name].append(rows)
        return other

    @property
    def _tables(self) -> tuple[dict[str, Column], ...]:
        return self._steps, self._tests, self._observed

    def _at_observations(self, wanted: Column) -> "History":
        """The same with observations of these steps; not-a-numbers where there were none."""
        own = {step: place for place, step in enumerate(self._observed["observed.step"].all.tolist())}
        other = History(self.run, self._lanes, self._filters)
        other._steps, other._tests = self._steps, self._tests
        other._observed["observed.step"].append(wanted.all)
        for name, column in self._observed.items():
            if name == "observed.step":
                continue
            rows = np.full((wanted.length, *column.all.shape[1:]), np.nan, "f4")
            for place, step in enumerate(wanted.all.tolist()):
                if step in own:
                    rows[place] = column.all[own[step]]
            other._observed[name].append(rows)
        return other

    @classmethod
    def read(cls, frame: Frame, run: int) -> Self:
        """The history of a `run` of which `frame` is all, from step 1 on."""
        history = cls(run, *frame.tensors["observed.norm"].shape[1:])
        for name, column in (history._steps | history._tests | history._observed).items():
            column.append(frame.tensors[name])
        return history
