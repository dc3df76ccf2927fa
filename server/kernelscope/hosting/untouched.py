"""Experiments that were opened and looked at only: these are kept in memory, not in the store."""

import time
from collections.abc import Callable
from typing import NamedTuple

from kernelscope.store import Saved

MOST = 1_000
SECONDS = 24 * 3600.0


class Glimpse(NamedTuple):
    """An untouched experiment without a source."""

    saved: Saved
    run: int
    """The run as which it resumes, at step 0."""
    until: float


class Untouched:
    """The untouched experiments whose sources were given up last.

    Args:
        most: how many are kept.
        seconds: how long each is kept.
        clock: returns the time in seconds.
    """

    def __init__(self, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._glimpses: dict[str, Glimpse] = {}  # the oldest first

    def put(self, saved: Saved, run: int) -> None:
        """Keep an experiment that has just given up its source."""
        self._glimpses[saved.id] = Glimpse(saved, run, self._clock() + self._seconds)
        while len(self._glimpses) > self._most:
            del self._glimpses[next(iter(self._glimpses))]

    def get(self, id: str) -> Glimpse | None:
        """Return the experiment of this id, if it is still kept."""
        self._forget()
        return self._glimpses.get(id)

    def pop(self, id: str) -> Glimpse | None:
        """Remove the experiment of this id and return it, if it was still kept."""
        self._forget()
        return self._glimpses.pop(id, None)

    def all(self) -> list[Saved]:
        """Return all experiments, the oldest first."""
        self._forget()
        return [glimpse.saved for glimpse in self._glimpses.values()]

    def _forget(self) -> None:
        now = self._clock()
        for id, glimpse in list(self._glimpses.items()):
            if glimpse.until > now:
                break
            del self._glimpses[id]
