"""Classrooms: a teacher opens and controls experiments, everybody else watches the one that the teacher has open."""

import secrets

from kernelscope.store import hashed

KEY = "teacher"
"""The query parameter of the teacher's link that holds the key."""


class Classroom:
    """Decides who may open experiments; unless it is `enabled`, everybody may.

    Attributes:
        key: makes its bearer a teacher. It changes at every start of the server; experiments keep their owners.
        current: the id of the experiment that the class is sent to.
        led: who has led the class last, hashed, and into which experiment.
    """

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.key = secrets.token_urlsafe(8)
        self.current: str | None = None
        self.led: tuple[str, str] | None = None
        self._teachers: set[str] = set()

    def enter(self, visitor: str, key: str) -> bool:
        """Make the visitor a teacher if the key is right. Return whether it was."""
        right = self.enabled and secrets.compare_digest(key.encode(), self.key.encode())
        if right:
            self._teachers.add(hashed(visitor))
        return right

    def resume(self, led: tuple[str, str]) -> None:
        """Go on with a lesson that a stop of the server has interrupted: whoever led it needs no new key."""
        self.led = led
        teacher, self.current = led
        self._teachers.add(teacher)

    def forget(self, experiment: str) -> None:
        """Send nobody to an experiment any more, because it has been deleted."""
        if self.current == experiment:
            self.current = None

    def may_open(self, visitor: str | None) -> bool:
        """Tell whether the visitor may open and end experiments."""
        return not self.enabled or (visitor is not None and hashed(visitor) in self._teachers)
