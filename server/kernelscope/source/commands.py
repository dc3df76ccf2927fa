"""The commands of a source: plain values that pickle, and against whose types the JSON of viewers is validated.

What depends on the experiment, such as whether a lane exists, is checked where a viewer's command is passed on
(`kernelscope.api.socket.commands`). docs/protocol.md describes the commands of viewers.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop, Wanted
from kernelscope.experiment.config import Seed
from kernelscope.experiment.lane_config import MOST_LANES, LaneId, LearningRate
from kernelscope.experiment.place import Weight

Speed = Annotated[float, Field(ge=0.1, le=1000, allow_inf_nan=False)]
"""Steps per second."""
FrameRate = Annotated[int, Field(ge=1, le=60)]
"""Snapshots per second, at most."""
MOST_WEIGHT = 1e6
"""The largest magnitude of a weight set by hand, far beyond what training arrives at."""
WeightValue = Annotated[float, Field(ge=-MOST_WEIGHT, le=MOST_WEIGHT, allow_inf_nan=False)]


@dataclass(frozen=True)
class Pace:
    """The speed of training, and how often it is shown."""

    steps_per_second: float | None = None
    """None: as fast as possible."""
    frames_per_second: int = 30
    """Snapshots per second, at most."""


@dataclass(frozen=True)
class Open:
    """The first message to a source: its experiment, and where that starts. Viewers cannot send it."""

    config: ExperimentConfig
    run: int
    """The number of its first run."""
    pace: Pace = Pace()
    checkpoint: bytes | None = None
    """The checkpoint to resume from; None: start at step 0."""
    seconds: float = 0.0
    """The training time up to the checkpoint."""
    catching_up: bool = True
    """Whether lanes that were catching up at the checkpoint still join. Not after a failure, which they may have
    caused."""


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
    """Undo the last change by hand; no effect where there is none, or a step has been made since."""

    type: Literal["undo_weight"] = "undo_weight"


@dataclass(frozen=True)
class Reset:
    """Go back to step 0 with the same initial weights, paused."""

    type: Literal["reset"] = "reset"


@dataclass(frozen=True)
class NewSeed:
    """Go back to step 0 with other initial weights and batches, paused."""

    seed: Seed | None = None
    """None: the server draws one before it passes the command on."""
    type: Literal["new_seed"] = "new_seed"


@dataclass(frozen=True)
class Undo:
    """Go back, paused, to the run that another has taken the place of; no effect where it is not kept (any longer)."""

    run: Annotated[int, Field(ge=1)]
    """The number of that run, so that a second press does not undo the undoing."""
    type: Literal["undo"] = "undo"


@dataclass(frozen=True)
class Restart:
    """After a failure, resume from the last checkpoint with another source, paused. The server handles it itself."""

    type: Literal["restart"] = "restart"


@dataclass(frozen=True)
class SetLearningRate:
    """Set the learning rate of a lane, from the next step on."""

    lane: str
    rate: LearningRate
    type: Literal["set_learning_rate"] = "set_learning_rate"


class WantedLane(LaneConfig):
    """A lane to have, and the present lane whose training it continues, where that has another id."""

    id: LaneId
    copy_of: str | None = None


@dataclass(frozen=True)
class SetLanes:
    """Replace the lanes. A new run starts once those that are new have caught up with the others."""

    lanes: Annotated[list[WantedLane], Field(min_length=1, max_length=MOST_LANES)]
    type: Literal["set_lanes"] = "set_lanes"

    @property
    def wanted(self) -> Wanted:
        """The lanes in the form that an experiment takes."""
        lanes = [LaneConfig(**{name: getattr(lane, name) for name in LaneConfig.model_fields}) for lane in self.lanes]
        return Wanted(lanes, {lane.id: lane.copy_of for lane in self.lanes if lane.copy_of is not None})


@dataclass(frozen=True)
class Cancel:
    """Give up the lanes that are catching up; no effect where there are none."""

    type: Literal["cancel"] = "cancel"


@dataclass(frozen=True)
class SetSpeed:
    """Set the speed; None: as fast as possible."""

    steps_per_second: Speed | None
    type: Literal["set_speed"] = "set_speed"


@dataclass(frozen=True)
class SetFrameRate:
    """Set the most snapshots per second."""

    frames_per_second: FrameRate
    type: Literal["set_frame_rate"] = "set_frame_rate"


@dataclass(frozen=True)
class SetStop:
    """Set the conditions under which training pauses by itself."""

    stop: Stop
    type: Literal["set_stop"] = "set_stop"


@dataclass(frozen=True)
class BeginRangeTest:
    """Start a learning rate range test with this lane's optimizer, in place of one that may be under way."""

    lane: str
    type: Literal["range_test"] = "range_test"


@dataclass(frozen=True)
class CancelRangeTest:
    """End the range test; no effect where none is under way."""

    type: Literal["cancel_range_test"] = "cancel_range_test"


@dataclass(frozen=True)
class Settle:
    """Make a checkpoint at once and rest until the next command. Viewers cannot send it.

    Steps that were asked for and not yet begun are dropped.
    """

    type: Literal["settle"] = "settle"


@dataclass(frozen=True)
class Save:
    """Make a checkpoint at once, and go on as before. Viewers cannot send it."""

    type: Literal["save"] = "save"


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
    | Undo
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
Command = _Common | Settle | Save
"""What a source may be told."""
