"""The measurements of one evaluation of a lane: on the test images, and on training images along its last update.

This belongs to the evaluation rather than to a study: one pass measures both, with the weights that it has copied, and
the result is part of the lane's state.
"""

from dataclasses import asdict, dataclass
from math import isfinite, nan
from typing import Any, NamedTuple

import numpy as np

from kernelscope.datasets.images import Images
from kernelscope.experiment.checkpoint import as_count
from kernelscope.nn.arrays import Array, Labels

OTHERS = 128
"""The number of training images, the same for all lanes and steps; some may also be in a step's own batch."""
ALONG = (0.0, 0.5, 1.0, 8.0)
"""Multiples t of the update u at which their loss L(W + t·u) is measured, where W are the weights before the update."""
NOWHERE = (nan,) * len(ALONG)


class Measured(NamedTuple):
    """The measurements of a lane after a step."""

    step: int
    loss: float
    """Mean cross-entropy over the test images, in nats."""
    accuracy: float
    """Accuracy on the test images, from 0 to 1."""
    along: tuple[float, ...] = NOWHERE
    """The losses of the other images at `ALONG`; NaN if there was no update."""

    @property
    def training(self) -> float:
        """The loss of the other images after the step."""
        return self.along[2]

    @property
    def swing(self) -> float:
        """The share by which half the step would lower the loss of the others below both the full step and none."""
        none, half, step, _ = self.along
        lower = min(none, step)
        return 1 - half / lower if isfinite(half) and half < lower else 0.0

    @property
    def longer(self) -> bool:
        """Whether a step eight times as long would have lowered the loss of the others further."""
        *_, step, far = self.along
        return far < step


@dataclass(frozen=True)
class Tested:
    """What a lane predicted for each test image in a test, whatever the reason of that test."""

    step: int
    """The step after whose update the weights were tested."""
    predicted: Labels
    """``[image]``: the class; `kernelscope.nn.loss.NOTHING` where a logit was NaN. int32"""
    confidence: Array
    """``[image]``: the probability of that class."""

    def state(self) -> dict[str, Any]:
        """The state to resume from."""
        return asdict(self)

    @classmethod
    def of(cls, state: dict[str, Any]) -> "Tested":
        """Restore it.

        Raises:
            ValueError: it is none.
        """
        step, predicted, confidence = as_count(state["step"]), state["predicted"], state["confidence"]
        for array, kind in ((predicted, "i"), (confidence, "f")):
            if not isinstance(array, np.ndarray) or array.dtype.kind != kind or array.shape != (len(predicted),):
                raise ValueError("expected as many predicted classes as confidences")
        return cls(step, predicted, confidence)


def other_images(images: Images, labels: Labels, seed: int) -> tuple[Array, Labels]:
    """Choose `OTHERS` images of the training set at random, or all if there are fewer."""
    chosen = np.random.default_rng(seed).choice(len(labels), min(OTHERS, len(labels)), replace=False)
    return images[chosen], labels[chosen]
