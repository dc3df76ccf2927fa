"""The class's last lesson, so that a restart of the server does not end it."""

import time

from kernelscope.store.database import Database

LASTS = 24 * 3600
"""Seconds for which a lesson is remembered."""


class Lessons(Database):
    """Who led the class last, and into which experiment (see `Database`)."""

    def lesson(self) -> tuple[str, str] | None:
        """Return the last lesson's teacher, hashed, and the id of its experiment; None: there was none within a day.

        Raises:
            StoreError: it cannot be read.
        """
        with self._connect() as db:
            found: tuple[str, str] | None = db.execute(
                "SELECT teacher, experiment FROM lessons WHERE led > ?", (time.time() - LASTS,)
            ).fetchone()
        return found

    def keep_lesson(self, teacher: str, experiment: str) -> None:
        """Remember who leads the class, hashed, and into which experiment, in place of the earlier lesson.

        Raises:
            StoreError: it cannot be written.
        """
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO lessons VALUES (1, ?, ?, ?)", (teacher, experiment, time.time()))
