"""The WebSocket endpoint: messages of a viewer in, messages of its experiment's channel out (docs/protocol.md)."""

import logging
import time
from typing import Annotated

from fastapi import APIRouter, WebSocket
from pydantic import Field, TypeAdapter, ValidationError

from kernelscope.api.errors import problems, sentence
from kernelscope.api.guards.classroom import Classroom
from kernelscope.api.guards.origin import same_origin
from kernelscope.api.guards.visitor import visitor_of
from kernelscope.api.socket.commands import checked, wish_of
from kernelscope.api.socket.ending import (
    ASLEEP,
    BAD_ADDRESS,
    DELETED,
    NO_DATA,
    TRY_LATER,
    UNKNOWN,
    UNREADABLE,
    WRONG_ORIGIN,
    Close,
    received_text,
    until_closed,
    until_one_ends,
)
from kernelscope.api.socket.messages import (
    AckMessage,
    AudienceMessage,
    ErrorMessage,
    PingMessage,
    PongMessage,
    Refused,
    ShowMessage,
    WantMessage,
    parse,
    refused,
)
from kernelscope.datasets.kept import Missing
from kernelscope.experiment.lane_config import Strict
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.refusals import Asleep, Busy, Crowded, NoRoom
from kernelscope.hosting.registry import Registry
from kernelscope.impossible import Impossible
from kernelscope.source.capabilities import Unsupported
from kernelscope.source.commands import Reset, Restart, ViewerCommand
from kernelscope.store import StoreError, hashed
from kernelscope.stream.history import Position
from kernelscope.stream.viewer import Closed, Held, Viewer

log = logging.getLogger(__name__)
router = APIRouter()

WATCHING = Impossible("watching", "you are watching: whoever opened this experiment holds the controls")

Count = Annotated[int, Field(ge=0)]


class Address(Strict):
    """The query of the socket's address: what the viewer holds, and whether it only wants to watch."""

    run: Count | None = None
    step: Count = 0
    tests: Count = 0
    observations: Count = 0
    watch: bool = False

    @property
    def held(self) -> Held | None:
        """The scalars that the viewer holds; None: none that it could continue from."""
        return None if self.run is None else Held(self.run, Position(self.step, self.tests, self.observations))


_address: TypeAdapter[Address] = TypeAdapter(Address)


@router.websocket("/ws/experiments/{id}")
async def watch(socket: WebSocket, id: str) -> None:
    """Stream one experiment to a viewer and obey its messages."""
    # Accepted before any check: browsers do not show scripts why a handshake was refused, but they do show close codes.
    await socket.accept()
    await until_closed(socket, _watch(socket, id), f"experiment {id}")


async def _watch(socket: WebSocket, id: str) -> None:
    registry: Registry = socket.app.state.registry
    classroom: Classroom = socket.app.state.classroom
    if not same_origin(socket):
        raise Close(WRONG_ORIGIN, "the page comes from another origin than this server")
    try:
        address = _address.validate_python(dict(socket.query_params))
    except ValidationError as error:
        raise Close(BAD_ADDRESS, sentence(problems(error.errors())[0])) from error
    try:
        visitor = visitor_of(socket)
        may_open = classroom.may_open(visitor)
        hosted = await registry.open(id, wake=may_open)
        if hosted is None:
            raise Close(UNKNOWN, "there is no experiment of this id")
        control = not address.watch and visitor is not None and hashed(visitor) == hosted.saved.owner

        def audience(viewers: int) -> str:
            return AudienceMessage(viewers=viewers, control=control, may_open=may_open).model_dump_json()

        with registry.watch(hosted, address.held, audience, control=control, keeps=may_open) as viewer:
            await until_one_ends(_send(socket, viewer), _receive(socket, viewer, hosted, registry, control=control))
    except NoRoom as error:
        reason = f"all {error.limit} experiments that this server runs at once are being watched"
        raise Close(TRY_LATER, reason) from error
    except StoreError as error:
        log.error("experiment %s cannot be opened: %s", id, error)
        raise Close(UNREADABLE, error.public) from error
    except Crowded as error:
        raise Close(TRY_LATER, str(error)) from error
    except Asleep as error:
        raise Close(ASLEEP, str(error)) from error
    except Missing as error:
        raise Close(NO_DATA, "the images of its data set are not here") from error
    except Closed as error:
        if await registry.is_there(id):  # another experiment needed the room
            raise Close(ASLEEP, str(Asleep())) from error
        raise Close(DELETED, "the experiment was deleted") from error


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    """Send the viewer's messages without end.

    Raises:
        Closed: the channel has closed.
        WebSocketDisconnect: the viewer has left.
    """
    while True:
        for message in await viewer.next():
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(message)


async def _receive(socket: WebSocket, viewer: Viewer, hosted: Hosted, registry: Registry, *, control: bool) -> None:
    """Obey the viewer until it leaves."""
    while True:
        text = await received_text(socket)
        if text is None:
            return
        try:
            match parse(text):
                case AckMessage(message=count):
                    try:
                        viewer.acknowledge(count)
                    except ValueError as error:
                        raise refused("ack", Impossible("ack", f"message: {error}", field="message")) from error
                case ShowMessage(snapshots=snapshots):
                    viewer.show(snapshots)
                case WantMessage() as message:
                    viewer.want(wish_of(message, viewer, hosted, registry))
                case PingMessage(sent=sent):
                    await socket.send_text(PongMessage(sent=sent, time=1000 * time.time()).model_dump_json())
                case command:
                    if not control:
                        raise refused(command.type, WATCHING)
                    await _obey(command, hosted, registry)
        except Refused as error:
            answer = ErrorMessage(about=error.about, message=str(error), problems=error.problems)
            await socket.send_text(answer.model_dump_json())


async def _obey(command: ViewerCommand, hosted: Hosted, registry: Registry) -> None:
    try:
        hosted.require(command.type)
    except Unsupported as error:
        raise refused(command.type, error) from error
    registry.touch(hosted)
    if hosted.failure:
        if not isinstance(command, Restart | Reset):
            ways = f"the training has failed ({hosted.failure}): restart resumes its checkpoint, reset starts at step 0"
            raise refused(command.type, Impossible("worker_failed", ways, failure=hosted.failure))
        await registry.revive(hosted, at_checkpoint=isinstance(command, Restart))
        return
    try:
        await hosted.send(checked(command, hosted, registry))
    except Busy as error:
        raise refused(command.type, error) from error
