"""What owners do with their experiments besides training them: find, name, copy, delete and restore them."""

import asyncio
import logging
import secrets
from collections.abc import Collection
from dataclasses import replace

from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeper import Keeper
from kernelscope.hosting.keeping import standing_of
from kernelscope.hosting.locks import Locks
from kernelscope.hosting.refusals import NotCopyable
from kernelscope.hosting.room import Room
from kernelscope.hosting.untouched import Glimpse, Untouched
from kernelscope.store import Listed, Saved, Standing, StoreError, hashed, matches, now

log = logging.getLogger(__name__)

RESTORABLE = 600.0
"""Seconds for which a deleted experiment can be restored."""


def new_id() -> str:
    """Return the id of a new experiment, which nobody can guess."""
    return secrets.token_urlsafe(8)


class Shelf:
    """The experiments of a server, open or not, as their owners arrange them."""

    def __init__(self, room: Room, keeper: Keeper, untouched: Untouched, locks: Locks) -> None:
        self._room = room
        self._keeper = keeper
        self._store = keeper.store
        self._untouched = untouched
        self._locks = locks

    async def newest(
        self,
        most: int,
        before: tuple[str, str] | None = None,
        *,
        owner: str | None = None,
        words: Collection[str] = (),
    ) -> list[Listed]:
        """List experiments, the newest first, as they were saved. Those that the store does not have are among them.

        Args:
            most: how many at most.
            before: creation time and id of the last experiment of the previous page; None: start with the newest.
            owner: the hashed visitor whose they are; None: anybody's.
            words: what all of them have in their names and settings (`kernelscope.store.matches`).
        """
        stored = await asyncio.to_thread(self._store.newest, most, before, owner=owner, words=words)
        found = {one.saved.id: one for one in stored}
        unkept = [hosted.saved for hosted in self._room.hosted.values() if not hosted.stored] + self._untouched.all()
        found |= {
            saved.id: Listed(saved)
            for saved in unkept
            if (before is None or (saved.created, saved.id) < before)
            and owner in (None, saved.owner)
            and matches(saved.name, saved.config.model_dump_json(), words)
        }
        return sorted(found.values(), key=lambda one: (one.saved.created, one.saved.id), reverse=True)[:most]

    @property
    def unkept(self) -> set[str]:
        """The ids of experiments that have neither a source nor a place in the store."""
        return {saved.id for saved in self._untouched.all()}

    async def rename(self, id: str, name: str) -> bool:
        """Give an experiment a name, which keeps it. Return whether there is one of this id.

        Raises:
            StoreError: it is not open, and cannot be written.
        """
        async with self._locks.of(id):
            if hosted := self._room.hosted.get(id):
                hosted.rename(name)
                hosted.touched = True
                hosted.changed(hosted)
                return True
            if glimpse := self._untouched.get(id):
                await self._shelve(glimpse._replace(saved=replace(glimpse.saved, name=name)))
                return True
            return await asyncio.to_thread(self._store.rename, id, name)

    async def duplicate(self, id: str, visitor: str, name: str | None = None) -> Saved | None:
        """Copy an experiment: its settings, and where it stands, with its scalars. The copy has no source yet.

        One that trains goes on meanwhile. One whose source has failed is copied from its last checkpoint.

        Args:
            id: the experiment's.
            visitor: the id of the visitor to whom the copy will belong.
            name: of the copy; None: that of the experiment.

        Returns:
            The copy; None: there is no experiment of this id.

        Raises:
            NotCopyable: it has made steps, and its source makes no checkpoints.
            StoreError: it cannot be read, or the copy cannot be written.
        """
        async with self._locks.of(id):
            if hosted := self._room.hosted.get(id):
                standing: Standing | None = await self._present(hosted)
                saved: Saved | None = hosted.saved
            elif glimpse := self._untouched.get(id):
                saved, standing = glimpse.saved, Standing(1)
            else:
                saved, standing = await asyncio.to_thread(self._store.load, id), None
            if not saved:
                return None
            name = saved.name if name is None else name
            copy = replace(saved, id=new_id(), created=now(), owner=hashed(visitor), name=name)
            if standing:
                await asyncio.to_thread(self._store.add, copy, standing)
            else:
                await asyncio.to_thread(self._store.copy, id, copy)
            return copy

    async def _present(self, hosted: Hosted) -> Standing:
        """Return where an open experiment stands, for one that is not stored yet."""
        capabilities, history = hosted.capabilities, hosted.channel.history
        if history.position.steps and not hosted.failure and not (capabilities and capabilities.checkpoints):
            raise NotCopyable(history.position.steps)
        if not hosted.touched:
            return Standing(1)
        await hosted.save()
        history = hosted.channel.history.frozen()
        return await asyncio.to_thread(standing_of, self._store, "", 1, hosted.rest, history)

    async def _shelve(self, glimpse: Glimpse) -> None:
        """Store an experiment that was only looked at. The caller holds its lock."""
        await asyncio.to_thread(self._store.add, glimpse.saved, Standing(glimpse.run))
        self._untouched.pop(glimpse.saved.id)

    async def delete(self, id: str) -> bool:
        """End an experiment and delete it. Return whether there was one.

        It can be restored for some time, unless the store has no room for one that it did not have yet.
        """
        async with self._locks.of(id):
            if hosted := self._room.hosted.get(id):
                try:
                    await self._room.retire(hosted)
                except StoreError as error:
                    log.warning("experiment %s is deleted without where it stood: %s", id, error)
                    await self._room.end(hosted)
                    if not hosted.stored:
                        return True
            if glimpse := self._untouched.get(id):
                try:
                    await self._shelve(glimpse)
                except StoreError as error:
                    log.warning("experiment %s is deleted for good: %s", id, error)
                    return self._untouched.pop(id) is not None
            return await asyncio.to_thread(self._store.delete, id)

    async def deleted_by(self, id: str) -> str | None:
        """Return the hashed visitor whose this deleted experiment was; None: it cannot be restored."""
        await self.purge()
        return await asyncio.to_thread(self._store.owner, id, deleted=True)

    async def restore(self, id: str) -> bool:
        """Undo the deletion of an experiment. Return whether it could still be."""
        async with self._locks.of(id):
            return await asyncio.to_thread(self._store.restore, id)

    async def purge(self) -> None:
        """Remove for good what can no longer be restored."""
        await asyncio.to_thread(self._store.purge, RESTORABLE)
