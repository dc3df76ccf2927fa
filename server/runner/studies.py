"""What is computed because somebody wants to see it: a little at a time, between the steps of training."""

import time
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any, Literal

from server.experiment import Experiment, kernel_shapes
from server.experiment.contributions import Weight
from server.experiment.insight import film_of, lens_of, line_of, lives_of, range_test_of, trace_of, weight_of
from server.experiment.lens import BatchLens
from server.experiment.observation import is_observed
from server.experiment.range_test import RangeTest
from server.runner import findings
from server.runner.messages import Edit, Found, Revisited, SetWeight, Subject
from server.runner.picture import Kernel, Picture

POINTS = 32
"""Of the picture of a loss line, besides those that its search has looked at."""
AGAIN_EVERY = 50
"""Steps from one look to the next while it trains: a lens or a weight takes as long as some 16 steps of a lane."""
AGAIN_AFTER = {"life": 0.5, "film": 0.5, "weight": 2.0, "trace": 2.0, "lens": 2.0}
"""Seconds from one to the next where steps are so slow that those would take longer."""
LOOKED_UP = {"life", "film", "past"}
"""What has been kept anyway: it comes at once, whatever else is being computed."""
RANGE_INTERVAL = 0.25
"""Seconds between reports of how far a range test has come."""


