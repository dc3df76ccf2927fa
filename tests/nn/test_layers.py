"""ReLU and dense layer against their definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import Dense, ReLU

from tests.nn.support import (
    Shape,
    backward,
    examples,
    finite_differences,
    forward,
    gradient_error,
    one_layer,
    seeds,
)
from tests.nn.textbook import relative_error

shapes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))


@given(shapes, st.integers(1, 5), seeds)
@examples(50)
def test_relu_passes_what_is_positive(shape: Shape, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = one_layer(ReLU("relu"), shape, n, rng)
    for _ in range(2):
        x = rng.integers(-2, 3, (n, *shape)).astype(np.float64)  # many exact zeros
        dy = rng.standard_normal(x.shape)
        assert np.array_equal(forward(layer, x), np.where(x > 0, x, 0))
        assert np.array_equal(backward(layer, dy), np.where(x > 0, dy, 0))


@given(shapes, st.integers(1, 5), st.integers(1, 5), seeds)
@examples(50)
def test_dense_is_the_textbooks(shape: Shape, units: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = one_layer(Dense("dense", units), shape, n, rng)
    weight, bias = layer.params["weight"], layer.params["bias"]
    for _ in range(2):
        x, dy = rng.standard_normal((n, *shape)), rng.standard_normal((n, units, 1, 1))
        flat, d = x.reshape(n, -1), dy[:, :, 0, 0]  # the inputs in the order (channel, row, col)
        assert relative_error(forward(layer, x)[:, :, 0, 0], flat @ weight.T + bias) < 1e-12
        assert relative_error(backward(layer, dy), (d @ weight).reshape(x.shape)) < 1e-12
        assert relative_error(layer.grads["weight"], d.T @ flat) < 1e-12
        assert relative_error(layer.grads["bias"], d.sum(0)) < 1e-12


def test_dense_gradients_are_finite_differences() -> None:
    rng = np.random.default_rng(1)
    layer = one_layer(Dense("dense", 3), (2, 3, 4), 2, rng)
    x, dy = rng.standard_normal((2, 2, 3, 4)), rng.standard_normal((2, 3, 1, 1))
    forward(layer, x)

    def loss() -> float:
        return float((forward(layer, x) * dy).sum())

    dx = backward(layer, dy)
    assert gradient_error(dx, finite_differences(loss, x)) < 1e-6
    for name in ("weight", "bias"):
        assert gradient_error(layer.grads[name], finite_differences(loss, layer.params[name])) < 1e-6


def test_one_weight_of_a_dense_layer_meets_the_input_it_names() -> None:
    """``weight[out, in]`` with `in` counted channel by channel, row by row."""
    layer = one_layer(Dense("dense", 2), (2, 3, 4), 2, np.random.default_rng(1))
    layer.params["weight"].fill(0)
    layer.params["bias"][...] = [0, 7]
    layer.params["weight"][0, 1 * 12 + 2 * 4 + 3] = 1
    x = np.random.default_rng(2).standard_normal((2, 2, 3, 4))
    assert np.array_equal(forward(layer, x)[:, :, 0, 0], np.stack([x[:, 1, 2, 3], [7, 7]], axis=1))
