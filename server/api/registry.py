"""The experiments of this server: which there are, and which of them have a worker."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from server.api.hosted import Hosted, asleep
from server.api.views import ExperimentView
from server.experiment import ExperimentConfig
from server.runner.process import WorkerProcess
from server.settings import Settings
from server.store import Saved, Store
from server.stream.channel import Viewer

WARM_UP_DELAY = 3.0
"""Seconds."""

log = logging.getLogger(__name__)


class NoRoom(Exception):
    """As many experiments as the server takes are being watched."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"all {limit} experiments that this server runs at once are being watched: close one of their pages,"
            " delete one (DELETE /api/experiments/{id}), or start the server with a larger --max-experiments"
        )
        self.limit = limit


class Registry:
    """Every experiment is in the store; at most `limit` of them have a worker.

    An experiment that nobody has watched for `patience` seconds is paused. Where there is no room, the one that nobody
    has watched for the longest time gives up its worker. It stays at its address and begins again at step 0 when
    somebody comes back.
    """

    def __init__(
        self, store: Store, settings: Settings, new_worker: Callable[[int | None], WorkerProcess] = WorkerProcess
    ) -> None:
        self.store = store
        self.limit = settings.max_experiments
        self.patience = settings.pause_unwatched_after
        self.threads = settings.threads
        self._new_worker = new_worker
        self._hosted: dict[str, Hosted] = {}
        self._lock = asyncio.Lock()
        self._warm: asyncio.Task[WorkerProcess] | None = None
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, config: ExperimentConfig) -> Hosted:
        """A new experiment, with a worker.

        Raises:
            NoRoom: every worker is being watched.
        """
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        saved = Saved(secrets.token_urlsafe(8), created, config)
        async with self._lock:
            await asyncio.to_thread(self.store.save, saved)
            try:
                return await self._host(saved)
            except NoRoom:
                await asyncio.to_thread(self.store.delete, saved.id)
                raise

    async def open(self, id: str) -> Hosted | None:
        """The experiment of this id with a worker, a new one where it had none; None where there is no such experiment.

        Raises:
            NoRoom: it needs a worker and every one is being watched.
        """
        async with self._lock:
            if id in self._hosted:
                return self._hosted[id]
            saved = await asyncio.to_thread(self.store.load, id)
            return await self._host(saved) if saved else None

    async def revive(self, hosted: Hosted) -> None:
        """Give an experiment whose worker has failed a new one."""
        async with self._lock:
            if hosted.failure and hosted.worker:
                await asyncio.to_thread(hosted.worker.close)
                hosted.begin(await self._worker())

    async def view(self, id: str) -> ExperimentView | None:
        """The experiment of this id, as it is."""
        if id in self._hosted:
            return self._hosted[id].view()
        saved = await asyncio.to_thread(self.store.load, id)
        return asleep(saved) if saved else None

    async def views(self) -> list[ExperimentView]:
        """Every experiment, the newest first."""
        everything = await asyncio.to_thread(self.store.all)
        return [self._hosted[saved.id].view() if saved.id in self._hosted else asleep(saved) for saved in everything]

    async def delete(self, id: str) -> bool:
        """End an experiment and forget it; whether there was one."""
        async with self._lock:
            if hosted := self._hosted.get(id):
                await self._retire(hosted)
            return await asyncio.to_thread(self.store.delete, id)

    @contextmanager
    def watch(self, hosted: Hosted) -> Iterator[Viewer]:
        """Follow an experiment for as long as the block lasts."""
        try:
            with hosted.channel.viewer() as viewer:
                yield viewer
        finally:
            hosted.unwatched_since = time.monotonic()
            asyncio.get_running_loop().call_later(self.patience, self._pause_if_unwatched, hosted)

    def warm_up(self) -> None:
        """Start the worker that the next experiment will get, unless it is there."""
        if self._warm is None and not self._closed:
            self._warm = asyncio.create_task(asyncio.to_thread(self._new_worker, self.threads))

    async def close(self) -> None:
        """End every worker."""
        self._closed = True
        workers = [hosted.worker for hosted in self._hosted.values() if hosted.worker]
        if self._warm:
            with suppress(OSError):  # the system could not start one more
                workers.append(await self._warm)
        await asyncio.gather(*(asyncio.to_thread(worker.close) for worker in workers), *self._tasks)
        self._hosted.clear()

    def _pause_if_unwatched(self, hosted: Hosted) -> None:
        """What nobody sees should not keep a processor busy."""
        if not hosted.channel.viewers and time.monotonic() - hosted.unwatched_since >= self.patience:
            self._do_soon(hosted.pause())

    async def _host(self, saved: Saved) -> Hosted:
        while len(self._hosted) >= self.limit:
            unwatched = [hosted for hosted in self._hosted.values() if not hosted.channel.viewers]
            if not unwatched:
                raise NoRoom(self.limit)
            oldest = min(unwatched, key=lambda hosted: hosted.unwatched_since)
            log.info("experiment %s gives up its worker to make room", oldest.saved.id)
            await self._retire(oldest)
        hosted = Hosted(saved, self._save_soon)
        hosted.unwatched_since = time.monotonic()
        hosted.begin(await self._worker())
        self._hosted[saved.id] = hosted
        return hosted

    async def _worker(self) -> WorkerProcess:
        worker = None
        while worker is None or not worker.alive:  # it may have been killed while it waited
            self.warm_up()
            assert self._warm is not None
            warm, self._warm = self._warm, None  # first, so that one that cannot be started is not asked for again
            worker = await warm
        # Not at once: the page that is being opened needs the processor more.
        asyncio.get_running_loop().call_later(WARM_UP_DELAY, self.warm_up)
        return worker

    async def _retire(self, hosted: Hosted) -> None:
        del self._hosted[hosted.saved.id]
        hosted.channel.close()
        if hosted.worker:
            await asyncio.to_thread(hosted.worker.close)
        await asyncio.to_thread(self.store.save, hosted.saved)

    def _save_soon(self, hosted: Hosted) -> None:
        self._do_soon(self._save(hosted))

    def _do_soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop alone would not keep it from being collected
        task.add_done_callback(self._tasks.discard)

    async def _save(self, hosted: Hosted) -> None:
        async with self._lock:
            if hosted.saved.id in self._hosted:  # else it was deleted meanwhile, or saved when it gave up its worker
                await asyncio.to_thread(self.store.save, hosted.saved)
