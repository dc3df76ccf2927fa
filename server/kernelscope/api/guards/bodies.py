"""A limit on the size of request bodies."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class LimitedBodies:
    """Refuses requests whose body has more than `most` bytes or no `Content-Length`, before any of it is read."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(Headers(scope=scope))):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        if "transfer-encoding" in headers:
            return PlainTextResponse("expected a request with a content-length, got one without\n", 411)
        length = int(headers.get("content-length", "0"))  # the HTTP parser has checked that it is a number
        if length > self.most:
            return PlainTextResponse(
                f"expected a body of at most {self.most} bytes (--max-message), got {length}\n", 413
            )
        return None
