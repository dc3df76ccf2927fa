"""Checks of a request's origin: foreign pages must not control this server, though the browser can reach it."""

from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.requests import HTTPConnection

_USUAL_PORTS = {"http": ":80", "https": ":443"}


def same_origin(connection: HTTPConnection) -> bool:
    """Tell whether a request comes from a page of this server, or from no page at all (no `Origin`).

    A page under a name of ``--allowed-hosts`` counts as this server's, even where a proxy has rewritten the `Host`.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    try:
        address = urlsplit(origin)
        usual = _USUAL_PORTS.get(address.scheme, "")
        host = connection.headers.get("host", "").lower().removesuffix(usual)
        return address.netloc.removesuffix(usual) == host or address.hostname in connection.app.state.names
    except ValueError:  # the origin is not a URL
        return False


def from_a_person(connection: HTTPConnection) -> bool:
    """Tell whether a person opened an address, rather than a foreign page fetching it as an image or in a frame.

    Browsers say so (Fetch Metadata, W3C); a request without these headers passes. With ``--embed-in`` a frame counts
    as opened too. Which pages may show it, browsers decide by the frame-ancestors policy.
    """
    elsewhere = connection.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    opened = ("document", "iframe") if connection.app.state.embed_in else ("document",)
    return not elsewhere or connection.headers.get("sec-fetch-dest") in opened


def is_only_prepared(connection: HTTPConnection) -> bool:
    """Tell whether a browser only prefetches an address that nobody has opened yet.

    `Purpose` and `X-Moz` are sent by browsers that do not know `Sec-Purpose`.
    """
    said = (connection.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    return any(word in purpose for purpose in said for word in ("prefetch", "prerender", "preview"))


def is_navigation(connection: HTTPConnection) -> bool:
    """Tell whether a browser says that somebody has opened this address, in a frame or not.

    Over plain http, browsers send these headers to localhost only. False may therefore mean that it is not known.
    """
    said = connection.headers
    return said.get("sec-fetch-mode") == "navigate" and said.get("sec-fetch-dest") in ("document", "iframe")


def _require_own_page(request: Request) -> None:
    if not same_origin(request):
        raise HTTPException(403, f"the page comes from another origin than this server: {request.headers['origin']!r}")


OwnPage = Depends(_require_own_page)
"""A dependency of routes that change something."""
