"""Many viewers in one process and one thread."""

import time
from collections.abc import Callable, Sequence
from itertools import count
from selectors import EVENT_READ, DefaultSelector
from typing import NamedTuple

from kernelscope.stream.wire import Frame, Kind, decode

from benchmarks.stream.client import Client, Held, Left, Sample
from benchmarks.stream.serving import Served

PATIENCE = 30.0
"""Seconds to wait for a snapshot."""


class Glance(NamedTuple):
    """The progress of the training at one time, by the clock of the worker when it copied the weights."""

    step: int
    time: float
    """Milliseconds since 1970."""


def speed(first: Glance, last: Glance) -> float:
    """Return the speed between two glances, in steps per second."""
    return 1000 * (last.step - first.step) / (last.time - first.time)


class Crowd:
    """The viewers of one experiment, which receive and acknowledge only while `run` runs."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.viewers: list[Client] = []
        self._selector = DefaultSelector()
        self._held: Held | None = None
        self._numbers = count()

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._selector.close()

    def come(self, viewers: int, *, sample: Sample | None = None, every: int = 1) -> list[Client]:
        """Connect more viewers. They hold the scalars up to the last glance, so they are not sent the whole history."""
        served = self.served
        new = []
        for _ in range(viewers):
            viewer = Client(
                served.port,
                served.experiment,
                held=self._held,
                sample=sample,
                every=every,
                number=next(self._numbers),
            )
            self._selector.register(viewer.socket, EVENT_READ, viewer)
            self.viewers.append(viewer)  # who is not accepted is closed with all others
            new.append(viewer)
        for viewer in new:
            viewer.accepted()
        return new

    def leave(self, viewers: Sequence[Client] | None = None) -> None:
        """Disconnect some viewers, by default all."""
        for viewer in list(self.viewers if viewers is None else viewers):
            self._selector.unregister(viewer.socket)
            viewer.close()
            self.viewers.remove(viewer)

    def run(self, seconds: float, until: Callable[[], object] = lambda: False) -> None:
        """Receive and acknowledge for `seconds`, or until `until` returns something true.

        Raises:
            Left: the server has closed a connection, which it should not.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not until():
            for key, _ in self._selector.select(left):
                key.data.receive()

    def glance(self) -> Glance:
        """Connect one more viewer, wait for a snapshot made after that, and disconnect it."""
        since = 1000 * time.time()
        found: list[Glance] = []
        tests = self._held.tests if self._held else 0

        def look(_: float, message: bytes) -> None:
            nonlocal tests
            for frame in decode(message):
                if frame.kind == Kind.SCALARS:
                    tests += frame.tensors["test.step"].size if "test.step" in frame.tensors else 0
                    self._held = Held(frame.directory["run"], frame.directory["last_step"], tests)
                elif frame.kind == Kind.SNAPSHOT and frame.directory["time"] >= since:
                    found.append(_glance(frame))

        viewers = self.come(1, sample=look)
        self.run(PATIENCE, lambda: found)
        self.leave(viewers)
        if not found:
            raise Left(f"expected a snapshot within {PATIENCE:g} s, got none")
        return found[0]


def _glance(frame: Frame) -> Glance:
    return Glance(frame.directory["step"], frame.directory["time"])
