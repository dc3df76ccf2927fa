"""Work that nobody waits for at once."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Those that have been begun and are not done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Have it done soon."""
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop alone would not keep it from being collected
        task.add_done_callback(self._tasks.discard)
        return task

    async def done(self) -> None:
        """Wait for all of them, whatever becomes of each."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
