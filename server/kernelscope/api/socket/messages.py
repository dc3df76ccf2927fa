"""What a viewer may say (docs/protocol.md), and how it is read."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from kernelscope.api.errors import problem, problems, readable, sentence
from kernelscope.experiment.config import LaneId, Strict
from kernelscope.experiment.place import Index, LayerName, Weight
from kernelscope.hosting.views import Problem
from kernelscope.impossible import Impossible
from kernelscope.source.commands import ViewerCommand

MOST_LAYERS = 32
"""That may be named at once: as many as a network may have."""
Number = Annotated[float, Field(allow_inf_nan=False)]
MOST_PROBES = 10_000
MOST_FRAMES = 64
"""Of a film."""
HALF = re.compile("[\ud800-\udfff]")
"""Half a character, which no UTF-8 can say: it is read as the six letters of its escape."""


class AckMessage(Strict):
    """Binary messages have been dealt with."""

    type: Literal["ack"]
    message: Annotated[int, Field(ge=1)]


class ShowMessage(Strict):
    """Whether snapshots are wanted."""

    type: Literal["show"]
    snapshots: bool


class LookMessage(Strict):
    """Which kernel's exact numbers are wanted."""

    type: Literal["look"]
    layer: str | None
    out: Annotated[int, Field(ge=0)] = 0
    in_: Annotated[int, Field(ge=0, alias="in")] = 0


class StudiedWeight(Strict):
    """A weight of a lane, and of which image of the batch its maps are wanted."""

    lane: LaneId
    layer: LayerName
    out: Index
    in_: Annotated[Index, Field(alias="in")]
    row: Index
    col: Index
    image: Index | None = None

    @property
    def place(self) -> Weight:
        """Where it stands."""
        return Weight(self.layer, self.out, self.in_, self.row, self.col)


class TracedImage(Strict):
    """An image of the probe, in a lane."""

    lane: LaneId
    image: Annotated[int, Field(ge=0, lt=MOST_PROBES)]


class ViewMessage(Strict):
    """What else is wanted."""

    type: Literal["view"]
    quantities: Annotated[
        list[Literal["updates", "before", "moved", "start", "apart"]], Field(default_factory=list, max_length=5)
    ]
    against: LaneId | None = None
    layers: Annotated[list[LayerName], Field(default_factory=list, max_length=MOST_LAYERS)]
    line: LaneId | None = None
    lens: LaneId | None = None
    weight: StudiedWeight | None = None
    trace: TracedImage | None = None
    film: Annotated[int, Field(ge=2, le=MOST_FRAMES)] | None = None
    past: Index | None = None

    @model_validator(mode="after")
    def _has_another(self) -> Self:
        if "apart" in self.quantities and self.against is None:
            raise Impossible("against", "against: expected the id of a lane to go with apart, got none")
        return self


class PingMessage(Strict):
    """What is the time?"""

    type: Literal["ping"]
    sent: Number


ViewerMessage = ViewerCommand | AckMessage | ShowMessage | LookMessage | ViewMessage | PingMessage
_parser: TypeAdapter[ViewerMessage] = TypeAdapter(
    Annotated[ViewerMessage, Field(discriminator="type")], config=ConfigDict(extra="forbid")
)


class Refused(Exception):
    """A message that cannot be carried out."""

    def __init__(self, about: str | None, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message)
        self.about = about
        self.problems = problems


def refused(about: str | None, reason: Impossible, member: str = "") -> Refused:
    """For one reason, found in this member of the message."""
    return Refused(about, f"{member}: {reason}" if member else str(reason), [problem(reason, member)])


class ErrorMessage(BaseModel):
    """The `error` message."""

    type: Literal["error"] = "error"
    about: str | None
    message: str
    problems: Sequence[Problem]


class AudienceMessage(BaseModel):
    """The `audience` message."""

    type: Literal["audience"] = "audience"
    viewers: int
    control: bool
    may_open: bool


class PongMessage(BaseModel):
    """The `pong` message."""

    type: Literal["pong"] = "pong"
    sent: float
    time: float


def parse(text: str) -> ViewerMessage:
    """A viewer's message.

    Raises:
        Refused: it is none, or not a possible one.
    """
    try:
        return _parser.validate_json(text, strict=True)
    except ValidationError as error:
        invalid = error
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(None, _no_message(text)) from error
    if not isinstance(data, dict):
        raise refused(None, _no_message(text))
    if invalid.errors()[0]["type"] == "json_invalid":  # half a character in a string, which is JSON all the same
        whole = HALF.sub(lambda half: rf"\\u{ord(half[0]):04x}", json.dumps(data, ensure_ascii=False))
        try:
            return _parser.validate_json(whole, strict=True)
        except ValidationError as error:
            invalid = error
    about, wrong = data.get("type"), invalid.errors()
    # The first part of a location is the tag of the union's member, where it got that far.
    skip = 0 if wrong[0]["type"].startswith("union_tag") else 1
    found = problems(wrong, skip)
    raise Refused(
        readable(about) if isinstance(about, str) else None, "; ".join(map(sentence, found)), found
    ) from invalid


def _no_message(text: str) -> Impossible:
    start = readable(text[:80])
    return Impossible("no_message", f"expected a JSON object with a type, got {start!r}", got=start)
