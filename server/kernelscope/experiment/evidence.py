"""What a test of a lane has measured: on the test images, and on training images along the update that led to it.

Part of the evaluation, and not a study: one pass measures both, with the weights that it has copied, and the result is
the lane's, copied and kept with it.
"""

from math import isfinite, nan
from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, Labels

OTHERS = 128
"""Training images, the same for all lanes and steps, of which some are now and then in a step's own batch."""
ALONG = (0.0, 0.5, 1.0, 8.0)
"""Multiples t of the update u at which their loss is measured, L(W + t·u): none of it, half, all, and far more."""
NOWHERE = (nan,) * len(ALONG)


class Measured(NamedTuple):
    """A lane after a step."""

    step: int
    loss: float
    """Mean cross-entropy over the test images."""
    accuracy: float
    """0 to 1."""
    along: tuple[float, ...] = NOWHERE
    """The losses of the other images at `ALONG`; not-a-numbers where there was no update."""

    @property
    def training(self) -> float:
        """The loss of the other images after the step."""
        return self.along[2]

    @property
    def swing(self) -> float:
        """By what share half the step would have left the loss of the others lower than the step and none did."""
        none, half, step, _ = self.along
        lower = min(none, step)
        return 1 - half / lower if isfinite(half) and half < lower else 0.0

    @property
    def longer(self) -> bool:
        """Whether a step eight times as long would have lowered the loss of the others further."""
        *_, step, far = self.along
        return far < step


def other_images(images: Array, labels: Labels, seed: int) -> tuple[Array, Labels]:
    """Those `OTHERS` of the training set, or all where there are no more."""
    chosen = np.random.default_rng(seed).choice(len(labels), min(OTHERS, len(labels)), replace=False)
    return images[chosen], labels[chosen]
