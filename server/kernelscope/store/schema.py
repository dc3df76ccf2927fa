"""The database schema, and migrations from earlier versions."""

import json
import sqlite3

from kernelscope.store.owners import hashed

VERSION = 3
"""The schema version, stored as ``user_version``.

0 (no version) has owners by name. 1 has checkpoints and scalars as packed by versions up to 0.1: they are read, and
written in the current format when they change, which those versions cannot read. Up to 2, experiments have no names,
and nothing but their scalars says at which step they stand.
"""
TABLES = (
    """CREATE TABLE IF NOT EXISTS experiments (
        id TEXT PRIMARY KEY,
        created TEXT NOT NULL,
        config TEXT NOT NULL,
        owner TEXT, -- hashed
        name TEXT NOT NULL DEFAULT '',
        step INTEGER NOT NULL DEFAULT 0, -- where it stands: here, since a list must not read past checkpoints
        kept_at TEXT, -- when that last changed
        deleted REAL -- when, in seconds since 1970; NULL: it is not
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS experiments_by_age ON experiments (created, id)",
    "CREATE INDEX IF NOT EXISTS experiments_by_owner ON experiments (owner, created, id)",
    "CREATE INDEX IF NOT EXISTS experiments_deleted ON experiments (deleted) WHERE deleted IS NOT NULL",
    # Separate tables, because SQLite rewrites whole rows and these are large.
    """CREATE TABLE IF NOT EXISTS standings (
        id TEXT PRIMARY KEY,
        run INTEGER NOT NULL,
        taken INTEGER NOT NULL, -- 1: a server works on it, or died while it did
        checkpoint BLOB,
        history BLOB, -- all scalars in one, as earlier versions kept them
        packed INTEGER NOT NULL DEFAULT 0, -- 1: the checkpoint is compressed
        lineage INTEGER -- of the scalars: what has another one does not go on from them
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS scalars (
        id TEXT NOT NULL,
        track TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        stretch INTEGER NOT NULL,
        data BLOB NOT NULL, -- compressed
        PRIMARY KEY (id, track, first, last, stretch)
    ) STRICT""",
    # Earlier versions leave it alone.
    """CREATE TABLE IF NOT EXISTS lessons (
        number INTEGER PRIMARY KEY CHECK (number = 1), -- only the last one is kept
        teacher TEXT NOT NULL, -- hashed
        experiment TEXT NOT NULL,
        led REAL NOT NULL -- when, in seconds since 1970
    ) STRICT""",
)
_ADDED = {
    "experiments": {
        "owner": "TEXT",
        "name": "TEXT NOT NULL DEFAULT ''",
        "step": "INTEGER NOT NULL DEFAULT 0",
        "kept_at": "TEXT",
        "deleted": "REAL",
    },
    "standings": {"packed": "INTEGER NOT NULL DEFAULT 0", "lineage": "INTEGER"},
}


class Newer(Exception):
    """Raised for a database that was written by a newer version."""


def prepare(db: sqlite3.Connection) -> None:
    """Create or migrate the tables of a database; call within a transaction.

    Raises:
        Newer: the database was written by a newer version.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise Newer(f"its version is {version}, this server knows {VERSION}")
    for name, columns in _ADDED.items():
        present = {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
        for column, kind in columns.items():
            if present and column not in present:
                db.execute(f"ALTER TABLE {name} ADD COLUMN {column} {kind}")
    for table in TABLES:
        db.execute(table)
    if version < 1:
        db.create_function("hashed", 1, hashed, deterministic=True)
        db.execute("UPDATE experiments SET owner = hashed(owner) WHERE owner IS NOT NULL")
    if version < 3:
        db.create_function("last_step", 1, _last_step, deterministic=True)
        db.execute(
            "UPDATE experiments SET step = coalesce("
            "(SELECT last_step(history) FROM standings WHERE id = experiments.id AND history IS NOT NULL),"
            " (SELECT max(last) FROM scalars WHERE id = experiments.id AND track = 'steps'), 0)"
        )
    db.execute(f"PRAGMA user_version = {VERSION}")


def _last_step(frame: bytes) -> int:
    """Return the last step of a scalars frame, in which early versions kept the history; 0 if it cannot be read."""
    try:
        return int(json.loads(frame[16 : 16 + int.from_bytes(frame[8:12], "little")])["last_step"])
    except (ValueError, LookupError, TypeError):
        return 0
