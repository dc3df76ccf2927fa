"""The growth of the server's memory under a hundred viewers, twenty of which never read."""

import time
from contextlib import closing
from typing import NamedTuple

import numpy as np

from benchmarks.stream.client import Client
from benchmarks.stream.crowd import Crowd
from benchmarks.stream.figures import Figure, Lengths
from benchmarks.stream.processes import KNOWN, memory
from benchmarks.stream.serving import Served, training

READERS, SILENT = 80, 20
WHAT = f"growth with {READERS + SILENT} viewers, {SILENT} of whom never read: server"
FLAT = 1.0
"""The goal in MiB per minute. It is above zero because the scalars of every step are kept, about 0.2 of it."""
INTERVAL = 1.0
"""Seconds between measurements."""
SETTLING = 3.0
"""Seconds after which the server should have counted replacements."""
ENDS = 10
"""The number of measurements at either end whose median is shown."""


class Look(NamedTuple):
    """Memory in use at one time."""

    seconds: float
    server: float
    """MiB."""
    worker: float


class Silent:
    """Viewers that ask to watch and then never read, not even the answer.

    The server disconnects those that do not answer its pings. They do not notice, since they never read: how many are
    left is known from what the server tells other viewers. Those that it has disconnected are replaced.

    Attributes:
        replaced: the number of replacements so far.
    """

    def __init__(self, served: Served, viewers: int) -> None:
        self._served, self._number = served, viewers
        self._clients: list[Client] = []
        self._came = 0.0
        self.replaced = 0
        self._come(viewers)

    def replace_lost(self, remaining: int) -> None:
        """Replace the viewers that the server has dropped, which are assumed to be the oldest."""
        lost = self._number - remaining
        if lost <= 0 or time.monotonic() - self._came < SETTLING:
            return
        for client in self._clients[:lost]:
            client.close()
        del self._clients[:lost]
        self.replaced += lost
        self._come(lost)

    def close(self) -> None:
        """Disconnect all viewers."""
        for client in self._clients:
            client.close()

    def _come(self, viewers: int) -> None:
        self._clients += [Client(self._served.port, self._served.experiment) for _ in range(viewers)]
        self._came = time.monotonic()


def measure(lengths: Lengths) -> list[Figure]:
    """Measure on a new server."""
    if not KNOWN:
        return [Figure(WHAT, None, " MiB/min", FLAT, at_most=True, more="needs Linux", timed=False)]
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.begin)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """Measure once per `INTERVAL`."""
    crowd.leave()
    crowd.come(READERS)
    with closing(Silent(crowd.served, SILENT)) as silent:
        crowd.run(lengths.settle)
        looks = watch(crowd, silent, lengths.memory)
    more = f"{silent.replaced} closed by the server and replaced"
    return [_figure(WHAT, looks, "server", more, FLAT), _figure("the same: its worker", looks, "worker")]


def watch(crowd: Crowd, silent: Silent, seconds: float) -> list[Look]:
    """Return the memory in use at each `INTERVAL`."""
    served, begun = crowd.served, time.monotonic()
    looks: list[Look] = []
    while (passed := time.monotonic() - begun) < seconds:
        looks.append(Look(passed, memory(served.pid) or np.nan, memory(served.worker) or np.nan))
        crowd.run(INTERVAL)
        audience = crowd.viewers[0].texts.get("audience")
        if audience:
            silent.replace_lost(audience["viewers"] - len(crowd.viewers))
    return looks


def _figure(what: str, looks: list[Look], process: str, more: str = "", goal: float | None = None) -> Figure:
    times = [look.seconds / 60 for look in looks]
    sizes = [float(getattr(look, process)) for look in looks]
    slope = float(np.polyfit(times, sizes, 1)[0])
    ends = f"{np.median(sizes[:ENDS]):.1f} → {np.median(sizes[-ENDS:]):.1f} MiB in {looks[-1].seconds:.0f} s"
    return Figure(
        what,
        slope,
        " MiB/min",
        goal,
        at_most=True,
        more=f"{ends}; {more}" if more else ends,
        timed=False,
        numbers={"seconds": [look.seconds for look in looks], "mebibytes": sizes},
    )
