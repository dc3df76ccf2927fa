"""How large a request may be."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.clients import SMALL


@pytest.mark.parametrize("path", ["/api/experiments", "/new", "/nowhere"])
def test_a_body_too_large_is_refused_before_it_is_read(client: httpx.Client, path: str) -> None:
    response = client.post(path, content=b" " * 65_537)
    assert response.status_code == 413
    assert response.text == "expected a body of at most 65536 bytes (--max-message), got 65537\n"


def test_the_largest_body_that_is_taken_is_taken(client: httpx.Client) -> None:
    body = json.dumps({**SMALL, "seed": -1}).ljust(65_536).encode()
    response = client.post("/api/experiments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422  # it has been read


def test_a_body_that_does_not_say_how_long_it_is_is_refused(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b"{}"

    response = client.post("/api/experiments", content=endless())
    assert response.status_code == 411
    assert response.text == "expected a request with a content-length, got one without\n"


def test_requests_without_a_body_need_not_say_so(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"name": "\x80"}'], ids=["too deep", "no text"])
def test_of_a_body_that_cannot_be_read_it_is_said_what_was_expected(client: httpx.Client, body: bytes) -> None:
    response = client.post("/api/experiments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert "expected a body of JSON, in UTF-8" in response.json()["detail"]
