"""A source without a process: it plays steps back that were made before."""

import math
import time
from dataclasses import replace
from typing import Any

from kernelscope.experiment import Condition, EvaluationRecord, Experiment, ExperimentConfig
from kernelscope.picture.picture import Shown, picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import snapshot_of
from kernelscope.runner.limits import Limits
from kernelscope.source.attention import Attend
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Command, Open, Pause, Start
from kernelscope.source.reports import Attended, Progress, State
from kernelscope.source.source import Listener, Source
from kernelscope.studies.verdict import Verdict


def recorded(config: ExperimentConfig, data: Any, steps: int) -> list[Progress]:
    """So many steps of an experiment as a worker would report them, one by one, each with a picture of all layers."""
    experiment = Experiment(config, data, threads=1)
    scales, shown = Scales(), Shown(layers=frozenset(layer.spec.name for layer in config.shapes()))

    def report(*, step: Any = None, tests: list[EvaluationRecord]) -> Progress:
        snapshot = snapshot_of(experiment, layers=shown.layers)
        view = picture(snapshot, scales, 0.0, (), shown, shown, exact=True)
        made = [step] if step else []
        return Progress(1, made, [0.01 * len(made)] * len(made), tests, view, None)

    def tested() -> list[EvaluationRecord]:
        results = []
        while experiment.evaluating:
            results += experiment.evaluate()
        return results

    reports = [report(tests=tested())]
    for _ in range(steps):
        step, tests = experiment.advance()
        reports.append(report(step=step, tests=tests + tested()))
    return reports


class Replay:
    """A run that was recorded, or that somebody else trains: a test has it go on.

    Args:
        recording: what it reports, first of all that of step 0.
        commands: types of those that it obeys, among ``start`` and ``pause``.
    """

    def __init__(self, recording: list[Progress], commands: tuple[str, ...] = ()) -> None:
        self.capabilities = Capabilities(commands)
        self.alive = True
        self.asked: list[Command | Attend] = []
        self.closed = False
        self._coming = iter(recording)
        self._running = True
        self._answered = 0

    def open(self, opening: Open, listener: Listener) -> None:
        """Report step 0."""
        self._opening, self._listener = opening, listener
        self._report_state()
        self.play()

    def play(self, steps: int = 1) -> None:
        """Go on by so many reports."""
        for _ in range(steps):
            report = next(self._coming)
            shown = report.picture and replace(report.picture, time=1000 * time.time())
            self._listener(replace(report, run=self._opening.run, picture=shown))

    def send(self, message: Command | Attend) -> None:
        """Obey, where it is one of its commands."""
        self.asked.append(message)
        if isinstance(message, Attend):
            self._listener(Attended())
            return
        assert message.type in self.capabilities.commands, "what it can't do should have been refused"
        assert isinstance(message, Start | Pause)
        self._running = isinstance(message, Start)
        self._answered += 1
        self._report_state()

    def _report_state(self) -> None:
        config = self._opening.config
        lanes = len(config.lanes)
        self._listener(
            State(
                "running" if self._running else "paused",
                self._opening.run,
                config,
                (Condition(),) * lanes,
                (Verdict("measuring"),) * lanes,
                self._opening.pace,
                self._answered,
            )
        )

    def longest_silence(self, config: ExperimentConfig) -> float:
        """Nobody waits for it."""
        return math.inf

    def kill(self) -> None:
        """It has nothing to end."""
        self.closed = True

    def close(self) -> None:
        """Likewise."""
        self.closed = True


class Replays(list[Replay]):
    """Every source that a server has started, in order."""

    def __init__(self, recording: list[Progress], *commands: str) -> None:
        super().__init__()
        self._recording = recording
        self._commands = commands

    def start(self, limits: Limits) -> Source:
        self.append(Replay(self._recording, self._commands))
        return self[-1]
