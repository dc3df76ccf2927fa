"""Other people's pages may not steer this server, though they run in a browser that can reach it."""

from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.requests import HTTPConnection

_USUAL_PORTS = {"http": ":80", "https": ":443"}


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a request comes from a page of this server, or from no page at all (no `Origin`).

    A page of a name that ``--allowed-hosts`` gives us is one of ours, also where a proxy has put another `Host`.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    try:
        address = urlsplit(origin)
        usual = _USUAL_PORTS.get(address.scheme, "")
        host = connection.headers.get("host", "").lower().removesuffix(usual)
        return address.netloc.removesuffix(usual) == host or address.hostname in connection.app.state.names
    except ValueError:  # no address at all
        return False


def from_a_person(connection: HTTPConnection) -> bool:
    """Whether an address was opened, and not fetched as an image or in a frame of somebody else's page.

    Browsers say so (Fetch Metadata, W3C); what is no browser says nothing. Where pages elsewhere may have ours in a
    frame (``--embed-in``), that is to open it too; other pages' frames stay empty, since browsers do not show it.
    """
    elsewhere = connection.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    opened = ("document", "iframe") if connection.app.state.embed_in else ("document",)
    return not elsewhere or connection.headers.get("sec-fetch-dest") in opened


def is_only_prepared(connection: HTTPConnection) -> bool:
    """Whether a browser asks before anybody has opened the address, in case that somebody will.

    `Purpose` and `X-Moz` are what browsers say that do not send `Sec-Purpose` yet.
    """
    said = (connection.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    return any(word in purpose for purpose in said for word in ("prefetch", "prerender", "preview"))


def is_navigation(connection: HTTPConnection) -> bool:
    """Whether a browser says that somebody has opened this address, in a frame or not.

    Over http browsers say so only to the machine they run on: of others it is not known, as it is not of programs.
    """
    said = connection.headers
    return said.get("sec-fetch-mode") == "navigate" and said.get("sec-fetch-dest") in ("document", "iframe")


def _require_own_page(request: Request) -> None:
    if not same_origin(request):
        raise HTTPException(403, f"the page comes from another origin than this server: {request.headers['origin']!r}")


OwnPage = Depends(_require_own_page)
"""For routes that change something."""
