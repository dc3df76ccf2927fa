"""A viewer that costs as little as possible, since it shares the cores with what is measured.

It reads the headers of WebSocket frames, counts, acknowledges at once and throws the payloads away, but for the samples
that somebody wants. It decodes nothing and draws nothing; what a page costs is measured with a page.
"""

import base64
import json
import os
import socket
import struct
from collections.abc import Callable
from time import time
from typing import Any, NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FINAL = 0x80
NO_MASK = bytes(4)
"""The mask of the client's frames: zeros cost the client nothing, and the server as much as any other."""
LONGEST_HEADER = 10
PATIENCE = 30.0
"""Seconds to wait for the server's answer to the handshake."""
BUFFER = bytearray(1 << 18)
"""A buffer that all viewers share, since they read one after the other."""

Sample = Callable[[float, bytes], None]
"""A function that is called with the time of arrival (milliseconds since 1970) and a binary message."""


class Left(Exception):
    """The server has closed the connection; the message has its code and reason."""


class Held(NamedTuple):
    """The scalars that a viewer holds when it connects (see *Opening* in docs/protocol.md)."""

    run: int = 0
    step: int = 0
    tests: int = 0


class Client:
    """One viewer. Creating it sends the handshake; `accepted` waits for the answer.

    Args:
        port: of the server on this machine.
        experiment: its id.
        held: what it need not be sent again.
        cookie: with which it holds the controls.
        sample: gets one of `every` binary messages, another one for each `number`.

    Attributes:
        messages: binary messages received.
        bytes: of these.
        texts: the newest text message of each type.
    """

    def __init__(
        self,
        port: int,
        experiment: str,
        *,
        held: Held | None = None,
        cookie: str = "",
        sample: Sample | None = None,
        every: int = 1,
        number: int = 0,
    ) -> None:
        self.messages = 0
        self.bytes = 0
        self.texts: dict[str, dict[str, Any]] = {}
        self._sample, self._every, self._number = sample, every, number
        self._begun = b""  # of a frame's header
        self._opcode = 0
        self._final = True
        self._left = 0  # bytes of the frame's payload
        self._kept: bytearray | None = None
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        query = f"?run={held.run}&step={held.step}&tests={held.tests}" if held else ""
        lines = [
            f"GET /ws/experiments/{experiment}{query} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *([f"Cookie: {cookie}"] if cookie else []),
        ]
        try:
            self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        except OSError:
            self.close()
            raise

    def accepted(self) -> None:
        """Wait for the answer to the handshake. After that no method blocks."""
        answer = b""
        while b"\r\n\r\n" not in answer:
            received = self.socket.recv(4096)
            if not received:
                raise Left("during the handshake")
            answer += received
        head, _, rest = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise Left(head.decode("latin-1"))
        self.socket.setblocking(False)
        self._feed(memoryview(rest))

    def send(self, message: dict[str, Any]) -> None:
        """Send a text message of at most 125 bytes."""
        self._send(TEXT, json.dumps(message, separators=(",", ":")).encode())

    def receive(self) -> None:
        """Read what has arrived.

        Raises:
            Left: the connection is closed.
        """
        try:
            length = self.socket.recv_into(BUFFER)
        except BlockingIOError:
            return
        except OSError as error:
            raise Left(str(error)) from error
        if not length:
            raise Left("without a word")
        self._feed(memoryview(BUFFER)[:length])

    def close(self) -> None:
        """Disconnect like a tab that is closed."""
        self.socket.close()

    def _send(self, opcode: int, payload: bytes) -> None:
        assert len(payload) < 126
        try:
            self.socket.send(bytes((FINAL | opcode, 0x80 | len(payload))) + NO_MASK + payload)
        except OSError as error:
            raise Left(str(error)) from error

    def _feed(self, data: memoryview) -> None:
        place, end = 0, len(data)
        while place < end:
            if not self._left:
                head = self._begun + bytes(data[place : place + LONGEST_HEADER])
                length = self._header(head)
                if not length:
                    self._begun = head
                    return
                place += length - len(self._begun)
                self._begun = b""
            taken = min(self._left, end - place)
            if self._kept is not None:
                self._kept += data[place : place + taken]
            self._left -= taken
            place += taken
            if not self._left:
                self._frame_done()

    def _header(self, head: bytes) -> int:
        """Read a frame's header. Return its length; 0 while it is incomplete."""
        if len(head) < 2:
            return 0
        first, left = head[0], head[1]
        length = {126: 4, 127: 10}.get(left, 2)
        if len(head) < length:
            return 0
        if length > 2:
            (left,) = struct.unpack_from(">H" if length == 4 else ">Q", head, 2)
        self._left, self._final = left, bool(first & FINAL)
        if first & 0xF:  # 0 continues the message
            self._opcode = first & 0xF
            wanted = self._sample and (self.messages + self._number) % self._every == 0
            self._kept = bytearray() if wanted or self._opcode != BINARY else None
        if self._opcode == BINARY:
            self.bytes += left
        return length

    def _frame_done(self) -> None:
        if not self._final:
            return
        if self._opcode == BINARY:
            self.messages += 1
            self._send(TEXT, b'{"type":"ack","message":%d}' % self.messages)
            if self._kept is not None and self._sample:
                self._sample(1000 * time(), bytes(self._kept))
            return
        payload = bytes(self._kept or b"")
        if self._opcode == TEXT:
            message = json.loads(payload)
            self.texts[message["type"]] = message
        elif self._opcode == PING:
            self._send(PONG, payload)
        elif self._opcode == CLOSE:
            raise Left(f"{int.from_bytes(payload[:2])} {payload[2:].decode()}")
