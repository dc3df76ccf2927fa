"""By what names this server may be called.

A page of somebody else can have its own name point to this machine ("DNS rebinding") and would then be of the same
origin as we are. It cannot do so with an address, nor with a name that is not its own: those are let in.
"""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ANY = "*"


class KnownHosts:
    """Refuses requests and sockets whose `Host` is neither an address nor one of `names` (`ANY`: lets all in)."""

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
            await send({"type": "websocket.close", "code": 1008})  # no page of ours can have asked

    def _knows(self, host: str | None) -> bool:
        if host is None or ANY in self.names:
            return True  # every browser sends one
        name = _without_port(host).lower()
        return name in self.names or name.endswith(".localhost") or is_address(name)


def known_names(host: str, further: str) -> set[str]:
    """This machine's own names, the one it listens on, and `further` ones with commas between."""
    return own_names() | {host} | names_in(further)


def names_in(text: str) -> set[str]:
    """Names with commas between."""
    return {name.strip().lower() for name in text.split(",")} - {""}


def own_names() -> set[str]:
    """What this machine is called by itself and in a local network."""
    name = socket.gethostname()
    return {"localhost", name, f"{name}.local"}


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def is_address(name: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
