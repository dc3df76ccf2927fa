"""The WebSocket of a class: one for each of its pages, whichever experiment that shows (docs/protocol.md)."""

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, WebSocket
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from kernelscope.api.classroom.lesson import Lesson, Member
from kernelscope.api.classroom.messages import (
    AskMessage,
    ClassMessage,
    CloseMessage,
    DismissMessage,
    LeadMessage,
    PointMessage,
    VoteMessage,
    WanderMessage,
)
from kernelscope.api.errors import problems, sentence
from kernelscope.api.guards.classroom import Classroom
from kernelscope.api.guards.origin import same_origin
from kernelscope.api.guards.visitor import visitor_of
from kernelscope.api.socket.ending import (
    BAD_ADDRESS,
    TRY_LATER,
    UNKNOWN,
    UNREADABLE,
    WRONG_ORIGIN,
    Close,
    received_text,
    until_closed,
    until_one_ends,
)
from kernelscope.api.socket.messages import ErrorMessage, Refused, parse_as, refused
from kernelscope.experiment import kernel_shapes
from kernelscope.experiment.lane_config import Strict
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.refusals import Crowded
from kernelscope.hosting.registry import Registry
from kernelscope.hosting.views import ExperimentView
from kernelscope.impossible import Impossible, unknown
from kernelscope.store import StoreError, hashed

INTERVAL = 0.05
"""Seconds between what a page is told. What is replaced sooner is skipped: a pointer moves faster than a class sees."""
NOT_THE_TEACHER = Impossible("not_the_teacher", "only the teacher's page may do that")
NOT_A_STUDENT = Impossible("not_a_student", "the class answers, not the teacher")

log = logging.getLogger(__name__)
router = APIRouter()
_parser: TypeAdapter[ClassMessage] = TypeAdapter(
    Annotated[ClassMessage, Field(discriminator="type")], config=ConfigDict(extra="forbid")
)


class Address(Strict):
    """The query of the socket's address: whether the page only watches, so that a teacher's follows too."""

    watch: bool = False


_address: TypeAdapter[Address] = TypeAdapter(Address)


@router.websocket("/ws/class")
async def attend(socket: WebSocket) -> None:
    """Tell a page of the class what is shown to it, and hear its answers, or those of the teacher."""
    await socket.accept()  # before any check, as for an experiment
    await until_closed(socket, _attend(socket), "the class")


async def _attend(socket: WebSocket) -> None:
    classroom: Classroom = socket.app.state.classroom
    lesson: Lesson = socket.app.state.lesson
    if not same_origin(socket):
        raise Close(WRONG_ORIGIN, "the page comes from another origin than this server")
    if not classroom.enabled:
        raise Close(UNKNOWN, "there is no class: this server was started without --classroom")
    try:
        address = _address.validate_python(dict(socket.query_params))
    except ValidationError as error:
        raise Close(BAD_ADDRESS, sentence(problems(error.errors())[0])) from error
    visitor = visitor_of(socket)
    member = Member(visitor, teacher=classroom.may_open(visitor), watches=address.watch)
    try:
        with lesson.attended(member):
            await until_one_ends(_tell(socket, member, lesson), _hear(socket, member, lesson))
    except Crowded as error:
        raise Close(TRY_LATER, str(error)) from error
    except StoreError as error:
        log.error("the class cannot be led: %s", error)
        raise Close(UNREADABLE, error.public) from error


async def _tell(socket: WebSocket, member: Member, lesson: Lesson) -> None:
    """Send a page the newest of everything, without end."""
    while True:
        await member.news.wait()
        member.news.clear()
        for text in lesson.take(member):
            await socket.send_text(text)
        await asyncio.sleep(INTERVAL)


async def _hear(socket: WebSocket, member: Member, lesson: Lesson) -> None:
    """Obey a page until it leaves."""
    while (text := await received_text(socket)) is not None:
        try:
            message = parse_as(_parser, text)
            try:
                await _obey(message, member, lesson, socket)
            except Impossible as error:
                raise refused(message.type, error) from error
        except Refused as error:
            answer = ErrorMessage(about=error.about, message=str(error), problems=error.problems)
            await socket.send_text(answer.model_dump_json())


async def _obey(message: ClassMessage, member: Member, lesson: Lesson, socket: WebSocket) -> None:
    """Do what a page asks for.

    Raises:
        Impossible: it can't be, or is another's to do.
    """
    match message:
        case WanderMessage(wanders=wanders):
            lesson.wander(member, wanders)
            return
        case VoteMessage():
            if not member.counts:
                raise NOT_A_STUDENT
            lesson.vote(member, message)
            return
    if not member.leads:
        raise NOT_THE_TEACHER
    registry: Registry = socket.app.state.registry
    classroom: Classroom = socket.app.state.classroom
    match message:
        case LeadMessage(experiment=experiment):
            if experiment != lesson.experiment:
                await _require(experiment, registry)
            classroom.current = experiment
            lesson.lead(message)
            if lesson.awaits == experiment and (hosted := registry.hosted(experiment)):
                lesson.hear(hosted.channel)  # another one than before, where it has slept since the question
            await _keep(visitor_of(socket), experiment, classroom, registry)
        case PointMessage():
            lesson.point(member, message)
        case AskMessage():
            lesson.ask(message, (await _require_asked(message, registry)).channel)
        case CloseMessage():
            lesson.close()
        case DismissMessage():
            lesson.dismiss()


async def _keep(teacher: str | None, experiment: str, classroom: Classroom, registry: Registry) -> None:
    led = (hashed(teacher or ""), experiment)
    if led == classroom.led:
        return
    classroom.led = led
    try:
        await asyncio.to_thread(registry.store.keep_lesson, *led)
    except StoreError as error:
        log.warning("after a restart of the server, this lesson needs the teacher's new link: %s", error)


async def _require(experiment: str, registry: Registry) -> ExperimentView:
    view = await registry.view(experiment)
    if view is None:
        raise Impossible("no_experiment", f"there is no experiment {experiment!r}", got=experiment)
    return view


async def _require_asked(asked: AskMessage, registry: Registry) -> Hosted:
    config = (await _require(asked.experiment, registry)).config
    lanes = [lane.id for lane in config.lanes]
    if asked.lane not in lanes:
        raise unknown("lane", lanes, asked.lane)
    asked.weight.require(kernel_shapes(config.shapes()))
    if (hosted := registry.hosted(asked.experiment)) is None:
        raise Impossible("no_experiment", f"nobody has experiment {asked.experiment!r} open", got=asked.experiment)
    return hosted
