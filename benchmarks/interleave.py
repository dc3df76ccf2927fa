"""Fair timing on a machine that drifts: everyone takes short turns in one run, and the medians are compared.

A shared machine's speed changes by a third within an hour, and by more for a second. Contestants timed one after the
other are then timed on different machines. So each runs for a fraction of a second, then the next, round after round;
whatever slows the machine for longer than a round slows all of them, and the median leaves out what hit only one. A
turn begins with steps that are not timed: those after them find their data in the caches, and the threads of the one
before asleep.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

Run = Callable[[int], object]
"""Do so many steps."""

UNTIMED = 2


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int = 15
    seconds: float = 0.3
    """Of one turn."""


QUICK = Effort(rounds=5, seconds=0.1)


@dataclass(frozen=True)
class Timing:
    """Milliseconds a step, one number for each turn."""

    turns: tuple[float, ...]

    @property
    def median(self) -> float:
        """What is compared."""
        return median(self.turns)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between them lies the middle half of the turns."""
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
    """Milliseconds a step."""
    begun = perf_counter()
    run(steps)
    return (perf_counter() - begun) / steps * 1000


def steps_for(run: Run, seconds: float) -> int:
    """How many steps make a turn; the contestant is warm afterwards."""
    run(UNTIMED)
    return max(1, round(seconds * 1000 / timed(run, UNTIMED)))


def interleave(contestants: Mapping[str, Run], effort: Effort) -> dict[str, Timing]:
    """Time all contestants in turns."""
    steps = {name: steps_for(run, effort.seconds) for name, run in contestants.items()}
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for _ in range(effort.rounds):
        for name in order:
            contestants[name](UNTIMED)
            turns[name].append(timed(contestants[name], steps[name]))
        order = order[1:] + order[:1]  # so that nobody is always the one after the same other
    return {name: Timing(tuple(milliseconds)) for name, milliseconds in turns.items()}


def fastest(timings: Mapping[str, Timing]) -> tuple[str, Timing]:
    """The contestant with the smallest median."""
    return min(timings.items(), key=lambda item: item[1].median)
