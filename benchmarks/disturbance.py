"""How much of the machine other programs took while we measured: figures from a busy machine are worth little.

PyTorch above all: with one of two cores taken, its threads can be tens of times slower (`benchmarks.busy`), which would
flatter us.
"""

import os
from pathlib import Path

STAT = Path("/proc/stat")
TOO_MUCH = 0.1
"""Of the machine's time: such figures prove nothing."""


class Others:
    """From its creation on: the share of all cores' time that went neither to us nor to children we waited for."""

    def __init__(self) -> None:
        self._all, self._busy = jiffies()
        self._own = _own_seconds()

    def share(self) -> float | None:
        """None where the system does not tell."""
        alljiffies, busy = jiffies()
        if alljiffies == self._all:
            return None
        own = (_own_seconds() - self._own) * os.sysconf("SC_CLK_TCK")
        return max(0.0, (busy - self._busy - own) / (alljiffies - self._all))


def jiffies() -> tuple[int, int]:
    """Of all cores since the start of the machine: all, and those in which something ran. Zeros without Linux.

    Time that a virtual machine was kept waiting for its host ("steal") is among the latter. See proc_stat(5).
    """
    if not STAT.exists():
        return 0, 0
    user, nice, system, idle, iowait, *others = map(int, STAT.read_text().splitlines()[0].split()[1:9])
    busy = user + nice + system + sum(others)
    return busy + idle + iowait, busy


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
