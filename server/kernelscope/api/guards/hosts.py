"""A check of the `Host` header against DNS rebinding.

A foreign page can point its own name to this machine and would then be of the same origin as the server. It cannot do
so with an IP address, or with a name that it does not own: these are accepted.
"""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ANY = "*"


class KnownHosts:
    """Refuses requests and sockets whose `Host` is neither an IP address nor one of `names` (`ANY` accepts all)."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self.names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._knows(Headers(scope=scope).get("host")):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(
                "This server does not know the name by which it was called. Call it by its address, or start it with"
                " --allowed-hosts and the name.\n",
                400,
            )(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})  # cannot come from a page of this server

    def _knows(self, host: str | None) -> bool:
        if host is None or ANY in self.names:
            return True  # without `Host` it is not a browser: these always send one
        name = _without_port(host).lower()
        return name in self.names or name.endswith(".localhost") or is_address(name)


def known_names(host: str, further: str) -> set[str]:
    """Return this machine's names, the one that it listens on, and `further` ones separated by commas."""
    return own_names() | {host} | names_in(further)


def names_in(text: str) -> set[str]:
    """Split a list of names separated by commas."""
    return {name.strip().lower() for name in text.split(",")} - {""}


def own_names() -> set[str]:
    """Return the names of this machine, on itself and in the local network."""
    name = socket.gethostname()
    return {"localhost", name, f"{name}.local"}


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def is_address(name: str) -> bool:
    """Tell whether a name is an IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
