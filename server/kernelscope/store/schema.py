"""The tables, and how the database of an earlier version becomes one of this."""

import sqlite3

from kernelscope.store.owners import hashed

VERSION = 2
"""In the database's ``user_version``; that of databases from before there was one is 0.

0 has owners by name. 1 has checkpoints and scalars as versions up to 0.1 pack them: they are read, and written in
today's form when they change, which those versions cannot read.
"""
TABLES = (
    """CREATE TABLE IF NOT EXISTS experiments (
        id TEXT PRIMARY KEY,
        created TEXT NOT NULL,
        config TEXT NOT NULL,
        owner TEXT -- hashed
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS experiments_by_age ON experiments (created, id)",
    # In tables of their own: SQLite writes whole rows, and these are large.
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
)
_ADDED = {
    "experiments": {"owner": "TEXT"},
    "standings": {"packed": "INTEGER NOT NULL DEFAULT 0", "lineage": "INTEGER"},
}


class Newer(Exception):
    """The database is of a later version than this one."""


def prepare(db: sqlite3.Connection) -> None:
    """Bring a database up to this version, within a transaction.

    Raises:
        Newer: it is beyond it.
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
    db.execute(f"PRAGMA user_version = {VERSION}")
