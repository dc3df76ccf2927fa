"""Writing experiments into the store, and telling viewers where that fails."""

import asyncio
import logging

from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeping import standing_of
from kernelscope.hosting.views import Kept
from kernelscope.store import Standing, Store, StoreError

log = logging.getLogger(__name__)


class Keeper:
    """Writes open experiments into the store. The caller holds the experiment's lock."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def prospect(self) -> Kept:
        """Tell whether an experiment in which nobody has done anything yet could be kept."""
        try:
            return "untouched" if await asyncio.to_thread(self.store.has_room) else "full"
        except StoreError:
            return "failed"

    async def save(self, hosted: Hosted) -> None:
        """Save the experiment's settings: its seed, rates and lanes."""
        is_new = not hosted.stored
        try:
            await self._store(hosted)
            if is_new:  # otherwise its progress may be what could not be kept, and still is not
                hosted.is_kept("yes")
        except StoreError as error:
            self.failed(hosted, error)

    async def keep(self, hosted: Hosted) -> None:
        """Save the experiment's progress, where it has made any or is not wholly kept."""
        if not (hosted.touched and (hosted.unkept or hosted.kept != "yes")):
            return
        hosted.unkept = False
        try:
            if not hosted.stored or hosted.kept != "yes":  # the settings may be what could not be saved
                await self._store(hosted)
            if hosted.rest:
                standing = await self._standing(hosted, hosted.channel.history.run)
                await asyncio.to_thread(self.store.keep, hosted.saved.id, standing)
            hosted.is_kept("yes")
        except Exception as error:  # of any kind: the periodic saves must go on
            hosted.unkept = True
            self.failed(hosted, error)

    async def put_back(self, hosted: Hosted) -> None:
        """Bring the experiment to rest and save where it stands. If that fails, it goes on.

        Raises:
            StoreError: it cannot be saved.
        """
        run = await hosted.settle()
        try:
            await self._store(hosted)
            standing = await self._standing(hosted, run)
            await asyncio.to_thread(self.store.put_back, hosted.saved.id, standing)
        except BaseException:
            hosted.go_on()
            raise

    def failed(self, hosted: Hosted, error: Exception) -> None:
        """Report once, in the log and to viewers, that the experiment is not kept."""
        kept: Kept = "full" if isinstance(error, StoreError) and error.kind in ("full", "limit") else "failed"
        if hosted.kept != kept:
            log.error("experiment %s could not be kept: %s", hosted.saved.id, error)
        hosted.is_kept(kept)

    async def _standing(self, hosted: Hosted, run: int) -> Standing:
        """Return what to store of the last checkpoint, as this `run`; an untouched experiment stands at step 0."""
        history = hosted.channel.history
        if not hosted.touched:
            return Standing(unseen(hosted, run))
        return await asyncio.to_thread(standing_of, self.store, hosted.saved.id, run, hosted.rest, history.frozen())

    async def _store(self, hosted: Hosted) -> None:
        """Save the settings, adding the experiment where the store does not have it."""
        await asyncio.to_thread(self.store.save if hosted.stored else self.store.add, hosted.saved)
        hosted.stored = True


def unseen(hosted: Hosted, run: int) -> int:
    """Return the number of the run that starts over at step 0: the next one, where viewers hold some of `run`."""
    return run + int(any(hosted.channel.history.position))
