"""The store of experiments: by id, their configurations, and the state of those that have no worker."""

import logging
import sqlite3
import time
import zlib
from collections.abc import Callable, Collection
from pathlib import Path

from pydantic import ValidationError

from kernelscope.experiment import ExperimentConfig
from kernelscope.experiment.texts import TOLERANT
from kernelscope.store.errors import StoreError
from kernelscope.store.lessons import Lessons
from kernelscope.store.records import Listed, Part, Saved, Standing, matches, now

log = logging.getLogger(__name__)

LEVEL = 1
"""The compression level; floating-point numbers gain little from a higher one."""
COLUMNS = "id, created, config, owner, name"


class Store(Lessons):
    """The experiments in a data directory (see `Database`), and the last lesson about them.

    One that is deleted can be restored until it is purged; until then nothing else here finds it.

    Args:
        directory: the data directory.
        most: bytes beyond which no further experiment is added.
        beside: returns the bytes that something else takes of these.

    Raises:
        StoreError: see `Database`.
    """

    def __init__(self, directory: Path, most: float = float("inf"), beside: Callable[[], int] = lambda: 0) -> None:
        super().__init__(directory)
        self._most = most
        self._beside = beside

    def add(self, saved: Saved, standing: Standing | None = None) -> None:
        """Add an experiment: one that stands somewhere, or else a new one that this server has taken (see `take`).

        Deleted experiments make room for it where there is none.

        Raises:
            StoreError: also if the store has reached its maximum size.
        """
        with self._writing() as db:
            self._insert(db, saved)
            if standing:
                _put(db, saved.id, standing, taken=0)

    def copy(self, id: str, saved: Saved) -> None:
        """Add an experiment that stands where the one of this `id` does. Nobody holds anything of it: its run is 1.

        Raises:
            StoreError: also if the store has reached its maximum size.
        """
        with self._writing() as db:
            self._insert(db, saved)
            db.execute(
                "UPDATE experiments SET (step, kept_at) = (SELECT step, kept_at FROM experiments WHERE id = ?)"
                " WHERE id = ?",
                (id, saved.id),
            )
            db.execute(
                "UPDATE standings SET (taken, checkpoint, history, packed, lineage) ="
                " (SELECT 0, checkpoint, history, packed, lineage FROM standings WHERE id = ?) WHERE id = ?",
                (id, saved.id),
            )
            db.execute(
                "INSERT INTO scalars SELECT ?, track, first, last, stretch, data FROM scalars WHERE id = ?",
                (saved.id, id),
            )

    def _insert(self, db: sqlite3.Connection, saved: Saved) -> None:
        if self._used(db) >= self._most:
            _remove(db, "deleted IS NOT NULL")
        self._require(db, 1)
        db.execute(f"INSERT INTO experiments ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", _row(saved))
        db.execute("INSERT INTO standings (id, run, taken) VALUES (?, 1, 1)", (saved.id,))

    def _used(self, db: sqlite3.Connection) -> int:
        return _bytes(db) + self._beside()

    def _require(self, db: sqlite3.Connection, further: int) -> None:
        if (used := self._used(db)) + further > self._most:
            raise StoreError("limit", self.path, f"{used / 2**20:,.0f} MiB")

    def require_room(self, further: int) -> None:
        """Check that so many `further` bytes may be kept beside the experiments.

        Raises:
            StoreError: the store would exceed its maximum size.
        """
        with self._connect() as db:
            self._require(db, further)

    def save(self, saved: Saved) -> None:
        """Update an experiment, except for its standing. One that has been deleted is ignored."""
        id, *rest = _row(saved)
        with self._writing() as db:
            db.execute("UPDATE experiments SET created = ?, config = ?, owner = ?, name = ? WHERE id = ?", (*rest, id))

    def rename(self, id: str, name: str) -> bool:
        """Give an experiment a name, and return whether there is one of this id."""
        with self._writing() as db:
            renamed = db.execute("UPDATE experiments SET name = ? WHERE id = ? AND deleted IS NULL", (name, id))
            return renamed.rowcount > 0

    def has_room(self) -> bool:
        """Whether a further experiment can be added."""
        with self._connect() as db:
            (deleted,) = db.execute("SELECT EXISTS (SELECT 1 FROM experiments WHERE deleted IS NOT NULL)").fetchone()
            return bool(deleted) or self._used(db) < self._most

    def load(self, id: str) -> Saved | None:
        """Load an experiment; None if there is none of this id, or it cannot be read."""
        with self._connect() as db:
            found = f"SELECT {COLUMNS} FROM experiments WHERE id = ? AND deleted IS NULL"
            row = db.execute(found, (id,)).fetchone()
        return _read(row) if row else None

    def owner(self, id: str, *, deleted: bool = False) -> str | None:
        """The hashed visitor who opened an experiment, or one that is `deleted`; None if there is neither."""
        with self._connect() as db:
            found = "SELECT owner FROM experiments WHERE id = ? AND (deleted IS NOT NULL) = ?"
            row = db.execute(found, (id, deleted)).fetchone()
        return row[0] if row else None

    def newest(
        self,
        most: int,
        before: tuple[str, str] | None = None,
        *,
        owner: str | None = None,
        words: Collection[str] = (),
    ) -> list[Listed]:
        """List experiments, newest first.

        Args:
            most: the largest number to return.
            before: creation time and id of the last experiment of the previous page; None for the first page.
            owner: the hashed visitor whose they are; None: anybody's.
            words: what all of them have in their names and settings (see `matches`).
        """
        found: list[Listed] = []
        with self._connect() as db:
            db.create_function("matches", 2, lambda name, config: matches(name, config, words), deterministic=True)
            while len(found) < most:
                wanted: list[tuple[str, tuple[str, ...]]] = [("deleted IS NULL", ())]
                wanted += [("(created, id) < (?, ?)", before)] if before else []
                wanted += [("owner = ?", (owner,))] if owner is not None else []
                wanted += [("matches(name, config)", ())] if words else []
                rows = db.execute(
                    f"SELECT {COLUMNS}, step, kept_at FROM experiments WHERE {' AND '.join(one for one, _ in wanted)}"
                    " ORDER BY created DESC, id DESC LIMIT ?",
                    (*(value for _, values in wanted for value in values), most - len(found)),
                ).fetchall()
                if not rows:
                    break
                found += [Listed(saved, *row[5:]) for row in rows if (saved := _read(row[:5]))]
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
        with self._writing() as db:
            _put(db, id, standing, taken)

    def delete(self, id: str) -> bool:
        """Delete an experiment, and return whether there was one. Until it is purged it can be restored."""
        with self._writing() as db:
            deleted = "UPDATE experiments SET deleted = ? WHERE id = ? AND deleted IS NULL"
            return db.execute(deleted, (time.time(), id)).rowcount > 0

    def restore(self, id: str) -> bool:
        """Undo the deletion of an experiment, and return whether there was one to restore."""
        with self._writing() as db:
            restored = "UPDATE experiments SET deleted = NULL WHERE id = ? AND deleted IS NOT NULL"
            return db.execute(restored, (id,)).rowcount > 0

    def purge(self, seconds: float = 0) -> None:
        """Remove for good what was deleted at least so many `seconds` ago."""
        with self._writing() as db:
            _remove(db, "deleted <= ?", time.time() - seconds)


