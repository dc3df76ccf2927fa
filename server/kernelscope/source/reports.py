"""What a worker reports: plain values that pickle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kernelscope.experiment import (
    Condition,
    EvaluationRecord,
    ExperimentConfig,
    StepRecord,
    Stopped,
)
from kernelscope.experiment.place import Weight
from kernelscope.picture.picture import Picture
from kernelscope.source.commands import Pace
from kernelscope.studies.observation import ObservationRecord
from kernelscope.studies.subject import Subject
from kernelscope.studies.verdict import Verdict

FailureCode = Literal["memory", "error", "killed", "ended", "silent", "garbled"]
"""Why a worker cannot go on: no memory is left, a mistake in it, a signal from the system, an end without a word, no
answer, or reports that make no sense."""


@dataclass(frozen=True)
class Phases:
    """A step that is under way in phases."""

    done: int
    """How many of its stages have been made (`kernelscope.experiment.phases.stages`)."""
    of: int


@dataclass(frozen=True)
class Edit:
    """A weight that has been changed by hand, and can be changed back."""

    lane: str
    weight: Weight
    step: int
    """After which it was."""
    before: float
    after: float


@dataclass(frozen=True)
class CatchingUp:
    """How far the new lanes have come."""

    step: int
    target: int


class Arranged(NamedTuple):
    """How a run with other lanes comes from the one before."""

    origins: tuple[int | None, ...]
    """For each lane its place among the lanes before; None: it is the next of those that have caught up."""
    checkpoint: bytes
    """All that its next steps depend on."""


@dataclass(frozen=True)
class State:
    """What is so from now on. The answer to every command, and sent whenever something in it changes."""

    status: Literal["paused", "running"]
    run: int
    config: ExperimentConfig
    """With the seed and the lanes of now."""
    conditions: tuple[Condition, ...]
    """A lane each."""
    verdicts: tuple[Verdict, ...]
    """A lane each."""
    pace: Pace
    answered: int
    """How many commands have been obeyed."""
    catching_up: CatchingUp | None = None
    stopped: Stopped | None = None
    """Why it has paused by itself, where it has."""
    phases: Phases | None = None
    edits: int = 0
    """Weights of this run that have been changed by hand."""
    last_edit: Edit | None = None
    """The one that can be taken back."""
    arranged: Arranged | None = None
    """In the first message of a run that does not begin at step 0."""


@dataclass(frozen=True)
class CaughtUp:
    """A part of the way of the lanes that are catching up."""

    run: int
    """That they are to begin. One that is never begun has been given up."""
    lanes: int
    steps: list[StepRecord]
    evaluations: list[EvaluationRecord]
    observations: list[ObservationRecord]


@dataclass(frozen=True)
class Progress:
    """What has happened since the last `Progress`: every step and evaluation, and the newest kernels."""

    run: int
    steps: list[StepRecord]
    seconds: list[float]
    """For each of these steps: of training in this run, without pauses, up to its end."""
    evaluations: list[EvaluationRecord]
    picture: Picture | None
    steps_per_second: float | None
    observations: list[ObservationRecord] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What a study has found."""

    subject: Subject
    run: int
    step: int | None
    """After which it is so; None: it is of none."""
    payload: str
    """JSON."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """Further members of it: on their way to viewers they become frames."""


@dataclass(frozen=True)
class Attended:
    """The answer to an `Attend`."""


@dataclass(frozen=True)
class Checkpoint:
    """All that the next steps depend on, after all that has been reported before."""

    data: bytes


@dataclass(frozen=True)
class Failed:
    """The last message of a worker that cannot go on."""

    reason: str
    code: FailureCode


Message = State | CaughtUp | Progress | Found | Attended | Checkpoint | Failed
