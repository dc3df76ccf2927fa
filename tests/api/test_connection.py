"""Floods of WebSocket frames, from a socket that no library keeps from sending them."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from kernelscope.api.socket.frame_limits import MOST_FRAGMENTS

from tests.api.page import watch
from tests.clients import Serve, make

RATE = 50
TEXT, PING, PONG, CLOSE = 0x81, 0x89, 0x8A, 0x88
BEGIN, CONTINUE = 0x01, 0x00
TOO_MANY = (1008, f"expected at most {RATE} messages a second (--max-message-rate)")


def frame(first: int, payload: bytes = b"") -> bytes:
    return bytes([first, 0x80 | len(payload)]) + bytes(4) + payload


@contextmanager
def raw(client: httpx.Client, id: str) -> Iterator[socket.socket]:
    """A viewer's connection, with a buffer that is full soon."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect((client.base_url.host, client.base_url.port))
        connection.sendall(
            f"GET /ws/experiments/{id} HTTP/1.1\r\nHost: 127.0.0.1:{client.base_url.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += connection.recv(1)
        assert answer.startswith(b"HTTP/1.1 101")
        yield connection


def receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def next_frame(connection: socket.socket) -> tuple[int, bytes]:
    first, length = receive(connection, 2)
    if length == 126:
        (length,) = struct.unpack(">H", receive(connection, 2))
    elif length == 127:
        (length,) = struct.unpack(">Q", receive(connection, 8))
    return first, receive(connection, length)


def close_frame(connection: socket.socket) -> tuple[int, str]:
    """The code and the reason with which the server ends."""
    while True:
        first, payload = next_frame(connection)
        if first == CLOSE:
            return int.from_bytes(payload[:2], "big"), payload[2:].decode()


def ended(connection: socket.socket) -> bool:
    """Whether the server closes the connection, whatever it still sends."""
    with suppress(ConnectionError):
        while connection.recv(65_536):
            pass
    return True


@pytest.fixture
def limited(serve: Serve) -> Iterator[httpx.Client]:
    with serve(max_message_rate=RATE) as client:
        yield client


@pytest.mark.parametrize(
    ("first", "flood"),
    [
        (b"", frame(PING, bytes(125))),
        (b"", frame(PONG)),
        (b"", frame(TEXT, b"{}")),
        (frame(BEGIN), frame(CONTINUE)),
    ],
    ids=["pings", "pongs", "messages", "fragments"],
)
def test_a_flood_of_frames_is_ended_with_a_reason(limited: httpx.Client, first: bytes, flood: bytes) -> None:
    id = make(limited)
    with watch(limited, id) as other, raw(limited, id) as connection:
        connection.sendall(first + flood * (RATE + 10))
        assert close_frame(connection) == TOO_MANY
        assert ended(connection)
        other.obeyed()


@pytest.mark.parametrize("first", [PING, PONG, TEXT])
def test_who_floods_and_never_reads_is_cut_off(limited: httpx.Client, first: int) -> None:
    id = make(limited)
    with watch(limited, id) as other, raw(limited, id) as connection:
        with pytest.raises(ConnectionError):
            connection.sendall(frame(first, bytes(125)) * 1_000_000)
        other.text("audience", viewers=1)
        other.obeyed()


def test_a_message_in_more_fragments_than_are_put_together_is_refused(serve: Serve) -> None:
    with serve(max_message_rate=1000) as client, raw(client, make(client)) as connection:
        connection.sendall(frame(BEGIN) + frame(CONTINUE) * (MOST_FRAGMENTS + 1))
        assert close_frame(connection) == (1008, f"expected at most {MOST_FRAGMENTS} fragments of a message")


def test_fragments_are_one_message_and_pings_are_answered(limited: httpx.Client) -> None:
    with raw(limited, make(limited)) as connection:
        connection.sendall(frame(BEGIN, b'{"type":"pi') + frame(PING, b"there?") + frame(0x80, b'ng","sent":7}'))
        found = set[str]()
        while len(found) < 2:
            first, payload = next_frame(connection)
            if first == PONG:
                assert payload == b"there?"
                found.add("answered")
            elif first == TEXT and b'"pong"' in payload:
                assert b'"sent":7' in payload
                found.add("put together")


def test_many_messages_at_once_are_all_taken_in_order(serve: Serve) -> None:
    with serve(max_message_rate=1000) as client, watch(client, make(client)) as page:
        for sent in range(200):
            page.send("ping", sent=sent)
        for sent in range(200):
            assert page.text("pong")["sent"] == sent
