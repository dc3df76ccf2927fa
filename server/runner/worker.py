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
    Close,
    Command,
    Failed,
    LaneState,
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


def run_worker(pipe: Connection) -> None:
    """Wait for an `Open`, then train and obey until a `Close`, or until the pipe closes: the server has died."""
    # Ctrl-C in a terminal goes to every process of the group; it is the server's to handle, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # Lanes run in threads of our own; BLAS's threads would only get in their way.
        with threadpool_limits(1):
            opening = pipe.recv()
            if isinstance(opening, Open):
                experiment = Experiment(opening.config, datasets.load(opening.config.dataset))
                Worker(pipe, experiment, opening.run).run()
    except (EOFError, OSError):
        pass
    except Exception as error:
        logging.getLogger(__name__).exception("worker failed")
        pipe.send(Failed(f"{type(error).__name__}: {error}"))


class Worker:
    """An experiment with a clock and a pipe."""

    def __init__(self, pipe: Connection, experiment: Experiment, run_number: int) -> None:
        self.pipe = pipe
        self.experiment = experiment
        self.run_number = run_number
        self.running = False
        self._begin_run()

    def run(self) -> None:
        """Until a `Close`. EOFError, OSError: the pipe has closed."""
        self._report_state()
        self._report(snapshot=True)
        while True:
            busy = self.running or self.experiment.evaluating
            while self.pipe.poll(0 if busy else None):
                command = self.pipe.recv()
                if isinstance(command, Close):
                    return
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
        moved = was_running  # whether there is something newer to show than the last snapshot
        match command:
            case Start():
                self.running = not self.experiment.finished
                self._clock.clear()
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
        now = time.monotonic()
        self._clock.append((now, step.step))
        while self._clock[0][0] < now - SPEED_WINDOW:
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
        self.pipe.send(State("running" if self.running else "paused", self.run_number, self.experiment.seed, lanes))

    def _report(self, *, snapshot: bool) -> None:
        self.pipe.send(
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
            self._published = time.monotonic()
