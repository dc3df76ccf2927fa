import pytest
from kernelscope import datasets
from kernelscope.datasets import Dataset


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return datasets.load("digits")
