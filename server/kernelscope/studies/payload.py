"""Conversion of numbers and arrays to JSON."""

import json
from base64 import b64encode
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn import receptive_field
from kernelscope.nn.arrays import Array
from kernelscope.nn.receptive_field import ReceptiveField


def finite(value: Any) -> float | None:
    """Convert a number for JSON; None if it is infinite or NaN."""
    return float(value) if isfinite(value) else None


def all_finite(values: Any) -> list[float | None]:
    """Convert a flat sequence of numbers with `finite`."""
    return [finite(value) for value in values]


def packed(array: Array) -> dict[str, Any]:
    """Encode an array of any shape as base64 of little-endian float32 in row-major order."""
    return {"shape": array.shape, "data": b64encode(array.astype("<f4").tobytes()).decode()}


def as_bytes(pixels: Array) -> NDArray[np.uint8]:
    """Convert pixels from 0 to 1 to bytes, 0 to 255: as exact as the data sets store them."""
    found: NDArray[np.uint8] = np.rint(255 * pixels).clip(0, 255).astype(np.uint8)
    return found


def packed_bytes(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """Encode bytes of any shape as base64 in row-major order."""
    return {"shape": pixels.shape, "data": b64encode(pixels.tobytes()).decode()}


def too_large(field: ReceptiveField) -> dict[str, Any]:
    """The finding about filters whose receptive field cannot be cut out: (rows, cols), and the most pixels of one."""
    return {"too_large": field.size, "most": receptive_field.MOST_PIXELS}


def text(members: dict[str, Any]) -> str:
    """Write JSON, with null for infinities and NaN, which no study may fail on."""
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
