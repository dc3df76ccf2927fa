"""The study *trace*: one image's forward and backward pass through a lane, layer by layer, as in the next step.

Dropout layers drop what they drop of the first image of that step's batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from kernelscope.experiment import Experiment
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.own_image import ImageIndex
from kernelscope.experiment.phases import PhasedStep
from kernelscope.nn import Trace, softmax_cross_entropy
from kernelscope.nn.arrays import Array
from kernelscope.nn.loss import softmax
from kernelscope.studies.first_kernels import first_kernels
from kernelscope.studies.moves import moves
from kernelscope.studies.payload import all_finite, finite, packed
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class TraceSubject(Subject):
    """The pass of an image through a lane."""

    lane: LaneId
    image: ImageIndex
    kind: Literal["trace"] = "trace"
    again_after = 2.0
    staged = True

    @property
    def test_image(self) -> int:
        """The image."""
        return self.image

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Compute every layer's output and ∂L/∂output, and the directions of the lane's last update."""
        lane, shown = experiment.lane(self.lane), experiment.images.seen(self.image)
        if lane is None or shown is None or shown[1] is None:  # without a label there is no loss
            return
        image, label = shown[0], shown[1]
        # As if it were the first image of the step's batch.
        trace = lane.network.trace(image[np.newaxis], np.array([label]), masks=experiment.next_masks)
        phased = None if lane.stopped else experiment.phased
        place = phased.networks.index(lane.network) if phased else 0
        found = traced(trace, image, label, phased, place)
        weights = first_kernels(lane.network.params)
        yield {"images": len(experiment.data.test_images), **found, "weights": weights, "last_step": _last_step(lane)}


def _last_step(lane: Lane) -> Members | None:
    """The directions of the lane's last update; None if it has made no step."""
    if lane.steps == 0:
        return None
    moved = moves(lane.before.flat, lane.last_update.flat, lane.gradient.flat)._asdict()
    return {"step": lane.steps, **moved, "updates": first_kernels(lane.last_update)}


def traced(trace: Trace, image: Array, label: int, phased: PhasedStep | None, lane: int) -> Members:
    """Convert a trace to JSON members; during a step in phases, only as far as the step has come.

    Args:
        trace: the trace of one image.
        image: ``[channel, row, col]``
        label: its class.
        phased: the step in progress, if any.
        lane: the lane's place among the step's networks.
    """
    stages = phased.stages[: phased.done] if phased else None

    def maps(of: dict[str, Array], phase: str) -> dict[str, Any]:
        there = of if stages is None else {stage.layer for stage in stages if stage.phase == phase}
        return {layer: packed(array[0]) for layer, array in of.items() if layer in there}

    logits = list(trace.activations.values())[-1].reshape(1, -1).astype(np.float64)
    with np.errstate(all="ignore"):  # a diverged lane's logits need not be finite
        loss, _ = softmax_cross_entropy(logits, np.array([label]))
    judged = stages is None or any(stage.phase == "loss" for stage in stages)
    return {
        "label": label,
        "pixels": packed(image),
        "forward": maps(trace.activations, "forward"),
        "loss": finite(loss.value) if judged else None,
        "probabilities": all_finite(softmax(logits)[0]) if judged else None,
        "backward": maps(trace.gradients, "backward"),
        "step_under_way": phased and _under_way(phased, lane),
    }


def _under_way(phased: PhasedStep, lane: int) -> Members:
    gradients = phased.gradient(lane)
    learned = {stage.layer for stage in phased.stages[: phased.done] if stage.phase == "backward"}
    return {
        "done": phased.done,
        "images": phased.counts[lane],
        "batch_loss": finite(phased.losses[lane].value) if phased.losses else None,
        "gradients": {
            layer: packed(gradients[f"{layer}.weight"]) for layer in learned if f"{layer}.weight" in gradients
        },
    }
