"""What can be asked about an experiment besides what its steps report. No answer changes a bit of it."""

from collections.abc import Iterator
from math import nan
from typing import NamedTuple

import numpy as np

from kernelscope.experiment.experiment import Experiment
from kernelscope.experiment.kernels import kernel_shapes
from kernelscope.experiment.keyframes import Life
from kernelscope.experiment.place import Weight
from kernelscope.nn import Trace
from kernelscope.nn.arrays import Array
from kernelscope.studies.descent import Line
from kernelscope.studies.lens import Lens, large_batch
from kernelscope.studies.moves import Moves, moves
from kernelscope.studies.one_weight import OneWeight, one_weight
from kernelscope.studies.range_test import RangeTest


class LaneFilm(NamedTuple):
    """A kernel in one lane."""

    steps: list[int]
    """After which it was so: of a lane that has diverged none later than its last."""
    weights: Array
    """``[frame, row, col]``"""


class Film(NamedTuple):
    """A kernel over the run."""

    kept: list[int]
    """All steps that there is something of, ascending."""
    steps: list[int]
    """Those that are shown, a frame each."""
    lanes: dict[str, LaneFilm]


class Lines(NamedTuple):
    """The loss along one update."""

    own: Line
    """Of the batch that it was made for."""
    others: Line
    """Of other training images."""


def lines_of(experiment: Experiment, lane_id: str, points: int, of_others: int) -> Lines | None:
    """Two lines along the update that a lane made last, at least at so many points each.

    None: it made none in the last step, or that is not known any more; there is no such lane.
    """
    lane = experiment.lane(lane_id)
    if lane is None or lane.stopped or experiment.last is None:
        return None
    images, labels, made = experiment.last
    step = made[lane_id]  # with the rate of then, which may be another one by now
    try:
        update, gradient = lane.last_update.flat, lane.gradient.flat
        return Lines(
            Line(lane.before, update, gradient, step.loss, images, labels, step.learning_rate, points),
            Line(lane.before, update, gradient, None, *experiment.others, step.learning_rate, of_others),
        )
    except ValueError:  # a step so long that its slope is no number any more
        return None


def lens_of(experiment: Experiment, lane_id: str) -> Lens | None:
    """The gradient of a lane as it is now, from more and more training images. None: there is no such lane."""
    lane = experiment.lane(lane_id)
    if lane is None:
        return None
    # The same images each time, so that what changes is due to the weights.
    data, rng = experiment.data, np.random.default_rng(experiment.seed)
    return Lens(lane.network, *large_batch(data.train_images, data.train_labels, rng))


def range_test_of(experiment: Experiment, lane_id: str) -> RangeTest | None:
    """A sweep of rates with a lane's optimizer. None: there is no such lane."""
    lane = experiment.lane(lane_id)
    config = experiment.config
    return RangeTest(config, experiment.data, lane.config.optimizer, experiment.probe) if lane else None


def weight_of(experiment: Experiment, lane_id: str, weight: Weight) -> Iterator[OneWeight | None]:
    """One weight of a lane in the last step, a little at a time (see `kernelscope.studies.one_weight`).

    Nothing, where there is no such lane. Impossible: there is no such weight.
    """
    index = experiment.weight_index(weight)
    lane = experiment.lane(lane_id)
    if lane is None:
        return iter(())
    rate, loss, batch = nan, nan, None
    if experiment.last is not None:
        images, labels, made = experiment.last
        if lane_id in made:
            rate, loss, batch = made[lane_id].learning_rate, made[lane_id].loss, (images, labels)
    return one_weight(lane, weight, index, rate, loss, batch, experiment.parallel)


def lives_of(experiment: Experiment, weight: Weight) -> dict[str, Life]:
    """A weight over the run, in each lane by id. Impossible: there is no such weight."""
    index = experiment.weight_index(weight)
    return {lane.id: lane.keyframes.life(index) for lane in experiment.lanes}


def film_of(experiment: Experiment, layer: str, out: int, channel: int, count: int) -> Film:
    """A kernel after at most `count` of the steps that are kept, from the first to that of now, evenly spread.

    Impossible: there is no such kernel.
    """
    start = experiment.weight_index(Weight(layer, out, channel, 0, 0))
    *_, rows, cols = kernel_shapes(experiment.lanes[0].network.shapes)[layer]
    kept = experiment.kept
    last = min(count, len(kept)) - 1
    steps = [kept[frame * (len(kept) - 1) // max(last, 1)] for frame in range(last + 1)]
    lanes = {}
    for lane in experiment.lanes:
        frames = [lane.at(step) for step in steps]
        weights = np.stack([frame.weights[start : start + rows * cols] for frame in frames])
        lanes[lane.id] = LaneFilm([frame.step for frame in frames], weights.reshape(-1, rows, cols))
    return Film(kept, steps, lanes)


def moves_of(experiment: Experiment, lane_id: str) -> Moves | None:
    """Which way the parameters of a lane went in its last step. None: it has made none; there is no such lane."""
    lane = experiment.lane(lane_id)
    if lane is None or lane.steps == 0:
        return None
    return moves(lane.before.flat, lane.last_update.flat, lane.gradient.flat)


def trace_of(experiment: Experiment, lane_id: str, image: int) -> Trace | None:
    """What every layer of a lane puts out for a probe image, and ∂L/∂output of its loss. None: there is no such lane.

    IndexError: there is no such image.
    """
    lane = experiment.lane(lane_id)
    labels = experiment.probe_labels[image : image + 1]
    if not len(labels):
        raise IndexError(f"image: expected 0 to {len(experiment.probe) - 1}, got {image}")
    return lane.network.trace(experiment.probe[image : image + 1], labels) if lane else None
