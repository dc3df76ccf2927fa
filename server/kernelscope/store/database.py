"""A database file in a data directory, locked for one server."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kernelscope.datasets.kept import DATASETS
from kernelscope.store import schema
from kernelscope.store.errors import StoreError, kind_of
from kernelscope.store.lock import LOCK, DirectoryLock, Taken
from kernelscope.store.private import make_directory, make_file, tighten_file

DATABASE = "kernelscope.sqlite3"
BESIDE = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite creates beside the database, with the same permissions."""
OURS = (LOCK, DATABASE, *(DATABASE + end for end in BESIDE), DATASETS)


class Database:
    """A SQLite database in `directory`, which is created if need be and locked until the database is closed.

    Every call opens its own connection, so it may come from any thread. Do not call from the event loop: disks can be
    slow.

    Args:
        directory: the data directory; access is restricted to this user, unless it holds other files.

    Raises:
        StoreError: the directory cannot be created or written to, another server uses it, or its database was written
            by a newer version.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / DATABASE
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


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    with db:
        yield
