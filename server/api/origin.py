"""Other people's pages may not steer this server, though they run in a browser that can reach it."""

from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import Headers


def same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from no page at all (no `Origin`)."""
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:  # no address at all
        return False


def from_a_person(headers: Headers) -> bool:
    """Whether an address was opened, and not fetched as an image or in a frame of somebody else's page.

    Browsers say so (Fetch Metadata, W3C); what is no browser says nothing.
    """
    elsewhere = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return not elsewhere or headers.get("sec-fetch-dest") == "document"


def _require_own_page(request: Request) -> None:
    if not same_origin(request.headers):
        raise HTTPException(403, f"the page comes from another origin than this server: {request.headers['origin']!r}")


OwnPage = Depends(_require_own_page)
"""For routes that change something."""
