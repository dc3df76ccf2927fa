"""A source that is started before it is needed, since starting one takes half a second."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from kernelscope.hosting.clock import Clock
from kernelscope.source.source import Source

WARM_UP_DELAY = 3.0
"""Seconds after which a source that was taken is replaced."""


class Spare:
    """Keeps one idle source for the next experiment.

    Args:
        new_source: starts a source. It blocks, and is called in a thread.
        clock: schedules the start of the next source after one was taken.
    """

    def __init__(self, new_source: Callable[[], Source], clock: Clock) -> None:
        self._new_source = new_source
        self._clock = clock
        self._warm: asyncio.Task[Source] | None = None
        self._closed = False

    def warm_up(self) -> None:
        """Start a source for the next experiment, unless one is waiting or starting."""
        if self._warm is None and not self._closed:
            self._warm = asyncio.create_task(asyncio.to_thread(self._new_source))

    async def take(self) -> Source | None:
        """Take the waiting source, or wait for one to start; None: the server is about to end.

        Raises:
            OSError: the system cannot start one.
        """
        source = None
        while source is None or not source.alive:  # one may be killed while it waits
            self.warm_up()
            if self._warm is None:
                return None
            warm, self._warm = self._warm, None  # before the await: a start that failed must not be awaited again
            source = await warm
        # With a delay, because the page that is being opened needs the processor now.
        self._clock.call_later(WARM_UP_DELAY, self.warm_up)
        return source

    def end(self) -> None:
        """Start no more sources."""
        self._closed = True

    async def close(self) -> None:
        """Start no more sources, and end the waiting one."""
        self.end()
        if self._warm:
            # The system could not start it, or the task was cancelled.
            with suppress(OSError, asyncio.CancelledError):
                await asyncio.to_thread((await self._warm).close)
