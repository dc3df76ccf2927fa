"""What is believed of what a proxy says, and of whom."""

import asyncio
from typing import Any

import httpx
import pytest
from kernelscope.api.guards.forwarded import Forwarded, prefix_of
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

SAID = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "school.example",
    "x-forwarded-prefix": "/kernelscope/",
    "x-forwarded-for": "192.0.2.7",
}


async def show(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says what it is asked."""
    request = Request(scope)
    seen = {
        "url": str(request.url),
        "prefix": prefix_of(request),
        "client": request.client.host if request.client else None,
        "raw": scope["raw_path"].decode(),
    }
    await JSONResponse(seen)(scope, receive, send)


def ask(
    path: str = "/e/x",
    *,
    client: str = "127.0.0.1",
    trusted: str = "127.0.0.1,::1",
    root_path: str = "",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    transport = httpx.ASGITransport(Forwarded(show, trusted, root_path), client=(client, 1))

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as asking:
            return await asking.get(path, headers=headers)

    return asyncio.run(get())


def seen(*args: Any, **kwargs: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(*args, **kwargs).json()
    return found


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_proxy_on_this_machine_is_believed(client: str) -> None:
    assert seen(client=client, headers=SAID) == {
        "url": "https://school.example/e/x",
        "prefix": "/kernelscope",
        "client": "192.0.2.7",
        "raw": "/e/x",
    }


def test_anybody_else_is_not() -> None:
    untold = {"url": "http://127.0.0.1:8000/e/x", "prefix": "", "client": "10.0.0.9", "raw": "/e/x"}
    assert seen(client="10.0.0.9", headers=SAID) == untold
    assert seen(client="10.0.0.9", headers=SAID, trusted="10.0.0.8") == untold
    for trusted in ("10.0.0.0/8", "10.0.0.9", "*"):
        assert seen(client="10.0.0.9", headers=SAID, trusted=trusted)["url"] == "https://school.example/e/x"


def test_the_nearest_of_several_proxies_is_believed() -> None:
    said = {"x-forwarded-host": "localhost, school.example"}
    assert seen(headers=said)["url"] == "http://school.example/e/x"


@pytest.mark.parametrize("prefix", ["kernelscope", "//evil", "/a; Secure", "/a b", "/a?b", "/", ""])
def test_a_prefix_that_is_none_is_not_believed(prefix: str) -> None:
    assert seen(headers={"x-forwarded-prefix": prefix})["prefix"] == ""


@pytest.mark.parametrize(
    ("path", "url", "prefix", "raw"),
    [
        ("/k/scope/e/x?a=1", "/e/x?a=1", "/k/scope", "/e/x"),
        ("/k/scope/", "/", "/k/scope", "/"),
        ("/k/scope/k/scope/", "/k/scope/", "/k/scope", "/k/scope/"),
        ("/k/scope/a%2Fb", "/a/b", "/k/scope", "/a%2Fb"),
        ("/k/scopes", "/k/scopes", "", "/k/scopes"),  # not under it: asked past the proxy, say for /healthz
        ("/healthz", "/healthz", "", "/healthz"),
    ],
)
def test_a_path_that_the_proxy_left_in_is_taken_away(path: str, url: str, prefix: str, raw: str) -> None:
    got = seen(path, root_path="/k/scope")
    assert (got["url"], got["prefix"], got["raw"]) == (f"http://127.0.0.1:8000{url}", prefix, raw)


def test_without_its_last_slash_it_is_sent_there() -> None:
    answer: Response | httpx.Response = ask("/k/scope?a=1", root_path="/k/scope")
    assert (answer.status_code, answer.headers["location"]) == (307, "./scope/?a=1")
