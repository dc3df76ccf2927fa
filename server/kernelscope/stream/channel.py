"""One experiment's stream: everything that is sent to its viewers, held once.

A `Channel` lives on the event loop and holds the description, the history of scalars, and the newest picture's bytes. A
`Viewer` holds only its position. So a viewer that reads nothing does not make memory grow, and one that joins late or
reconnects is no special case.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
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
"""A viewer that is further behind, in steps, gets them thinned to about this many rows."""
REUSED_FOR = 5_000
"""The number of later steps for which thinned rows are reused for other viewers; those steps are sent in full."""
MOST_KEPT = 64
"""The largest number of messages cached for other viewers."""
MOST_BYTES_KEPT = 32 * 2**20
"""The largest size of all of them together, except for the newest."""
MOST_BYTES_FOUND = 64 * 2**20
"""The largest size of all findings together, except for the newest."""
MOST_KERNELS = 32
"""The largest number of kernels whose exact numbers a picture has for viewers without control."""
MOST_IMAGES = 16
"""The largest number of images that a picture is about for viewers with control, and for those without."""
MOST_THINNED = 4
"""The largest number of thinned frames cached; they are large."""


class Finding(NamedTuple):
    """A `found` message, and its sequence number."""

    number: int
    text: str


class Channel:
    """The present state of one experiment, as its viewers see it.

    Attributes:
        attention_changed: called when `attention` may have changed.
        always_shown: names of the layers that every snapshot has.
        viewers: the followers (see `watching`), in order of arrival.
        pictures: the newest pictures.
        rich_pictures: the newest pictures with the wishes of viewers without control; possibly earlier ones.
        findings: the newest finding about each subject that somebody wants.
        listeners: called with the subject and the message of each of these.
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
        self.listeners: set[Callable[[Subject, str], None]] = set()
        self.closed = False
        self._finding_number = 0
        self._messages: dict[tuple[object, ...], bytes] = {}
        self._thinned: dict[Position, tuple[Position, bytes]] = {}
        self._thinning = asyncio.Lock()

    def describe(self, description: str) -> None:
        """Replace the `experiment` message."""
        self.description = description
        self.description_number += 1
        self.wake()

    def begin_run(self, history: History) -> None:
        """Start a new run: drop the scalars and the snapshot of the previous one."""
        self.history = history
        self.pictures = self.rich_pictures = None
        self.findings = {subject: found for subject, found in self.findings.items() if subject.shared}
        self._messages.clear()
        self._thinned.clear()

    def find(self, subject: Subject, text: str) -> None:
        """Send what a study has found about a subject, as a message; dropped if nobody wants it."""
        if subject.shared or subject in self._wanted:
            self._finding_number += 1
            self.findings.pop(subject, None)
            self.findings[subject] = Finding(self._finding_number, text)
            kept = sum(len(found.text) for found in self.findings.values())
            while kept > MOST_BYTES_FOUND and len(self.findings) > 1:
                oldest = next(iter(self.findings))
                kept -= len(self.findings.pop(oldest).text)
            self.wake()
            for listener in [*self.listeners]:
                listener(subject, text)

    def abandon(self) -> None:
        """End the studies that everybody sees, because the worker is gone."""
        for subject, (_, text) in [*self.findings.items()]:
            if subject.shared and (ended := subject.given_up(text)) != text:
                self.find(subject, ended)

    def publish(self, progress: Progress, pictures: Pictures | None) -> None:
        """Add a worker's report, with its picture as frames if it has one."""
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
        """The combined wishes of all viewers who want snapshots."""
        return self.attention_of(self.viewers)

    def attention_of(self, viewers: Iterable[Follower]) -> Attend:
        """The combined wishes of those of `viewers` who want snapshots."""
        seeing = [viewer for viewer in viewers if viewer.wants_snapshots]
        control = _interest([viewer for viewer in seeing if viewer.control], most_images=MOST_IMAGES)
        others = _interest([viewer for viewer in seeing if not viewer.control], MOST_KERNELS, MOST_IMAGES)
        watchers = Interest(
            others.kernels - control.kernels,
            others.shown.without(control.shown),
            others.subjects - control.subjects,
        )
        # Pictures that share an index have been made to: the one of a viewer in control counts, or of the first viewer.
        first = sorted(seeing, key=lambda viewer: viewer.control, reverse=True)
        own = {viewer.wish.own.index: viewer.wish.own for viewer in reversed(first) if viewer.wish.own}
        return Attend(bool(seeing), control, watchers, frozenset(own.values()))

    @property
    def _wanted(self) -> frozenset[Subject]:
        attention = self.attention
        return attention.control.subjects | attention.watchers.subjects

    def pictures_for(self, wanted: Shown) -> tuple[Pictures | None, int]:
        """The newest pictures with everything that is wanted, else the newest; and their number."""
        newest, rich = self.pictures, self.rich_pictures
        if newest and rich and rich.picture.shown.covers(wanted) and not newest.picture.shown.covers(wanted):
            return rich, self.rich_number
        return newest, self.picture_number

    def message(
        self, since: Position, kernels: Sequence[Kernel], *, scalars: bool, snapshot: bool, wanted: Shown = PLAIN
    ) -> bytes:
        """Put frames together as one message, which is cached for other viewers at the same position."""
        pictures, number = self.pictures_for(wanted) if snapshot else (None, 0)
        exact = tuple(kernel for kernel in kernels if pictures and kernel in pictures.picture.kernels)
        selection = pictures.selection(wanted) if pictures else None
        key = (since if scalars else None, exact, number, selection)
        if key not in self._messages:
            if len(self._messages) >= MOST_KEPT or sum(map(len, self._messages.values())) > MOST_BYTES_KEPT:
                self._messages.clear()
            frames: list[bytes] = []
            if scalars:
                if self._far_behind(since) and since in self._thinned:
                    since, thinned = self._thinned[since]
                    frames.append(thinned)
                frames.append(self.history.frame(since))
            if pictures and selection:
                frames += [pictures.kernel(kernel, selection) for kernel in exact]
                frames.append(pictures.of(wanted))
            self._messages[key] = b"".join(frames)
        return self._messages[key]

    async def prepare(self, since: Position) -> None:
        """Thin, in a thread, the scalars for a viewer far behind at `since`; others at that position share them."""
        if not self._far_behind(since):
            return
        async with self._thinning:  # viewers that arrive together, as a class does, share one thinning
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
        """Tell all that a viewer has joined or left."""
        self.interest_changed()
        self.wake()

    def interest_changed(self) -> None:
        """Drop findings that nobody wants any longer, after a change of wishes."""
        wanted = self._wanted
        for subject in [*self.findings]:
            if not subject.shared and subject not in wanted:
                del self.findings[subject]
        self.attention_changed()

    def close(self) -> None:
        """End the stream: waiting viewers get `Closed`."""
        self.closed = True
        self.wake()

    def wake(self) -> None:
        """Have every viewer check for something to send."""
        for viewer in self.viewers:
            viewer.news.set()


def _interest(viewers: Iterable[Follower], most_kernels: int | None = None, most_images: int | None = None) -> Interest:
    """Combine the wishes of `viewers`, with at most so many kernels and images, those of the earliest first."""
    selected, pointed, images = dict[Kernel, None](), dict[Kernel, None](), dict[int, None]()
    shown, subjects = Shown(), set[Subject]()
    for viewer in viewers:
        if viewer.wish.kernel:
            selected[viewer.wish.kernel] = None
        pointed |= dict.fromkeys(viewer.wish.kernels)
        images |= dict.fromkeys(viewer.shown.images)
        shown = shown.with_all(viewer.shown)
        subjects |= viewer.wish.subjects
    shown = shown.with_images([*images][:most_images])
    return Interest(frozenset([*(selected | pointed)][:most_kernels]), shown, frozenset(subjects))
