"""The followers of a channel, as far as the channel has to know them."""

import asyncio
from typing import NamedTuple, Protocol

from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.studies.shown import PLAIN, Shown
from kernelscope.studies.subject import Subject


class Wish(NamedTuple):
    """What a viewer wants to see, besides scalars and plain snapshots: the `want` message of docs/protocol.md."""

    subjects: frozenset[Subject] = frozenset()
    shown: Shown = PLAIN
    """What it wants in its snapshots."""
    kernel: Kernel | None = None
    """The kernel whose exact numbers it wants."""
    pointed: Kernel | None = None
    """Another one, as long as its user points at it."""
    own: OwnImage | None = None
    """Its own picture, which the images that it wants may be."""
    also: tuple[Kernel, ...] = ()
    """Further ones, drawn together with these."""

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """All of these, as far as they are wanted and different."""
        return tuple(dict.fromkeys(kernel for kernel in (self.kernel, self.pointed, *self.also) if kernel))


class Follower(Protocol):
    """The interface of a channel's followers.

    Attributes:
        control: whether the follower holds the controls.
        wants_snapshots: whether it wants snapshots at present.
        wish: what else it wants to see.
        news: set when there may be something to send.
    """

    control: bool
    wants_snapshots: bool
    wish: Wish
    news: asyncio.Event

    @property
    def shown(self) -> Shown:
        """What it wants in its snapshots besides what all of them have."""
