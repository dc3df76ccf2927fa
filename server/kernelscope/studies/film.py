"""The study *film*: one kernel in every lane over the run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.place import Kernel, KernelShapes, Weight
from kernelscope.studies.payload import packed
from kernelscope.studies.subject import Members, Subject

MOST_FRAMES = 64


@dataclass(frozen=True)
class FilmSubject(Subject):
    """A kernel at some of the recorded steps, in every lane."""

    kernel: Kernel
    frames: Annotated[int, Field(ge=2, le=MOST_FRAMES)]
    """The largest number of frames."""
    kind: Literal["film"] = "film"
    again_after = 0.5
    looked_up = True

    def require(self, shapes: KernelShapes) -> None:
        """Impossible: there is no such kernel."""
        self.kernel.require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up frames evenly spread from the first recorded step to the newest."""
        layer, out, channel = self.kernel.layer, self.kernel.out, self.kernel.channel
        start = Weight(layer, out, channel, 0, 0).flat_index(experiment.lanes[0].network.params)
        *_, rows, cols = kernel_shapes(experiment.lanes[0].network.shapes)[layer]
        kept = experiment.kept
        last = min(self.frames, len(kept)) - 1
        steps = [kept[frame * (len(kept) - 1) // max(last, 1)] for frame in range(last + 1)]
        lanes = {}
        for lane in experiment.lanes:
            frames = [lane.at(step) for step in steps]
            weights = np.stack([frame.weights[start : start + rows * cols] for frame in frames])
            lanes[lane.id] = {
                "steps": [frame.step for frame in frames],
                "weights": packed(weights.reshape(-1, rows, cols)),
            }
        yield {"kept": kept, "steps": steps, "lanes": lanes}
