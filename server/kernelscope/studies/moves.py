"""The directions in which parameters moved in a step, compared with their gradients."""

from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array


class Moves(NamedTuple):
    """Numbers of parameters by direction; they add up to all parameters.

    Plain SGD moves each against its gradient, or not at all if the change is zero or rounded away in float32. Momentum,
    weight decay and Adam make other updates.
    """

    against: int
    along: int
    unasked: int
    """Moved although the gradient was zero."""
    still: int
    """Unchanged as a float32."""


def moves(before: Array, update: Array, gradient: Array) -> Moves:
    """Count the directions from the flat parameters `before` a step, its `update`, and its `gradient`, all finite."""
    with np.errstate(all="ignore"):
        went, asked = np.sign((before + update) - before), np.sign(gradient)
    still = went == 0
    against, along = int((went * asked < 0).sum()), int((went * asked > 0).sum())
    return Moves(against, along, int((~still & (asked == 0)).sum()), int(still.sum()))
