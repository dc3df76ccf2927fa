"""The subjects that a group of viewers wants studied, and those of them that are due."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from math import inf

from kernelscope.studies.finding import Finding
from kernelscope.studies.subject import Subject

AGAIN_EVERY = 50
"""Steps between studies of a subject during training: a lens or a weight takes as long as about 16 steps of a lane, a
loss line as about 30."""

Study = Iterator[Sequence[Finding]]
"""A study in small pieces, each with its findings, if any."""


class Agenda:
    """A queue of the subjects that are due, and the study in progress.

    Attributes:
        wanted: all subjects that are wanted, due or not.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.wanted: frozenset[Subject] = frozenset()
        self._clock = clock
        # Keyed by the work to do, which several subjects may share.
        self._due: dict[Hashable, Subject] = {}
        self._again: dict[Hashable, float] = {}  # the latest time at which it is due again
        self._current: Study | None = None
        self._studied: Subject | None = None

    @property
    def busy(self) -> bool:
        """Whether a study is due or in progress."""
        return bool(self._current or self._due)

    def want(self, subjects: frozenset[Subject]) -> list[Subject]:
        """Set the wanted subjects, and return those that are new, which are not due yet."""
        new = subjects - self.wanted
        self.wanted = subjects
        wanted = {subject.work for subject in subjects}
        self._due = {work: subject for work, subject in self._due.items() if work in wanted}
        self._again = {work: when for work, when in self._again.items() if work in wanted}
        if self._studied is None or self._studied.work not in wanted:
            self._current = None
        return sorted(new, key=repr)

    def add(self, subject: Subject) -> None:
        """Make a subject due."""
        self._due.setdefault(subject.work, subject)

    def begin_again(self) -> None:
        """Make all subjects due, and drop the study in progress, which is out of date."""
        self._due = {subject.work: subject for subject in self.wanted}
        self._current = None

    def stepped(self, step: int) -> None:
        """Make subjects due that are studied regularly during training, after this step."""
        now = self._clock()
        for subject in self.wanted:
            if subject.again_after is None:
                continue
            by_steps = step % AGAIN_EVERY == 0 and not subject.by_time
            if by_steps or now >= self._again.get(subject.work, inf):
                self.add(subject)

    def tested(self) -> None:
        """Make subjects due that are studied after each test."""
        for subject in self.wanted:
            if subject.tested:
                self.add(subject)

    def staged(self) -> None:
        """Make subjects due that are studied after each stage of a step in phases."""
        for subject in self.wanted:
            if subject.staged:
                self.add(subject)

    def found(self, subject: Subject) -> None:
        """Note that a subject has just been studied."""
        if subject.again_after is not None:
            self._again[subject.work] = self._clock() + subject.again_after

    def take_looked_up(self) -> list[Subject]:
        """Remove the due subjects that only need looking up from the queue, and return them."""
        taken = [subject for subject in self._due.values() if subject.looked_up]
        for subject in taken:
            del self._due[subject.work]
            self.found(subject)
        return taken

    def advance(self, study: Callable[[Subject], Study]) -> Sequence[Finding]:
        """Continue the study in progress, or begin the one that is due first; return its findings."""
        if self._current is None and self._due:
            self._studied = self._due.pop(next(iter(self._due)))
            self._again.pop(self._studied.work, None)
            self._current = study(self._studied)
        if self._current is not None:
            for found in self._current:
                return found
            self._current = None
            if self._studied:
                self.found(self._studied)
        return []
