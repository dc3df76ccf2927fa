"""Who it is that asks: a visitor is a browser, known by a cookie that it was given and that nobody can guess."""

import re
import secrets
from typing import Annotated

from fastapi import Cookie, Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "visitor"
A_YEAR = 365 * 24 * 3600
_POSSIBLE = re.compile(r"[\w-]{22}", re.ASCII)


def visitor_of(connection: HTTPConnection) -> str | None:
    """The visitor's name, where it has brought one that we can have given."""
    return _possible(connection.cookies.get(COOKIE))


def _possible(name: str | None) -> str | None:
    return name if name and _POSSIBLE.fullmatch(name) else None


def _known_or_new(visitor: Annotated[str | None, Cookie()] = None) -> str:
    return _possible(visitor) or secrets.token_urlsafe(16)


Visitor = Annotated[str, Depends(_known_or_new)]
"""For routes that remember who it was: they call `remember` with their response."""


def remember(response: Response, visitor: str) -> Response:
    """Have the browser bring the name again."""
    response.set_cookie(COOKIE, visitor, max_age=A_YEAR, httponly=True, samesite="lax")
    return response
