"""One experiment's stream, and the viewers that follow it.

A `Channel` lives on the event loop and holds everything once: the description, the history of scalars, the newest
snapshot's bytes. A `Viewer` holds only how far it has come. So a viewer that reads nothing costs nothing that grows,
and one that comes late or back is no special case.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from server.experiment import Snapshot
from server.runner.messages import Progress
from server.stream.history import History
from server.stream.wire import Kind, encode

CREDIT = 2
"""Snapshots on their way to a viewer that it has not yet acknowledged."""


def snapshot_frame(number: int, run: int, snapshot: Snapshot, steps_per_second: float | None) -> bytes:
    """The snapshot as a frame. The only place where tensors are copied into bytes: once, whoever watches."""
    tensors = {f"params/{name}": tensor for name, tensor in snapshot.params.items()}
    tensors |= {f"grads/{name}": tensor for name, tensor in (snapshot.grads or {}).items()}
    directory = {
        "run": run,
        "frame": number,
        "step": snapshot.step,
        "images_seen": snapshot.images_seen,
        "steps_per_second": steps_per_second,
        "lane_steps": snapshot.lane_steps,
    }
    return encode(Kind.SNAPSHOT, directory, tensors)


class Closed(Exception):
    """There is nothing more to come."""


class Channel:
    """What there is to see of one experiment now."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.history = History(1, lanes)
        self.description = ""
        self.description_number = 0
        self.snapshot = b""
        self.snapshot_number = 0
        self.viewers: set[Viewer] = set()
        self.closed = False
        self._scalars: tuple[tuple[int, int, int, int, int], bytes] | None = None

    def describe(self, description: str) -> None:
        """A new `experiment` message."""
        self.description = description
        self.description_number += 1
        self._wake()

    def begin_run(self, run: int) -> None:
        """Forget the scalars and the snapshot of the run before."""
        if run != self.history.run:
            self.history = History(run, self.lanes)
            self.snapshot = b""

    def publish(self, progress: Progress, number: int, snapshot: bytes) -> None:
        """What a worker reports, with its snapshot as a frame (empty where it has none) of this number."""
        self.history.extend(progress.steps, progress.evaluations)
        if snapshot:
            self.snapshot, self.snapshot_number = snapshot, number
        self._wake()

    def scalars_since(self, position: tuple[int, int]) -> bytes:
        """The scalars frame from `position` on. Viewers that keep pace ask for the same one: it is made once."""
        key = (self.history.run, *position, *self.history.position)
        if self._scalars is None or self._scalars[0] != key:
            self._scalars = key, self.history.frame(position)
        return self._scalars[1]

    @contextmanager
    def viewer(self) -> Iterator["Viewer"]:
        """Follow the channel for as long as the block lasts."""
        viewer = Viewer(self)
        self.viewers.add(viewer)
        try:
            yield viewer
        finally:
            self.viewers.discard(viewer)

    def close(self) -> None:
        """Nothing more will come: viewers that wait get `Closed`."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        for viewer in self.viewers:
            viewer.news.set()


class Viewer:
    """How far one viewer has come."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.news = asyncio.Event()
        self.news.set()
        self._description = 0
        self._run: int | None = None
        self._position = (0, 0)
        self._snapshot = 0
        self._unacknowledged: list[int] = []

    def acknowledge(self, frame: int) -> None:
        """The viewer has drawn snapshot number `frame`, and with it all before it."""
        self._unacknowledged = [number for number in self._unacknowledged if number > frame]
        self.news.set()

    async def next(self) -> list[str | bytes]:
        """Wait until there is something to send, and take it: in the order in which it is to be sent.

        Raises:
            Closed: the channel was closed.
        """
        while True:
            await self.news.wait()
            self.news.clear()
            if self.channel.closed:
                raise Closed
            if messages := self._take():
                return messages

    def _take(self) -> list[str | bytes]:
        channel = self.channel
        messages: list[str | bytes] = []
        if self._description < channel.description_number:
            self._description = channel.description_number
            messages.append(channel.description)
        if len(self._unacknowledged) >= CREDIT:
            return messages
        first = self._run != channel.history.run
        if first:
            self._run, self._position = channel.history.run, (0, 0)
        if first or self._position != channel.history.position:
            messages.append(channel.scalars_since(self._position))
            self._position = channel.history.position
        if channel.snapshot and self._snapshot < channel.snapshot_number:
            self._snapshot = channel.snapshot_number
            self._unacknowledged.append(self._snapshot)
            messages.append(channel.snapshot)
        return messages
