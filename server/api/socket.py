"""The WebSocket: a viewer's messages in, the channel's messages out (docs/protocol.md)."""

import asyncio
import contextlib
import json
import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from server.api.errors import problems, readable, sentence
from server.api.hosted import Hosted
from server.api.origin import same_origin
from server.api.registry import NoRoom, Registry
from server.experiment.config import LearningRate, Seed, Strict
from server.runner.messages import Command, NewSeed, Pause, Reset, SetLearningRate, Start, Step
from server.stream.channel import Closed, Viewer

router = APIRouter()

BINARY = 1003
WRONG_ORIGIN = 4403
UNKNOWN = 4404
DELETED = 4410
TRY_LATER = 1013


class SimpleMessage(Strict):
    """A command without members."""

    type: Literal["start", "pause", "step", "reset"]


class NewSeedMessage(Strict):
    """A new run with another seed."""

    type: Literal["new_seed"]
    seed: Seed | None = None


class SetLearningRateMessage(Strict):
    """Another rate for a lane."""

    type: Literal["set_learning_rate"]
    lane: str
    rate: LearningRate


class AckMessage(Strict):
    """A snapshot has been drawn."""

    type: Literal["ack"]
    frame: Annotated[int, Field(ge=1)]


ViewerMessage = Annotated[
    SimpleMessage | NewSeedMessage | SetLearningRateMessage | AckMessage, Field(discriminator="type")
]
_parser: TypeAdapter[ViewerMessage] = TypeAdapter(ViewerMessage)
_SIMPLE: dict[str, Command] = {"start": Start(), "pause": Pause(), "step": Step(), "reset": Reset()}


class Refused(Exception):
    """A message that cannot be carried out."""

    def __init__(self, about: str | None, message: str) -> None:
        super().__init__(message)
        self.about = about


class ErrorMessage(BaseModel):
    """The `error` message."""

    type: Literal["error"] = "error"
    about: str | None
    message: str


@router.websocket("/ws/experiments/{id}")
async def watch(socket: WebSocket, id: str) -> None:
    """Follow and steer one experiment."""
    with contextlib.suppress(WebSocketDisconnect):  # whoever leaves may leave at any time
        await _watch(socket, id)


async def _watch(socket: WebSocket, id: str) -> None:
    registry: Registry = socket.app.state.registry
    # Accepted first, so that the page is told why it is refused: a browser shows nothing of a refused handshake.
    await socket.accept()
    if not same_origin(socket.headers):
        await socket.close(WRONG_ORIGIN, "the page comes from another origin than this server")
        return
    try:
        hosted = await registry.open(id)
    except NoRoom as error:
        await socket.close(TRY_LATER, f"all {error.limit} experiments that this server runs at once are being watched")
        return
    if hosted is None:
        await socket.close(UNKNOWN, "there is no experiment of this id")
        return
    with registry.watch(hosted) as viewer:
        sending = asyncio.create_task(_send(socket, viewer))
        try:
            await _receive(socket, viewer, hosted, registry)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    """Whatever there is, until the socket or the channel closes."""
    with contextlib.suppress(WebSocketDisconnect):
        try:
            while True:
                for message in await viewer.next():
                    if isinstance(message, bytes):
                        await socket.send_bytes(message)
                    else:
                        await socket.send_text(message)
        except Closed:
            await socket.close(DELETED, "the experiment was closed")


async def _receive(socket: WebSocket, viewer: Viewer, hosted: Hosted, registry: Registry) -> None:
    """Obey the viewer until it leaves (WebSocketDisconnect)."""
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return
        text = received.get("text")
        if text is None:
            await socket.close(BINARY, "expected a text message, got a binary one")
            return
        try:
            message = parse(text)
            if isinstance(message, AckMessage):
                viewer.acknowledge(message.frame)
            else:
                await _obey(message, hosted, registry)
        except Refused as error:
            await socket.send_text(ErrorMessage(about=error.about, message=str(error)).model_dump_json())


def parse(text: str) -> ViewerMessage:
    """A viewer's message.

    Raises:
        Refused: it is none, or not a possible one.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(None, f"expected a JSON object with a type, got {readable(text[:80])!r}") from error
    if not isinstance(data, dict):
        raise Refused(None, f"expected a JSON object with a type, got {readable(text[:80])!r}")
    about = data.get("type")
    try:
        return _parser.validate_python(data, strict=True)
    except ValidationError as error:
        # The first part of a location is the tag of the union's member, where it got that far.
        skip = 0 if error.errors()[0]["type"].startswith("union_tag") else 1
        raise Refused(
            readable(about) if isinstance(about, str) else None,
            "; ".join(map(sentence, problems(error.errors(), skip))),
        ) from error


async def _obey(
    message: SimpleMessage | NewSeedMessage | SetLearningRateMessage, hosted: Hosted, registry: Registry
) -> None:
    if hosted.failure:
        if message.type != "reset":
            raise Refused(message.type, f"the worker has failed ({hosted.failure}): reset begins again at step 0")
        await registry.revive(hosted)
        return
    match message:
        case SimpleMessage():
            await hosted.send(_SIMPLE[message.type])
        case NewSeedMessage():
            await hosted.send(NewSeed(_other_seed(hosted.saved.config.seed) if message.seed is None else message.seed))
        case SetLearningRateMessage():
            lanes = [lane.id for lane in hosted.opened.lanes]
            if message.lane not in lanes:
                raise Refused(message.type, f"lane: expected one of {', '.join(lanes)}, got {message.lane!r}")
            await hosted.send(SetLearningRate(message.lane, message.rate))


def _other_seed(seed: int) -> int:
    """A seed that a person can read out and type."""
    drawn = secrets.randbelow(9_999)
    return drawn if drawn < seed else drawn + 1
