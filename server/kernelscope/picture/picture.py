"""From a snapshot to what viewers get of it: levels of the colour scales, or exact numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.experiment.place import Kernel
from kernelscope.nn.arrays import Array
from kernelscope.picture.scale import SHARED, Limit, Scales
from kernelscope.picture.snapshot import Snapshot
from kernelscope.studies.shown import PLAIN, Shown

REACH = 126
"""Levels on each side of zero."""
BEYOND = 127
"""The level of all values that would be farther out."""
NOT_FINITE = -128
SMALLEST = 1e-36
"""Of limits; below it a level would be too small for a float32, and everything is level 0."""
EXPLAINS = frozenset({"updates", "before"})
"""What an exact picture has for everybody: with it every kernel in it can be explained."""


@dataclass(frozen=True)
class Picture:
    """A snapshot as it is sent. Tensors have the names of docs/protocol.md; their first index is the lane."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    time: float
    """When the weights were copied: milliseconds since 1970, UTC."""
    limits: dict[str, Limit]
    active_step: int | None
    """After which step it was seen to which images the filters respond; None: not yet."""
    tensors: dict[str, NDArray[Any]]
    """Weights and what is shown of them as levels (int8) or exact (float32), all others exact."""
    kernels: dict[Kernel, dict[str, Array]]
    """The exact ``weight`` and, after the first step, ``gradient``, ``update`` and ``before`` of kernels that viewers
    look at."""
    shown: Shown = PLAIN
    """What was asked for, whether there is such a thing or not."""
    shared: Shown = PLAIN
    """And what of it goes to everybody."""
    exact: bool = False
    """Then everybody gets the last update and what was before it."""

    def names(self, wanted: Shown) -> list[str]:
        """The tensors that somebody gets who wants this."""
        quantities = self.shown.quantities - wanted.quantities - (EXPLAINS if self.exact else frozenset())
        left_out = quantities, self.shown.layers - wanted.layers
        return [name for name in self.tensors if not _is_of(name, *left_out)]


def _is_of(name: str, quantities: frozenset[str], layers: frozenset[str]) -> bool:
    quantity, _, parameter = name.partition("/")
    return quantity in quantities or parameter.removesuffix(".weight") in layers


def picture(
    snapshot: Snapshot,
    scales: Scales,
    time: float,
    looked_at: Iterable[Kernel],
    shown: Shown = PLAIN,
    shared: Shown | None = None,
    *,
    exact: bool,
) -> Picture:
    """The picture of a snapshot; `scales` are held from one to the next.

    An `exact` one has the last update and what was before it, whether they are `wanted` or not, so that every kernel in
    it can be explained; none is added to it.

    Args:
        snapshot: of a step.
        scales: of the run.
        time: when it was made.
        looked_at: kernels whose exact numbers are wanted.
        shown: what is wanted besides; the snapshot's layers are these.
        shared: what of that goes to everybody: all of it, where nothing is said.
        exact: whether it has the numbers themselves instead of levels.
    """
    wanted = shown.quantities
    limits: dict[str, Limit] = {}
    tensors: dict[str, NDArray[Any]] = {}
    held = scales.observe(snapshot, wanted)
    if exact:
        # Nobody sees the colours of what was not wanted: no scale is held for it.
        held = Scales().observe(snapshot, {"updates"}) | held
        wanted = wanted | EXPLAINS
    for quantity, values in snapshot.quantities(wanted):
        drawn_as = SHARED.get(quantity, quantity)
        ends = np.zeros(values.flat.shape[1], np.float32)
        for name, place in values.places.items():
            if limit := held.get((drawn_as, name)):
                limits[f"{quantity}/{name}"] = limit
                ends[place] = limit.limit
        flat = values.flat if exact else levels(values.flat, ends)
        for name, array in values.items():
            is_level = not exact and (drawn_as, name) in held
            tensors[f"{quantity}/{name}"] = flat[:, values.places[name]].reshape(array.shape) if is_level else array
    filters = snapshot.filters
    tensors |= {f"active/{layer}": per_cent(shares) for layer, shares in filters.active.items()}
    for quantity, of_layers in {"norms": filters.norms, "ratios": filters.ratios, "spread": snapshot.spreads}.items():
        with np.errstate(over="ignore"):
            tensors |= {f"{quantity}/{layer}": numbers.astype(np.float32) for layer, numbers in of_layers.items()}
    there = [kernel for kernel in looked_at if f"{kernel.layer}.weight" in snapshot.params]
    kernels = {} if exact else {kernel: _numbers(snapshot, kernel) for kernel in there}
    return Picture(
        snapshot.step,
        snapshot.images_seen,
        snapshot.lane_steps,
        time,
        limits,
        filters.active_step,
        tensors,
        kernels,
        shown,
        shown if shared is None else shared,
        exact,
    )


def levels(values: Array, limit: Array | float) -> NDArray[np.int8]:
    """To which level of a scale from −limit to +limit each value is nearest: see *Kind 2* of docs/protocol.md.

    The limits may differ from value to value, as NumPy broadcasts them.
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


def per_cent(shares: Array) -> NDArray[np.int8]:
    """Shares as whole numbers of per cent, of which only nothing is 0 and only all is 100."""
    return np.where((shares > 0) & (shares < 1), np.clip(np.rint(100 * shares), 1, 99), 100 * shares).astype(np.int8)


def _numbers(snapshot: Snapshot, kernel: Kernel) -> dict[str, Array]:
    place = (slice(None), kernel.out, kernel.channel)
    found = {
        "weight": snapshot.params,
        "gradient": snapshot.grads,
        "update": snapshot.updates,
        "before": snapshot.before,
    }
    return {
        name: np.ascontiguousarray(arrays[f"{kernel.layer}.weight"][place])
        for name, arrays in found.items()
        if arrays is not None
    }
