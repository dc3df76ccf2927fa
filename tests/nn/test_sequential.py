"""Which layers are fused, which parameters they use, and how much memory they take."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import GELU, Conv, Dense, LayerSpec, MaxPool, Parameters, ReLU, Sigmoid, Tanh, infer_shapes
from kernelscope.nn.arrays import batch_last
from kernelscope.nn.rows import PARTIAL_SUMS
from kernelscope.nn.sequential import Sequential

from tests.nn.support import Shape, architectures, examples

FLOAT64 = np.dtype(np.float64)
CONV = Conv("conv", 2, 5)


def made(*specs: LayerSpec, fused: bool = True) -> Sequential:
    return Sequential(infer_shapes(specs, (1, 12, 12)), 2, FLOAT64, fused=fused)


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        ([CONV, ReLU("r"), MaxPool("p"), Dense("d", 3)], ["conv", "d"]),
        ([CONV, MaxPool("p"), ReLU("r"), Dense("d", 3)], ["conv", "d"]),
        ([CONV, ReLU("r"), ReLU("again"), MaxPool("p")], ["conv", "again", "p"]),
        ([CONV, MaxPool("p"), MaxPool("q"), ReLU("r")], ["conv", "q", "r"]),
        ([CONV, ReLU("r"), MaxPool("p", 3, 2), Dense("d", 3)], ["conv", "p", "d"]),  # its windows overlap
        ([CONV, MaxPool("p", 3, 2), ReLU("r")], ["conv", "p", "r"]),
        ([CONV, MaxPool("p", 4), ReLU("r")], ["conv", "p", "r"]),  # the grid would hold too many zeros
        ([Conv("conv", 2, 3), ReLU("r"), MaxPool("p")], ["conv", "p"]),
        ([CONV, Conv("next", 1, 3), ReLU("r")], ["conv", "next"]),
        ([CONV, Tanh("r"), MaxPool("p"), Dense("d", 3)], ["conv", "d"]),
        ([CONV, GELU("r"), MaxPool("p"), ReLU("q")], ["conv", "p", "q"]),  # its largest need not be of the largest
        ([CONV, MaxPool("p"), GELU("r"), Sigmoid("q")], ["conv", "q"]),
        ([ReLU("first"), MaxPool("q"), Dense("d", 3), ReLU("r")], ["first", "q", "d", "r"]),
    ],
)
def test_a_conv_takes_on_one_activation_and_one_pool(specs: list[LayerSpec], names: list[str]) -> None:
    assert [layer.name for layer in made(*specs).layers] == names
    assert [layer.name for layer in made(*specs, fused=False).layers] == [spec.name for spec in specs]


def test_nothing_is_computed_before_the_first_layer_that_learns() -> None:
    run = made(ReLU("r"), MaxPool("p"), CONV, ReLU("q"), Dense("d", 3))
    assert [layer.input_gradient for layer in run.layers] == [False, False, False, True]
    assert [layer.input_gradient for layer in made(CONV, ReLU("q"), fused=False).layers] == [False, True]


def test_it_computes_for_whom_it_is_bound_to() -> None:
    specs = [CONV, ReLU("r"), MaxPool("p"), Dense("d", 3)]
    shapes, run = infer_shapes(specs, (1, 12, 12)), made(*specs)
    rng = np.random.default_rng(1)
    owners = [Parameters(shapes, FLOAT64) for _ in range(2)]
    for owner in owners:
        owner.flat[...] = rng.standard_normal(owner.flat.size)
    x, dy = batch_last(rng.standard_normal((2, 1, 12, 12))), rng.standard_normal((1, 3, 1, 2))
    outputs, gradients = [], []
    for owner in [*owners, owners[0]]:
        grads = Parameters(shapes, FLOAT64)
        run.bind(owner, grads)
        outputs.append(run.forward(x).copy())
        run.backward(dy)
        gradients.append(grads)
    assert np.array_equal(outputs[0], outputs[2])
    assert not np.array_equal(outputs[0], outputs[1])
    assert np.array_equal(gradients[0].flat, gradients[2].flat)
    assert all(grad.any() for grad in gradients[0].values())


@given(architectures(), st.integers(1, 8), st.booleans())
@examples(60)
def test_its_memory_is_what_the_shapes_say(drawn: tuple[list[LayerSpec], Shape], n: int, fused: bool) -> None:
    check_memory(*drawn, n, fused)


@pytest.mark.parametrize(
    "specs",
    [
        [Conv("conv", 19, 1), MaxPool("pool", 14, 1)],  # all places of all windows
        [Conv("conv", 1, 1, padding=15), MaxPool("pool", 20, 1), MaxPool("pool2", 20)],
        [Conv("conv", 19, 1), Conv("conv2", 1, 1, stride=10_000)],  # a stride far larger than the kernel
        [
            Conv("conv", 4, (12, 1), stride=(1, 12), padding=(0, 1)),
            Conv("conv2", 50, (1, 60), padding=(0, 60)),
            MaxPool("pool", (1, 60)),  # a wide pool behind a wide kernel
        ],
    ],
    ids=["places", "padding", "stride", "wide"],
)
@pytest.mark.parametrize("fused", [True, False])
def test_no_odd_network_takes_much_more(specs: list[LayerSpec], fused: bool) -> None:
    check_memory(specs, (1, 28, 28), 8, fused)


def check_memory(specs: list[LayerSpec], shape: Shape, n: int, fused: bool) -> None:
    """`LayerShape.values`, by which experiments refuse networks too large for memory, is an upper bound."""
    shapes = infer_shapes(specs, shape)
    values = n * sum(layer.values for layer in shapes) + sum(layer.parameters for layer in shapes)
    tracemalloc.start()
    try:
        run = Sequential(shapes, n, np.dtype(np.float32), fused=fused)
        made, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(run.layers) <= len(specs)
    # A few arrays of each kind, the sums of single rows, and some kilobytes of Python objects per layer.
    assert made <= 4 * (4 * values + len(specs) * 2 * PARTIAL_SUMS) + 50_000 * len(specs)
