"""The directory for what the program keeps, where the user has not chosen one."""

import os
import sys
from pathlib import Path


class NoHome(Exception):
    """Raised where there is no default data directory, because the user has no home directory."""


def default_data_dir() -> Path:
    """The directory for a user's application data by the conventions of this system.

    Raises:
        NoHome: this user has no home directory.
    """
    try:
        return _default_data_dir()
    except RuntimeError as error:  # neither $HOME nor an entry in the list of users
        raise NoHome("this user has no home directory: say where experiments and data sets are to be kept") from error


def _default_data_dir() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "kernelscope"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kernelscope"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kernelscope"
