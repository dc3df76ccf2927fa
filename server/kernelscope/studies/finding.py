"""Something that a study has found."""

from typing import NamedTuple

from kernelscope.studies.subject import Members, Subject


class Finding(NamedTuple):
    """What is to be told of a subject."""

    subject: Subject
    run: int
    """Of the experiment, now."""
    step: int | None
    """After which it is so; None: it is of none."""
    members: Members
