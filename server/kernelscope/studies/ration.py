"""A share of the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Ration:
    """For what must not slow down the rest: after it has taken a while, it has to wait for a multiple of that.

    Attributes:
        next: when there may be more of it, by `clock`.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self.next = 0.0
        self._share = share
        self._clock = clock

    @property
    def ready(self) -> bool:
        """Whether it has waited for long enough."""
        return self._clock() >= self.next

    @contextmanager
    def spending(self) -> Iterator[None]:
        """What the block takes counts."""
        began = self._clock()
        yield
        now = self._clock()
        self.next = now + (now - began) / self._share
