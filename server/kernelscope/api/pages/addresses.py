"""Addresses that hold wherever a proxy puts this server.

Inside, every address begins at the server's own root: ``/e/…``, ``/static/…``. On its way out it becomes relative to
the address that was asked for. So nothing has to know the path under which a proxy shows us, not even at the start.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# static/base/root.js reads `data-root` and `data-static`. Quotes in people's text are escaped: these are a template's.
_IN_A_PAGE = re.compile(r'(?<=\s)((?:href|src|action|data-root|data-static)=")/(?!/)')


def root(scope: Scope) -> str:
    """The way from the address that was asked for to the root: ``./``, ``../`` and so on."""
    # As it was sent: a slash that is written %2F parts nothing.
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return "../" * (path.partition(b"?")[0].count(b"/") - 1) or "./"


def in_page(html: str, scope: Scope) -> str:
    """A page whose links, files and forms are addressed from where it is."""
    return _IN_A_PAGE.sub(rf"\g<1>{root(scope)}", html)


_IN_A_LINK = re.compile(r"(?<=<)/(?!/)")


class RelativeHeaders:
    """Has every ``Location`` and ``Link`` lead on from the address that was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Starlette sends whoever adds a slash to the address without it, and names this server as it knows it.
        origin = f"{scope['scheme']}://{Headers(scope=scope).get('host')}"

        async def send_relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                location = headers.get("location", "").removeprefix(origin)
                if location.startswith("/"):
                    headers["location"] = root(scope) + location[1:]
                if "link" in headers:
                    headers["link"] = _IN_A_LINK.sub(root(scope), headers["link"])
            await send(message)

        await self.app(scope, receive, send_relative)
