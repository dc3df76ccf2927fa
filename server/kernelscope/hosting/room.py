"""Room for so many experiments at once, and how one is made where there is none."""

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
    """The experiments that have a source: `most` of them, or fewer.

    Where there is no room, the one gives up its source first that nobody has watched for the longest time. Who makes
    room waits for others: it holds the lock of an experiment without a source and asks for the locks of those with one,
    or about to have one. Those never ask for room, so that nobody waits in a circle.

    Attributes:
        hosted: they, by their ids.
        opening: ids of those that are about to be among them.
        closed: whether nothing more is taken on.
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
        """Whether it still has a source here: who waited for its lock may find it ended, or even opened again."""
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
        """Give an experiment a source; its lock is held. Where none is given it stands as the store has it.

        Args:
            saved: the experiment.
            standing: where it stands; None: the store says it.
            pace: at which it is opened.
            changed: called when its settings have changed.
            stored: whether the store has it.

        Raises:
            NoRoom: every experiment that has a source is being watched.
            StoreError: it cannot be had from the store, or no other can be put back.
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
        """A source for an experiment that is, or is to be, among them.

        Raises:
            NoRoom: the server is about to end.
        """
        source = await self.spare.take()
        if source is None:
            raise NoRoom(self._most)
        return source

    async def _make_room(self) -> None:
        """Until there is room for one more, have the one give up its source that was watched the longest time ago."""
        while len(self.hosted) + len(self.opening) >= self._most:
            spare = [hosted for hosted in self.hosted.values() if not hosted.keepers]
            if spare:
                await self._retire_one(sorted(spare, key=lambda one: (bool(one.channel.viewers), one.unwatched_since)))
            elif self.opening:
                async with self._locks.of(next(iter(self.opening))):
                    pass  # it is open now, or could not be opened: look again
            else:
                raise NoRoom(self._most)

    async def _retire_one(self, spare: list[Hosted]) -> None:
        """The first of them that can be put back.

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
        """Put the experiment back as it stands, and end its source; its lock is held."""
        log.debug("experiment %s gives up its source", hosted.saved.id)
        if hosted.touched or hosted.stored:
            await self._keeper.put_back(hosted)
        else:
            self._untouched.put(hosted.saved, unseen(hosted, hosted.channel.history.run))
        await self.end(hosted)

    async def end(self, hosted: Hosted) -> None:
        """It has no source any more; its lock is held."""
        self.hosted.pop(hosted.saved.id, None)
        await hosted.end()
