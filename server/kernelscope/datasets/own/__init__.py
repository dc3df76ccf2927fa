"""Data sets of one's own: ``own:`` and a hash of the images, by which an address names them wherever they are added.

A folder or a zip with one folder a class, or an ``.npz`` (`kernelscope.datasets.own.command`), or what a page has
decoded becomes a `Draft`, and is kept on the `shelf`.
"""

from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.own import shelf


def available() -> tuple[DatasetInfo, ...]:
    """Describe those whose images are here."""
    return tuple(map(info, shelf.names()))


def info(which: str) -> DatasetInfo:
    """Describe one that is here, or whose images have been deleted.

    Raises:
        Missing: there was never one of this name.
    """
    return shelf.describe(which).info(which)


def require(which: str) -> None:
    """Check that its images are here.

    Raises:
        Missing: they are not.
    """
    shelf.require(which)


def load(which: str) -> Dataset:
    """Load its images.

    Raises:
        Missing: they are not here.
        Impossible: they have been damaged.
    """
    return shelf.load(which)
