"""The test set, evaluated a little at a time, so that training goes on and a pause is heard at once."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from server.experiment.batches import CHUNK
from server.experiment.lane import Lane
from server.nn import DataParallel
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

    def __init__(self, step: int, lanes: Sequence[Lane], images: Array, labels: Labels) -> None:
        self.step = step
        self.images, self.labels = images, labels
        self.chunks = ceil(len(labels) / CHUNK)
        self._done = 0
        self._params = {place: lane.network.params.copy() for place, lane in enumerate(lanes) if not lane.stopped}
        self._loss = np.full(len(lanes), np.nan)
        self._right = np.full(len(lanes), np.nan)
        self._loss[[*self._params]] = self._right[[*self._params]] = 0

    def evaluate_chunk(self, parallel: DataParallel) -> EvaluationRecord | None:
        """The next images with every lane; the result, where they were the last."""
        part = slice(self._done * CHUNK, (self._done + 1) * CHUNK)
        labels = self.labels[part]
        losses = parallel.losses([*self._params.values()], self.images[part], labels)
        for place, loss in zip(self._params, losses, strict=True):
            self._loss[place] += loss.value * len(labels)
            self._right[place] += loss.right
        self._done += 1
        if self._done < self.chunks:
            return None
        images = len(self.labels)
        return EvaluationRecord(
            self.step, tuple((self._loss / images).tolist()), tuple((self._right / images).tolist())
        )

    def state(self) -> dict[str, Any]:
        """How far it has come, and the weights that it is about."""
        return {
            "step": self.step,
            "done": self._done,
            "places": [*self._params],
            "params": [params.flat.copy() for params in self._params.values()],
            "loss": self._loss.copy(),
            "right": self._right.copy(),
        }

    def restore(self, state: dict[str, Any], lanes: Sequence[Lane]) -> None:
        """Go on where the evaluation of this `state` stood, of the same `lanes`."""
        self.step, self._done = state["step"], state["done"]
        self._loss[...], self._right[...] = state["loss"], state["right"]
        self._params = {place: lanes[place].network.params.copy() for place in state["places"]}
        for params, flat in zip(self._params.values(), state["params"], strict=True):
            params.flat[...] = flat
