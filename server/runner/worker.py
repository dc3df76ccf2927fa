"""The inside of a worker process: train, listen, report."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Literal

from threadpoolctl import threadpool_limits

from server import datasets
from server.experiment import CatchUp, EvaluationRecord, Experiment, ObservationRecord, StepRecord, Stopped, Watch
from server.runner.limits import Limits, limit_memory
from server.runner.line import Line, ServerGone
from server.runner.messages import (
    Arranged,
    Attend,
    Attended,
    BeginRangeTest,
    Cancel,
    CancelRangeTest,
    CatchingUp,
    CaughtUp,
    Checkpoint,
    Command,
    Failed,
    Message,
    NewSeed,
    Open,
    Pause,
    Progress,
    Reset,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetSpeed,
    SetStop,
    Start,
    State,
    Step,
)
from server.runner.picture import picture
from server.runner.scale import Scales
from server.runner.studies import Studies

SPEED_WINDOW = 1.0
"""Seconds over which steps a second are measured."""
REPORT_DEBT = 0.1
"""Seconds' worth of reports, at most, that are made up for."""
UNSEEN_INTERVAL = 1.0
"""Seconds between reports while nobody sees snapshots."""
CHECKPOINT_INTERVAL = 2.0
"""Seconds between checkpoints while it trains, at least."""
CHECKPOINT_SHARE = 0.01
"""Of the time, at most, for checkpoints."""
CATCH_UP_INTERVAL = 0.25
"""Seconds between reports of how far new lanes have come."""
QUIET = 0.2
"""Seconds without a command after which a paused experiment makes a checkpoint."""


def run_worker(pipe: Connection, limits: Limits) -> None:
    """Wait for an `Open`, then train and obey until the pipe closes: the server has died."""
    # Ctrl-C in a terminal goes to every process of the group; it is the server's to handle, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    if limits.memory is not None:
        limit_memory(limits.memory)
    try:
        # Lanes run in threads of our own; BLAS's threads would only get in their way.
        with threadpool_limits(1):
            line = Line(pipe)
            opening = line.receive()
            assert isinstance(opening, Open), opening
            experiment = Experiment(opening.config, datasets.load(opening.config.dataset), limits.threads)
            if opening.checkpoint is not None:
                experiment.restore(opening.checkpoint)
            Worker(line, experiment, opening).run()
    except ServerGone:
        pass
    except MemoryError as error:
        allowed = "" if limits.memory is None else f"it may use {limits.memory:,} MiB (--worker-memory); "
        _fail(pipe, f"out of memory: {allowed}{error}")
    except Exception as error:
        _fail(pipe, f"{type(error).__name__}: {error}")


def _fail(pipe: Connection, reason: str) -> None:
    logging.getLogger(__name__).exception("worker failed")
    try:
        pipe.send(Failed(reason))
    except OSError:
        return  # nobody is left to be told


