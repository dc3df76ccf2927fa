"""What a viewer may say (docs/protocol.md), and how it is read."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kernelscope.api.errors import problem, problems, readable, sentence
from kernelscope.experiment.config import Strict
from kernelscope.experiment.place import Kernel
from kernelscope.hosting.views import Problem
from kernelscope.impossible import Impossible
from kernelscope.source.commands import ViewerCommand
from kernelscope.studies.registry import WantedSubject
from kernelscope.studies.shown import PLAIN, Shown

MOST_SUBJECTS = 32
"""That one viewer may want at once."""
Number = Annotated[float, Field(allow_inf_nan=False)]
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


class WantMessage(Strict):
    """What is wanted besides scalars and plain snapshots. It takes the place of what was wanted before."""

    type: Literal["want"]
    subjects: Annotated[list[WantedSubject], Field(default_factory=list, max_length=MOST_SUBJECTS)]
    shown: Shown = PLAIN
    kernel: Kernel | None = None


class PingMessage(Strict):
    """What is the time?"""

    type: Literal["ping"]
    sent: Number


ViewerMessage = ViewerCommand | AckMessage | ShowMessage | WantMessage | PingMessage
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
    # The first part of a location, where there is any, is the message's type.
    found = problems(wrong, skip=1)
    raise Refused(
        readable(about) if isinstance(about, str) else None, "; ".join(map(sentence, found)), found
    ) from invalid


def _no_message(text: str) -> Impossible:
    start = readable(text[:80])
    return Impossible("no_message", f"expected a JSON object with a type, got {start!r}", got=start)
