"""The messages of viewers (docs/protocol.md) and their validation, and the server's short answers."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kernelscope.api.errors import problem, problems, readable, sentence
from kernelscope.experiment.lane_config import Strict
from kernelscope.experiment.own_image import ImageIndex, OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.hosting.views import Problem
from kernelscope.impossible import Impossible
from kernelscope.source.commands import ViewerCommand
from kernelscope.studies.registry import WantedSubject
from kernelscope.studies.shown import PLAIN, Shown

MOST_SUBJECTS = 32
MOST_FURTHER_KERNELS = 4
"""Subjects that one viewer may want at once."""
Number = Annotated[float, Field(allow_inf_nan=False)]
HALF = re.compile("[\ud800-\udfff]")
"""A lone surrogate, which UTF-8 cannot encode. It is read as the six characters of its escape."""


class AckMessage(Strict):
    """An acknowledgement of the first `message` binary messages."""

    type: Literal["ack"]
    message: Annotated[int, Field(ge=1)]


class ShowMessage(Strict):
    """A request to send snapshots, or to send none."""

    type: Literal["show"]
    snapshots: bool


class WantMessage(Strict):
    """What a viewer wants besides scalars and plain snapshots. It replaces the previous one."""

    type: Literal["want"]
    subjects: Annotated[list[WantedSubject], Field(default_factory=list, max_length=MOST_SUBJECTS)]
    shown: Shown = PLAIN
    kernel: Kernel | None = None
    pointed: Kernel | None = None
    also: Annotated[list[Kernel], Field(default_factory=list, max_length=MOST_FURTHER_KERNELS)]
    image: ImageIndex | None = None
    own: OwnImage | None = None


class PingMessage(Strict):
    """A request for the server's time."""

    type: Literal["ping"]
    sent: Number


ViewerMessage = ViewerCommand | AckMessage | ShowMessage | WantMessage | PingMessage
_parser: TypeAdapter[ViewerMessage] = TypeAdapter(
    Annotated[ViewerMessage, Field(discriminator="type")], config=ConfigDict(extra="forbid")
)
Parsed = TypeVar("Parsed")


class Refused(Exception):
    """A message is invalid or cannot be obeyed."""

    def __init__(self, about: str | None, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message)
        self.about = about
        self.problems = problems


def refused(about: str | None, reason: Impossible, member: str = "") -> Refused:
    """Create a refusal for one reason, found in this member of the message."""
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
    """Parse and validate a viewer's message.

    Raises:
        Refused: it is not a message, or not a valid one.
    """
    return parse_as(_parser, text)


def parse_as(parser: TypeAdapter[Parsed], text: str) -> Parsed:
    """Parse and validate a message of one of the types that this parser knows.

    Raises:
        Refused: it is not a message, or not a valid one.
    """
    try:
        return parser.validate_json(text, strict=True)
    except ValidationError as error:
        invalid = error
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(None, _no_message(text)) from error
    if not isinstance(data, dict):
        raise refused(None, _no_message(text))
    if invalid.errors()[0]["type"] == "json_invalid":  # a lone surrogate in a string, which JSON allows
        whole = HALF.sub(lambda half: rf"\\u{ord(half[0]):04x}", json.dumps(data, ensure_ascii=False))
        try:
            return parser.validate_json(whole, strict=True)
        except ValidationError as error:
            invalid = error
    about, wrong = data.get("type"), invalid.errors()
    # The location, unless it is empty, starts with the message's type.
    found = problems(wrong, skip=1)
    raise Refused(
        readable(about) if isinstance(about, str) else None, "; ".join(map(sentence, found)), found
    ) from invalid


def _no_message(text: str) -> Impossible:
    start = readable(text[:80])
    return Impossible("no_message", f"expected a JSON object with a type, got {start!r}", got=start)
