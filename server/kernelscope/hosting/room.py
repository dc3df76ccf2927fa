"""The limited number of open experiments, and how room is made for one more."""

import asyncio
import logging
from collections.abc import Callable

from kernelscope.hosting.clock import Clock
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeper import Keeper, unseen
from kernelscope.hosting.keeping import resumed
from kernelscope.hosting.locks import Locks
from kernelscope.hosting.refusals import NoRoom
from kernelscope.hosting.spare import Spare
from kernelscope.hosting.untouched import Untouched
from kernelscope.source.commands import Pace
from kernelscope.source.source import Source
from kernelscope.store import Saved, Standing, StoreError

log = logging.getLogger(__name__)


class Room:
    """The experiments that have a source, at most `most` of them.

    Where there is no room, the experiment that has been unwatched for the longest time gives up its source. Making
    room cannot deadlock: it happens under the lock of an experiment without a source, and waits only for locks of
    experiments that have one or are about to, which never ask for room themselves.

    Attributes:
        hosted: the experiments by their ids.
        opening: ids of experiments that are about to be in `hosted`.
        closed: whether no more experiments are taken in.
    """

    def __init__(
        self,
        most: int,
        new_source: Callable[[], Source],
        keeper: Keeper,
        untouched: Untouched,
        locks: Locks,
        clock: Clock,
    ) -> None:
        self.hosted: dict[str, Hosted] = {}
        self.opening: set[str] = set()
        self.closed = False
        self.spare = Spare(new_source, clock)
        self._most = most
        self._keeper = keeper
        self._untouched = untouched
        self._locks = locks

    def has(self, hosted: Hosted) -> bool:
        """Tell whether it is still open: after waiting for its lock it may have been ended, or even reopened."""
        return self.hosted.get(hosted.saved.id) is hosted

    async def take_in(
        self,
        saved: Saved,
        standing: Standing | None,
        pace: Pace,
        changed: Callable[[Hosted], None],
        *,
        stored: bool = True,
    ) -> Hosted:
        """Give an experiment a source. The caller holds its lock.

        Args:
            saved: the experiment.
            standing: where it stands; None: read that from the store.
            pace: with which its source is opened.
            changed: called when its settings have changed.
            stored: whether the store has it.

        Raises:
            NoRoom: every experiment that has a source is being watched, or the server is about to end.
            StoreError: it cannot be read from the store, or no other can be put back to make room.
        """
        await self._make_room()
        if self.closed:
            raise NoRoom(self._most)
        self.opening.add(saved.id)
        try:
            if standing is None:
                standing = await asyncio.to_thread(self._keeper.store.take, saved.id)
            saved, history, rest = await asyncio.to_thread(resumed, saved, standing)
            hosted = Hosted(saved, history, rest, pace, changed)
            hosted.stored = stored
            hosted.is_kept("yes" if stored else await self._keeper.prospect())
            hosted.begin(await self.source())
            self.hosted[saved.id] = hosted
        finally:
            self.opening.discard(saved.id)
        return hosted

    async def source(self) -> Source:
        """Take a source for an experiment that is open or about to be.

        Raises:
            NoRoom: the server is about to end.
        """
        source = await self.spare.take()
        if source is None:
            raise NoRoom(self._most)
        return source

    async def _make_room(self) -> None:
        """Make room for one more experiment: those that were watched the longest time ago give up their sources."""
        while len(self.hosted) + len(self.opening) >= self._most:
            spare = [hosted for hosted in self.hosted.values() if not hosted.keepers]
            if spare:
                await self._retire_one(sorted(spare, key=lambda one: (bool(one.channel.viewers), one.unwatched_since)))
            elif self.opening:
                async with self._locks.of(next(iter(self.opening))):
                    pass  # by now it is open or has failed to open: look again
            else:
                raise NoRoom(self._most)

    async def _retire_one(self, spare: list[Hosted]) -> None:
        """Retire the first experiment of the list that can be put back.

        Raises:
            StoreError: none can.
        """
        for hosted in spare:
            try:
                async with self._locks.of(hosted.saved.id):
                    if self.has(hosted) and not hosted.keepers:
                        await self.retire(hosted)
            except StoreError as error:
                self._keeper.failed(hosted, error)
                if hosted is spare[-1]:
                    raise
            else:
                return

    async def retire(self, hosted: Hosted) -> None:
        """Put the experiment back as it stands and end its source. The caller holds its lock."""
        log.debug("experiment %s gives up its source", hosted.saved.id)
        if hosted.touched or hosted.stored:
            await self._keeper.put_back(hosted)
        else:
            self._untouched.put(hosted.saved, unseen(hosted, hosted.channel.history.run))
        await self.end(hosted)

    async def end(self, hosted: Hosted) -> None:
        """End the experiment's source. The caller holds its lock."""
        self.hosted.pop(hosted.saved.id, None)
        await hosted.end()
