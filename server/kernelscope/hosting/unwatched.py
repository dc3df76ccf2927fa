"""Pausing and putting back experiments that nobody watches."""

from collections.abc import Callable, Coroutine
from contextlib import suppress

from kernelscope.hosting.clock import Clock
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeper import Keeper
from kernelscope.hosting.locks import Locks
from kernelscope.hosting.refusals import Busy
from kernelscope.hosting.room import Room
from kernelscope.hosting.tasks import Tasks
from kernelscope.settings import Settings
from kernelscope.source.commands import Pause


class Unwatched:
    """Pauses an unwatched experiment after a time, and after a longer one has it give up its source."""

    def __init__(
        self, room: Room, keeper: Keeper, locks: Locks, tasks: Tasks, clock: Clock, settings: Settings
    ) -> None:
        self._room = room
        self._keeper = keeper
        self._locks = locks
        self._tasks = tasks
        self._clock = clock
        self._settings = settings

    def left(self, hosted: Hosted) -> None:
        """Restart the experiment's timers: a viewer has left, or it has just been opened."""
        hosted.unwatched_since = self._clock.time()
        hosted.timers.cancel()
        if self._room.has(hosted):
            self._if_still_unwatched(self._settings.pause_unwatched_after, hosted, self._pause)
            self._if_still_unwatched(self._settings.give_up_unwatched_after, hosted, self._give_up)

    def _if_still_unwatched(
        self, seconds: float, hosted: Hosted, act: Callable[[Hosted], Coroutine[None, None, None]]
    ) -> None:
        def then() -> None:
            if not self._room.closed and not hosted.channel.viewers:
                self._tasks.begin(act(hosted))

        hosted.timers.add(self._clock.call_later(seconds, then))

    async def _pause(self, hosted: Hosted) -> None:
        """Pause it: what nobody sees should not keep a processor busy."""
        pausable = hosted.capabilities and Pause.type in hosted.capabilities.commands
        if pausable and hosted.state and hosted.state.status == "running":
            with suppress(Busy):  # whoever sent all those commands is watching again, or it will soon be given up
                await hosted.send(Pause())

    async def _give_up(self, hosted: Hosted) -> None:
        """End its source: what nobody comes back to should not hold the memory of a process."""
        try:
            async with self._locks.of(hosted.saved.id):
                if self._room.has(hosted) and not hosted.channel.viewers:
                    await self._room.retire(hosted)
        except Exception as error:  # of any kind: it keeps its source, and this is tried again later
            self._keeper.failed(hosted, error)
            hosted.timers.cancel()
            self._if_still_unwatched(self._settings.give_up_unwatched_after, hosted, self._give_up)
