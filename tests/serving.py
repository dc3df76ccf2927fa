"""A real server in a thread of the test's own process."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from kernelscope.app import create_app
from kernelscope.datasets import kept
from kernelscope.experiment.checkpoint import unpack
from kernelscope.hosting.clock import Clock
from kernelscope.runner.limits import Limits
from kernelscope.runner.process import WorkerProcess
from kernelscope.serve import configure, listen
from kernelscope.settings import Settings
from kernelscope.source.commands import Open
from kernelscope.source.reports import Checkpoint, Message
from kernelscope.source.source import Listener, Source


@contextmanager
def serving(
    settings: Settings, new_source: Callable[[Limits], Source] = WorkerProcess, clock: Clock | None = None
) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    listener = listen("127.0.0.1", 0)
    before = kept._data_dir  # which is one for the whole process
    server = uvicorn.Server(configure(create_app(settings, new_source, clock), settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < until, "the server takes too long to start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        kept.keep_in(before)


class Heard(WorkerProcess):
    """A worker whose checkpoints a test can wait for."""

    def open(self, opening: Open, listener: Listener) -> None:
        """As a worker does."""
        self._checkpoints: queue.SimpleQueue[int] = queue.SimpleQueue()

        def heard(message: Message) -> None:
            listener(message)
            if isinstance(message, Checkpoint):
                self._checkpoints.put(unpack(message.data)["step"])

        super().open(opening, heard)

    def checkpoint(self, step: int = 0) -> int:
        """Wait for a checkpoint of this step or a later one, which is then known to the server."""
        while (found := self._checkpoints.get(timeout=20)) < step:
            pass
        return found


class Workers(list[Heard]):
    """Every worker that a server has started, in order: give it `start`."""

    def start(self, limits: Limits) -> WorkerProcess:
        """A worker, noted."""
        self.append(Heard(limits))
        return self[-1]
