"""Visitors: a visitor is a client, known by a cookie that nobody can guess."""

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
    """Return the visitor's id from its cookie; None: there is none, or not one that the server could have issued."""
    name = cookies.read(connection, COOKIE)
    return name if name and _POSSIBLE.fullmatch(name) else None


def _known_or_new(request: Request) -> str:
    return visitor_of(request) or secrets.token_urlsafe(16)


Visitor = Annotated[str, Depends(_known_or_new)]
"""A dependency that yields the visitor's id, perhaps a new one. Routes that give a visitor rights call `remember`."""


def remember(response: Response, request: Request, visitor: str) -> Response:
    """Set the visitor cookie in a response."""
    cookies.write(response, request, COOKIE, visitor)
    return response
