"""Data sets by name."""

from typing import Protocol

from kernelscope.datasets import digits
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.impossible import Impossible


class Module(Protocol):
    """What a data set's module offers."""

    INFO: DatasetInfo

    def load(self) -> Dataset:
        """Read the arrays."""
        ...


MODULES: tuple[Module, ...] = (digits,)


class UnknownDatasetError(Impossible):
    """No data set has this name."""

    def __init__(self, name: str) -> None:
        known = ", ".join(repr(about.name) for about in available())
        message = f"expected the name of a data set, one of {known}, got {name!r}"
        super().__init__("unknown", message, field="dataset", known=known, got=name)


def default() -> str:
    """The name of the data set of an experiment where nothing is said: the first."""
    return MODULES[0].INFO.name


def available() -> tuple[DatasetInfo, ...]:
    """All data sets, none of them loaded."""
    return tuple(module.INFO for module in MODULES)


def info(name: str) -> DatasetInfo:
    """One data set, not loaded.

    Raises:
        UnknownDatasetError: there is none of this name.
    """
    return _find(name).INFO


def load(name: str) -> Dataset:
    """Read a data set. Nothing is kept: each worker process trains on one and asks for it once.

    Raises:
        UnknownDatasetError: there is none of this name.
    """
    return _find(name).load()


def _find(name: str) -> Module:
    for module in MODULES:
        if module.INFO.name == name:
            return module
    raise UnknownDatasetError(name)
