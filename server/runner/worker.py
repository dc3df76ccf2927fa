"""The inside of a worker process: train, listen, report."""

import logging
import signal
import time
from collections import deque
from multiprocessing.connection import Connection

from threadpoolctl import threadpool_limits

from server import datasets
from server.experiment import EvaluationRecord, Experiment, StepRecord
from server.runner.messages import (
    Command,
    Failed,
    LaneState,
    Message,
    NewSeed,
    Open,
    Pause,
    Progress,
    Reset,
    SetLearningRate,
    Start,
    State,
    Step,
)

SNAPSHOTS_PER_SECOND = 30
SPEED_WINDOW = 1.0
"""Seconds over which steps a second are measured."""


def run_worker(pipe: Connection, threads: int | None) -> None:
    """Wait for an `Open`, then train with `threads` and obey until the pipe closes: the server has died."""
    # Ctrl-C in a terminal goes to every process of the group; it is the server's to handle, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # Lanes run in threads of our own; BLAS's threads would only get in their way.
        with threadpool_limits(1):
            line = Line(pipe)
            opening = line.receive()
            assert isinstance(opening, Open), opening
            experiment = Experiment(opening.config, datasets.load(opening.config.dataset), threads)
            Worker(line, experiment, opening.run).run()
    except ServerGone:
        pass
    except Exception as error:
        logging.getLogger(__name__).exception("worker failed")
        pipe.send(Failed(f"{type(error).__name__}: {error}"))


class ServerGone(Exception):
    """The other end of the pipe has closed."""


class Line:
    """The pipe to the server. Its errors are told from those of files: `ServerGone`."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def receive(self) -> Open | Command:
        """Wait for a message."""
        try:
            message: Open | Command = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ServerGone from error
        return message

    def waiting(self, timeout: float | None) -> bool:
        """Whether there is a message, after at most `timeout` seconds (None: until there is)."""
        try:
            return self._pipe.poll(timeout)
        except OSError as error:
            raise ServerGone from error

    def send(self, message: Message) -> None:
        """Say something; waits while the server has much to read."""
        try:
            self._pipe.send(message)
        except OSError as error:
            raise ServerGone from error


class Worker:
    """An experiment with a clock and a line to the server."""

    def __init__(self, line: Line, experiment: Experiment, run_number: int) -> None:
        self.line = line
        self.experiment = experiment
        self.run_number = run_number
        self.running = False
        self._begin_run()

    def run(self) -> None:
        """Until the server is gone (`ServerGone`)."""
        self._report_state()
        self._report(snapshot=True)
        while True:
            busy = self.running or self.experiment.evaluating
            while self.line.waiting(0 if busy else None):
                command = self.line.receive()
                assert not isinstance(command, Open), command
                self._obey(command)
                busy = self.running or self.experiment.evaluating
            if self.running:
                self._advance()
            elif self.experiment.evaluating:
                self.evaluations += self.experiment.evaluate()
                if self.evaluations:
                    self._report(snapshot=False)

    def _obey(self, command: Command) -> None:
        was_running, self.running = self.running, False
        if not isinstance(command, SetLearningRate):
            self._clock.clear()  # what is measured must not span a pause
        moved = was_running  # whether there is something newer to show than the last snapshot
        match command:
            case Start():
                self.running = not self.experiment.finished
                moved = False
            case Pause():
                pass
            case Step():
                self._advance(publish=False)
                moved = True
            case Reset() | NewSeed():
                self.experiment.reset(command.seed if isinstance(command, NewSeed) else None)
                self.run_number += 1
                self._begin_run()
                moved = True
            case SetLearningRate(lane=lane, rate=rate):
                self.experiment.set_learning_rate(lane, rate)
                self.running, moved = was_running, False
        self._report_state()
        if moved:
            self._report(snapshot=True)

    def _begin_run(self) -> None:
        self.steps: list[StepRecord] = []
        self.evaluations: list[EvaluationRecord] = []
        self._published = 0.0
        self._clock: deque[tuple[float, int]] = deque()

    def _advance(self, *, publish: bool = True) -> None:
        conditions = [lane.condition for lane in self.experiment.lanes]
        step, evaluations = self.experiment.advance()
        self.steps.append(step)
        self.evaluations += evaluations
        now = time.perf_counter()  # monotonic() stands still for 15 ms at a time on some systems
        self._clock.append((now, step.step))
        while len(self._clock) > 2 and self._clock[0][0] < now - SPEED_WINDOW:
            self._clock.popleft()
        finished = self.experiment.finished
        if finished:
            self.running = False
        if publish and (finished or now - self._published >= 1 / SNAPSHOTS_PER_SECOND):
            self._report(snapshot=True)
        if conditions != [lane.condition for lane in self.experiment.lanes]:
            self._report_state()

    def _steps_per_second(self) -> float | None:
        if len(self._clock) < 2:
            return None
        (first, first_step), (last, last_step) = self._clock[0], self._clock[-1]
        return (last_step - first_step) / (last - first)

    def _report_state(self) -> None:
        lanes = tuple(LaneState(lane.id, lane.learning_rate, lane.condition) for lane in self.experiment.lanes)
        self.line.send(State("running" if self.running else "paused", self.run_number, self.experiment.seed, lanes))

    def _report(self, *, snapshot: bool) -> None:
        self.line.send(
            Progress(
                self.run_number,
                self.steps,
                self.evaluations,
                self.experiment.snapshot() if snapshot else None,
                self._steps_per_second(),
            )
        )
        self.steps, self.evaluations = [], []
        if snapshot:
            self._published = time.perf_counter()
