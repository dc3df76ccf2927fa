"""Experiments by id: a configuration is all it takes to train the same weights again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.experiment import ExperimentConfig


class StoreError(Exception):
    """The data directory cannot be used. The message names it and says how to choose another."""


@dataclass(frozen=True)
class Saved:
    """An experiment as it was saved."""

    id: str
    created: str
    """ISO 8601, UTC."""
    config: ExperimentConfig


class Store:
    """A SQLite file in `directory`, which is made where there is none.

    Every call opens the file anew, so that it may come from any thread.

    Raises:
        StoreError: the directory cannot be made or written to.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "kernelscope.sqlite3"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with self._connect() as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS experiments"
                    " (id TEXT PRIMARY KEY, created TEXT NOT NULL, config TEXT NOT NULL) STRICT"
                )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"cannot keep data in {directory} ({error}): choose a directory that can be written to with --data-dir"
            ) from error

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=5)
        try:
            with db:  # one transaction
                yield db
        finally:
            db.close()

    def save(self, saved: Saved) -> None:
        """Add an experiment, or write it over."""
        with self._connect() as db:
            db.execute(
                "INSERT OR REPLACE INTO experiments VALUES (?, ?, ?)",
                (saved.id, saved.created, saved.config.model_dump_json()),
            )

    def load(self, id: str) -> Saved | None:
        """The experiment of this id, where there is one."""
        with self._connect() as db:
            row = db.execute("SELECT id, created, config FROM experiments WHERE id = ?", (id,)).fetchone()
        return Saved(row[0], row[1], ExperimentConfig.model_validate_json(row[2])) if row else None

    def all(self) -> list[Saved]:
        """Every experiment, the newest first."""
        with self._connect() as db:
            rows = db.execute("SELECT id, created, config FROM experiments ORDER BY created DESC, id").fetchall()
        return [Saved(id, created, ExperimentConfig.model_validate_json(config)) for id, created, config in rows]

    def delete(self, id: str) -> bool:
        """Forget an experiment; whether there was one."""
        with self._connect() as db:
            return db.execute("DELETE FROM experiments WHERE id = ?", (id,)).rowcount > 0
