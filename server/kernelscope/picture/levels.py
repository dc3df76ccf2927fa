"""Levels: numbers as whole steps of a colour scale, one byte each (see *Kind 2* of docs/protocol.md)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array

REACH = 126
"""Levels on each side of zero."""
BEYOND = 127
"""The level of all values beyond the scale."""
NOT_FINITE = -128
SMALLEST = 1e-36
"""The smallest limit: below it the width of a level would underflow float32, and every value is level 0."""


def levels(values: Array, limit: Array | float) -> NDArray[np.int8]:
    """Quantise values to the nearest levels of a scale from −limit to +limit.

    `limit` may be an array that broadcasts against `values`.
    """
    limit = np.asarray(limit, np.float32)
    with np.errstate(all="ignore"):
        nearest = values * np.divide(np.float32(REACH), limit, out=np.zeros_like(limit), where=limit > SMALLEST)
        np.rint(nearest, out=nearest)
        np.maximum(nearest, -BEYOND, out=nearest)
        np.minimum(nearest, BEYOND, out=nearest)
        finite = np.isfinite(values)
        if not finite.all():
            nearest[~finite] = NOT_FINITE
        return nearest.astype(np.int8)


def lane_levels(values: Array, limits: Sequence[float]) -> NDArray[np.int8]:
    """Quantise ``values[lane, …]``, each lane on a scale of its own."""
    return levels(values, np.array(limits, np.float32).reshape(-1, *[1] * (values.ndim - 1)))


def symlog_levels(values: Array, limit: float, linear: float) -> NDArray[np.int8]:
    """Quantise values on a symmetric logarithmic scale, sign(v) · log(1 + |v| / linear), from −limit to +limit."""
    if not limit > SMALLEST or not linear > SMALLEST:
        return levels(values, 0)
    with np.errstate(all="ignore"):
        logarithms = np.copysign(np.log1p(np.abs(values) / np.float32(linear)), values)
    return levels(logarithms, float(np.log1p(limit / linear)))
