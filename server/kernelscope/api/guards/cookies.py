"""What a browser is asked to bring again.

Browsers send a cookie to every port of a host, so its name carries the port: else two servers on one machine would take
each other's place at every visit. It is the port that the browser sees, not the one that we listen on, which is the
same in every container. What comes under another port's name, or under none, as earlier versions wrote it, is taken
over.
"""

import re

from starlette.requests import HTTPConnection
from starlette.responses import Response

from kernelscope.api.guards.forwarded import prefix_of

A_YEAR = 365 * 24 * 3600
_PORT = re.compile(r":(\d{1,5})$")
_FRAMES = ("iframe", "frame", "embed", "object")


def read(connection: HTTPConnection, name: str) -> str | None:
    """What the browser brings of this name."""
    brought: dict[str, str] = {}
    for pair in "; ".join(connection.headers.getlist("cookie")).split(";"):
        key, _, value = pair.strip().partition("=")
        brought.setdefault(key, value)  # of several the first: it is for the longest path (RFC 6265, 5.4)
    for key in (name_here(connection, name), name):
        if key in brought:
            return brought[key]
    return next((value for key, value in brought.items() if re.fullmatch(rf"{name}-\d+", key, re.ASCII)), None)


def write(response: Response, connection: HTTPConnection, name: str, value: str) -> None:
    """Have the browser bring `value` again, for a year, to this server alone; no script can read it."""
    if connection.headers.get("sec-fetch-dest") in _FRAMES:
        # In a page of somebody else: a jar of its own there (CHIPS). Browsers refuse it where the way is not safe.
        scope = "SameSite=none; Secure; Partitioned"
    else:
        scope = "SameSite=lax; Secure" if _is_safe(connection) else "SameSite=lax"
    path = prefix_of(connection) or "/"
    cookie = f"{name_here(connection, name)}={value}; HttpOnly; Max-Age={A_YEAR}; Path={path}; {scope}"
    response.headers.append("set-cookie", cookie)


def name_here(connection: HTTPConnection, name: str) -> str:
    """``visitor-8000``."""
    named = _PORT.search(connection.headers.get("host", ""))
    return f"{name}-{named[1] if named else 443 if _is_safe(connection) else 80}"


def _is_safe(connection: HTTPConnection) -> bool:
    return connection.scope["scheme"] in ("https", "wss")
