"""The test set, evaluated a little at a time, so that training goes on and a pause is heard at once."""

from math import ceil
from typing import NamedTuple

import numpy as np

from server.experiment.batches import CHUNK
from server.experiment.lane import Lane
from server.nn.arrays import Array, Labels


class EvaluationRecord(NamedTuple):
    """All lanes on the whole test set."""

    step: int
    """After whose update."""
    loss: tuple[float, ...]
    """Mean cross-entropy; not a number for a lane that had diverged."""
    accuracy: tuple[float, ...]
    """0 to 1; not a number for a lane that had diverged."""


class Evaluation:
    """One pass over the test set with the weights that the lanes had at `step`, however far they have trained since."""

    def __init__(self, step: int, lanes: list[Lane], images: Array, labels: Labels) -> None:
        self.step = step
        self.lanes = lanes
        self.images, self.labels = images, labels
        self.chunks = ceil(len(labels) / CHUNK)
        self.done = 0
        self._params = [None if lane.stopped else lane.network.flat_params.copy() for lane in lanes]
        self._loss = np.zeros(len(lanes))
        self._right = np.zeros(len(lanes))

    def evaluate_chunk(self, place: int) -> None:
        """The next images with lane number `place`. Different lanes may run in different threads."""
        params = self._params[place]
        if params is None:
            return
        part = slice(self.done * CHUNK, (self.done + 1) * CHUNK)
        labels = self.labels[part]
        evaluator = self.lanes[place].evaluator
        evaluator.flat_params[...] = params
        with np.errstate(all="ignore"):
            loss = evaluator.loss(self.images[part], labels)
        self._loss[place] += loss.value * len(labels)
        self._right[place] += loss.accuracy * len(labels)

    def finish_chunk(self) -> EvaluationRecord | None:
        """To be called when every lane has evaluated the chunk; the result, where it was the last."""
        self.done += 1
        if self.done < self.chunks:
            return None
        missing = np.array([params is None for params in self._params])
        loss, accuracy = (
            tuple(np.where(missing, np.nan, total / len(self.labels)).tolist()) for total in (self._loss, self._right)
        )
        return EvaluationRecord(self.step, loss, accuracy)
