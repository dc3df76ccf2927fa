"""Studies on request, computed in small pieces between the steps of training."""

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from math import inf
from typing import Any

from kernelscope.experiment import Experiment
from kernelscope.studies.agenda import Agenda
from kernelscope.studies.finding import Finding
from kernelscope.studies.ration import Ration
from kernelscope.studies.registry import STUDIES
from kernelscope.studies.subject import SharedStudy, Subject

WATCHERS_SHARE = 0.03
"""The largest share of the time, during training, for studies that only viewers without control want."""
PATIENT_SHARE = 0.04
"""The same for each kind of study that can wait (`Subject.patient`), whoever wants it."""
RATIONED_SHARE = 0.045
"""The same for all of these together, however many kinds there are."""


class Studies:
    """The studies of one experiment that are currently wanted.

    They do not change a bit of the training, which continues meanwhile.

    Args:
        experiment: the experiment.
        run: number of its run.
        clock: returns seconds.

    Attributes:
        experiment: the experiment.
        run: number of its current run.
    """

    def __init__(self, experiment: Experiment, run: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.experiment = experiment
        self.run = run
        self._control = Agenda(clock)
        self._watchers = Agenda(clock)
        # Of viewers with control, by kind.
        self._patient = {study.kind: Agenda(clock) for study in STUDIES if study.patient}
        self._rationed = [(self._watchers, Ration(WATCHERS_SHARE, clock))]
        self._rationed += [(agenda, Ration(PATIENT_SHARE, clock)) for agenda in self._patient.values()]
        self._together = Ration(RATIONED_SHARE, clock)
        # For each work, which several subjects may share: the step and the result of its last study.
        self._known: dict[Hashable, tuple[int, Any]] = {}
        self._shared: SharedStudy | None = None

    @property
    def busy(self) -> bool:
        """Whether there is something to compute at once, for viewers with control."""
        return self._control.busy or self._shared is not None

    @property
    def spare(self) -> bool:
        """Whether there is something to compute that is rationed during training (see `advance_spare`)."""
        return any(agenda.busy for agenda, _ in self._rationed)

    @property
    def spare_at(self) -> float:
        """The time, by the clock, from which the next rationed piece is allowed; infinite if there is none."""
        return max(
            self._together.next, min((ration.next for agenda, ration in self._rationed if agenda.busy), default=inf)
        )

    def want(self, subjects: frozenset[Subject], watched: frozenset[Subject] = frozenset()) -> list[Finding]:
        """Set the wanted subjects, and return the findings about new ones that are known already.

        Args:
            subjects: the subjects wanted by viewers with control.
            watched: the subjects wanted by viewers without control.
        """
        found: list[Finding] = []
        patient = frozenset(subject for subject in subjects if subject.patient)
        for subject in self._control.want(subjects - patient):
            found += self._begin(subject, self._control)
        for kind, agenda in self._patient.items():
            for subject in agenda.want(frozenset(subject for subject in patient if subject.kind == kind)):
                found += self._begin(subject, agenda)
        for subject in self._watchers.want(watched - subjects):
            self._watchers.add(subject)
        return found

    def _begin(self, subject: Subject, agenda: Agenda) -> list[Finding]:
        """Make a new subject due if need be, and return what is known already."""
        step, known = self._known.get(subject.work, (None, None))
        if subject.looked_up:
            agenda.found(subject)
            return self._look_up(subject)
        if step == self.experiment.step:
            agenda.found(subject)
        else:
            agenda.add(subject)
        is_shown = step == self.experiment.step or (subject.patient and step is not None)
        return [self._finding(subject, step, known)] if is_shown else []

    def stepped(self) -> None:
        """Make regular studies due after a step of continuing training."""
        for agenda in self._agendas:
            agenda.stepped(self.experiment.step)

    def rested(self) -> None:
        """Make all studies due when training has paused, so that they show this step."""
        for agenda in self._agendas:
            agenda.begin_again()

    def tested(self) -> None:
        """Make studies due that follow the tests, after one has been finished."""
        for agenda in self._agendas:
            agenda.tested()

    def phased(self) -> None:
        """Make studies due that follow the stages of a step in phases."""
        for agenda in self._agendas:
            agenda.staged()

    @property
    def _agendas(self) -> tuple[Agenda, ...]:
        return self._control, *self._patient.values(), self._watchers

    def begin_run(self, run: int) -> None:
        """Start a new run, and discard everything but a shared study."""
        self.run = run
        self._known.clear()
        self.rested()

    def edited(self) -> None:
        """Forget what was found about weights that were changed by hand, at the same step."""
        self._known.clear()
        self.rested()

    def begin(self, study: SharedStudy) -> list[Finding]:
        """Start a shared study, in place of the previous one, and return its first finding."""
        self._shared = study
        return [self._finding(study.subject, None, study.report())]

    def cancel(self) -> list[Finding]:
        """End the shared study, if one is running, and return its last finding."""
        study, self._shared = self._shared, None
        return [self._finding(study.subject, None, study.cancel())] if study else []

    def advance(self) -> Sequence[Finding]:
        """Compute for about as long as one lane's step, and return the findings."""
        if looked_up := self._control.take_looked_up():
            return [found for subject in looked_up for found in self._look_up(subject)]
        if study := self._shared:
            members = study.advance(self.experiment)
            if study.done:
                self._shared = None
            return [] if members is None else [self._finding(study.subject, None, members)]
        return self._control.advance(self._study)

    def advance_spare(self) -> Sequence[Finding]:
        """Do the same for what is rationed; call it when there is time to spare, or from `spare_at` on."""
        busy = [(agenda, ration) for agenda, ration in self._rationed if agenda.busy]
        if not busy:
            return []
        agenda, ration = min(busy, key=lambda pair: pair[1].next)
        with self._together.spending(), ration.spending():
            return agenda.advance(self._study)

    def _look_up(self, subject: Subject) -> list[Finding]:
        return [found for part in self._study(subject) for found in part]

    def _study(self, subject: Subject) -> Iterator[list[Finding]]:
        step, work = self.experiment.step, subject.work
        for found in subject.study(self.experiment):
            is_preview = found is not None and subject.is_preview(found)
            if found is None or (is_preview and work in self._known):
                yield []
                continue
            if work != subject and not is_preview:
                self._known[work] = step, found
            wanted = frozenset().union(*(agenda.wanted for agenda in self._agendas))
            yield [self._finding(one, step, found) for one in wanted if one.work == work]

    def _finding(self, subject: Subject, step: int | None, found: Any) -> Finding:
        return Finding(subject, self.run, step, subject.members(found))
