"""The WebSocket: a viewer's messages in, the channel's messages out (docs/protocol.md)."""

import asyncio
import contextlib
import logging
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.websockets import WebSocketState
from pydantic import Field, TypeAdapter, ValidationError

from server.api.classroom import Classroom
from server.api.errors import problems, sentence
from server.api.hosted import Busy, Hosted
from server.api.messages import (
    AckMessage,
    AudienceMessage,
    CommandMessage,
    ErrorMessage,
    LookMessage,
    NewSeedMessage,
    PingMessage,
    PongMessage,
    RangeTestMessage,
    Refused,
    SetFrameRateMessage,
    SetLanesMessage,
    SetLearningRateMessage,
    SetSpeedMessage,
    SetStopMessage,
    SetWeightMessage,
    ShowMessage,
    SimpleMessage,
    ViewMessage,
    WantedLane,
    WeightPlace,
    parse,
    refused,
)
from server.api.origin import same_origin
from server.api.registry import Asleep, Crowded, NoRoom, Registry, TooLarge
from server.api.visitor import visitor_of
from server.experiment import ExperimentConfig, LaneConfig, Stop, kernel_shapes, sources
from server.experiment.config import Strict, different
from server.experiment.phases import require_room
from server.impossible import Impossible, unknown
from server.runner.messages import (
    BeginRangeTest,
    Cancel,
    CancelRangeTest,
    Command,
    Epoch,
    NewSeed,
    Pause,
    Phase,
    Reset,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetSpeed,
    SetStop,
    SetWeight,
    Start,
    Step,
    Subject,
    UndoWeight,
)
from server.runner.picture import Kernel
from server.store import StoreError, hashed
from server.stream.history import Position
from server.stream.viewer import Closed, Held, View, Viewer

log = logging.getLogger(__name__)
router = APIRouter()

BINARY = 1003
BROKEN = 1011
TRY_LATER = 1013
BAD_ADDRESS = 4400
WRONG_ORIGIN = 4403
UNKNOWN = 4404
DELETED = 4410
ASLEEP = 4423
UNREADABLE = 4500
LONGEST_REASON = 123
"""Bytes that a close frame has room for (RFC 6455, 5.5)."""

WATCHING = Impossible("watching", "you are watching: whoever opened this experiment holds the controls")
NOT_FAILED = Impossible("not_failed", "the worker has not failed: there is nothing to restart from")

_SIMPLE: dict[str, Command] = {
    "start": Start(),
    "pause": Pause(),
    "step": Step(),
    "phase": Phase(),
    "epoch": Epoch(),
    "undo_weight": UndoWeight(),
    "reset": Reset(),
    "cancel": Cancel(),
    "cancel_range_test": CancelRangeTest(),
}

Count = Annotated[int, Field(ge=0)]


class Address(Strict):
    """The query of the socket's address: what the viewer holds, and whether it wants no more than to watch."""

    run: Count | None = None
    step: Count = 0
    tests: Count = 0
    observations: Count = 0
    watch: bool = False

    @property
    def held(self) -> Held | None:
        """What the viewer holds."""
        return None if self.run is None else Held(self.run, Position(self.step, self.tests, self.observations))


_address: TypeAdapter[Address] = TypeAdapter(Address)


@router.websocket("/ws/experiments/{id}")
async def watch(socket: WebSocket, id: str) -> None:
    """Follow and steer one experiment."""
    # Accepted first, so that the page is told why it is refused: a browser shows nothing of a refused handshake.
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):  # whoever leaves may leave at any time
        try:
            await _watch(socket, id)
        except WebSocketDisconnect:
            raise
        except _Close as close:
            await _end(socket, close.code, _short(close.reason))
        except Exception as error:
            # Of the two that send, one may find that the viewer has left, and the other send once more.
            if not (isinstance(error, RuntimeError) and _has_left(socket)):
                log.exception("experiment %s: a viewer is sent away", id)
            await _end(socket, BROKEN, "the server made a mistake: its log says which")


async def _end(socket: WebSocket, code: int, reason: str) -> None:
    if not _has_left(socket):
        await socket.close(code, reason)


def _has_left(socket: WebSocket) -> bool:
    return socket.application_state is WebSocketState.DISCONNECTED


class _Close(Exception):
    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


