"""When a reporter reports, by a clock that the test sets."""

from types import SimpleNamespace
from typing import Any

import pytest
from kernelscope.runner.pacing import Pacing
from kernelscope.runner.reporter import Reporter
from kernelscope.source.attention import Attend, Interest
from kernelscope.source.commands import Pace
from kernelscope.studies.shown import PLAIN

from tests.experiment.support import small

TICKS = 64
"""A second has so many."""


class Reports:
    """Of a training that makes a step each tick, with a report each eighth: the images of its pictures, and when."""

    def __init__(self) -> None:
        self.tick = 0
        self.pictures: list[tuple[int, list[int]]] = []
        line: Any = SimpleNamespace(send=self._sent)
        pacing = Pacing(Pace(frames_per_second=8), self._now)
        self.experiment = small(0.1)
        self.reporter = Reporter(line, self.experiment, pacing, self._now)

    def _now(self) -> float:
        return self.tick / TICKS

    def _sent(self, progress: Any) -> None:
        self.pictures.append((self.tick, progress.picture.shown.images))

    def want(self, image: int) -> None:
        shown = PLAIN.of_image(image)
        self.reporter.attend(Attend(snapshots=True, control=Interest(shown=shown)), running=True)

    def until(self, tick: int) -> None:
        while self.tick < tick:
            self.tick += 1
            step, evaluations = self.experiment.advance()
            self.reporter.stepped(step, self._now(), evaluations)
            if self.reporter.due:
                self.reporter.report_in_training()


@pytest.fixture
def reports() -> Reports:
    reports = Reports()
    reports.want(0)
    reports.until(19)
    assert reports.pictures == [(1, [0]), (8, [0]), (16, [0])]
    return reports


def test_another_image_is_answered_at_once_in_place_of_the_next_picture(reports: Reports) -> None:
    reports.want(1)
    assert reports.reporter.due
    reports.until(40)
    assert reports.pictures[3:] == [(20, [1]), (32, [1]), (40, [1])]


def test_however_many_images_are_wanted_no_more_pictures_come(reports: Reports) -> None:
    for image in range(1, 30):
        reports.want(image)
        reports.until(19 + 2 * image)
    assert reports.pictures[3:] == [(20 + 8 * place, [1 + 4 * place]) for place in range(8)]
