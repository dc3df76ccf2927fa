"""Convolution against its definition, and fused layers against the layers computed separately."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import GELU, Conv, LayerSpec, MaxPool, Parameters, infer_shapes
from kernelscope.nn.arrays import batch_last
from kernelscope.nn.layers.conv import fuses
from kernelscope.nn.layers.conv2d import Conv2d
from kernelscope.nn.rows import PARTIAL_SUMS
from kernelscope.nn.sequential import Sequential

from tests.nn import textbook
from tests.nn.support import (
    Pair,
    Shape,
    activations,
    backward,
    convolutions,
    examples,
    finite_differences,
    forward,
    gradient_error,
    one_layer,
    seeds,
    slabs_of_a_row,
    winograd_wherever_it_can,
)
from tests.nn.textbook import relative_error


@given(convolutions(), st.integers(1, 5), st.booleans(), st.booleans(), seeds)
@examples(300)
def test_forward_and_backward_are_the_textbooks(
    drawn: tuple[Conv, Shape], n: int, eagerly: bool, row_by_row: bool, seed: int
) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    with winograd_wherever_it_can(eagerly), slabs_of_a_row(row_by_row):
        layer = one_layer(spec, shape, n, rng)
    _, stride, padding = spec.pairs
    weight = layer.params["weight"]
    for _ in range(2):  # the second time in used buffers
        x = rng.standard_normal((n, *shape))
        z = forward(layer, x)
        whole = textbook.spread(spec, weight)
        expected = textbook.conv(x, whole, layer.params["bias"], stride, padding)
        assert relative_error(z, expected) < 1e-12
        dz = rng.standard_normal(z.shape)
        dx = backward(layer, dz)
        expected_dx, expected_dw, expected_db = textbook.conv_gradients(x, whole, dz, stride, padding)
        assert relative_error(dx, expected_dx) < 1e-12
        assert relative_error(layer.grads["weight"], textbook.gathered(spec, expected_dw)) < 1e-12
        assert relative_error(layer.grads["bias"], expected_db) < 1e-12


@given(convolutions(), st.integers(1, 3), seeds)
@examples(25)
def test_gradients_are_finite_differences(drawn: tuple[Conv, Shape], n: int, seed: int) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, n, rng)
    x = rng.standard_normal((n, *shape))
    dz = rng.standard_normal(forward(layer, x).shape)

    def loss() -> float:
        return float((forward(layer, x) * dz).sum())

    dx = backward(layer, dz)
    assert gradient_error(dx, finite_differences(loss, x)) < 1e-6
    for name in ("weight", "bias"):
        assert gradient_error(layer.grads[name], finite_differences(loss, layer.params[name])) < 1e-6


def test_weight_gradient_is_the_sum_over_positions_by_hand() -> None:
    """∂L/∂W[i, j] = Σ over positions of ∂L/∂Z there × the input that the weight is multiplied by there."""
    layer = one_layer(Conv("conv", 1, 2), (1, 2, 3), 1, np.random.default_rng(1))
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
    """A one at row i, column j shifts the input up by i − centre and left by j − centre."""
    i, j = place
    layer = one_layer(Conv("conv", 2, (3, 5), padding=(1, 2)), (3, 6, 7), 2, np.random.default_rng(1))
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
    """Neither input nor gradient of an earlier call may leak through the padding of a later one."""
    spec, shape = Conv("conv", 2, (3, 4), stride=2, padding=(3, 4)), (2, 5, 6)
    used, fresh = (one_layer(spec, shape, 3, np.random.default_rng(1)) for _ in range(2))
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, *shape))
    forward(used, np.full((3, *shape), 1e30))
    dz = rng.standard_normal(forward(fresh, x).shape)
    backward(used, np.full(dz.shape, 1e30))
    assert np.array_equal(forward(used, x), forward(fresh, x))
    assert np.array_equal(backward(used, dz), backward(fresh, dz))
    assert np.array_equal(used.grads["weight"], fresh.grads["weight"])


def test_no_input_gradient_where_nobody_needs_it() -> None:
    spec = Conv("conv", 2, 3)
    [shape] = infer_shapes([spec], (1, 5, 5))
    layer = one_layer(spec, shape.input, 2, np.random.default_rng(1))
    first = Conv2d(spec.pairs, shape, 2, layer.dtype, input_gradient=False)
    first.params, first.grads = layer.params, {name: np.zeros_like(grad) for name, grad in layer.grads.items()}
    x = batch_last(np.random.default_rng(2).standard_normal((2, 1, 5, 5)))
    dz = layer.forward(x).copy()
    assert np.array_equal(first.forward(x), dz)
    assert layer.backward(dz) is not None
    assert first.backward(dz) is None
    for name, grad in layer.grads.items():
        assert np.array_equal(first.grads[name], grad)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[list[LayerSpec], Shape]:
    """A conv layer fused with an activation, a pool, both or none; the pool need not divide its output.

    They come in either order, but for GELU, which a pool is not fused with if it is behind it.
    """
    conv, shape = draw(convolutions())
    _, rows, cols = conv.output_shape(shape)
    after: list[LayerSpec] = [draw(activations("f"))] if draw(st.booleans()) else []
    widths = [width for width in range(1, min(cols, 4) + 1) if fuses(conv, MaxPool("pool", (1, width)), shape)]
    if widths and draw(st.booleans()):
        pool = MaxPool("pool", (draw(st.integers(1, min(rows, 3))), draw(st.sampled_from(widths))))
        after.insert(0 if any(isinstance(spec, GELU) for spec in after) else draw(st.integers(0, len(after))), pool)
    return [conv, *after], shape


@given(st.data(), st.integers(1, 5), st.booleans(), st.booleans(), st.booleans(), seeds)
@examples(300)
def test_a_block_is_its_layers_one_after_the_other(
    data: st.DataObject, n: int, ties: bool, dead: bool, eagerly: bool, seed: int
) -> None:
    with winograd_wherever_it_can(eagerly), slabs_of_a_row(eagerly):
        check_block(*data.draw(blocks()), n, ties, dead, seed)


def check_block(specs: list[LayerSpec], shape: Shape, n: int, ties: bool, dead: bool, seed: int) -> None:
    shapes = infer_shapes(specs, shape)
    dtype = np.dtype(np.float64)
    rng = np.random.default_rng(seed)
    params = Parameters(shapes, dtype)
    # Sums of whole numbers are exact in any order, so ties are the same in both.
    params.flat[...] = rng.integers(-2, 3, params.flat.size) if ties else rng.standard_normal(params.flat.size)
    if not ties:  # saturated activations would leave nothing but rounding
        params.flat /= np.sqrt(shapes[0].parameters)
    if dead:
        params["conv.bias"][0] = -1000
    runs = [Sequential(shapes, n, dtype, fused=fused) for fused in (True, False)]
    assert len(runs[0].layers) == 1
    grads = [Parameters(shapes, dtype) for _ in runs]
    for _ in range(2):  # the second time in used arrays
        x = rng.integers(-2, 3, (n, *shape)).astype(dtype) if ties else rng.standard_normal((n, *shape))
        outputs = []
        for run, into in zip(runs, grads, strict=True):
            run.bind(params, into)
            outputs.append(run.forward(batch_last(x)).copy())
        assert relative_error(*outputs) < 1e-12
        upstream = rng.standard_normal(outputs[0].shape)
        for run in runs:
            run.backward(upstream.copy())
        assert relative_error(grads[0].flat, grads[1].flat) < 1e-12


@given(blocks(), st.integers(1, 4), seeds)
@examples(100)
def test_a_block_in_the_middle_passes_its_gradient_on(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    """A 1×1 convolution before the block shows the input gradient in its own gradient."""
    specs, shape = drawn
    shapes = infer_shapes([Conv("before", shape[0], 1), *specs], shape)
    dtype = np.dtype(np.float64)
    rng = np.random.default_rng(seed)
    params = Parameters(shapes, dtype)
    params.flat[...] = rng.standard_normal(params.flat.size) / np.sqrt(shapes[1].parameters)
    x = batch_last(rng.standard_normal((n, *shape)))
    found = []
    for fused in (True, False):
        run, into = Sequential(shapes, n, dtype, fused=fused), Parameters(shapes, dtype)
        run.bind(params, into)
        run.backward(np.cos(run.forward(x)))
        found.append(into)
    for name in found[0]:
        assert relative_error(found[0][name], found[1][name]) < 1e-11, name


@pytest.mark.parametrize(
    ("pool", "expected"),
    [(2, True), (3, False), ((1, 2), True), ((2, 1), True), ((9, 2), True), ((9, 1), True), ((1, 9), False), (1, True)],
)
def test_a_pool_is_taken_on_where_that_adds_little(pool: int | Pair, expected: bool) -> None:
    few, many = (1, 20, 20), (16, 20, 20)
    assert fuses(Conv("conv", 1, (1, 7)), MaxPool("pool", pool), few) is expected
    assert fuses(Conv("conv", 1, 3), MaxPool("pool", pool), few) is (pool in (1, (2, 1), (9, 1)))
    assert fuses(Conv("conv", 16, 3), MaxPool("pool", pool), many) is (pool not in (3, (1, 9)))  # by Winograd's
    assert not fuses(Conv("conv", 16, 3, groups=8), MaxPool("pool", 2), many)  # each of two channels
    assert not fuses(Conv("conv", 1, 7), MaxPool("pool", 2, stride=1), few)
    assert not fuses(Conv("conv", 1, 7), MaxPool("pool", 2, stride=3), few)
    assert not fuses(Conv("conv", 1, 7, stride=(1, 2)), MaxPool("pool", 2), few)


def test_many_rows_of_a_large_kernel_are_added_up_in_turns() -> None:
    """So that what is added up stays small: here three rows at a time, of seven."""
    spec, shape = Conv("conv", 40, 9), (13, 15, 9)
    entries = 40 * 13 * 9 * 9
    assert 7 * entries > PARTIAL_SUMS > 2 * entries
    rng = np.random.default_rng(1)
    layer = one_layer(spec, shape, 2, rng)
    x, dz = rng.standard_normal((2, *shape)), rng.standard_normal((2, 40, 7, 1))
    forward(layer, x)
    backward(layer, dz)
    _, expected, _ = textbook.conv_gradients(x, layer.params["weight"], dz, (1, 1), (0, 0))
    assert relative_error(layer.grads["weight"], expected) < 1e-12
