"""What passes through the pipe between the server and a worker process. All of it is plain values that pickle."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kernelscope.experiment import (
    Condition,
    EvaluationRecord,
    ExperimentConfig,
    LaneConfig,
    ObservationRecord,
    StepRecord,
    Stop,
    Stopped,
    Verdict,
)
from kernelscope.picture.picture import PLAIN, Kernel, Picture, Shown

# To the worker. The commands' members are the members of the viewers' messages (docs/protocol.md).


@dataclass(frozen=True)
class Pace:
    """How fast to train, and how often to show it."""

    steps_per_second: float | None = None
    """None: as fast as it goes."""
    frames_per_second: int = 30
    """Snapshots a second, at most."""


@dataclass(frozen=True)
class Open:
    """The first message: what to train."""

    config: ExperimentConfig
    run: int
    """The number of its first run."""
    pace: Pace = Pace()
    checkpoint: bytes | None = None
    """Where to go on; None: at step 0."""
    seconds: float = 0.0
    """Of training, up to there."""
    catching_up: bool = True
    """Whether lanes that were on their way then are to come: not after a failure, which may have been for them."""


@dataclass(frozen=True)
class Start:
    """Train until paused."""

    type: Literal["start"] = "start"


@dataclass(frozen=True)
class Pause:
    """Stop before the next step."""

    type: Literal["pause"] = "pause"


@dataclass(frozen=True)
class Step:
    """Exactly one step, then paused."""

    type: Literal["step"] = "step"


@dataclass(frozen=True)
class Phase:
    """One stage of a step, then paused."""

    type: Literal["phase"] = "phase"


@dataclass(frozen=True)
class Epoch:
    """Train to the end of the epoch, then pause."""

    type: Literal["epoch"] = "epoch"


@dataclass(frozen=True)
class SetWeight:
    """Change one weight of a lane by hand."""

    lane: str
    kernel: Kernel
    cell: tuple[int, int]
    value: float
    type: Literal["set_weight"] = "set_weight"


@dataclass(frozen=True)
class UndoWeight:
    """Take the last change by hand back; no effect where there is none, or a step has been made since it."""

    type: Literal["undo_weight"] = "undo_weight"


@dataclass(frozen=True)
class Reset:
    """Back to step 0 with the same initial weights, paused."""

    type: Literal["reset"] = "reset"


@dataclass(frozen=True)
class NewSeed:
    """Back to step 0 with other initial weights and batches, paused."""

    seed: int
    type: Literal["new_seed"] = "new_seed"


@dataclass(frozen=True)
class SetLearningRate:
    """From the next step on."""

    lane: str
    rate: float
    type: Literal["set_learning_rate"] = "set_learning_rate"


@dataclass(frozen=True)
class SetLanes:
    """Other lanes. They begin a new run, when those that are new have caught up with the others."""

    lanes: tuple[LaneConfig, ...]
    copies: tuple[tuple[str, str], ...] = ()
    """Ids of lanes that go on from another one, and of that one."""
    type: Literal["set_lanes"] = "set_lanes"


@dataclass(frozen=True)
class Cancel:
    """Leave the lanes as they are; no effect where none are catching up."""

    type: Literal["cancel"] = "cancel"


@dataclass(frozen=True)
class SetSpeed:
    """From now on; None: as fast as it goes."""

    steps_per_second: float | None
    type: Literal["set_speed"] = "set_speed"


@dataclass(frozen=True)
class SetFrameRate:
    """From now on."""

    frames_per_second: int
    type: Literal["set_frame_rate"] = "set_frame_rate"


@dataclass(frozen=True)
class SetStop:
    """When to pause by itself, from now on."""

    stop: Stop
    type: Literal["set_stop"] = "set_stop"


@dataclass(frozen=True)
class BeginRangeTest:
    """Sweep the rates with this lane's optimizer, in place of a sweep that may be under way."""

    lane: str
    type: Literal["range_test"] = "range_test"


@dataclass(frozen=True)
class CancelRangeTest:
    """End the sweep; no effect where none is under way."""

    type: Literal["cancel_range_test"] = "cancel_range_test"


@dataclass(frozen=True)
class Settle:
    """Be at rest until the next command, with all in a checkpoint, which is made at once. No command of viewers.

    Steps that have been asked for and not been begun are not made.
    """

    type: Literal["settle"] = "settle"


class Subject(NamedTuple):
    """What something found is about."""

    kind: Literal["line", "lens", "range", "weight", "life", "trace", "film", "past"]
    lane: str = ""
    """Of all but a range test, and what is of every lane: a life, a film, an earlier step."""
    kernel: Kernel | None = None
    """Of a lens, a weight, a life, a film."""
    cell: tuple[int, int] | None = None
    """Row and column of the weight in its kernel."""
    image: int | None = None
    """Of a trace: of the probe. Of a weight: of the batch, None for the one that contributes most."""
    step: int | None = None
    """The earlier one."""
    frames: int | None = None
    """Of a film, at most."""
    shown: Shown = PLAIN
    """Of an earlier step, besides."""


@dataclass(frozen=True)
class Interest:
    """What some viewers want, all of them together."""

    kernels: frozenset[Kernel] = frozenset()
    """Those whose exact numbers are wanted."""
    shown: Shown = PLAIN
    """What snapshots have besides. The layers of those kernels are among it."""
    subjects: frozenset[Subject] = frozenset()
    """What else is wanted."""


NO_INTEREST = Interest()


@dataclass(frozen=True)
class Attend:
    """What viewers see. No command of theirs; `Attended` answers it."""

    snapshots: bool = False
    """Whether anybody sees snapshots. Else none are made while it trains."""
    control: Interest = NO_INTEREST
    """What those want who hold the controls. Its cost is theirs, and every snapshot has it."""
    watchers: Interest = NO_INTEREST
    """What the others want. It takes a small share of the time, however much it is."""


Command = (
    Start
    | Pause
    | Step
    | Phase
    | Epoch
    | SetWeight
    | UndoWeight
    | Reset
    | NewSeed
    | SetLearningRate
    | SetLanes
    | Cancel
    | SetSpeed
    | SetFrameRate
    | SetStop
    | BeginRangeTest
    | CancelRangeTest
    | Settle
)

# From the worker.

FailureCode = Literal["memory", "error", "killed", "ended", "silent", "garbled"]
"""Why a worker cannot go on: no memory is left, a mistake in it, a signal from the system, an end without a word, no
answer, or reports that make no sense."""


class Phases(NamedTuple):
    """A step that is under way in phases."""

    done: int
    """How many of its stages have been made (`kernelscope.experiment.phases.stages`)."""
    of: int


class Edit(NamedTuple):
    """A weight that has been changed by hand."""

    lane: str
    kernel: Kernel
    cell: tuple[int, int]
    step: int
    """After which it was."""
    before: float
    after: float


class CatchingUp(NamedTuple):
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
    """What has been found of a subject, as the text message that viewers get of it."""

    subject: Subject
    text: str


@dataclass(frozen=True)
class Revisited:
    """An earlier step that viewers want to see. On its way to them its picture becomes a frame, and it a `Found`."""

    subject: Subject
    run: int
    step: int
    """Of the experiment when it was looked up."""
    picture: Picture


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


Message = State | CaughtUp | Progress | Found | Revisited | Attended | Checkpoint | Failed
