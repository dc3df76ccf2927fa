"""What a worker can be told to do: plain values that pickle. Their members are those of docs/protocol.md."""

from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop
from kernelscope.experiment.place import Weight


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
    weight: Weight
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
