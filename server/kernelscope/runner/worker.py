"""The inside of a worker process: train, listen, report."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Literal

from kernelscope.experiment import (
    CatchUp,
    Experiment,
    Stopped,
    Wanted,
    Watch,
)
from kernelscope.runner.line import Line
from kernelscope.runner.newcomers import Newcomers
from kernelscope.runner.pacing import Pacing
from kernelscope.runner.reporter import Reporter
from kernelscope.runner.saving import Saving
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
from kernelscope.source.reports import Arranged, Attended, Checkpoint, Edit, Message, Phases, State
from kernelscope.studies.observation import Observer
from kernelscope.studies.studies import Studies
from kernelscope.studies.verdict import Judge, Verdict


class Worker:
    """An experiment with a clock and a line to the server.

    Args:
        line: to the server.
        experiment: that it trains.
        opening: as which run, and how fast.
        wanted: the lanes that it is to have.
        now: tells the time, in seconds.
    """

    def __init__(
        self,
        line: Line,
        experiment: Experiment,
        opening: Open,
        wanted: Wanted | None = None,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.line = line
        self.experiment = experiment
        self.run_number = opening.run
        self.running = False
        self._now = now
        self._last_run = opening.run  # that has been given out
        self._newcomers: Newcomers | None = None
        self._pacing = Pacing(opening.pace, now)
        self._reporter = Reporter(line, experiment, self._pacing, now)
        self._saving = Saving(now)
        self._studies = Studies(experiment, opening.run, self._reporter.picture_of, now)
        self._watch = Watch(experiment.lanes)
        self._judge = Judge(experiment)
        self._stopped: Stopped | None = None
        self._until: int | None = None  # the step after which it pauses, where an epoch was asked for
        self._edit: Edit | None = None
        self._verdicts: list[Verdict] = []  # as they were last reported
        self._answered = 0
        self._settled = False
        self._begin_run(opening.seconds)
        if wanted:
            self._catch_up(wanted)

    def run(self) -> None:
        """Until the server is gone (`ServerGone`)."""
        self._report_state()
        self._reporter.report(running=False)
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
                if self._pacing.due:
                    self._advance()
                if self._studies.busy:
                    self._send_all(self._studies.advance())
                elif self._studies.spare and self._studies.ration.ready:
                    self._send_all(self._studies.advance_spare())
                self._report_if_due()  # also between the steps of slow motion
            elif self._reporter.due:
                self._reporter.report(running=False)
            elif self._saving.due_at_rest:
                self._save()
            elif self._studies.busy:
                self._send_all(self._studies.advance())
            elif self._observer.busy:
                if self._observe():
                    self._reporter.report_records()
                    self._saving.unsaved = True
            elif self.experiment.evaluating:
                self._reporter.evaluations += self.experiment.evaluate()
                if self._reporter.evaluations:
                    self._reporter.report_records()
                    if self._verdicts_differ(tested=True):
                        self._report_state()
                    self._saving.unsaved = True
            elif self._studies.spare:
                self._send_all(self._studies.advance_spare())

    def _seconds_to_wait(self) -> float | None:
        """For a command, before there is something else to do; None: without end."""
        if self._settled:
            return None
        if self._newcomers or self._studies.busy:
            return 0.0
        if self.running:
            spare = [self._studies.ration.next] * self._studies.spare
            return max(0.0, min([self._pacing.next_step, *self._reporter.times, *spare]) - self._now())
        if self.experiment.evaluating or self._observer.busy or self._studies.spare:
            return 0.0
        coming = [self._saving.quiet_at] * self._saving.unsaved + self._reporter.times
        return max(0.0, min(coming) - self._now()) if coming else None

    def _attend(self, attention: Attend) -> None:
        self._reporter.attend(attention, running=self.running)
        self._send_all(self._studies.want(attention.control.subjects, attention.watchers.subjects))
        self.line.send(Attended())

    def _obey(self, command: Command) -> None:
        self._answered += 1
        self._settled = isinstance(command, Settle)
        self._saving.commanded()
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
                    self._pacing.at_once()
                    self._pacing.clock.resume()
                moved = False
            case Pause():
                pass
            case Settle():
                moved = False
            case Step() | Phase() if self.line.settling:
                pass
            case Step():
                self._pacing.clock.resume()
                self._advance()
                moved = True
            case Phase():
                # What is refused here has been refused before, unless the lanes were others then.
                with suppress(ValueError):
                    if not self.experiment.advance_phase():
                        self._pacing.clock.resume()
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
            case SetLanes():
                self.experiment.abandon_phases()
                self._catch_up(command.wanted)
                self._reporter.report_records()  # the new run has those too
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
                self._pacing.set_speed(speed)
                self.running, moved = was_running, False
            case SetFrameRate(frames_per_second=rate):
                self._pacing.set_frame_rate(rate)
                self.running, moved = was_running, False
        if self.running != was_running or isinstance(command, SetSpeed):
            self._pacing.clock.forget_speed()
        self._report_state()
        if self._settled:
            self._save()
        elif moved:
            self._studies.rested()
            self._reporter.report(running=self.running)

    def _send_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.line.send(message)

    def _catch_up(self, wanted: Wanted) -> None:
        with suppress(ValueError):  # what cannot be done has been refused, unless the lanes were others then
            catch_up = CatchUp(self.experiment, *wanted)
            self._newcomers = Newcomers(self._next_run(), catch_up, self._now)

    def _go_on_catching_up(self, newcomers: Newcomers) -> None:
        """A little, and when that was the last: the new run."""
        if not newcomers.advance():
            return
        self._reporter.evaluations += newcomers.evaluations
        newcomers.evaluations = []
        self._reporter.report_records()
        self._send_all(newcomers.report())
        if newcomers.catch_up.ready():
            newcomers.catch_up.arrange()
            self.run_number = newcomers.run
            self._begin_run(self._pacing.clock.seconds)
            self._pacing.at_once()
            self._saving.unsaved = False
            self._report_state(Arranged(newcomers.catch_up.origins, self.experiment.checkpoint()))
            self._reporter.report(running=self.running)
        else:
            self._report_state()

    def _next_run(self) -> int:
        self._last_run += 1
        return self._last_run

    def _begin_run(self, seconds: float = 0.0) -> None:
        self._newcomers = self._edit = None
        self._reporter.begin_run(self.run_number)
        self._pacing.begin_run(seconds)
        self._watch = Watch(self.experiment.lanes)
        self._observer = Observer(self.experiment)
        self._studies.begin_run(self.run_number)

    def _advance(self) -> None:
        before = self._changeable
        step, evaluations = self.experiment.advance()
        self._observer.stepped()
        self._reporter.stepped(step, self._pacing.stepped(step.step), evaluations)
        self._saving.unsaved = True
        if self.running:
            self._studies.stepped()
        stop = self.experiment.config.stop
        reason = self._watch.reason(stop, step.step, self.experiment.lanes, evaluations)
        self._observe()
        if self.running and (reason or self.experiment.finished or step.step == self._until):
            self.running, self._stopped = False, reason
            self._studies.rested()
            self._report_state()
            self._reporter.report(running=False)
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
            self._reporter.observations.append(record)
            if self.running:
                self._reporter.respond()
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
                self._pacing.pace,
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
        if self.running and self._reporter.due:
            self._reporter.report_in_training()
            if self._saving.due_in_training:
                self._save()

    def _save(self) -> None:
        """A checkpoint, after all that it contains has been reported."""
        with self._saving.saving():
            self._reporter.report_records()
            wanted = self._newcomers.catch_up.wanted if self._newcomers else None
            self.line.send(Checkpoint(self.experiment.checkpoint(wanted)))
