"""What the API shows, as types: the `experiment` message of docs/protocol.md and the rest of the JSON."""

from typing import Literal

from pydantic import BaseModel

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig, Stopped
from kernelscope.experiment.config import AnyLayer
from kernelscope.experiment.networks import networks
from kernelscope.nn import LayerShape, LayerSpec, layers
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.reports import CatchingUp, Edit, FailureCode, Phases
from kernelscope.studies.verdict import Verdict

Shape = tuple[int, ...]
LayerType = type[LayerSpec]
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
    """A layer in its place. Shapes are (channels, rows, cols); `weight_shape` is [out, in, row, col] or [out, in].

    `kernel_shape` is always [out, in, row, col]; null: it has no kernels. Those of a layer that is `always_shown` are
    in every picture, others only where somebody wants them. One that `gates` lets through what is positive. `summary`
    tells it in one glance; empty: it goes without saying.
    """

    name: str
    type: str
    input_shape: Shape
    output_shape: Shape
    weight_shape: Shape | None
    kernel_shape: Shape | None
    always_shown: bool
    gates: bool
    summary: str
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
            kernel_shape=shape.kernels,
            always_shown=shape.kernels is not None and shape.spec.ALWAYS_SHOWN,
            gates=shape.spec.GATES,
            summary=shape.spec.summary(),
            parameters=shape.parameters,
        )


class LayerFieldView(BaseModel):
    """A setting of a layer: a whole number, two (rows, cols), or how its first weights are drawn."""

    name: str
    kind: Literal["count", "pair", "init"]


class LayerTypeView(BaseModel):
    """A type of layer, with its settings and a layer to begin from.

    Where a layer of a type that is not `numbered_alone` is the only one, it is called ``dense``; others ``conv1``.
    """

    type: str
    numbered_alone: bool
    fields: list[LayerFieldView]
    example: AnyLayer

    @classmethod
    def of(cls, one: LayerType, classes: int) -> "LayerTypeView":
        """The view of a type, for a data set of so many classes."""
        return cls(
            type=one.type,
            numbered_alone=one.NUMBERED_ALONE,
            fields=[LayerFieldView(name=field.name, kind=field.kind) for field in one.FIELDS],
            example=one.example(one.type, classes),
        )


class NetworksView(BaseModel):
    """What networks for a data set can be made of: the types of layers, and networks to begin from."""

    types: list[LayerTypeView]
    networks: dict[str, list[AnyLayer]]

    @classmethod
    def of(cls, name: str) -> "NetworksView":
        """For the data set of this name.

        Raises:
            UnknownDatasetError: there is none.
        """
        about = datasets.info(name)
        classes = len(about.classes)
        return cls(
            types=[LayerTypeView.of(one, classes) for one in layers.TYPES],
            networks=networks(about.image_shape, classes),
        )


class LaneView(BaseModel):
    """A lane now. Where it is not simply `training`, `step` and `cause` say since when and why; `reason` in English."""

    id: str
    learning_rate: float
    status: Literal["training", "diverged", "collapsed"] = "training"
    step: int | None = None
    cause: str | None = None
    reason: str | None = None
    verdict: Verdict = Verdict("measuring")


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
    catching_up: CatchingUp | None = None
    stopped: Stopped | None = None
    phases: Phases | None = None
    kept: Kept = "yes"
    capabilities: Capabilities | None = None
    """Of where its numbers come from; None while it is asleep."""
    edits: int = 0
    last_edit: Edit | None = None


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
