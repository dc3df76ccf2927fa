"""Data sets by name."""

from typing import Protocol, runtime_checkable

from kernelscope.datasets import digits, fashion, own, photos, planted
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.downloads.downloadable import Downloadable
from kernelscope.datasets.downloads.originals import DOWNLOADS
from kernelscope.impossible import Impossible


class Module(Protocol):
    """The interface of a data set's module."""

    INFO: DatasetInfo

    def load(self) -> Dataset:
        """Read the arrays.

        Raises:
            Impossible: they are not here.
        """
        ...


class Family(Protocol):
    """The interface of the module of data sets of one kind, each named ``family:which``."""

    def available(self) -> tuple[DatasetInfo, ...]:
        """Describe those that there are."""
        ...

    def info(self, which: str) -> DatasetInfo:
        """Describe one of them.

        Raises:
            Impossible: there can be no such one, or it is not here.
        """
        ...

    def load(self, which: str) -> Dataset:
        """Read or make its arrays. Raises like `info`."""
        ...


@runtime_checkable
class Deletable(Protocol):
    """The interface of a family whose data sets can be described although their images are not here any longer."""

    def require(self, which: str) -> None:
        """Check that the images of one are here.

        Raises:
            Impossible: they are not.
        """
        ...


MODULES: tuple[Module, ...] = (digits, fashion, photos, planted, *DOWNLOADS)
FAMILIES: dict[str, Family] = {planted.NAME: planted, own.shelf.FAMILY: own}
"""By what their names begin with, up to the colon."""


class UnknownDatasetError(Impossible):
    """Raised for a name that no data set has."""

    def __init__(self, name: str) -> None:
        known = ", ".join(repr(about.name) for about in available())
        message = f"expected the name of a data set, one of {known}, got {name!r}"
        super().__init__("unknown", message, field="dataset", known=known, got=name)


def default() -> str:
    """The name of the default data set, the first."""
    return MODULES[0].INFO.name


def available() -> tuple[DatasetInfo, ...]:
    """Describe all data sets, without loading them."""
    families = (about for family in FAMILIES.values() for about in family.available())
    return (*(module.INFO for module in MODULES), *families)


def info(name: str) -> DatasetInfo:
    """Describe one data set, without loading it.

    Raises:
        UnknownDatasetError: there is none of this name.
        Impossible: there can be no such one of its family, or it is not here.
    """
    family, which = _family(name)
    return _module(name).INFO if family is None else family.info(which)


def require(name: str) -> None:
    """Check that the images of a data set are here: some that can be described are yet to come, or have been deleted.

    Raises:
        UnknownDatasetError: there is none of this name.
        Impossible: its images are not here.
    """
    info(name)
    family, which = _family(name)
    if data := downloadable(name):
        data.require()
    elif isinstance(family, Deletable):
        family.require(which)


def load(name: str) -> Dataset:
    """Load a data set. It is not cached, since each worker process loads a single one, once.

    Raises:
        UnknownDatasetError: there is none of this name.
        Impossible: there can be no such one of its family, or it is not here.
    """
    family, which = _family(name)
    return _module(name).load() if family is None else family.load(which)


def downloadable(name: str) -> Downloadable | None:
    """Find what can be downloaded under this name; None: nothing."""
    return next((one for one in MODULES if isinstance(one, Downloadable) and one.INFO.name == name), None)


def glimpse(name: str) -> Dataset:
    """Load a data set to look at its first training images: one that is made on the fly may have no others.

    Their statistics are those of all. Raises like `load`.
    """
    family, _, which = name.partition(":")
    return planted.glimpse(which) if family == planted.NAME else load(name)


def _family(name: str) -> tuple[Family | None, str]:
    if not isinstance(name, str):
        raise UnknownDatasetError(name)
    family, _, which = name.partition(":")
    return FAMILIES.get(family) if which else None, which


def _module(name: str) -> Module:
    for module in MODULES:
        if module.INFO.name == name:
            return module
    raise UnknownDatasetError(name)
