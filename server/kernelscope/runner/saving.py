"""The schedule of checkpoints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERVAL = 2.0
"""The least number of seconds between checkpoints during training."""
SHARE = 0.01
"""The largest share of the time that checkpoints may take."""
QUIET = 0.2
"""Seconds without a command after which a paused experiment makes a checkpoint."""


class Saving:
    """Schedules checkpoints: at intervals during training, and one when it comes to rest.

    Attributes:
        unsaved: whether anything has happened since the last checkpoint.
        quiet_at: when a paused experiment makes a checkpoint, in the seconds of `now`.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.unsaved = True
        self.quiet_at = 0.0
        self._next = 0.0
        self._now = now

    def commanded(self) -> None:
        """Note that a command has come: at rest, wait for others before making a checkpoint."""
        self.unsaved = True
        self.quiet_at = self._now() + QUIET

    @property
    def due_at_rest(self) -> bool:
        """Whether it is time for a checkpoint, for an experiment at rest."""
        return self.unsaved and self._now() >= self.quiet_at

    @property
    def due_in_training(self) -> bool:
        """Whether it is time for a checkpoint, for an experiment that trains."""
        return self._now() >= self._next

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Time the block, which makes a checkpoint: the longer it takes, the later is the next one."""
        began = self._now()
        yield
        self.unsaved = False
        now = self._now()
        self._next = now + max(INTERVAL, (now - began) / SHARE)
