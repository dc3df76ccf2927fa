"""Activations and dense layer against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import GELU, Dense, LayerSpec, LeakyReLU, ReLU, Sigmoid, Tanh
from kernelscope.nn.layers.activations import Activation

from tests.nn import textbook
from tests.nn.support import (
    Shape,
    activations,
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


@given(activations("f"), shapes, st.integers(1, 5), seeds)
@examples(50)
def test_an_activation_is_the_textbooks_and_its_gradient_a_finite_difference(
    spec: Activation, shape: Shape, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, n, rng)
    for _ in range(2):
        x = 2 * rng.standard_normal((n, *shape))
        dy = rng.standard_normal(x.shape)
        y, slopes = textbook.activation(spec, x)
        assert relative_error(forward(layer, x), y) < 1e-12
        assert relative_error(backward(layer, dy), slopes * dy) < 1e-12
    x += 1e-3 * np.sign(x)  # away from the kink
    forward(layer, x)
    dx = backward(layer, dy)
    assert gradient_error(dx, finite_differences(lambda: float((forward(layer, x) * dy).sum()), x)) < 1e-6


@pytest.mark.parametrize("spec", [ReLU("f"), LeakyReLU("f"), Tanh("f"), Sigmoid("f"), GELU("f")], ids=lambda s: s.type)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_numbers_give_the_limits(spec: LayerSpec, dtype: type) -> None:
    """Without a warning, and with the gradients there."""
    layer = one_layer(spec, (1, 1, 6), 1, np.random.default_rng(1), dtype)
    x = np.array([[[[-1e6, -1000, -100, 100, 1000, 1e6]]]], dtype)
    low, high = {"leaky": (0.01 * x, x), "tanh": (-1, 1), "sigmoid": (0, 1)}.get(spec.type, (0, x))
    y, dx = forward(layer, x), backward(layer, np.ones_like(x))
    np.testing.assert_allclose(y, np.where(x < 0, low, high), rtol=1e-6, atol=1e-40)
    limits = {"leaky": (0.01, 1), "tanh": (0, 0), "sigmoid": (0, 0)}.get(spec.type, (0, 1))
    np.testing.assert_allclose(dx, np.where(x < 0, *limits), rtol=1e-6, atol=1e-40)
    assert y.dtype == dx.dtype == dtype


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
