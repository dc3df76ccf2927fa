"""Answers that are about no one thing: the server's health, and mistakes in a request."""

from typing import Literal

from pydantic import BaseModel

Shape = tuple[int, ...]


class Health(BaseModel):
    """The answer of a server that is up."""

    status: Literal["ok"] = "ok"
    version: str


class Problem(BaseModel):
    """One mistake in a request. `code` and `values` say the same as `message`, for clients with their own texts."""

    field: str
    value: object
    message: str
    code: str
    values: dict[str, str | int | float]


class Problems(BaseModel):
    """All the mistakes in a request."""

    detail: list[Problem]
