"""Data sets by name."""

from typing import Protocol

from kernelscope.datasets import digits, fashion, photos
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.impossible import Impossible


class Module(Protocol):
    """The interface of a data set's module."""

    INFO: DatasetInfo

    def load(self) -> Dataset:
        """Read the arrays."""
        ...


MODULES: tuple[Module, ...] = (digits, fashion, photos)


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
    return tuple(module.INFO for module in MODULES)


def info(name: str) -> DatasetInfo:
    """Describe one data set, without loading it.

    Raises:
        UnknownDatasetError: there is none of this name.
    """
    return _find(name).INFO


def load(name: str) -> Dataset:
    """Load a data set. It is not cached, since each worker process loads a single one, once.

    Raises:
        UnknownDatasetError: there is none of this name.
    """
    return _find(name).load()


def _find(name: str) -> Module:
    for module in MODULES:
        if module.INFO.name == name:
            return module
    raise UnknownDatasetError(name)
