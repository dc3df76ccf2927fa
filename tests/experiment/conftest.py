import pytest

from server import datasets
from server.datasets import Dataset


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return datasets.load("digits")
