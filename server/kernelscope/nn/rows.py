"""The rows of a convolution as matrix products with little copying: row windows.

Take images whose rows are matrices, U[y] ``[k, m]``: k values for each of m columns of all images. A kernel of h rows
with the stride s then meets, for output row y, the rows y·s … y·s + h − 1 of U, which *already are* the matrix
``[(i, k), m]``: overlapping views of U, without a copy. So, with one matrix product per output row,

    forward          Z[y]  = W[o, (i, k)] · U[y·s …]
    weight gradient  ∂W    = Σ_y U[y·s …] · ∂Z[y]ᵀ        (the sum over all positions, and over the batch)
    input gradient   ∂U[r] = W[k, (tap, o)] · ∂Z[y …]     the same windows over the rows of ∂Z

For the last one, input row r meets kernel row i at output row y = (r − i) / s, where that is a whole number. So the
rows fall into s *phases* (at stride 1 there is one), and all rows of a phase meet the same kernel rows, its *taps*
i₀, i₀ + s, …: with the taps taken backwards, each row's share of ∂Z is a window of successive rows y, and the next
row's is one further on.

How the columns become k and o is the business of a `kernelscope.nn.scheme.Scheme`, which may need several such
convolutions side by side, its *stacks*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.products import Product, by_columns, by_rows, multiply
from kernelscope.nn.scheme import Scheme, slabs

PARTIAL_SUMS = 1 << 17
"""The number of entries of single rows' weight gradients to collect before adding them up; they fit the cache."""


@dataclass(frozen=True)
class Down:
    """A convolution down its rows."""

    rows: int
    """Input rows."""
    out_rows: int
    """Output rows that are computed."""
    height: int
    stride: int
    padding: int


class Phase(NamedTuple):
    """The input rows that meet the same kernel rows."""

    start: int
    """The first input row; the others follow at intervals of the stride."""
    rows: int
    """The number of input rows."""
    taps: slice
    """The kernel rows that they meet, last first."""
    height: int
    """The number of taps, and so of rows of ∂Z in a window."""
    first: int
    """The row of ∂Z where the first window begins; negative where the window reaches beyond the edge."""


def phases(down: Down) -> list[Phase]:
    """The phases of all input rows that meet a kernel row."""
    found = []
    for start in range(min(down.stride, down.rows)):
        nearest = (start + down.padding) % down.stride
        taps = len(range(nearest, down.height, down.stride))
        if taps:
            found.append(
                Phase(
                    start,
                    len(range(start, down.rows, down.stride)),
                    slice(nearest + (taps - 1) * down.stride, None, -down.stride),
                    taps,
                    (start + down.padding - nearest) // down.stride - (taps - 1),
                )
            )
    return found


class InputSlab(NamedTuple):
    """Some input rows, and how their gradient is computed."""

    products: list[Product]
    du: list[Array]
    """∂U ``[row, k, m]`` of each stack, which the products write."""
    rows: slice


class Rows:
    """The arrays of a scheme's stacks, and the products of slabs of their rows.

    Attributes:
        u: U ``[row, k, m]`` of each stack, to be filled by the caller.
        weight: W ``[o, i, k]`` of each, likewise.
        dz: ∂Z ``[row, o, m]`` of each, likewise.
        dweight: ∂W ``[i, k, o]`` of each.
    """

    def __init__(self, scheme: Scheme, down: Down, dtype: np.dtype[Any], *, input_gradient: bool) -> None:
        # Stacks with the same number of values are computed side by side.
        counts = [(values, len([*same])) for values, same in groupby(scheme.values)]
        self._blocks = [
            _Block(count, values, scheme.filters, scheme.run, down, dtype, input_gradient=input_gradient)
            for values, count in counts
        ]
        self.u = [stack for block in self._blocks for stack in block.u]
        self.weight = [stack for block in self._blocks for stack in block.weight]
        self.dz = [stack for block in self._blocks for stack in block.dz]
        self.dweight = [stack for block in self._blocks for stack in block.dweight]

    def scratch(self, rows: int) -> list[Array]:
        """Memory for the products of so many output rows, ``[stack, row, o, m]`` for each kind of stack."""
        return [zeros((len(block.dz), rows, *block.dz.shape[2:]), block.dz.dtype) for block in self._blocks]

    def forward(self, slab: slice, scratch: Sequence[Array] | None) -> tuple[list[Product], list[Array]]:
        """The products of the output rows `slab`, and the arrays ``[row, o, m]`` of each stack that they write.

        Without `scratch` these are ∂Z's, which need not be there before the backward pass.
        """
        if scratch is None:
            into = [block.dz[:, slab] for block in self._blocks]
        else:
            into = [block[:, : slab.stop - slab.start] for block in scratch]
        products = [block.forward(slab, z) for block, z in zip(self._blocks, into, strict=True)]
        return [product for some in products for product in some], [stack for z in into for stack in z]

    def backward(self, slab: slice) -> "list[Turn]":
        """The products of ∂W for the output rows `slab`."""
        return [turn for block in self._blocks for turn in block.backward(slab)]

    def flip(self) -> None:
        """Take the kernel's rows backwards, for the input gradient with the present `weight`."""
        for block in self._blocks:
            block.flip()

    def inputs(self, rows: int) -> list[InputSlab]:
        """The products of ∂U, by slabs of so many input rows."""
        slabs_of = [block.inputs(rows) for block in self._blocks]
        return [
            InputSlab(
                [product for products, _, _ in some for product in products],
                [stack for _, du, _ in some for stack in du],
                some[0][2],
            )
            for some in zip(*slabs_of, strict=True)
        ]


