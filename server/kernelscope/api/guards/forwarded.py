"""What a proxy says of a request that it passes on: how it was called, and under which path it shows this server.

Only a proxy at one of the trusted addresses is believed, since anybody can write such headers.
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
    """Has a request look as it did to the proxy.

    Its scheme and client are those of ``X-Forwarded-Proto`` and ``-For``, its host is that of ``-Host``. The path is
    ours, without the `root_path` that a proxy may have left in it.

    Args:
        app: what is asked then.
        trusted: addresses and networks of proxies, with commas between; ``*`` for all.
        root_path: where the proxy passes the path on as it is, what it begins with.
    """

    def __init__(self, app: ASGIApp, trusted: str, root_path: str) -> None:
        self.app = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope["prefix"] = self._believe(scope)
            path, inside = unquote(self.root_path), scope["path"]
            if path and scope["type"] == "http" and inside == path:
                # Relative addresses need the slash.
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
        """Take over the host that a trusted proxy names; the path under which it shows us."""
        client = scope.get("client")
        if client is None:
            return ""
        # Who listens on `::` sees addresses of version 4 so.
        scope["client"] = client = (client[0].removeprefix("::ffff:"), client[1])
        if client[0] not in self.app.trusted_hosts:
            return ""
        headers = Headers(scope=scope)
        # Where several proxies have added theirs, the nearest stands last.
        if host := headers.get("x-forwarded-host", "").rpartition(",")[2].strip():
            MutableHeaders(scope=scope)["host"] = host
        prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
        return prefix if PREFIX.fullmatch(prefix) else ""


def prefix_of(connection: HTTPConnection) -> str:
    """The path under which the browser sees this server, as far as is known: ``/kernelscope``, or nothing."""
    prefix: str = connection.scope.get("prefix", "")
    return quote(prefix, safe=punctuation)
