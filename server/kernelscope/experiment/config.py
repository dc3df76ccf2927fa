"""Configurations of experiments: values that can be validated, compared and serialised."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from string import ascii_uppercase
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from kernelscope import datasets
from kernelscope.datasets.augmentation import NO_AUGMENTATION, Augmentation
from kernelscope.datasets.preparation import Preparation
from kernelscope.experiment.lane_config import MOST_LANES, LaneConfig, Strict, different, require_comparable
from kernelscope.experiment.networks import usual
from kernelscope.experiment.variant import varied
from kernelscope.experiment.work import require_little_work
from kernelscope.nn import Architecture, LayerShape, LayerSpec, infer_shapes, layers

Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
if TYPE_CHECKING:
    AnyLayer = LayerSpec
else:
    AnyLayer = Annotated[reduce(or_, layers.TYPES), Field(discriminator="type")]
    """A layer spec, discriminated by its ``type``."""
_LAYER: TypeAdapter[LayerSpec] = TypeAdapter(AnyLayer)


_USUAL: list[LayerSpec] = []
"""A placeholder for the usual network of the data set (`networks.usual`)."""
_USUAL_PREPARATION: Any = object()
"""A placeholder for that of the data set."""
_USUAL_LANES: list[LaneConfig] = []
"""A placeholder for lanes at the usual learning rates of the data set."""


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
    ] = Field(default_factory=lambda: _USUAL_PREPARATION, validate_default=True)
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
