"""The study *weight*: one weight in one step, its update, the terms of its gradient, and a check of the gradient."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Literal

import numpy as np

from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Index, KernelShapes, Weight
from kernelscope.nn import DataParallel, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.studies.contributions import Contributions, contributions
from kernelscope.studies.finite_difference import FiniteDifference, finite_difference
from kernelscope.studies.payload import all_finite, finite, packed
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class Origin:
    """The origin of a weight's gradient."""

    images: Array
    """The batch ``[n, channel, row, col]``."""
    labels: Labels
    """``[n]``"""
    contributions: Contributions
    loss: float
    """L(W_old) of the batch."""
    loss_updated: float
    """L(W_new) of the same batch."""
    loss_now: float
    """The loss of the same batch with the present weights, which differs if one has been set by hand."""
    proof: FiniteDifference | None = None
    """The check by a finite difference; None while it is being computed."""


@dataclass(frozen=True)
class OneWeight:
    """One weight of a lane in its last step."""

    step: int
    """The lane's last step; 0 if it has made none, and `gradient` and `update` are NaN."""
    now: float
    """The present value of the weight."""
    before: float
    gradient: float
    """∂L/∂w of the step's batch, which its update used."""
    update: float
    """The update of the weight."""
    after: float
    """W_new = `before` + `update`, rounded to float32."""
    kernel: Array
    """W_new of the kernel that it is one weight of, ``[row, col]``."""
    learning_rate: float
    """The learning rate of that step; NaN if it is no longer known."""
    memory: dict[str, float] | None
    """The optimizer's state for this weight before the step; None if it is no longer known."""
    missing: Literal["no_step", "no_batch", "stopped"] | None = None
    """Why there is no `origin`: there has been no step; its batch is no longer known; the lane has diverged."""
    origin: Origin | None = None


def one_weight(
    lane: Lane,
    weight: Weight,
    index: int,
    learning_rate: float,
    loss: float,
    batch: tuple[Array, Labels] | None,
    parallel: DataParallel,
    masks: Masks | None = None,
) -> Generator[OneWeight | None, None, None]:
    """Study a weight: yield it as soon as all but its proof is known, then again with the proof.

    In between it yields None whenever training can continue. Everything is copied at the beginning.

    Args:
        lane: the lane.
        weight: the weight.
        index: its index in the lane's flat parameters.
        learning_rate: learning rate of the lane's last step.
        loss: loss of that step's batch, before the update.
        batch: that batch, read only; None if it is no longer known.
        parallel: the crew that computes losses.
        masks: the dropout masks of that step.
    """
    found = _arithmetic(lane, weight, index, learning_rate)
    if batch is None or found.missing:
        yield found if found.missing else replace(found, missing="no_batch")
        return
    shapes = lane.network.shapes
    before, now = lane.before.copy(), lane.network.params.copy()
    yield None
    parts = yield from contributions(shapes, before, *batch, weight, masks)
    updated, current = _losses(found, now, index, batch, parallel, masks)
    origin = Origin(*batch, parts, loss, updated, current)
    yield replace(found, origin=origin)
    proof = yield from finite_difference(shapes, before, *batch, index, masks)
    yield replace(found, origin=replace(origin, proof=proof))


def _arithmetic(lane: Lane, weight: Weight, index: int, learning_rate: float) -> OneWeight:
    before, update = lane.before.flat[index], lane.last_update.flat[index]
    *_, rows, cols = kernel_shapes(lane.network.shapes)[weight.layer]
    start = index - (weight.row * cols + weight.col)
    kernel = slice(start, start + rows * cols)
    memory = lane.memory
    return OneWeight(
        step=lane.steps,
        now=float(lane.network.params.flat[index]),
        before=float(before),
        gradient=float(lane.gradient.flat[index]),
        update=float(update),
        after=float(before + update),
        kernel=(lane.before.flat[kernel] + lane.last_update.flat[kernel]).reshape(rows, cols),
        learning_rate=learning_rate,
        memory=memory
        and {name: float(value[index] if isinstance(value, np.ndarray) else value) for name, value in memory.items()},
        missing="no_step" if lane.steps == 0 else "stopped" if lane.stopped else None,
    )


