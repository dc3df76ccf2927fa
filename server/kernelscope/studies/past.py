"""The study *past*: all kernels of all lanes after an earlier step."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import Experiment
from kernelscope.experiment.own_image import ImageIndex
from kernelscope.experiment.place import Index
from kernelscope.studies.shown import PLAIN, FrameOf, Shown
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class PastSubject(Subject):
    """The kernels after the last recorded step up to `at`, and what they make of an image."""

    at: Index
    shown: Shown = PLAIN
    image: ImageIndex | None = None
    kind: Literal["past"] = "past"
    looked_up = True

    @property
    def pictured(self) -> Shown:
        """What is shown, and of which image."""
        return self.shown.of_image(self.image)

    @property
    def test_image(self) -> int | None:
        """The image."""
        return self.image

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up the kernels."""
        yield {"frame": FrameOf(self.at, self.pictured)}
