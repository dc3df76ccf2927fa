"""What a worker is asked, and what it says."""

import queue
import time
from collections.abc import Callable
from typing import TypeVar

from kernelscope.experiment import EvaluationRecord, StepRecord
from kernelscope.picture.picture import Picture
from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command, Open
from kernelscope.source.reports import Message, Progress, State

M = TypeVar("M", bound=Message)


class Run:
    """A conversation with a worker: every step and every test result that it has reported."""

    def __init__(self, send: Callable[[Open | Command | Attend], None]) -> None:
        self._send = send
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.steps: list[StepRecord] = []
        self.tests: list[EvaluationRecord] = []

    def send(self, *messages: Command | Attend) -> None:
        for message in messages:
            self._send(message)

    def any(self, seconds: float = 20) -> Message:
        """The next message. queue.Empty: there is none for so long."""
        message = self.heard.get(timeout=max(0.001, seconds))
        if isinstance(message, Progress):
            self.steps += message.steps
            self.tests += message.evaluations
        return message

    def next(self, kind: type[M], seconds: float = 20) -> M:
        """The next message of a kind; those before it are passed over, their scalars kept."""
        until = time.monotonic() + seconds
        while True:
            message = self.any(until - time.monotonic())
            if isinstance(message, kind):
                return message

    def state(self, answered: int) -> State:
        """The answer to command number `answered`."""
        while (state := self.next(State)).answered < answered:
            pass
        return state

    def arranged(self) -> State:
        """The first message of a run with other lanes."""
        while not (state := self.next(State)).arranged:
            pass
        return state

    def picture(self, step: int = 0, run: int = 1) -> Picture:
        """The first picture of this step or a later one."""
        while True:
            progress = self.next(Progress)
            if progress.picture and (progress.run, progress.picture.step) >= (run, step):
                return progress.picture

    def test(self, step: int) -> EvaluationRecord:
        """The test of this step."""
        while not self.tests or self.tests[-1].step != step:
            self.any()
        return self.tests[-1]

    def all_until_silent(self, seconds: float) -> list[Message]:
        """All that comes before nothing comes for so long."""
        found: list[Message] = []
        while True:
            try:
                found.append(self.any(seconds))
            except queue.Empty:
                return found
