"""Limits on client connections: their number, their rate of frames, and how long they keep the server waiting.

uvicorn waits without limit for the rest of a request, reads 256 KB of WebSocket frames before the application sees the
first, and leaves the number of connections to the operating system. A `Connection` between the transport and uvicorn's
protocol therefore watches what passes between them.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from kernelscope.api.socket.frame_limits import FrameLimits
from kernelscope.api.socket.last_words import answer, close_frame

PATIENCE = 20.0
"""Seconds for a client to complete a request, after it has connected or been answered; and to read anything at all."""
LAST_WORDS = 0.5
"""Seconds for a client to stop sending and to read why it is disconnected.

Closing a connection while the client sends resets it, and what the client has not read yet may be lost.
"""
MOST_DISCARDED = 2**20
"""Bytes to read and discard during that time; after these, reading stops."""

log = logging.getLogger(__name__)

Inner = Callable[..., asyncio.Protocol]


class Connections:
    """All connections of a server.

    Args:
        most: the number of connections allowed at once.
        message_rate: WebSocket frames per second that each client may send.

    Attributes:
        owing: connections whose clients keep the server waiting, the longest first.
    """

    def __init__(self, most: int, message_rate: float) -> None:
        self.most = most
        self.message_rate = message_rate
        self.open: set[Connection] = set()
        self.owing: dict[Connection, None] = {}

    def through(self, inner: Inner) -> Inner:
        """Wrap uvicorn's factory of HTTP protocols (its option `http`), so that each gets a `Connection`."""

        def make(app_state: dict[str, Any], **uvicorns: Any) -> asyncio.Protocol:
            connection = Connection(self)
            connection.inner = inner(app_state={**app_state, CONNECTION: connection}, **uvicorns)
            return connection

        return make

    def make_room(self) -> bool:
        """Make room for one more connection, by dropping the one that has kept the server waiting for the longest time.

        Return whether there is room.
        """
        if len(self.open) < self.most:
            return True
        for connection in self.owing:
            if connection.can_be_spared:
                log.warning(
                    "%d connections, the most allowed (--max-connections): those whose requests have been incomplete"
                    " for the longest time are closed",
                    self.most,
                )
                connection.drop()
                return True
        log.warning("%d connections, the most allowed (--max-connections): further ones are refused", self.most)
        return False


CONNECTION = "connection"
"""The key of the `Connection` in the `state` of an ASGI scope."""


