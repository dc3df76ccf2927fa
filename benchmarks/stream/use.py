"""Who takes how much of the processor: what is measured, those who watch, and programs that have no part in it."""

import os
import time
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from benchmarks.disturbance import jiffies
from benchmarks.stream.processes import KNOWN, TICK, cpu_seconds, family
from benchmarks.stream.serving import Served


class Taken(NamedTuple):
    """What was taken in a window of time."""

    cores: dict[str, float]
    """How many cores the server, the worker that trains and those who watch had on average; empty without Linux."""
    others: float | None
    """What share of the machine had programs that are none of ours, and the host that a virtual machine waits for."""


class Use:
    """From its creation on. Processes of ours are counted while they live, so all should until `taken` is called."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._begun = time.perf_counter()
        self._before, self._jiffies = self._seconds(), jiffies()

    def taken(self) -> Taken:
        """Until now."""
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
        ours = {os.getpid(), *family(os.getpid())} - theirs
        return {
            "server": sum(cpu_seconds(pid) for pid in theirs if pid != served.worker),
            "worker": cpu_seconds(served.worker),
            "viewers": sum(map(cpu_seconds, ours)),
        }


def share_of_others(windows: Sequence[Taken]) -> float | None:
    """Of several windows on average."""
    known = [window.others for window in windows if window.others is not None]
    return mean(known) if known else None
