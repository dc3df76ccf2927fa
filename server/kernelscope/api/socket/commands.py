"""What a viewer's messages ask for, where there is such a thing. What there is not is `Refused`, in words."""

import secrets
from typing import TypeVar

from kernelscope.api.socket.messages import (
    CommandMessage,
    LookMessage,
    NewSeedMessage,
    RangeTestMessage,
    SetFrameRateMessage,
    SetLanesMessage,
    SetLearningRateMessage,
    SetSpeedMessage,
    SetStopMessage,
    SetWeightMessage,
    SimpleMessage,
    ViewMessage,
    WantedLane,
    refused,
)
from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop, kernel_shapes, sources
from kernelscope.experiment.config import different
from kernelscope.experiment.phases import require_room
from kernelscope.experiment.place import Kernel
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.refusals import TooLarge
from kernelscope.hosting.registry import Registry
from kernelscope.impossible import Impossible, unknown
from kernelscope.source.commands import (
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
    UndoWeight,
)
from kernelscope.stream.viewer import View, Viewer
from kernelscope.studies.subjects import Subject

Place = TypeVar("Place", bound=Kernel)
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


def kernel_of(message: LookMessage, hosted: Hosted) -> Kernel | None:
    """The kernel that is looked at."""
    if message.layer is None:
        return None
    return _there(message.type, Kernel(message.layer, message.out, message.in_), hosted)


def view_of(message: ViewMessage, viewer: Viewer, hosted: Hosted, registry: Registry) -> View:
    """What the viewer wants to see, without layers that are not there: the worker would look for them in vain."""
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
        weight = _there(message.type, message.weight.place, hosted)
        kernel, cell = weight.kernel, (weight.row, weight.col)
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


def _there(about: str, place: Place, hosted: Hosted) -> Place:
    try:
        return place.require(kernel_shapes(hosted.shapes))
    except Impossible as error:
        raise refused(about, error) from error


def command_of(message: CommandMessage, hosted: Hosted, registry: Registry) -> Command:
    """What the worker is asked to do."""
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
        case SetWeightMessage(lane=lane, weight=weight, value=value):
            _known(message.type, lane, hosted)
            return SetWeight(lane, _there(message.type, weight, hosted), value)
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
