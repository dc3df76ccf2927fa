"""New lanes that catch up with the others, and the reports of their progress."""

from collections.abc import Callable

from kernelscope.experiment import CatchUp, EvaluationRecord
from kernelscope.source.reports import CatchingUp, CaughtUp
from kernelscope.studies.observation import Observer

INTERVAL = 0.25
"""Seconds between reports of their progress."""


class Newcomers:
    """A `CatchUp` and its unreported results.

    Attributes:
        run: the run that will start once the lanes have caught up.
        catch_up: the training of the new lanes.
        evaluations: evaluations of the waiting lanes that were finished meanwhile.
    """

    def __init__(self, run: int, catch_up: CatchUp, now: Callable[[], float]) -> None:
        self.run = run
        self.catch_up = catch_up
        self.evaluations: list[EvaluationRecord] = []
        self._observer = Observer(catch_up.newcomers) if catch_up.newcomers else None
        self._unreported = self._nothing()
        self._now = now
        self._next_report = 0.0

    @property
    def place(self) -> CatchingUp:
        """The progress of the new lanes."""
        return CatchingUp(self.catch_up.step, self.catch_up.target)

    def advance(self) -> bool:
        """Do a little of the work. Return whether a report is due."""
        if not self.catch_up.ready():
            news = self.catch_up.advance()
            self._unreported.steps.extend(news.steps)
            self._unreported.evaluations.extend(news.evaluations)
            self.evaluations += news.others
            if news.steps and self._observer:
                self._observer.stepped()
                if record := self._observer.advance():
                    self._unreported.observations.append(record)
        return self.catch_up.ready() or self._now() >= self._next_report

    def report(self) -> list[CaughtUp]:
        """Return the results since the last report; none where there are no new lanes to train."""
        self._next_report = self._now() + INTERVAL
        if not self.catch_up.newcomers:
            return []
        report, self._unreported = self._unreported, self._nothing()
        return [report]

    def _nothing(self) -> CaughtUp:
        return CaughtUp(self.run, self.catch_up.origins.count(None), [], [], [])
