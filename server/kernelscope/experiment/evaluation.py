"""Evaluation of the test set in small pieces between steps, so that a pause takes effect at once."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from kernelscope.experiment.evidence import ALONG, Measured
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.work import CHUNK
from kernelscope.nn import DataParallel
from kernelscope.nn.arrays import Array, Labels


class EvaluationRecord(NamedTuple):
    """The results of all lanes on the whole test set."""

    step: int
    """The step after whose update the weights were evaluated."""
    loss: tuple[float, ...]
    """Mean cross-entropy in nats, by lane; NaN for a lane that had diverged."""
    accuracy: tuple[float, ...]
    """From 0 to 1, by lane; NaN for a lane that had diverged."""


class Evaluation:
    """One pass over the test set with copies of the lanes' weights after `step`, while they may train on.

    It begins by measuring the loss of the `others`, some training images, along each lane's last update.
    """

    def __init__(
        self, step: int, lanes: Sequence[Lane], tested: tuple[Array, Labels], others: tuple[Array, Labels]
    ) -> None:
        self.step = step
        self._tested, self._others = tested, others
        self._done = 0
        live = {place: lane for place, lane in enumerate(lanes) if not lane.stopped}
        self._params = {place: lane.network.params.copy() for place, lane in live.items()}
        self._updates = {place: lane.last_update.flat.copy() for place, lane in live.items() if lane.steps == step > 0}
        self.chunks = ceil(len(tested[1]) / CHUNK) + bool(self._updates)
        self._loss = np.full(len(lanes), np.nan)
        self._right = np.full(len(lanes), np.nan)
        self._loss[[*self._params]] = self._right[[*self._params]] = 0
        self._along = np.full((len(lanes), len(ALONG)), np.nan)

    def advance(self, parallel: DataParallel) -> EvaluationRecord | None:
        """Evaluate the next piece with every lane; return the result after the last one."""
        if self._updates:
            self._look_again(parallel)
            return None
        images = len(self._tested[1])
        self._test(parallel, slice(self._done * CHUNK, (self._done + 1) * CHUNK))
        self._done += 1
        if self._done * CHUNK < images:
            return None
        return EvaluationRecord(
            self.step, tuple((self._loss / images).tolist()), tuple((self._right / images).tolist())
        )

    def _test(self, parallel: DataParallel, part: slice) -> None:
        images, labels = self._tested
        losses = parallel.losses([*self._params.values()], images[part], labels[part])
        for place, loss in zip(self._params, losses, strict=True):
            self._loss[place] += loss.value * len(labels[part])
            self._right[place] += loss.right

    @np.errstate(all="ignore")  # the longest update may well overflow
    def _look_again(self, parallel: DataParallel) -> None:
        for place, update in self._updates.items():
            after = self._params[place]
            shifted = [after.copy() for _ in ALONG]
            for params, multiple in zip(shifted, ALONG, strict=True):
                params.flat[...] = after.flat + np.float32(multiple - 1) * update
            self._along[place] = [loss.value for loss in parallel.losses(shifted, *self._others)]
        self._updates = {}

    @property
    def tests(self) -> list[Measured | None]:
        """The measurements of each lane; None if it had diverged."""
        images = len(self._tested[1])
        return [
            Measured(self.step, float(loss / images), float(right / images), tuple(along.tolist()))
            if place in self._params
            else None
            for place, (loss, right, along) in enumerate(zip(self._loss, self._right, self._along, strict=True))
        ]

    def state(self) -> dict[str, Any]:
        """The state to resume from: the results so far, and the weights."""
        return {
            "step": self.step,
            "done": self._done,
            "places": [*self._params],
            "params": [params.flat.copy() for params in self._params.values()],
            "updates": [[place, update.copy()] for place, update in self._updates.items()],
            "loss": self._loss.copy(),
            "right": self._right.copy(),
            "along": self._along.copy(),
        }

    def restore(self, state: dict[str, Any], lanes: Sequence[Lane]) -> None:
        """Resume from the `state` of an evaluation of the same `lanes`."""
        self.step, self._done = state["step"], state["done"]
        self._loss[...], self._right[...] = state["loss"], state["right"]
        self._params = {place: lanes[place].network.params.copy() for place in state["places"]}
        for params, flat in zip(self._params.values(), state["params"], strict=True):
            params.flat[...] = flat
        # Early checkpoints have neither.
        self._updates = dict(state.get("updates", ()))
        self._along[...] = state.get("along", np.nan)
