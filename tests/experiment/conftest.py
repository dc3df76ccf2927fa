from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from server import datasets
from server.datasets import Dataset


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than five seconds; leave out with -m 'not slow'")


@pytest.fixture(autouse=True, scope="package")
def _one_blas_thread() -> Iterator[None]:
    """As the worker process has it: the lanes' threads use the cores."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return datasets.load("digits")