def _end_with_parent() -> None:
    """A server that is killed closes the pipe, but a long step would not see it before its end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class Worker:
    """An experiment with a clock and a line to the server."""

    def __init__(self, line: Line, experiment: Experiment, opening: Open) -> None:
        self.line = line
        self.experiment = experiment
        self.run_number = opening.run
        self.pace = opening.pace
        self.running = False
        self._catch_up: CatchUp | None = None
        self._caught_up: CaughtUp
        self._attention = Attend()
        self._studies = Studies(experiment, opening.run)
        self._watch = Watch(experiment.lanes)
        self._stopped: Stopped | None = None
        self._answered = 0
        self._next_step = 0.0
        self._next_report = 0.0
        self._next_checkpoint = 0.0
        self._unsaved = True
        self._next_save = 0.0
        self._begin_run()
        self._seconds = opening.seconds

    def run(self) -> None:
        """Until the server is gone (`ServerGone`)."""
        self._report_state()
        self._report()
        while True:
            # Commands first, and all that wait.
            if self.line.waiting(self._seconds_to_wait()):
                message = self.line.receive()
                if isinstance(message, Attend):
                    self._attend(message)
                else:
                    assert not isinstance(message, Open), message
                    self._obey(message)
            elif self._catch_up:
                self._go_on_catching_up(self._catch_up)
            elif self.running:
                if time.perf_counter() >= self._next_step:
                    self._advance()
                if self._studies.busy:
                    self._send_all(self._studies.advance())
                self._report_if_due()  # also between the steps of slow motion
            elif self._unsaved and time.perf_counter() >= self._next_save:
                self._save()
            elif self._studies.busy:
                self._send_all(self._studies.advance())
            elif self.experiment.observing:
                if self._observe():
                    self._send_progress(with_picture=False)
                    self._report_state()
                    self._unsaved = True
            elif self.experiment.evaluating:
                self.evaluations += self.experiment.evaluate()
                if self.evaluations:
                    self._send_progress(with_picture=False)
                    self._unsaved = True

    def _seconds_to_wait(self) -> float | None:
        """For a command, before there is something else to do; None: without end."""
        if self._catch_up:
            return 0.0
        if self._studies.busy:
            return 0.0
        if self.running:
            due = min(self._next_step, self._next_report) if self._news else self._next_step
            return max(0.0, due - time.perf_counter())
        if self.experiment.evaluating or self.experiment.observing:
            return 0.0
        return max(0.0, self._next_save - time.perf_counter()) if self._unsaved else None

    def _attend(self, attention: Attend) -> None:
        before, self._attention = self._attention, attention
        more = attention.quantities - before.quantities or attention.layers - before.layers
        if more and not (self.running or self._catch_up):
            self._report()  # what was shown at rest is exact, but has not all that is wanted now
        elif more or attention.kernels - before.kernels or (attention.snapshots and not before.snapshots):
            self._news = True
            self._next_report = min(self._next_report, time.perf_counter() + 1 / self.pace.frames_per_second)
        self._send_all(self._studies.want(attention.subjects))
        self.line.send(Attended())

    def _obey(self, command: Command) -> None:
        self._answered += 1
        self._unsaved = True
        self._next_save = time.perf_counter() + QUIET
        was_running, self.running = self.running, False
        if isinstance(command, Start | Step | Reset | NewSeed):
            self._stopped = None
        moved = was_running  # whether there is something newer to show than the last snapshot
        match command:
            case Start():
                self.running = not self.experiment.finished
                if not was_running:
                    self._next_step = 0.0
                    self._since = time.perf_counter()
                moved = False
            case Pause():
                pass
            case Step():
                self._since = time.perf_counter()
                self._advance()
                moved = True
            case Reset() | NewSeed():
                if isinstance(command, NewSeed):
                    self._send_all(self._studies.cancel_range_test())
                self.experiment.reset(command.seed if isinstance(command, NewSeed) else None)
                self.run_number += 1
                self._begin_run()
                moved = True
            case SetLearningRate(lane=lane, rate=rate):
                with suppress(KeyError):  # the lane may have gone since it was asked
                    self.experiment.set_learning_rate(lane, rate)
                if self._catch_up:
                    self._catch_up.set_learning_rate(lane, rate)
                self.running, moved = was_running, False
            case SetLanes(lanes=lanes, copies=copies):
                # What cannot be done has been refused, unless the lanes were others then.
                with suppress(ValueError):
                    self._begin_catching_up(CatchUp(self.experiment, lanes, dict(copies)))
                self.running, moved = was_running, False
            case Cancel():
                self._catch_up = None
                self.running, moved = was_running, False
            case SetStop(stop=stop):
                self.experiment.set_stop(stop)
                self.running, moved = was_running, False
            case BeginRangeTest(lane=lane):
                self._send_all(self._studies.begin_range_test(lane))
                self.running, moved = was_running, False
            case CancelRangeTest():
                self._send_all(self._studies.cancel_range_test())
                self.running, moved = was_running, False
            case SetSpeed(steps_per_second=speed):
                self.pace = replace(self.pace, steps_per_second=speed)
                self.running, moved = was_running, False
                # The next step comes as much sooner as it may; dragging a slider makes no steps by itself.
                soonest = 0.0 if speed is None else time.perf_counter() + 1 / speed
                self._next_step = min(self._next_step, soonest)
            case SetFrameRate(frames_per_second=rate):
                self.pace = replace(self.pace, frames_per_second=rate)
                self.running, moved = was_running, False
        if self.running != was_running or isinstance(command, SetSpeed):
            self._clock.clear()  # what is measured must span neither a pause nor two speeds
        self._report_state()
        if moved:
            self._studies.rested()
            self._report()

    def _send_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.line.send(message)

    def _begin_catching_up(self, catch_up: CatchUp) -> None:
        self._report_steps()  # the new run has those too
        self._catch_up = catch_up
        self._caught_up = CaughtUp(catch_up.newcomers, True, [], [], [])
        self._next_report = 0.0

    def _go_on_catching_up(self, catch_up: CatchUp) -> None:
        """A little, and when that was the last: the new run."""
        if not catch_up.ready():
            news = catch_up.advance()
            self._caught_up.steps.extend(news.steps)
            self._caught_up.evaluations.extend(news.evaluations)
            self._caught_up.observations.extend(news.observations)
            self.evaluations += news.others
            if not catch_up.ready() and time.perf_counter() < self._next_report:
                return
        self._report_steps()
        if catch_up.newcomers:
            self.line.send(self._caught_up)
            self._caught_up = CaughtUp(catch_up.newcomers, False, [], [], [])
        self._next_report = time.perf_counter() + CATCH_UP_INTERVAL
        if catch_up.ready():
            catch_up.arrange()
            self._catch_up = None
            self.run_number += 1
            self._scales = Scales()
            self._watch = Watch(self.experiment.lanes)
            self._studies.begin_run(self.run_number)
            self._clock.clear()
            self._unsaved = True
            self._next_step = 0.0
            self._since = time.perf_counter()
            self.line.send(Arranged(self.run_number, catch_up.origins))
            self._report_state()
            self._report()
        else:
            self._report_state()

    def _report_steps(self) -> None:
        """What has happened, without a picture."""
        if self.steps or self.evaluations or self.observations:
            self._send_progress(with_picture=False)

    def _begin_run(self) -> None:
        self._catch_up = None
        self.steps: list[StepRecord] = []
        self.seconds: list[float] = []
        self._seconds = 0.0
        self._since = time.perf_counter()  # of training, which is not in `_seconds` yet
        self.evaluations: list[EvaluationRecord] = []
        self.observations: list[ObservationRecord] = []
        self._news = False
        self._scales = Scales()
        self._watch = Watch(self.experiment.lanes)
        self._studies.begin_run(self.run_number)
        self._clock: deque[tuple[float, int]] = deque()

    def _advance(self) -> None:
        conditions = [lane.condition for lane in self.experiment.lanes]
        step, evaluations = self.experiment.advance()
        self.steps.append(step)
        self.evaluations += evaluations
        self._news = self._unsaved = True
        now = time.perf_counter()  # monotonic() stands still for 15 ms at a time on some systems
        self._seconds += now - self._since
        self._since = now
        self.seconds.append(self._seconds)
        self._clock.append((now, step.step))
        while len(self._clock) > 2 and self._clock[0][0] < now - SPEED_WINDOW:
            self._clock.popleft()
        if self.pace.steps_per_second is not None:
            self._next_step = _next(self._next_step, now, 1 / self.pace.steps_per_second)
        if self.running:
            self._studies.stepped()
        stop = self.experiment.config.stop
        reason = self._watch.reason(stop, step.step, self.experiment.lanes, evaluations)
        observed = self._observe()
        if self.running and (reason or self.experiment.finished):
            self.running, self._stopped = False, reason
            self._studies.rested()
            self._report_state()
            self._report()
        elif observed or conditions != [lane.condition for lane in self.experiment.lanes]:
            self._report_state()

    def _observe(self) -> bool:
        """A little; whether that was the last of a step."""
        if record := self.experiment.observe():
            self.observations.append(record)
            if self.running:
                self.experiment.respond()
        return record is not None

    def _steps_per_second(self) -> float | None:
        if len(self._clock) < 2:
            return None
        (first, first_step), (last, last_step) = self._clock[0], self._clock[-1]
        return (last_step - first_step) / (last - first)

    def _report_state(self) -> None:
        status: Literal["paused", "running"] = "running" if self.running else "paused"
        conditions = tuple(lane.condition for lane in self.experiment.lanes)
        coming = CatchingUp(self._catch_up.step, self._catch_up.target) if self._catch_up else None
        self.line.send(
            State(
                status,
                self.run_number,
                self.experiment.config,
                conditions,
                tuple(self.experiment.verdicts()),
                self.pace,
                self._answered,
                coming,
                self._stopped,
            )
        )

    def _report_if_due(self) -> None:
        now = time.perf_counter()
        if not (self.running and self._news and now >= self._next_report):
            return
        seen = self._attention.snapshots
        interval = 1 / self.pace.frames_per_second if seen else UNSEEN_INTERVAL
        # What a long step has delayed is made up for with the steps after it, so that the rate is kept.
        self._next_report = max(self._next_report, now - REPORT_DEBT) + interval
        self._send_progress(with_picture=seen)
        self._news = False
        if now >= self._next_checkpoint:
            self._save()

    def _report(self) -> None:
        """All there is to tell, with a picture."""
        self._send_progress(with_picture=True)
        self._news = False
        self._next_report = time.perf_counter() + 1 / self.pace.frames_per_second

    def _send_progress(self, *, with_picture: bool) -> None:
        shown = None
        if with_picture:
            now = 1000 * time.time()
            seen = self._attention
            if not self.running:
                self.experiment.respond()
            snapshot = self.experiment.snapshot(
                seen.quantities, seen.layers | {kernel.layer for kernel in seen.kernels}
            )
            shown = picture(snapshot, self._scales, now, seen.kernels, seen.quantities, exact=not self.running)
        speed = self._steps_per_second()
        self.line.send(
            Progress(self.run_number, self.steps, self.seconds, self.evaluations, shown, speed, self.observations)
        )
        self.steps, self.seconds, self.evaluations, self.observations = [], [], [], []

    def _save(self) -> None:
        """A checkpoint, after all that it contains has been reported."""
        began = time.perf_counter()
        self._report_steps()
        self.line.send(Checkpoint(self.experiment.checkpoint()))
        self._unsaved = False
        now = time.perf_counter()
        self._next_checkpoint = now + max(CHECKPOINT_INTERVAL, (now - began) / CHECKPOINT_SHARE)


def _next(due: float, now: float, interval: float) -> float:
    """When it is due again. Steps are coarse: after a little delay it comes the sooner, so that the rate is kept."""
    return (due if now - due < interval else now) + interval
