"""The study *life*: one weight in every lane over the run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import KernelShapes, Weight
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class LifeSubject(Subject):
    """The history of a weight in every lane."""

    weight: Weight
    kind: Literal["life"] = "life"
    again_after = 0.5
    looked_up = True

    def require(self, shapes: KernelShapes) -> None:
        """Impossible: there is no such weight."""
        self.weight.require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up each lane's recorded steps, with the value after each, and the gradient that led to it."""
        index = self.weight.flat_index(experiment.lanes[0].network.params)
        lives = {lane.id: lane.keyframes.life(index) for lane in experiment.lanes}
        yield {
            "lanes": {
                id: {"steps": life.steps, "values": life.values, "gradients": all_finite(life.gradients)}
                for id, life in lives.items()
            }
        }
