"""What some viewers want to be computed, and what of it is due."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from math import inf

from kernelscope.studies.finding import Finding
from kernelscope.studies.subject import Subject

AGAIN_EVERY = 50
"""Steps from one look to the next while it trains: a lens or a weight takes as long as some 16 steps of a lane, a loss
line as some 30."""

Study = Iterator[Sequence[Finding]]
"""A little at a time, until there is something to tell."""


class Agenda:
    """The subjects of some viewers, in the order in which they are due, and the one that is being studied.

    Attributes:
        wanted: all of them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.wanted: frozenset[Subject] = frozenset()
        self._clock = clock
        # By the work that is to be done, which several may have in common.
        self._due: dict[Hashable, Subject] = {}
        self._again: dict[Hashable, float] = {}  # when what has been found is due again, at the latest
        self._current: Study | None = None
        self._studied: Subject | None = None

    @property
    def busy(self) -> bool:
        """Whether there is something to do."""
        return bool(self._current or self._due)

    def want(self, subjects: frozenset[Subject]) -> list[Subject]:
        """These are wanted from now on; those that are new, which are not due yet."""
        new = subjects - self.wanted
        self.wanted = subjects
        wanted = {subject.work for subject in subjects}
        self._due = {work: subject for work, subject in self._due.items() if work in wanted}
        self._again = {work: when for work, when in self._again.items() if work in wanted}
        if self._studied is None or self._studied.work not in wanted:
            self._current = None
        return sorted(new, key=repr)

    def add(self, subject: Subject) -> None:
        """It is due."""
        self._due.setdefault(subject.work, subject)

    def begin_again(self) -> None:
        """Everything is due, and what is under way is out of date."""
        self._due = {subject.work: subject for subject in self.wanted}
        self._current = None

    def stepped(self, step: int) -> None:
        """What is due after this step, while training goes on, is."""
        now = self._clock()
        for subject in self.wanted:
            if subject.again_after is None:
                continue
            if step % AGAIN_EVERY == 0 or now >= self._again.get(subject.work, inf):
                self.add(subject)

    def staged(self) -> None:
        """What is due after a stage of a step is."""
        for subject in self.wanted:
            if subject.staged:
                self.add(subject)

    def found(self, subject: Subject) -> None:
        """It has been found, just now."""
        if subject.again_after is not None:
            self._again[subject.work] = self._clock() + subject.again_after

    def take_looked_up(self) -> list[Subject]:
        """Those of the due ones that come at once; they are due no more, and count as found."""
        taken = [subject for subject in self._due.values() if subject.looked_up]
        for subject in taken:
            del self._due[subject.work]
            self.found(subject)
        return taken

    def advance(self, study: Callable[[Subject], Study]) -> Sequence[Finding]:
        """A little of what is under way, or of what is due first; what has been found by it."""
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
