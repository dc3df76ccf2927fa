"""The experiments of this server, and which of them are open."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.hosting.clock import Clock, LoopClock
from kernelscope.hosting.description import asleep
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeper import Keeper
from kernelscope.hosting.locks import Locks
from kernelscope.hosting.refusals import Asleep, Crowded, require_small
from kernelscope.hosting.room import Room
from kernelscope.hosting.shelf import Shelf, new_id
from kernelscope.hosting.tasks import Tasks
from kernelscope.hosting.untouched import Untouched
from kernelscope.hosting.unwatched import Unwatched
from kernelscope.hosting.views import ExperimentView
from kernelscope.settings import Settings
from kernelscope.source.commands import Pace
from kernelscope.source.source import Source
from kernelscope.store import Saved, Standing, Store, StoreError, hashed, now
from kernelscope.stream.viewer import Held, Viewer, watching

ROUNDS = 6
"""Checks for lost sources per `answer_within`."""

log = logging.getLogger(__name__)


class Registry:
    """Opens, finds, keeps and ends the experiments of a server.

    At most `max_experiments` have a source (`Room`). Those in which somebody has done something are in the store.

    An experiment that nobody has watched for a time is paused, and after a longer time gives up its source
    (`Unwatched`), or sooner where another needs the room. It stays at its address, and resumes where it stood when
    somebody comes back.

    Whatever opens, ends or puts back an experiment holds that experiment's lock, so no other experiment waits.

    Attributes:
        shelf: what owners do with their experiments besides training them.

    Args:
        store: where experiments are kept.
        settings: the server's.
        new_source: starts a source, for any experiment. It blocks, and is called in a thread.
        clock: schedules saves, pauses and hand-backs; the event loop's by default.
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
        self.shelf = Shelf(self._room, self._keeper, self._untouched, self._locks)
        self._unwatched = Unwatched(self._room, self._keeper, self._locks, self._tasks, self._clock, settings)

    async def create(self, config: ExperimentConfig, visitor: str, *, kept: bool) -> Hosted:
        """Create an experiment, with a source.

        Args:
            config: its configuration.
            visitor: the id of the visitor to whom it will belong.
            kept: whether it is kept at once, or only once somebody has done something in it (`touch`).

        Raises:
            TooLarge: its network has too many parameters.
            Missing: the images of its data set are not here.
            NoRoom: every experiment that has a source is being watched.
            StoreError: it should be kept and cannot be.
        """
        self.require_small(config)
        datasets.require(config.dataset)
        saved = Saved(new_id(), now(), config, hashed(visitor))
        async with self._locks.of(saved.id):
            if not kept:
                return await self._host(saved, Standing(1), stored=False)
            await asyncio.to_thread(self.store.add, saved)
            try:
                return await self._host(saved, Standing(1))
            except BaseException:  # of any kind: nobody has been told of this experiment
                await asyncio.to_thread(self.store.delete, saved.id)
                raise

    def require_small(self, config: ExperimentConfig, layers: Collection[str] = ()) -> None:
        """Check that neither the network nor the weights sent of all its lanes have too many parameters.

        Args:
            config: the network and its lanes.
            layers: names of the layers that are sent besides the conv layers.

        Raises:
            TooLarge: there are more than `max_parameters`.
        """
        require_small(config, layers, self.settings.max_parameters)

    async def open(self, id: str, *, wake: bool = True) -> Hosted | None:
        """Return the experiment of this id, giving it a source where it has none; None: there is no such experiment.

        Args:
            id: the experiment's.
            wake: whether it may be given a source.

        Raises:
            Asleep: it has no source and may not be given one.
            Missing: it has no source, and the images of its data set are not here.
            NoRoom: it needs a source and there is no room.
            StoreError: it cannot be read, or no other can be put back to make room.
        """
        async with self._locks.of(id):
            if id in self._room.hosted:
                return self._room.hosted[id]
            if glimpse := self._untouched.get(id):
                if not wake:
                    raise Asleep
                datasets.require(glimpse.saved.config.dataset)
                hosted = await self._host(glimpse.saved, Standing(glimpse.run), stored=False)
                self._untouched.pop(id)
                return hosted
            saved = await asyncio.to_thread(self.store.load, id)
            if saved and not wake:
                raise Asleep
            if saved:
                datasets.require(saved.config.dataset)
            return await self._host(saved) if saved else None

    def touch(self, hosted: Hosted) -> None:
        """Note that somebody has done something in the experiment: from now on it is kept."""
        if not hosted.touched:
            hosted.touched = True
            if not hosted.stored:
                self._save_soon(hosted)

    async def revive(self, hosted: Hosted, *, at_checkpoint: bool) -> None:
        """Replace the failed source of an experiment, which resumes from the last checkpoint or starts at step 0."""
        async with self._locks.of(hosted.saved.id):
            if hosted.failure and hosted.source and self._room.has(hosted):
                await asyncio.to_thread(hosted.source.close)
                await hosted.begin_again(await self._room.source(), at_checkpoint=at_checkpoint)

    async def view(self, id: str) -> ExperimentView | None:
        """Describe the experiment of this id, open or not; None: there is none."""
        if id in self._room.hosted:
            return self._room.hosted[id].view()
        if glimpse := self._untouched.get(id):
            return asleep(glimpse.saved, "untouched")
        saved = await asyncio.to_thread(self.store.load, id)
        return asleep(saved) if saved else None

    def hosted(self, id: str) -> Hosted | None:
        """Return the experiment of this id, if it is open."""
        return self._room.hosted.get(id)

    async def belongs_to(self, id: str, visitor: str) -> bool:
        """Tell whether this visitor created the experiment of this id."""
        if hosted := self._room.hosted.get(id):
            return hosted.saved.owner == hashed(visitor)
        if glimpse := self._untouched.get(id):
            return glimpse.saved.owner == hashed(visitor)
        return await asyncio.to_thread(self.store.owner, id) == hashed(visitor)

    async def is_there(self, id: str) -> bool:
        """Tell whether there is an experiment of this id, after waiting for its lock."""
        async with self._locks.of(id):
            return await self.view(id) is not None

    @contextmanager
    def watch(
        self, hosted: Hosted, held: Held | None, audience: Callable[[int], str], *, control: bool, keeps: bool = True
    ) -> Iterator[Viewer]:
        """Watch an experiment for as long as the block lasts (see `watching`).

        With `keeps`, the experiment keeps its source for this viewer even when another experiment needs one.

        Raises:
            Crowded: it has `max_viewers` already.
        """
        if len(hosted.channel.viewers) >= self.settings.max_viewers:
            raise Crowded(self.settings.max_viewers, "are watching this experiment")
        hosted.timers.cancel()
        hosted.keepers += keeps
        try:
            with watching(hosted.channel, held, audience, control=control) as viewer:
                yield viewer
        finally:
            hosted.keepers -= keeps
            self._unwatched.left(hosted)

    def warm_up(self) -> None:
        """Start a source for the next experiment, unless one is waiting."""
        self._room.spare.warm_up()

    async def look_after(self) -> None:
        """Find lost sources, and save the progress of experiments in case the server dies. Runs until cancelled."""
        # Concurrently: a save may wait for an experiment that comes to rest, and that may wait for a lost source.
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
            with suppress(StoreError):  # it is tried again
                await self.shelf.purge()
            for hosted in [*self._room.hosted.values()]:
                # Shielded: when the server ends, `close` waits for this write before it writes the final state.
                await asyncio.shield(self._tasks.begin(self._keep(hosted)))

    async def _keep(self, hosted: Hosted) -> None:
        async with self._locks.of(hosted.saved.id):
            if self._room.has(hosted):
                await self._keeper.keep(hosted)

    def rest_soon(self) -> None:
        """Open no more experiments, and ask every source to come to rest. Called early, it shortens `close`."""
        self._room.closed = True
        self._room.spare.end()
        for hosted in self._room.hosted.values():
            hosted.rest_soon()

    async def close(self) -> None:
        """Put every experiment back as it stands, and end every source."""
        self.rest_soon()
        if self._room.hosted:
            log.info(
                "stopping: %d experiments are being saved; each may take %g seconds, besides the time of a step",
                len(self._room.hosted),
                self.settings.answer_within,
            )
        looking = asyncio.create_task(self._find_lost())  # otherwise a lost source would be waited for without end
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
                except Exception as error:  # of any kind: the others still have to be put back
                    log.error("experiment %s could not be put back: %s", id, error)
                    await self._room.end(hosted)

    async def _host(self, saved: Saved, standing: Standing | None = None, *, stored: bool = True) -> Hosted:
        """Give an experiment a source. The caller holds its lock."""
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
            # Otherwise it was deleted meanwhile, or saved when it gave up its source.
            if self._room.has(hosted) and (hosted.touched or hosted.stored):
                await self._keeper.save(hosted)
