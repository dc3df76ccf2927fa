"""A source that waits for the next experiment: to start one takes half a second."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from kernelscope.hosting.clock import Clock
from kernelscope.source.source import Source

WARM_UP_DELAY = 3.0
"""Seconds."""


class Spare:
    """One source at most.

    Args:
        new_source: starts one, in a thread.
        clock: by which the next one is started a while after one was taken.
    """

    def __init__(self, new_source: Callable[[], Source], clock: Clock) -> None:
        self._new_source = new_source
        self._clock = clock
        self._warm: asyncio.Task[Source] | None = None
        self._closed = False

    def warm_up(self) -> None:
        """Start the source that the next experiment will get, unless it is there."""
        if self._warm is None and not self._closed:
            self._warm = asyncio.create_task(asyncio.to_thread(self._new_source))

    async def take(self) -> Source | None:
        """One that is alive; None where the server is about to end."""
        source = None
        while source is None or not source.alive:  # it may have been killed while it waited
            self.warm_up()
            if self._warm is None:
                return None
            warm, self._warm = self._warm, None  # first, so that one that cannot be started is not asked for again
            source = await warm
        # Not at once: the page that is being opened needs the processor more.
        self._clock.call_later(WARM_UP_DELAY, self.warm_up)
        return source

    def end(self) -> None:
        """Start no more."""
        self._closed = True

    async def close(self) -> None:
        """End the one that waits."""
        self.end()
        if self._warm:
            # The system could not start one more, or nobody has waited for it.
            with suppress(OSError, asyncio.CancelledError):
                await asyncio.to_thread((await self._warm).close)