class Connection(asyncio.Protocol):
    """A protocol between the transport and uvicorn's own, for HTTP and for a WebSocket that a request turns into."""

    inner: asyncio.Protocol
    _transport: asyncio.Transport

    def __init__(self, all: Connections) -> None:
        self._all = all
        self._loop = asyncio.get_running_loop()
        self._deadline: asyncio.TimerHandle | None = None
        self._unsent = 0  # bytes in the write buffer when the deadline was set
        self._asked = False  # whether a request is being answered, or a WebSocket is open
        self._heard = False  # whether part of the next request has come
        self._stalled = False  # whether the write buffer is full
        self._hold = False  # whether reading should be paused
        self._held = False  # whether reading is paused
        self._closing = False
        self._left = False  # whether uvicorn's protocol has been told that the connection is lost
        self._discarded = 0
        self._limits: FrameLimits | None = None  # None: not a WebSocket

    # Called by the application (`Announced`).

    def begun(self) -> None:
        """Note that a request, or a WebSocket's handshake, is complete."""
        self._asked, self._heard = True, False
        self._look()

    def answered(self) -> None:
        """Note that the request has been answered, so that the next one may come, or that the WebSocket has ended."""
        self._asked = False
        self._look()

    # Called by the transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accept a client, or refuse it for lack of room."""
        self._transport = cast(asyncio.Transport, transport)
        if not self._all.make_room():
            self._closing = self._left = True
            reason = "the server has as many connections as it takes (--max-connections)"
            self._transport.write(answer("503 Service Unavailable", reason))
            self._transport.close()
            return
        self._all.open.add(self)
        self.inner.connection_made(cast(asyncio.BaseTransport, _Door(self)))
        self._look()

    def data_received(self, data: bytes) -> None:
        """Pass data on, unless the client exceeds a limit or is being disconnected."""
        if self._closing:
            self._discarded += len(data)
            if self._discarded > MOST_DISCARDED:
                self._transport.pause_reading()
        elif self._limits and (reason := self._limits.exceeded(data)):
            self._refuse(reason)
        else:
            self._heard = True
            self.inner.data_received(data)
            if self._closing and self._limits is None:
                # uvicorn has refused it as invalid HTTP, so a request that is under way gets no answer any more.
                self._leave(None)

    def eof_received(self) -> bool | None:
        """Pass on that the client sends nothing more."""
        return None if self._closing else self.inner.eof_received()

    def pause_writing(self) -> None:
        """Note that the write buffer is full: the client has to read first."""
        self._stalled = True
        self._look()
        if not self._left:
            self.inner.pause_writing()

    def resume_writing(self) -> None:
        """Note that the client has read enough for writing to resume."""
        self._stalled = False
        self._look()
        if not self._left:
            self.inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up after the end of the connection."""
        self._closing = True
        self._forget_deadline()
        self._all.open.discard(self)
        self._leave(exc)

    # Called by uvicorn's protocol in place of the transport (`_Door`).

    def write(self, data: bytes) -> None:
        """Send data, unless the client is being disconnected."""
        if not self._closing:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection after everything has been sent and the client has had time to read it."""
        if self._closing:
            return
        self._closing = True
        idle = not (self._limits or self._asked or self._heard)  # then the client cannot be sending anything
        if idle or self._transport.is_closing() or not self._transport.can_write_eof():
            self._transport.close()
        else:
            try:
                self._transport.write_eof()
            except OSError:  # the client has gone, and `connection_lost` is still to come
                self._transport.close()
            self.hold(False)
        self._look()

    def drop(self) -> None:
        """Close the connection at once, discarding unsent data."""
        self._closing = True
        self._forget_deadline()
        self._all.open.discard(self)
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether the connection is closing or closed."""
        return self._closing or self._transport.is_closing()

    def hold(self, hold: bool) -> None:
        """Pause or resume reading, on the next iteration of the event loop.

        uvicorn pauses and resumes at every message; most of these pairs cancel out and need no system calls.
        """
        self._hold = hold
        if hold != self._held:
            self._loop.call_soon(self._settle)

    def become(self, protocol: asyncio.Protocol) -> None:
        """Turn into a WebSocket, handled by `protocol`."""
        self.inner = protocol
        self._limits = FrameLimits(self._all.message_rate)

    def _settle(self) -> None:
        if self._hold != self._held and not self._transport.is_closing():
            self._held = self._hold
            if self._hold:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    # Deadlines.

    @property
    def can_be_spared(self) -> bool:
        """Whether dropping the connection loses no open WebSocket."""
        return self._closing or not (self._asked and self._limits)

    @property
    def _owes(self) -> bool:
        return self._closing or self._stalled or not self._asked

    def _look(self) -> None:
        """Set or clear the deadline, by whether the client keeps the server waiting."""
        self._forget_deadline()
        if self._owes and self in self._all.open:
            self._all.owing[self] = None
            self._set_deadline()

    def _set_deadline(self) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        seconds = LAST_WORDS if self._closing and not self._unsent else PATIENCE
        self._deadline = self._loop.call_later(seconds, self._overdue)

    def _forget_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
        self._all.owing.pop(self, None)

    def _overdue(self) -> None:
        unsent = self._transport.get_write_buffer_size()
        if 0 < unsent < self._unsent:
            self._set_deadline()  # the client reads, however slowly
        elif unsent:
            self.drop()
        elif self._closing:
            self._transport.close()
        else:
            if self._heard:
                self.write(answer("408 Request Timeout", f"a request has to be complete within {PATIENCE:g} seconds"))
            self.close()

    def _refuse(self, reason: str) -> None:
        """Close a WebSocket with a reason, and ignore anything more from the client."""
        self.write(close_frame(reason))
        self.close()
        self._leave(None)

    def _leave(self, exc: Exception | None) -> None:
        if not self._left:
            self._left = True
            self.inner.connection_lost(exc)


class _Door:
    """The transport as uvicorn's protocol sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.write = connection.write
        self.close = connection.close
        self.abort = connection.drop
        self.is_closing = connection.is_closing
        self.set_protocol = connection.become

    def pause_reading(self) -> None:
        """Pause reading."""
        self._connection.hold(True)

    def resume_reading(self) -> None:
        """Resume reading."""
        self._connection.hold(False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection._transport, name)
