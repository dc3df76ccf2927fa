"""What some viewers want to be computed, and what of it is due."""

from collections.abc import Callable, Collection, Iterator, Sequence
from math import inf

from kernelscope.source.reports import Found, Revisited
from kernelscope.studies.subjects import Subject

AGAIN_EVERY = 50
"""Steps from one look to the next while it trains: a lens or a weight takes as long as some 16 steps of a lane, a loss
line as some 30."""
AGAIN_AFTER = {"life": 0.5, "film": 0.5, "weight": 2.0, "trace": 2.0, "lens": 2.0, "line": 2.0}
"""Seconds from one to the next where steps are so slow that those would take longer."""

Study = Iterator[Sequence[Found | Revisited]]
"""A little at a time, until there is something to tell."""


class Agenda:
    """The subjects of some viewers, in the order in which they are due, and the one that is being studied.

    Attributes:
        wanted: all of them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.wanted: frozenset[Subject] = frozenset()
        self._clock = clock
        self._due: dict[Subject, None] = {}
        self._again: dict[Subject, float] = {}  # when what has been found is due again, at the latest
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
        wanted = {work_of(subject) for subject in subjects}
        self._due = {subject: None for subject in self._due if subject in wanted}
        self._again = {subject: when for subject, when in self._again.items() if subject in wanted}
        if self._studied not in wanted:
            self._current = None
        return sorted(new, key=repr)

    def add(self, subject: Subject) -> None:
        """It is due."""
        self._due[work_of(subject)] = None

    def add_all(self, kind: str) -> None:
        """All of this kind are."""
        for subject in self.wanted:
            if subject.kind == kind:
                self.add(subject)

    def begin_again(self) -> None:
        """Everything is, and what is under way is out of date."""
        self._due = {work_of(subject): None for subject in self.wanted}
        self._current = None

    def stepped(self, step: int) -> None:
        """What is due after this step, while training goes on, is."""
        now = self._clock()
        for subject in self.wanted:
            match subject.kind:
                case "past":
                    due = False
                case _:
                    due = step % AGAIN_EVERY == 0 or now >= self._again.get(work_of(subject), inf)
            if due:
                self.add(subject)

    def found(self, subject: Subject) -> None:
        """It has been found, just now."""
        if subject.kind in AGAIN_AFTER:
            self._again[work_of(subject)] = self._clock() + AGAIN_AFTER[subject.kind]

    def take_all(self, kinds: Collection[str]) -> list[Subject]:
        """Those of these kinds that are due; they are no more, and count as found."""
        taken = [subject for subject in self._due if subject.kind in kinds]
        for subject in taken:
            del self._due[subject]
            self.found(subject)
        return taken

    def advance(self, study: Callable[[Subject], Study]) -> Sequence[Found | Revisited]:
        """A little of what is under way, or of what is due first; what has been found by it."""
        if self._current is None and self._due:
            self._studied = next(iter(self._due))
            del self._due[self._studied]
            self._again.pop(self._studied, None)
            self._current = study(self._studied)
        if self._current is not None:
            for found in self._current:
                return found
            self._current = None
            if self._studied:
                self.found(self._studied)
        return []


def work_of(subject: Subject) -> Subject:
    """What is to be computed for it: a lens once for all kernels."""
    return subject._replace(kernel=None) if subject.kind == "lens" else subject
