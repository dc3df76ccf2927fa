"""A lock on a directory, for one process at a time."""

import os
from pathlib import Path

from kernelscope.locking import lock
from kernelscope.store.private import make_file

LOCK = "kernelscope.lock"


class Taken(Exception):
    """Raised when another process holds the directory. The message says which."""


class DirectoryLock:
    """A lock on a file in the directory that holds the process id of its owner.

    The operating system releases it when the process dies; the file that remains does no harm.

    Raises:
        Taken: another process holds the directory, or this one does already.
    """

    def __init__(self, directory: Path) -> None:
        make_file(directory / LOCK)
        self._file = open(directory / LOCK, "a+", encoding="ascii", errors="replace")  # noqa: SIM115
        try:
            lock(self._file.fileno())
        except (BlockingIOError, PermissionError) as error:
            self._file.seek(0)
            holder = self._file.readline().strip()
            self.release()
            raise Taken(f"pid {holder}") from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Release the directory."""
        self._file.close()
