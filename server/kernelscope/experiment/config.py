"""Configurations of experiments: values that can be validated, compared and serialised."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from string import ascii_uppercase
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationInfo, field_validator

from kernelscope import datasets
from kernelscope.datasets.augmentation import NO_AUGMENTATION, Augmentation
from kernelscope.datasets.preparation import Preparation
from kernelscope.experiment.networks import usual
from kernelscope.experiment.texts import NAME, of_form
from kernelscope.experiment.variant import ActivationType, activations, beginning, varied
from kernelscope.experiment.work import require_little_work
from kernelscope.impossible import Impossible, unknown
from kernelscope.nn import (
    SGD,
    Adam,
    AdamW,
    Architecture,
    Constant,
    Cosine,
    Gaussian,
    He,
    LayerShape,
    LayerSpec,
    StepDecay,
    infer_shapes,
    layers,
)

MOST_LANES = 8

LearningRate = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
LANE_ID = "[A-Za-z0-9_-]{1,16}"
LaneId = Annotated[
    str,
    of_form(LANE_ID, "1 to 16 of the characters A–Z a–z 0–9 _ -", code="lane_id"),
    Field(description="default: A, B, C … by place", json_schema_extra={"pattern": f"^{LANE_ID}$"}),
]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
if TYPE_CHECKING:
    AnyLayer = LayerSpec
else:
    AnyLayer = Annotated[reduce(or_, layers.TYPES), Field(discriminator="type")]
    """A layer spec, discriminated by its ``type``."""
_LAYER: TypeAdapter[LayerSpec] = TypeAdapter(AnyLayer)


_USUAL: list[LayerSpec] = []
"""A placeholder for the usual network of the data set (`networks.usual`)."""
_USUAL_PREPARATION: Any = ""
"""A placeholder for that of the data set."""
_USUAL_LANES: list["LaneConfig"] = []
"""A placeholder for lanes at the usual learning rates of the data set."""


class Strict(BaseModel):
    """A frozen model without unknown members."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LaneConfig(Strict):
    """Settings of one lane: a network's optimizer and learning rate, and what else it has of its own."""

    id: LaneId = ""
    name: Annotated[str, Field(max_length=40, description="display name; the id if empty"), NAME] = ""
    learning_rate: LearningRate
    optimizer: Annotated[SGD | Adam | AdamW, Field(discriminator="type")] = SGD()
    schedule: Annotated[Constant | StepDecay | Cosine, Field(discriminator="type")] = Constant()
    init: Annotated[
        Annotated[Gaussian | He, Field(discriminator="type")] | None,
        Field(description="initialisation of all layers with weights; null: the network's own"),
    ] = None
    activation: Annotated[
        ActivationType | None, Field(description="in place of all activations; null: the network's own")
    ] = None
    batch: Annotated[
        int | None, Field(ge=1, le=1024, description="the first images of each batch that it sees; null: all")
    ] = None

    def rate(self, step: int) -> float:
        """The learning rate of `step`, counted from 1."""
        return self.learning_rate * self.schedule.share(step)

    def images(self, batch: int) -> int:
        """The number of images that it sees of a `batch` of so many: the first ones."""
        return min(self.batch or batch, batch)

    @property
    def structure(self) -> tuple[object, ...]:
        """All that cannot change while it trains: optimizer, initialisation, activation, and images of a batch."""
        return self.optimizer, self.init, self.activation, self.batch

    def continues(self, other: "LaneConfig") -> bool:
        """Whether it could go on where a lane with the settings `other` stands: they differ in rate, schedule, name."""
        return self.structure == other.structure


class Stop(Strict):
    """Conditions for an automatic pause. Each is an event: training resumed after it is not paused by it again."""

    step: Annotated[int | None, Field(ge=1, le=10**9, description="pause after this step")] = None
    accuracy: Annotated[
        float | None,
        Field(gt=0, le=1, allow_inf_nan=False, description="pause as soon as a lane reaches this test accuracy"),
    ] = None
    divergence: Annotated[bool, Field(description="pause as soon as a lane has diverged or collapsed")] = False


