"""When there is to be a checkpoint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERVAL = 2.0
"""Seconds between checkpoints while it trains, at least."""
SHARE = 0.01
"""Of the time, at most, for checkpoints."""
QUIET = 0.2
"""Seconds without a command after which a paused experiment makes a checkpoint."""


class Saving:
    """Checkpoints now and then while it trains, and one where it comes to rest.

    Attributes:
        unsaved: whether there is anything that the last checkpoint does not have.
        quiet_at: when a paused experiment makes one; `now` tells the time.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.unsaved = True
        self.quiet_at = 0.0
        self._next = 0.0
        self._now = now

    def commanded(self) -> None:
        """A command has come, and others may follow."""
        self.unsaved = True
        self.quiet_at = self._now() + QUIET

    @property
    def due_at_rest(self) -> bool:
        """Whether it is time for one, where nothing trains."""
        return self.unsaved and self._now() >= self.quiet_at

    @property
    def due_in_training(self) -> bool:
        """Whether the last one was long enough ago."""
        return self._now() >= self._next

    @contextmanager
    def saving(self) -> Iterator[None]:
        """The block makes a checkpoint; what it takes counts."""
        began = self._now()
        yield
        self.unsaved = False
        now = self._now()
        self._next = now + max(INTERVAL, (now - began) / SHARE)
