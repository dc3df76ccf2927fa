"""How arrays lie in memory inside the network, in one place.

At the network's edge images are ``[n, channel, row, col]``, as everywhere. Inside, between layers, an activation is
``[row, channel, col, n]``: the batch comes last, so that every copy, comparison and addition runs over contiguous
memory, and one row of all channels and all images is one contiguous block (see `kernelscope.nn.conv`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Labels = NDArray[np.integer[Any]]


def batch_last(images: Array) -> Array:
    """``[n, channel, row, col]`` to ``[row, channel, col, n]``, as a view: layers copy what they need anyway."""
    return images.transpose(2, 1, 3, 0)


def batch_first(activation: Array) -> Array:
    """``[row, channel, col, n]`` to ``[n, channel, row, col]``, as a view."""
    return activation.transpose(3, 1, 0, 2)