async def _watch(socket: WebSocket, id: str) -> None:
    registry: Registry = socket.app.state.registry
    classroom: Classroom = socket.app.state.classroom
    if not same_origin(socket):
        raise _Close(WRONG_ORIGIN, "the page comes from another origin than this server")
    try:
        address = _address.validate_python(dict(socket.query_params))
    except ValidationError as error:
        raise _Close(BAD_ADDRESS, sentence(problems(error.errors())[0])) from error
    try:
        visitor = visitor_of(socket)
        may_open = classroom.may_open(visitor)
        hosted = await registry.open(id, wake=may_open)
        if hosted is None:
            raise _Close(UNKNOWN, "there is no experiment of this id")
        control = not address.watch and visitor is not None and hashed(visitor) == hosted.saved.owner

        def audience(viewers: int) -> str:
            return AudienceMessage(viewers=viewers, control=control, may_open=may_open).model_dump_json()

        with registry.watch(hosted, address.held, audience, control=control, keeps=may_open) as viewer:
            await _converse(socket, viewer, hosted, registry, control=control)
    except NoRoom as error:
        reason = f"all {error.limit} experiments that this server runs at once are being watched"
        raise _Close(TRY_LATER, reason) from error
    except StoreError as error:
        log.error("experiment %s cannot be opened: %s", id, error)
        raise _Close(UNREADABLE, error.public) from error
    except Crowded as error:
        raise _Close(TRY_LATER, str(error)) from error
    except Asleep as error:
        raise _Close(ASLEEP, str(error)) from error
    except Closed as error:
        if await registry.is_there(id):  # its worker was needed elsewhere
            raise _Close(ASLEEP, str(Asleep())) from error
        raise _Close(DELETED, "the experiment was deleted") from error


async def _converse(socket: WebSocket, viewer: Viewer, hosted: Hosted, registry: Registry, *, control: bool) -> None:
    """Send and receive, until either ends."""
    both = {
        asyncio.create_task(_send(socket, viewer)),
        asyncio.create_task(_receive(socket, viewer, hosted, registry, control=control)),
    }
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    for task in done:
        task.result()


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    """Whatever there is, until the channel closes (Closed) or the socket does (WebSocketDisconnect)."""
    while True:
        for message in await viewer.next():
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(message)


async def _receive(socket: WebSocket, viewer: Viewer, hosted: Hosted, registry: Registry, *, control: bool) -> None:
    """Obey the viewer until it leaves."""
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return
        text = received.get("text")
        if text is None:
            raise _Close(BINARY, "expected a text message, got a binary one")
        try:
            match parse(text):
                case AckMessage(message=count):
                    try:
                        viewer.acknowledge(count)
                    except ValueError as error:
                        raise refused("ack", Impossible("ack", f"message: {error}", field="message")) from error
                case ShowMessage(snapshots=snapshots):
                    viewer.show(snapshots)
                case LookMessage() as message:
                    viewer.look(_kernel(message, hosted))
                case ViewMessage() as message:
                    viewer.see(_view(message, viewer, hosted, registry))
                case PingMessage(sent=sent):
                    await socket.send_text(PongMessage(sent=sent, time=1000 * time.time()).model_dump_json())
                case message:
                    if not control:
                        raise refused(message.type, WATCHING)
                    await _obey(message, hosted, registry)
        except Refused as error:
            answer = ErrorMessage(about=error.about, message=str(error), problems=error.problems)
            await socket.send_text(answer.model_dump_json())


def _kernel(message: LookMessage, hosted: Hosted) -> Kernel | None:
    if message.layer is None:
        return None
    weights = kernel_shapes(hosted.shapes)
    if message.layer not in weights:
        raise refused(message.type, unknown("layer", weights, message.layer))
    out, channels, *_ = weights[message.layer]
    if message.out >= out or message.in_ >= channels:
        expected = f"expected out below {out} and in below {channels}, got out {message.out} and in {message.in_}"
        values: dict[str, str | float] = {"layer": message.layer, "out": message.out, "in": message.in_}
        raise refused(message.type, Impossible("no_kernel", expected, **values))
    return Kernel(message.layer, message.out, message.in_)


def _view(message: ViewMessage, viewer: Viewer, hosted: Hosted, registry: Registry) -> View:
    """Without layers that are not there: the worker would look for them in vain."""
    quantities = {f"apart.{message.against}" if name == "apart" else name for name in message.quantities}
    layers = kernel_shapes(hosted.shapes).keys() & message.layers
    # What this viewer wanted before is not wanted any more.
    attention = hosted.channel.attention_of(other for other in hosted.channel.viewers if other is not viewer)
    # Who only watches gets what is left, and takes nothing away.
    shown = attention.control.shown.layers | (frozenset() if viewer.control else attention.watchers.shown.layers)
    try:
        registry.require_small(hosted.saved.config, layers | shown)
    except TooLarge as error:
        raise refused(message.type, error, "layers") from error
    studies = set()
    if message.weight:
        kernel, cell = _place(message.type, message.weight, hosted)
        studies = {
            Subject("weight", message.weight.lane, kernel, cell, message.weight.image),
            Subject("life", "", kernel, cell),
        }
    if message.trace:
        studies.add(Subject("trace", message.trace.lane, image=message.trace.image))
    return View(
        frozenset(quantities),
        frozenset(layers),
        message.line,
        message.lens,
        frozenset(studies),
        message.film,
        message.past,
    )


