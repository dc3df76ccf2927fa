"""Convolution against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.nn import Conv
from tests.nn import textbook
from tests.nn.support import (
    Pair,
    Shape,
    backward,
    convolutions,
    examples,
    finite_differences,
    forward,
    gradient_error,
    one_layer,
    seeds,
)
from tests.nn.textbook import relative_error


@given(convolutions(), st.integers(1, 5), seeds)
@examples(300)
def test_forward_and_backward_are_the_textbooks(drawn: tuple[Conv, Shape], n: int, seed: int) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, rng)
    _, stride, padding = spec.pairs
    weight = layer.params["weight"]
    for _ in range(2):  # the second time in buffers that the first has used
        x = rng.standard_normal((n, *shape))
        z = forward(layer, x)
        expected = textbook.conv(x, weight, layer.params["bias"], stride, padding)
        assert relative_error(z, expected) < 1e-12
        dz = rng.standard_normal(z.shape)
        dx = backward(layer, dz)
        expected_dx, expected_dw, expected_db = textbook.conv_gradients(x, weight, dz, stride, padding)
        assert relative_error(dx, expected_dx) < 1e-12
        assert relative_error(layer.grads["weight"], expected_dw) < 1e-12
        assert relative_error(layer.grads["bias"], expected_db) < 1e-12


@given(convolutions(), st.integers(1, 3), seeds)
@examples(25)
def test_gradients_are_finite_differences(drawn: tuple[Conv, Shape], n: int, seed: int) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, rng)
    x = rng.standard_normal((n, *shape))
    dz = rng.standard_normal(forward(layer, x).shape)

    def loss() -> float:
        return float((forward(layer, x) * dz).sum())

    dx = backward(layer, dz)
    assert gradient_error(dx, finite_differences(loss, x)) < 1e-6
    for name in ("weight", "bias"):
        assert gradient_error(layer.grads[name], finite_differences(loss, layer.params[name])) < 1e-6


def test_weight_gradient_is_the_sum_over_positions_by_hand() -> None:
    """∂L/∂W[i, j] = Σ over positions of ∂L/∂Z there × the input that the weight met there."""
    layer = one_layer(Conv("conv", 1, 2), (1, 2, 3), np.random.default_rng(1))
    layer.params["weight"][...] = [[[[1, 2], [3, 4]]]]
    layer.params["bias"][...] = [10]
    x = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    assert forward(layer, x).tolist() == [[[[1 + 4 + 12 + 20 + 10, 2 + 6 + 15 + 24 + 10]]]]
    dx = backward(layer, np.array([[[[1.0, 10]]]]))
    assert layer.grads["weight"].tolist() == [[[[1 + 20, 2 + 30], [4 + 50, 5 + 60]]]]
    assert layer.grads["bias"].tolist() == [11]
    assert dx.tolist() == [[[[1, 2 + 10, 20], [3, 4 + 30, 40]]]]


@pytest.mark.parametrize("place", [(0, 0), (0, 4), (2, 0), (1, 3), (2, 4)])
def test_a_delta_kernel_shifts_the_image(place: Pair) -> None:
    """A one at row i, column j shows each position what lies i − centre below and j − centre to the right of it."""
    i, j = place
    layer = one_layer(Conv("conv", 2, (3, 5), padding=(1, 2)), (3, 6, 7), np.random.default_rng(1))
    weight = layer.params["weight"]
    weight.fill(0)
    weight[1, 2, i, j] = 1  # [out, in, row, col]
    layer.params["bias"].fill(0)
    x = np.random.default_rng(2).standard_normal((2, 3, 6, 7))
    z = forward(layer, x)
    down, right = i - 1, j - 2
    expected = np.zeros((2, 6, 7))
    for row, col in np.ndindex(6, 7):
        if 0 <= row + down < 6 and 0 <= col + right < 7:
            expected[:, row, col] = x[:, 2, row + down, col + right]
    assert np.array_equal(z[:, 1], expected)
    assert not z[:, 0].any()


def test_padding_is_zero_however_large_the_numbers_before() -> None:
    """Neither input nor gradient of an earlier call may be seen through the padding of a later one."""
    spec, shape = Conv("conv", 2, (3, 4), stride=2, padding=(3, 4)), (2, 5, 6)
    used, fresh = (one_layer(spec, shape, np.random.default_rng(1)) for _ in range(2))
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, *shape))
    forward(used, np.full((3, *shape), 1e30))
    dz = rng.standard_normal(forward(fresh, x).shape)
    backward(used, np.full(dz.shape, 1e30))
    assert np.array_equal(forward(used, x), forward(fresh, x))
    assert np.array_equal(backward(used, dz), backward(fresh, dz))
    assert np.array_equal(used.grads["weight"], fresh.grads["weight"])


def test_no_input_gradient_where_nobody_needs_it() -> None:
    layer = one_layer(Conv("conv", 2, 3), (1, 5, 5), np.random.default_rng(1))
    x = np.random.default_rng(2).standard_normal((2, 1, 5, 5))
    dz = forward(layer, x).transpose(2, 1, 3, 0).copy()
    layer.backward(dz)
    weight, bias = layer.grads["weight"].copy(), layer.grads["bias"].copy()
    assert layer.backward(dz, needs_input_gradient=False) is None
    assert np.array_equal(layer.grads["weight"], weight)
    assert np.array_equal(layer.grads["bias"], bias)


@given(convolutions(), st.integers(1, 3))
@examples(60)
def test_no_buffer_is_larger_than_the_shape_says(drawn: tuple[Conv, Shape], n: int) -> None:
    """By `LayerShape.values` the experiment refuses what would not fit into memory."""
    spec, shape = drawn
    layer = one_layer(spec, shape, np.random.default_rng(1))
    backward(layer, forward(layer, np.ones((n, *shape))))
    assert max(buffer.size for buffer in layer.buffers._arrays.values()) <= n * layer.shape.values
