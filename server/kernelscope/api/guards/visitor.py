"""Who it is that asks: a visitor is a browser, known by a cookie that it was given and that nobody can guess."""

import re
import secrets
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from kernelscope.api.guards import cookies

COOKIE = "visitor"
_POSSIBLE = re.compile(r"[\w-]{22}", re.ASCII)


def visitor_of(connection: HTTPConnection) -> str | None:
    """The visitor's name, where it has brought one that we can have given."""
    name = cookies.read(connection, COOKIE)
    return name if name and _POSSIBLE.fullmatch(name) else None


def _known_or_new(request: Request) -> str:
    return visitor_of(request) or secrets.token_urlsafe(16)


Visitor = Annotated[str, Depends(_known_or_new)]
"""For routes that remember who it was: they call `remember` with their response."""


def remember(response: Response, request: Request, visitor: str) -> Response:
    """Have the browser bring the name again."""
    cookies.write(response, request, COOKIE, visitor)
    return response
