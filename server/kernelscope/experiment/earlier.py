"""Checkpoints of version 0.1: a JSON tree, followed by its arrays. Some parts of it are today in another form."""

import json
import struct
import zlib
from typing import Any

import numpy as np

MAGIC = b"KSCOPE\x00\x01"
_HEADER = struct.Struct("<8sIQ")
"""Magic, checksum of all that follows, length of the tree."""
_DTYPES = ("<f4", "<f8", "<i4", "<i8")


def unpack(data: bytes) -> Any:
    """Unpack the tree; its arrays are writeable.

    Raises:
        ValueError: these bytes are not such a checkpoint.
        TypeError: likewise.
    """
    if len(data) < _HEADER.size:
        raise ValueError(f"expected at least {_HEADER.size} bytes, got {len(data)}")
    _, checksum, length = _HEADER.unpack_from(data)
    body = memoryview(data)[_HEADER.size :]
    if checksum != zlib.crc32(body):
        raise ValueError("expected other bytes by their checksum")
    return _with_arrays(json.loads(bytes(body[:length])), body[length:])


def _with_arrays(node: Any, arrays: memoryview) -> Any:
    match node:
        case {"$array": [dtype, shape, start]} if dtype in _DTYPES:
            count = int(np.prod(shape, dtype=np.int64))
            return np.frombuffer(arrays, dtype, count, start).reshape(shape).copy()
        case dict():
            return {key: _with_arrays(child, arrays) for key, child in node.items()}
        case list():
            return [_with_arrays(child, arrays) for child in node]
        case _:
            return node


def evaluations(state: dict[str, Any]) -> dict[str, Any]:
    """The state of its `Evaluations`: up to version 0.2 there was one at a time."""
    under_way = state["evaluation"]
    steps = [test[0] for lane in state["lanes"] for test in lane.get("tests", ())]
    newest = under_way["step"] if under_way else max(steps, default=None)
    return {"newest": newest, "waiting": [under_way] if under_way else []}
