"""Reports of a training: every step, and pictures of what viewers see."""

import time
from collections.abc import Callable, Iterable, Sequence
from math import inf

from kernelscope.experiment import EvaluationRecord, Experiment, StepRecord
from kernelscope.picture.picture import Picture, picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import past_of, snapshot_of
from kernelscope.runner.line import Line
from kernelscope.runner.pacing import Pacing
from kernelscope.source.attention import Attend
from kernelscope.source.reports import Found, Progress
from kernelscope.studies import payload
from kernelscope.studies.finding import Finding
from kernelscope.studies.health import Responding, responding
from kernelscope.studies.observation import ObservationRecord
from kernelscope.studies.ration import Ration
from kernelscope.studies.shown import PLAIN, FrameOf, Shown
from kernelscope.studies.studies import WATCHERS_SHARE

DEBT = 0.1
"""Seconds of delay, at most, for which reports are made up."""
UNSEEN_INTERVAL = 1.0
"""Seconds between reports while nobody sees snapshots."""


class Reporter:
    """Collects the results of a training and reports them when they are due.

    Attributes:
        attention: what viewers see.
        evaluations: unreported evaluations, to which others may be added.
        observations: unreported observations, likewise.
        scales: the colour scales of the run.
    """

    def __init__(self, line: Line, experiment: Experiment, pacing: Pacing, now: Callable[[], float]) -> None:
        self.attention = Attend()
        self._line = line
        self._experiment = experiment
        self._pacing = pacing
        self._now = now
        self._next = 0.0
        self._answer = inf  # when a picture about an image that is newly wanted is due
        self._answered = -inf  # when there was the last of these
        self._rich_wanted = False  # whether watchers are due a picture even without news
        self._rich = Ration(WATCHERS_SHARE, now)  # the time for pictures with what watchers want
        self.begin_run(0)

    def begin_run(self, run: int) -> None:
        """Start over with a run in which nothing has happened yet."""
        self._run = run
        self.scales = Scales()
        self._responding: Responding | None = None
        self._news = False
        self._forget()

    def _forget(self) -> None:
        self._steps: list[StepRecord] = []
        self._seconds: list[float] = []
        self.evaluations: list[EvaluationRecord] = []
        self.observations: list[ObservationRecord] = []

    def stepped(self, step: StepRecord, seconds: float, evaluations: Sequence[EvaluationRecord]) -> None:
        """Add a step that was finished after `seconds` of training in this run."""
        self._steps.append(step)
        self._seconds.append(seconds)
        self.evaluations += evaluations
        self._news = True

    def attend(self, attention: Attend, *, running: bool) -> None:
        """Note what viewers see now, and schedule a picture where the last one lacks something wanted."""
        before, self.attention = self.attention, attention
        # At rest the last picture is exact, but it may lack what is wanted now.
        if not before.control.shown.covers(attention.control.shown) or (
            running
            and (attention.control.kernels - before.control.kernels or (attention.snapshots and not before.snapshots))
        ):
            self._next = min(self._next, self._now() + self._pacing.frame_interval)
            self._news = True
        # What has just been drawn or chosen is answered at once, if only as often as pictures come anyway.
        if set(attention.control.shown.images) - set(before.control.shown.images):
            self._answer = max(self._now(), self._answered + self._pacing.frame_interval)
        if not _all_shown(before).covers(attention.watchers.shown) or (
            running and attention.watchers.kernels - before.watchers.kernels
        ):
            self._rich_wanted = True

    @property
    def due(self) -> bool:
        """Whether there is something to report and it is time to."""
        now = self._now()
        has_news = self._news or (self._rich_wanted and self._rich.ready)
        return (has_news and now >= self._next) or now >= self._answer

    @property
    def times(self) -> list[float]:
        """The times at which reports will be due; empty: none is pending."""
        rich = max(self._next, self._rich.next)
        return [self._next] * self._news + [rich] * self._rich_wanted + [self._answer] * (self._answer < inf)

    def report_in_training(self) -> None:
        """Report what has happened, with a picture where anybody sees it."""
        seen = self.attention.snapshots
        interval = self._pacing.frame_interval if seen else UNSEEN_INTERVAL
        # Reports that a long step has delayed are made up for after it, which keeps the frame rate; and one that came
        # early, as an answer, takes the place of the next.
        now = self._now()
        self._next = min(max(self._next, now - DEBT), now + interval) + interval
        self._note_answer()
        self._send(self._picture(running=True, rich=self._rich.ready) if seen else None)
        self._news = False

    def report(self, *, running: bool) -> None:
        """Report what has happened, with a picture."""
        self._note_answer()
        self._send(self._picture(running=running))
        self._news = False
        self._next = self._now() + self._pacing.frame_interval

    def report_records(self) -> None:
        """Report what has happened, if anything, without a picture."""
        if self._steps or self.evaluations or self.observations:
            self._send(None)

    def respond(self) -> None:
        """Run the probe images through the lanes: pictures from here on say which filters responded."""
        self._responding = responding(self._experiment)

    def _note_answer(self) -> None:
        if self._answer < inf:
            self._answer, self._answered = inf, self._now()

    def _send(self, shown: Picture | None) -> None:
        speed = self._pacing.clock.steps_per_second
        self._line.send(
            Progress(self._run, self._steps, self._seconds, self.evaluations, shown, speed, self.observations)
        )
        self._forget()

    def _picture(self, *, running: bool, rich: bool = True) -> Picture:
        """Make a picture; with `rich`, it has what watchers want too."""
        if not running:
            self.respond()
        if rich:
            self._rich_wanted = False
        if rich and self.attention.watchers.shown != PLAIN:
            with self._rich.spending():
                return self._picture_with(_all_shown(self.attention), running=running)
        return self._picture_with(self.attention.control.shown, running=running)

    def _picture_with(self, shown: Shown, *, running: bool) -> Picture:
        now, seen = 1000 * time.time(), self.attention
        snapshot = snapshot_of(self._experiment, shown.quantities, shown.layers, self._responding)
        kernels, shared = seen.control.kernels | seen.watchers.kernels, seen.control.shown
        return picture(snapshot, self.scales, now, kernels, shown, shared, exact=not running)

    def tell(self, findings: Iterable[Finding]) -> None:
        """Report findings of studies, with their pictures: exact, and in the present colours."""
        for subject, run, step, members in findings:
            pictures = {name: self._picture_of(value) for name, value in members.items() if isinstance(value, FrameOf)}
            plain = {name: value for name, value in members.items() if name not in pictures}
            self._line.send(Found(subject, run, step, payload.text(plain), pictures))

    def _picture_of(self, earlier: FrameOf) -> Picture:
        step, shown = earlier
        snapshot = past_of(self._experiment, step, shown.quantities, shown.layers)
        return picture(snapshot, self.scales.copy(), 1000 * time.time(), (), shown, exact=True)


def _all_shown(attention: Attend) -> Shown:
    return attention.control.shown.with_all(attention.watchers.shown)
