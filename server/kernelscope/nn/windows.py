"""Views that let one array serve as many overlapping matrices, or as one with a diagonal band; nothing is copied."""

import numpy as np

from kernelscope.nn.arrays import Array


def row_windows(blocks: Array, first: int, step: int, count: int, height: int) -> Array:
    """Overlapping matrices ``[count, height·k, m]`` over `blocks` ``[row, k, m]``: `height` rows each, `step` apart."""
    row, inner, item = blocks.strides
    return np.lib.stride_tricks.as_strided(
        blocks[first:],
        (count, height * blocks.shape[1], blocks.shape[2]),
        (step * row, inner, item),
        writeable=False,
    )


def band(blocks: Array, place: int, grid: int, shift: int, width: int) -> Array:
    """For each index d along the axis `place`: the `width` entries from d·shift on along the axis `grid`."""
    shape, strides = list(blocks.shape), list(blocks.strides)
    shape[grid] = width
    strides[place] += shift * strides[grid]
    return np.lib.stride_tricks.as_strided(blocks, shape, strides)
