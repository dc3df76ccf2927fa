"""From a snapshot to what viewers get of it: levels of the colour scales, or exact numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.experiment import Snapshot
from server.nn.arrays import Array
from server.runner.scale import Limit, Scales

REACH = 126
"""Levels on each side of zero."""
BEYOND = 127
"""The level of all values that would be farther out."""
NOT_FINITE = -128


class Kernel(NamedTuple):
    """A two-dimensional slice of a conv layer's weights."""

    layer: str
    out: int
    channel: int


@dataclass(frozen=True)
class Picture:
    """A snapshot as it is sent. Tensors have the names of docs/protocol.md; their first index is the lane."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    time: float
    """When the weights were copied: milliseconds since 1970, UTC."""
    limits: dict[str, Limit]
    tensors: dict[str, NDArray[Any]]
    """Weights and their gradients as levels (int8) or exact (float32), biases exact."""
    kernels: dict[Kernel, dict[str, Array]]
    """The exact ``weight`` and, after the first step, ``gradient`` of kernels that viewers look at."""


def picture(snapshot: Snapshot, scales: Scales, time: float, looked_at: Iterable[Kernel], *, exact: bool) -> Picture:
    """The picture of a snapshot; `scales` are held from one to the next. No kernels are added to an `exact` one."""
    limits: dict[str, Limit] = {}
    tensors: dict[str, NDArray[Any]] = {}
    held = scales.observe(snapshot)
    for quantity, arrays in snapshot.quantities():
        for name, values in arrays.items():
            limit = held.get((quantity, name))
            if limit is not None:
                limits[f"{quantity}/{name}"] = limit
            tensors[f"{quantity}/{name}"] = values if exact or limit is None else levels(values, limit.limit)
    kernels = {} if exact else {kernel: _numbers(snapshot, kernel) for kernel in looked_at}
    return Picture(snapshot.step, snapshot.images_seen, snapshot.lane_steps, time, limits, tensors, kernels)


def levels(values: Array, limit: float) -> NDArray[np.int8]:
    """To which level of a scale from −limit to +limit each value is nearest: see *Kind 2* of docs/protocol.md."""
    if limit == 0:
        return np.where(np.isfinite(values), 0, NOT_FINITE).astype(np.int8)
    with np.errstate(over="ignore", invalid="ignore"):
        nearest = values * np.float32(REACH / limit)
        finite = np.isfinite(values)
        np.rint(nearest, out=nearest)
        np.maximum(nearest, -BEYOND, out=nearest)
        np.minimum(nearest, BEYOND, out=nearest)
        if not finite.all():
            nearest[~finite] = NOT_FINITE
        return nearest.astype(np.int8)


def _numbers(snapshot: Snapshot, kernel: Kernel) -> dict[str, Array]:
    place = (slice(None), kernel.out, kernel.channel)
    names = {"params": "weight", "grads": "gradient"}
    return {
        names[quantity]: np.ascontiguousarray(arrays[f"{kernel.layer}.weight"][place])
        for quantity, arrays in snapshot.quantities()
    }
