"""Experiments by id: configurations, and where those stand that have given up their worker."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from server.experiment import ExperimentConfig

log = logging.getLogger(__name__)

COLUMNS = {
    "id": "TEXT PRIMARY KEY",
    "created": "TEXT NOT NULL",
    "config": "TEXT NOT NULL",
    "owner": "TEXT",
    "run": "INTEGER NOT NULL DEFAULT 1",
    "taken": "INTEGER NOT NULL DEFAULT 0",  # 1: a server works on it, or died while it did
    "checkpoint": "BLOB",
    "history": "BLOB",
}


class StoreError(Exception):
    """The data directory cannot be used. The message names it and says how to choose another."""


@dataclass(frozen=True)
class Saved:
    """An experiment as it was saved."""

    id: str
    created: str
    """ISO 8601, UTC."""
    config: ExperimentConfig
    """With the seed and the rates of now."""
    owner: str | None = None
    """The visitor who opened it."""


@dataclass(frozen=True)
class Standing:
    """Where an experiment stands."""

    run: int
    checkpoint: bytes | None = None
    """None: at step 0."""
    history: bytes | None = None
    """The scalars up to the checkpoint."""


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
            columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
            db.execute(f"CREATE TABLE IF NOT EXISTS experiments ({columns}) STRICT")
            # Earlier versions knew fewer columns.
            present = {row[1] for row in db.execute("PRAGMA table_info(experiments)")}
            for name in COLUMNS.keys() - present:
                db.execute(f"ALTER TABLE experiments ADD COLUMN {name} {COLUMNS[name]}")

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
        """Add an experiment, or write over all but where it stands."""
        with self._connect() as db:
            db.execute(
                "INSERT INTO experiments (id, created, config, owner) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET created = excluded.created, config = excluded.config, owner = excluded.owner",
                (saved.id, saved.created, saved.config.model_dump_json(), saved.owner),
            )

    def load(self, id: str) -> Saved | None:
        """The experiment of this id, where there is one."""
        with self._connect() as db:
            row = db.execute("SELECT id, created, config, owner FROM experiments WHERE id = ?", (id,)).fetchone()
        return _read(row) if row else None

    def all(self) -> list[Saved]:
        """Every experiment, the newest first."""
        with self._connect() as db:
            rows = db.execute("SELECT id, created, config, owner FROM experiments ORDER BY created DESC, id").fetchall()
        return [saved for row in rows if (saved := _read(row))]

    def take(self, id: str) -> Standing:
        """Where the experiment of this id stands, to go on from there.

        A server that died since an earlier `take` may have told viewers more than was put back: what they hold of that
        run is then not what it goes on with, so it goes on as the next run.
        """
        with self._connect() as db:
            run, *blobs = db.execute(
                "UPDATE experiments SET run = run + taken, taken = 1 WHERE id = ? RETURNING run, checkpoint, history",
                (id,),
            ).fetchone()
        return Standing(run, *blobs)

    def put_back(self, id: str, standing: Standing) -> None:
        """The experiment of this id has come to stand here; whoever takes it next goes on with the same run."""
        with self._connect() as db:
            db.execute(
                "UPDATE experiments SET run = ?, checkpoint = ?, history = ?, taken = 0 WHERE id = ?",
                (standing.run, standing.checkpoint, standing.history, id),
            )

    def delete(self, id: str) -> bool:
        """Forget an experiment; whether there was one."""
        with self._connect() as db:
            return db.execute("DELETE FROM experiments WHERE id = ?", (id,)).rowcount > 0


def _read(row: tuple[str, str, str, str | None]) -> Saved | None:
    """None where what is saved cannot be trained, as after a change of the limits."""
    id, created, config, owner = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config), owner)
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
