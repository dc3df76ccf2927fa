"""The binary frames of docs/protocol.md: a header, a JSON directory, tensors. A message is one frame or several."""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"KSCP"
VERSION = 5
HEADER = struct.Struct("<4sHHII")
ALIGNMENT = 8
DTYPES: dict[str, np.dtype[Any]] = {code: np.dtype(f"<{code}") for code in ("f4", "f8", "i4", "i1")}

Tensor = NDArray[Any]


class Kind(IntEnum):
    """The kinds of frames."""

    SCALARS = 1
    SNAPSHOT = 2
    KERNEL = 3


class WireError(ValueError):
    """Raised for bytes that are not a frame. The message says what was expected and what came."""


@dataclass(frozen=True)
class Frame:
    """A decoded frame; the tensors are read-only views of its bytes."""

    kind: Kind
    directory: dict[str, Any]
    tensors: dict[str, Tensor]


def encode(kind: Kind, directory: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> bytes:
    """Encode a frame with `directory`'s members (JSON values, none called "tensors") and `tensors`.

    Raises:
        WireError: a tensor has a dtype that is not among `DTYPES`.
    """
    entries: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    for name, tensor in tensors.items():
        code = tensor.dtype.str[1:]
        if code not in DTYPES:
            raise WireError(f"tensor {name}: expected dtype {', '.join(DTYPES)}, got {tensor.dtype}")
        data = np.ascontiguousarray(tensor, DTYPES[code]).tobytes()
        entries[name] = {"dtype": code, "shape": list(tensor.shape)}
        parts += [data, bytes(-len(data) % ALIGNMENT)]
    text = json.dumps({**directory, "tensors": entries}, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    payload = b"".join(parts)
    return b"".join([HEADER.pack(MAGIC, VERSION, kind, len(text), len(payload)), text, payload])


def decode(message: bytes, version: int = VERSION) -> list[Frame]:
    """Decode a message: one or several consecutive frames.

    Raises:
        WireError: the bytes are not frames of this version.
    """
    frames: list[Frame] = []
    rest = memoryview(message)
    while rest or not frames:
        frame, length = _decode_first(rest, version)
        frames.append(frame)
        rest = rest[length:]
    return frames


def _decode_first(data: memoryview, expected: int) -> tuple[Frame, int]:
    """Decode the frame at the beginning of `data`; also return its length in bytes."""
    if len(data) < HEADER.size:
        raise WireError(f"expected a header of {HEADER.size} bytes, got {len(data)} bytes")
    magic, version, kind, directory_length, payload_length = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise WireError(f"expected a frame to begin with {MAGIC!r}, got {magic!r}")
    if version != expected:
        raise WireError(f"expected protocol version {expected}, got {version}")
    if kind not in set(Kind):
        raise WireError(f"expected a frame kind of {', '.join(map(str, map(int, Kind)))}, got {kind}")
    length = HEADER.size + directory_length + payload_length
    if len(data) < length:
        raise WireError(
            f"expected {HEADER.size} + {directory_length} + {payload_length} bytes as the header says, got {len(data)}"
        )
    try:
        directory = json.loads(bytes(data[HEADER.size : HEADER.size + directory_length]))
        entries = directory.pop("tensors")
        payload = data[HEADER.size + directory_length : length]
        tensors = dict(_tensors(entries, payload))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, WireError):
            raise
        raise WireError(f"expected a JSON directory with tensors, got one that cannot be read: {error!r}") from error
    return Frame(Kind(kind), directory, tensors), length


def _tensors(entries: dict[str, dict[str, Any]], payload: memoryview) -> Iterator[tuple[str, Tensor]]:
    start = 0
    for name, entry in entries.items():
        dtype, shape = DTYPES[entry["dtype"]], tuple(entry["shape"])
        end = start + prod(shape) * dtype.itemsize
        if not start <= end <= len(payload):
            raise WireError(f"tensor {name}: expected it within {len(payload)} bytes, got {start} to {end}")
        tensor: Tensor = np.frombuffer(payload[start:end], dtype).reshape(shape)
        yield name, tensor
        start = end + -end % ALIGNMENT
