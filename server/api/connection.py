"""A WebSocket connection: uvicorn's, with a limit to what a viewer may make it do.

uvicorn reads up to 256 KB at once and parses every frame of that before the application sees the first, answers every
ping, and collects fragments without end. So messages are counted here, where they come in.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame

from server.api.allowance import Allowance

PIECE = 1024
"""Bytes that are parsed before it is looked whether there were too many frames in them: at most 170."""
MOST_FRAGMENTS = 64
"""Of one message."""
MOST_QUEUED = 16
"""Messages that wait for the application before no more are read."""
LAST_WORDS = 1.0
"""Seconds that a viewer gets to read why it is sent away."""


def connection(rate: float) -> type[asyncio.Protocol]:
    """What uvicorn makes of every WebSocket (its option `ws`).

    Args:
        rate: frames a second that one may send, whatever is in them.
    """

    class Connection(LimitedConnection):
        def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
            super().__init__(config, server_state, app_state)
            self.allowance = Allowance(rate)

    return Connection


class LimitedConnection(WebSocketsSansIOProtocol):
    """Ends with code 1008 when more comes than allowed."""

    allowance: Allowance
    _refused = False

    def data_received(self, data: bytes) -> None:
        """Parse it piece by piece, until there is too much of it."""
        for start in range(0, len(data), PIECE):
            if self._refused:
                return
            super().data_received(data[start : start + PIECE])

    def handle_text(self, event: Frame) -> None:
        """A text message, or how it begins."""
        if self._allowed():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """A binary message, or how it begins."""
        if self._allowed():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """How a message goes on."""
        if len(self.frames) >= MOST_FRAGMENTS:
            self._refuse(f"expected at most {MOST_FRAGMENTS} fragments of a message")
        elif self._allowed():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer, unless nobody reads the answers: they would pile up."""
        if self._allowed() and self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_pong(self, event: Frame) -> None:
        """The answer to a ping, or what nobody asked for."""
        if self._allowed():
            super().handle_pong(event)

    def send_receive_event_to_app(self) -> None:
        """Queue a message. uvicorn would stop reading at every one and begin again: two system calls for each."""
        if self.read_paused or self.queue.qsize() >= MOST_QUEUED:
            super().send_receive_event_to_app()
        else:
            self.read_paused = True  # so it believes
            super().send_receive_event_to_app()
            self.read_paused = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send; to a viewer that is being sent away nothing, which uvicorn takes for the application's mistake."""
        if self.close_sent and message["type"] == "websocket.send":
            raise ClientDisconnected
        await super().send(message)

    def _allowed(self) -> bool:
        if not self._refused and not self.allowance.take():
            self._refuse(f"expected at most {self.allowance.rate:g} messages a second (--max-message-rate)")
        return not self._refused

    def _refuse(self, reason: str) -> None:
        """Say why, and hear nothing more; the connection is closed when the viewer has had time to read it."""
        self._refused = True
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(CloseCode.POLICY_VIOLATION, reason)
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": CloseCode.POLICY_VIOLATION.value, "reason": reason}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.pause_reading()
        self.close_sent = True
        self.close_timer = self.loop.call_later(LAST_WORDS, self.transport.abort)
