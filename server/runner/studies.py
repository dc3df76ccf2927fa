"""What is computed because somebody wants to see it: a little at a time, between the steps of training."""

import json
import time
from collections.abc import Iterator
from math import isfinite
from typing import Any, Literal

from server.experiment import Experiment, kernel_shapes
from server.experiment.descent import LossLine
from server.experiment.lens import BatchLens, cosines
from server.experiment.observation import is_observed
from server.experiment.range_test import RangeResult, RangeTest
from server.runner.messages import Found, Subject
from server.runner.picture import Kernel

POINTS = 32
"""Of the picture of a loss line, besides those that its search has looked at."""
LENS_EVERY = 50
"""Steps from one lens to the next while it trains: one takes as long as some 16 steps of a lane."""
RANGE_INTERVAL = 0.25
"""Seconds between reports of how far a range test has come."""


class Studies:
    """The lines, lenses and the range test of one experiment.

    Weights and batches are copied when a study of them begins. So nothing here changes a bit of the training, which may
    go on meanwhile.

    Attributes:
        experiment: whose.
        run: the number of its run now.
    """

    def __init__(self, experiment: Experiment, run: int) -> None:
        self.experiment = experiment
        self.run = run
        self._wanted: frozenset[Subject] = frozenset()
        self._due: dict[tuple[str, str], None] = {}  # kind and lane, in the order in which they were asked for
        self._current: Iterator[list[Found]] | None = None
        self._lenses: dict[str, tuple[int, BatchLens]] = {}  # of each lane the newest, and its step
        self._range: tuple[str, RangeTest] | None = None
        self._next_range_report = 0.0

    @property
    def busy(self) -> bool:
        """Whether there is something to compute."""
        return bool(self._current or self._due or self._range)

    def want(self, subjects: frozenset[Subject]) -> list[Found]:
        """Those that viewers want to see from now on; what of the new ones is known already."""
        new = subjects - self._wanted
        self._wanted = subjects
        found = []
        for subject in sorted(new, key=repr):
            known = self._lenses.get(subject.lane)
            if subject.kind == "lens" and known and known[0] == self.experiment.step:
                found += self._lens_found(subject.lane, {subject})
            else:
                self._due[subject.kind, subject.lane] = None
        return found

    def stepped(self) -> None:
        """A step has been made while training goes on: now and then all is looked at again."""
        step = self.experiment.step
        for subject in self._wanted:
            if is_observed(step) if subject.kind == "line" else step % LENS_EVERY == 0:
                self._due[subject.kind, subject.lane] = None

    def rested(self) -> None:
        """Training has come to rest: what is shown shall be of this step."""
        self._due = {(subject.kind, subject.lane): None for subject in self._wanted}
        self._current = None

    def begin_run(self, run: int) -> None:
        """Other weights, another history: nothing of before is worth going on with, except for the range test."""
        self.run = run
        self._lenses.clear()
        self.rested()

    def begin_range_test(self, lane: str) -> list[Found]:
        """Sweep the rates with this lane's optimizer; nothing where there is no such lane."""
        test = self.experiment.range_test(lane)
        if test is None:
            return []
        self._range = lane, test
        return self._report_range("running")

    def cancel_range_test(self) -> list[Found]:
        """End it as it is, where one is under way."""
        return self._report_range("cancelled") if self._range else []

    def advance(self) -> list[Found]:
        """A little, about a step of one lane of work; what has been found by it."""
        if self._range:
            self._range[1].advance(self.experiment.parallel)
            done = self._range[1].progress == 1
            if done or time.perf_counter() >= self._next_range_report:
                return self._report_range("done" if done else "running")
            return []
        if self._current is None and self._due:
            kind, lane = next(iter(self._due))
            del self._due[kind, lane]
            self._current = self._line(lane) if kind == "line" else self._lens(lane)
        if self._current is not None:
            for found in self._current:
                return found
            self._current = None
        return []

    def _line(self, lane: str) -> Iterator[list[Found]]:
        line, step = self.experiment.line(lane, POINTS), self.experiment.step
        while line is not None:
            if found := line.advance(self.experiment.parallel):
                yield [self._found(Subject("line", lane), step, _of_line(found))]
                return
            yield []

    def _lens(self, lane: str) -> Iterator[list[Found]]:
        lens, step = self.experiment.lens(lane), self.experiment.step
        while lens is not None:
            if found := lens.advance(self.experiment.parallel):
                self._lenses[lane] = step, found
                yield self._lens_found(lane, self._wanted)
                return
            yield []

    def _lens_found(self, lane: str, wanted: frozenset[Subject] | set[Subject]) -> list[Found]:
        step, lens = self._lenses[lane]
        shapes = kernel_shapes(self.experiment.lanes[0].network.shapes)
        return [
            self._found(subject, step, _of_lens(lens, subject.kernel, shapes[subject.kernel.layer]))
            for subject in wanted
            if subject.kind == "lens" and subject.lane == lane and subject.kernel
        ]

    def _report_range(self, status: Literal["running", "done", "cancelled"]) -> list[Found]:
        assert self._range
        lane, test = self._range
        self._next_range_report = time.perf_counter() + RANGE_INTERVAL
        if status != "running":
            self._range = None
        about = {"status": status, "progress": test.progress, **_of_range(test.result)}
        return [self._found(Subject("range"), None, {"lane": lane, **about})]

    def _found(self, subject: Subject, step: int | None, members: dict[str, Any]) -> Found:
        known: dict[str, Any] = {"type": subject.kind, "run": self.run, "lane": subject.lane}
        if step is not None:
            known["step"] = step
        return Found(subject, json.dumps(known | members, separators=(",", ":"), allow_nan=False))


def _finite(values: Any) -> list[float | None]:
    return [float(value) if isfinite(value) else None for value in values]


def _of_line(line: LossLine) -> dict[str, Any]:
    return {
        "learning_rate": line.learning_rate,
        "multiples": line.multiples,
        "losses": _finite(line.losses),
        "best": line.best,
        "bound": line.bound,
    }


def _of_lens(lens: BatchLens, kernel: Kernel, shape: tuple[int, int, int, int]) -> dict[str, Any]:
    *_, rows, cols = shape
    gradients = lens.kernel(kernel.layer, shape, kernel.out, kernel.channel).reshape(len(lens.counts), -1)
    return {
        "layer": kernel.layer,
        "out": kernel.out,
        "in": kernel.channel,
        "rows": rows,
        "cols": cols,
        "counts": lens.counts,
        "cosines": _finite(lens.cosines()),
        "kernel_cosines": _finite(cosines(gradients)),
        "gradients": [_finite(gradient) for gradient in gradients],
    }


def _of_range(result: RangeResult) -> dict[str, Any]:
    return {
        "rates": result.rates,
        "losses": _finite(result.losses),
        "smoothed": _finite(result.smoothed),
        "end": result.end,
        "steepest": result.steepest,
        "lowest": result.lowest,
        "diverges": result.diverges,
        "lanes": result.lanes._asdict() if result.lanes else None,
    }
