"""The server's end of a worker process."""

import atexit
import logging
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import get_args

from kernelscope.experiment import ExperimentConfig
from kernelscope.runner.limits import Limits
from kernelscope.runner.longest_step import longest_step
from kernelscope.runner.main import run_worker
from kernelscope.runner.signals import held_back
from kernelscope.source.attention import Attend
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Command, Open, ViewerCommand
from kernelscope.source.reports import Failed
from kernelscope.source.source import Listener
from kernelscope.studies.registry import KINDS

log = logging.getLogger(__name__)

# Never fork: the server has threads.
_spawn = multiprocessing.get_context("spawn")

KILL_SECONDS = 5.0
"""Where a process waits for a broken disk even that does not end it at once."""

NO_LIMITS = Limits()
EVERYTHING = Capabilities(
    commands=tuple(command.type for command in get_args(ViewerCommand)),
    studies=KINDS,
    quantities=("updates", "before", "moved", "start", "apart"),
    checkpoints=True,
)
"""What a process that trains can be asked."""


class WorkerProcess:
    """A process that trains one experiment.

    It is started idle, so that one can be kept warm (starting Python and NumPy takes half a second). It ends when the
    pipe closes, so a server that is killed leaves no orphan.

    Args:
        limits: what it may use.
        target: what it runs.
    """

    def __init__(self, limits: Limits = NO_LIMITS, target: Callable[[Connection, Limits], None] = run_worker) -> None:
        self._pipe, theirs = _spawn.Pipe()
        self._process = _spawn.Process(target=target, args=(theirs, limits), name="kernelscope-worker", daemon=True)
        with held_back():
            self._process.start()
        # Else Python would ask it to end, which it does not heed, and wait for it.
        atexit.register(self._process.kill)
        theirs.close()
        self._to_say: queue.SimpleQueue[Open | Command | Attend | None] = queue.SimpleQueue()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid

    @property
    def capabilities(self) -> Capabilities:
        """Everything."""
        return EVERYTHING

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    def open(self, opening: Open, listener: Listener) -> None:
        """Give it its experiment.

        `listener` gets each message, in a thread of its own; the last one is a `Failed` where the process ends unasked.
        """
        threading.Thread(target=self._listen, args=(listener,), name="worker-listener", daemon=True).start()
        threading.Thread(target=self._speak, name="worker-speaker", daemon=True).start()
        self.send(opening)

    def send(self, message: Open | Command | Attend) -> None:
        """Ask for something. A process that is gone cannot be asked; its listener knows."""
        self._to_say.put(message)

    def longest_silence(self, config: ExperimentConfig) -> float:
        """Seconds that one step may take."""
        return longest_step(config)

    def kill(self) -> None:
        """Have the system end the process, which has nothing to save."""
        self._closed = True
        self._to_say.put(None)
        self._process.kill()
        atexit.unregister(self._process.kill)

    def close(self) -> None:
        """End the process. Blocks until it is gone, or the system cannot end it yet."""
        self.kill()
        self._process.join(KILL_SECONDS)

    def _speak(self) -> None:
        """In a thread: a process that does not listen, with the pipe full, holds up nobody but it."""
        try:
            while message := self._to_say.get():
                self._pipe.send(message)
        except OSError:
            log.debug("worker %s is gone", self.pid)

    def _listen(self, listener: Listener) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                break
            try:
                listener(message)
            except Exception as error:  # a thread that ended unseen would leave viewers waiting
                log.exception("a worker's message cannot be passed on")
                message = Failed(f"the server cannot pass on what the worker reports: {error!r}", "garbled")
                listener(message)
            if isinstance(message, Failed):
                return
        if not self._closed:
            self._process.join(1)
            listener(_ending(self._process.exitcode))


def _ending(code: int | None) -> Failed:
    if code is None or code >= 0:
        return Failed(f"the worker process ended with exit code {code}", "ended")
    hint = ": the system ends the largest process so when memory runs out" if -code == signal.SIGKILL else ""
    return Failed(f"the worker process was killed by {signal.Signals(-code).name}{hint}", "killed")
