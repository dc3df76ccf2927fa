"""Middleware that tells a connection about the progress of its requests."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernelscope.api.socket.connection import CONNECTION, Connection


class Announced:
    """Tells a connection when a request is complete and when it has been answered; in between the client may wait."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection | None = scope.get("state", {}).get(CONNECTION)
        if connection is None:  # a lifespan event, or a server without `Connections`, such as a test client
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            connection.begun()
            try:
                await self.app(scope, receive, _only_while_open(send))
            finally:
                connection.answered()
            return

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                connection.begun()
            return message

        async def said(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                connection.answered()

        headers = Headers(scope=scope)
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            connection.begun()
        await self.app(scope, heard, said)


def _only_while_open(send: Send) -> Send:
    """Raise OSError where the server has ended a WebSocket before the application did, as the ASGI specification asks.

    uvicorn (0.54) raises RuntimeError after it has closed for what the client sent, such as a frame that is none.
    """
    closed = False

    async def said(message: Message) -> None:
        nonlocal closed
        try:
            await send(message)
        except RuntimeError as error:
            if closed:
                raise
            raise OSError("the server has ended the connection") from error
        closed = closed or message["type"] == "websocket.close"

    return said
