"""A client's connection: how long it may keep the server waiting, how many there may be, what it may send.

uvicorn waits without end for a request that has begun, reads 256 KB of WebSocket frames at once before the application
sees the first, and leaves it to the operating system how many connections there are. So uvicorn's own protocol is given
a connection (`Connection`) that looks at what passes between it and the transport.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from kernelscope.api.socket.frame_limits import FrameLimits
from kernelscope.api.socket.last_words import answer, close_frame

PATIENCE = 20.0
"""Seconds that a client has: to complete a request since it connected or was answered, and to read anything at all."""
LAST_WORDS = 0.5
"""Seconds that a client gets to stop sending, and to read why it is sent away.

While it still sends, a connection that is closed is reset, and what it has not read yet may be lost.
"""
MOST_DISCARDED = 2**20
"""Bytes that are read for that; then the client has to wait."""

log = logging.getLogger(__name__)

Inner = Callable[..., asyncio.Protocol]


class Connections:
    """All connections of a server.

    Args:
        most: there may be at once.
        message_rate: WebSocket frames a second that one may send, whatever is in them.
    """

    def __init__(self, most: int, message_rate: float) -> None:
        self.most = most
        self.message_rate = message_rate
        self.open: set[Connection] = set()
        self.owing: dict[Connection, None] = {}  # those that the server waits for, the longest time first

    def through(self, inner: Inner) -> Inner:
        """What uvicorn makes of each connection (its option `http`): `inner`, seen through a `Connection`."""

        def make(app_state: dict[str, Any], **uvicorns: Any) -> asyncio.Protocol:
            connection = Connection(self)
            connection.inner = inner(app_state={**app_state, CONNECTION: connection}, **uvicorns)
            return connection

        return make

    def make_room(self) -> bool:
        """For one more; whether there is some. Who has kept the server waiting for the longest time has to go."""
        if len(self.open) < self.most:
            return True
        for connection in self.owing:
            if connection.can_be_spared:
                log.warning(
                    "%d connections, as many as may be (--max-connections): those that have waited longest before a"
                    " request was complete are closed",
                    self.most,
                )
                connection.drop()
                return True
        log.warning("%d connections, as many as may be (--max-connections): further ones are refused", self.most)
        return False


CONNECTION = "connection"
"""Under this name the `Connection` is in the `state` of an ASGI scope."""


class Connection(asyncio.Protocol):
    """Stands between the transport and uvicorn's protocol, for HTTP and what becomes of it."""

    inner: asyncio.Protocol
    _transport: asyncio.Transport

    def __init__(self, all: Connections) -> None:
        self._all = all
        self._loop = asyncio.get_running_loop()
        self._deadline: asyncio.TimerHandle | None = None
        self._unsent = 0  # bytes, when the deadline was set
        self._asked = False  # whether a request is being dealt with, or a WebSocket
        self._heard = False  # whether something has come of the next one
        self._stalled = False  # whether the client has so much to read that the server waits
        self._hold = False  # whether nothing more is to be read
        self._held = False  # whether nothing is
        self._closing = False
        self._left = False  # whether uvicorn's protocol has been told that this is the end
        self._discarded = 0
        self._limits: FrameLimits | None = None  # of a WebSocket

    # What the application says (`Announced`).

    def begun(self) -> None:
        """A request has come, whole, or a WebSocket's handshake."""
        self._asked, self._heard = True, False
        self._look()

    def answered(self) -> None:
        """It has been answered: the next one may come. Or the WebSocket is to be closed."""
        self._asked = False
        self._look()

    # What the transport says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
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
        """Pass it on, unless the client is being sent away."""
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
                # It was no HTTP, and uvicorn has said so. What there was of a request before has no answer any more.
                self._leave(None)

    def eof_received(self) -> bool | None:
        """The client sends nothing more."""
        return None if self._closing else self.inner.eof_received()

    def pause_writing(self) -> None:
        """The client should read first."""
        self._stalled = True
        self._look()
        if not self._left:
            self.inner.pause_writing()

    def resume_writing(self) -> None:
        """It has."""
        self._stalled = False
        self._look()
        if not self._left:
            self.inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone, or been sent away."""
        self._closing = True
        self._forget_deadline()
        self._all.open.discard(self)
        self._leave(exc)

    # What uvicorn's protocol says to the transport (`_Door`).

    def write(self, data: bytes) -> None:
        """Send it; nothing any more to a client that is being sent away."""
        if not self._closing:
            self._transport.write(data)

    def close(self) -> None:
        """Close it when all has been sent, and the client has had time to read it."""
        if self._closing:
            return
        self._closing = True
        idle = not (self._limits or self._asked or self._heard)  # nothing of the client's can be on its way
        if idle or self._transport.is_closing() or not self._transport.can_write_eof():
            self._transport.close()
        else:
            try:
                self._transport.write_eof()
            except OSError:  # the client has gone, and nobody has told us yet
                self._transport.close()
            self.hold(False)
        self._look()

    def drop(self) -> None:
        """Close it without a word."""
        self._closing = True
        self._forget_deadline()
        self._all.open.discard(self)
        self._transport.abort()

    def is_closing(self) -> bool:
        """Whether it is at its end."""
        return self._closing or self._transport.is_closing()

    def hold(self, hold: bool) -> None:
        """Read nothing more, or go on.

        Not at once: uvicorn stops reading at every message and begins again, two system calls for each.
        """
        self._hold = hold
        if hold != self._held:
            self._loop.call_soon(self._settle)

    def become(self, protocol: asyncio.Protocol) -> None:
        """From now on it is a WebSocket."""
        self.inner = protocol
        self._limits = FrameLimits(self._all.message_rate)

    def _settle(self) -> None:
        if self._hold != self._held and not self._transport.is_closing():
            self._held = self._hold
            if self._hold:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    # Patience.

    @property
    def can_be_spared(self) -> bool:
        """Whether nothing is lost with it but what its client has kept waiting."""
        return self._closing or not (self._asked and self._limits)

    @property
    def _owes(self) -> bool:
        return self._closing or self._stalled or not self._asked

    def _look(self) -> None:
        """Whether the client has the server waiting, from now on or no more."""
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
            self._set_deadline()  # it reads, however slowly
        elif unsent:
            self.drop()
        elif self._closing:
            self._transport.close()
        else:
            if self._heard:
                self.write(answer("408 Request Timeout", f"a request has to be complete within {PATIENCE:g} seconds"))
            self.close()

    def _refuse(self, reason: str) -> None:
        """Say why, and hear nothing more."""
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
        """Hear nothing for the moment."""
        self._connection.hold(True)

    def resume_reading(self) -> None:
        """Go on."""
        self._connection.hold(False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection._transport, name)
