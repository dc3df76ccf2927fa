"""The directory of the data sets that have not come with the program."""

import os
from pathlib import Path

from kernelscope.home import default_data_dir
from kernelscope.impossible import Impossible

DATASETS = "datasets"
"""The name of the directory in a data directory."""
_data_dir: Path | None = None


class Missing(Impossible):
    """Raised for a data set that is known, but whose images are not here."""


def keep_in(data_dir: Path | None) -> None:
    """Keep data sets in this data directory from now on; None: where they are usually kept."""
    global _data_dir
    _data_dir = data_dir


def directory() -> Path:
    """The directory of the data sets, which need not exist.

    Raises:
        NoHome: none was chosen, and this user has no home directory.
    """
    return (_data_dir or Path(os.environ.get("KERNELSCOPE_DATA_DIR") or default_data_dir())) / DATASETS
