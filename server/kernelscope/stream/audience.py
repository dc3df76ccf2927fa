"""Those who follow a channel, as far as the channel has to know them."""

import asyncio
from typing import NamedTuple, Protocol

from kernelscope.experiment.place import Kernel
from kernelscope.studies.shown import PLAIN, Shown
from kernelscope.studies.subject import Subject


class Wish(NamedTuple):
    """What a viewer wants to see, besides scalars and plain snapshots: the `want` message of docs/protocol.md."""

    subjects: frozenset[Subject] = frozenset()
    shown: Shown = PLAIN
    """In its snapshots."""
    kernel: Kernel | None = None
    """The one whose exact numbers it wants."""


class Follower(Protocol):
    """What a channel asks of somebody who follows it.

    Attributes:
        control: whether they hold the controls.
        wants_snapshots: whether they do, now.
        wish: what they want to see.
        news: set when there may be something for them.
    """

    control: bool
    wants_snapshots: bool
    wish: Wish
    news: asyncio.Event

    @property
    def shown(self) -> Shown:
        """What they want in their snapshots, besides what all of them have."""
