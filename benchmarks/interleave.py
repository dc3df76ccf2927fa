"""Fair timing on a machine whose speed drifts: contestants take short turns, and their medians are compared.

A shared machine's speed changes by a third within an hour, and by more for a second. Contestants timed one after the
other would in effect run on different machines. So each runs for a fraction of a second, then the next, round after
round: what slows the machine for longer than a round slows all of them, and the median ignores what hits only one. A
turn starts with untimed steps, after which data is in the caches and the previous contestant's threads are asleep
(PyTorch's wait busily for some milliseconds for more to do).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from statistics import median, quantiles
from time import perf_counter

Run = Callable[[int], object]
"""A function that makes a given number of steps."""

UNTIMED = 2
"""Steps at the beginning of a turn at least."""
SETTLING = 1 / 15
"""Their number at least, relative to that of the timed steps: 20 ms of 300."""


@dataclass(frozen=True)
class Effort:
    """The length of a measurement."""

    rounds: int = 15
    seconds: float = 0.3
    """The length of one turn."""


QUICK = Effort(rounds=5, seconds=0.1)


@dataclass(frozen=True)
class Timing:
    """Milliseconds per step, one number for each turn."""

    turns: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, by which contestants are compared."""
        return median(self.turns)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The lower and the upper quartile."""
        if len(self.turns) == 1:
            return self.turns[0], self.turns[0]
        lower, _, upper = quantiles(self.turns, n=4, method="inclusive")
        return lower, upper

    def __str__(self) -> str:
        lower, upper = self.quartiles
        return f"{self.median:.2f} [{lower:.2f}–{upper:.2f}]"

    def __add__(self, other: "Timing") -> "Timing":
        return Timing(self.turns + other.turns)


def timed(run: Run, steps: int) -> float:
    """Return the milliseconds per step."""
    begun = perf_counter()
    run(steps)
    return (perf_counter() - begun) / steps * 1000


def steps_for(run: Run, seconds: float) -> int:
    """Return the number of steps that make a turn. This also warms the contestant up."""
    run(UNTIMED)
    return max(1, round(seconds * 1000 / timed(run, UNTIMED)))


def interleave(contestants: Mapping[str, Run], effort: Effort) -> dict[str, Timing]:
    """Time all contestants in turns."""
    steps = {name: steps_for(run, effort.seconds) for name, run in contestants.items()}
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for _ in range(effort.rounds):
        for name in order:
            contestants[name](max(UNTIMED, ceil(steps[name] * SETTLING)))
            turns[name].append(timed(contestants[name], steps[name]))
        order = order[1:] + order[:1]  # so that nobody always starts a round
    return {name: Timing(tuple(milliseconds)) for name, milliseconds in turns.items()}


def fastest(timings: Mapping[str, Timing]) -> tuple[str, Timing]:
    """Return the contestant with the smallest median."""
    return min(timings.items(), key=lambda item: item[1].median)
