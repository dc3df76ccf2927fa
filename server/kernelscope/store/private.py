"""Files that only the user who runs the server can read."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path

DIRECTORY, FILE = 0o700, 0o600
log = logging.getLogger(__name__)


def make_directory(path: Path, ours: Iterable[str]) -> None:
    """Create a directory if need be, and restrict access to this user if it holds no files but `ours`.

    Raises:
        OSError: it cannot be created.
    """
    path.mkdir(parents=True, exist_ok=True, mode=DIRECTORY)
    if {entry.name for entry in path.iterdir()} <= set(ours):
        _tighten(path, DIRECTORY)


def make_file(path: Path) -> None:
    """Create an empty file if need be, and restrict access to this user.

    Raises:
        OSError: it cannot be created.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE))
    _tighten(path, FILE)


def tighten_file(path: Path) -> None:
    """Restrict access to a file to this user, if it exists."""
    with contextlib.suppress(FileNotFoundError):
        _tighten(path, FILE)


def _tighten(path: Path, mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) & ~mode:
        try:
            path.chmod(mode)
        except PermissionError as error:  # owned by another user who lets us write
            log.warning("others may be able to read %s: %s", path, error)
