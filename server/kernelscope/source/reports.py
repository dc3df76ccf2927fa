"""The reports of a source: plain values that pickle."""

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

FailureCode = Literal["memory", "data", "error", "killed", "ended", "silent", "garbled"]
"""Why a source cannot go on: it has run out of memory, found no images that it could train on, raised an error, been
killed by a signal, ended without a `Failed`, not answered, or reported what makes no sense."""


@dataclass(frozen=True)
class Phases:
    """A step that is being made stage by stage."""

    done: int
    """Stages that have been made (`kernelscope.experiment.phases.stages`)."""
    of: int


@dataclass(frozen=True)
class Edit:
    """A change of a weight by hand, which can be undone."""

    lane: str
    weight: Weight
    step: int
    """The step after which it was made."""
    before: float
    after: float


@dataclass(frozen=True)
class CatchingUp:
    """The progress of lanes that are catching up."""

    step: int
    target: int


@dataclass(frozen=True)
class Undoable:
    """A run that another has taken the place of, and that `Undo` brings back."""

    of: Literal["reset", "new_seed", "add", "remove", "lanes", "undo", "redo"]
    """What has replaced it; ``add`` and ``remove`` leave the other lanes as they are, ``lanes`` does not."""
    step: int
    """The last step that it has made."""
    run: int
    """Its number."""


class Restored(NamedTuple):
    """How a run continues one that had been replaced: with all its scalars."""

    run: int
    """The number of that run."""
    checkpoint: bytes
    """Everything that the next steps depend on."""


class Arranged(NamedTuple):
    """How a run with other lanes continues the previous run."""

    origins: tuple[int | None, ...]
    """For each lane its index in the previous run; None: it is the next of those that have caught up."""
    checkpoint: bytes
    """Everything that the next steps depend on."""


@dataclass(frozen=True)
class State:
    """The present state of the source. It answers every command, and is sent whenever something in it changes."""

    status: Literal["paused", "running"]
    run: int
    config: ExperimentConfig
    """The configuration with the current seed and lanes."""
    conditions: tuple[Condition, ...]
    """One per lane."""
    verdicts: tuple[Verdict, ...]
    """One per lane."""
    pace: Pace
    answered: int
    """The number of commands obeyed so far."""
    catching_up: CatchingUp | None = None
    stopped: Stopped | None = None
    """Why it has paused by itself; None: it has not."""
    phases: Phases | None = None
    edits: int = 0
    """The number of changes by hand in this run, undone ones included."""
    last_edit: Edit | None = None
    """The change that can be undone; None: there is none."""
    arranged: Arranged | None = None
    """In the first state of a run with other lanes that continues the previous run."""
    undo: Undoable | None = None
    """The run that can be brought back; None: there is none."""
    restored: Restored | None = None
    """In the first state of a run that has been brought back."""


@dataclass(frozen=True)
class CaughtUp:
    """New scalars of lanes that are catching up."""

    run: int
    """The run that will start once they have caught up. It never does if they are given up."""
    lanes: int
    steps: list[StepRecord]
    evaluations: list[EvaluationRecord]
    observations: list[ObservationRecord]


@dataclass(frozen=True)
class Progress:
    """What has happened since the last `Progress`: every step and evaluation, and the latest picture."""

    run: int
    steps: list[StepRecord]
    seconds: list[float]
    """For each step, the training time of this run up to its end, without pauses."""
    evaluations: list[EvaluationRecord]
    picture: Picture | None
    steps_per_second: float | None
    observations: list[ObservationRecord] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """A finding of a study."""

    subject: Subject
    run: int
    step: int | None
    """The step after which it holds; None: it belongs to no step."""
    payload: str
    """JSON: an object."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """Members besides those of `payload`. The server encodes them as frames."""


@dataclass(frozen=True)
class Attended:
    """The answer to an `Attend`."""


@dataclass(frozen=True)
class Checkpoint:
    """Everything that the next steps depend on, as of the reports before this one."""

    data: bytes


@dataclass(frozen=True)
class Failed:
    """The last report of a source that cannot go on."""

    reason: str
    code: FailureCode


Message = State | CaughtUp | Progress | Found | Attended | Checkpoint | Failed
