"""The main loop of a worker process, and how it obeys commands."""

import time
from collections.abc import Callable
from contextlib import suppress
from math import inf

from kernelscope.experiment import Experiment, Wanted
from kernelscope.runner.line import Line
from kernelscope.runner.training import Training
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
    Save,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetSpeed,
    SetStop,
    Settle,
    SetWeight,
    Start,
    Step,
    Undo,
    UndoWeight,
)
from kernelscope.source.reports import Attended
from kernelscope.studies.range_test import RangeStudy


class Worker:
    """Trains an experiment as commands from the server say.

    Args:
        line: the pipe to the server.
        experiment: the experiment to train.
        opening: the run's number, its pace, and its training time so far.
        wanted: lanes that were catching up at the checkpoint; None: there were none.
        now: returns the time in seconds.
        memory: the bytes that the process may use.
    """

    def __init__(
        self,
        line: Line,
        experiment: Experiment,
        opening: Open,
        wanted: Wanted | None = None,
        now: Callable[[], float] = time.perf_counter,
        memory: float = inf,
    ) -> None:
        self.line = line
        self.training = Training(line, experiment, opening, now, memory)
        self._now = now
        self._settled = False
        if wanted:
            self.training.catch_up(wanted)

    def run(self) -> None:
        """Train and obey commands without end.

        Raises:
            ServerGone: the pipe to the server has closed.
        """
        training = self.training
        training.report_state()
        training.reporter.report(running=False)
        while True:
            # All waiting commands come before any work.
            if self.line.waiting(self._seconds_to_wait()):
                message = self.line.receive()
                if isinstance(message, Attend):
                    self._attend(message)
                else:
                    assert not isinstance(message, Open), message
                    self._obey(message)
            elif training.newcomers:
                training.go_on_catching_up(training.newcomers)
            elif training.running:
                self._train()
            elif training.reporter.due:
                training.reporter.report(running=False)
            elif training.saving.due_at_rest:
                training.save()
            elif training.studies.busy:
                training.reporter.tell(training.studies.advance())
            elif training.looking:
                training.look()
            elif training.studies.spare:
                training.reporter.tell(training.studies.advance_spare())

    def _train(self) -> None:
        """Make a step if one is due; then let the studies compute a little, and report."""
        training, studies = self.training, self.training.studies
        if training.pacing.due:
            training.advance()
        if studies.busy:
            training.reporter.tell(studies.advance())
        elif training.idle:
            training.look()
        if self._now() >= studies.spare_at:
            training.reporter.tell(studies.advance_spare())
        training.report_if_due()  # in slow motion, also between steps

    def _seconds_to_wait(self) -> float | None:
        """Return how long to wait for a command before there is other work; None: without limit."""
        training, studies = self.training, self.training.studies
        if self._settled:
            return None
        if training.newcomers or studies.busy or training.idle:
            return 0.0
        if training.running:
            soonest = min([training.pacing.next_step, *training.reporter.times, studies.spare_at])
            return max(0.0, soonest - self._now())
        if training.looking or studies.spare:
            return 0.0
        coming = [training.saving.quiet_at] * training.saving.unsaved + training.reporter.times
        return max(0.0, min(coming) - self._now()) if coming else None

    def _attend(self, attention: Attend) -> None:
        training = self.training
        training.experiment.images.own = {image.index: image for image in attention.own}
        training.reporter.attend(attention, running=training.running)
        training.reporter.tell(training.studies.want(attention.control.subjects, attention.watchers.subjects))
        self.line.send(Attended())
        training.report_if_due()  # before the next step: somebody may be drawing

    def _obey(self, command: Command) -> None:
        training = self.training
        training.answered += 1
        training.saving.commanded()
        self._settled = isinstance(command, Settle)
        was_running = training.running
        if isinstance(command, Start | Pause | Step | Phase | Epoch | Reset | NewSeed | Settle):
            moved = self._go(command)
        elif isinstance(command, Undo):
            moved = training.undo(command.run)
        else:
            self._set(command)
            moved = isinstance(command, SetWeight | UndoWeight) and not was_running
        if training.running != was_running or isinstance(command, SetSpeed):
            training.pacing.clock.forget_speed()
        training.report_state()
        if isinstance(command, Settle | Save):
            training.save()
        elif moved:
            training.studies.rested()
            training.reporter.report(running=training.running)

    def _go(self, command: Start | Pause | Step | Phase | Epoch | Reset | NewSeed | Settle) -> bool:
        """Train or pause. Return whether there is anything newer than the last snapshot."""
        training = self.training
        was_running, training.running = training.running, False
        if not isinstance(command, Pause | Settle):
            training.stopped = training.until = None
        match command:
            case Start() | Epoch():
                training.running = not training.experiment.finished
                if isinstance(command, Epoch):
                    training.until = training.experiment.epoch_end
                if not was_running:
                    training.pacing.at_once()
                    training.pacing.clock.resume()
                return False
            case Settle():
                return False
            case Step() if not self.line.settling:
                training.pacing.clock.resume()
                training.advance()
                return True
            case Phase() if not self.line.settling:
                return self._phase() or was_running
            case Reset() | NewSeed():
                if isinstance(command, NewSeed):
                    training.reporter.tell(training.studies.cancel())
                training.reset(command.seed if isinstance(command, NewSeed) else None)
                return True
        return was_running

    def _phase(self) -> bool:
        """Make one stage of a step. Return whether that finished the step."""
        training, stepped = self.training, False
        # The command was checked, but against a state that may have changed since.
        with suppress(ValueError):
            if not training.experiment.advance_phase():
                training.pacing.clock.resume()
                training.advance()
                stepped = True
        training.studies.phased()
        return stepped

    def _set(self, command: Command) -> None:
        """Change a setting or start some side work. Whether it trains or rests stays as it was."""
        training = self.training
        match command:
            case SetWeight(lane=lane, weight=weight, value=value):
                training.set_weight(lane, weight, value)
            case UndoWeight():
                training.undo_weight()
            case SetLearningRate(lane=lane, rate=rate):
                training.set_learning_rate(lane, rate)
            case SetLanes():
                training.experiment.abandon_phases()
                training.catch_up(command.wanted)
                training.reporter.report_records()  # the new run has those too
            case Cancel():
                training.newcomers = None
            case SetStop(stop=stop):
                training.experiment.set_stop(stop)
            case BeginRangeTest(lane=lane):
                if tested := training.experiment.lane(lane):
                    training.reporter.tell(
                        training.studies.begin(RangeStudy(training.experiment, tested.config, self._now))
                    )
            case CancelRangeTest():
                training.reporter.tell(training.studies.cancel())
            case SetSpeed(steps_per_second=speed):
                training.pacing.set_speed(speed)
            case SetFrameRate(frames_per_second=rate):
                training.pacing.set_frame_rate(rate)
