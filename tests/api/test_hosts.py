"""Who may call us by which name."""

import asyncio
import socket

import httpx
import pytest
import websockets.sync.client
from kernelscope.api.guards.hosts import ANY, KnownHosts, known_names, own_names
from starlette.responses import PlainTextResponse
from websockets.exceptions import InvalidStatus


def get(host: str, *names: str) -> httpx.Response:
    """What a server that knows `names` answers when it is called `host`."""
    transport = httpx.ASGITransport(KnownHosts(PlainTextResponse("hello"), names))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/", headers={"host": host})

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "me.localhost:80",
        "127.0.0.1",
        "192.168.1.5:8000",
        "[::1]:8000",
        "::1",
        "lab:8000",
    ],
)
def test_addresses_and_known_names_are_let_in(host: str) -> None:
    assert get(host, "localhost", "Lab").text == "hello"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "1.2.3.4.5",
        "[",
        ":",
        "",
    ],
)
def test_other_names_are_refused_with_a_way_out(host: str) -> None:
    answer = get(host, "localhost")
    assert answer.status_code == 400
    assert "--allowed-hosts" in answer.text


def test_any_name_where_that_is_wanted() -> None:
    assert get("school.example", ANY).text == "hello"


def test_a_page_of_another_name_reaches_nothing_of_a_real_server(client: httpx.Client) -> None:
    evil = {"host": "evil.example"}
    assert client.get("/", headers=evil).status_code == 400
    assert client.get("/", headers={**evil, "x-forwarded-host": "localhost"}).status_code == 400, (
        "a page can write that"
    )
    assert client.get("/", headers={"x-forwarded-host": "evil.example"}).status_code == 400
    assert client.post("/api/experiments", headers={**evil, "origin": "http://evil.example"}).status_code == 400
    port = client.base_url.port
    with (
        socket.create_connection(("127.0.0.1", port)) as connection,
        pytest.raises(InvalidStatus, match="403"),
        websockets.sync.client.connect(f"ws://evil.example:{port}/ws/experiments/x", sock=connection),
    ):
        pass


def test_this_machine_knows_its_name() -> None:
    assert own_names() == {"localhost", socket.gethostname(), f"{socket.gethostname()}.local"}


def test_further_names_have_commas_between() -> None:
    assert known_names("0.0.0.0", " lab, school.example,") == {*own_names(), "0.0.0.0", "lab", "school.example"}
