"""The inside of a worker process: train, listen, report."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from kernelscope.experiment import (
    CatchUp,
    EvaluationRecord,
    Experiment,
    StepRecord,
    Stopped,
    Wanted,
    Watch,
)
from kernelscope.picture.picture import PLAIN, Picture, Shown, picture
from kernelscope.picture.scale import Scales
from kernelscope.runner.clock import Clock
from kernelscope.runner.line import Line
from kernelscope.runner.newcomers import Newcomers
from kernelscope.source.attention import Attend
from kernelscope.source.commands import (
    BeginRangeTest,
    Cancel,
    CancelRangeTest,
    Command,
    Epoch,
    NewSeed,
    Open,
    Pause,
    Phase,
    Reset,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetSpeed,
    SetStop,
    Settle,
    SetWeight,
    Start,
    Step,
    UndoWeight,
)
from kernelscope.source.reports import Arranged, Attended, Checkpoint, Edit, Message, Phases, Progress, State
from kernelscope.studies.observation import ObservationRecord, Observer
from kernelscope.studies.ration import Ration
from kernelscope.studies.studies import WATCHERS_SHARE, Studies
from kernelscope.studies.verdict import Judge, Verdict

REPORT_DEBT = 0.1
"""Seconds' worth of reports, at most, that are made up for."""
UNSEEN_INTERVAL = 1.0
"""Seconds between reports while nobody sees snapshots."""
CHECKPOINT_INTERVAL = 2.0
"""Seconds between checkpoints while it trains, at least."""
CHECKPOINT_SHARE = 0.01
"""Of the time, at most, for checkpoints."""
QUIET = 0.2
"""Seconds without a command after which a paused experiment makes a checkpoint."""


