"""Time for the scheduling of saves, pauses and hand-backs; tests substitute a clock of their own."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A scheduled call, such as `asyncio.TimerHandle`."""

    def cancel(self) -> None:
        """Cancel the call."""


class Timers:
    """The pending timers of one experiment, cancelled together: a timer that is left behind keeps it in memory."""

    def __init__(self) -> None:
        self._timers: list[Timer] = []

    def add(self, timer: Timer) -> None:
        """Track a timer."""
        self._timers.append(timer)

    def cancel(self) -> None:
        """Cancel and forget all timers."""
        for timer in self._timers:
            timer.cancel()
        self._timers = []


class Clock(Protocol):
    """A monotonic clock with timers. All times are in seconds."""

    def time(self) -> float:
        """Return the current time, counted from an arbitrary moment."""

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Schedule `act` on the event loop, `seconds` from now."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""


class LoopClock:
    """The clock of the running event loop."""

    def time(self) -> float:
        """Return the event loop's time."""
        return asyncio.get_running_loop().time()

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Schedule `act` on the event loop, `seconds` from now."""
        return asyncio.get_running_loop().call_later(seconds, act)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(seconds)
