"""New lanes on their way to where the others wait, and what is reported of it."""

from collections.abc import Callable

from kernelscope.experiment import CatchUp, EvaluationRecord
from kernelscope.source.reports import CatchingUp, CaughtUp
from kernelscope.studies.observation import Observer

INTERVAL = 0.25
"""Seconds between reports of how far they have come."""


class Newcomers:
    """A `CatchUp`, and what of it has not been reported.

    Attributes:
        run: that they are to begin.
        catch_up: how far it is.
        evaluations: of the lanes that wait, that have come meanwhile.
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
        """How far they have come."""
        return CatchingUp(self.catch_up.step, self.catch_up.target)

    def advance(self) -> bool:
        """A little; whether there is something to report."""
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
        """What has come since the last report."""
        self._next_report = self._now() + INTERVAL
        if not self.catch_up.newcomers:
            return []
        report, self._unreported = self._unreported, self._nothing()
        return [report]

    def _nothing(self) -> CaughtUp:
        return CaughtUp(self.run, self.catch_up.origins.count(None), [], [], [])