class Studies:
    """The lines, lenses, weights, lives, films, traces, earlier steps and the range test of one experiment.

    Weights and batches are copied when a study of them begins. So nothing here changes a bit of the training, which may
    go on meanwhile.

    Args:
        picture_of: the picture of an earlier step.
        clock: in seconds.

    Attributes:
        experiment: whose.
        run: the number of its run now.
    """

    def __init__(
        self,
        experiment: Experiment,
        run: int,
        picture_of: Callable[[int], Picture],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.experiment = experiment
        self.run = run
        self._picture_of = picture_of
        self._clock = clock
        self._wanted: frozenset[Subject] = frozenset()
        self._due: dict[Subject, None] = {}  # in the order in which they were asked for
        self._again: dict[Subject, float] = {}  # when what has been found is due again, at the latest
        self._current: Iterator[list[Found]] | None = None
        self._studied: Subject | None = None
        self._lenses: dict[str, tuple[int, BatchLens]] = {}  # of each lane the newest, and its step
        self._range: tuple[str, RangeTest] | None = None
        self._next_range_report = 0.0

    @property
    def busy(self) -> bool:
        """Whether there is something to compute."""
        return bool(self._current or self._due or self._range)

    def want(self, subjects: frozenset[Subject]) -> list[Found | Revisited]:
        """Those that viewers want to see from now on; what of the new ones is known already."""
        new = subjects - self._wanted
        self._wanted = subjects
        found: list[Found | Revisited] = []
        for subject in sorted(new, key=repr):
            known = self._lenses.get(subject.lane)
            if subject.kind in LOOKED_UP:
                found.append(self._look_up(subject))
            elif subject.kind == "lens" and known and known[0] == self.experiment.step:
                self._found_now(_work(subject))
                found += self._lens_found(subject.lane, {subject})
            else:
                self._due[_work(subject)] = None
        wanted = {_work(subject) for subject in subjects}
        self._due = {subject: None for subject in self._due if subject in wanted}
        self._again = {subject: when for subject, when in self._again.items() if subject in wanted}
        if self._studied not in wanted:
            self._current = None
        return found

    def stepped(self) -> None:
        """A step has been made while training goes on: now and then all is looked at again."""
        step, now = self.experiment.step, self._clock()
        for subject in self._wanted:
            match subject.kind:
                case "line":
                    due = is_observed(step)
                case "past":
                    due = False
                case _:
                    due = step % AGAIN_EVERY == 0 or now >= self._again.get(_work(subject), inf)
            if due:
                self._due[_work(subject)] = None

    def rested(self) -> None:
        """Training has come to rest: what is shown shall be of this step."""
        self._due = {_work(subject): None for subject in self._wanted}
        self._current = None

    def phased(self) -> None:
        """A stage of a step has been made: there is more to trace, or less."""
        self._due |= {_work(subject): None for subject in self._wanted if subject.kind == "trace"}

    def shown_otherwise(self) -> None:
        """Pictures have something else in them from now on: those of earlier steps shall, too."""
        self._due |= {subject: None for subject in self._wanted if subject.kind == "past"}

    def begin_run(self, run: int) -> None:
        """Other weights, another history: nothing of before is worth going on with, except for the range test."""
        self.run = run
        self._lenses.clear()
        self.rested()

    def begin_range_test(self, lane: str) -> list[Found]:
        """Sweep the rates with this lane's optimizer; nothing where there is no such lane."""
        test = range_test_of(self.experiment, lane)
        if test is None:
            return []
        self._range = lane, test
        return self._report_range("running")

    def cancel_range_test(self) -> list[Found]:
        """End it as it is, where one is under way."""
        return self._report_range("cancelled") if self._range else []

    def advance(self) -> Sequence[Found | Revisited]:
        """A little, about a step of one lane of work; what has been found by it."""
        if looked_up := [subject for subject in self._due if subject.kind in LOOKED_UP]:
            self._due = {subject: None for subject in self._due if subject not in looked_up}
            return [self._look_up(subject) for subject in looked_up]
        if self._range:
            self._range[1].advance(self.experiment.parallel)
            done = self._range[1].progress == 1
            if done or self._clock() >= self._next_range_report:
                return self._report_range("done" if done else "running")
            return []
        if self._current is None and self._due:
            self._studied = next(iter(self._due))
            del self._due[self._studied]
            self._again.pop(self._studied, None)
            self._current = self._study(self._studied)
        if self._current is not None:
            for found in self._current:
                return found
            self._current = None
            self._found_now(self._studied)
        return []

    def _found_now(self, subject: Subject | None) -> None:
        if subject and subject.kind in AGAIN_AFTER:
            self._again[subject] = self._clock() + AGAIN_AFTER[subject.kind]

    def _look_up(self, subject: Subject) -> Found | Revisited:
        self._found_now(subject)
        match subject:
            case Subject(kind="life"):
                members = _where(subject) | findings.of_lives(lives_of(self.experiment, weight_in(subject)))
            case Subject(kind="film", kernel=Kernel(layer, out, channel), frames=int(frames)):
                film = film_of(self.experiment, layer, out, channel, frames)
                members = {"layer": layer, "out": out, "in": channel} | findings.of_film(film)
            case Subject(step=int(step)):
                return Revisited(subject, self.run, self.experiment.step, self._picture_of(step))
            case _:
                raise ValueError(f"expected a life, a film or an earlier step, got {subject}")
        return self._found(subject, self.experiment.step, members)

    def _study(self, subject: Subject) -> Iterator[list[Found]]:
        match subject.kind:
            case "line":
                return self._line(subject)
            case "lens":
                return self._lens(subject.lane)
            case "weight":
                return self._weight(subject)
            case _:
                return self._trace(subject)

    def _line(self, subject: Subject) -> Iterator[list[Found]]:
        line, step = line_of(self.experiment, subject.lane, POINTS), self.experiment.step
        while line is not None:
            if found := line.advance(self.experiment.parallel):
                yield [self._found(subject, step, findings.of_line(found))]
                return
            yield []

    def _lens(self, lane: str) -> Iterator[list[Found]]:
        lens, step = lens_of(self.experiment, lane), self.experiment.step
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
            self._found(subject, step, findings.of_lens(lens, subject.kernel, shapes[subject.kernel.layer]))
            for subject in wanted
            if subject.kind == "lens" and subject.lane == lane and subject.kernel
        ]

    def _weight(self, subject: Subject) -> Iterator[list[Found]]:
        step = self.experiment.step
        for found in weight_of(self.experiment, subject.lane, weight_in(subject)):
            if found is None:
                yield []
            else:
                yield [self._found(subject, step, _where(subject) | findings.of_weight(found, subject.image))]

    def _trace(self, subject: Subject) -> Iterator[list[Found]]:
        experiment = self.experiment
        image = min(subject.image or 0, len(experiment.probe) - 1)
        lane = experiment.lane(subject.lane)
        trace = trace_of(experiment, subject.lane, image)
        if lane is None or trace is None:
            return
        phased = None if lane.stopped else experiment.phased
        place = phased.networks.index(lane.network) if phased else 0
        label = int(experiment.probe_labels[image])
        members = findings.of_trace(trace, experiment.probe[image], label, phased, place)
        yield [self._found(subject, experiment.step, {"image": image} | members)]

    def _report_range(self, status: Literal["running", "done", "cancelled"]) -> list[Found]:
        assert self._range
        lane, test = self._range
        self._next_range_report = self._clock() + RANGE_INTERVAL
        if status != "running":
            self._range = None
        about = {"status": status, "progress": test.progress, **findings.of_range(test.result)}
        return [self._found(Subject("range"), None, {"lane": lane, **about})]

    def _found(self, subject: Subject, step: int | None, members: dict[str, Any]) -> Found:
        known: dict[str, Any] = {"type": subject.kind, "run": self.run, "lane": subject.lane}
        if step is not None:
            known["step"] = step
        return Found(subject, findings.message(known | members))


def _work(subject: Subject) -> Subject:
    """What is to be computed for it: a lens once for all kernels."""
    return subject._replace(kernel=None) if subject.kind == "lens" else subject


def weight_in(subject: Subject | SetWeight | Edit) -> Weight:
    """The weight that it is about."""
    assert subject.kernel
    assert subject.cell
    return Weight(*subject.kernel, *subject.cell)


def _where(subject: Subject) -> dict[str, Any]:
    weight = weight_in(subject)
    return {"layer": weight.layer, "out": weight.out, "in": weight.channel, "row": weight.row, "col": weight.col}
