"""Winograd's algorithm against the definition of a convolution across columns."""

from fractions import Fraction

import numpy as np
import pytest
from kernelscope.nn import Conv, infer_shapes
from kernelscope.nn.layers.conv2d import Conv2d
from kernelscope.nn.winograd import Winograd, add_up, stacks

from tests.nn import textbook
from tests.nn.support import backward, forward, one_layer
from tests.nn.textbook import relative_error


@pytest.mark.parametrize("width", range(2, 14))
def test_two_outputs_of_any_kernel_are_exact(width: int) -> None:
    """In whole numbers and halves nothing is rounded, and y[d] is Σ g[j] x[d + j]."""
    rng = np.random.default_rng(width)
    g, x = ([Fraction(int(number)) for number in rng.integers(-9, 10, size)] for size in (width, width + 1))
    y = [Fraction(0)] * 2
    for stack in stacks(width):
        total = Fraction(0)
        for inputs, weights in zip(stack.inputs, stack.weights, strict=True):
            total += sum(Fraction(b) * d for b, d in zip(inputs, x, strict=True)) * sum(
                Fraction(a) * w for a, w in zip(weights, g, strict=True)
            )
        y = [now + Fraction(sign) * total for now, sign in zip(y, stack.outputs, strict=True)]
    assert y == [sum(w * x[d + j] for j, w in enumerate(g)) for d in range(2)]


@pytest.mark.parametrize(
    ("width", "multiplications", "products"), [(2, 3, 3), (3, 4, 4), (4, 6, 3), (5, 7, 4), (6, 8, 4), (7, 10, 4)]
)
def test_it_takes_fewer_multiplications(width: int, multiplications: int, products: int) -> None:
    assert len(stacks(width)) == products
    assert sum(len(stack.inputs) for stack in stacks(width)) == multiplications < 2 * width


def test_a_kernel_of_one_column_has_nothing_to_save() -> None:
    with pytest.raises(ValueError, match="expected at least 2 columns, got 1"):
        stacks(1)


def test_a_sum_is_written_once() -> None:
    """Partial sums go to the scratch memory, which may be that of the first term."""
    terms = [np.array([1.0]), np.array([10.0]), np.array([100.0]), np.array([1000.0])]
    out = np.zeros(1)
    add_up((1, 0, -1, 1), terms, out, scratch=terms[0])
    assert out == 901
    assert terms[0] == 1001
    add_up((0, 1, 0, 0), terms, out)
    assert out == 10


def scheme_of(conv: Conv, shape: tuple[int, int, int]) -> str:
    layer = conv.layer(infer_shapes([conv], shape), 2, np.dtype(np.float32))
    assert isinstance(layer, Conv2d)
    return type(layer.scheme).__name__


@pytest.mark.parametrize(
    ("conv", "shape", "name"),
    [
        (Conv("conv", 32, 3, padding=1), (32, 28, 28), "Winograd"),
        (Conv("conv", 32, 3, padding=1, stride=(2, 1)), (32, 28, 28), "Winograd"),
        (Conv("conv", 32, 3, padding=1, stride=(1, 2)), (32, 28, 28), "Direct"),
        (Conv("conv", 32, (3, 1)), (32, 28, 28), "Direct"),
        (Conv("conv", 32, 3), (3, 28, 28), "Direct"),
        (Conv("conv", 4, 3), (32, 28, 28), "Direct"),
        (Conv("conv", 32, 3), (32, 28, 5), "Direct"),
    ],
)
def test_it_is_used_where_it_pays(conv: Conv, shape: tuple[int, int, int], name: str) -> None:
    assert scheme_of(conv, shape) == name


def test_the_usual_precision_is_kept() -> None:
    """In float32 the results are as near to those of float64 as those of the direct way."""
    spec, shape, n = Conv("conv", 24, 5, padding=2), (16, 12, 12), 8
    rng = np.random.default_rng(1)
    layer = one_layer(spec, shape, n, rng, np.float32)
    assert isinstance(layer, Conv2d)
    assert isinstance(layer.scheme, Winograd)
    x = rng.standard_normal((n, *shape)).astype(np.float32)
    z = forward(layer, x)
    exact = {name: param.astype(np.float64) for name, param in layer.params.items()}
    assert relative_error(z, textbook.conv(x.astype(np.float64), exact["weight"], exact["bias"], (1, 1), (2, 2))) < 2e-6
    dz = rng.standard_normal(z.shape).astype(np.float32)
    dx = backward(layer, dz)
    found = textbook.conv_gradients(x.astype(np.float64), exact["weight"], dz.astype(np.float64), (1, 1), (2, 2))
    for name, ours, theirs in zip("xwb", (dx, layer.grads["weight"], layer.grads["bias"]), found, strict=True):
        assert relative_error(ours, theirs) < 2e-6, name
