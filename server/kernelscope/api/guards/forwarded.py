"""The headers of a reverse proxy: the scheme, client, host and path prefix of the original request.

They count only if they come from a trusted address, since anybody can write such headers.
"""

from string import punctuation
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kernelscope.settings import PREFIX


class Forwarded:
    """Restores a request as the proxy received it.

    Scheme, client and host are taken from ``X-Forwarded-Proto``, ``-For`` and ``-Host``. The path loses the `root_path`
    that a proxy may have left in it.

    Args:
        app: the application inside.
        trusted: addresses and networks of proxies, separated by commas; ``*`` for all.
        root_path: the prefix of the path, where the proxy does not strip it.
    """

    def __init__(self, app: ASGIApp, trusted: str, root_path: str) -> None:
        self.app = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope["prefix"] = self._believe(scope)
            path, inside = unquote(self.root_path), scope["path"]
            if path and scope["type"] == "http" and inside == path:
                # Without the slash, relative addresses would lead one level too high.
                query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
                here = f"./{self.root_path.rpartition('/')[2]}/{query}"
                await RedirectResponse(here, 307)(scope, receive, send)
                return
            if path and inside.startswith(f"{path}/"):
                scope["prefix"] = self.root_path
                scope["path"] = inside.removeprefix(path)
                scope["raw_path"] = b"/" + scope["raw_path"].split(b"/", self.root_path.count("/") + 1)[-1]
        await self.app(scope, receive, send)  # type: ignore[arg-type]

    def _believe(self, scope: Scope) -> str:
        """Adopt the host that a trusted proxy names. Return the prefix that it names, or an empty string."""
        client = scope.get("client")
        if client is None:
            return ""
        # A socket that listens on `::` shows IPv4 clients as mapped addresses.
        scope["client"] = client = (client[0].removeprefix("::ffff:"), client[1])
        if client[0] not in self.app.trusted_hosts:
            return ""
        headers = Headers(scope=scope)
        # Each proxy appends to the list, so the nearest one's value is the last.
        if host := headers.get("x-forwarded-host", "").rpartition(",")[2].strip():
            MutableHeaders(scope=scope)["host"] = host
        prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
        return prefix if PREFIX.fullmatch(prefix) else ""


def prefix_of(connection: HTTPConnection) -> str:
    """Return the path prefix under which the browser sees this server, such as ``/kernelscope``; empty: none known."""
    prefix: str = connection.scope.get("prefix", "")
    return quote(prefix, safe=punctuation)
