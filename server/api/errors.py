"""Errors in words: what was expected, what came."""

import math
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails

from server.api.registry import NoRoom, TooLarge
from server.api.views import Problem, Problems
from server.store import StoreError

_LONGEST = 400


def problems(errors: Sequence[ErrorDetails | Any], skip: int = 0) -> list[Problem]:
    """Pydantic's errors as problems; the first `skip` parts of each location are left out of the field's name."""
    return [
        Problem(
            field=readable(".".join(str(part) for part in error["loc"][skip:])) or "body",
            value=_shown(error.get("input")),
            message=readable(error["msg"].removeprefix("Value error, ")),
        )
        for error in errors
    ]


def sentence(problem: Problem) -> str:
    """``rate: Input should be greater than 0, got -1``."""
    return f"{problem.field}: {problem.message}, got {problem.value!r}"


def readable(text: str) -> str:
    """Text that came from outside, such that it can be sent back: not too long, and without half characters."""
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()


def _shown(value: Any) -> Any:
    """What came, such that it can be written as JSON and read by a person."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return readable(value if isinstance(value, str) else repr(value))


def install_error_handlers(app: FastAPI) -> None:
    """422 names each field, its value and what is allowed; no room is a 503 that says how to make some."""

    @app.exception_handler(RequestValidationError)
    async def unprocessable(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(Problems(detail=problems(error.errors(), skip=1)).model_dump(), 422)

    @app.exception_handler(TooLarge)
    async def too_large(request: Request, error: TooLarge) -> JSONResponse:
        problem = Problem(field="architecture", value=error.parameters, message=str(error))
        return JSONResponse(Problems(detail=[problem]).model_dump(), 422)

    @app.exception_handler(NoRoom)
    async def no_room(request: Request, error: NoRoom) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    @app.exception_handler(StoreError)
    async def no_store(request: Request, error: StoreError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)
