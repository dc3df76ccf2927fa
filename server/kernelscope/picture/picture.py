"""Pictures: snapshots as they are sent to viewers, as levels of the colour scales or as exact numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.experiment.place import Kernel
from kernelscope.nn.arrays import Array
from kernelscope.picture.levels import lane_levels, levels, symlog_levels
from kernelscope.picture.scale import Limit, Scales, SymlogLimit, drawn_as
from kernelscope.picture.snapshot import Snapshot
from kernelscope.studies.shown import (
    INPUT_GRADIENT,
    LANES,
    ORIENTED,
    PLAIN,
    PREDICTIONS,
    SYMLOG,
    TRUTH,
    Shown,
    image_of,
)

GRADIENT = "gradient"
"""What ∂L/∂x of an image is called, beside its probabilities."""
NOT_ONE = -1
"""The share of active positions of a lane without a ReLU there."""
EXPLAINS = frozenset({"updates", "before"})
"""Quantities that an exact picture has for everybody, so that each of its kernels can be explained."""


@dataclass(frozen=True)
class Picture:
    """A snapshot as it is sent. Tensors have the names of docs/protocol.md; their first axis is the lane."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    time: float
    """When the weights were copied: milliseconds since 1970, UTC."""
    limits: dict[str, Limit]
    active_step: int | None
    """The step after which the filters' responses were measured; None if they have not been yet."""
    tensors: dict[str, NDArray[Any]]
    """Weights, their derived quantities and filters' maps as levels (int8) or exact (float32); all others exact. A
    picture of levels also has ``lanes.`` and ``symlog.`` tensors if they were requested: levels of the other scales."""
    kernels: dict[Kernel, dict[str, Array]]
    """The exact ``weight`` and, after the first step, ``gradient``, ``update`` and ``before`` of the kernels that
    viewers inspect; and for each wanted image the filter's maps, as ``responses.803``."""
    shown: Shown = PLAIN
    """What was requested, whether it exists or not."""
    shared: Shown = PLAIN
    """The part of it that everybody gets."""
    exact: bool = False
    """Whether the numbers are exact. If so, everybody also gets the quantities of `EXPLAINS`."""
    lane_limits: dict[str, list[Limit]] = field(default_factory=dict)
    """Of each lane's own scale; empty unless they were requested."""
    symlog_limits: dict[str, SymlogLimit] = field(default_factory=dict)
    """Of the gradients' symmetric logarithmic scales, likewise."""

    def names(self, wanted: Shown) -> list[str]:
        """Names of the tensors for a viewer who wants `wanted`."""
        quantities = self.shown.quantities - wanted.quantities - (EXPLAINS if self.exact else frozenset())
        left_out = quantities, self.shown.layers - wanted.layers
        return [name for name in self.tensors if not _is_of(name, *left_out)]


def _is_of(name: str, quantities: frozenset[str], layers: frozenset[str]) -> bool:
    quantity, _, parameter = name.partition("/")
    scale = quantity.partition(".")[0]
    if scale in {LANES, SYMLOG}:
        if scale in quantities:
            return True
        quantity = quantity.removeprefix(f"{scale}.")
    if image := image_of(quantity):  # wanted as such, and of this image
        return not quantities.isdisjoint({quantity.partition(".")[0], f"{PREDICTIONS}.{image}"})
    if quantity.startswith(f"{PREDICTIONS}.") and parameter == GRADIENT and INPUT_GRADIENT in quantities:
        return True
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
    """Make the picture of a snapshot, and update `scales`, which persist from one picture to the next.

    An `exact` one has the quantities of `EXPLAINS` whether they are requested or not, and so no separate `kernels`.

    Args:
        snapshot: the lanes' kernels at one step.
        scales: the colour scales of the run.
        time: when the snapshot was taken, in milliseconds since 1970, UTC.
        looked_at: kernels whose exact numbers are wanted.
        shown: what else is wanted; the snapshot has its layers already.
        shared: the part of it that everybody gets; all of it by default.
        exact: whether tensors hold the numbers themselves instead of levels.
    """
    wanted = shown.quantities
    limits: dict[str, Limit] = {}
    lane_limits: dict[str, list[Limit]] = {}
    symlog_limits: dict[str, SymlogLimit] = {}
    tensors: dict[str, NDArray[Any]] = {}
    held = scales.observe(snapshot, wanted)
    shared_scales = held.shared
    if exact:
        # Quantities that were not requested are not drawn, so no scale is kept for them.
        shared_scales = Scales().observe(snapshot, {"updates"}).shared | shared_scales
        wanted = wanted | EXPLAINS
    for quantity, values in snapshot.quantities(wanted):
        scale = drawn_as(quantity)
        ends = np.zeros(values.flat.shape[1], np.float32)
        for name, place in values.places.items():
            if limit := shared_scales.get((scale, name)):
                limits[f"{quantity}/{name}"] = limit
                ends[place] = limit.limit
        flat = values.flat if exact else levels(values.flat, ends)
        for name, array in values.items():
            full, key = f"{quantity}/{name}", (scale, name)
            is_level = not exact and key in shared_scales
            tensors[full] = flat[:, values.places[name]].reshape(array.shape) if is_level else array
            own, symlog = held.lanes.get(key, []), held.symlog.get(key)
            if len(own) == len(array):
                lane_limits[full] = own
                if not exact:
                    tensors[f"{LANES}.{full}"] = lane_levels(array, [limit.limit for limit in own])
            if symlog:
                symlog_limits[full] = symlog
                if not exact:
                    tensors[f"{SYMLOG}.{full}"] = symlog_levels(array, symlog.limit, symlog.linear)
    filters = snapshot.filters
    tensors |= {f"active/{layer}": per_cent(shares) for layer, shares in filters.active.items()}
    exactly: dict[str, Mapping[str, NDArray[np.floating]]] = {
        "norms": filters.norms,
        "ratios": filters.ratios,
        "spread": snapshot.spreads,
        ORIENTED: snapshot.orientations,
        TRUTH: snapshot.matches,
    }
    for quantity, of_layers in exactly.items():
        with np.errstate(over="ignore"):
            tensors |= {f"{quantity}/{layer}": numbers.astype(np.float32) for layer, numbers in of_layers.items()}
    tensors |= {f"{name}/probabilities": numbers for name, numbers in snapshot.probabilities.items()}
    tensors |= {f"{name}/{GRADIENT}": numbers for name, numbers in snapshot.input_gradients.items()}
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
        lane_limits,
        symlog_limits,
    )


def per_cent(shares: Array) -> NDArray[np.int8]:
    """Round shares to whole per cent, such that only a share of 0 becomes 0, and only a share of 1 becomes 100.

    NaN becomes `NOT_ONE`.
    """
    found = np.where((shares > 0) & (shares < 1), np.clip(np.rint(100 * shares), 1, 99), 100 * shares)
    return np.where(np.isnan(shares), NOT_ONE, found).astype(np.int8)


def _numbers(snapshot: Snapshot, kernel: Kernel) -> dict[str, Array]:
    place = (slice(None), kernel.out, kernel.channel)
    found = {
        "weight": snapshot.params,
        "gradient": snapshot.grads,
        "update": snapshot.updates,
        "before": snapshot.before,
    }
    numbers = {
        name: np.ascontiguousarray(arrays[f"{kernel.layer}.weight"][place])
        for name, arrays in found.items()
        if arrays is not None
    }
    for name, arrays in snapshot.others.items():
        if image_of(name) and kernel.layer in arrays:
            numbers[name] = np.ascontiguousarray(arrays[kernel.layer][:, kernel.out])
    return numbers
