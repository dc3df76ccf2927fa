"""A worker process as the server sees it."""

import atexit
import logging
import multiprocessing
import queue
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import get_args

from kernelscope.endings import ending, killed
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
from kernelscope.studies.shown import QUANTITIES

log = logging.getLogger(__name__)

# Never fork: the server has threads, whose locks a forked process might inherit locked.
_spawn = multiprocessing.get_context("spawn")

KILL_SECONDS = 5.0
"""Seconds to wait for a killed process to end. One that is blocked on a broken disk may take longer."""

NO_LIMITS = Limits()
EVERYTHING = Capabilities(
    commands=tuple(command.type for command in get_args(ViewerCommand)),
    studies=KINDS,
    quantities=QUANTITIES,
    checkpoints=True,
)
"""The capabilities of a process that trains: all there are."""


class WorkerProcess:
    """A source that trains one experiment in a process of its own.

    The process starts idle, so that one can be kept warm (starting Python and NumPy takes half a second). It ends when
    the pipe closes, so a server that is killed leaves no orphan.

    Args:
        limits: the resources that it may use.
        target: the function that it runs.

    Raises:
        OSError: the system cannot start a process.
    """

    def __init__(self, limits: Limits = NO_LIMITS, target: Callable[[Connection, Limits], None] = run_worker) -> None:
        self._pipe, theirs = _spawn.Pipe()
        self._process = _spawn.Process(target=target, args=(theirs, limits), name="kernelscope-worker", daemon=True)
        with held_back():
            self._process.start()
        # Otherwise Python, on exit, would send it a signal that it ignores, and wait for it.
        atexit.register(self._process.kill)
        theirs.close()
        self._to_say: queue.SimpleQueue[Open | Command | Attend | None] = queue.SimpleQueue()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid

    @property
    def capabilities(self) -> Capabilities:
        """All capabilities there are."""
        return EVERYTHING

    @property
    def alive(self) -> bool:
        """Whether the process is still running."""
        return self._process.is_alive()

    def open(self, opening: Open, listener: Listener) -> None:
        """Have the process train an experiment.

        `listener` is called with each report in a thread of its own. The last one is a `Failed` where the process ends
        without having been asked to.
        """
        threading.Thread(target=self._listen, args=(listener,), name="worker-listener", daemon=True).start()
        threading.Thread(target=self._speak, name="worker-speaker", daemon=True).start()
        self.send(opening)

    def send(self, message: Open | Command | Attend) -> None:
        """Queue a message for the process. After its end this has no effect; the listener has been told."""
        self._to_say.put(message)

    def longest_silence(self, config: ExperimentConfig) -> float:
        """Return the most seconds that one step may take."""
        return longest_step(config)

    def kill(self) -> None:
        """Kill the process, which has nothing to save."""
        self._closed = True
        self._to_say.put(None)
        self._process.kill()
        atexit.unregister(self._process.kill)

    def close(self) -> None:
        """Kill the process and wait up to `KILL_SECONDS` for its end."""
        self.kill()
        self._process.join(KILL_SECONDS)

    def _speak(self) -> None:
        """Write queued messages to the pipe, in a thread: only this blocks while a busy process does not read."""
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
            except Exception as error:  # of any kind: if this thread just ended, viewers would wait for ever
                log.exception("a worker's message cannot be passed on")
                message = Failed(f"the server cannot pass on what the worker reports: {error!r}", "garbled")
                listener(message)
            if isinstance(message, Failed):
                return
        if not self._closed:
            self._process.join(1)
            listener(_ending(self._process.exitcode))


def _ending(code: int | None) -> Failed:
    return Failed(ending("the worker process", code), "killed" if killed(code) else "ended")