def _losses(
    weight: OneWeight,
    now: Parameters,
    index: int,
    batch: tuple[Array, Labels],
    parallel: DataParallel,
    masks: Masks | None,
) -> tuple[float, float]:
    """The losses of the batch with this weight as the update left it, and with its present value."""
    if weight.now == weight.after:
        [loss] = parallel.losses([now], *batch, masks)
        return loss.value, loss.value
    unchanged = now.copy()
    unchanged.flat[index] = weight.after
    updated, current = parallel.losses([unchanged, now], *batch, masks)
    return updated.value, current.value


def weight_of(experiment: Experiment, lane_id: str, weight: Weight) -> Iterator[OneWeight | None]:
    """Study one weight of a lane in the last step, in pieces (see `one_weight`); nothing if there is no such lane.

    Raises:
        Impossible: there is no such weight.
    """
    index = weight.flat_index(experiment.lanes[0].network.params)
    lane = experiment.lane(lane_id)
    if lane is None:
        return iter(())
    rate, loss, batch = nan, nan, None
    if last := experiment.last_of(lane):
        rate, loss, batch = last.step.learning_rate, last.step.loss, (last.images, last.labels)
    return one_weight(lane, weight, index, rate, loss, batch, experiment.parallel, experiment.last_masks)


@dataclass(frozen=True)
class WeightSubject(Subject):
    """One weight of a lane in its last step."""

    lane: LaneId
    weight: Weight
    image: Index | None = None
    """The image of the batch whose maps are wanted; None for the one that contributes most."""
    kind: Literal["weight"] = "weight"
    again_after = 2.0

    def require(self, shapes: KernelShapes) -> None:
        """Impossible: there is no such weight."""
        self.weight.require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Study the weight, with two results: without its proof, and with it."""
        for found in weight_of(experiment, self.lane, self.weight):
            yield _told(found, self.image) if found else None


def _told(weight: OneWeight, image: int | None) -> Members:
    return {
        "lane_step": weight.step,
        "now": weight.now,
        "before": weight.before,
        "gradient": finite(weight.gradient),
        "update": finite(weight.update),
        "after": finite(weight.after),
        "kernel": weight.origin and packed(weight.kernel),
        "learning_rate": finite(weight.learning_rate),
        "memory": weight.memory if all(map(isfinite, (weight.memory or {}).values())) else None,
        "missing": weight.missing,
        "origin": weight.origin and _of_origin(weight.origin, image),
    }


def _of_origin(origin: Origin, image: int | None) -> Members:
    parts = origin.contributions
    products, of_images = parts.products, parts.of_images
    chosen = int(np.abs(of_images).argmax()) if image is None else min(image, len(of_images) - 1)
    return {
        "total": finite(products.sum()),
        "positions": products.size,
        "positive": {"count": int((products > 0).sum()), "sum": finite(products[products > 0].sum())},
        "negative": {"count": int((products < 0).sum()), "sum": finite(products[products < 0].sum())},
        "shares": all_finite(of_images),
        "labels": origin.labels.tolist(),
        "image": {
            "index": chosen,
            "pixels": packed(origin.images[chosen]),
            "sensitivity": packed(parts.sensitivity[chosen]),
            "seen": packed(parts.seen[chosen]),
        },
        "loss": finite(origin.loss),
        "loss_updated": finite(origin.loss_updated),
        "loss_now": finite(origin.loss_now),
        "proof": origin.proof
        and {
            "epsilon": origin.proof.epsilon,
            "below": finite(origin.proof.below),
            "above": finite(origin.proof.above),
            "slope": finite(origin.proof.slope),
            "switches": origin.proof.switches,
        },
    }
