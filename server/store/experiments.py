"""Experiments by id: configurations, and where those stand that have given up their worker."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from server.experiment import ExperimentConfig
from server.store.lock import DirectoryLock, Taken

log = logging.getLogger(__name__)

COLUMNS = {
    "id": "TEXT PRIMARY KEY",
    "created": "TEXT NOT NULL",
    "config": "TEXT NOT NULL",
    "owner": "TEXT",
}
# In a table of its own: SQLite writes whole rows, and these can be hundreds of megabytes.
STANDING = """
    id TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    taken INTEGER NOT NULL, -- 1: a server works on it, or died while it did
    checkpoint BLOB,
    history BLOB
"""


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
    """A SQLite file in `directory`, which is made where there is none, and belongs to this store until it is closed.

    Every call opens the file anew, so that it may come from any thread.

    Raises:
        StoreError: the directory cannot be made or written to, or another server uses it.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "kernelscope.sqlite3"
        with self._in_words():
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock(directory)
        try:
            self._prepare()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Leave the directory to other servers."""
        self._lock.release()

    def _prepare(self) -> None:
        with self._connect() as db:
            db.execute("PRAGMA journal_mode = WAL")
            columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
            db.execute(f"CREATE TABLE IF NOT EXISTS experiments ({columns}) STRICT")
            # Earlier versions knew fewer columns.
            present = {row[1] for row in db.execute("PRAGMA table_info(experiments)")}
            for name, kind in COLUMNS.items():
                if name not in present:
                    db.execute(f"ALTER TABLE experiments ADD COLUMN {name} {kind}")
            db.execute(f"CREATE TABLE IF NOT EXISTS standings ({STANDING}) STRICT")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        # The innermost one is a transaction.
        with self._in_words(), closing(sqlite3.connect(self.path, timeout=60)) as db, db:
            yield db

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except Taken as error:
            raise StoreError(
                f"the data directory {self.path.parent} is used by another Kernelscope server ({error}):"
                " choose another with --data-dir"
            ) from error
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

        A server that died since an earlier `take` may have told viewers of more, and of further runs, than was put
        back. What they hold is not what it goes on with, so it goes on as a run whose number no server can have used:
        the milliseconds since 1970.
        """
        with self._connect() as db:
            run, *blobs = db.execute(
                "INSERT INTO standings (id, run, taken) VALUES (?, 1, 1) ON CONFLICT (id) DO UPDATE"
                " SET run = CASE taken WHEN 1 THEN max(run + 1, ?) ELSE run END, taken = 1"
                " RETURNING run, checkpoint, history",
                (id, time.time_ns() // 1_000_000),
            ).fetchone()
        return Standing(run, *blobs)

    def put_back(self, id: str, standing: Standing) -> None:
        """The experiment of this id has come to stand here; whoever takes it next goes on with the same run."""
        self._put(id, standing, taken=0)

    def keep(self, id: str, standing: Standing) -> None:
        """The experiment of this id has come by here and goes on, for a server that dies; see `take`.

        Without effect on one that has been put back since.
        """
        self._put(id, standing, taken=1)

    def _put(self, id: str, standing: Standing, taken: int) -> None:
        with self._connect() as db:
            db.execute(
                "UPDATE standings SET run = ?, taken = ?, checkpoint = ?, history = ? WHERE id = ? AND taken >= ?",
                (standing.run, taken, standing.checkpoint, standing.history, id, taken),
            )

    def delete(self, id: str) -> bool:
        """Forget an experiment; whether there was one."""
        with self._connect() as db:
            db.execute("DELETE FROM standings WHERE id = ?", (id,))
            return db.execute("DELETE FROM experiments WHERE id = ?", (id,)).rowcount > 0


def _read(row: tuple[str, str, str, str | None]) -> Saved | None:
    """None where what is saved cannot be trained, as after a change of the limits."""
    id, created, config, owner = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config), owner)
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
