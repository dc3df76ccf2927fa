"""Numbers and arrays as JSON has them."""

import json
from base64 import b64encode
from math import isfinite
from typing import Any

from kernelscope.nn.arrays import Array


def finite(value: Any) -> float | None:
    """A number as JSON knows it; None where it is infinite or not a number."""
    return float(value) if isfinite(value) else None


def all_finite(values: Any) -> list[float | None]:
    """The same for a flat sequence."""
    return [finite(value) for value in values]


def packed(array: Array) -> dict[str, Any]:
    """An array of any shape: float32, little-endian, row by row, in base64."""
    return {"shape": array.shape, "data": b64encode(array.astype("<f4").tobytes()).decode()}


def text(members: dict[str, Any]) -> str:
    """JSON. Whatever is infinite or not a number is null: no number may end an experiment."""
    try:
        return json.dumps(members, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_nulled(members), separators=(",", ":"), allow_nan=False)


def _nulled(value: Any) -> Any:
    match value:
        case dict():
            return {name: _nulled(member) for name, member in value.items()}
        case list() | tuple():
            return [_nulled(member) for member in value]
        case float():
            return finite(value)
        case _:
            return value
