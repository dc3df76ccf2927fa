"""What a viewer's messages ask for, where there is such a thing. What there is not is `Refused`, in words."""

import secrets
from typing import TypeVar

from kernelscope.api.socket.messages import LookMessage, ViewMessage, refused
from kernelscope.experiment import kernel_shapes, sources
from kernelscope.experiment.config import different
from kernelscope.experiment.phases import require_room
from kernelscope.experiment.place import Kernel
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.refusals import TooLarge
from kernelscope.hosting.registry import Registry
from kernelscope.impossible import Impossible, unknown
from kernelscope.source.commands import (
    BeginRangeTest,
    Command,
    NewSeed,
    Phase,
    Restart,
    SetLanes,
    SetLearningRate,
    SetWeight,
    ViewerCommand,
)
from kernelscope.stream.viewer import View, Viewer
from kernelscope.studies.subjects import Subject

Place = TypeVar("Place", bound=Kernel)
NOT_FAILED = Impossible("not_failed", "the worker has not failed: there is nothing to restart from")


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


def checked(command: ViewerCommand, hosted: Hosted, registry: Registry) -> Command:
    """The command as the worker is told it, where it can be obeyed by this experiment.

    Raises:
        Refused: it cannot.
    """
    try:
        return _checked(command, hosted, registry)
    except Impossible as error:
        raise refused(command.type, error, "lanes" if isinstance(command, SetLanes) else "") from error


def _checked(command: ViewerCommand, hosted: Hosted, registry: Registry) -> Command:
    config = hosted.saved.config
    match command:
        case Restart():
            raise NOT_FAILED
        case Phase():
            require_room(hosted.shapes, config.batch_size, len(config.lanes))
        case NewSeed(seed=None):
            return NewSeed(_other_seed(config.seed))
        case SetLearningRate(lane=lane) | BeginRangeTest(lane=lane) | SetWeight(lane=lane):
            ids = [lane.id for lane in config.lanes]
            if lane not in ids:
                raise unknown("lane", ids, lane)
            if isinstance(command, SetWeight):
                command.weight.require(kernel_shapes(hosted.shapes))
        case SetLanes():
            lanes, copies = command.wanted
            different(lanes)
            sources(config.lanes, lanes, copies)
            registry.require_small(config.model_copy(update={"lanes": lanes}))
    return command


def _other_seed(seed: int) -> int:
    """A seed that a person can read out and type."""
    drawn = secrets.randbelow(9_999)
    return drawn if drawn < seed else drawn + 1
