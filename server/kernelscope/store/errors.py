"""What keeps data from being kept, in words, with what to do about it."""

import errno
import sqlite3
from pathlib import Path
from typing import Literal, get_args

from kernelscope.store.lock import Taken

Kind = Literal["taken", "damaged", "newer", "full", "limit", "read_only", "failed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""``full``: the disk is; ``limit``: the directory has come to the size that it may have."""

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
    "damaged": "the database {database} is damaged ({error}): move it away to begin without it, or " + _ELSEWHERE,
    "newer": "the database {database} was written by a newer version of Kernelscope ({error}):"
    " install that version, or " + _ELSEWHERE,
    "full": "there is no room left on the disk of {directory} ({error}): make room there, or " + _ELSEWHERE,
    "limit": "{directory} has come to the size that it may have ({error}): delete experiments, or start the server"
    " with a larger --max-data",
    "read_only": "cannot write to {directory} ({error}): make it writable, or " + _ELSEWHERE,
    "failed": "cannot keep data in {directory} ({error}): choose a directory that can be written to with --data-dir",
}
_TO_EVERYBODY: dict[Kind, str] = {
    "taken": "another server has what this one keeps",
    "damaged": "what this server keeps is damaged and cannot be read: its log says what whoever runs it can do",
    "newer": "what this server keeps was written by a newer version: whoever runs it has to install that",
    "full": "there is no room left on the server's disk, and nothing can be kept: whoever runs it has to make some",
    "limit": "this server keeps as much as it may (--max-data): delete experiments (DELETE /api/experiments/{id})",
    "read_only": "this server must not write where it keeps experiments: its log says what whoever runs it can do",
    "failed": "this server cannot read or write what it keeps: its log says why",
}


class StoreError(Exception):
    """Data cannot be kept, or not be read. For whoever runs the server the message names the place and what to do.

    Attributes:
        kind: of what is wrong.
        public: the same for everybody, without the place.
    """

    def __init__(self, kind: Kind, database: Path, error: object) -> None:
        super().__init__(_ADVICE[kind].format(directory=database.parent, database=database, error=error))
        self.kind = kind
        self.public = _TO_EVERYBODY[kind]


def kind_of(error: Exception) -> Kind:
    """What is wrong, as an error of the system or of SQLite tells it."""
    if isinstance(error, Taken):
        return "taken"
    if isinstance(error, sqlite3.Error):
        # Extended codes have the primary one in their lowest byte.
        return _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "failed")
    return _ERRNOS.get(error.errno, "failed") if isinstance(error, OSError) else "failed"
