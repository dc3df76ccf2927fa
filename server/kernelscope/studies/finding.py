"""The result of a study."""

from typing import NamedTuple

from kernelscope.studies.subject import Members, Subject


class Finding(NamedTuple):
    """A result about a subject."""

    subject: Subject
    run: int
    """The experiment's current run."""
    step: int | None
    """The step after which it holds; None if it is not about a step."""
    members: Members
