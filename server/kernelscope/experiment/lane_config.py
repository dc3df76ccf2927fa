"""The settings of lanes, and what lanes may differ in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from kernelscope.experiment.texts import NAME, of_form
from kernelscope.experiment.variant import ActivationType, activations, beginning, varied
from kernelscope.impossible import Impossible, unknown
from kernelscope.nn import SGD, Adam, AdamW, Architecture, Constant, Cosine, Gaussian, He, StepDecay

MOST_LANES = 8

LearningRate = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
LANE_ID = "[A-Za-z0-9_-]{1,16}"
LaneId = Annotated[
    str,
    of_form(LANE_ID, "1 to 16 of the characters A–Z a–z 0–9 _ -", code="lane_id"),
    Field(description="default: A, B, C … by place", json_schema_extra={"pattern": f"^{LANE_ID}$"}),
]


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


class Wanted(NamedTuple):
    """A new set of lanes for an experiment."""

    lanes: Sequence[LaneConfig]
    copies: Mapping[str, str]
    """For each lane that is to continue from another, by id, the id of that one."""

    def members(self) -> dict[str, Any]:
        """It as JSON members."""
        return {"lanes": [lane.model_dump(mode="json") for lane in self.lanes], "copies": dict(self.copies)}


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