class ExperimentConfig(Strict):
    """All settings of an experiment. They determine the trained weights, bit for bit, on the same machine."""

    dataset: Annotated[str, Field(description="a name that GET /api/datasets lists")] = datasets.default()
    preparation: Annotated[
        Preparation, Field(description="of every image that a network sees; default: as usual with the data set")
    ] = Field(default=_USUAL_PREPARATION, validate_default=True)
    augmentation: Annotated[
        Augmentation, Field(description="of training images in training, at random, before they are prepared")
    ] = NO_AUGMENTATION
    # Among the first seeds, the one with the clearest kernels, and whose lane at 1.0 collapses for good.
    seed: Annotated[Seed, Field(description="seed of all that is random: initial weights, batches and so on")] = 3
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 64
    test_every: Annotated[int, Field(ge=1, le=100_000, description="steps between evaluations of the test set")] = 100
    architecture: Annotated[list[AnyLayer], Field(min_length=1, max_length=32)] = Field(
        default_factory=lambda: _USUAL, validate_default=True
    )
    lanes: Annotated[list[LaneConfig], Field(min_length=1, max_length=MOST_LANES)] = Field(
        default_factory=lambda: _USUAL_LANES, validate_default=True
    )
    stop: Annotated[Stop, Field(description="conditions for an automatic pause")] = Stop()

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, name: str) -> str:
        return datasets.info(name).name  # raises an error that lists the names

    @field_validator("preparation", mode="before")
    @classmethod
    def _usual_preparation(cls, preparation: Any, others: ValidationInfo) -> Any:
        if preparation is not _USUAL_PREPARATION:
            return preparation
        return datasets.info(others.data.get("dataset", datasets.default())).preparation

    @field_validator("architecture", mode="before")
    @classmethod
    def _usual(cls, architecture: Any, others: ValidationInfo) -> Any:
        if architecture is not _USUAL:
            return architecture
        about = datasets.info(others.data.get("dataset", datasets.default()))  # one that is unknown is reported
        return usual(about.network, about.image_shape, len(about.classes))

    @field_validator("lanes", mode="before")
    @classmethod
    def _name_lanes(cls, lanes: Any, others: ValidationInfo) -> Any:
        if lanes is _USUAL_LANES:
            about = datasets.info(others.data.get("dataset", datasets.default()))
            optimizer = {"type": about.optimizer, "weight_decay": about.weight_decay}
            lanes = [{"learning_rate": rate, "optimizer": optimizer} for rate in about.learning_rates]
        if not isinstance(lanes, list | tuple):
            return lanes
        return [_named(lane, letter) for letter, lane in zip(ascii_uppercase + "?" * len(lanes), lanes, strict=False)]

    @field_validator("lanes")
    @classmethod
    def _different_lanes(cls, lanes: list[LaneConfig], others: ValidationInfo) -> list[LaneConfig]:
        different(lanes)
        if {"architecture", "batch_size"} <= others.data.keys():
            require_comparable(lanes, others.data["architecture"], others.data["batch_size"])
        return lanes

    @field_validator("architecture")
    @classmethod
    def _buildable(cls, architecture: list[LayerSpec], others: ValidationInfo) -> list[LayerSpec]:
        if not {"dataset", "batch_size"} <= others.data.keys():
            return architecture  # they are wrong themselves, and reported
        shapes = _shapes(architecture, others.data["dataset"])
        require_little_work(shapes, others.data["batch_size"])
        return architecture

    def shapes(self) -> list[LayerShape]:
        """The layers with their shapes on this data set."""
        return _shapes(self.architecture, self.dataset)

    def shapes_of(self, lane: LaneConfig) -> list[LayerShape]:
        """The layers of a lane, which may have activations of its own."""
        return _shapes(varied(self.architecture, lane.init, lane.activation), self.dataset)

    def checked(self) -> "ExperimentConfig":
        """Read it as it is written: what was put into a copy has not been checked.

        Raises:
            ValueError: there can be no such experiment.
        """
        return self.model_validate_json(self.model_dump_json())

    @property
    def parameters(self) -> int:
        """The number of weights and biases of one network."""
        return sum(shape.parameters for shape in self.shapes())


