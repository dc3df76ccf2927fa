"""Every scalar of the current run, in order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.experiment import EvaluationRecord, StepRecord
from server.stream.wire import Kind, encode


class Column:
    """Rows of a fixed width that can only be added to; it doubles when it is full."""

    def __init__(self, dtype: str, *shape: int) -> None:
        self._rows: NDArray[Any] = np.empty((256, *shape), dtype)
        self.length = 0

    def append(self, rows: Sequence[Any]) -> None:
        """Add rows at the end."""
        needed = self.length + len(rows)
        if needed > len(self._rows):
            more = np.empty((max(needed, 2 * len(self._rows)), *self._rows.shape[1:]), self._rows.dtype)
            more[: self.length] = self._rows[: self.length]
            self._rows = more
        if rows:
            self._rows[self.length : needed] = rows
        self.length = needed

    def since(self, start: int) -> NDArray[Any]:
        """All rows from number `start` on, as a view."""
        return self._rows[start : self.length]


class History:
    """The scalars of one run: step records from step 1 on without a gap, and evaluations."""

    def __init__(self, run: int, lanes: int) -> None:
        self.run = run
        self._loss = Column("f4", lanes)
        self._accuracy = Column("f4", lanes)
        self._learning_rate = Column("f8", lanes)
        self._test_step = Column("i4")
        self._test_loss = Column("f4", lanes)
        self._test_accuracy = Column("f4", lanes)

    @property
    def position(self) -> tuple[int, int]:
        """How many steps and how many evaluations it holds: where a reader that has read all of it stands."""
        return self._loss.length, self._test_step.length

    def extend(self, steps: Sequence[StepRecord], evaluations: Sequence[EvaluationRecord]) -> None:
        """Add what has happened.

        Raises:
            ValueError: the steps do not follow the last one held.
        """
        expected = range(self._loss.length + 1, self._loss.length + 1 + len(steps))
        if [record.step for record in steps] != list(expected):
            raise ValueError(f"expected steps {expected}, got {[record.step for record in steps]}")
        self._loss.append([record.loss for record in steps])
        self._accuracy.append([record.accuracy for record in steps])
        self._learning_rate.append([record.learning_rate for record in steps])
        self._test_step.append([record.step for record in evaluations])
        self._test_loss.append([record.loss for record in evaluations])
        self._test_accuracy.append([record.accuracy for record in evaluations])

    def frame(self, since: tuple[int, int] = (0, 0)) -> bytes:
        """The scalars frame with everything after the position `since`."""
        step, test = since
        return encode(
            Kind.SCALARS,
            {"run": self.run, "first_step": step + 1, "last_step": self._loss.length},
            {
                "loss": self._loss.since(step),
                "accuracy": self._accuracy.since(step),
                "learning_rate": self._learning_rate.since(step),
                "test.step": self._test_step.since(test),
                "test.loss": self._test_loss.since(test),
                "test.accuracy": self._test_accuracy.since(test),
            },
        )
