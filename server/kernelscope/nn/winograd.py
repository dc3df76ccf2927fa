"""Two neighbouring outputs of a convolution from fewer multiplications.

See S. Winograd, "Arithmetic Complexity of Computations", SIAM 1980, and for networks A. Lavin and S. Gray, "Fast
Algorithms for Convolutional Neural Networks", 2016, arXiv:1509.09308. Two outputs y₀, y₁ of a kernel of three columns
take six multiplications of weights g and inputs d. These four will do:

    m₀ = g₀ (d₀ − d₂)                       y₀ = m₀ + m₁ + m₂
    m₁ = ½(g₀ + g₁ + g₂) (d₁ + d₂)          y₁ = m₁ − m₂ + m₃
    m₂ = ½(g₀ − g₁ + g₂) (d₂ − d₁)
    m₃ = g₂ (d₃ − d₁)

Since each d stands for all channels and images, and each g for all filters, these are four matrix products instead of
six, and what is added to and fro is little beside them. For a kernel of two, three instead of four:

    m₀ = g₀ (d₀ − d₁)                       y₀ = m₀ + m₁
    m₁ = (g₀ + g₁) d₁                       y₁ = m₁ + m₂
    m₂ = g₁ (d₂ − d₁)

In matrices: y = Aᵀ [(G g) ⊙ (B d)]. A wider kernel is the sum of such, side by side: five columns are three and two,
and take seven multiplications instead of ten. (Lavin and Gray's way takes six, but with factors up to 5 and 1/24, and
so with more rounding and more to add.) The gradients are exact, since they are computed by the transposes:

    ∂L/∂m = A ∂L/∂y        ∂L/∂g = Gᵀ [∂L/∂m ⊙ (B d)]        ∂L/∂d = Bᵀ [∂L/∂m ⊙ (G g)]

Here it is applied along the columns only; the rows are `kernelscope.nn.rows`'s.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.columns import Columns
from kernelscope.nn.scheme import Across, Scheme, at_once, slabs

OUTPUTS = 2
"""Neighbouring outputs that are computed together."""
LEAST_SAVED = 50
"""Multiplications saved for each output, from which on they make up for more additions."""
LEAST_FILTERS = 8
"""Filters, likewise."""
LEAST_COLUMNS = 8
"""Output columns, likewise."""

Row = tuple[float, ...]


class Stack(NamedTuple):
    """Multiplications whose products go to the same outputs with the same signs: a matrix product adds them up."""

    outputs: Row
    """Their row of A: the signs with which they go to y₀ and y₁."""
    inputs: Sequence[Row]
    """Their rows of B."""
    weights: Sequence[Row]
    """Their rows of G."""


TWO = (
    Stack((1, 0), [(1, -1, 0)], [(1, 0)]),
    Stack((1, 1), [(0, 1, 0)], [(1, 1)]),
    Stack((0, 1), [(0, -1, 1)], [(0, 1)]),
)
THREE = (
    Stack((1, 0), [(1, 0, -1, 0)], [(1, 0, 0)]),
    Stack((1, 1), [(0, 1, 1, 0)], [(0.5, 0.5, 0.5)]),
    Stack((0, 1), [(0, -1, 0, 1)], [(0, 0, 1)]),
    Stack((1, -1), [(0, -1, 1, 0)], [(0.5, -0.5, 0.5)]),
)


def stacks(width: int) -> list[Stack]:
    """The multiplications of a kernel that is `width` columns wide: threes side by side, then one or two twos.

    Raises:
        ValueError: the kernel is narrower than two columns.
    """
    if width < 2:
        raise ValueError(f"width: expected at least 2 columns, got {width}")
    found: dict[Row, Stack] = {}
    col, twos = 0, -width % 3
    while col < width:
        part = THREE if col < width - 2 * twos else TWO
        taps = len(part[0].weights[0])
        for stack in part:
            merged = found.get(stack.outputs, Stack(stack.outputs, (), ()))
            found[stack.outputs] = Stack(
                stack.outputs,
                (*merged.inputs, *(_placed(row, col, width + 1) for row in stack.inputs)),
                (*merged.weights, *(_placed(row, col, width) for row in stack.weights)),
            )
        col += taps
    return list(found.values())


def _placed(row: Row, col: int, length: int) -> Row:
    return (0.0,) * col + row + (0.0,) * (length - col - len(row))


def add_up(factors: Sequence[float], terms: Sequence[Array], out: Array, scratch: Array | None = None) -> None:
    """Write the sum of `terms`, each times its factor of 0, 1 or −1 and one of them 1, to `out`.

    Partial sums are kept in `scratch`, by default in `out` too, which is otherwise written to once.
    """
    plus = [term for factor, term in zip(factors, terms, strict=True) if factor > 0]
    minus = [term for factor, term in zip(factors, terms, strict=True) if factor < 0]
    total, *others = plus
    operations = [(np.add, term) for term in others] + [(np.subtract, term) for term in minus]
    if not operations:
        np.copyto(out, total)
    for operation, term in operations[:-1]:
        total = operation(total, term, out=out if scratch is None else scratch)
    for operation, term in operations[-1:]:
        operation(total, term, out=out)


def suits(across: Across) -> bool:
    """Whether it can be done, since outputs lie side by side and at most two are pooled, and whether it pays."""
    if across.stride > 1 or across.width < 2 or across.pool > OUTPUTS:
        return False
    each = sum(len(stack.inputs) for stack in stacks(across.width)) / OUTPUTS
    saved = across.channels * across.height * (across.width + across.pool - 1 - each)
    return saved >= LEAST_SAVED and across.filters >= LEAST_FILTERS and across.out_cols >= LEAST_COLUMNS


class Winograd(Scheme):
    """Computes two neighbouring outputs by Winograd's algorithm; the last one has none if their number is odd.

    Z and ∂Z of the neighbours are two of the stacks', those whose products go to one of them only.
    """

    def __init__(self, across: Across, n: int, dtype: np.dtype[Any]) -> None:
        self._stacks = stacks(across.width)
        self._ways = [stack.outputs for stack in self._stacks]
        self._weights = np.array([row for stack in self._stacks for row in stack.weights], dtype)
        stops = [*accumulate(len(stack.weights) for stack in self._stacks)]
        self._of_stacks = [slice(*edges) for edges in pairwise([0, *stops])]  # the multiplications of each stack
        tiles = -(-across.out_cols // OUTPUTS)
        self.values = [len(stack.inputs) * across.channels for stack in self._stacks]
        self.filters, self.run, self.columns = across.filters, tiles * n, tiles
        self.strands, self.products_are_z = OUTPUTS // across.pool, False
        grid = across.width + OUTPUTS - 1
        self._of_inputs = columns = Columns(across.cols, tiles, OUTPUTS, grid, across.padding)
        self._rows = at_once(across.rows, columns.planes(1, across.channels, n, dtype).nbytes)
        self._planes, self._dplanes = (columns.planes(self._rows, across.channels, n, dtype) for _ in range(2))
        self._grid, self._tiles, self._n = grid, tiles, n

    def unroll(self, x: Array, u: Sequence[Array]) -> None:
        tiled = [
            (self._tiled(values, len(stack.inputs)), stack.inputs)
            for values, stack in zip(u, self._stacks, strict=True)
        ]
        for slab in slabs(len(x), self._rows):
            planes = self._planes[: slab.stop - slab.start]
            self._of_inputs.deal(x[slab], planes)
            inputs = self._inputs(planes)
            for values, rows in tiled:
                for place, factors in enumerate(rows):
                    add_up(factors, inputs, values[slab, place])

    def place(self, weight: Array, placed: Sequence[Array]) -> None:
        multiplied = np.matmul(weight, self._weights.T).transpose(0, 2, 3, 1)  # out, row, multiplication, in
        for into, of_stack in zip(placed, self._of_stacks, strict=True):
            share = multiplied[:, :, of_stack]
            np.copyto(into.reshape(share.shape), share)

    def gather(self, dplaced: Sequence[Array], dweight: Array) -> None:
        out, channels, height, _ = dweight.shape
        multiplied = np.empty((out, channels, height, len(self._weights)), dweight.dtype)
        for share, of_stack in zip(dplaced, self._of_stacks, strict=True):
            np.copyto(multiplied[..., of_stack], share.reshape(height, -1, channels, out).transpose(3, 2, 0, 1))
        np.matmul(multiplied, self._weights, out=dweight)

    def neighbours(self, dz: Sequence[Array]) -> list[Array]:
        return [self._tiled(dz[self._ways.index(way)], 1)[:, 0] for way in ((1, 0), (0, 1))]

    def combine(self, products: Sequence[Array], z: Sequence[Array]) -> None:
        tiled = [self._tiled(product, 1)[:, 0] for product in products]
        for factors, neighbour in zip(zip(*self._ways, strict=True), z, strict=True):
            # What comes first in y₀ does not come in y₁, so partial sums may take its place.
            add_up(factors, tiled, neighbour, scratch=tiled[factors.index(1)])

    def spread(self, dz: Sequence[Array]) -> None:
        neighbours = [dz[self._ways.index(way)] for way in ((1, 0), (0, 1))]
        for way, stack in zip(self._ways, dz, strict=True):
            if all(way):
                add_up(way, neighbours, stack)

    def fold(self, du: Sequence[Array], dx: Array) -> None:
        planes = self._dplanes[: len(dx)]
        shares: list[Array] = []
        rows: list[Row] = []
        for values, stack in zip(du, self._stacks, strict=True):
            tiled = self._tiled(values, len(stack.inputs))
            shares += [tiled[:, place] for place in range(len(stack.inputs))]
            rows += stack.inputs
        for place, (factors, into) in enumerate(zip(zip(*rows, strict=True), self._inputs(planes), strict=True)):
            if place < OUTPUTS:
                add_up(factors, shares, into)
                planes[:, :, place, self._tiles :] = 0  # added to by later ones
            else:
                for factor, share in zip(factors, shares, strict=True):
                    if factor:
                        (np.add if factor > 0 else np.subtract)(into, share, out=into)
        self._of_inputs.collect(planes, dx)

    def _inputs(self, planes: Array) -> list[Array]:
        """For each j, the view of the inputs x·2 + j − p of all tiles x."""
        starts = [(j % OUTPUTS, j // OUTPUTS) for j in range(self._grid)]
        return [planes[:, :, plane, start : start + self._tiles] for plane, start in starts]

    def _tiled(self, values: Array, parts: int) -> Array:
        """View ``[row, (part, value), (x, n)]`` as ``[row, part, value, x, n]``."""
        return values.reshape(len(values), parts, -1, self._tiles, self._n)
