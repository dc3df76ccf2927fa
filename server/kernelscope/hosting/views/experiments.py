"""An experiment as it is now, the `experiment` message of docs/protocol.md, and what one would be."""

from typing import Any, Literal

from pydantic import BaseModel

from kernelscope.experiment import ExperimentConfig, LaneConfig, Stopped
from kernelscope.hosting.views.common import Problem
from kernelscope.hosting.views.data import DatasetView
from kernelscope.hosting.views.networks import LayerView
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.reports import CatchingUp, Edit, FailureCode, Phases, Undoable
from kernelscope.studies.verdict import Verdict

Kept = Literal["yes", "untouched", "full", "failed"]
"""Whether an experiment outlives the server. ``untouched``: not yet, since nobody has done anything in it; ``full``:
the store has no room; ``failed``: the server cannot write. After the latter two the server tries again."""


class LaneView(BaseModel):
    """A lane as it is now. Unless it is `training`, `step` and `cause` say since when and why, `reason` in English.

    `layers` are those of a lane that has activations of its own.
    """

    id: str
    learning_rate: float
    layers: list[LayerView] | None = None
    status: Literal["training", "diverged", "collapsed"] = "training"
    step: int | None = None
    cause: str | None = None
    reason: str | None = None
    verdict: Verdict = Verdict("measuring")

    @classmethod
    def of(cls, lane: LaneConfig, config: ExperimentConfig, **now: Any) -> "LaneView":
        """Describe a lane of an experiment, as it is `now`."""
        own = lane.activation and LayerView.all(config.shapes_of(lane), len(config.lanes))
        return cls(id=lane.id, learning_rate=lane.learning_rate, layers=own or None, **now)


class ExperimentView(BaseModel):
    """An experiment as it is now. The same object is sent over the WebSocket whenever something in it changes."""

    type: Literal["experiment"] = "experiment"
    id: str
    name: str = ""
    """The owner's name for it; empty: none was given."""
    created: str
    status: Literal["asleep", "starting", "paused", "running", "failed"]
    failure: str | None = None
    failure_code: FailureCode | None = None
    restart_step: int | None = None
    run: int
    steps_per_second: float | None = None
    frames_per_second: int = 30
    config: ExperimentConfig
    address: str
    """The query with which ``/`` opens an experiment of the same configuration (`kernelscope.experiment.address`)."""
    dataset: DatasetView
    layers: list[LayerView]
    lanes: list[LaneView]
    catching_up: CatchingUp | None = None
    stopped: Stopped | None = None
    phases: Phases | None = None
    kept: Kept = "yes"
    capabilities: Capabilities | None = None
    """What the source of its numbers can do; None while it is asleep."""
    edits: int = 0
    last_edit: Edit | None = None
    undo: Undoable | None = None
    """The run that can be brought back; None: there is none, or no source that could."""


class ListedView(ExperimentView):
    """An experiment in a list, with where it stands."""

    step: int
    """The last step made; while it is asleep, the step at which it goes on."""
    kept_at: str | None
    """When what is kept of it last changed; None: nothing is, or earlier versions did not note it."""


class SettingsView(BaseModel):
    """What an experiment with some settings would be, or the problems with the settings.

    With problems there are only the `layers` before the first that cannot be.
    """

    address: str | None = None
    layers: list[LayerView] = []
    parameters: int = 0
    problems: list[Problem] = []
