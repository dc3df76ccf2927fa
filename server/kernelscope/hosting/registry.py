"""The experiments of this server: which there are, and which of them have a source."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from kernelscope.experiment import ExperimentConfig
from kernelscope.hosting.clock import Clock, LoopClock
from kernelscope.hosting.description import asleep
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeper import Keeper
from kernelscope.hosting.locks import Locks
from kernelscope.hosting.refusals import Asleep, Crowded, require_small
from kernelscope.hosting.room import Room
from kernelscope.hosting.tasks import Tasks
from kernelscope.hosting.untouched import Untouched
from kernelscope.hosting.unwatched import Unwatched
from kernelscope.hosting.views import ExperimentView
from kernelscope.settings import Settings
from kernelscope.source.commands import Pace
from kernelscope.source.source import Source
from kernelscope.store import Saved, Standing, Store, hashed
from kernelscope.stream.viewer import Held, Viewer, watching

ROUNDS = 6
"""How often within the patience with a source it is looked whether it is at an end."""

log = logging.getLogger(__name__)


class Registry:
    """At most `max_experiments` have a source (`Room`). Those that somebody has done something in are in the store.

    An experiment that nobody has watched for a time is paused, and after a longer time gives up its source
    (`Unwatched`); sooner where there is no room. It stays at its address, and goes on where it stood when somebody
    comes back.

    Whatever opens, ends, or puts back an experiment holds its lock, and no other experiment waits.

    Args:
        store: where they are kept.
        settings: of the server.
        new_source: starts a source for any experiment.
        clock: by which they are kept, paused and put back.
    """

    def __init__(
        self, store: Store, settings: Settings, new_source: Callable[[], Source], clock: Clock | None = None
    ) -> None:
        self.store = store
        self.settings = settings
        self._clock = clock or LoopClock()
        self._keeper = Keeper(store)
        self._untouched = Untouched()
        self._locks = Locks()
        self._tasks = Tasks()
        self._room = Room(settings.max_experiments, new_source, self._keeper, self._untouched, self._locks, self._clock)
        self._unwatched = Unwatched(self._room, self._keeper, self._locks, self._tasks, self._clock, settings)

    async def create(self, config: ExperimentConfig, visitor: str, *, kept: bool) -> Hosted:
        """A new experiment, with a source.

        Args:
            config: of it.
            visitor: who opens it.
            kept: whether it is kept at once, or only when somebody has done something in it (`touch`).

        Raises:
            TooLarge: its network has too many parameters.
            NoRoom: every experiment that has a source is being watched.
            StoreError: it is to be kept and cannot be.
        """
        self.require_small(config)
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        saved = Saved(secrets.token_urlsafe(8), created, config, hashed(visitor))
        async with self._locks.of(saved.id):
            if not kept:
                return await self._host(saved, Standing(1), stored=False)
            await asyncio.to_thread(self.store.add, saved)
            try:
                return await self._host(saved, Standing(1))
            except BaseException:  # whatever it is, nobody has been told of this experiment
                await asyncio.to_thread(self.store.delete, saved.id)
                raise

    def require_small(self, config: ExperimentConfig, layers: Collection[str] = ()) -> None:
        """Nothing, where the network and the lanes are not too many parameters.

        Args:
            config: with these lanes.
            layers: that are sent besides the conv layers.

        Raises:
            TooLarge: they are.
        """
        require_small(config, layers, self.settings.max_parameters)

    async def open(self, id: str, *, wake: bool = True) -> Hosted | None:
        """The experiment of this id with a source, a new one where it had none; None: there is no such experiment.

        Args:
            id: the experiment's.
            wake: whether it may be given a new one.

        Raises:
            Asleep: it has none, and may not be given one.
            NoRoom: it needs a source and there is no room.
        """
        async with self._locks.of(id):
            if id in self._room.hosted:
                return self._room.hosted[id]
            if glimpse := self._untouched.get(id):
                if not wake:
                    raise Asleep
                hosted = await self._host(glimpse.saved, Standing(glimpse.run), stored=False)
                self._untouched.pop(id)
                return hosted
            saved = await asyncio.to_thread(self.store.load, id)
            if saved and not wake:
                raise Asleep
            return await self._host(saved) if saved else None

    def touch(self, hosted: Hosted) -> None:
        """Somebody has done something in it: it is kept from now on."""
        if not hosted.touched:
            hosted.touched = True
            if not hosted.stored:
                self._save_soon(hosted)

    async def revive(self, hosted: Hosted, *, at_checkpoint: bool) -> None:
        """Give an experiment whose source has failed a new one: to go on from the last checkpoint, or from step 0."""
        async with self._locks.of(hosted.saved.id):
            if hosted.failure and hosted.source and self._room.has(hosted):
                await asyncio.to_thread(hosted.source.close)
                await hosted.begin_again(await self._room.source(), at_checkpoint=at_checkpoint)

    async def view(self, id: str) -> ExperimentView | None:
        """The experiment of this id, as it is."""
        if id in self._room.hosted:
            return self._room.hosted[id].view()
        if glimpse := self._untouched.get(id):
            return asleep(glimpse.saved, "untouched")
        saved = await asyncio.to_thread(self.store.load, id)
        return asleep(saved) if saved else None

    async def newest(self, most: int, before: tuple[str, str] | None = None) -> list[Saved | ExperimentView]:
        """So many experiments at most, the newest first: those that have a source as they are.

        Args:
            most: how many.
            before: when the last one that is known already was created, and its id; None: from the newest on.
        """
        found = {saved.id: saved for saved in await asyncio.to_thread(self.store.newest, most, before)}
        unkept = [hosted.saved for hosted in self._room.hosted.values() if not hosted.stored] + self._untouched.all()
        found |= {saved.id: saved for saved in unkept if before is None or (saved.created, saved.id) < before}
        newest = sorted(found.values(), key=lambda saved: (saved.created, saved.id), reverse=True)[:most]
        return [self._room.hosted[saved.id].view() if saved.id in self._room.hosted else saved for saved in newest]

    @property
    def unkept(self) -> set[str]:
        """The ids of those that are not kept, and have no source."""
        return {saved.id for saved in self._untouched.all()}

    async def belongs_to(self, id: str, visitor: str) -> bool:
        """Whether this visitor opened the experiment of this id."""
        if hosted := self._room.hosted.get(id):
            return hosted.saved.owner == hashed(visitor)
        if glimpse := self._untouched.get(id):
            return glimpse.saved.owner == hashed(visitor)
        return await asyncio.to_thread(self.store.owner, id) == hashed(visitor)

    async def is_there(self, id: str) -> bool:
        """Whether there is an experiment of this id, when all is done that is being done with it."""
        async with self._locks.of(id):
            return await self.view(id) is not None

    async def delete(self, id: str) -> bool:
        """End an experiment and forget it; whether there was one."""
        async with self._locks.of(id):
            hosted = self._room.hosted.get(id)
            if hosted:
                await self._room.end(hosted)
            if self._untouched.pop(id) or (hosted and not hosted.stored):
                return True
            return await asyncio.to_thread(self.store.delete, id)

    @contextmanager
    def watch(
        self, hosted: Hosted, held: Held | None, audience: Callable[[int], str], *, control: bool, keeps: bool = True
    ) -> Iterator[Viewer]:
        """Follow an experiment for as long as the block lasts; see `watching`.

        `keeps`: whether it keeps its source for this viewer, though somebody else needs one.

        Raises:
            Crowded: it has as many viewers as it may have.
        """
        if len(hosted.channel.viewers) >= self.settings.max_viewers:
            raise Crowded(self.settings.max_viewers)
        hosted.timers.cancel()
        hosted.keepers += keeps
        try:
            with watching(hosted.channel, held, audience, control=control) as viewer:
                yield viewer
        finally:
            hosted.keepers -= keeps
            self._unwatched.left(hosted)

    def warm_up(self) -> None:
        """Start the source that the next experiment will get, unless it is there."""
        self._room.spare.warm_up()

    async def look_after(self) -> None:
        """Without end: find sources that are lost, and keep how far experiments have come, should the server die."""
        # Side by side: who keeps an experiment may have to wait for one that comes to rest, and that for a lost source.
        await asyncio.gather(self._find_lost(), self._keep_all())

    async def _find_lost(self) -> None:
        interval = self.settings.answer_within / ROUNDS
        while True:
            await self._clock.sleep(interval)
            for hosted in [*self._room.hosted.values()]:
                hosted.check(interval, self.settings.answer_within)

    async def _keep_all(self) -> None:
        while True:
            await self._clock.sleep(self.settings.keep_every)
            for hosted in [*self._room.hosted.values()]:
                # Shielded: when the server ends, what is being written is waited for, and written over then.
                await asyncio.shield(self._tasks.begin(self._keep(hosted)))

    async def _keep(self, hosted: Hosted) -> None:
        async with self._locks.of(hosted.saved.id):
            if self._room.has(hosted):
                await self._keeper.keep(hosted)

    def rest_soon(self) -> None:
        """Take nothing more on, and have every source come to rest: the sooner, the sooner `close` is done."""
        self._room.closed = True
        self._room.spare.end()
        for hosted in self._room.hosted.values():
            hosted.rest_soon()

    async def close(self) -> None:
        """Put every experiment back as it stands, and end every source."""
        self.rest_soon()
        if self._room.hosted:
            log.info(
                "stopping: %d experiments are being kept; a worker gets up to %g seconds for it, besides a step's time",
                len(self._room.hosted),
                self.settings.answer_within,
            )
        looking = asyncio.create_task(self._find_lost())  # a source that is lost must not be waited for without end
        await asyncio.gather(*map(self._put_away, self._room.opening | self._room.hosted.keys()))
        looking.cancel()
        await self._room.spare.close()
        await self._tasks.done()
        self.store.close()

    async def _put_away(self, id: str) -> None:
        async with self._locks.of(id):
            if hosted := self._room.hosted.get(id):
                try:
                    await self._room.retire(hosted)
                except Exception as error:  # whatever it is, the others are to be put back too
                    log.error("experiment %s could not be put back: %s", id, error)
                    await self._room.end(hosted)

    async def _host(self, saved: Saved, standing: Standing | None = None, *, stored: bool = True) -> Hosted:
        """Give an experiment a source; its lock is held."""
        pace = Pace(frames_per_second=self.settings.frames_per_second)
        hosted = await self._room.take_in(saved, standing, pace, self._save_soon, stored=stored)
        self._unwatched.left(hosted)
        return hosted

    def _save_soon(self, hosted: Hosted) -> None:
        if not hosted.save_pending:  # a slider makes many changes, and only the last one counts
            hosted.save_pending = True
            self._tasks.begin(self._save(hosted))

    async def _save(self, hosted: Hosted) -> None:
        async with self._locks.of(hosted.saved.id):
            hosted.save_pending = False
            # Else it was deleted meanwhile, or saved when it gave up its source.
            if self._room.has(hosted) and (hosted.touched or hosted.stored):
                await self._keeper.save(hosted)
