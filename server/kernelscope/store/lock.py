"""A directory for one process at a time."""

import os
import sys
from pathlib import Path

from kernelscope.store.private import make_file

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 1024, os.SEEK_SET)  # behind the text, which others can then read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


LOCK = "kernelscope.lock"


class Taken(Exception):
    """Another process has the directory. The message says which."""


class DirectoryLock:
    """A file in the directory, with the number of the process that has it.

    The lock is the system's, on the open file: a process that dies leaves the file, and nothing to be cleared away.

    Raises:
        Taken: another process has it, or this one already.
    """

    def __init__(self, directory: Path) -> None:
        make_file(directory / LOCK)
        self._file = open(directory / LOCK, "a+", encoding="ascii", errors="replace")  # noqa: SIM115
        try:
            _lock(self._file.fileno())
        except (BlockingIOError, PermissionError) as error:
            self._file.seek(0)
            holder = self._file.readline().strip()
            self.release()
            raise Taken(f"pid {holder}") from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let others have it."""
        self._file.close()
