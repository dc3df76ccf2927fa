"""Which way each parameter went in a step, compared with its gradient."""

from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array


class Moves(NamedTuple):
    """How many parameters did what; together they are all.

    Plain SGD moves each against its gradient or, where that is zero or too small a change for float32, not at all.
    Momentum, weight decay and Adam make other updates.
    """

    against: int
    along: int
    unasked: int
    """Moved though the gradient was zero."""
    still: int
    """The very same float32 as before."""


def moves(before: Array, update: Array, gradient: Array) -> Moves:
    """Of flat parameters `before` a step, what it added to them, and the gradient that it used. All are finite."""
    with np.errstate(all="ignore"):
        went, asked = np.sign((before + update) - before), np.sign(gradient)
    still = went == 0
    against, along = int((went * asked < 0).sum()), int((went * asked > 0).sum())
    return Moves(against, along, int((~still & (asked == 0)).sum()), int(still.sum()))
