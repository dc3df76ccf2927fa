"""A worker for random sequences of commands: the real one, with few images. New lanes arrive when a test says so."""

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from kernelscope import datasets
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment
from kernelscope.runner import saving
from kernelscope.runner.limits import Limits
from kernelscope.runner.line import Line, ServerGone
from kernelscope.runner.main import run_worker
from kernelscope.runner.newcomers import Newcomers
from kernelscope.runner.process import WorkerProcess
from kernelscope.runner.worker import Worker
from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command, Open, Pause
from kernelscope.source.reports import Failed, Message
from kernelscope.source.source import Listener

BATCH = 8
EPOCH = 3
"""Steps of it: the last one's batch is smaller."""


def few_images() -> Dataset:
    """Of the digits."""
    few = datasets.load("digits")
    images, tests = EPOCH * BATCH - 3, 20
    return replace(
        few,
        train_images=few.train_images[:images],
        train_labels=few.train_labels[:images],
        test_images=few.test_images[:tests],
        test_labels=few.test_labels[:tests],
    )


@contextmanager
def at_the_gate(gate: Path) -> Iterator[None]:
    """New lanes make no step while this file is there, and a worker makes its checkpoints at once."""
    advance = Newcomers.advance

    def wait(newcomers: Newcomers) -> bool:
        if gate.exists():
            time.sleep(0.001)
            return False
        return advance(newcomers)

    with patch.object(Newcomers, "advance", wait), patch.object(saving, "QUIET", 0.0):
        yield


class Mortal(Line):
    """A line that is cut where a test says so."""

    cut = False

    def receive(self) -> Open | Command | Attend:
        """As a line does."""
        message = super().receive()
        self._look()
        return message

    def waiting(self, timeout: float | None) -> bool:
        """As a line does."""
        self._look()
        return super().waiting(timeout)

    def send(self, message: Message) -> None:
        """As a line does."""
        self._look()
        super().send(message)

    def _look(self) -> None:
        if self.cut:
            raise ServerGone


class Threaded(WorkerProcess):
    """A worker in a thread, behind the same line. Several share one patch of `at_the_gate`."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._ours, theirs = multiprocessing.Pipe()
        self._line = Mortal(theirs)
        self._theirs = theirs
        self._ended = False

    def open(self, opening: Open, listener: Listener) -> None:
        """As a process does."""
        self._listener = listener
        self._threads = [threading.Thread(target=self._work), threading.Thread(target=self._hear)]
        for thread in self._threads:
            thread.start()
        self.send(opening)

    def _work(self) -> None:
        with self._theirs, suppress(ServerGone):
            try:
                opening = self._line.receive()
                assert isinstance(opening, Open)
                experiment = Experiment(opening.config, self._data, threads=1)
                wanted = experiment.restore(opening.checkpoint) if opening.checkpoint is not None else None
                Worker(self._line, experiment, opening, wanted if opening.catching_up else None).run()
            except ServerGone:
                raise
            except Exception:
                self._line.send(Failed(traceback.format_exc(), "error"))

    def _hear(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._listener(self._ours.recv())
        if not self._ended:
            self._listener(Failed("the worker has died", "killed"))

    def send(self, message: Open | Command | Attend) -> None:
        """As to a process."""
        with suppress(OSError):
            self._ours.send(message)

    def die(self) -> None:
        """As if the system had killed it."""
        self._line.cut = True
        self.send(Pause())  # which it waits for, perhaps

    def kill(self) -> None:
        """End it."""
        self._ended = True
        self.die()

    def close(self) -> None:
        """End it."""
        self.kill()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()
        self._ours.close()


class Process(WorkerProcess):
    """A worker in a process of its own."""

    def __init__(self, gate: Path) -> None:
        super().__init__(Limits(threads=1), partial(run_at_the_gate, gate))

    def die(self) -> None:
        """Killed by the system."""
        assert self.pid
        os.kill(self.pid, signal.SIGKILL)


def run_at_the_gate(gate: Path, pipe: Connection, limits: Limits) -> None:
    """What a `Process` runs."""
    few = few_images()
    with at_the_gate(gate), patch.object(datasets, "load", lambda name: few):
        run_worker(pipe, limits)
