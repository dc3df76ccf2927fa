"""Strided views of an array along a diagonal band; nothing is copied."""

import numpy as np

from kernelscope.nn.arrays import Array


def band(blocks: Array, place: int, grid: int, shift: int, width: int) -> Array:
    """View, for each index d along the axis `place`, the `width` entries from d·shift on along the axis `grid`."""
    shape, strides = list(blocks.shape), list(blocks.strides)
    shape[grid] = width
    strides[place] += shift * strides[grid]
    return np.lib.stride_tricks.as_strided(blocks, shape, strides)
