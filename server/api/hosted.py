"""One experiment on this server: its worker, its stream, and what is known of it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from server.api.views import DatasetView, ExperimentView, LaneView, LayerView
from server.experiment import ExperimentConfig
from server.runner.messages import Command, Failed, LaneState, Message, Pause, Progress, State
from server.runner.process import WorkerProcess
from server.store import Saved
from server.stream.channel import Channel, snapshot_frame

log = logging.getLogger(__name__)


@dataclass
class Hosted:
    """An experiment with a worker.

    Its methods run on the event loop. The worker's messages arrive in a thread, where snapshots are encoded, and go
    on from there.

    Attributes:
        saved: what would be needed to begin again: the id, and the configuration with the seed and the rates of now.
        changed: called when `saved` has changed.
    """

    saved: Saved
    changed: Callable[["Hosted"], None]

    def __post_init__(self) -> None:
        self.opened = self.saved.config
        self.channel = Channel(len(self.opened.lanes))
        self.worker: WorkerProcess | None = None
        self.state: State | None = None
        self.failure: str | None = None
        self.run = 1
        self.unwatched_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._snapshots = 0
        self._describe()

    def begin(self, worker: WorkerProcess) -> None:
        """Train in this worker; after a failure that is the next run."""
        if self.failure:
            self.run += 1
        self.worker, self.failure, self.state = worker, None, None
        worker.open(self.saved.config, self.run, lambda message: self._heard(worker, message))
        self._describe()

    async def pause(self) -> None:
        """Pause, where it is running."""
        if self.state and self.state.status == "running":
            await self.send(Pause())

    async def send(self, command: Command) -> None:
        """Pass a command on to the worker; returns when the pipe has taken it.

        In a thread: a worker that is flooded with commands holds up those who send them, not the event loop.
        """
        assert self.worker is not None
        await asyncio.to_thread(self.worker.send, command)

    def _heard(self, worker: WorkerProcess, message: Message) -> None:
        """In the worker's listening thread."""
        frame = b""
        if isinstance(message, Progress) and message.snapshot is not None:
            self._snapshots += 1
            frame = snapshot_frame(self._snapshots, message.run, message.snapshot, message.steps_per_second)
        number = self._snapshots
        try:
            self._loop.call_soon_threadsafe(self._receive, worker, message, number, frame)
        except RuntimeError:
            log.debug("a message came after the event loop had ended")

    def _receive(self, worker: WorkerProcess, message: Message, number: int, frame: bytes) -> None:
        if worker is not self.worker:
            return  # the last words of a worker that has been replaced
        match message:
            case Progress():
                self.channel.publish(message, number, frame)
            case State():
                self.state, self.run = message, message.run
                self._remember(message.seed, message.lanes)
                self.channel.begin_run(message.run)
                self._describe()
            case Failed(reason=reason):
                log.error("experiment %s: %s", self.saved.id, reason)
                self.failure = reason
                self._describe()

    def _remember(self, seed: int, lanes: tuple[LaneState, ...]) -> None:
        config = with_settings(self.saved.config, seed, {lane.id: lane.learning_rate for lane in lanes})
        if config != self.saved.config:
            self.saved = Saved(self.saved.id, self.saved.created, config)
            self.changed(self)

    def _describe(self) -> None:
        self.channel.describe(self.view().model_dump_json())

    def view(self) -> ExperimentView:
        """The experiment now."""
        view = asleep(self.saved)
        view.run = self.run
        view.status = "failed" if self.failure else self.state.status if self.state else "starting"
        view.failure = self.failure
        view.config = with_settings(self.opened, self.saved.config.seed, {})
        if self.state:
            view.lanes = [
                LaneView(
                    id=lane.id,
                    learning_rate=lane.learning_rate,
                    status=lane.condition.status,
                    step=lane.condition.step,
                    cause=lane.condition.cause,
                    reason=lane.condition.reason,
                )
                for lane in self.state.lanes
            ]
        return view


def with_settings(config: ExperimentConfig, seed: int, rates: dict[str, float]) -> ExperimentConfig:
    """`config` with another seed, and other rates for the lanes in `rates`."""
    lanes = [lane.model_copy(update={"learning_rate": rates.get(lane.id, lane.learning_rate)}) for lane in config.lanes]
    return config.model_copy(update={"seed": seed, "lanes": lanes})


def asleep(saved: Saved) -> ExperimentView:
    """An experiment that has no worker: opening its stream gives it one, and it begins again at step 0."""
    config = saved.config
    return ExperimentView(
        id=saved.id,
        created=saved.created,
        status="asleep",
        run=1,
        config=config,
        dataset=DatasetView.of(config.dataset),
        layers=[LayerView.of(shape) for shape in config.shapes()],
        lanes=[LaneView(id=lane.id, learning_rate=lane.learning_rate) for lane in config.lanes],
    )
