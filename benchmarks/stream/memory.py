"""Whether a hundred viewers, of whom twenty never read, make the server grow."""

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
"""MiB a minute. Not zero: every step's scalars are kept, which is some 0.2 of them."""
INTERVAL = 1.0
"""Seconds between two looks."""
SETTLING = 3.0
"""Seconds after which those that have come anew should have been counted by the server."""
ENDS = 10
"""The first and the last so many looks, of which the median is shown."""


class Look(NamedTuple):
    """What was in memory."""

    seconds: float
    server: float
    """MiB."""
    worker: float


class Silent:
    """Viewers that ask to watch and then never read, not even the answer.

    The server closes those that do not answer its pings. They cannot see it, being deaf: how many it still has is known
    from what it tells the others. For those that it has closed others come, so that there are always as many.

    Attributes:
        replaced: how many.
    """

    def __init__(self, served: Served, viewers: int) -> None:
        self._served, self._number = served, viewers
        self._clients: list[Client] = []
        self._came = 0.0
        self.replaced = 0
        self._come(viewers)

    def replace_lost(self, remaining: int) -> None:
        """For those that the server no longer has others come; the oldest are taken to be lost."""
        lost = self._number - remaining
        if lost <= 0 or time.monotonic() - self._came < SETTLING:
            return
        for client in self._clients[:lost]:
            client.close()
        del self._clients[:lost]
        self.replaced += lost
        self._come(lost)

    def close(self) -> None:
        """All go."""
        for client in self._clients:
            client.close()

    def _come(self, viewers: int) -> None:
        self._clients += [Client(self._served.port, self._served.experiment) for _ in range(viewers)]
        self._came = time.monotonic()


def measure(lengths: Lengths) -> list[Figure]:
    """On a server of its own."""
    if not KNOWN:
        return [Figure(WHAT, None, " MiB/min", FLAT, at_most=True, more="needs Linux", timed=False)]
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.begin)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """Look once a second."""
    crowd.leave()
    crowd.come(READERS)
    with closing(Silent(crowd.served, SILENT)) as silent:
        crowd.run(lengths.settle)
        looks = watch(crowd, silent, lengths.memory)
    more = f"{silent.replaced} closed by the server and replaced"
    return [_figure(WHAT, looks, "server", more, FLAT), _figure("the same: its worker", looks, "worker")]


def watch(crowd: Crowd, silent: Silent, seconds: float) -> list[Look]:
    """What is in memory, each second."""
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
