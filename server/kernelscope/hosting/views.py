"""What the API shows, as types: the `experiment` message of docs/protocol.md and the rest of the JSON."""

from typing import Literal

from pydantic import BaseModel

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.experiment.place import Weight
from kernelscope.nn import LayerShape
from kernelscope.source.reports import FailureCode
from kernelscope.studies.verdict import Kind, Number

Shape = tuple[int, ...]
Kept = Literal["yes", "untouched", "full", "failed"]
"""Whether an experiment outlives the server. ``untouched``: nobody has done anything in it yet; ``full``: there is no
room; ``failed``: the server cannot write. The latter two are tried again."""


class Health(BaseModel):
    """The server is up."""

    status: Literal["ok"] = "ok"
    version: str


class DatasetView(BaseModel):
    """A data set. `image_shape` is (channels, rows, cols)."""

    name: str
    title: str
    train_size: int
    test_size: int
    image_shape: Shape
    classes: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> "DatasetView":
        """The data set of this name."""
        about = datasets.info(name)
        return cls(**{field: getattr(about, field) for field in cls.model_fields})


class LayerView(BaseModel):
    """A layer in its place. Shapes are (channels, rows, cols); `weight_shape` is [out, in, row, col] or [out, in]."""

    name: str
    type: Literal["conv", "relu", "pool", "dense"]
    input_shape: Shape
    output_shape: Shape
    weight_shape: Shape | None
    parameters: int

    @classmethod
    def of(cls, shape: LayerShape) -> "LayerView":
        """The view of a layer."""
        return cls(
            name=shape.spec.name,
            type=shape.spec.type,
            input_shape=shape.input,
            output_shape=shape.output,
            weight_shape=shape.params.get("weight"),
            parameters=shape.parameters,
        )


class VerdictView(BaseModel):
    """What its rate is doing to a lane: `kernelscope.studies.verdict` has the kinds and their numbers."""

    kind: Kind = "measuring"
    numbers: dict[str, Number] = {}


class LaneView(BaseModel):
    """A lane now. Where it is not simply `training`, `step` and `cause` say since when and why; `reason` in English."""

    id: str
    learning_rate: float
    status: Literal["training", "diverged", "collapsed"] = "training"
    step: int | None = None
    cause: str | None = None
    reason: str | None = None
    verdict: VerdictView = VerdictView()


class CatchingUpView(BaseModel):
    """How far new lanes have come."""

    step: int
    target: int


class StoppedView(BaseModel):
    """Why an experiment has paused by itself."""

    reason: Literal["step", "accuracy", "divergence"]
    step: int
    lane: str | None
    test_step: int | None = None


class PhasesView(BaseModel):
    """A step that is under way in phases: how many of its stages have been made."""

    done: int
    of: int


class EditView(BaseModel):
    """A weight that was changed by hand after `step`, and can be changed back."""

    lane: str
    weight: Weight
    step: int
    before: float
    after: float


class ExperimentView(BaseModel):
    """An experiment now. The same object is sent over the WebSocket whenever something in it changes."""

    type: Literal["experiment"] = "experiment"
    id: str
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
    catching_up: CatchingUpView | None = None
    stopped: StoppedView | None = None
    phases: PhasesView | None = None
    kept: Kept = "yes"
    edits: int = 0
    last_edit: EditView | None = None


class Problem(BaseModel):
    """One thing wrong with a request. `code` and `values` say the same as `message`, for those who have own words."""

    field: str
    value: object
    message: str
    code: str
    values: dict[str, str | int | float]


class Problems(BaseModel):
    """Everything wrong with a request."""

    detail: list[Problem]


class SettingsView(BaseModel):
    """What an experiment with some settings would be; or why there can be none, and then the rest is empty."""

    address: str | None = None
    layers: list[LayerView] = []
    parameters: int = 0
    problems: list[Problem] = []
