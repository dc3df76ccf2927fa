from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kernelscope.settings import Settings

from tests.api.page import Page, watch
from tests.serving import Workers, serving

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

NAVIGATION = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser says when somebody opens an address."""

Serve = Callable[..., AbstractContextManager[httpx.Client]]


def make(client: httpx.Client, **members: Any) -> str:
    """The id of a new experiment."""
    response = client.post("/api/experiments", json={**SMALL, **members})
    assert response.status_code == 201, response.text
    id: str = response.json()["id"]
    return id


def led_to(answer: httpx.Response) -> str:
    """Where its `Location` leads, from the server's root."""
    return answer.url.join(answer.headers["location"]).raw_path.decode()


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that all these tests share."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), max_experiments=4)
    with serving(settings) as address, httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client:
        yield client


@pytest.fixture
def id(client: httpx.Client) -> str:
    """An experiment of the client's."""
    return make(client)


@pytest.fixture
def page(client: httpx.Client, id: str) -> Iterator[Page]:
    """A page of it, that holds its controls."""
    with watch(client, id) as page:
        yield page


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """A client of a server of the test's own. What one server keeps the next finds."""

    @contextmanager
    def serve(workers: Workers | None = None, **settings: Any) -> Iterator[httpx.Client]:
        new_worker = (workers if workers is not None else Workers()).start
        with (
            serving(Settings(data_dir=tmp_path, **settings), new_worker) as address,
            httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client,
        ):
            yield client

    return serve


@pytest.fixture
def own(serve: Serve) -> Iterator[httpx.Client]:
    """A client of a server of the test's own, with room for two experiments."""
    with serve(max_experiments=2) as client:
        yield client
