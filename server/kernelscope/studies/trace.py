"""What one image does in a lane, layer by layer, there and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kernelscope.experiment import Experiment
from kernelscope.experiment.config import LaneId
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.phases import PhasedStep
from kernelscope.nn import Trace, softmax_cross_entropy
from kernelscope.nn.arrays import Array
from kernelscope.studies.moves import moves
from kernelscope.studies.payload import all_finite, finite, packed
from kernelscope.studies.subject import Members, Subject

MOST_PROBES = 10_000


@dataclass(frozen=True)
class TraceSubject(Subject):
    """An image of the probe on its way through a lane."""

    lane: LaneId
    image: Annotated[int, Field(ge=0, lt=MOST_PROBES)]
    """The last one, where there are fewer."""
    kind: Literal["trace"] = "trace"
    again_after = 2.0
    staged = True

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """What every layer puts out, and ∂L/∂output of its loss; and which way the lane's parameters went last."""
        lane = experiment.lane(self.lane)
        if lane is None:
            return
        image = min(self.image, len(experiment.probe) - 1)
        labels = experiment.probe_labels[image : image + 1]
        trace = lane.network.trace(experiment.probe[image : image + 1], labels)
        phased = None if lane.stopped else experiment.phased
        place = phased.networks.index(lane.network) if phased else 0
        found = traced(trace, experiment.probe[image], int(labels[0]), phased, place)
        yield {"image": image, "images": len(experiment.probe), **found, "last_step": _last_step(lane)}


def _last_step(lane: Lane) -> Members | None:
    """Which way its parameters went; None: it has made no step."""
    if lane.steps == 0:
        return None
    return {"step": lane.steps, **moves(lane.before.flat, lane.last_update.flat, lane.gradient.flat)._asdict()}


def traced(trace: Trace, image: Array, label: int, phased: PhasedStep | None, lane: int) -> Members:
    """A trace; while a step is under way in phases, what there is of it by now and no more.

    Args:
        trace: of one image.
        image: ``[channel, row, col]``
        label: its class.
        phased: the step that is under way.
        lane: whose trace it is, by its place among the step's networks.
    """
    stages = phased.stages[: phased.done] if phased else None

    def maps(of: dict[str, Array], phase: str) -> dict[str, Any]:
        there = of if stages is None else {stage.layer for stage in stages if stage.phase == phase}
        return {layer: packed(array[0]) for layer, array in of.items() if layer in there}

    logits = list(trace.activations.values())[-1].reshape(1, -1).astype(np.float64)
    with np.errstate(all="ignore"):  # of a lane that has diverged they need not be finite
        loss, gradient = softmax_cross_entropy(logits, np.array([label]))
    gradient[0, label] += 1  # p − onehot(label)
    judged = stages is None or any(stage.phase == "loss" for stage in stages)
    return {
        "label": label,
        "pixels": packed(image),
        "forward": maps(trace.activations, "forward"),
        "loss": finite(loss.value) if judged else None,
        "probabilities": all_finite(gradient[0]) if judged else None,
        "backward": maps(trace.gradients, "backward"),
        "step_under_way": phased and _under_way(phased, lane),
    }


def _under_way(phased: PhasedStep, lane: int) -> Members:
    gradients = phased.gradient(lane)
    learned = {stage.layer for stage in phased.stages[: phased.done] if stage.phase == "backward"}
    return {
        "done": phased.done,
        "images": len(phased.labels),
        "batch_loss": finite(phased.losses[lane].value) if phased.losses else None,
        "gradients": {
            layer: packed(gradients[f"{layer}.weight"]) for layer in learned if f"{layer}.weight" in gradients
        },
    }
