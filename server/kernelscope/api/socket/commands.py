"""Checks of a viewer's messages against the experiment. What it cannot do is `Refused`."""

import secrets
from collections.abc import Callable
from functools import partial

from kernelscope import datasets
from kernelscope.api.socket.messages import WantMessage, refused
from kernelscope.experiment import Stop, kernel_shapes, sources
from kernelscope.experiment.lane_config import different, require_comparable
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.phases import require_room
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.refusals import TooLarge
from kernelscope.hosting.registry import Registry
from kernelscope.impossible import Impossible, between, unknown
from kernelscope.source.commands import (
    BeginRangeTest,
    Command,
    NewSeed,
    Phase,
    Restart,
    SetLanes,
    SetLearningRate,
    SetStop,
    SetWeight,
    ViewerCommand,
)
from kernelscope.stream.audience import Wish
from kernelscope.stream.viewer import Viewer
from kernelscope.studies.shown import Shown

NOT_FAILED = Impossible("not_failed", "the training has not failed: there is nothing to restart from")


def wish_of(message: WantMessage, viewer: Viewer, hosted: Hosted, registry: Registry) -> Wish:
    """Return what the viewer wants to see, without layers that do not exist.

    Raises:
        Refused: the source cannot provide it, or it is too large.
    """
    shapes = kernel_shapes(hosted.shapes)
    shown = message.shown.of_image(message.image)
    _require(message, "shown.quantities", partial(hosted.require, *message.shown.names))
    _require(message, "image", partial(hosted.require, *shown.names))
    also = [(f"also.{place}", kernel) for place, kernel in enumerate(message.also)]
    for member, kernel in (("kernel", message.kernel), ("pointed", message.pointed), *also):
        if kernel:
            _require(message, member, partial(kernel.require, shapes))
    data = datasets.info(hosted.saved.config.dataset)
    if own := message.own:
        _require(message, "", lambda: own.require(data.image_shape, len(data.classes)))
    require_image = partial(_require_image, data.test_size + data.train_size, message.own)
    _require(message, "", partial(require_image, message.image))
    for place, subject in enumerate(message.subjects):
        _require(message, f"subjects.{place}", partial(hosted.require, subject.kind, *subject.pictured.names))
        _require(message, f"subjects.{place}", partial(subject.require, shapes))
        _require(message, f"subjects.{place}", partial(require_image, subject.test_image))
        _require(message, f"subjects.{place}", partial(_require_class, hosted.saved.config.dataset, subject.of_class))
    wanted = Shown(shown.quantities, shown.layers.intersection(shapes))
    layers = wanted.layers.union(*(shapes.keys() & subject.pictured.layers for subject in message.subjects))
    # The viewer's previous wish does not count, since this one replaces it.
    attention = hosted.channel.attention_of(other for other in hosted.channel.viewers if other is not viewer)
    # Watchers share a limit with those in control, whose wishes come first.
    others = attention.control.shown.layers | (frozenset() if viewer.control else attention.watchers.shown.layers)
    try:
        registry.require_small(hosted.saved.config, layers | others)
    except TooLarge as error:
        raise refused(message.type, error, "shown.layers") from error
    return Wish(frozenset(message.subjects), wanted, message.kernel, message.pointed, message.own, tuple(message.also))


def _require_image(images: int, own: OwnImage | None, image: int | None) -> None:
    """Check that there is an image of this index among so many `images`, or that it is the `own` picture's."""
    if image is None or 0 <= image < images or (own and image == own.index):
        return
    if image >= 0:
        raise between("image", 0, images - 1, image)
    got = own.index if own else "none"
    raise Impossible("not_own", f"image: expected the index of the picture in own, {got}, got {image}", got=image)


def _require_class(dataset: str, index: int | None) -> None:
    """Check that the data set has a class of this index."""
    classes = datasets.info(dataset).classes
    if index is not None and index >= len(classes):
        raise between("class", 0, len(classes) - 1, index)


def _require(message: WantMessage, member: str, check: Callable[[], object]) -> None:
    try:
        check()
    except Impossible as error:
        raise refused(message.type, error, member) from error


def checked(command: ViewerCommand, hosted: Hosted, registry: Registry) -> Command:
    """Return the command to pass on to the source.

    Raises:
        Refused: this experiment cannot obey it.
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
            require_room(hosted.shapes, sum(lane.images(config.batch_size) for lane in config.lanes))
        case NewSeed(seed=None):
            return NewSeed(_other_seed(config.seed))
        case SetLearningRate(lane=lane) | BeginRangeTest(lane=lane) | SetWeight(lane=lane):
            ids = [lane.id for lane in config.lanes]
            if lane not in ids:
                raise unknown("lane", ids, lane)
            if isinstance(command, SetWeight):
                command.weight.require(kernel_shapes(hosted.shapes))
        case SetStop(stop=Stop(step=int(step))) if step != config.stop.step:
            now = hosted.channel.history.position.steps
            if step <= now:
                message = f"stop.step: expected a step after the last one, {now:,}, got {step:,}"
                raise Impossible("step_passed", message, least=now + 1, got=step)
        case SetLanes():
            lanes, copies = command.wanted
            different(lanes)
            require_comparable(lanes, config.architecture, config.batch_size)
            sources(config.lanes, lanes, copies)
            registry.require_small(config.model_copy(update={"lanes": lanes}))
    return command


def _other_seed(seed: int) -> int:
    """Draw another seed, short enough for a person to read out and type."""
    drawn = secrets.randbelow(9_999)
    return drawn if drawn < seed else drawn + 1
