"""The share of the machine that other programs take during a measurement: figures from a busy machine prove little.

PyTorch suffers most: with one of two cores taken, its threads can be tens of times slower (`benchmarks.busy`), which
would flatter Kernelscope.
"""

import os
from pathlib import Path

STAT = Path("/proc/stat")
TOO_MUCH = 0.1
"""The share of the machine's time above which figures prove nothing."""


class Others:
    """Measures the time that other programs have taken since its creation, on all cores.

    Child processes count as this program's once they have been waited for.
    """

    def __init__(self) -> None:
        self._all, self._busy = jiffies()
        self._own = _own_seconds()

    def share(self) -> float | None:
        """Return the share of the machine's time, 0 to 1; None: the system does not tell."""
        alljiffies, busy = jiffies()
        if alljiffies == self._all:
            return None
        own = (_own_seconds() - self._own) * os.sysconf("SC_CLK_TCK")
        return max(0.0, (busy - self._busy - own) / (alljiffies - self._all))


def jiffies() -> tuple[int, int]:
    """Return the jiffies of all cores since boot: all of them, and the busy ones. Zeros on other systems than Linux.

    Busy ones include those in which a virtual machine waited for its host ("steal"). See proc_stat(5).
    """
    if not STAT.exists():
        return 0, 0
    user, nice, system, idle, iowait, *others = map(int, STAT.read_text().splitlines()[0].split()[1:9])
    busy = user + nice + system + sum(others)
    return busy + idle + iowait, busy


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
