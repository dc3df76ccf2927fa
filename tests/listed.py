"""A data set of tests in the catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernelscope.datasets import catalogue


@contextmanager
def listed(data: catalogue.Module) -> Iterator[None]:
    """It is there while the block lasts."""
    before = catalogue.MODULES
    catalogue.MODULES = (*before, data)
    try:
        yield
    finally:
        catalogue.MODULES = before