def _put(db: sqlite3.Connection, id: str, standing: Standing, taken: int) -> None:
    checkpoint = None if standing.checkpoint is None else zlib.compress(standing.checkpoint, LEVEL)
    new = {part: zlib.compress(data, LEVEL) for part, data in standing.parts.items() if data is not None}
    before = db.execute(
        "SELECT checkpoint IS ? FROM standings WHERE id = ? AND taken >= ?", (checkpoint, id, taken)
    ).fetchone()
    if not before:
        return
    if before != (1,):
        db.execute("UPDATE experiments SET step = ?, kept_at = ? WHERE id = ?", (standing.step, now(), id))
    db.execute(
        "UPDATE standings SET run = ?, taken = ?, checkpoint = ?, packed = 1, lineage = ?, history = NULL WHERE id = ?",
        (standing.run, taken, checkpoint, standing.lineage, id),
    )
    there = db.execute("SELECT track, first, last, stretch FROM scalars WHERE id = ?", (id,)).fetchall()
    db.executemany(
        "DELETE FROM scalars WHERE id = ? AND track = ? AND first = ? AND last = ? AND stretch = ?",
        [(id, *part) for part in there if part not in standing.parts or part in new],
    )
    db.executemany("INSERT INTO scalars VALUES (?, ?, ?, ?, ?, ?)", [(id, *part, new[part]) for part in new])


def _remove(db: sqlite3.Connection, which: str, *values: float) -> None:
    for table in ("scalars", "standings"):
        db.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM experiments WHERE {which})", values)
    db.execute(f"DELETE FROM experiments WHERE {which}", values)


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


def _row(saved: Saved) -> tuple[str, str, str, str | None, str]:
    return saved.id, saved.created, saved.config.model_dump_json(), saved.owner, saved.name


def _read(row: tuple[str, str, str, str | None, str]) -> Saved | None:
    """Parse a row; None if its configuration is no longer valid, after a change of limits, for example."""
    id, created, config, owner, name = row
    try:
        return Saved(id, created, ExperimentConfig.model_validate_json(config, context=TOLERANT), owner, name)
    except ValidationError as error:
        log.warning("experiment %s cannot be read: %s", id, error)
        return None
