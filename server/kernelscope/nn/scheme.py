"""How the columns of a convolution become matrix products: by unrolling them, or by fewer multiplications.

A scheme turns each input row into k values and each output row into o values, for every few neighbouring output columns
of all images, so that the rest of the convolution is one along rows (`kernelscope.nn.rows`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.columns import Columns, Fold, Unroll
from kernelscope.nn.shapes import Pair, Shape
from kernelscope.nn.windows import band

SLAB = 1 << 20
"""Bytes of the rows that are worked on at a time, so that what one step writes is in the cache for the next."""


def at_once(rows: int, row: int, multiple: int = 1) -> int:
    """The number of `rows` of so many bytes to work on at a time: a `multiple`."""
    return min(rows, max(1, SLAB // max(1, row * multiple)) * multiple)


def slabs(rows: int, size: int) -> list[slice]:
    """Cut `rows` rows into slabs of this size."""
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]


@dataclass(frozen=True)
class Across:
    """A convolution across its columns."""

    rows: int
    """Input rows."""
    channels: int
    cols: int
    filters: int
    out_cols: int
    """Output columns; those that a pool drops are not counted."""
    height: int
    width: int
    stride: int
    padding: int
    pool: int
    """Output columns that a pool combines; 1: there is none."""

    @classmethod
    def of(cls, pairs: tuple[Pair, Pair, Pair], shape: Shape, output: Shape, pool: Pair = (1, 1)) -> "Across":
        """That of a kernel with these sizes, strides and paddings, for an input and output of these shapes.

        Columns that do not fill a window of the `pool` are dropped.
        """
        (height, width), (_, stride), (_, padding) = pairs
        (channels, rows, cols), (filters, _, out_cols) = shape, output
        out_cols = out_cols // pool[1] * pool[1]
        return cls(rows, channels, cols, filters, out_cols, height, width, stride, padding, pool[1])


class Scheme(ABC):
    """Turns columns into the values of matrix products, and back.

    Attributes:
        values: k, the values of an input row, of each of the *stacks*: convolutions along rows, side by side.
        filters: o, the values of an output row, of any of them.
        run: m, the columns of all images.
        columns: those of one image.
        strands: in how many parts the output is computed, each every so many columns of it: one with all the neighbours
            that a pool combines; or without a pool each neighbour by itself.
        products_are_z: whether the products of the only stack are Z as they are.
    """

    values: Sequence[int]
    filters: int
    run: int
    columns: int
    strands: int
    products_are_z: bool

    @abstractmethod
    def unroll(self, x: Array, u: Sequence[Array]) -> None:
        """Write the values ``[row, k, m]`` of each stack for an input ``[row, channel, col, n]``."""

    @abstractmethod
    def place(self, weight: Array, placed: Sequence[Array]) -> None:
        """Write a weight ``[out, in, row, col]`` as that of each stack, ``[o, row, k]``."""

    @abstractmethod
    def gather(self, dplaced: Sequence[Array], dweight: Array) -> None:
        """The transpose of `place`, from ``[row, k, o]``."""

    @abstractmethod
    def fold(self, du: Sequence[Array], dx: Array) -> None:
        """The transpose of `unroll`, for some rows. Columns that no kernel reaches are left unchanged."""

    @abstractmethod
    def neighbours(self, dz: Sequence[Array]) -> list[Array]:
        """The views ``[row, out, x, n]`` of neighbouring outputs in the stacks' ∂Z ``[row, o, m]``; Z is there too."""

    @abstractmethod
    def combine(self, products: Sequence[Array], z: Sequence[Array]) -> None:
        """Write the `neighbours` from each stack's products ``[row, o, m]``, for some rows. These are overwritten."""

    @abstractmethod
    def spread(self, dz: Sequence[Array]) -> None:
        """The transpose of `combine`: fill the stacks' ∂Z from that of the `neighbours`, which are among them."""


def blocks_pay(across: Across) -> bool:
    """Whether computing a pool's neighbours together (`Direct`) adds at most a quarter to the work.

    That is about what contiguous slabs save. With a kernel of three a pool of two would add a third, and be slower.
    """
    return (across.pool - 1) * across.stride * 4 <= across.width


class Direct(Scheme):
    """Unrolls the columns that `pool` neighbouring outputs need. The products are Z already.

    With J = kernel-cols + (d − 1)·s for d neighbours, U[y, (c, j), x, n] = X[y, c, x·d·s + j − p, n], and the kernel is
    W placed d times, each s columns further on. With 3 kernel columns, stride 1 and d = 2, one row of it is:

        place 0    w₀ w₁ w₂  0
        place 1     0 w₀ w₁ w₂

    U then holds J/d numbers for each input value instead of kernel-cols. If the zeros are few, multiplying by them
    costs less than is gained: a matrix product of d times as many rows, and the pool's places as contiguous slabs.
    """

    def __init__(self, across: Across, n: int, dtype: np.dtype[Any]) -> None:
        block, right = across.pool, across.stride
        count, grid = across.out_cols // block, across.width + (block - 1) * right
        self.values, self.filters = [across.channels * grid], block * across.filters
        self.run, self.columns, self.strands, self.products_are_z = count * n, count, 1, True
        self._shape = across.channels, grid, count, n
        columns = Columns(across.cols, count, block * right, grid, across.padding)
        self._rows = rows = at_once(across.rows, prod(self._shape) * dtype.itemsize)
        self._unroll = Unroll(columns, rows, across.channels, n, dtype)
        self._fold = Fold(columns, rows, across.channels, n, dtype)
        self._block, self._right, self._width = block, right, across.width

    def unroll(self, x: Array, u: Sequence[Array]) -> None:
        unrolled = u[0].reshape(len(x), *self._shape)
        for slab in slabs(len(x), self._rows):
            self._unroll(x[slab], unrolled[slab])

    def place(self, weight: Array, placed: Sequence[Array]) -> None:
        out, channels, height, _ = weight.shape
        blocks = placed[0].reshape(self._block, out, height, channels, -1)
        np.copyto(band(blocks, 0, 4, self._right, self._width), weight.transpose(0, 2, 1, 3))

    def gather(self, dplaced: Sequence[Array], dweight: Array) -> None:
        out, channels, height, _ = dweight.shape
        blocks = dplaced[0].reshape(height, channels, -1, self._block, out)
        np.add.reduce(band(blocks, 3, 2, self._right, self._width), axis=3, out=dweight.transpose(2, 1, 3, 0))

    def fold(self, du: Sequence[Array], dx: Array) -> None:
        self._fold(du[0].reshape(len(dx), *self._shape), dx)

    def neighbours(self, dz: Sequence[Array]) -> list[Array]:
        places = dz[0].reshape(len(dz[0]), self._block, -1, self.columns, self._shape[-1])
        return [places[:, place] for place in range(self._block)]

    def combine(self, products: Sequence[Array], z: Sequence[Array]) -> None:
        """Do nothing."""

    def spread(self, dz: Sequence[Array]) -> None:
        """Do nothing."""
