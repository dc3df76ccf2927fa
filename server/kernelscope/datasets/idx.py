"""IDX, the format of MNIST's files: two zero bytes, element type, rank, sizes (big-endian), elements."""

import struct
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNSIGNED_BYTE = 8


class IDXError(ValueError):
    """Raised for a file that is not an IDX file of unsigned bytes, or is incomplete."""


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read the array, of any rank, in an IDX file of unsigned bytes.

    Raises:
        IDXError: the file is of another kind, or its length does not match its header.
    """
    return parse_idx(path.read_bytes(), str(path))


def parse_idx(content: bytes, name: str) -> NDArray[np.uint8]:
    """Read the array in the content of such a file, which errors call by this name.

    Raises:
        IDXError: it is of another kind, or its length does not match its header.
    """
    try:
        zeros, element, rank = struct.unpack_from(">HBB", content)
        shape = struct.unpack_from(f">{rank}I", content, offset=4)
    except struct.error:
        raise IDXError(f"{name}: expected an IDX header, got {len(content)} bytes") from None
    if (zeros, element) != (0, UNSIGNED_BYTE):
        raise IDXError(f"{name}: expected an IDX file of unsigned bytes, got one that begins {content[:4].hex(' ')}")
    start = 4 + 4 * rank
    if len(content) != start + prod(shape):
        raise IDXError(f"{name}: expected {start + prod(shape):,} bytes for the shape {shape}, got {len(content):,}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
