"""Error responses: what was expected, what came, and how to mend it."""

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from kernelscope.hosting.refusals import NoRoom, TooLarge
from kernelscope.hosting.views import Problem, Problems
from kernelscope.impossible import Impossible, number
from kernelscope.store import StoreError

_LONGEST = 400
_UNPARSED = "There was an error parsing the body"
"""What FastAPI says of a body that Python's JSON parser can't read for another reason than its syntax."""
log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """The API's code for an error of Pydantic, and the API's names for the values in its context."""

    code: str
    values: Mapping[str, str] = MappingProxyType({})


KINDS = {
    "greater_than": Kind("above", {"least": "gt"}),
    "greater_than_equal": Kind("at_least", {"least": "ge"}),
    "less_than": Kind("below", {"most": "lt"}),
    "less_than_equal": Kind("at_most", {"most": "le"}),
    "finite_number": Kind("number"),
    "float_type": Kind("number"),
    "float_parsing": Kind("number"),
    "int_type": Kind("whole_number"),
    "int_parsing": Kind("whole_number"),
    "int_parsing_size": Kind("whole_number"),
    "int_from_float": Kind("whole_number"),
    "string_too_long": Kind("long_text", {"most": "max_length"}),
    "missing": Kind("missing"),
    "union_tag_not_found": Kind("missing"),
    "extra_forbidden": Kind("unknown_member"),
    "unexpected_keyword_argument": Kind("unknown_member"),
    "literal_error": Kind("unknown", {"known": "expected"}),
    "union_tag_invalid": Kind("unknown", {"known": "expected_tags"}),
    "too_long": Kind("too_many", {"most": "max_length"}),
    "too_short": Kind("too_few", {"least": "min_length"}),
}
MESSAGES = {"unexpected_keyword_argument": "Extra inputs are not permitted"}
"""Replacements for messages of Pydantic that only programmers understand."""
OTHER = Kind("invalid")
"""The code of all other errors, such as a wrong type. Only programs make these, and their authors read the message."""


def problems(errors: Sequence[ErrorDetails | Any], skip: int = 0) -> list[Problem]:
    """Convert Pydantic's errors; the first `skip` parts of each location are left out of the field's name."""
    return [_problem(error, error["loc"][skip:]) for error in errors]


def _problem(error: ErrorDetails | Any, place: Sequence[int | str]) -> Problem:
    field = readable(".".join(map(str, place))) or "body"
    context = error.get("ctx", {})
    reason = context.get("error")
    if isinstance(reason, Impossible):
        found = problem(reason, field)
        found.value = _shown(error.get("input"))
        return found
    kind = KINDS.get(error["type"], OTHER)
    values = {name: context[theirs] for name, theirs in kind.values.items()}
    value = _shown(error.get("input"))
    # The last part of a location may be the index of a lane, or a member of a union of types.
    names = [part for part in place if isinstance(part, str) and part.isidentifier() and part != "int"]
    return Problem(
        field=field,
        value=value,
        message=readable(MESSAGES.get(error["type"], error["msg"]).removeprefix("Value error, ")),
        code=kind.code,
        values={"field": readable(names[-1]) if names else "", "got": str(value), **values},
    )


def problem(error: Impossible, field: str = "") -> Problem:
    """Convert an `Impossible` into a problem of the request's member `field`, by default of the one that it names."""
    values = {name: _shown(value) for name, value in error.values.items()}
    return Problem(
        field=field or str(values.get("field", "")),
        value=values.get("got"),
        message=readable(str(error)),
        code=error.code,
        values=values,
    )


def sentence(problem: Problem) -> str:
    """Format a problem as one line, such as ``rate: Input should be greater than 0, got -1``."""
    if ", got " in problem.message:
        return f"{problem.field}: {problem.message}"
    got = number(problem.value) if isinstance(problem.value, float) else repr(problem.value)
    return f"{problem.field}: {problem.message}, got {got}"


def readable(text: str) -> str:
    """Make text of a client fit to be sent back: shortened, and with lone surrogates escaped."""
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()


def _shown(value: Any) -> Any:
    """Convert a value of a client into one that can be written as JSON and read by a person."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return readable(value if isinstance(value, str) else repr(value))


def install_error_handlers(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Install the handlers that turn exceptions into responses.

    A 422 names each field, its value and what is allowed; a 503 for lack of room says how to make some.

    Args:
        app: the application.
        routers: its routers, from which a 405 names the methods allowed at an address.
    """

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.detail == HTTPStatus(error.status_code).phrase:  # Starlette's default, which gives no details
            path = readable(request.scope["path"])
            if error.status_code == 404:
                error.detail = f"there is nothing at {path!r}: GET /openapi.json says what there is"
            elif error.status_code == 405:
                allowed = ", ".join(_methods(request, [app.router, *routers]))
                error.detail = f"expected {allowed} at {path!r}, got {readable(request.method)}"
                error.headers = {"Allow": allowed}  # Starlette's own names only the first route with this path
        elif error.detail == _UNPARSED:
            error.detail = "expected a body of JSON, in UTF-8 and not nested as deeply as this one is"
        return await http_exception_handler(request, error)

    @app.exception_handler(RequestValidationError)
    async def unprocessable(request: Request, error: RequestValidationError) -> JSONResponse:
        for one in error.errors():
            if one["type"] == "json_invalid":  # FastAPI answers other bodies that are not JSON with 400 too
                reason = f"expected a body of JSON: {one['ctx']['error']} at character {one['loc'][-1]}"
                return JSONResponse({"detail": reason}, 400)
        return JSONResponse(Problems(detail=problems(error.errors(), skip=1)).model_dump(), 422)

    @app.exception_handler(TooLarge)
    async def too_large(request: Request, error: TooLarge) -> JSONResponse:
        return JSONResponse(Problems(detail=[problem(error, "architecture")]).model_dump(), 422)

    @app.exception_handler(Impossible)
    async def impossible(request: Request, error: Impossible) -> JSONResponse:
        return JSONResponse(Problems(detail=[problem(error)]).model_dump(), 422)

    @app.exception_handler(NoRoom)
    async def no_room(request: Request, error: NoRoom) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    @app.exception_handler(StoreError)
    async def no_store(request: Request, error: StoreError) -> JSONResponse:
        log.error("%s %s: %s", request.method, request.url.path, error)
        return JSONResponse({"detail": error.public}, status_of(error))


def _methods(request: Request, routers: Sequence[APIRouter]) -> list[str]:
    """Return the methods that any route accepts at the request's path."""
    routes = [route for router in routers for route in router.routes if isinstance(route, Route)]
    found = [route.methods or () for route in routes if route.matches(request.scope)[0] != Match.NONE]
    return sorted({method for methods in found for method in methods})


def status_of(error: StoreError) -> int:
    """Return the HTTP status for an error of the store."""
    return 507 if error.kind in ("full", "limit") else 503
