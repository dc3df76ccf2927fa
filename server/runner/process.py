"""The server's end of a worker process."""

import logging
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from server.experiment import ExperimentConfig
from server.runner.messages import Command, Failed, Message, Open
from server.runner.worker import run_worker

log = logging.getLogger(__name__)

# Never fork: the server has threads.
_spawn = multiprocessing.get_context("spawn")

Listener = Callable[[Message], None]


class WorkerProcess:
    """A process that trains one experiment.

    It is started idle, so that one can be kept warm (starting Python and NumPy takes half a second). It ends when the
    pipe closes, so a server that is killed leaves no orphan.

    Args:
        threads: how many it trains with; None: as many as there are cores available.
        target: what it runs.
    """

    def __init__(
        self, threads: int | None = None, target: Callable[[Connection, int | None], None] = run_worker
    ) -> None:
        self._pipe, theirs = _spawn.Pipe()
        self._process = _spawn.Process(target=target, args=(theirs, threads), name="kernelscope-worker", daemon=True)
        self._process.start()
        theirs.close()
        self._sending = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    def open(self, config: ExperimentConfig, run: int, listener: Listener) -> None:
        """Give it its experiment and the number of its first run.

        `listener` gets each message, in a thread of its own; the last one is a `Failed` where the process ends unasked.
        """
        threading.Thread(target=self._listen, args=(listener,), name="worker-listener", daemon=True).start()
        self.send(Open(config, run))

    def send(self, message: Command | Open) -> None:
        """Ask for something. A process that is gone cannot be asked; its listener knows."""
        try:
            with self._sending:
                self._pipe.send(message)
        except OSError:
            log.debug("worker %s is gone", self.pid)

    def close(self) -> None:
        """End the process, which has nothing to save. Blocks until it is gone."""
        self._closed = True
        self._process.kill()
        self._process.join()

    def _listen(self, listener: Listener) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                break
            listener(message)
            if isinstance(message, Failed):
                return
        if not self._closed:
            self._process.join(1)
            listener(Failed(f"the worker process ended with exit code {self._process.exitcode}"))
