"""Time that passes when a test says so: for a server that runs in another thread."""

import asyncio
import threading
from collections.abc import Callable
from itertools import count


class _Timer:
    def __init__(self, at: float, number: int, loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
        self.order = at, number
        self.loop = loop
        self.act: Callable[[], object] | None = act

    def cancel(self) -> None:
        self.act = None

    def ring(self) -> None:
        if act := self.act:
            self.act = None
            act()


class ManualClock:
    """A `kernelscope.hosting.clock.Clock` that stands still between two calls of `advance`."""

    def __init__(self) -> None:
        self._now = 0.0
        self._numbers = count()
        self._timers: list[_Timer] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        """Seconds since it was made."""
        return self._now

    def call_later(self, seconds: float, act: Callable[[], object]) -> _Timer:
        """Call it on the event loop that runs here, when so much has passed."""
        with self._lock:
            timer = _Timer(self._now + seconds, next(self._numbers), asyncio.get_running_loop(), act)
            self._timers.append(timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait until so much has passed."""
        awake = asyncio.Event()
        timer = self.call_later(seconds, awake.set)
        try:
            await awake.wait()
        finally:
            timer.cancel()

    def advance(self, seconds: float) -> None:
        """Have so much pass at once, and call what is due, in order. Whoever then waits again waits from then on."""
        with self._lock:
            self._now += seconds
            due = sorted((one for one in self._timers if one.order[0] <= self._now), key=lambda one: one.order)
            self._timers = [one for one in self._timers if one.order[0] > self._now and one.act]
        for timer in due:
            timer.loop.call_soon_threadsafe(timer.ring)