class Turn(NamedTuple):
    """Some output rows, and how their share of ∂W is computed."""

    products: list[Product]
    partial: Array
    """``[stack, row, (i, k), o]``: each row's, which the products write."""
    dweight: Array
    """``[stack, (i, k), o]``"""
    begins: bool
    """Whether ∂W begins with this share."""

    def add(self) -> None:
        """Add the share to ∂W."""
        multiply(self.products)
        if self.begins:
            np.add.reduce(self.partial, axis=1, out=self.dweight)
        else:
            np.add(self.dweight, np.add.reduce(self.partial, axis=1), out=self.dweight)


class _Block:
    """Some stacks with the same number of values."""

    def __init__(
        self,
        stacks: int,
        values: int,
        filters: int,
        run: int,
        down: Down,
        dtype: np.dtype[Any],
        *,
        input_gradient: bool,
    ) -> None:
        self.stride = down.stride
        framed = zeros((stacks, down.rows + 2 * down.padding, values, run), dtype)
        self.u = framed[:, down.padding : down.padding + down.rows]
        self.windows = _windows(framed, 0, down.stride, down.out_rows, down.height)
        self.weight = zeros((stacks, filters, down.height, values), dtype)

        self.phases = phases(down) if input_gradient else []
        before = max([0, *(-phase.first for phase in self.phases)])
        behind = max([0, *(phase.first + phase.rows + phase.height - 1 - down.out_rows for phase in self.phases)])
        # In a frame of zeros, which windows may reach into.
        framed = zeros((stacks, before + down.out_rows + behind, filters, run), dtype)
        self.dz = framed[:, before : before + down.out_rows]
        self.flipped = [zeros((stacks, values, phase.height, filters), dtype) for phase in self.phases]
        self.dwindows = [_windows(framed, before + phase.first, 1, phase.rows, phase.height) for phase in self.phases]

        self.dweight = zeros((stacks, down.height, values, filters), dtype)
        self.at_once = min(down.out_rows, max(1, PARTIAL_SUMS // self.dweight.size))
        self.partial = zeros((stacks, self.at_once, down.height * values, filters), dtype)

    def forward(self, slab: slice, z: Array) -> list[Product]:
        stacks, filters, *_ = self.weight.shape
        return by_columns(self.weight.reshape(stacks, 1, filters, -1), self.windows[:, slab], z)

    def backward(self, slab: slice) -> list[Turn]:
        dweight = self.dweight.reshape(len(self.dweight), -1, self.dweight.shape[3])
        turns = []
        for part in slabs(slab.stop - slab.start, self.at_once):
            turn = slice(slab.start + part.start, slab.start + part.stop)
            partial = self.partial[:, : part.stop - part.start]
            products = by_rows(self.windows[:, turn], self.dz[:, turn], partial)
            turns.append(Turn(products, partial, dweight, turn.start == 0))
        return turns

    def flip(self) -> None:
        for phase, flipped in zip(self.phases, self.flipped, strict=True):
            np.copyto(flipped, self.weight[:, :, phase.taps].transpose(0, 3, 2, 1))

    def inputs(self, rows: int) -> list[tuple[list[Product], Array, slice]]:
        scratch = zeros((len(self.u), rows, *self.u.shape[2:]), self.u.dtype)
        found = []
        for phase, flipped, windows in zip(self.phases, self.flipped, self.dwindows, strict=True):
            weight = flipped.reshape(len(flipped), 1, flipped.shape[1], -1)
            for slab in slabs(phase.rows, rows):
                du = scratch[:, : slab.stop - slab.start]
                first, last = (phase.start + row * self.stride for row in (slab.start, slab.stop - 1))
                found.append((by_columns(weight, windows[:, slab], du), du, slice(first, last + 1, self.stride)))
        return found


def _windows(framed: Array, first: int, step: int, count: int, height: int) -> Array:
    """View ``[stack, row, k, m]`` as overlapping matrices ``[stack, count, (height, k), m]``, `step` rows apart.

    The first matrix begins at row `first`. The view is read-only.
    """
    stack, row, value, item = framed.strides
    return np.lib.stride_tricks.as_strided(
        framed[:, first:],
        (len(framed), count, height * framed.shape[2], framed.shape[3]),
        (stack, step * row, value, item),
        writeable=False,
    )
