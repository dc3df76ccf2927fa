"""Events in the life of filters: what one became or ceased to be, each by a rule with two thresholds.

A rule begins to hold when its measures reach the first threshold, and ends when one of them falls below the second. In
between nothing changes, so that a measure that wavers about a threshold makes no events.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope.studies.kernel_measures import Numbers

What = Literal["oriented", "opponent", "selective", "dead"]
States = NDArray[np.intp]
OFF = -1


class Threshold(NamedTuple):
    """Of a measure: from where on it counts as high, and below what it no longer does."""

    reached: float
    left: float


RULES: Mapping[What, Mapping[str, Threshold]] = {
    "oriented": {"orientation": Threshold(0.4, 0.3), "smoothness": Threshold(0.4, 0.3)},
    "opponent": {"opponency": Threshold(0.9, 0.85)},
    "selective": {"selectivity": Threshold(0.5, 0.4)},
    # Of the positions of the probe images, none is active; it lives again from one in a hundred on.
    "dead": {"silent": Threshold(1, 0.99)},
}
RIVAL = 1.1
"""How many times the mean response of the present class another must have to take its place."""


class Milestone(NamedTuple):
    """A change of one filter."""

    place: int
    """The index of the step."""
    out: int
    what: What
    begins: bool
    """Whether it became that, or ceased to be it."""
    value: int
    """Of what is selective: the class that it is selective for, or was."""


def held(rule: Mapping[str, Threshold], measures: Mapping[str, Numbers]) -> States:
    """Whether a rule holds for each filter after each step: 0 where it does, else `OFF`.

    Args:
        rule: the thresholds of its measures.
        measures: ``[step, out]`` of each; a NaN is neither high enough to begin nor low enough to end.
    """
    with np.errstate(invalid="ignore"):
        gained = np.all([measures[name] >= one.reached for name, one in rule.items()], axis=0)
        lost = np.any([measures[name] < one.left for name, one in rule.items()], axis=0)
    steps = np.arange(len(gained))[:, None]
    last = np.maximum.accumulate(np.where(gained | lost, steps, -1), axis=0)
    holds = np.take_along_axis(gained, np.maximum(last, 0), axis=0) & (last >= 0)
    return np.where(holds, 0, OFF)


def preferred(holds: States, means: Numbers) -> States:
    """The class that each filter is selective for after each step; `OFF` where it is for none.

    Args:
        holds: ``[step, out]``, whether it is selective (`held`).
        means: ``[step, out, class]``, its mean responses; where they are NaN nothing changes.
    """
    states = np.full(holds.shape, OFF)
    state = states[0]
    for place, selective in enumerate(holds):
        now = np.where(np.isfinite(means[place]), means[place], -np.inf)
        best = now.argmax(-1)
        known = np.isfinite(now).any(-1)
        present = np.take_along_axis(now, np.maximum(state, 0)[:, None], -1)[:, 0]
        rivalled = (state == OFF) | (now.max(-1) >= RIVAL * present)
        state = np.where(selective == OFF, OFF, np.where(known & rivalled, best, state))
        states[place] = state
    return states


def milestones(what: What, states: States) -> list[Milestone]:
    """All changes of `states` ``[step, out]``, in the order of steps; what holds from the first step on is none."""
    found = []
    for place, out in np.argwhere(states[1:] != states[:-1]):
        before, after = int(states[place, out]), int(states[place + 1, out])
        found.append(Milestone(int(place) + 1, int(out), what, after != OFF, before if after == OFF else after))
    return found