class Wanted(NamedTuple):
    """A new set of lanes for an experiment."""

    lanes: Sequence[LaneConfig]
    copies: Mapping[str, str]
    """For each lane that is to continue from another, by id, the id of that one."""


def different(lanes: Sequence[LaneConfig]) -> None:
    """Check that lane ids are unique.

    Raises:
        Impossible: two lanes share an id.
    """
    ids = [lane.id for lane in lanes]
    if len(set(ids)) < len(ids):
        raise Impossible("same_lane", f"expected lane ids that differ, got {', '.join(ids)}", got=", ".join(ids))


def require_comparable(lanes: Sequence[LaneConfig], architecture: Architecture, batch_size: int) -> None:
    """Check that lanes of this network differ, besides their rates and schedules, in one thing at most.

    Whatever comes of them could otherwise be due to any of these things: the optimizer, the initialisation, the
    activations, the number of images in a batch.

    Raises:
        Impossible: they differ in two, or one has more images than a batch.
    """
    for lane in lanes:
        if lane.batch is not None and lane.batch > batch_size:
            message = f"batch: expected at most the {batch_size} images of the common batch, got {lane.batch}"
            raise Impossible("lane_batch", message, most=batch_size, got=lane.batch)
    networks = [varied(architecture, lane.init, lane.activation) for lane in lanes]
    things: dict[str, set[Any]] = {
        "optimizer": {lane.optimizer for lane in lanes},
        "init": {beginning(network) for network in networks},
        "activation": {activations(network) for network in networks},
        "batch": {lane.images(batch_size) for lane in lanes},
    }
    different = [thing for thing, values in things.items() if len(values) > 1]
    if len(different) > 1:
        message = f"expected lanes that differ in one thing besides their rates, got {' and '.join(different)}"
        raise Impossible("two_differences", message)


def sources(now: Sequence[LaneConfig], wanted: Sequence[LaneConfig], copies: Mapping[str, str]) -> list[str | None]:
    """For each wanted lane the id of the present lane that it continues; None if it starts at step 0.

    A lane that keeps its optimizer, and all that is its own of the network and the batch, continues, whatever its rate,
    schedule and name. `copies` has, by id, the lanes that are to continue from another one.

    Raises:
        Impossible: a copy is of an unknown lane, or of one that it could not go on from: with another optimizer, whose
            state would be meaningless, or another beginning, activation or batch.
    """
    present = {lane.id: lane for lane in now}
    found: list[str | None] = []
    for lane in wanted:
        source = copies.get(lane.id, lane.id)
        if lane.id in copies and source not in present:
            raise unknown("copy_of", present, source)
        goes_on = source in present and lane.continues(present[source])
        if lane.id in copies and not goes_on:
            expected, got = (", ".join(map(str, one.structure)) for one in (present[source], lane))
            message = f"copy_of: expected optimizer, init, activation and batch of {source}, {expected}, got {got}"
            raise Impossible("copied_settings", message, field="copy_of", lane=source)
        found.append(source if goes_on else None)
    return found


def _named(lane: Any, letter: str) -> Any:
    match lane:
        case dict():
            return {"id": letter, **lane}
        case LaneConfig(id=""):
            return lane.model_copy(update={"id": letter})
        case _:
            return lane


def _shapes(architecture: Architecture, dataset: str) -> list[LayerShape]:
    about = datasets.info(dataset)
    return infer_shapes(architecture, about.image_shape, len(about.classes))


def possible_layers(settings: Mapping[str, Any]) -> list[LayerShape]:
    """The first layers of a configuration's JSON, up to one that cannot be; all, if what is wrong is something else."""
    found: list[LayerShape] = []
    try:
        shape = datasets.info(settings.get("dataset", datasets.default())).image_shape
        for layer in settings.get("architecture", ()):
            [inferred] = infer_shapes([_LAYER.validate_python(layer)], shape)
            shape = inferred.output
            found.append(inferred)
    except (TypeError, ValueError):  # said by whoever validates the whole
        pass
    return found
