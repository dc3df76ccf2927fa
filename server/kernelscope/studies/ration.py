"""Rationing: a limited share of the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Ration:
    """Limits low-priority work to a share of the time: after each piece it has to wait for a multiple of its duration.

    Attributes:
        next: the time, by `clock`, from which the next piece is allowed.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self.next = 0.0
        self._share = share
        self._clock = clock

    @property
    def ready(self) -> bool:
        """Whether the next piece of work is allowed."""
        return self._clock() >= self.next

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count the duration of a ``with`` block."""
        began = self._clock()
        yield
        now = self._clock()
        self.next = now + (now - began) / self._share
