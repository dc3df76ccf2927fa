"""Those who follow a channel, as far as the channel has to know them."""

import asyncio
from typing import Protocol

from kernelscope.experiment.place import Kernel
from kernelscope.picture.picture import Shown
from kernelscope.studies.subjects import Subject


class Follower(Protocol):
    """What a channel asks of somebody who follows it.

    Attributes:
        control: whether they hold the controls.
        wants_snapshots: whether they do, now.
        kernel: the one whose exact numbers they want.
        news: set when there may be something for them.
    """

    control: bool
    wants_snapshots: bool
    kernel: Kernel | None
    news: asyncio.Event

    @property
    def shown(self) -> Shown:
        """What they want in their snapshots."""

    @property
    def subjects(self) -> list[Subject]:
        """What they want to be told of when something is found."""
