"""One viewer of a channel: its position, and what it is sent next."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import NamedTuple

from kernelscope.stream.audience import Wish
from kernelscope.stream.channel import Channel
from kernelscope.stream.frames import Pictures
from kernelscope.stream.history import START, Position
from kernelscope.studies.shown import Shown
from kernelscope.studies.subject import Subject

CREDIT = 2
"""The largest number of binary messages that a viewer has not yet acknowledged."""
HIDDEN_INTERVAL = 1.0
"""Seconds between messages to a viewer that wants no snapshots."""


class Closed(Exception):
    """Raised when the stream has ended."""


class Held(NamedTuple):
    """What a reconnecting viewer has already."""

    run: int
    position: Position


class Viewer:
    """A viewer's position in the stream, and its wishes.

    Attributes:
        control: whether it holds the controls.
        wish: what it wants to see.
        wants_snapshots: whether it wants snapshots at present.
    """

    def __init__(self, channel: Channel, held: Held | None, audience: Callable[[int], str], *, control: bool) -> None:
        self.channel = channel
        self.control = control
        self.news = asyncio.Event()
        self.news.set()
        self.wish = Wish()
        self.wants_snapshots = True
        self._audience = audience
        self._description = 0
        self._viewers = 0
        self._run: int | None = None
        self._position = START
        self._picture = 0  # number of the newest picture sent
        self._pictured = Shown()  # what was sent of it
        self._sent = 0
        self._acknowledged = 0
        self._sent_at = -inf
        self._findings: dict[Subject, int] = {}  # number of the newest finding sent
        self._alarm: asyncio.TimerHandle | None = None
        if held and held.run == channel.history.run and channel.history.holds(held.position):
            self._run, self._position = held

    def acknowledge(self, count: int) -> None:
        """Record that the viewer has processed the first `count` binary messages.

        Raises:
            ValueError: fewer have been sent.
        """
        if count > self._sent:
            raise ValueError(f"expected at most {self._sent}, as many as were sent, got {count}")
        self._acknowledged = max(self._acknowledged, count)
        self.news.set()

    def show(self, snapshots: bool) -> None:
        """Set whether it wants snapshots from now on."""
        self.wants_snapshots = snapshots
        self._interested()

    def want(self, wish: Wish) -> None:
        """Set what it wants from now on."""
        self.wish = wish
        self._interested()

    def _interested(self) -> None:
        self._findings = {subject: number for subject, number in self._findings.items() if self._is_told(subject)}
        self.channel.interest_changed()
        self.news.set()

    @property
    def shown(self) -> Shown:
        """What it wants in its snapshots, including the layers of the kernels that it inspects."""
        shown = self.wish.shown
        layers = shown.layers | {kernel.layer for kernel in self.wish.kernels}
        return Shown(shown.quantities, layers - self.channel.always_shown)

    async def next(self) -> list[str | bytes]:
        """Wait for something to send, and return the messages in order.

        Raises:
            Closed: the channel was closed.
        """
        while True:
            await self.news.wait()
            self.news.clear()
            if self._has_credit:
                await self.channel.prepare(self._begin_at())
            if self.channel.closed:
                raise Closed
            if messages := self._take():
                return messages

    @property
    def _has_credit(self) -> bool:
        return self._sent - self._acknowledged < CREDIT

    def _begin_at(self) -> Position:
        return self._position if self._run == self.channel.history.run else START

    def _take(self) -> list[str | bytes]:
        channel = self.channel
        messages: list[str | bytes] = []
        if self._description < channel.description_number:
            self._description = channel.description_number
            messages.append(channel.description)
        if self._viewers != len(channel.viewers):
            self._viewers = len(channel.viewers)
            messages.append(self._audience(self._viewers))
        messages += self._take_findings()
        if self._has_credit and (message := self._take_binary()):
            self._sent += 1
            messages.append(message)
        return messages

    def _take_findings(self) -> list[str]:
        texts = []
        for subject, found in self.channel.findings.items():
            if self._is_told(subject) and self._findings.get(subject) != found.number:
                self._findings[subject] = found.number
                texts.append(found.text)
        return texts

    def _is_told(self, subject: Subject) -> bool:
        """Whether it gets findings about a subject."""
        return subject.shared or (self.wants_snapshots and subject in self.wish.subjects)

    def _take_binary(self) -> bytes | None:
        channel, now = self.channel, time.monotonic()
        since, until = self._begin_at(), channel.history.position
        first = self._run != channel.history.run or not self._sent
        scalars = first or since != until
        pictures, number = channel.pictures_for(self.shown)
        snapshot = self.wants_snapshots and pictures is not None and self._is_new(pictures, number)
        if not (scalars or snapshot):
            return None
        if not (first or self.wants_snapshots) and (early := self._sent_at + HIDDEN_INTERVAL - now) > 0:
            self._alarm = self._alarm or asyncio.get_running_loop().call_later(early, self._ring)
            return None
        message = channel.message(since, self.wish.kernels, scalars=scalars, snapshot=snapshot, wanted=self.shown)
        self._run, self._position = channel.history.run, until
        if snapshot and pictures:
            self._picture, self._pictured = number, pictures.selection(self.shown)
        self._sent_at = now
        return message

    def _is_new(self, pictures: Pictures, number: int) -> bool:
        """Whether to send a picture: a newer one, or the same again if the viewer now wants more that it has."""
        more = pictures.picture.shown.covers(self.shown) and not self._pictured.covers(self.shown)
        return self._picture < number or (self._picture == number and more)

    def _ring(self) -> None:
        self._alarm = None
        self.news.set()


@contextmanager
def watching(
    channel: Channel, held: Held | None, audience: Callable[[int], str], *, control: bool = True
) -> Iterator[Viewer]:
    """Follow a channel within a ``with`` block.

    Args:
        channel: the channel.
        held: what the viewer has already.
        audience: makes the viewer's `audience` message from the number of viewers.
        control: whether the viewer holds the controls.
    """
    viewer = Viewer(channel, held, audience, control=control)
    channel.viewers[viewer] = None
    channel.audience_changed()
    try:
        yield viewer
    finally:
        del channel.viewers[viewer]
        channel.audience_changed()
