"""Relative addresses, which work under any path prefix of a proxy.

Inside the server every address starts at its root: ``/e/…``, ``/static/…``. In a response it becomes relative to the
address of the request, so nothing needs to know the prefix, not even at startup.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# static/base/root.js reads `data-root` and `data-static`. Quotes in values are escaped: only template text matches.
_IN_A_PAGE = re.compile(r'(?<=\s)((?:href|src|action|data-root|data-static)=")/(?!/)')


def root(scope: Scope) -> str:
    """Return the relative address of the root, seen from the request's: ``./``, ``../`` and so on."""
    # The raw path, since an escaped slash (%2F) does not separate segments.
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return "../" * (path.partition(b"?")[0].count(b"/") - 1) or "./"


def in_page(html: str, scope: Scope) -> str:
    """Make the addresses in a page (links, files and forms) relative to the request's."""
    return _IN_A_PAGE.sub(rf"\g<1>{root(scope)}", html)


_IN_A_LINK = re.compile(r"(?<=<)/(?!/)")


class RelativeHeaders:
    """Makes every ``Location`` and ``Link`` header relative to the address of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Starlette redirects an address with a trailing slash to an absolute URL.
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
