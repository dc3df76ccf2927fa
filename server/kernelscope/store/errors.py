"""Storage errors, with advice on what to do about them."""

import errno
import sqlite3
from pathlib import Path
from typing import Literal, get_args

from kernelscope.store.lock import Taken

Kind = Literal["taken", "damaged", "newer", "full", "limit", "read_only", "failed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""``full``: the disk is full; ``limit``: the directory has reached its maximum size."""

_CODES: dict[int, Kind] = {
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
}
_ERRNOS: dict[int | None, Kind] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
}
_ELSEWHERE = "choose another directory with --data-dir"
_ADVICE: dict[Kind, str] = {
    "taken": "the data directory {directory} is used by another Kernelscope server ({error}):"
    " choose another with --data-dir",
    "damaged": "the database {database} is damaged ({error}): move it away to start without it, or " + _ELSEWHERE,
    "newer": "the database {database} was written by a newer version of Kernelscope ({error}):"
    " install that version, or " + _ELSEWHERE,
    "full": "no space left on the disk of {directory} ({error}): free some, or " + _ELSEWHERE,
    "limit": "{directory} has reached its maximum size ({error}): delete experiments or data sets, or start the server"
    " with a larger --max-data",
    "read_only": "cannot write to {directory} ({error}): make it writable, or " + _ELSEWHERE,
    "failed": "cannot store data in {directory} ({error}): choose a writable directory with --data-dir",
}
_TO_EVERYBODY: dict[Kind, str] = {
    "taken": "the data directory is used by another server",
    "damaged": "the server's database is damaged: its log tells the operator what to do",
    "newer": "the server's database was written by a newer version, which the operator has to install",
    "full": "no space left on the server's disk, so nothing can be stored: the operator has to free some",
    "limit": "the server stores as much as it may (--max-data): delete experiments (DELETE /api/experiments/{id})"
    " or data sets of your own (DELETE /api/datasets/{name})",
    "read_only": "the server cannot write to its data directory: its log tells the operator what to do",
    "failed": "the server cannot read or write its database: its log says why",
}


class StoreError(Exception):
    """Raised when data cannot be stored or read. The message tells the operator the path and what to do.

    Attributes:
        kind: the kind of error.
        public: a message for everybody, without paths.
    """

    def __init__(self, kind: Kind, database: Path, error: object) -> None:
        super().__init__(_ADVICE[kind].format(directory=database.parent, database=database, error=error))
        self.kind = kind
        self.public = _TO_EVERYBODY[kind]


def kind_of(error: Exception) -> Kind:
    """Classify an error of the operating system or of SQLite."""
    if isinstance(error, Taken):
        return "taken"
    if isinstance(error, sqlite3.Error):
        # Extended codes have the primary one in their lowest byte.
        return _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "failed")
    return _ERRNOS.get(error.errno, "failed") if isinstance(error, OSError) else "failed"
