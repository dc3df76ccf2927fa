"""How the server ends a WebSocket: with a code and a reason that the page's scripts can read."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from fastapi.websockets import WebSocketState

log = logging.getLogger(__name__)

BINARY = 1003
BROKEN = 1011
TRY_LATER = 1013
BAD_ADDRESS = 4400
WRONG_ORIGIN = 4403
UNKNOWN = 4404
DELETED = 4410
ASLEEP = 4423
NO_DATA = 4424
UNREADABLE = 4500
LONGEST_REASON = 123
"""The most bytes of a reason that fit into a close frame (RFC 6455, 5.5)."""


class Close(Exception):
    """Ends the connection with a close code of docs/protocol.md and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


async def until_closed(socket: WebSocket, conversation: Coroutine[Any, Any, None], about: str) -> None:
    """Run a conversation over an accepted WebSocket, and close that when it ends, with the reason.

    Args:
        socket: the WebSocket.
        conversation: raises `Close` to end it.
        about: what it is about, for the log.
    """
    with contextlib.suppress(WebSocketDisconnect):  # a viewer may leave at any time
        try:
            await conversation
        except WebSocketDisconnect:
            raise
        except Close as close:
            await _end(socket, close.code, _short(close.reason))
        except Exception as error:
            # Two tasks send: after one finds that the viewer has left, the other may still try to send.
            if not (isinstance(error, RuntimeError) and _has_left(socket)):
                log.exception("%s: a viewer is disconnected", about)
            await _end(socket, BROKEN, "the server made a mistake: its log says which")


async def until_one_ends(*directions: Coroutine[Any, Any, None]) -> None:
    """Run the directions of a conversation until one ends; the others are cancelled, and its error is raised."""
    tasks = {asyncio.create_task(direction) for direction in directions}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def received_text(socket: WebSocket) -> str | None:
    """Wait for a text message; None: the viewer has left.

    Raises:
        Close: it was a binary message.
    """
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        return None
    text: str | None = received.get("text")
    if text is None:
        raise Close(BINARY, "expected a text message, got a binary one")
    return text


async def _end(socket: WebSocket, code: int, reason: str) -> None:
    if not _has_left(socket):
        await socket.close(code, reason)


def _has_left(socket: WebSocket) -> bool:
    return socket.application_state is WebSocketState.DISCONNECTED


def _short(reason: str) -> str:
    return reason.encode()[:LONGEST_REASON].decode("utf-8", "ignore")
