"""The state of an experiment as bytes: a JSON tree, and the arrays in it one after the other.

Not NumPy's own file format, which takes 16 MB for itself each time, and not pickle, which would run what it reads.
"""

import json
import struct
import zlib
from typing import Any

import numpy as np

_HEADER = struct.Struct("<8sIQ")
"""Magic, checksum of all that follows, length of the tree."""
_MAGIC = b"KSCOPE\x00\x01"
_ARRAY = "$array"
_DTYPES = ("<f4", "<f8", "<i4", "<i8")


class CheckpointError(ValueError):
    """Bytes from which an experiment cannot go on. The message says why."""


def pack(state: Any) -> bytes:
    """A tree of dicts, lists, arrays (float32, float64, int32, int64) and what JSON knows, as bytes."""
    parts: dict[bytes, int] = {}
    tree = json.dumps(_without_arrays(state, parts)).encode()
    checksum = zlib.crc32(tree)
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return b"".join([_HEADER.pack(_MAGIC, checksum, len(tree)), tree, *parts])


# Not inside of `pack`: a function that knows itself is freed only when the collector finds the cycle, and with it
# would stay the bytes of a hundred checkpoints.
def _without_arrays(node: Any, parts: dict[bytes, int]) -> Any:
    match node:
        case np.ndarray():
            dtype = node.dtype.newbyteorder("<").str
            if dtype not in _DTYPES:
                raise TypeError(f"expected an array of {', '.join(_DTYPES)}, got {dtype}")
            data = node.astype(dtype, copy=False).tobytes()
            # Lanes begin with the same weights: what is there once is not written again.
            start = parts.setdefault(data, sum(map(len, parts)))
            return {_ARRAY: [dtype, list(node.shape), start]}
        case dict():
            return {key: _without_arrays(child, parts) for key, child in node.items()}
        case list() | tuple():
            return [_without_arrays(child, parts) for child in node]
        case _:
            return node


def unpack(data: bytes) -> Any:
    """The tree that was packed, with arrays that may be written to.

    Raises:
        CheckpointError: these bytes were not made by `pack`.
    """
    try:
        magic, checksum, length = _HEADER.unpack_from(data)
        body = memoryview(data)[_HEADER.size :]
        if magic != _MAGIC or checksum != zlib.crc32(body):
            raise ValueError("another beginning or checksum")
        return _with_arrays(json.loads(bytes(body[:length])), body[length:])
    except (struct.error, ValueError, TypeError, RecursionError) as error:
        raise CheckpointError(f"expected a checkpoint, got bytes that cannot be read: {error!r}") from error


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
