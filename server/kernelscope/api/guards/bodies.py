"""A limit on the size of request bodies."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class LimitedBodies:
    """Refuses requests whose body has more than `most` bytes or no `Content-Length`, before any of it is read.

    At the path `uploads`, a ``POST`` may have `most_uploaded` bytes.
    """

    def __init__(self, app: ASGIApp, most: int, uploads: str, most_uploaded: int) -> None:
        self.app = app
        self.most = most
        self.uploads = uploads
        self.most_uploaded = most_uploaded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers:
            return PlainTextResponse("expected a request with a content-length, got one without\n", 411)
        length = int(headers.get("content-length", "0"))  # the HTTP parser has checked that it is a number
        most, option = self.most, "--max-message"
        if scope["method"] == "POST" and scope["path"].removeprefix(scope.get("root_path", "")) == self.uploads:
            most, option = self.most_uploaded, "--max-dataset"
        if length > most:
            return PlainTextResponse(f"expected a body of at most {most} bytes ({option}), got {length}\n", 413)
        return None
