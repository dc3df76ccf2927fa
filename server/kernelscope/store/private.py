"""Files that nobody but the user who runs the server can read."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path

DIRECTORY, FILE = 0o700, 0o600
log = logging.getLogger(__name__)


def make_directory(path: Path, ours: Iterable[str]) -> None:
    """Make it where there is none. One that has nothing in it but files of `ours` is closed to others.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(parents=True, exist_ok=True, mode=DIRECTORY)
    if {entry.name for entry in path.iterdir()} <= set(ours):
        _tighten(path, DIRECTORY)


def make_file(path: Path) -> None:
    """Make an empty one where there is none; one that is there is closed to others.

    Raises:
        OSError: it cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE))
    _tighten(path, FILE)


def tighten_file(path: Path) -> None:
    """Close a file to others, where there is one."""
    with contextlib.suppress(FileNotFoundError):
        _tighten(path, FILE)


def _tighten(path: Path, mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) & ~mode:
        try:
            path.chmod(mode)
        except PermissionError as error:  # somebody else's, which we may use
            log.warning("others may be able to read %s: %s", path, error)
