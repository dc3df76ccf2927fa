"""What becomes of experiments is kept in the store, and said where it cannot be."""

import asyncio
import logging

from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeping import standing_of
from kernelscope.hosting.views import Kept
from kernelscope.store import Standing, Store, StoreError

log = logging.getLogger(__name__)


class Keeper:
    """Writes experiments that have a source into the store. Whoever asks for that holds the experiment's lock."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def prospect(self) -> Kept:
        """Of an experiment in which nobody has done anything yet."""
        try:
            return "untouched" if await asyncio.to_thread(self.store.has_room) else "full"
        except StoreError:
            return "failed"

    async def save(self, hosted: Hosted) -> None:
        """Its seed, rates and lanes."""
        is_new = not hosted.stored
        try:
            await self._store(hosted)
            if is_new:  # else it may be where it stands that could not be kept, and still is not
                hosted.is_kept("yes")
        except StoreError as error:
            self.failed(hosted, error)

    async def keep(self, hosted: Hosted) -> None:
        """How far it has come, where it has come further or is not kept as a whole."""
        if not (hosted.touched and (hosted.unkept or hosted.kept != "yes")):
            return
        hosted.unkept = False
        try:
            if not hosted.stored or hosted.kept != "yes":  # its settings may be what could not be saved
                await self._store(hosted)
            if hosted.rest:
                standing = await self._standing(hosted, hosted.channel.history.run)
                await asyncio.to_thread(self.store.keep, hosted.saved.id, standing)
            hosted.is_kept("yes")
        except Exception as error:  # whatever it is, it must not be the last time that anything is kept
            hosted.unkept = True
            self.failed(hosted, error)

    async def put_back(self, hosted: Hosted) -> None:
        """Have it come to rest, and keep where it stands. Where it cannot be kept, it goes on."""
        run = await hosted.settle()
        try:
            await self._store(hosted)
            standing = await self._standing(hosted, run)
            await asyncio.to_thread(self.store.put_back, hosted.saved.id, standing)
        except BaseException:
            hosted.go_on()
            raise

    def failed(self, hosted: Hosted, error: Exception) -> None:
        """Say that it is not kept, once, in the log and to those who watch."""
        kept: Kept = "full" if isinstance(error, StoreError) and error.kind in ("full", "limit") else "failed"
        if hosted.kept != kept:
            log.error("experiment %s could not be kept: %s", hosted.saved.id, error)
        hosted.is_kept(kept)

    async def _standing(self, hosted: Hosted, run: int) -> Standing:
        """Where its last checkpoint stands, as this `run`. One in which nobody has done anything stands at step 0."""
        history = hosted.channel.history
        if not hosted.touched:
            return Standing(unseen(hosted, run))
        return await asyncio.to_thread(standing_of, self.store, hosted.saved.id, run, hosted.rest, history.frozen())

    async def _store(self, hosted: Hosted) -> None:
        """Its settings, and that there is such an experiment."""
        await asyncio.to_thread(self.store.save if hosted.stored else self.store.add, hosted.saved)
        hosted.stored = True


def unseen(hosted: Hosted, run: int) -> int:
    """The run as which one that begins again at step 0 goes on: what viewers hold may be more than it will have."""
    return run + int(any(hosted.channel.history.position))
