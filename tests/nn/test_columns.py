"""Unrolling and folding against their definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn.columns import Columns, Fold, Unroll

from tests.nn.support import examples, seeds
from tests.nn.textbook import Array, relative_error

FLOAT64 = np.dtype(np.float64)


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, int]:
    """Any geometry of a convolution: the last output column begins inside the padded input."""
    step, grid, padding = draw(st.integers(1, 6)), draw(st.integers(1, 9)), draw(st.integers(0, 9))
    cols = draw(st.integers(max(1, grid - 2 * padding), grid + 12))
    count = draw(st.integers(1, (cols + 2 * padding - grid) // step + 1))
    return {"cols": cols, "step": step, "grid": grid, "padding": padding, "count": count}


def definition(x: Array, *, cols: int, step: int, grid: int, padding: int, count: int) -> Array:
    """U[y, c, j, x, n], entry by entry."""
    rows, channels, _, n = x.shape
    unrolled = np.zeros((rows, channels, grid, count, n))
    for j, place in np.ndindex(grid, count):
        if 0 <= place * step + j - padding < cols:
            unrolled[:, :, j, place] = x[:, :, place * step + j - padding]
    return unrolled


@given(geometries(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), seeds)
@examples(200)
def test_unroll_is_the_definition(geometry: dict[str, int], most: int, channels: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    unroll = Unroll(Columns(**geometry), most, channels, n, FLOAT64)
    for rows in (most, 1):  # the second time over leftovers of the first, with less than there is room for
        x = rng.standard_normal((rows, channels, geometry["cols"], n))
        unrolled = np.full((rows, channels, geometry["grid"], geometry["count"], n), np.nan)
        unroll(x, unrolled)
        assert np.array_equal(unrolled, definition(x, **geometry))


@given(geometries(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), seeds)
@examples(200)
def test_fold_is_the_transpose_of_unroll(geometry: dict[str, int], most: int, channels: int, n: int, seed: int) -> None:
    """⟨unroll(x), u⟩ = ⟨x, fold(u)⟩ for all x: here for each column on its own."""
    rng = np.random.default_rng(seed)
    fold = Fold(Columns(**geometry), most, channels, n, FLOAT64)
    for rows in (most, 1):
        u = rng.standard_normal((rows, channels, geometry["grid"], geometry["count"], n))
        dx = np.zeros((rows, channels, geometry["cols"], n))
        fold(u, dx)
        expected = np.zeros_like(dx)
        for col in range(geometry["cols"]):
            one = np.zeros_like(dx)
            one[:, :, col] = 1
            expected[:, :, col] = (definition(one, **geometry) * u).sum(axis=(2, 3))
        assert relative_error(dx, expected) < 1e-13
