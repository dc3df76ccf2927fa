from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.serving import serving

SMALL: dict[str, Any] = {
    "architecture": [
        {"type": "conv", "name": "conv1", "filters": 2, "kernel": 5},
        {"type": "relu", "name": "relu1"},
        {"type": "pool", "name": "pool1", "size": 4},
        {"type": "dense", "name": "dense", "units": 10},
    ],
    "batch_size": 8,
    "lanes": [{"learning_rate": 0.01}, {"learning_rate": 0.1}],
}


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that all these tests share."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), max_experiments=4)
    with serving(settings) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture
def own(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server of the test's own, with room for two experiments."""
    with serving(Settings(data_dir=tmp_path, max_experiments=2)) as address, httpx.Client(base_url=address) as client:
        yield client
