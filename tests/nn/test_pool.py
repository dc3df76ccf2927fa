"""Pooling against its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import GlobalMaxPool, MaxPool
from kernelscope.nn.layers.global_pool import GlobalPool
from kernelscope.nn.layers.pool import Pool

from tests.nn import textbook
from tests.nn.support import (
    Shape,
    backward,
    examples,
    finite_differences,
    forward,
    gradient_error,
    one_layer,
    pools,
    seeds,
)
from tests.nn.textbook import relative_error


@given(pools(), st.integers(1, 5), st.booleans(), seeds)
@examples(200)
def test_pool_is_the_textbooks_ties_included(
    drawn: tuple[Pool | GlobalPool, Shape], n: int, ties: bool, seed: int
) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, n, rng)
    for _ in range(2):
        x = rng.standard_normal((n, *shape))
        if ties:
            x = x.round()  # −2 … 2: hardly a window without equals
        y = forward(layer, x)
        assert relative_error(y, textbook.pool(spec, x)) < 1e-12
        dy = rng.standard_normal(y.shape)
        dx = backward(layer, dy)
        assert relative_error(dx, textbook.pool_gradient(spec, x, dy)) < 1e-12


@given(pools(), st.integers(1, 3), seeds)
@examples(20)
def test_pool_gradient_is_finite_differences(drawn: tuple[Pool | GlobalPool, Shape], n: int, seed: int) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, n, rng)
    x = rng.permutation(n * int(np.prod(shape))).reshape(n, *shape) / 10  # all values a tenth apart: no kink near
    dy = rng.standard_normal(forward(layer, x).shape)
    dx = backward(layer, dy)
    assert gradient_error(dx, finite_differences(lambda: float((forward(layer, x) * dy).sum()), x)) < 1e-6


def test_the_first_of_equals_takes_the_whole_gradient() -> None:
    """On a blank background all four tie: not a quarter each, not the last."""
    layer = one_layer(MaxPool("pool", 2), (1, 2, 4), 1, np.random.default_rng(1))
    x = np.array([[[[5.0, 5, 0, 1], [5, 5, 2, 2]]]])
    assert forward(layer, x).tolist() == [[[[5, 2]]]]
    assert backward(layer, np.array([[[[3.0, 4]]]])).tolist() == [[[[3, 0, 0, 0], [0, 0, 4, 0]]]]


def test_what_no_window_covers_gets_no_gradient() -> None:
    layer = one_layer(MaxPool("pool", 2), (1, 3, 5), 1, np.random.default_rng(1))
    x = np.ones((1, 1, 3, 5))
    forward(layer, x)
    dx = backward(layer, np.ones((1, 1, 1, 2)))
    assert dx.tolist() == [[[[1, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]]]


def test_the_first_of_equals_is_one_choice_of_a_map() -> None:
    layer = one_layer(GlobalMaxPool("all"), (2, 2, 3), 1, np.random.default_rng(1))
    forward(layer, np.array([[[[1.0, 2, 7], [7, 0, 7]], [[0, 0, 0], [0, 3, 3]]]]))
    assert layer.choices().tolist() == [[2], [4]]
