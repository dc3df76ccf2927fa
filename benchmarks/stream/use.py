"""Use of the processor by what is measured, by the viewers, and by other programs."""

import os
import time
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from benchmarks.disturbance import jiffies
from benchmarks.stream.processes import KNOWN, TICK, cpu_seconds, family
from benchmarks.stream.serving import Served


class Taken(NamedTuple):
    """The use of the processor in an interval."""

    cores: dict[str, float]
    """Average numbers of cores used by the server, the worker with its helpers, the viewers; empty except on Linux."""
    others: float | None
    """The share of the machine that went to other programs, or to the host of a virtual machine; None: unknown."""


class Use:
    """Measures use from its creation on. Only processes that are alive when `taken` is called are counted."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._begun = time.perf_counter()
        self._before, self._jiffies = self._seconds(), jiffies()

    def taken(self) -> Taken:
        """Return the use so far."""
        if not KNOWN:
            return Taken({}, None)
        passed = time.perf_counter() - self._begun
        everything, busy = (now - before for now, before in zip(jiffies(), self._jiffies, strict=True))
        used = {name: seconds - self._before[name] for name, seconds in self._seconds().items()}
        others = max(0.0, (busy - sum(used.values()) / TICK) / everything) if everything else None
        return Taken({name: seconds / passed for name, seconds in used.items()}, others)

    def _seconds(self) -> dict[str, float]:
        if not KNOWN:
            return {}
        served = self._served
        theirs = {served.pid, *family(served.pid)}
        training = {served.worker, *family(served.worker)} if served.worker else set()
        ours = {os.getpid(), *family(os.getpid())} - theirs
        return {
            "server": sum(map(cpu_seconds, theirs - training)),
            "worker": sum(map(cpu_seconds, training)),
            "viewers": sum(map(cpu_seconds, ours)),
        }


def share_of_others(windows: Sequence[Taken]) -> float | None:
    """Return the mean share of other programs over several intervals."""
    known = [window.others for window in windows if window.others is not None]
    return mean(known) if known else None
