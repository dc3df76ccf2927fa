"""The range of a colour scale, with hysteresis.

One scale serves one quantity of one layer in all lanes, from −limit to +limit. It grows as soon as values clearly leave
it, and shrinks only after it has been clearly too wide for a while, so that a colour keeps its meaning from frame to
frame and growth is seen as growth. Periods are counted in snapshots, not in time, so that a run looks the same stepped
by hand and at full speed.

Viewers may want two further kinds of scale: one of its own for each lane (`LANES`), and for gradients a symmetric
logarithmic one that reaches the largest lane's (`SYMLOG`).
"""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np

from kernelscope.experiment import Condition
from kernelscope.nn.arrays import Array
from kernelscope.picture.snapshot import Snapshot
from kernelscope.studies.shown import LANES, SENSITIVITIES, SYMLOG, image_of

PERCENTILE = 0.995
STEPS_OF_A_DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
GROW_ABOVE = 1.1
"""A scale grows when values exceed this multiple of its limit. Weights move slowly, so larger ones will persist."""
SHARED = {"before": "params", "start": "params"}
"""Earlier weights are drawn on the scale of the current ones, so that the same colour means the same number."""
OWN = "own"
"""Stands for all pictures of viewers, whose indices are below 0, in the names of quantities."""
JUMPY, GROW_ABOVE_JUMPY = {"grads", "updates", SENSITIVITIES}, 2.0
"""These quantities jump from batch to batch, and a scale that followed each jump would never settle."""
SHRINK_BELOW = 0.5
"""A scale is too wide if nearly all recent values stay below this share of the limit."""
RECENT = 45
"""The number of snapshots that count as recent: 1.5 s at 30 per second."""
NEARLY_ALL = 0.9
"""The share of them that counts as nearly all: a single outlier must not keep the scale wide."""
LARGEST = float(np.finfo(np.float32).max)
"""The largest limit; the next round number above a value may exceed float32."""
GRADIENT_SPREAD = 3.0
"""How many times a lane's gradients may exceed those of the lane with the smallest before they are clipped."""
MOST_IMAGES = 64
"""The most images whose responses, or sensitivities, have scales; those that were shown longest ago lose theirs."""
LINEAR_SHARE = 0.05
"""The part of the shared limit up to which a symmetric logarithmic scale is about linear."""


class Limit(NamedTuple):
    """The end of a scale, and the step at which it was last set. It is 0 until there is a value other than 0."""

    limit: float
    set_at: int


class SymlogLimit(NamedTuple):
    """A `Limit` of a symmetric logarithmic scale, which is about linear from −linear to +linear."""

    limit: float
    linear: float
    set_at: int


Key = tuple[str, str]
"""A quantity and the name of a parameter."""


@dataclass(frozen=True)
class Limits:
    """The limits to draw a snapshot with. Quantities that are drawn on the scale of another have none."""

    shared: dict[Key, Limit]
    lanes: dict[Key, list[Limit]]
    """Those of each lane's own scale, if they were requested."""
    symlog: dict[Key, SymlogLimit]
    """Those of gradients, if they were requested."""


def drawn_as(quantity: str) -> str:
    """The quantity on whose scale this one is drawn."""
    # A picture that is being drawn is another image with every stroke, and its colours are to hold.
    if (image_of(quantity) or "").startswith("-"):
        return f"{_name(quantity)}.{OWN}"
    return SHARED.get(quantity, quantity)


def _name(quantity: str) -> str:
    """The name of a quantity without the lane or image that it goes with."""
    return quantity.partition(".")[0]


def nice_ceiling(value: float) -> float:
    """The smallest number of at most two significant digits, from a short list, that is not below `value` > 0."""
    decade = floor(log10(value))
    # Via text, because 3 * 10 ** -2 is not the float 0.03.
    candidates = (float(f"{step}e{decade}") for step in STEPS_OF_A_DECADE)
    return next((candidate for candidate in candidates if candidate >= value), float(f"1e{decade + 1}"))


def robust_magnitudes(magnitudes: Array) -> list[float]:
    """The 99.5th percentile of each lane's (first axis) finite magnitudes, 0 if there are none. Reorders in place."""
    if not np.isfinite(magnitudes).all():
        return [_percentile(lane[np.isfinite(lane)]) for lane in magnitudes]
    place = _place(magnitudes.shape[1])
    magnitudes.partition(place, axis=1)
    return [float(magnitude) for magnitude in magnitudes[:, place]]


def _percentile(magnitudes: Array) -> float:
    if not magnitudes.size:
        return 0.0
    place = _place(magnitudes.size)
    return float(np.partition(magnitudes, place)[place])


def _place(count: int) -> int:
    """The rank of the percentile among `count` sorted values."""
    return ceil(PERCENTILE * count) - 1


