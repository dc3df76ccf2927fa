"""One experiment's stream: everything that its viewers get, held once.

A `Channel` lives on the event loop and holds the description, the history of scalars, the newest picture's bytes. A
`Viewer` holds only how far it has come. So a viewer that reads nothing costs nothing that grows, and one that comes
late or back is no special case.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kernelscope.experiment.place import Kernel
from kernelscope.source.attention import Attend, Interest
from kernelscope.source.reports import Progress
from kernelscope.stream.audience import Follower
from kernelscope.stream.frames import Pictures
from kernelscope.stream.history import History, Position
from kernelscope.studies.shown import PLAIN, Shown
from kernelscope.studies.subject import Subject

MOST_ROWS = 20_000
"""A viewer that is more steps behind gets them thinned to about so many rows."""
REUSED_FOR = 5_000
"""Steps for which the thinned rows are good for others too; they get those since as they are."""
MOST_KEPT = 64
"""Messages kept to be sent again."""
MOST_BYTES_KEPT = 32 * 2**20
"""And all of them together, except for the newest."""
MOST_BYTES_FOUND = 64 * 2**20
"""Of findings, likewise."""
MOST_KERNELS = 32
"""That those look at who only watch, and of which each picture has the exact numbers."""
MOST_THINNED = 4
"""Thinned frames likewise; they are large."""


class Finding(NamedTuple):
    """A message, and its place among all that there have been."""

    number: int
    text: str


class Channel:
    """What there is to see of one experiment now.

    Attributes:
        attention_changed: called when `attention` may have changed.
        always_shown: layers that every snapshot has.
        viewers: those that follow (`watching`), in the order in which they have come.
        pictures: the newest.
        rich_pictures: the newest with what those want who only watch; it may be an earlier one.
        findings: the newest of each subject that somebody wants.
    """

    def __init__(
        self,
        history: History,
        attention_changed: Callable[[], None] = lambda: None,
        always_shown: frozenset[str] = frozenset(),
    ) -> None:
        self.history = history
        self.attention_changed = attention_changed
        self.always_shown = always_shown
        self.description = ""
        self.description_number = 0
        self.pictures: Pictures | None = None
        self.picture_number = 0
        self.rich_pictures: Pictures | None = None
        self.rich_number = 0
        self.viewers: dict[Follower, None] = {}
        self.findings: dict[Subject, Finding] = {}
        self.closed = False
        self._finding_number = 0
        self._messages: dict[tuple[object, ...], bytes] = {}
        self._thinned: dict[Position, tuple[Position, bytes]] = {}
        self._thinning = asyncio.Lock()

    def describe(self, description: str) -> None:
        """A new `experiment` message."""
        self.description = description
        self.description_number += 1
        self.wake()

    def begin_run(self, history: History) -> None:
        """Forget the scalars and the snapshot of the run before."""
        self.history = history
        self.pictures = self.rich_pictures = None
        self.findings = {subject: found for subject, found in self.findings.items() if subject.shared}
        self._messages.clear()
        self._thinned.clear()

    def find(self, subject: Subject, text: str) -> None:
        """What has been found of a subject now, as a message; forgotten where nobody wants it."""
        if subject.shared or subject in self._wanted:
            self._finding_number += 1
            self.findings.pop(subject, None)
            self.findings[subject] = Finding(self._finding_number, text)
            kept = sum(len(found.text) for found in self.findings.values())
            while kept > MOST_BYTES_FOUND and len(self.findings) > 1:
                oldest = next(iter(self.findings))
                kept -= len(self.findings.pop(oldest).text)
            self.wake()

    def abandon(self) -> None:
        """What computes is gone: what everybody sees of it comes to its end."""
        for subject, (_, text) in [*self.findings.items()]:
            if subject.shared and (ended := subject.given_up(text)) != text:
                self.find(subject, ended)

    def publish(self, progress: Progress, pictures: Pictures | None) -> None:
        """What a worker reports, with its picture as frames where it has one."""
        self.history.extend(progress.steps, progress.evaluations, progress.seconds, progress.observations)
        self._messages.clear()
        if pictures:
            self.pictures = pictures
            self.picture_number += 1
            if not pictures.picture.shared.covers(pictures.picture.shown):
                self.rich_pictures, self.rich_number = pictures, self.picture_number
        self.wake()

    @property
    def attention(self) -> Attend:
        """What viewers who see snapshots want."""
        return self.attention_of(self.viewers)

    def attention_of(self, viewers: Iterable[Follower]) -> Attend:
        """What those of these want who see snapshots."""
        seeing = [viewer for viewer in viewers if viewer.wants_snapshots]
        control = _interest([viewer for viewer in seeing if viewer.control])
        others = _interest([viewer for viewer in seeing if not viewer.control], MOST_KERNELS)
        watchers = Interest(
            others.kernels - control.kernels,
            others.shown.without(control.shown),
            others.subjects - control.subjects,
        )
        return Attend(bool(seeing), control, watchers)

    @property
    def _wanted(self) -> frozenset[Subject]:
        attention = self.attention
        return attention.control.subjects | attention.watchers.subjects

    def pictures_for(self, wanted: Shown) -> tuple[Pictures | None, int]:
        """The newest that have what somebody wants, where there are any, and their number; else the newest."""
        newest, rich = self.pictures, self.rich_pictures
        if newest and rich and rich.picture.shown.covers(wanted) and not newest.picture.shown.covers(wanted):
            return rich, self.rich_number
        return newest, self.picture_number

    def message(
        self, since: Position, kernel: Kernel | None, *, scalars: bool, snapshot: bool, wanted: Shown = PLAIN
    ) -> bytes:
        """Frames as one message. Viewers that keep pace with one another get the very same: it is put together once."""
        pictures, number = self.pictures_for(wanted) if snapshot else (None, 0)
        if not (pictures and kernel in pictures.kernels):
            kernel = None
        selection = wanted if pictures and not pictures.picture.shared.covers(wanted) else None
        key = (since if scalars else None, kernel, number, selection)
        if key not in self._messages:
            if len(self._messages) >= MOST_KEPT or sum(map(len, self._messages.values())) > MOST_BYTES_KEPT:
                self._messages.clear()
            frames: list[bytes] = []
            if scalars:
                if self._far_behind(since) and since in self._thinned:
                    since, thinned = self._thinned[since]
                    frames.append(thinned)
                frames.append(self.history.frame(since))
            if pictures:
                if kernel:
                    frames.append(pictures.kernels[kernel])
                frames.append(pictures.of(wanted))
            self._messages[key] = b"".join(frames)
        return self._messages[key]

    async def prepare(self, since: Position) -> None:
        """Thin, in a thread, what a viewer is sent that stands far behind at `since`; those who follow get the same."""
        if not self._far_behind(since):
            return
        async with self._thinning:  # a class that comes all at once has it done once
            if since in self._thinned and self.history.position.steps - self._thinned[since][0].steps < REUSED_FOR:
                return
            history, until = self.history, self.history.position
            frame = await asyncio.to_thread(history.thinned_frame, since, until, MOST_ROWS)
            if history is self.history:
                if len(self._thinned) >= MOST_THINNED:
                    self._thinned.clear()
                self._thinned[since] = until, frame

    def _far_behind(self, since: Position) -> bool:
        history = self.history
        return history.position.steps - since.steps > MOST_ROWS or not history.has_all_since(since)

    def audience_changed(self) -> None:
        """Somebody has come or gone."""
        self.interest_changed()
        self.wake()

    def interest_changed(self) -> None:
        """Somebody wants to see something else."""
        wanted = self._wanted
        for subject in [*self.findings]:
            if not subject.shared and subject not in wanted:
                del self.findings[subject]
        self.attention_changed()

    def close(self) -> None:
        """Nothing more will come: viewers that wait get `Closed`."""
        self.closed = True
        self.wake()

    def wake(self) -> None:
        """Have every viewer look whether there is something for it."""
        for viewer in self.viewers:
            viewer.news.set()


def _interest(viewers: Iterable[Follower], most_kernels: int | None = None) -> Interest:
    """What these want, all of them together, with the kernels of those who have come first."""
    kernels, shown, subjects = dict[Kernel, None](), Shown(), set[Subject]()
    for viewer in viewers:
        if viewer.wish.kernel:
            kernels[viewer.wish.kernel] = None
        shown = shown.with_all(viewer.shown)
        subjects |= viewer.wish.subjects
    return Interest(frozenset([*kernels][:most_kernels]), shown, frozenset(subjects))
