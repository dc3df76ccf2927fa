"""The store of experiments: by id, their configurations, and the state of those that have no worker."""

import logging
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from kernelscope.experiment import ExperimentConfig
from kernelscope.store import schema
from kernelscope.store.errors import StoreError, kind_of
from kernelscope.store.lock import LOCK, DirectoryLock, Taken
from kernelscope.store.private import make_directory, make_file, tighten_file

log = logging.getLogger(__name__)

DATABASE = "kernelscope.sqlite3"
BESIDE = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite creates beside the database, with the same permissions."""
OURS = (LOCK, DATABASE, *(DATABASE + end for end in BESIDE))
LEVEL = 1
"""The compression level; floating-point numbers gain little from a higher one."""

Part = tuple[str, int, int, int]
"""Names a range of scalars: the track, the first row, the row after the last, the stretch whose extremes they are."""


@dataclass(frozen=True)
class Saved:
    """An experiment as it was saved."""

    id: str
    created: str
    """ISO 8601, UTC."""
    config: ExperimentConfig
    """The configuration, with the seed and learning rates currently in use."""
    owner: str | None = None
    """The hashed visitor who opened it."""


@dataclass(frozen=True)
class Standing:
    """The state from which an experiment is resumed."""

    run: int
    checkpoint: bytes | None = None
    """None at step 0."""
    lineage: int = 0
    """The lineage of the scalars; stored parts of another one are not continued."""
    parts: Mapping[Part, bytes | None] = field(default_factory=dict)
    """The scalars up to the checkpoint. When storing, None stands for a part that is stored already."""
    history: bytes | None = None
    """The scalars as earlier versions stored them."""


class Store:
    """A SQLite database in `directory`, which is created if need be and locked until the store is closed.

    Every call opens its own connection, so it may come from any thread. Do not call from the event loop: disks can be
    slow.

    Args:
        directory: the data directory; access is restricted to this user, unless it holds other files.
        most: bytes beyond which no further experiment is added.

    Raises:
        StoreError: the directory cannot be created or written to, another server uses it, or its database was written
            by a newer version.
    """

    def __init__(self, directory: Path, most: float = float("inf")) -> None:
        self.path = directory / DATABASE
        self._most = most
        with self._in_words():
            make_directory(directory, OURS)
            self._lock = DirectoryLock(directory)
        try:
            self._prepare()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Release the directory to other servers."""
        self._lock.release()

    def _prepare(self) -> None:
        with self._in_words():
            make_file(self.path)
            for end in BESIDE:
                tighten_file(self.path.with_name(self.path.name + end))
        with self._connect() as db:
            with _transaction(db):
                schema.prepare(db)
            db.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        # Without mode=rw a database that was removed would silently be recreated, empty.
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        with self._in_words(), closing(sqlite3.connect(address, timeout=60, isolation_level=None, uri=True)) as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connect() as db, _transaction(db):
            yield db

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except schema.Newer as error:
            raise StoreError("newer", self.path, error) from error
        except (Taken, OSError, sqlite3.Error) as error:
            raise StoreError(kind_of(error), self.path, error) from error

    def add(self, saved: Saved) -> None:
        """Add an experiment, as taken by this server (see `take`).

        Raises:
            StoreError: also if the store has reached its maximum size.
        """
        with self._writing() as db:
            if (used := _bytes(db)) >= self._most:
                raise StoreError("limit", self.path, f"{used / 2**20:,.0f} MiB")
            db.execute("INSERT INTO experiments (id, created, config, owner) VALUES (?, ?, ?, ?)", _row(saved))
            db.execute("INSERT INTO standings (id, run, taken) VALUES (?, 1, 1)", (saved.id,))

    def save(self, saved: Saved) -> None:
        """Update an experiment, except for its standing. One that has been deleted is ignored."""
        id, *rest = _row(saved)
        with self._writing() as db:
            db.execute("UPDATE experiments SET created = ?, config = ?, owner = ? WHERE id = ?", (*rest, id))

    def has_room(self) -> bool:
        """Whether a further experiment can be added."""
        with self._connect() as db:
            return _bytes(db) < self._most

    def load(self, id: str) -> Saved | None:
        """Load an experiment; None if there is none of this id, or it cannot be read."""
        with self._connect() as db:
            row = db.execute("SELECT id, created, config, owner FROM experiments WHERE id = ?", (id,)).fetchone()
        return _read(row) if row else None

    def owner(self, id: str) -> str | None:
        """The hashed visitor who opened an experiment; None if there is neither."""
        with self._connect() as db:
            row = db.execute("SELECT owner FROM experiments WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def newest(self, most: int, before: tuple[str, str] | None = None) -> list[Saved]:
        """List experiments, newest first.

        Args:
            most: the largest number to return.
            before: creation time and id of the last experiment of the previous page; None for the first page.
        """
        found: list[Saved] = []
        with self._connect() as db:
            while len(found) < most:
                where = "WHERE (created, id) < (?, ?)" if before else ""
                rows = db.execute(
                    f"SELECT id, created, config, owner FROM experiments {where}"
                    " ORDER BY created DESC, id DESC LIMIT ?",
                    (*(before or ()), most - len(found)),
                ).fetchall()
                if not rows:
                    break
                found += [saved for row in rows if (saved := _read(row))]
                before = rows[-1][1], rows[-1][0]
        return found

    def take(self, id: str) -> Standing:
        """Take an experiment: return its standing, and mark it as in use until `put_back`.

        If a server died after an earlier `take`, its viewers may have seen more steps, and further runs, than were put
        back. What they hold is then not the beginning of what follows, so the experiment is resumed as a run whose
        number no server can have used: the milliseconds since 1970.
        """
        with self._writing() as db:
            run, checkpoint, history, packed, lineage = db.execute(
                "INSERT INTO standings (id, run, taken) VALUES (?, 1, 1) ON CONFLICT (id) DO UPDATE"
                " SET run = CASE taken WHEN 1 THEN max(run + 1, ?) ELSE run END, taken = 1"
                " RETURNING run, checkpoint, history, packed, lineage",
                (id, time.time_ns() // 1_000_000),
            ).fetchone()
            rows = db.execute("SELECT track, first, last, stretch, data FROM scalars WHERE id = ?", (id,)).fetchall()
        parts: dict[Part, bytes | None] = {(*part,): _unpacked(data) for *part, data in rows}
        return Standing(run, _unpacked(checkpoint) if packed else checkpoint, lineage or 0, parts, history)

    def stored(self, id: str, lineage: int) -> set[Part]:
        """List the stored parts of an experiment's scalars, if they are of this lineage."""
        with self._connect() as db:
            rows = db.execute(
                "SELECT track, first, last, stretch FROM scalars JOIN standings USING (id)"
                " WHERE id = ? AND lineage = ?",
                (id, lineage),
            ).fetchall()
        return set(rows)

    def put_back(self, id: str, standing: Standing) -> None:
        """Store an experiment's standing and release it; whoever takes it next continues the same run."""
        self._put(id, standing, taken=0)

    def keep(self, id: str, standing: Standing) -> None:
        """Store the standing of an experiment that keeps running, in case the server dies (see `take`).

        It has no effect on an experiment that has been put back meanwhile.
        """
        self._put(id, standing, taken=1)

    def _put(self, id: str, standing: Standing, taken: int) -> None:
        checkpoint = None if standing.checkpoint is None else zlib.compress(standing.checkpoint, LEVEL)
        new = {part: zlib.compress(data, LEVEL) for part, data in standing.parts.items() if data is not None}
        with self._writing() as db:
            if not db.execute(
                "UPDATE standings SET run = ?, taken = ?, checkpoint = ?, packed = 1, lineage = ?, history = NULL"
                " WHERE id = ? AND taken >= ?",
                (standing.run, taken, checkpoint, standing.lineage, id, taken),
            ).rowcount:
                return
            there = db.execute("SELECT track, first, last, stretch FROM scalars WHERE id = ?", (id,)).fetchall()
            db.executemany(
                "DELETE FROM scalars WHERE id = ? AND track = ? AND first = ? AND last = ? AND stretch = ?",
                [(id, *part) for part in there if part not in standing.parts or part in new],
            )
            db.executemany("INSERT INTO scalars VALUES (?, ?, ?, ?, ?, ?)", [(id, *part, new[part]) for part in new])

    def delete(self, id: str) -> bool:
        """Delete an experiment, and return whether there was one."""
        with self._writing() as db:
            db.execute("DELETE FROM scalars WHERE id = ?", (id,))
            db.execute("DELETE FROM standings WHERE id = ?", (id,))
            return db.execute("DELETE FROM experiments WHERE id = ?", (id,)).rowcount > 0


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    with db:
        yield


def _unpacked(data: bytes | None) -> bytes | None:
    """Decompress; damaged data are returned as they are, and refused by whoever reads them."""
    try:
        return data and zlib.decompress(data)
    except zlib.error:
        return data


def _bytes(db: sqlite3.Connection) -> int:
    """The number of bytes in use, without free pages left by deletions."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _row(saved: Saved) -> tuple[str, str, str, str | None]:
    return saved.id, saved.created, saved.config.model_dump_json(), saved.owner


def _read(row: tuple[str, str, str, str | None]) -> Saved | None:
    """Parse a row; None if its configuration is no longer valid, after a change of limits, for example."""
    id, created, config, owner = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config), owner)
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
