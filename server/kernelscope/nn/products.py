"""Matrix products, cut into such as the BLAS computes without copying their factors.

For a large product OpenBLAS first packs both factors into blocks of its own, which takes a third of the time where one
of them has as few rows as a convolution has filters. On processors with AVX-512 it computes small ones from the factors
as they are, at nearly the processor's peak: A · B of at most `MULTIPLICATIONS`, and A · Bᵀ only where the result has at
most `ENTRIES` (``sgemm_small_kernel_permit`` in its ``kernel/x86_64``). So all products here are cut to that size, into
views; where it makes no difference to the BLAS it costs little.
"""

from collections.abc import Sequence

import numpy as np

from kernelscope.nn.arrays import Array

MULTIPLICATIONS = 1_000_000
ENTRIES = 1_200
LANES = 16
"""Columns of a cut product are a multiple of this number, as far as possible: the width of a vector register."""
LEAST = 4 * LANES
"""Columns of a cut product at least: with factors so large that fewer would be left, nothing is cut."""
LEAST_ROWS = 8
"""Rows of a cut product A · Bᵀ at least, likewise."""

Product = tuple[Array, Array, Array]
"""Two factors, and where their product goes."""


def multiply(products: Sequence[Product]) -> None:
    """Compute all of them."""
    for a, b, out in products:
        np.matmul(a, b, out=out)


def by_columns(a: Array, b: Array, out: Array) -> list[Product]:
    """Cut the products ``a[…, m, k] · b[…, k, n]`` by columns of `b`."""
    (m, k), n = a.shape[-2:], b.shape[-1]
    most = MULTIPLICATIONS // (m * k) // LANES * LANES
    if n * m * k <= MULTIPLICATIONS or most < LEAST:
        return [(a, b, out)]
    share = -(-n // -(-n // most))  # of equal pieces
    size = -(-share // LANES) * LANES
    whole = n // size * size
    products = [(a[..., None, :, :], _columns(b[..., :whole], size), _columns(out[..., :whole], size))]
    return products + ([(a, b[..., whole:], out[..., whole:])] if whole < n else [])


def by_rows(a: Array, b: Array, out: Array) -> list[Product]:
    """Cut the products ``a[…, k, n] · b[…, m, n]ᵀ`` by rows of `a`."""
    (k, n), m = a.shape[-2:], b.shape[-2]
    b = b.swapaxes(-1, -2)
    most = min(ENTRIES // m, MULTIPLICATIONS // (m * n))
    if k <= most or most < LEAST_ROWS:
        return [(a, b, out)]
    size = -(-k // -(-k // most))
    whole = k // size * size
    products = [(_rows(a[..., :whole, :], size), b[..., None, :, :], _rows(out[..., :whole, :], size))]
    return products + ([(a[..., whole:, :], b, out[..., whole:, :])] if whole < k else [])


def _columns(matrices: Array, size: int) -> Array:
    return matrices.reshape(*matrices.shape[:-1], -1, size).swapaxes(-2, -3)


def _rows(matrices: Array, size: int) -> Array:
    return matrices.reshape(*matrices.shape[:-2], -1, size, matrices.shape[-1])
