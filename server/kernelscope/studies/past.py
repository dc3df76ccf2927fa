"""The study *past*: all kernels of all lanes after an earlier step."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import Index
from kernelscope.studies.shown import PLAIN, FrameOf, Shown
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class PastSubject(Subject):
    """The kernels after the last recorded step up to `at`."""

    at: Index
    shown: Shown = PLAIN
    kind: Literal["past"] = "past"
    looked_up = True

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up the kernels."""
        yield {"frame": FrameOf(self.at, self.shown)}
