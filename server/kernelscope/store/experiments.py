"""Experiments by id: configurations, and where those stand that have given up their worker."""

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
"""Files that SQLite makes beside the database, as readable as that is."""
OURS = (LOCK, DATABASE, *(DATABASE + end for end in BESIDE))
LEVEL = 1
"""Of compression: floating-point numbers gain little from more."""

Part = tuple[str, int, int, int]
"""Which scalars they are: the track, the first row, the one behind the last, the stretch of which they are extremes."""


@dataclass(frozen=True)
class Saved:
    """An experiment as it was saved."""

    id: str
    created: str
    """ISO 8601, UTC."""
    config: ExperimentConfig
    """With the seed and the rates of now."""
    owner: str | None = None
    """The visitor who opened it, hashed."""


@dataclass(frozen=True)
class Standing:
    """Where an experiment stands."""

    run: int
    checkpoint: bytes | None = None
    """None: at step 0."""
    lineage: int = 0
    """Of the scalars: what is there of another one is not gone on with."""
    parts: Mapping[Part, bytes | None] = field(default_factory=dict)
    """The scalars up to the checkpoint. To be kept: None for a part that is there already."""
    history: bytes | None = None
    """The same as earlier versions kept them."""


class Store:
    """A SQLite file in `directory`, which is made where there is none, and belongs to this store until it is closed.

    Every call opens the file anew, so that it may come from any thread. Every call is to come from another thread than
    the event loop's: a disk may take long.

    Args:
        directory: is closed to other users of the machine, unless there are other files in it.
        most: bytes beyond which no further experiment is taken.

    Raises:
        StoreError: the directory cannot be made or written to, another server uses it, or a newer version has written
            what is there.
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
        """Leave the directory to other servers."""
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
        # What is gone is not to be made again, and empty.
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
        """Add an experiment that a server works on; see `take`.

        Raises:
            StoreError: likewise where there is as much as there may be.
        """
        with self._writing() as db:
            if (used := _bytes(db)) >= self._most:
                raise StoreError("limit", self.path, f"{used / 2**20:,.0f} MiB")
            db.execute("INSERT INTO experiments (id, created, config, owner) VALUES (?, ?, ?, ?)", _row(saved))
            db.execute("INSERT INTO standings (id, run, taken) VALUES (?, 1, 1)", (saved.id,))

    def save(self, saved: Saved) -> None:
        """Write over all but where an experiment stands; one that is not there has been deleted."""
        id, *rest = _row(saved)
        with self._writing() as db:
            db.execute("UPDATE experiments SET created = ?, config = ?, owner = ? WHERE id = ?", (*rest, id))

    def has_room(self) -> bool:
        """Whether a further experiment would be taken."""
        with self._connect() as db:
            return _bytes(db) < self._most

    def load(self, id: str) -> Saved | None:
        """The experiment of this id, where there is one."""
        with self._connect() as db:
            row = db.execute("SELECT id, created, config, owner FROM experiments WHERE id = ?", (id,)).fetchone()
        return _read(row) if row else None

    def owner(self, id: str) -> str | None:
        """Who opened the experiment of this id; None: nobody, or there is no such experiment."""
        with self._connect() as db:
            row = db.execute("SELECT owner FROM experiments WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def newest(self, most: int, before: tuple[str, str] | None = None) -> list[Saved]:
        """So many experiments at most, the newest first.

        Args:
            most: how many.
            before: when the last one that is known already was created, and its id; None: from the newest on.
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
        """Where the experiment of this id stands, to go on from there.

        A server that died since an earlier `take` may have told viewers of more, and of further runs, than was put
        back. What they hold is not what it goes on with, so it goes on as a run whose number no server can have used:
        the milliseconds since 1970.
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
        """The parts of scalars of this lineage that the experiment of this id has."""
        with self._connect() as db:
            rows = db.execute(
                "SELECT track, first, last, stretch FROM scalars JOIN standings USING (id)"
                " WHERE id = ? AND lineage = ?",
                (id, lineage),
            ).fetchall()
        return set(rows)

    def put_back(self, id: str, standing: Standing) -> None:
        """The experiment of this id has come to stand here; whoever takes it next goes on with the same run."""
        self._put(id, standing, taken=0)

    def keep(self, id: str, standing: Standing) -> None:
        """The experiment of this id has come by here and goes on, for a server that dies; see `take`.

        Without effect on one that has been put back since.
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
        """Forget an experiment; whether there was one."""
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
    """What is damaged comes as it is: it has a checksum, and who reads it sees that it is wrong."""
    try:
        return data and zlib.decompress(data)
    except zlib.error:
        return data


def _bytes(db: sqlite3.Connection) -> int:
    """That are in use: what has been deleted leaves room in the file."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _row(saved: Saved) -> tuple[str, str, str, str | None]:
    return saved.id, saved.created, saved.config.model_dump_json(), saved.owner


def _read(row: tuple[str, str, str, str | None]) -> Saved | None:
    """None where what is saved cannot be trained, as after a change of the limits."""
    id, created, config, owner = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config), owner)
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
