"""Experiments that somebody has looked at, and nobody has done anything in: they are kept nowhere but here."""

import time
from collections.abc import Callable
from typing import NamedTuple

from kernelscope.store import Saved

MOST = 1_000
SECONDS = 24 * 3600.0


class Glimpse(NamedTuple):
    """One that has no worker."""

    saved: Saved
    run: int
    """As which it goes on, at step 0."""
    until: float


class Untouched:
    """The newest so many, each for so long after its worker was given up."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._glimpses: dict[str, Glimpse] = {}  # the oldest first

    def put(self, saved: Saved, run: int) -> None:
        """One that has no worker any more."""
        self._glimpses[saved.id] = Glimpse(saved, run, self._clock() + self._seconds)
        while len(self._glimpses) > self._most:
            del self._glimpses[next(iter(self._glimpses))]

    def get(self, id: str) -> Glimpse | None:
        """The one of this id, where there is one still."""
        self._forget()
        return self._glimpses.get(id)

    def pop(self, id: str) -> Glimpse | None:
        """Likewise, and no longer here."""
        self._forget()
        return self._glimpses.pop(id, None)

    def all(self) -> list[Saved]:
        """Every one."""
        self._forget()
        return [glimpse.saved for glimpse in self._glimpses.values()]

    def _forget(self) -> None:
        now = self._clock()
        for id, glimpse in list(self._glimpses.items()):
            if glimpse.until > now:
                break
            del self._glimpses[id]
