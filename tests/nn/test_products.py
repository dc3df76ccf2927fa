"""Products in pieces against NumPy's, and the pieces' sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn.products import ENTRIES, LEAST, LEAST_ROWS, MULTIPLICATIONS, Product, by_columns, by_rows, multiply

from tests.nn.support import examples, seeds

sizes = st.sampled_from([1, 7, 16, 32, 75, 144, 300])


def multiplications(product: Product) -> int:
    a, b, _ = product
    return a.shape[-2] * a.shape[-1] * b.shape[-1]


@given(st.integers(1, 2), sizes, sizes, st.integers(1, 1200), seeds)
@examples(40)
def test_pieces_by_columns_are_the_product(stack: int, m: int, k: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(-3, 4, (stack, *shape)).astype(np.float32) for shape in ((m, k), (k, n)))  # exact sums
    out = np.full((stack, m, n), np.nan, np.float32)
    products = by_columns(a, b, out)
    multiply(products)
    assert np.array_equal(out, a @ b)
    if MULTIPLICATIONS // (m * k) >= LEAST:
        assert max(map(multiplications, products)) <= MULTIPLICATIONS


@given(st.integers(1, 2), sizes, sizes, st.integers(1, 900), seeds)
@examples(40)
def test_pieces_by_rows_are_the_product(stack: int, k: int, m: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(-3, 4, (stack, rows, n)).astype(np.float32) for rows in (k, m))
    out = np.full((stack, k, m), np.nan, np.float32)
    products = by_rows(a, b, out)
    multiply(products)
    assert np.array_equal(out, a @ b.swapaxes(-1, -2))
    if min(ENTRIES // m, MULTIPLICATIONS // (m * n)) >= LEAST_ROWS:
        assert max(map(multiplications, products)) <= MULTIPLICATIONS
        assert max(a.shape[-2] * out.shape[-1] for a, _, out in products) <= ENTRIES


@pytest.mark.parametrize(
    ("m", "k", "n", "pieces"), [(32, 96, 448, [224]), (32, 288, 896, [96, 32]), (8, 5, 448, [448])]
)
def test_pieces_are_as_equal_as_vectors_allow(m: int, k: int, n: int, pieces: list[int]) -> None:
    products = by_columns(np.zeros((1, m, k)), np.zeros((1, k, n)), np.zeros((1, m, n)))
    assert [b.shape[-1] for _, b, _ in products] == pieces
