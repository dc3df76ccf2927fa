"""The JSON of the API as types: the `experiment` message of docs/protocol.md, and the bodies of responses."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from kernelscope import datasets
from kernelscope.datasets.dataset import Centred, Origin
from kernelscope.experiment import ExperimentConfig, LaneConfig, Stopped
from kernelscope.experiment.config import AnyLayer
from kernelscope.experiment.networks import networks
from kernelscope.experiment.specimens import specimens
from kernelscope.nn import LayerShape, LayerSpec, layers
from kernelscope.picture.answers import responding_layers
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.reports import CatchingUp, Edit, FailureCode, Phases, Undoable
from kernelscope.studies.payload import as_bytes, packed_bytes
from kernelscope.studies.verdict import Verdict

Shape = tuple[int, ...]
LayerType = type[LayerSpec]
Kept = Literal["yes", "untouched", "full", "failed"]
"""Whether an experiment outlives the server. ``untouched``: not yet, since nobody has done anything in it; ``full``:
the store has no room; ``failed``: the server cannot write. After the latter two the server tries again."""


class Health(BaseModel):
    """The answer of a server that is up."""

    status: Literal["ok"] = "ok"
    version: str


class DatasetView(BaseModel):
    """A data set. `image_shape` is (channels, rows, cols). `centred`: each image by its ink's mass or extent.

    `preparation`: the usual one of its images. `origin`: whether it comes with the program, is downloaded, or was
    brought by somebody.
    """

    name: str
    title: str
    train_size: int
    test_size: int
    image_shape: Shape
    classes: tuple[str, ...]
    centred: Centred
    preparation: str
    origin: Origin

    @classmethod
    def of(cls, name: str) -> "DatasetView":
        """Describe the data set of this name."""
        about = datasets.info(name)
        return cls(**{field: getattr(about, field) for field in cls.model_fields})


class WindowView(BaseModel):
    """What each output of a layer sees of its input.

    Each is rows and columns: those that a window lies over, from one window to the next, and of zeros on each side.
    """

    size: Shape
    stride: Shape
    padding: Shape


class LayerView(BaseModel):
    """A layer of a network. Shapes are (channels, rows, cols); `weight_shape` is [out, in, row, col] or [out, in].

    `kernel_shape` is [out, in, row, col]; null: the layer has no kernels. The kernels of a layer that is
    `always_shown` are in every snapshot, those of others only on request. A layer that `activates` is an activation,
    and one that `gates` passes positive values only. `summary` is a short description; it is empty where the type says
    enough. A layer that `responds` has its filters' responses to an image in snapshots with these; all together they
    are limited.
    """

    name: str
    type: str
    input_shape: Shape
    output_shape: Shape
    weight_shape: Shape | None
    kernel_shape: Shape | None
    window: WindowView
    always_shown: bool
    activates: bool
    gates: bool
    responds: bool
    summary: str
    parameters: int

    @classmethod
    def all(cls, shapes: Sequence[LayerShape], lanes: int) -> "list[LayerView]":
        """Describe the layers of so many lanes."""
        responding = responding_layers(shapes, lanes)
        return [cls.of(shape, responds=shape.spec.name in responding) for shape in shapes]

    @classmethod
    def of(cls, shape: LayerShape, *, responds: bool) -> "LayerView":
        """Describe a layer."""
        return cls(
            name=shape.spec.name,
            type=shape.spec.type,
            input_shape=shape.input,
            output_shape=shape.output,
            weight_shape=shape.params.get("weight"),
            kernel_shape=shape.kernels,
            window=WindowView(**shape.spec.window(shape.input)._asdict()),
            always_shown=shape.kernels is not None and shape.spec.ALWAYS_SHOWN,
            activates=shape.spec.ACTIVATES,
            gates=shape.spec.GATES,
            responds=responds,
            summary=shape.spec.summary(),
            parameters=shape.parameters,
        )


class LayerFieldView(BaseModel):
    """A setting of a layer: a whole number, a pair (rows, cols), any number, or the initialisation of its weights."""

    name: str
    kind: Literal["count", "pair", "number", "init"]


class LayerTypeView(BaseModel):
    """A type of layer, with its settings and an example to start from.

    The only layer of its type in a network is called ``conv1`` where the type is `numbered_alone`, else just ``dense``.
    """

    type: str
    numbered_alone: bool
    fields: list[LayerFieldView]
    example: AnyLayer

    @classmethod
    def of(cls, one: LayerType, classes: int) -> "LayerTypeView":
        """Describe a type, with an example for a data set of `classes` classes."""
        return cls(
            type=one.type,
            numbered_alone=one.NUMBERED_ALONE,
            fields=[LayerFieldView(name=field.name, kind=field.kind) for field in one.FIELDS],
            example=one.example(one.type, classes),
        )


class NetworksView(BaseModel):
    """The types of layers that networks for a data set can have, and networks to start from, one of them usual."""

    types: list[LayerTypeView]
    networks: dict[str, list[AnyLayer]]
    usual: str

    @classmethod
    def of(cls, name: str) -> "NetworksView":
        """Describe the networks for the data set of this name.

        Raises:
            UnknownDatasetError: there is no such data set.
        """
        about = datasets.info(name)
        classes = len(about.classes)
        return cls(
            types=[LayerTypeView.of(one, classes) for one in layers.TYPES],
            networks=networks(about.image_shape, classes),
            usual=about.network,
        )


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


class Problem(BaseModel):
    """One mistake in a request. `code` and `values` say the same as `message`, for clients with their own texts."""

    field: str
    value: object
    message: str
    code: str
    values: dict[str, str | int | float]


class Problems(BaseModel):
    """All the mistakes in a request."""

    detail: list[Problem]


class DownloadView(BaseModel):
    """The download of a data set, of `size` bytes, of which `came` are here.

    Where it is not `here` yet, it may be `under_way`, or have failed with a `problem`. `found`: the folder of another
    program from which it would be taken over; empty: there is none.
    """

    size: int
    came: int
    here: bool
    under_way: bool = False
    found: str = ""
    problem: Problem | None = None
    source: str
    licence: str


class ListedDatasetView(DatasetView):
    """A data set in the list, with the `bytes` that it takes in the data directory; null: it takes none.

    `mine`: the client that sends the visitor cookie may delete it. `download` is null where there is nothing to
    download.
    """

    bytes: int | None
    mine: bool
    download: DownloadView | None = None


class SettingsView(BaseModel):
    """What an experiment with some settings would be, or the problems with the settings.

    With problems there are only the `layers` before the first that cannot be.
    """

    address: str | None = None
    layers: list[LayerView] = []
    parameters: int = 0
    problems: list[Problem] = []


class PackedBytes(BaseModel):
    """An array of numbers from 0 to 1, a byte each, row-major, as base64."""

    shape: Shape
    data: str


class SpecimensView(BaseModel):
    """A few training images: as they are, `pixels` [image, channel, row, col]; their labels; and as networks see them.

    `seen` [epoch, image, channel, row, col] is of the first epochs if they are augmented, of one if they are only
    prepared, and of none if neither. If they are prepared, ½ is 0, and the largest magnitude of each is ½ away from it.
    """

    pixels: PackedBytes
    labels: list[int]
    seen: PackedBytes

    @classmethod
    def of(cls, config: ExperimentConfig) -> "SpecimensView":
        """Those of the data set of a configuration.

        Raises:
            Impossible: it is not here.
        """
        found = specimens(config)
        pixels, seen = (PackedBytes(**packed_bytes(as_bytes(images))) for images in (found.pixels, found.seen))
        return cls(pixels=pixels, labels=found.labels.tolist(), seen=seen)
