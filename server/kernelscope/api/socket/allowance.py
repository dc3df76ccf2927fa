"""Rate limiting of a client's messages."""

import time
from collections.abc import Callable


class Allowance:
    """A token bucket: `rate` messages per second on average, and that many at once after a second of silence."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._left = rate
        self._at = clock()

    def take(self) -> bool:
        """Take a token. Return whether there was one."""
        now = self._clock()
        self._left = min(self.rate, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
