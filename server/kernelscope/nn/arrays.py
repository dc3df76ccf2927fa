"""The memory of activations: its layout, and how NumPy computes in it.

At the network's boundary images are ``[n, channel, row, col]``, as everywhere. Between layers an activation is
``[row, channel, col, n]``: the batch comes last, so that every copy, comparison and addition runs over contiguous
memory, and one row of all channels and all images is one contiguous block (see `kernelscope.nn.rows`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Labels = NDArray[np.integer[Any]]

LINE = 64
"""Bytes of a line of the cache, and of a vector of AVX-512."""
BUFFERED = 2048
"""Values of an array that NumPy may copy to a buffer at a time. By its default, 8,192, it copies also what it could
compute in place, short rows with gaps between them, and the results back (``npyiter_find_buffering_setup`` in its
``nditer_constr.c``)."""


@overload
def zeros(shape: Sequence[int], dtype: np.dtype[Any]) -> Array: ...
@overload
def zeros(shape: Sequence[int], dtype: type[np.bool_]) -> Mask: ...
def zeros(shape: Sequence[int], dtype: np.dtype[Any] | type[np.bool_]) -> NDArray[Any]:
    """Return a new array of zeros that begins with a line of the cache: vectors in it need not lie across two."""
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(dtype).reshape(shape)


@contextmanager
def computing() -> Iterator[None]:
    """Within it, or the function that it decorates, NumPy ignores overflow, which the result shows, and copies less."""
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFERED)  # as long as this block lasts
        yield


def batch_last(images: Array) -> Array:
    """View ``[n, channel, row, col]`` as ``[row, channel, col, n]``. Layers copy what they need anyway."""
    return images.transpose(2, 1, 3, 0)


def batch_first(activation: Array) -> Array:
    """View ``[row, channel, col, n]`` as ``[n, channel, row, col]``."""
    return activation.transpose(3, 1, 0, 2)
