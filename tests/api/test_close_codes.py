"""Why a connection ends, as docs/protocol.md has it; and nothing in the log of what a client has done wrong."""

import asyncio
import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from unittest.mock import Mock

import httpx
import pytest
from fastapi import WebSocket, WebSocketDisconnect
from kernelscope.api.socket.announced import Announced
from kernelscope.api.socket.connection import CONNECTION
from kernelscope.api.socket.ending import Close
from kernelscope.api.socket.socket import watch as viewer
from starlette.types import Message, Receive, Scope, Send

from tests.api.page import watch
from tests.api.test_connection import BEGIN, CLOSE, CONTINUE, PING, TEXT, close_frame, frame, raw
from tests.api.test_half_open import answer, knock
from tests.clients import Serve, make


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """It is no mistake of the server's."""
    yield
    wrong = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not [
        record for record in wrong if not record.getMessage().startswith("Invalid UTF-8")
    ]  # `kernelscope.logs` has that


def masked(first: int, length: int) -> bytes:
    """The header of a frame with a length that needs four bytes more than a byte has."""
    return bytes([first, 0x80 | 127]) + struct.pack(">Q", length) + bytes(4)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (bytes([TEXT, 2]) + b"{}", 1002),
        (frame(0x83), 1002),
        (frame(0xC1), 1002),
        (frame(CONTINUE), 1002),
        (frame(BEGIN, b"{") + frame(TEXT, b"}"), 1002),
        (bytes([PING, 0x80 | 126, 0, 200]) + bytes(204), 1002),
        (frame(0x88, b"\x00"), 1002),
        (frame(0x82, b"binary"), 1003),
        (frame(TEXT, b"\xff"), 1007),
        (frame(BEGIN, b"\xe2\x98") + frame(0x80, b"x"), 1007),
        (masked(TEXT, 100_000), 1009),
        (masked(TEXT, 2**62), 1009),
        (masked(TEXT, 70_000) + bytes(70_000), 1009),
        (masked(TEXT, 3_000_000) + bytes(3_000_000), 1009),
        (frame(BEGIN, bytes(125)) + masked(0x80, 65_500) + bytes(65_500), 1009),
    ],
    ids=["unmasked", "unknown-opcode", "reserved-bit", "nothing-to-go-on", "no-end", "long-ping", "short-close",
         "binary", "no-text", "no-text-in-fragments", "claims-to-be-large", "claims-to-be-huge", "large", "larger",
         "large-in-fragments"],
)  # fmt: skip
def test_the_code_says_what_was_wrong_and_reaches_who_is_still_sending(
    client: httpx.Client, id: str, sent: bytes, code: int
) -> None:
    with watch(client, id) as other, raw(client, id) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        assert close_frame(connection)[0] == code
        other.obeyed()


HANDSHAKE = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws/experiments/x", {}, 101),
        ("/ws/experiments/x", {"Host": "evil.example"}, 403),
        ("/ws/experiments", {}, 403),
        ("/ws/experiments/", {}, 403),
        ("/elsewhere", {}, 403),
        ("/", {}, 403),
        ("/ws/experiments/x", {"Sec-WebSocket-Key": ""}, 400),
        ("/ws/experiments/x", {"Sec-WebSocket-Key": "short"}, 400),
        ("/ws/experiments/x", {"Sec-WebSocket-Version": "12"}, 400),
        ("/ws/experiments/x", {"Upgrade": "", "Connection": ""}, 404),
    ],
)
def test_a_handshake_that_is_refused_is_answered_with_a_status(
    client: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    lines = [f"{name}: {value}" for name, value in (HANDSHAKE | headers).items() if value]
    with knock(client) as connection:
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        assert connection.recv(12) == f"HTTP/1.1 {status}".encode()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("goes", ["at once", "after the handshake", "with a reset"])
def test_who_leaves_in_the_middle_leaves_nothing_in_the_log(client: httpx.Client, id: str, goes: str) -> None:
    handshake = "\r\n".join(
        [f"GET /ws/experiments/{id} HTTP/1.1", *(f"{name}: {value}" for name, value in HANDSHAKE.items()), "", ""]
    )
    for _ in range(5):
        with knock(client) as connection:
            connection.sendall(handshake.encode())
            if goes == "after the handshake":
                assert connection.recv(12) == b"HTTP/1.1 101"
            if goes == "with a reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with watch(client, id) as page:
        page.text("audience", viewers=1)
        page.obeyed()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", b"400"),
        (b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n", b"413"),
        (b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"400"),
    ],
    ids=["nonsense", "half-a-header", "a-large-header", "less-than-nothing", "too-large", "without-a-length", "host"],
)
def test_a_request_that_is_none_is_answered_with_a_status(
    client: httpx.Client, request_bytes: bytes, status: bytes
) -> None:
    with knock(client) as connection:
        with suppress(ConnectionError):
            connection.sendall(request_bytes)
        assert connection.recv(12) == b"HTTP/1.1 " + status


@pytest.mark.usefixtures("quiet")
def test_an_upload_that_breaks_off_is_no_mistake_of_the_servers(client: httpx.Client) -> None:
    with knock(client) as connection:
        connection.sendall(
            b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection) == b""
    assert make(client)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("then", [b"ZZ\r\n", b"2\r\n{}!!"])
def test_a_body_that_is_no_http_is_answered_once(client: httpx.Client, then: bytes) -> None:
    """The HTTP parser refuses it, before the application has come to speak."""
    with knock(client) as connection:
        connection.sendall(
            b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + then
        )
        said = answer(connection)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("then", ["sends", "refuses"])
def test_who_is_found_to_have_left_is_not_spoken_to_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, then: str
) -> None:
    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        if message["type"] != "websocket.accept":
            raise OSError("gone")

    async def converse(socket: WebSocket, id: str) -> None:
        with suppress(WebSocketDisconnect):
            await socket.send_text("a frame")
        if then == "sends":
            await socket.send_text("a pong")
        raise Close(1003, "a binary message")

    monkeypatch.setattr("kernelscope.api.socket.socket._watch", converse)
    asyncio.run(viewer(WebSocket({"type": "websocket"}, receive, send), "id"))
    assert not caplog.records


@pytest.mark.parametrize("closes", ["the server", "the application"])
def test_who_was_disconnected_by_the_server_itself_has_left(closes: str) -> None:
    """Uvicorn closes for a frame that is none, and then answers what is still sent with a RuntimeError."""
    sent: list[str] = []

    async def send(message: Message) -> None:
        if "websocket.close" in sent or (sent and closes == "the server"):
            raise RuntimeError("Unexpected ASGI message, after sending 'websocket.close'.")
        sent.append(message["type"])

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        await send({"type": "websocket.send", "text": "{}"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "state": {CONNECTION: Mock()}}
    mistake = OSError if closes == "the server" else RuntimeError
    with pytest.raises(mistake):
        asyncio.run(Announced(application)(scope, receive, send))


def test_a_viewer_that_is_just_leaving_does_not_keep_a_server_that_ends_from_saving(serve: Serve) -> None:
    with ExitStack() as afterwards:
        with serve() as client:
            id = make(client)
            with watch(client, id) as page:
                page.start(3)
                at = page.pause()
            leaving = afterwards.enter_context(raw(client, id))
            leaving.sendall(frame(CLOSE, struct.pack(">H", 1000)))
            assert close_frame(leaving) == (1000, "")
        with serve() as client, watch(client, id) as page:
            assert page.snapshot(at).directory["step"] == at
