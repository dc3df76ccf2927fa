"""Cookies whose names carry the port.

Browsers send a cookie to every port of a host, so without the port two servers on one machine would overwrite each
other's cookies. It is the port that the browser sees, not the one that the server listens on, which is the same in
every container. A cookie with the name of another port, or of none as earlier versions wrote it, serves as a fallback.
"""

import re

from starlette.requests import HTTPConnection
from starlette.responses import Response

from kernelscope.api.guards.forwarded import prefix_of

A_YEAR = 365 * 24 * 3600
_PORT = re.compile(r":(\d{1,5})$")
_FRAMES = ("iframe", "frame", "embed", "object")


def read(connection: HTTPConnection, name: str) -> str | None:
    """Return the value of a cookie; None: the browser has sent none."""
    brought: dict[str, str] = {}
    for pair in "; ".join(connection.headers.getlist("cookie")).split(";"):
        key, _, value = pair.strip().partition("=")
        brought.setdefault(key, value)  # the first of several has the longest path (RFC 6265, 5.4)
    for key in (name_here(connection, name), name):
        if key in brought:
            return brought[key]
    return next((value for key, value in brought.items() if re.fullmatch(rf"{name}-\d+", key, re.ASCII)), None)


def write(response: Response, connection: HTTPConnection, name: str, value: str) -> None:
    """Set a cookie for a year, for this server only and out of reach of scripts."""
    if connection.headers.get("sec-fetch-dest") in _FRAMES:
        # Embedded in a page of another site, it is partitioned (CHIPS), which browsers allow over https only.
        scope = "SameSite=none; Secure; Partitioned"
    else:
        scope = "SameSite=lax; Secure" if _is_safe(connection) else "SameSite=lax"
    path = prefix_of(connection) or "/"
    cookie = f"{name_here(connection, name)}={value}; HttpOnly; Max-Age={A_YEAR}; Path={path}; {scope}"
    response.headers.append("set-cookie", cookie)


def name_here(connection: HTTPConnection, name: str) -> str:
    """Return the cookie's name with the port that the browser sees, such as ``visitor-8000``."""
    named = _PORT.search(connection.headers.get("host", ""))
    return f"{name}-{named[1] if named else 443 if _is_safe(connection) else 80}"


def _is_safe(connection: HTTPConnection) -> bool:
    return connection.scope["scheme"] in ("https", "wss")
