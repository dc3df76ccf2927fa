"""What is computed because somebody wants to see it: a little at a time, between the steps of training."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.picture.picture import Picture, Shown
from kernelscope.source.reports import Found, Revisited
from kernelscope.studies import findings
from kernelscope.studies.agenda import Agenda
from kernelscope.studies.insight import (
    film_of,
    lens_of,
    lines_of,
    lives_of,
    moves_of,
    range_test_of,
    trace_of,
    weight_of,
)
from kernelscope.studies.lens import BatchLens
from kernelscope.studies.range_test import RangeTest
from kernelscope.studies.ration import Ration
from kernelscope.studies.subjects import Subject

POINTS, OF_OTHERS = 32, 16
"""Of the picture of a loss line, besides those that its search has looked at: of its batch, and of the other images,
each of which takes as long as most of a step of a lane."""
LOOKED_UP = {"life", "film", "past"}
"""What has been kept anyway: it comes at once, whatever else is being computed."""
WATCHERS_SHARE = 0.03
"""Of the time, at most, for what those want who only watch, while it trains."""
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
        ration: how much time those get who only watch.
    """

    def __init__(
        self,
        experiment: Experiment,
        run: int,
        picture_of: Callable[[int, Shown], Picture],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.experiment = experiment
        self.run = run
        self.ration = Ration(WATCHERS_SHARE, clock)
        self._picture_of = picture_of
        self._clock = clock
        self._control = Agenda(clock)
        self._watchers = Agenda(clock)
        self._lenses: dict[str, tuple[int, BatchLens]] = {}  # of each lane the newest, and its step
        self._range: tuple[str, RangeTest] | None = None
        self._next_range_report = 0.0

    @property
    def busy(self) -> bool:
        """Whether there is something to compute for those who hold the controls."""
        return self._control.busy or self._range is not None

    @property
    def spare(self) -> bool:
        """Whether there is something to compute for those who only watch: `advance_spare`."""
        return self._watchers.busy

    def want(self, subjects: frozenset[Subject], watched: frozenset[Subject] = frozenset()) -> list[Found | Revisited]:
        """Those that viewers want to see from now on; what of the new ones is known already.

        Args:
            subjects: of those who hold the controls.
            watched: of those who only watch.
        """
        found: list[Found | Revisited] = []
        for subject in self._control.want(subjects):
            if subject.kind in LOOKED_UP:
                self._control.found(subject)
                found.append(self._look_up(subject))
            elif known := self._known_lens(subject):
                self._control.found(subject)
                found += known
            else:
                self._control.add(subject)
        for subject in self._watchers.want(watched - subjects):
            self._watchers.add(subject)
        return found

    def _known_lens(self, subject: Subject) -> list[Found]:
        known = self._lenses.get(subject.lane)
        if subject.kind == "lens" and known and known[0] == self.experiment.step:
            return self._lens_found(subject.lane, {subject})
        return []

    def stepped(self) -> None:
        """A step has been made while training goes on: now and then all is looked at again."""
        for agenda in self._agendas:
            agenda.stepped(self.experiment.step)

    def rested(self) -> None:
        """Training has come to rest: what is shown shall be of this step."""
        for agenda in self._agendas:
            agenda.begin_again()

    def phased(self) -> None:
        """A stage of a step has been made: there is more to trace, or less."""
        for agenda in self._agendas:
            agenda.add_all("trace")

    @property
    def _agendas(self) -> tuple[Agenda, Agenda]:
        return self._control, self._watchers

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
        if looked_up := self._control.take_all(LOOKED_UP):
            return [self._look_up(subject) for subject in looked_up]
        if self._range:
            self._range[1].advance(self.experiment.parallel)
            done = self._range[1].progress == 1
            if done or self._clock() >= self._next_range_report:
                return self._report_range("done" if done else "running")
            return []
        return self._control.advance(self._study)

    def advance_spare(self) -> Sequence[Found | Revisited]:
        """The same for those who only watch: it is to be asked for when there is time, or `ration` is ready."""
        with self.ration.spending():
            return self._watchers.advance(self._study)

    def _look_up(self, subject: Subject) -> Found | Revisited:
        match subject:
            case Subject(kind="life"):
                members = _where(subject) | findings.of_lives(lives_of(self.experiment, weight_in(subject)))
            case Subject(kind="film", kernel=Kernel(layer, out, channel), frames=int(frames)):
                film = film_of(self.experiment, layer, out, channel, frames)
                members = {"layer": layer, "out": out, "in": channel} | findings.of_film(film)
            case Subject(step=int(step)):
                return Revisited(subject, self.run, self.experiment.step, self._picture_of(step, subject.shown))
            case _:
                raise ValueError(f"expected a life, a film or an earlier step, got {subject}")
        return self._found(subject, self.experiment.step, members)

    def _study(self, subject: Subject) -> Iterator[Sequence[Found | Revisited]]:
        if subject.kind in LOOKED_UP:
            return iter([[self._look_up(subject)]])
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
        lines, step = lines_of(self.experiment, subject.lane, POINTS, OF_OTHERS), self.experiment.step
        if lines is None:
            return
        images, parallel = len(self.experiment.others[1]), self.experiment.parallel
        while (own := lines.own.advance(parallel, 4)) is None:
            yield []
        while (others := lines.others.advance(parallel, 1)) is None:
            yield []
        yield [self._found(subject, step, findings.of_line(own, others, images))]

    def _lens(self, lane: str) -> Iterator[list[Found]]:
        lens, step = lens_of(self.experiment, lane), self.experiment.step
        while lens is not None:
            if found := lens.advance(self.experiment.parallel):
                self._lenses[lane] = step, found
                yield self._lens_found(lane, self._control.wanted | self._watchers.wanted)
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
        moved = moves_of(experiment, subject.lane)
        members |= {"image": image, "images": len(experiment.probe)}
        members["last_step"] = moved and {"step": lane.steps, **moved._asdict()}
        yield [self._found(subject, experiment.step, members)]

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


def weight_in(subject: Subject) -> Weight:
    """The weight that it is about."""
    assert subject.kernel
    assert subject.cell
    return Weight(subject.kernel.layer, subject.kernel.out, subject.kernel.channel, *subject.cell)


def _where(subject: Subject) -> dict[str, Any]:
    return weight_in(subject).members
