"""New lanes on their way to where the others wait, and what is reported of it."""

import time

from kernelscope.experiment import CatchUp, EvaluationRecord
from kernelscope.source.reports import CatchingUp, CaughtUp

INTERVAL = 0.25
"""Seconds between reports of how far they have come."""


class Newcomers:
    """A `CatchUp`, and what of it has not been reported.

    Attributes:
        run: that they are to begin.
        catch_up: how far it is.
        evaluations: of the lanes that wait, that have come meanwhile.
    """

    def __init__(self, run: int, catch_up: CatchUp) -> None:
        self.run = run
        self.catch_up = catch_up
        self.evaluations: list[EvaluationRecord] = []
        self._unreported = self._nothing()
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
            self._unreported.observations.extend(news.observations)
            self.evaluations += news.others
        return self.catch_up.ready() or time.perf_counter() >= self._next_report

    def report(self) -> list[CaughtUp]:
        """What has come since the last report."""
        self._next_report = time.perf_counter() + INTERVAL
        if not self.catch_up.newcomers:
            return []
        report, self._unreported = self._unreported, self._nothing()
        return [report]

    def _nothing(self) -> CaughtUp:
        return CaughtUp(self.run, self.catch_up.newcomers, [], [], [])
