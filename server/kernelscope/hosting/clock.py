"""The time by which experiments are kept, paused and put back."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """Something that is going to be called."""

    def cancel(self) -> None:
        """Not any more."""


class Timers:
    """Those of one experiment. One that has nothing to do any more would still keep it in memory."""

    def __init__(self) -> None:
        self._timers: list[Timer] = []

    def add(self, timer: Timer) -> None:
        """One more."""
        self._timers.append(timer)

    def cancel(self) -> None:
        """None of them any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers = []


class Clock(Protocol):
    """Tells the time, in seconds, and when some of it has passed."""

    def time(self) -> float:
        """Since any moment."""

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Call it then, on the event loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait for so long."""


class LoopClock:
    """The event loop's."""

    def time(self) -> float:
        """Since any moment."""
        return asyncio.get_running_loop().time()

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Call it then."""
        return asyncio.get_running_loop().call_later(seconds, act)

    async def sleep(self, seconds: float) -> None:
        """Wait for so long."""
        await asyncio.sleep(seconds)
