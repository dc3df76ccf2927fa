"""A class: one teacher opens and steers experiments, everybody else watches the one that the teacher has open."""

import secrets

KEY = "teacher"
"""The name of the key in the teacher's link."""


class Classroom:
    """Who may open experiments. Without `enabled` everybody may.

    Attributes:
        key: makes its bearer a teacher. New at every start of the server; who had opened an experiment keeps it.
        current: the experiment that the class is sent to.
    """

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.key = secrets.token_urlsafe(8)
        self.current: str | None = None
        self._teachers: set[str] = set()

    def enter(self, visitor: str, key: str) -> bool:
        """Make the visitor a teacher, where the key is right; whether it was."""
        right = self.enabled and secrets.compare_digest(key.encode(), self.key.encode())
        if right:
            self._teachers.add(visitor)
        return right

    def forget(self, experiment: str) -> None:
        """An experiment has been deleted: nobody is sent there any more."""
        if self.current == experiment:
            self.current = None

    def may_open(self, visitor: str | None) -> bool:
        """Whether the visitor may open experiments, and end them."""
        return not self.enabled or visitor in self._teachers