class Worker:
    """An experiment with a clock and a line to the server.

    `wanted`: the lanes that it is to have.
    """

    def __init__(self, line: Line, experiment: Experiment, opening: Open, wanted: Wanted | None = None) -> None:
        self.line = line
        self.experiment = experiment
        self.run_number = opening.run
        self.pace = opening.pace
        self.running = False
        self._last_run = opening.run  # that has been given out
        self._newcomers: Newcomers | None = None
        self._attention = Attend()
        self._rich_wanted = False  # whether they should get one though there is nothing new
        self._rich = Ration(WATCHERS_SHARE)  # for pictures with what those want who only watch
        self._studies = Studies(experiment, opening.run, self._picture_of)
        self._watch = Watch(experiment.lanes)
        self._judge = Judge(experiment)
        self._stopped: Stopped | None = None
        self._until: int | None = None  # the step after which it pauses, where an epoch was asked for
        self._edit: Edit | None = None
        self._verdicts: list[Verdict] = []  # as they were last reported
        self._answered = 0
        self._settled = False
        self._next_step = 0.0
        self._next_report = 0.0
        self._next_checkpoint = 0.0
        self._unsaved = True
        self._next_save = 0.0
        self._begin_run(opening.seconds)
        if wanted:
            self._catch_up(wanted)

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
            elif self._newcomers:
                self._go_on_catching_up(self._newcomers)
            elif self.running:
                if time.perf_counter() >= self._next_step:
                    self._advance()
                if self._studies.busy:
                    self._send_all(self._studies.advance())
                elif self._studies.spare and self._studies.ration.ready:
                    self._send_all(self._studies.advance_spare())
                self._report_if_due()  # also between the steps of slow motion
            elif self._has_news and time.perf_counter() >= self._next_report:
                self._report()
            elif self._unsaved and time.perf_counter() >= self._next_save:
                self._save()
            elif self._studies.busy:
                self._send_all(self._studies.advance())
            elif self._observer.busy:
                if self._observe():
                    self._send_progress(with_picture=False)
                    self._unsaved = True
            elif self.experiment.evaluating:
                self.evaluations += self.experiment.evaluate()
                if self.evaluations:
                    self._send_progress(with_picture=False)
                    if self._verdicts_differ(tested=True):
                        self._report_state()
                    self._unsaved = True
            elif self._studies.spare:
                self._send_all(self._studies.advance_spare())

    def _seconds_to_wait(self) -> float | None:
        """For a command, before there is something else to do; None: without end."""
        if self._settled:
            return None
        if self._newcomers or self._studies.busy:
            return 0.0
        if self.running:
            due = min([self._next_step, *self._reports_due, *[self._studies.ration.next] * self._studies.spare])
            return max(0.0, due - time.perf_counter())
        if self.experiment.evaluating or self._observer.busy or self._studies.spare:
            return 0.0
        coming = [self._next_save] * self._unsaved + self._reports_due
        return max(0.0, min(coming) - time.perf_counter()) if coming else None

    @property
    def _has_news(self) -> bool:
        return self._news or (self._rich_wanted and self._rich.ready)

    @property
    def _reports_due(self) -> list[float]:
        """When there is to be one, if there is."""
        rich = max(self._next_report, self._rich.next)
        return [self._next_report] * self._news + [rich] * self._rich_wanted

    def _attend(self, attention: Attend) -> None:
        before, self._attention = self._attention, attention
        soon = time.perf_counter() + 1 / self.pace.frames_per_second
        # What was shown at rest is exact, but has not all that is wanted now.
        if not before.control.shown.covers(attention.control.shown) or (
            self.running
            and (attention.control.kernels - before.control.kernels or (attention.snapshots and not before.snapshots))
        ):
            self._next_report = min(self._next_report, soon)
            self._news = True
        if not _all_shown(before).covers(attention.watchers.shown) or (
            self.running and attention.watchers.kernels - before.watchers.kernels
        ):
            self._rich_wanted = True
        self._send_all(self._studies.want(attention.control.subjects, attention.watchers.subjects))
        self.line.send(Attended())

    def _obey(self, command: Command) -> None:
        self._answered += 1
        self._settled = isinstance(command, Settle)
        self._unsaved = True
        self._next_save = time.perf_counter() + QUIET
        was_running, self.running = self.running, False
        if isinstance(command, Start | Step | Phase | Epoch | Reset | NewSeed):
            self._stopped = self._until = None
        moved = was_running  # whether there is something newer to show than the last snapshot
        match command:
            case Start() | Epoch():
                self.running = not self.experiment.finished
                if isinstance(command, Epoch):
                    self._until = self.experiment.epoch_end
                if not was_running:
                    self._next_step = 0.0
                    self._clock.resume()
                moved = False
            case Pause():
                pass
            case Settle():
                moved = False
            case Step() | Phase() if self.line.settling:
                pass
            case Step():
                self._clock.resume()
                self._advance()
                moved = True
            case Phase():
                # What is refused here has been refused before, unless the lanes were others then.
                with suppress(ValueError):
                    if not self.experiment.advance_phase():
                        self._clock.resume()
                        self._advance()
                        moved = True
                self._studies.phased()
            case SetWeight(lane=lane, weight=weight, value=value):
                with suppress(LookupError, ValueError):  # likewise
                    before = self.experiment.set_weight(lane, weight, value)
                    self._edit = Edit(lane, weight, self.experiment.step, before, value)
                self.running, moved = was_running, not was_running
            case UndoWeight():
                if edit := self._undoable:
                    with suppress(LookupError, ValueError):
                        self.experiment.set_weight(edit.lane, edit.weight, edit.before)
                    self._edit = None
                self.running, moved = was_running, not was_running
            case Reset() | NewSeed():
                if isinstance(command, NewSeed):
                    self._send_all(self._studies.cancel_range_test())
                self.experiment.reset(command.seed if isinstance(command, NewSeed) else None)
                self.run_number = self._next_run()
                self._begin_run()
                moved = True
            case SetLearningRate(lane=lane, rate=rate):
                with suppress(KeyError):  # the lane may have gone since it was asked
                    self.experiment.set_learning_rate(lane, rate)
                if self._newcomers:
                    self._newcomers.catch_up.set_learning_rate(lane, rate)
                self.running, moved = was_running, False
            case SetLanes(lanes=lanes, copies=copies):
                self.experiment.abandon_phases()
                self._catch_up(Wanted(lanes, dict(copies)))
                self._report_steps()  # the new run has those too
                self.running, moved = was_running, False
            case Cancel():
                self._newcomers = None
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
            self._clock.forget_speed()
        self._report_state()
        if self._settled:
            self._save()
        elif moved:
            self._studies.rested()
            self._report()

    def _send_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.line.send(message)

    def _catch_up(self, wanted: Wanted) -> None:
        with suppress(ValueError):  # what cannot be done has been refused, unless the lanes were others then
            catch_up = CatchUp(self.experiment, *wanted)
            self._newcomers = Newcomers(self._next_run(), catch_up)

    def _go_on_catching_up(self, newcomers: Newcomers) -> None:
        """A little, and when that was the last: the new run."""
        if not newcomers.advance():
            return
        self.evaluations += newcomers.evaluations
        newcomers.evaluations = []
        self._report_steps()
        self._send_all(newcomers.report())
        if newcomers.catch_up.ready():
            newcomers.catch_up.arrange()
            self.run_number = newcomers.run
            self._begin_run(self._clock.seconds)
            self._next_step, self._unsaved = 0.0, False
            self._report_state(Arranged(newcomers.catch_up.origins, self.experiment.checkpoint()))
            self._report()
        else:
            self._report_state()

    def _report_steps(self) -> None:
        """What has happened, without a picture."""
        if self.steps or self.evaluations or self.observations:
            self._send_progress(with_picture=False)

    def _next_run(self) -> int:
        self._last_run += 1
        return self._last_run

    def _begin_run(self, seconds: float = 0.0) -> None:
        self._newcomers = self._edit = None
        self.steps: list[StepRecord] = []
        self.seconds: list[float] = []
        self.evaluations: list[EvaluationRecord] = []
        self.observations: list[ObservationRecord] = []
        self._news = False
        self._scales = Scales()
        self._watch = Watch(self.experiment.lanes)
        self._observer = Observer(self.experiment)
        self._studies.begin_run(self.run_number)
        self._clock = Clock(seconds)

    def _advance(self) -> None:
        before = self._changeable
        step, evaluations = self.experiment.advance()
        self._observer.stepped()
        self.steps.append(step)
        self.evaluations += evaluations
        self._news = self._unsaved = True
        now = self._clock.stepped(step.step)
        self.seconds.append(self._clock.seconds)
        if self.pace.steps_per_second is not None:
            self._next_step = _next(self._next_step, now, 1 / self.pace.steps_per_second)
        if self.running:
            self._studies.stepped()
        stop = self.experiment.config.stop
        reason = self._watch.reason(stop, step.step, self.experiment.lanes, evaluations)
        self._observe()
        if self.running and (reason or self.experiment.finished or step.step == self._until):
            self.running, self._stopped = False, reason
            self._studies.rested()
            self._report_state()
            self._report()
        elif self._verdicts_differ(tested=bool(evaluations)) or before != self._changeable:
            self._report_state()

    @property
    def _changeable(self) -> tuple[object, ...]:
        """What a step may change of the state, besides the verdicts."""
        return [lane.condition for lane in self.experiment.lanes], self.experiment.phased, self._undoable

    def _verdicts_differ(self, *, tested: bool) -> bool:
        """Whether they are other ones than have been reported; their numbers change with a test only."""
        now = self._judge.verdicts()
        return (tested and now != self._verdicts) or [one.kind for one in now] != [one.kind for one in self._verdicts]

    def _observe(self) -> bool:
        """A little; whether that was the last of a step."""
        if record := self._observer.advance():
            self.observations.append(record)
            if self.running:
                self.experiment.respond()
        return record is not None

    def _report_state(self, arranged: Arranged | None = None) -> None:
        status: Literal["paused", "running"] = "running" if self.running else "paused"
        conditions = tuple(lane.condition for lane in self.experiment.lanes)
        phased = self.experiment.phased
        self._verdicts = self._judge.verdicts()
        self.line.send(
            State(
                status,
                self.run_number,
                self.experiment.config,
                conditions,
                tuple(self._verdicts),
                self.pace,
                self._answered,
                self._newcomers.place if self._newcomers else None,
                self._stopped,
                Phases(phased.done, len(phased.stages)) if phased else None,
                self.experiment.edits,
                self._undoable,
                arranged,
            )
        )

    @property
    def _undoable(self) -> Edit | None:
        return self._edit if self._edit and self._edit.step == self.experiment.step else None

    def _report_if_due(self) -> None:
        now = time.perf_counter()
        if not (self.running and self._has_news and now >= self._next_report):
            return
        seen = self._attention.snapshots
        interval = 1 / self.pace.frames_per_second if seen else UNSEEN_INTERVAL
        # What a long step has delayed is made up for with the steps after it, so that the rate is kept.
        self._next_report = max(self._next_report, now - REPORT_DEBT) + interval
        self._send_progress(with_picture=seen, rich=self._rich.ready)
        self._news = False
        if now >= self._next_checkpoint:
            self._save()

    def _report(self) -> None:
        """All there is to tell, with a picture."""
        self._send_progress(with_picture=True)
        self._news = False
        self._next_report = time.perf_counter() + 1 / self.pace.frames_per_second

    def _send_progress(self, *, with_picture: bool, rich: bool = True) -> None:
        """`rich`: with what those want who only watch."""
        shown = None
        if with_picture:
            if not self.running:
                self.experiment.respond()
            if rich:
                self._rich_wanted = False
            if rich and self._attention.watchers.shown != PLAIN:
                with self._rich.spending():
                    shown = self._picture(_all_shown(self._attention))
            else:
                shown = self._picture(self._attention.control.shown)
        speed = self._clock.steps_per_second
        self.line.send(
            Progress(self.run_number, self.steps, self.seconds, self.evaluations, shown, speed, self.observations)
        )
        self.steps, self.seconds, self.evaluations, self.observations = [], [], [], []

    def _picture(self, shown: Shown) -> Picture:
        now, seen = 1000 * time.time(), self._attention
        snapshot = self.experiment.snapshot(*shown)
        kernels, shared = seen.control.kernels | seen.watchers.kernels, seen.control.shown
        return picture(snapshot, self._scales, now, kernels, shown, shared, exact=not self.running)

    def _picture_of(self, step: int, shown: Shown) -> Picture:
        """An earlier step, in the colours of now."""
        snapshot = self.experiment.past(step, *shown)
        return picture(snapshot, self._scales.copy(), 1000 * time.time(), (), shown, exact=True)

    def _save(self) -> None:
        """A checkpoint, after all that it contains has been reported."""
        began = time.perf_counter()
        self._report_steps()
        wanted = self._newcomers.catch_up.wanted if self._newcomers else None
        self.line.send(Checkpoint(self.experiment.checkpoint(wanted)))
        self._unsaved = False
        now = time.perf_counter()
        self._next_checkpoint = now + max(CHECKPOINT_INTERVAL, (now - began) / CHECKPOINT_SHARE)


def _all_shown(attention: Attend) -> Shown:
    return attention.control.shown.with_all(attention.watchers.shown)


def _next(due: float, now: float, interval: float) -> float:
    """When it is due again. Steps are coarse: after a little delay it comes the sooner, so that the rate is kept."""
    return (due if now - due < interval else now) + interval
