"""The experiments of this server: which there are, and which of them have a worker."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from weakref import WeakValueDictionary

from kernelscope.experiment import ExperimentConfig, always_shown
from kernelscope.hosting.hosted import Busy, Hosted, asleep
from kernelscope.hosting.keeping import resumed, standing_of
from kernelscope.hosting.refusals import Asleep, Crowded, NoRoom, TooLarge
from kernelscope.hosting.untouched import Untouched
from kernelscope.hosting.views import ExperimentView, Kept
from kernelscope.runner.limits import Limits
from kernelscope.runner.process import WorkerProcess
from kernelscope.settings import Settings
from kernelscope.source.commands import Pace, Pause
from kernelscope.store import Saved, Standing, Store, StoreError, hashed
from kernelscope.stream.viewer import Held, Viewer, watching

WARM_UP_DELAY = 3.0
"""Seconds."""
ROUNDS = 6
"""How often within the patience with a worker it is looked whether it is at an end."""

log = logging.getLogger(__name__)


class Registry:
    """At most `max_experiments` have a worker. Those that somebody has done something in are in the store.

    An experiment that nobody has watched for a time is paused, and after a longer time gives up its worker; sooner
    where there is no room, the one first that nobody has watched for the longest time. It stays at its address, and
    goes on where it stood when somebody comes back.

    Whatever opens, ends, or puts back an experiment holds the lock of this one (`_lock`), and no other experiment
    waits. Only who makes room waits for others: it holds the lock of an experiment without a worker and asks for the
    locks of those with one, or about to have one. Those never ask for room, so that nobody waits in a circle.
    """

    def __init__(
        self, store: Store, settings: Settings, new_worker: Callable[[Limits], WorkerProcess] = WorkerProcess
    ) -> None:
        self.store = store
        self.settings = settings
        self._limits = Limits(settings.threads, settings.worker_memory)
        self._new_worker = new_worker
        self._hosted: dict[str, Hosted] = {}
        self._untouched = Untouched()
        self._opening: set[str] = set()  # ids of those that are about to be among the hosted
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._warm: asyncio.Task[WorkerProcess] | None = None
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, config: ExperimentConfig, visitor: str, *, kept: bool) -> Hosted:
        """A new experiment, with a worker.

        Args:
            config: of it.
            visitor: who opens it.
            kept: whether it is kept at once, or only when somebody has done something in it (`touch`).

        Raises:
            TooLarge: its network has too many parameters.
            NoRoom: every worker is being watched.
            StoreError: it is to be kept and cannot be.
        """
        self.require_small(config)
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        saved = Saved(secrets.token_urlsafe(8), created, config, hashed(visitor))
        async with self._lock(saved.id):
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
        shapes = config.shapes()
        shown = {*always_shown(shapes), *layers}
        streamed = len(config.lanes) * sum(shape.parameters for shape in shapes if shape.spec.name in shown)
        which = " and ".join(["the conv layers", *sorted(layers)])
        for parameters, of_what in (
            (config.parameters, "parameters"),
            (streamed, f"parameters in {which} of all lanes together, since they are sent to every viewer"),
        ):
            if parameters > self.settings.max_parameters:
                raise TooLarge(parameters, self.settings.max_parameters, of_what)

    async def open(self, id: str, *, wake: bool = True) -> Hosted | None:
        """The experiment of this id with a worker, a new one where it had none; None where there is no such experiment.

        Args:
            id: the experiment's.
            wake: whether it may be given a new one.

        Raises:
            Asleep: it has none, and may not be given one.
            NoRoom: it needs a worker and every one is being watched.
        """
        async with self._lock(id):
            if id in self._hosted:
                return self._hosted[id]
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
        """Give an experiment whose worker has failed a new one: to go on from the last checkpoint, or from step 0."""
        async with self._lock(hosted.saved.id):
            if hosted.failure and hosted.worker and self._is_hosted(hosted):
                await asyncio.to_thread(hosted.worker.close)
                await hosted.begin_anew(await self._worker(), at_checkpoint=at_checkpoint)

    async def view(self, id: str) -> ExperimentView | None:
        """The experiment of this id, as it is."""
        if id in self._hosted:
            return self._hosted[id].view()
        if glimpse := self._untouched.get(id):
            return asleep(glimpse.saved, "untouched")
        saved = await asyncio.to_thread(self.store.load, id)
        return asleep(saved) if saved else None

    async def newest(self, most: int, before: tuple[str, str] | None = None) -> list[Saved | ExperimentView]:
        """So many experiments at most, the newest first: those that have a worker as they are.

        Args:
            most: how many.
            before: when the last one that is known already was created, and its id; None: from the newest on.
        """
        found = {saved.id: saved for saved in await asyncio.to_thread(self.store.newest, most, before)}
        unkept = [hosted.saved for hosted in self._hosted.values() if not hosted.stored] + self._untouched.all()
        found |= {saved.id: saved for saved in unkept if before is None or (saved.created, saved.id) < before}
        newest = sorted(found.values(), key=lambda saved: (saved.created, saved.id), reverse=True)[:most]
        return [self._hosted[saved.id].view() if saved.id in self._hosted else saved for saved in newest]

    @property
    def unkept(self) -> set[str]:
        """The ids of those that are not kept, and have no worker."""
        return {saved.id for saved in self._untouched.all()}

    async def belongs_to(self, id: str, visitor: str) -> bool:
        """Whether this visitor opened the experiment of this id."""
        if hosted := self._hosted.get(id):
            return hosted.saved.owner == hashed(visitor)
        if glimpse := self._untouched.get(id):
            return glimpse.saved.owner == hashed(visitor)
        return await asyncio.to_thread(self.store.owner, id) == hashed(visitor)

    async def is_there(self, id: str) -> bool:
        """Whether there is an experiment of this id, when all is done that is being done with it."""
        async with self._lock(id):
            return await self.view(id) is not None

    async def delete(self, id: str) -> bool:
        """End an experiment and forget it; whether there was one."""
        async with self._lock(id):
            hosted = self._hosted.pop(id, None)
            if hosted:
                await self._end(hosted)
            if self._untouched.pop(id) or (hosted and not hosted.stored):
                return True
            return await asyncio.to_thread(self.store.delete, id)

    @contextmanager
    def watch(
        self, hosted: Hosted, held: Held | None, audience: Callable[[int], str], *, control: bool, keeps: bool = True
    ) -> Iterator[Viewer]:
        """Follow an experiment for as long as the block lasts; see `watching`.

        `keeps`: whether it keeps its worker for this viewer, though somebody else needs one.

        Raises:
            Crowded: it has as many viewers as it may have.
        """
        if len(hosted.channel.viewers) >= self.settings.max_viewers:
            raise Crowded(self.settings.max_viewers)
        self._forget_timers(hosted)
        hosted.keepers += keeps
        try:
            with watching(hosted.channel, held, audience, control=control) as viewer:
                yield viewer
        finally:
            hosted.keepers -= keeps
            self._left(hosted)

    def warm_up(self) -> None:
        """Start the worker that the next experiment will get, unless it is there."""
        if self._warm is None and not self._closed:
            self._warm = asyncio.create_task(asyncio.to_thread(self._new_worker, self._limits))

    async def look_after(self) -> None:
        """Without end: find workers that are lost, and keep how far experiments have come, should the server die."""
        # Side by side: who keeps an experiment may have to wait for one that comes to rest, and that for a lost worker.
        await asyncio.gather(self._find_lost(), self._keep_all())

    async def _find_lost(self) -> None:
        interval = self.settings.answer_within / ROUNDS
        while True:
            await asyncio.sleep(interval)
            for hosted in [*self._hosted.values()]:
                hosted.check(interval, self.settings.answer_within)

    async def _keep_all(self) -> None:
        while True:
            await asyncio.sleep(self.settings.keep_every)
            for hosted in [*self._hosted.values()]:
                # Shielded: when the server ends, what is being written is waited for, and written over then.
                await asyncio.shield(self._do_soon(self._keep(hosted)))

    async def _keep(self, hosted: Hosted) -> None:
        async with self._lock(hosted.saved.id):
            if self._is_hosted(hosted) and hosted.touched and (hosted.unkept or hosted.kept != "yes"):
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
                    self._not_kept(hosted, error)

    async def _standing(self, hosted: Hosted, run: int) -> Standing:
        """Where its last checkpoint stands, as this `run`. One in which nobody has done anything stands at step 0."""
        history = hosted.channel.history
        if not hosted.touched:
            return Standing(_unseen(hosted, run))
        return await asyncio.to_thread(standing_of, self.store, hosted.saved.id, run, hosted.rest, history.frozen())

    async def _store(self, hosted: Hosted) -> None:
        """Its settings, and that there is such an experiment."""
        await asyncio.to_thread(self.store.save if hosted.stored else self.store.add, hosted.saved)
        hosted.stored = True

    def _not_kept(self, hosted: Hosted, error: Exception) -> None:
        """Say it, once, in the log and to those who watch."""
        kept: Kept = "full" if isinstance(error, StoreError) and error.kind in ("full", "limit") else "failed"
        if hosted.kept != kept:
            log.error("experiment %s could not be kept: %s", hosted.saved.id, error)
        hosted.is_kept(kept)

    def rest_soon(self) -> None:
        """Take nothing more on, and have every worker come to rest: the sooner, the sooner `close` is done."""
        self._closed = True
        for hosted in self._hosted.values():
            hosted.rest_soon()

    async def close(self) -> None:
        """Put every experiment back as it stands, and end every worker."""
        self.rest_soon()
        if self._hosted:
            log.info(
                "stopping: %d experiments are being kept; a worker gets up to %g seconds for it, besides a step's time",
                len(self._hosted),
                self.settings.answer_within,
            )
        looking = asyncio.create_task(self._find_lost())  # a worker that is lost must not be waited for without end
        await asyncio.gather(*map(self._put_away, self._opening | self._hosted.keys()))
        looking.cancel()
        if self._warm:
            # The system could not start one more, or nobody has waited for it.
            with suppress(OSError, asyncio.CancelledError):
                await asyncio.to_thread((await self._warm).close)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.store.close()

    async def _put_away(self, id: str) -> None:
        async with self._lock(id):
            if hosted := self._hosted.get(id):
                try:
                    await self._retire(hosted)
                except Exception as error:  # whatever it is, the others are to be put back too
                    log.error("experiment %s could not be put back: %s", id, error)
                    await self._end(hosted)

    def _left(self, hosted: Hosted) -> None:
        """A viewer has gone, or nobody has come yet."""
        settings = self.settings
        hosted.unwatched_since = asyncio.get_running_loop().time()
        self._forget_timers(hosted)
        if self._is_hosted(hosted):
            self._if_still_unwatched(settings.pause_unwatched_after, hosted, self._pause)
            self._if_still_unwatched(settings.give_up_unwatched_after, hosted, self._give_up)

    def _forget_timers(self, hosted: Hosted) -> None:
        """A timer that has nothing to do any more would still keep its experiment in memory."""
        for timer in hosted.timers:
            timer.cancel()
        hosted.timers = []

    def _if_still_unwatched(
        self, seconds: float, hosted: Hosted, act: Callable[[Hosted], Coroutine[None, None, None]]
    ) -> None:
        def then() -> None:
            if not self._closed and not hosted.channel.viewers:
                self._do_soon(act(hosted))

        hosted.timers.append(asyncio.get_running_loop().call_later(seconds, then))

    async def _pause(self, hosted: Hosted) -> None:
        """What nobody sees should not keep a processor busy."""
        if hosted.state and hosted.state.status == "running":
            with suppress(Busy):  # others have asked for so much that it is no longer unwatched, or will soon give up
                await hosted.send(Pause())

    async def _give_up(self, hosted: Hosted) -> None:
        """Nor what nobody comes back to a worker's memory."""
        try:
            await self._retire_unwatched(hosted)
        except Exception as error:  # whatever it is, it keeps its worker, and it is tried again
            self._not_kept(hosted, error)
            self._forget_timers(hosted)
            self._if_still_unwatched(self.settings.give_up_unwatched_after, hosted, self._give_up)

    async def _retire_unwatched(self, hosted: Hosted) -> None:
        async with self._lock(hosted.saved.id):
            if self._is_hosted(hosted) and not hosted.channel.viewers:
                await self._retire(hosted)

    async def _retire_spare(self, hosted: Hosted) -> None:
        async with self._lock(hosted.saved.id):
            if self._is_hosted(hosted) and not hosted.keepers:
                await self._retire(hosted)

    def _lock(self, id: str) -> asyncio.Lock:
        """Of one experiment. It is there for as long as somebody holds it or waits for it."""
        return self._locks.setdefault(id, asyncio.Lock())

    def _is_hosted(self, hosted: Hosted) -> bool:
        """Whether it still is: who waited for its lock may find it ended, or even opened anew."""
        return self._hosted.get(hosted.saved.id) is hosted

    async def _host(self, saved: Saved, standing: Standing | None = None, *, stored: bool = True) -> Hosted:
        """Give an experiment a worker; its lock is held. Where none is given it stands as the store has it."""
        await self._make_room()
        if self._closed:
            raise NoRoom(self.settings.max_experiments)
        self._opening.add(saved.id)
        try:
            if standing is None:
                standing = await asyncio.to_thread(self.store.take, saved.id)
            saved, history, rest = await asyncio.to_thread(resumed, saved, standing)
            pace = Pace(frames_per_second=self.settings.frames_per_second)
            hosted = Hosted(saved, history, rest, pace, self._save_soon)
            hosted.stored = stored
            hosted.is_kept("yes" if stored else await self._prospect())
            hosted.begin(await self._worker())
            self._hosted[saved.id] = hosted
        finally:
            self._opening.discard(saved.id)
        self._left(hosted)
        return hosted

    async def _make_room(self) -> None:
        """Until there is room for one more, have the one give up its worker that was watched the longest time ago."""
        while len(self._hosted) + len(self._opening) >= self.settings.max_experiments:
            spare = [hosted for hosted in self._hosted.values() if not hosted.keepers]
            if spare:
                await self._retire_one(sorted(spare, key=lambda one: (bool(one.channel.viewers), one.unwatched_since)))
            elif self._opening:
                async with self._lock(next(iter(self._opening))):
                    pass  # it is open now, or could not be opened: look again
            else:
                raise NoRoom(self.settings.max_experiments)

    async def _retire_one(self, spare: list[Hosted]) -> None:
        """The first of them that can be put back.

        Raises:
            StoreError: none can.
        """
        for hosted in spare:
            try:
                await self._retire_spare(hosted)
            except StoreError as error:
                self._not_kept(hosted, error)
                if hosted is spare[-1]:
                    raise
            else:
                return

    async def _prospect(self) -> Kept:
        """Of an experiment in which nobody has done anything yet."""
        try:
            return "untouched" if await asyncio.to_thread(self.store.has_room) else "full"
        except StoreError:
            return "failed"

    async def _worker(self) -> WorkerProcess:
        worker = None
        while worker is None or not worker.alive:  # it may have been killed while it waited
            self.warm_up()
            if self._warm is None:  # the server is about to end
                raise NoRoom(self.settings.max_experiments)
            warm, self._warm = self._warm, None  # first, so that one that cannot be started is not asked for again
            worker = await warm
        # Not at once: the page that is being opened needs the processor more.
        asyncio.get_running_loop().call_later(WARM_UP_DELAY, self.warm_up)
        return worker

    async def _retire(self, hosted: Hosted) -> None:
        """Put the experiment back as it stands, and end its worker."""
        log.debug("experiment %s gives up its worker", hosted.saved.id)
        if not hosted.touched and not hosted.stored:
            self._untouched.put(hosted.saved, _unseen(hosted, hosted.channel.history.run))
        else:
            run = await hosted.settle()
            try:
                await self._store(hosted)
                standing = await self._standing(hosted, run)
                await asyncio.to_thread(self.store.put_back, hosted.saved.id, standing)
            except BaseException:
                hosted.go_on()
                raise
        del self._hosted[hosted.saved.id]
        await self._end(hosted)

    async def _end(self, hosted: Hosted) -> None:
        self._forget_timers(hosted)
        hosted.channel.close()
        if hosted.worker:
            await asyncio.to_thread(hosted.worker.close)

    def _save_soon(self, hosted: Hosted) -> None:
        if not hosted.save_pending:  # a slider makes many changes, and only the last one counts
            hosted.save_pending = True
            self._do_soon(self._save(hosted))

    def _do_soon(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop alone would not keep it from being collected
        task.add_done_callback(self._tasks.discard)
        return task

    async def _save(self, hosted: Hosted) -> None:
        async with self._lock(hosted.saved.id):
            hosted.save_pending = False
            # Else it was deleted meanwhile, or saved when it gave up its worker.
            if self._is_hosted(hosted) and (hosted.touched or hosted.stored):
                is_new = not hosted.stored
                try:
                    await self._store(hosted)
                    if is_new:  # else it may be where it stands that could not be kept, and still is not
                        hosted.is_kept("yes")
                except StoreError as error:
                    self._not_kept(hosted, error)


def _unseen(hosted: Hosted, run: int) -> int:
    """The run as which one that begins again at step 0 goes on: what viewers hold may be more than it will have."""
    return run + int(any(hosted.channel.history.position))
