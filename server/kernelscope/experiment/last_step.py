"""The last step of an experiment: its batch, and what each lane made of it."""

from collections.abc import Mapping
from typing import NamedTuple

from kernelscope.experiment.lane import Lane
from kernelscope.nn import Step
from kernelscope.nn.arrays import Array, Labels


class LaneStep(NamedTuple):
    """A step that a lane has made."""

    images: Array
    """The images that it saw (read only)."""
    labels: Labels
    step: Step


class LastStep(NamedTuple):
    """A step that all lanes have made, but for those that had stopped."""

    images: Array
    """The batch (read only)."""
    labels: Labels
    made: Mapping[str, Step]
    """The step of each lane, by its id."""

    def of(self, lane: Lane) -> LaneStep | None:
        """The step of a lane, with the images of the batch that it saw; None: it made none."""
        if lane.id not in self.made:
            return None
        count = lane.config.images(len(self.labels))
        return LaneStep(self.images[:count], self.labels[:count], self.made[lane.id])
