"""Clients of a server of the tests' own."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx

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
