"""What is computed because somebody wants to see it: a little at a time, between the steps of training."""

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from kernelscope.experiment import Experiment
from kernelscope.studies.agenda import Agenda
from kernelscope.studies.finding import Finding
from kernelscope.studies.ration import Ration
from kernelscope.studies.subject import SharedStudy, Subject

WATCHERS_SHARE = 0.03
"""Of the time, at most, for what those want who only watch, while it trains."""


class Studies:
    """The studies of one experiment that are wanted now.

    Nothing here changes a bit of the training, which goes on meanwhile.

    Args:
        clock: in seconds.

    Attributes:
        experiment: whose.
        run: the number of its run now.
        ration: how much time those get who only watch.
    """

    def __init__(self, experiment: Experiment, run: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.experiment = experiment
        self.run = run
        self.ration = Ration(WATCHERS_SHARE, clock)
        self._control = Agenda(clock)
        self._watchers = Agenda(clock)
        # Of work that several subjects have in common, what was found last, and of which step.
        self._known: dict[Hashable, tuple[int, Any]] = {}
        self._shared: SharedStudy | None = None

    @property
    def busy(self) -> bool:
        """Whether there is something to compute for those who hold the controls."""
        return self._control.busy or self._shared is not None

    @property
    def spare(self) -> bool:
        """Whether there is something to compute for those who only watch: `advance_spare`."""
        return self._watchers.busy

    def want(self, subjects: frozenset[Subject], watched: frozenset[Subject] = frozenset()) -> list[Finding]:
        """Those that viewers want to see from now on; what of the new ones is known already.

        Args:
            subjects: of those who hold the controls.
            watched: of those who only watch.
        """
        found: list[Finding] = []
        for subject in self._control.want(subjects):
            step, known = self._known.get(subject.work, (None, None))
            if subject.looked_up:
                self._control.found(subject)
                found += self._look_up(subject)
            elif step == self.experiment.step:
                self._control.found(subject)
                found.append(self._finding(subject, step, known))
            else:
                self._control.add(subject)
        for subject in self._watchers.want(watched - subjects):
            self._watchers.add(subject)
        return found

    def stepped(self) -> None:
        """A step has been made while training goes on: now and then all is looked at again."""
        for agenda in self._agendas:
            agenda.stepped(self.experiment.step)

    def rested(self) -> None:
        """Training has come to rest: what is shown shall be of this step."""
        for agenda in self._agendas:
            agenda.begin_again()

    def phased(self) -> None:
        """A stage of a step has been made."""
        for agenda in self._agendas:
            agenda.staged()

    @property
    def _agendas(self) -> tuple[Agenda, Agenda]:
        return self._control, self._watchers

    def begin_run(self, run: int) -> None:
        """Other weights, another history: nothing is worth going on with, except for a shared study."""
        self.run = run
        self._known.clear()
        self.rested()

    def begin(self, study: SharedStudy) -> list[Finding]:
        """A study that everybody sees, in the place of the one before."""
        self._shared = study
        return [self._finding(study.subject, None, study.report())]

    def cancel(self) -> list[Finding]:
        """End the study that everybody sees as it is, where one is under way."""
        study, self._shared = self._shared, None
        return [self._finding(study.subject, None, study.cancel())] if study else []

    def advance(self) -> Sequence[Finding]:
        """A little, about a step of one lane of work; what has been found by it."""
        if looked_up := self._control.take_looked_up():
            return [found for subject in looked_up for found in self._look_up(subject)]
        if study := self._shared:
            members = study.advance(self.experiment)
            if study.done:
                self._shared = None
            return [] if members is None else [self._finding(study.subject, None, members)]
        return self._control.advance(self._study)

    def advance_spare(self) -> Sequence[Finding]:
        """The same for those who only watch: it is to be asked for when there is time, or `ration` is ready."""
        with self.ration.spending():
            return self._watchers.advance(self._study)

    def _look_up(self, subject: Subject) -> list[Finding]:
        return [found for part in self._study(subject) for found in part]

    def _study(self, subject: Subject) -> Iterator[list[Finding]]:
        step, work = self.experiment.step, subject.work
        for found in subject.study(self.experiment):
            if found is None:
                yield []
                continue
            if work != subject:
                self._known[work] = step, found
            wanted = self._control.wanted | self._watchers.wanted
            yield [self._finding(one, step, found) for one in wanted if one.work == work]

    def _finding(self, subject: Subject, step: int | None, found: Any) -> Finding:
        return Finding(subject, self.run, step, subject.members(found))
