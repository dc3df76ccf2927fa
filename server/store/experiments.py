"""Experiments by id: a configuration is all it takes to train the same weights again."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from server.experiment import ExperimentConfig

log = logging.getLogger(__name__)


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
        with self._connect(make=True) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS experiments"
                " (id TEXT PRIMARY KEY, created TEXT NOT NULL, config TEXT NOT NULL) STRICT"
            )

    @contextmanager
    def _connect(self, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if make:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=5)) as db, db:  # the inner one is a transaction
                yield db
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"cannot keep data in {self.path.parent} ({error}):"
                " choose a directory that can be written to with --data-dir"
            ) from error

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
        return _read(row) if row else None

    def all(self) -> list[Saved]:
        """Every experiment, the newest first."""
        with self._connect() as db:
            rows = db.execute("SELECT id, created, config FROM experiments ORDER BY created DESC, id").fetchall()
        return [saved for row in rows if (saved := _read(row))]

    def delete(self, id: str) -> bool:
        """Forget an experiment; whether there was one."""
        with self._connect() as db:
            return db.execute("DELETE FROM experiments WHERE id = ?", (id,)).rowcount > 0


def _read(row: tuple[str, str, str]) -> Saved | None:
    """None where what is saved cannot be trained, as after a change of the limits."""
    id, created, config = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config))
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
