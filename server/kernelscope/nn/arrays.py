"""The memory layout of activations.

At the network's boundary images are ``[n, channel, row, col]``, as everywhere. Between layers an activation is
``[row, channel, col, n]``: the batch comes last, so that every copy, comparison and addition runs over contiguous
memory, and one row of all channels and all images is one contiguous block (see `kernelscope.nn.rows`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Labels = NDArray[np.integer[Any]]


def batch_last(images: Array) -> Array:
    """View ``[n, channel, row, col]`` as ``[row, channel, col, n]``. Layers copy what they need anyway."""
    return images.transpose(2, 1, 3, 0)


def batch_first(activation: Array) -> Array:
    """View ``[row, channel, col, n]`` as ``[n, channel, row, col]``."""
    return activation.transpose(3, 1, 0, 2)
