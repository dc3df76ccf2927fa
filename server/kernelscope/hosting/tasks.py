"""Background tasks on the event loop."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """A set of running background tasks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start a task, and hold on to it until it is done."""
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop holds only a weak reference, and the task could be collected
        task.add_done_callback(self._tasks.discard)
        return task

    async def done(self) -> None:
        """Wait until every task has ended, whether it succeeded or not."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