def joint_magnitude(magnitudes: Sequence[float], quantity: str) -> float:
    """Combine the magnitudes of all lanes into one.

    For weights it is the largest, since a clipped weight hides a detector. For gradients it is the largest too, but
    capped so that those of the lane with the smallest do not fade; a clipped gradient still shows its sign and place.
    For updates and differences it is the largest again, since their relative size is what the picture is to show.
    Lanes with magnitude zero are ignored.
    """
    present = [magnitude for magnitude in magnitudes if magnitude > 0]
    if not present:
        return 0.0
    return min(max(present), GRADIENT_SPREAD * min(present)) if quantity == "grads" else max(present)


def voting(conditions: Sequence[Condition]) -> tuple[int, ...]:
    """The places of the lanes that determine the scale: those still training, or all if none is.

    A lane that has diverged or collapsed is clipped to the scale of the others; it would otherwise cost all of them
    their contrast.
    """
    training = tuple(place for place, condition in enumerate(conditions) if condition.status == "training")
    return training or tuple(range(len(conditions)))


class HeldScale:
    """The scale of one quantity of one layer."""

    def __init__(self, quantity: str) -> None:
        self._grow_above = GROW_ABOVE_JUMPY if _name(quantity) in JUMPY else GROW_ABOVE
        self.limit = Limit(0.0, 0)
        self._recent: list[float] = []
        self._lanes: tuple[int, ...] = ()

    def observe(self, magnitude: float, step: int, lanes: tuple[int, ...] = ()) -> Limit:
        """Update with the next snapshot's `magnitude` over `lanes`; a change of lanes discards recent values."""
        same_lanes, self._lanes = lanes == self._lanes, lanes
        if magnitude > 0:
            self._update(magnitude, step, same_lanes)
        return self.limit

    def _update(self, magnitude: float, step: int, same_lanes: bool) -> None:
        if not same_lanes:
            self._recent = []
        limit = self.limit.limit
        if limit == 0 or magnitude > self._grow_above * limit or (not same_lanes and magnitude < SHRINK_BELOW * limit):
            self._set(magnitude, step)
            return
        self._recent.append(magnitude)
        if len(self._recent) < RECENT:
            return
        usual = sorted(self._recent)[int(NEARLY_ALL * RECENT)]
        del self._recent[0]
        if usual < SHRINK_BELOW * limit:
            self._set(usual, step)

    def _set(self, magnitude: float, step: int) -> None:
        self._recent = []
        limit = min(nice_ceiling(magnitude), LARGEST)
        if limit != self.limit.limit:
            self.limit = Limit(limit, step)

    def copy(self) -> "HeldScale":
        """Copy the scale with its limit but without recent values: the copy can grow at once, and shrink only later."""
        copied = copy(self)
        copied._recent = []
        return copied


class Scales:
    """The scales of every weight tensor of one run, and of the maps of the images shown last (`MOST_IMAGES`)."""

    def __init__(self) -> None:
        self._held: dict[str, dict[tuple[str, ...], HeldScale]] = {}  # by quantity, maps in order of their use

    def observe(self, snapshot: Snapshot, wanted: Collection[str] = ()) -> Limits:
        """Update with a snapshot, and return the limits to draw it with, by quantity and name of the tensor.

        Args:
            snapshot: the lanes' kernels at one step.
            wanted: further quantities, and the kinds of scale `LANES` and `SYMLOG`.
        """
        lanes = voting(snapshot.conditions)
        limits = Limits({}, {}, {})
        for quantity, values in snapshot.quantities(wanted):
            if quantity in SHARED:
                continue
            if image_of(quantity):
                self._make_room_for(drawn_as(quantity))
            magnitudes = np.abs(values.flat)
            for name, place in values.places.items():
                if name.endswith(".bias"):
                    continue
                key, of_lanes = (drawn_as(quantity), name), robust_magnitudes(magnitudes[:, place])
                voters = [of_lanes[lane] for lane in lanes]
                shared = self._hold(*key).observe(joint_magnitude(voters, quantity), snapshot.step, lanes)
                limits.shared[key] = shared
                if LANES in wanted:
                    limits.lanes[key] = [
                        self._hold(*key, str(lane)).observe(magnitude, snapshot.step)
                        for lane, magnitude in enumerate(of_lanes)
                    ]
                if SYMLOG in wanted and quantity == "grads":
                    limit, set_at = self._hold(*key, SYMLOG).observe(max(voters), snapshot.step, lanes)
                    limits.symlog[key] = SymlogLimit(limit, LINEAR_SHARE * shared.limit, max(set_at, shared.set_at))
        return limits

    def _hold(self, quantity: str, *key: str) -> HeldScale:
        return self._held.setdefault(quantity, {}).setdefault(key, HeldScale(quantity))

    def _make_room_for(self, maps: str) -> None:
        self._held[maps] = self._held.pop(maps, {})
        images = [quantity for quantity in self._held if image_of(quantity) and _name(quantity) == _name(maps)]
        for quantity in images[:-MOST_IMAGES]:
            del self._held[quantity]

    def copy(self) -> "Scales":
        """Copy all scales, to draw something else in the same colours without changing these."""
        copied = Scales()
        copied._held = {
            quantity: {key: scale.copy() for key, scale in held.items()} for quantity, held in self._held.items()
        }
        return copied