def _place(about: str, weight: WeightPlace, hosted: Hosted) -> tuple[Kernel, tuple[int, int]]:
    weights = kernel_shapes(hosted.shapes)
    if weight.layer not in weights:
        raise refused(about, unknown("layer", weights, weight.layer))
    shape = weights[weight.layer]
    place = (weight.out, weight.in_, weight.row, weight.col)
    if any(at >= length for at, length in zip(place, shape, strict=True)):
        expected = f"expected [out, in, row, col] below {list(shape)} in {weight.layer}, got {list(place)}"
        values = {"layer": weight.layer, "shape": str(list(shape)), "got": str(list(place))}
        raise refused(about, Impossible("no_weight", expected, **values))
    return Kernel(weight.layer, weight.out, weight.in_), (weight.row, weight.col)


async def _obey(message: CommandMessage, hosted: Hosted, registry: Registry) -> None:
    registry.touch(hosted)
    if hosted.failure:
        if message.type not in ("restart", "reset"):
            ways = f"the worker has failed ({hosted.failure}): restart goes on from its checkpoint, reset from step 0"
            raise refused(message.type, Impossible("worker_failed", ways, failure=hosted.failure))
        await registry.revive(hosted, at_checkpoint=message.type == "restart")
        return
    try:
        await hosted.send(_command(message, hosted, registry))
    except Busy as error:
        raise refused(message.type, error) from error


def _command(message: CommandMessage, hosted: Hosted, registry: Registry) -> Command:
    match message:
        case SimpleMessage(type="restart"):
            raise refused(message.type, NOT_FAILED)
        case SimpleMessage(type="phase"):
            try:
                require_room(hosted.shapes, hosted.saved.config.batch_size, len(hosted.saved.config.lanes))
            except Impossible as error:
                raise refused(message.type, error) from error
            return _SIMPLE[message.type]
        case SimpleMessage():
            return _SIMPLE[message.type]
        case NewSeedMessage(seed=seed):
            return NewSeed(_other_seed(hosted.saved.config.seed) if seed is None else seed)
        case SetSpeedMessage(steps_per_second=speed):
            return SetSpeed(speed)
        case SetFrameRateMessage(frames_per_second=rate):
            return SetFrameRate(rate)
        case SetLearningRateMessage(lane=lane, rate=rate):
            _known(message.type, lane, hosted)
            return SetLearningRate(lane, rate)
        case SetStopMessage():
            return SetStop(Stop(**{name: getattr(message, name) for name in Stop.model_fields}))
        case RangeTestMessage(lane=lane):
            _known(message.type, lane, hosted)
            return BeginRangeTest(lane)
        case SetWeightMessage(lane=lane, value=value):
            _known(message.type, lane, hosted)
            return SetWeight(lane, *_place(message.type, message, hosted), value)
        case SetLanesMessage(lanes=wanted):
            return _set_lanes(wanted, hosted.saved.config, registry)


def _known(about: str, lane: str, hosted: Hosted) -> None:
    lanes = [lane.id for lane in hosted.saved.config.lanes]
    if lane not in lanes:
        raise refused(about, unknown("lane", lanes, lane))


def _set_lanes(wanted: list[WantedLane], config: ExperimentConfig, registry: Registry) -> SetLanes:
    lanes = [LaneConfig(**{name: getattr(lane, name) for name in LaneConfig.model_fields}) for lane in wanted]
    copies = {lane.id: lane.copy_of for lane in wanted if lane.copy_of is not None}
    try:
        different(lanes)
        sources(config.lanes, lanes, copies)
        registry.require_small(config.model_copy(update={"lanes": lanes}))
    except Impossible as error:
        raise refused("set_lanes", error, "lanes") from error
    return SetLanes(tuple(lanes), tuple(copies.items()))


def _other_seed(seed: int) -> int:
    """A seed that a person can read out and type."""
    drawn = secrets.randbelow(9_999)
    return drawn if drawn < seed else drawn + 1


def _short(reason: str) -> str:
    return reason.encode()[:LONGEST_REASON].decode("utf-8", "ignore")
