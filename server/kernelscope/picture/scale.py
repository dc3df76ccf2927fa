"""The range of a colour scale, held in time.

One scale serves one quantity of one layer in all lanes, from −limit to +limit. It grows as soon as values clearly leave
it and shrinks only when it has long been clearly too wide, so that a colour keeps its meaning from frame to frame and
growth is seen as growth. Counted in snapshots, not in time: the same run, stepped by hand or at full speed, is judged
alike.
"""

from collections.abc import Collection, Sequence
from copy import copy
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np

from kernelscope.experiment import Condition
from kernelscope.nn.arrays import Array
from kernelscope.picture.snapshot import Snapshot

PERCENTILE = 0.995
STEPS_OF_A_DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
GROW_ABOVE = 1.1
"""Up to so many times the limit, values are merely clipped. Weights move slowly, so what is beyond is there to stay."""
SHARED = {"before": "params", "start": "params"}
"""Weights of then are drawn on the scale of those of now, so that the same colour is the same number."""
JUMPY, GROW_ABOVE_JUMPY = {"grads", "updates"}, 2.0
"""These jump from batch to batch, and a scale that followed each jump would never stand still."""
SHRINK_BELOW = 0.5
"""Where nearly all recent values stay below this share of the limit, the scale is too wide."""
RECENT = 45
"""How many snapshots "recent" means: a second and a half at 30 a second."""
NEARLY_ALL = 0.9
"""How many of them "nearly all" means: a lone outlier shall not hold the scale open."""
LARGEST = float(np.finfo(np.float32).max)
"""Of limits: the round number above may be no float32."""
GRADIENT_SPREAD = 3.0
"""How far a lane's gradients may outgrow those of the quietest lane before they are clipped."""


class Limit(NamedTuple):
    """The end of a scale, and at which step it was last set. 0 until there was a value other than 0."""

    limit: float
    set_at: int


def nice_ceiling(value: float) -> float:
    """The smallest number of at most two significant digits, from a short list, that is not below `value` > 0."""
    decade = floor(log10(value))
    # Through text, because 3 * 10 ** -2 is not the number that 0.03 names.
    candidates = (float(f"{step}e{decade}") for step in STEPS_OF_A_DECADE)
    return next((candidate for candidate in candidates if candidate >= value), float(f"1e{decade + 1}"))


def robust_magnitudes(magnitudes: Array) -> list[float]:
    """For each lane (the first index) the 99.5th percentile of the finite ones, 0 without any. Reorders them."""
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
    """Where the percentile stands among so many in order."""
    return ceil(PERCENTILE * count) - 1


def joint_magnitude(magnitudes: Sequence[float], quantity: str) -> float:
    """One magnitude for all lanes.

    Weights: the largest, since a clipped weight is a detector not seen. Gradients: the largest too, but not so far
    above the quietest lane that its gradients would fade; a clipped gradient still shows its sign and its place. What
    the rates make of them, updates and differences, is the largest again: that one is smaller is what there is to see.
    Lanes without any magnitude (gradients of zero) have no say.
    """
    present = [magnitude for magnitude in magnitudes if magnitude > 0]
    if not present:
        return 0.0
    return min(max(present), GRADIENT_SPREAD * min(present)) if quantity == "grads" else max(present)


def voting(conditions: Sequence[Condition]) -> tuple[int, ...]:
    """The lanes that have a say: those still training; all, where none is.

    A lane that has diverged or collapsed is drawn on the others' scale, clipped; on its own it would take the contrast
    from all.
    """
    training = tuple(place for place, condition in enumerate(conditions) if condition.status == "training")
    return training or tuple(range(len(conditions)))


class HeldScale:
    """One scale."""

    def __init__(self, quantity: str) -> None:
        self._grow_above = GROW_ABOVE_JUMPY if quantity in JUMPY else GROW_ABOVE
        self.limit = Limit(0.0, 0)
        self._recent: list[float] = []
        self._lanes: tuple[int, ...] = ()

    def observe(self, magnitude: float, step: int, lanes: tuple[int, ...] = ()) -> None:
        """The next snapshot's `magnitude`, over these `lanes`; when others are asked the past counts no longer."""
        same_lanes, self._lanes = lanes == self._lanes, lanes
        if not magnitude > 0:
            return
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
        """For something else: with the same limit, which can grow at once but has not long been too wide."""
        copied = copy(self)
        copied._recent = []
        return copied


class Scales:
    """The scales of every weight tensor of one run."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], HeldScale] = {}

    def observe(self, snapshot: Snapshot, wanted: Collection[str] = ()) -> dict[tuple[str, str], Limit]:
        """The limits to draw this snapshot with: by quantity and parameter name, of weights only.

        What is drawn on the scale of another quantity (`SHARED`) has none of its own.
        """
        lanes = voting(snapshot.conditions)
        limits: dict[tuple[str, str], Limit] = {}
        for quantity, values in snapshot.quantities(wanted):
            if quantity in SHARED:
                continue
            magnitudes = np.abs(values.flat)
            for name, place in values.places.items():
                if name.endswith(".weight"):
                    scale = self._held.setdefault((quantity, name), HeldScale(quantity))
                    of_lanes = robust_magnitudes(magnitudes[:, place])
                    scale.observe(joint_magnitude([of_lanes[lane] for lane in lanes], quantity), snapshot.step, lanes)
                    limits[quantity, name] = scale.limit
        return limits

    def copy(self) -> "Scales":
        """To draw something else with the same colours wherever they do, and change nothing here."""
        copied = Scales()
        copied._held = {name: scale.copy() for name, scale in self._held.items()}
        return copied
