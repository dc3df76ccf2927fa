"""The training of one experiment: making steps and reporting them."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import inf
from typing import Literal

from kernelscope.experiment import CatchUp, EvaluationRecord, Experiment, KeptRun, Stopped, Wanted, Watch
from kernelscope.experiment.place import Weight
from kernelscope.runner.line import Line
from kernelscope.runner.newcomers import Newcomers
from kernelscope.runner.pacing import Pacing
from kernelscope.runner.reporter import Reporter
from kernelscope.runner.saving import Saving
from kernelscope.runner.undoing import Earlier, Undoing, replaced_by
from kernelscope.source.commands import Open
from kernelscope.source.reports import Arranged, Checkpoint, Edit, Message, Phases, Restored, State
from kernelscope.studies.observation import Observer
from kernelscope.studies.studies import Studies
from kernelscope.studies.verdict import Judge, Verdict

IDLE = 0.25
"""Seconds until the next step from which there is time for something else: about that of a few small pieces."""


class Training:
    """An experiment with its pace, its reports, its studies and its checkpoints.

    Args:
        line: the pipe to the server.
        experiment: the experiment to train.
        opening: the run's number, its pace, and its training time so far.
        now: returns the time in seconds.
        memory: the bytes that the process may use.

    Attributes:
        running: whether it trains until something stops it.
        newcomers: new lanes that are catching up, where there are any.
        stopped: why it has paused by itself; None: it has not.
        until: the step after which it pauses; None: no epoch was asked for.
        answered: how many commands have been obeyed.
    """

    def __init__(
        self,
        line: Line,
        experiment: Experiment,
        opening: Open,
        now: Callable[[], float] = time.perf_counter,
        memory: float = inf,
    ) -> None:
        self.line = line
        self.experiment = experiment
        self.run_number = opening.run
        self.running = False
        self.newcomers: Newcomers | None = None
        self.stopped: Stopped | None = None
        self.until: int | None = None
        self.answered = 0
        self.pacing = Pacing(opening.pace, now)
        self.reporter = Reporter(line, experiment, self.pacing, now)
        self.saving = Saving(now)
        self.studies = Studies(experiment, opening.run, now)
        self._now = now
        self._last_run = opening.run  # the highest number given to a run
        self._edit: Edit | None = None
        self._undoing = Undoing(memory)
        self._unwatched: list[EvaluationRecord] = []  # finished between steps of a training
        self._judge = Judge(experiment)
        self._verdicts: list[Verdict] = []  # as last reported
        self.begin_run(opening.seconds)

    def send_all(self, messages: Iterable[Message]) -> None:
        """Send all of the messages."""
        for message in messages:
            self.line.send(message)

    def catch_up(self, wanted: Wanted) -> None:
        """Start training new lanes, which join once they have caught up with the others."""
        with suppress(ValueError):  # the command was checked, but against lanes that may have changed since
            catch_up = CatchUp(self.experiment, *wanted)
            self.newcomers = Newcomers(self._next_run(), catch_up, self._now)

    def go_on_catching_up(self, newcomers: Newcomers) -> None:
        """Do a little of the catching up, and start the new run when it is done."""
        if not newcomers.advance():
            return
        self.reporter.evaluations += newcomers.evaluations
        newcomers.evaluations = []
        self.reporter.report_records()
        self.send_all(newcomers.report())
        if newcomers.catch_up.ready():
            replaced = replaced_by(self.experiment.config.lanes, newcomers.catch_up.wanted.lanes)
            earlier = self._present()
            newcomers.catch_up.arrange()
            self._undoing.keep(replaced, earlier)  # only now: the lanes that stay have the keyframes that it may drop
            self.run_number = newcomers.run
            self.begin_run(self.pacing.clock.seconds)
            self.pacing.at_once()
            self.saving.unsaved = False
            self.report_state(Arranged(newcomers.catch_up.origins, self.experiment.checkpoint()))
            self.reporter.report(running=self.running)
        else:
            self.report_state()

    def _next_run(self) -> int:
        self._last_run += 1
        return self._last_run

    def reset(self, seed: int | None) -> None:
        """Start another run at step 0; with `seed`, from other weights."""
        self._undoing.keep("reset" if seed is None else "new_seed", self._present())
        self.experiment.reset(seed)
        self.run_number = self._next_run()
        self.begin_run()

    def undo(self, run: int) -> bool:
        """Go back, paused, to the kept run if it has this number, and keep the present one. Return whether it has."""
        undone = self._undoing.undoable
        if not undone or not (earlier := self._undoing.take(run)):
            return False
        seed = self.experiment.seed
        self._undoing.keep("redo" if undone.of == "undo" else "undo", self._present())
        self.running, self.stopped, self.until = False, None, None
        earlier.kept.bring_back()
        if self.experiment.seed != seed:
            self.reporter.tell(self.studies.cancel())
        self.run_number = self._next_run()
        self.begin_run(earlier.seconds)
        self.reporter.scales, self._edit = earlier.scales, earlier.edit
        self._watch, self._observer = earlier.watch, earlier.observer
        self.report_state(restored=Restored(run, self.experiment.checkpoint()))
        return True

    def _present(self) -> Earlier:
        """Return the present run, which another is about to take the place of, after reporting all of it."""
        self.reporter.report_records()
        kept, seconds = KeptRun(self.experiment), self.pacing.clock.seconds
        return Earlier(self.run_number, kept, seconds, self.reporter.scales, self._observer, self._watch, self._edit)

    def begin_run(self, seconds: float = 0.0) -> None:
        """Reset what belongs to a run. The one that starts has trained for `seconds` already."""
        self.newcomers = self._edit = None
        self._unwatched = []
        self.reporter.begin_run(self.run_number)
        self.pacing.begin_run(seconds)
        self._watch = Watch(self.experiment.lanes)
        self._observer = Observer(self.experiment)
        self.studies.begin_run(self.run_number)

    def advance(self) -> None:
        """Make a step."""
        before = self._changeable
        step, evaluations = self.experiment.advance()
        self._observer.stepped()
        self.reporter.stepped(step, self.pacing.stepped(step.step), evaluations)
        self.saving.unsaved = True
        if self.running:
            self.studies.stepped()
        if evaluations:
            self.studies.tested()
        stop = self.experiment.config.stop
        reason = self._watch.reason(stop, step.step, self.experiment.lanes, [*self._unwatched, *evaluations])
        self._unwatched = []
        self._observe()
        if self.running and (reason or self.experiment.finished or step.step == self.until):
            self.running, self.stopped = False, reason
            self.studies.rested()
            self.report_state()
            self.reporter.report(running=False)
        elif self._verdicts_differ(tested=bool(evaluations)) or before != self._changeable:
            self.report_state()

    @property
    def _changeable(self) -> tuple[object, ...]:
        """The parts of the state that a step may change, besides the verdicts."""
        return [lane.condition for lane in self.experiment.lanes], self.experiment.phased, self._undoable

    def _verdicts_differ(self, *, tested: bool) -> bool:
        """Tell whether the verdicts differ from those last reported; their numbers count only after a test."""
        now = self._judge.verdicts()
        return (tested and now != self._verdicts) or [one.kind for one in now] != [one.kind for one in self._verdicts]

    @property
    def looking(self) -> bool:
        """Whether anything of the last step is still to be observed or, where it rests, to be evaluated."""
        return self._observer.busy or self.experiment.evaluating or (not self.running and self.experiment.untested)

    @property
    def idle(self) -> bool:
        """Whether it trains so slowly that there is time to look between two steps."""
        return self.running and self.looking and self.pacing.next_step - self._now() > IDLE

    def look(self) -> None:
        """Do a little of the observing, or else of the evaluating, and report finished results."""
        if self._observer.busy:
            if self._observe():
                self.reporter.report_records()
                self.saving.unsaved = True
            return
        if not self.experiment.evaluating:
            self.experiment.test_at_rest()
        evaluations = self.experiment.evaluate()
        self.reporter.evaluations += evaluations
        if evaluations:
            self.studies.tested()
        if self.running:
            self._unwatched += evaluations
        if self.reporter.evaluations:
            self.reporter.report_records()
            if self._verdicts_differ(tested=True):
                self.report_state()
            self.saving.unsaved = True

    def _observe(self) -> bool:
        """Do a little of the observing. Return whether it finished a step."""
        if record := self._observer.advance():
            self.reporter.observations.append(record)
            if self.running:
                self.reporter.respond()
        return record is not None

    def set_learning_rate(self, lane: str, rate: float) -> None:
        """Set a lane's learning rate from the next step on, also where the lane is catching up."""
        with suppress(KeyError):  # the lane may have been removed since the command was checked
            self.experiment.set_learning_rate(lane, rate)
        if self.newcomers:
            self.newcomers.catch_up.set_learning_rate(lane, rate)

    def set_weight(self, lane: str, weight: Weight, value: float) -> None:
        """Change a weight by hand."""
        with suppress(LookupError, ValueError):  # the command was checked, but the lanes may have changed since
            before = self.experiment.set_weight(lane, weight, value)
            self._edit = Edit(lane, weight, self.experiment.step, before, value)
            self.studies.edited()

    def undo_weight(self) -> None:
        """Undo the last change by hand, if no step has been made since."""
        if edit := self._undoable:
            with suppress(LookupError, ValueError):
                self.experiment.set_weight(edit.lane, edit.weight, edit.before)
                self.studies.edited()
            self._edit = None

    def report_state(self, arranged: Arranged | None = None, restored: Restored | None = None) -> None:
        """Report the present state, at first of a run that continues another: how it does that."""
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
                self.pacing.pace,
                self.answered,
                self.newcomers.place if self.newcomers else None,
                self.stopped,
                Phases(phased.done, len(phased.stages)) if phased else None,
                self.experiment.edits,
                self._undoable,
                arranged,
                self._undoing.undoable,
                restored,
            )
        )

    @property
    def _undoable(self) -> Edit | None:
        return self._edit if self._edit and self._edit.step == self.experiment.step else None

    def report_if_due(self) -> None:
        """Report what has happened, if that is due, between the steps of a running training."""
        if self.running and self.reporter.due:
            self.reporter.report_in_training()
            if self.saving.due_in_training:
                self.save()

    def save(self) -> None:
        """Send a checkpoint, after reporting everything that it contains."""
        with self.saving.saving():
            self.reporter.report_records()
            wanted = self.newcomers.catch_up.wanted if self.newcomers else None
            self.line.send(Checkpoint(self.experiment.checkpoint(wanted)))
