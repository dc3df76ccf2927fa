"""How arrays lie in memory inside the network, in one place.

At the network's edge images are ``[n, channel, row, col]``, as everywhere. Inside, between layers, an activation is
``[row, channel, col, n]``: the batch comes last, so that every copy, comparison and addition runs over contiguous
memory, and one row of all channels and all images is one contiguous block (see `server.nn.conv`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]


def batch_last(images: Array) -> Array:
    """``[n, channel, row, col]`` to a contiguous ``[row, channel, col, n]``."""
    return np.ascontiguousarray(images.transpose(2, 1, 3, 0))


def batch_first(activation: Array) -> Array:
    """``[row, channel, col, n]`` to ``[n, channel, row, col]``, as a view."""
    return activation.transpose(3, 1, 0, 2)


class Buffers:
    """Arrays that a layer uses again at every step, by name.

    Allocating megabytes at each step costs more than filling them. A buffer is zero when it is made, is handed out
    again as it was left, and is made anew when its shape changes (the last, smaller batch of an epoch).
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._arrays: dict[str, NDArray[Any]] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: type[np.generic] | None = None) -> NDArray[Any]:
        """The array kept under `name`, of this shape, and of the network's dtype unless another is named."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape:
            array = self._arrays[name] = np.zeros(shape, dtype or self.dtype)
        return array
