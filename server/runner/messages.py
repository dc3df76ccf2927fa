"""What passes through the pipe between the server and a worker process. All of it is plain values that pickle."""

from dataclasses import dataclass
from typing import Literal

from server.experiment import Condition, EvaluationRecord, ExperimentConfig, Snapshot, StepRecord

# To the worker. The commands' members are the members of the viewers' messages (docs/protocol.md).


@dataclass(frozen=True)
class Open:
    """The first message: what to train."""

    config: ExperimentConfig
    run: int
    """The number of its first run."""


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


Command = Start | Pause | Step | Reset | NewSeed | SetLearningRate

# From the worker.


@dataclass(frozen=True)
class LaneState:
    """A lane's rate and condition now."""

    id: str
    learning_rate: float
    condition: Condition


@dataclass(frozen=True)
class State:
    """What is so from now on. Sent after every command and whenever something in it changes."""

    status: Literal["paused", "running"]
    run: int
    seed: int
    lanes: tuple[LaneState, ...]


@dataclass(frozen=True)
class Progress:
    """What has happened since the last `Progress`: every step and evaluation, and the newest kernels."""

    run: int
    steps: list[StepRecord]
    evaluations: list[EvaluationRecord]
    snapshot: Snapshot | None
    steps_per_second: float | None


@dataclass(frozen=True)
class Failed:
    """The last message of a worker that cannot go on."""

    reason: str


Message = State | Progress | Failed
