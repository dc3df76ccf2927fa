"""Strided views of one array as many overlapping matrices, or along a diagonal band; nothing is copied."""

import numpy as np

from kernelscope.nn.arrays import Array


def row_windows(blocks: Array, first: int, step: int, count: int, height: int) -> Array:
    """View `blocks` ``[row, k, m]`` as overlapping matrices ``[count, height·k, m]``: `height` rows each, `step` apart.

    The first matrix begins at row `first`. The view is read-only.
    """
    row, inner, item = blocks.strides
    return np.lib.stride_tricks.as_strided(
        blocks[first:],
        (count, height * blocks.shape[1], blocks.shape[2]),
        (step * row, inner, item),
        writeable=False,
    )


def band(blocks: Array, place: int, grid: int, shift: int, width: int) -> Array:
    """View, for each index d along the axis `place`, the `width` entries from d·shift on along the axis `grid`."""
    shape, strides = list(blocks.shape), list(blocks.strides)
    shape[grid] = width
    strides[place] += shift * strides[grid]
    return np.lib.stride_tricks.as_strided(blocks, shape, strides)
