"""What a source can be told to do: plain values that pickle, against whose types a viewer's JSON is checked.

What only the experiment can tell, such as whether there is a lane of that name, is checked where a viewer's command is
passed on (`kernelscope.api.socket.commands`). docs/protocol.md says what each does.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop, Wanted
from kernelscope.experiment.config import MOST_LANES, LaneId, LearningRate, Seed
from kernelscope.experiment.place import Weight

Speed = Annotated[float, Field(ge=0.1, le=1000, allow_inf_nan=False)]
"""Steps a second."""
FrameRate = Annotated[int, Field(ge=1, le=60)]
"""Snapshots a second, at most."""
MOST_WEIGHT = 1e6
"""Either way, by hand: far beyond what any training arrives at."""
WeightValue = Annotated[float, Field(ge=-MOST_WEIGHT, le=MOST_WEIGHT, allow_inf_nan=False)]


@dataclass(frozen=True)
class Pace:
    """How fast to train, and how often to show it."""

    steps_per_second: float | None = None
    """None: as fast as it goes."""
    frames_per_second: int = 30
    """Snapshots a second, at most."""


@dataclass(frozen=True)
class Open:
    """The first message: what to train. No command of viewers."""

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
    """Make exactly one step, then pause."""

    type: Literal["step"] = "step"


@dataclass(frozen=True)
class Phase:
    """Make one stage of a step, then pause."""

    type: Literal["phase"] = "phase"


@dataclass(frozen=True)
class Epoch:
    """Train to the end of the epoch, then pause."""

    type: Literal["epoch"] = "epoch"


@dataclass(frozen=True)
class SetWeight:
    """Change one weight of a lane by hand."""

    lane: LaneId
    weight: Weight
    value: WeightValue
    type: Literal["set_weight"] = "set_weight"


@dataclass(frozen=True)
class UndoWeight:
    """Take the last change by hand back; no effect where there is none, or a step has been made since it."""

    type: Literal["undo_weight"] = "undo_weight"


@dataclass(frozen=True)
class Reset:
    """Go back to step 0 with the same initial weights, paused."""

    type: Literal["reset"] = "reset"


@dataclass(frozen=True)
class NewSeed:
    """Go back to step 0 with other initial weights and batches, paused."""

    seed: Seed | None = None
    """None: one is drawn before a source is told."""
    type: Literal["new_seed"] = "new_seed"


@dataclass(frozen=True)
class Restart:
    """Go on from the last checkpoint, paused, after a failure: another worker does. None is told."""

    type: Literal["restart"] = "restart"


@dataclass(frozen=True)
class SetLearningRate:
    """Set the rate of a lane, from the next step on."""

    lane: str
    rate: LearningRate
    type: Literal["set_learning_rate"] = "set_learning_rate"


class WantedLane(LaneConfig):
    """A lane as it is to be, and the id of the present lane that it goes on from, where that is not its own."""

    id: LaneId
    copy_of: str | None = None


@dataclass(frozen=True)
class SetLanes:
    """Have other lanes. They begin a new run, when those that are new have caught up with the others."""

    lanes: Annotated[list[WantedLane], Field(min_length=1, max_length=MOST_LANES)]
    type: Literal["set_lanes"] = "set_lanes"

    @property
    def wanted(self) -> Wanted:
        """The lanes as an experiment takes them."""
        lanes = [LaneConfig(**{name: getattr(lane, name) for name in LaneConfig.model_fields}) for lane in self.lanes]
        return Wanted(lanes, {lane.id: lane.copy_of for lane in self.lanes if lane.copy_of is not None})


@dataclass(frozen=True)
class Cancel:
    """Leave the lanes as they are; no effect where none are catching up."""

    type: Literal["cancel"] = "cancel"


@dataclass(frozen=True)
class SetSpeed:
    """Set the speed; None: as fast as it goes."""

    steps_per_second: Speed | None
    type: Literal["set_speed"] = "set_speed"


@dataclass(frozen=True)
class SetFrameRate:
    """Set how often it is shown."""

    frames_per_second: FrameRate
    type: Literal["set_frame_rate"] = "set_frame_rate"


@dataclass(frozen=True)
class SetStop:
    """Set when to pause by itself."""

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


_Common = (
    Start
    | Pause
    | Step
    | Reset
    | Phase
    | Epoch
    | Cancel
    | CancelRangeTest
    | UndoWeight
    | NewSeed
    | SetLearningRate
    | SetLanes
    | SetSpeed
    | SetFrameRate
    | SetStop
    | BeginRangeTest
    | SetWeight
)
ViewerCommand = _Common | Restart
"""What a viewer may ask for."""
Command = _Common | Settle
"""What a source may be told."""
