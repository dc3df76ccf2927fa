import re

import numpy as np
import pytest
from kernelscope.nn import Conv, Dense, Gaussian, He, LayerSpec, Network
from kernelscope.nn.init import Initialisation, initialise


@pytest.mark.parametrize(
    ("init", "expected"),
    [(Gaussian(), 0.05), (Gaussian(0.3), 0.3), (He(), np.sqrt(2 / (8 * 5 * 5)))],
)
def test_weights_are_normal_with_the_stated_deviation(init: Initialisation, expected: float) -> None:
    weight = np.zeros((400, 8, 5, 5))
    initialise(weight, init, np.random.default_rng(1))
    z = np.sort(weight.ravel()) / expected
    assert abs(z.mean()) < 0.02
    assert z.std() == pytest.approx(1, abs=0.01)
    # The quartiles tell a normal from a uniform distribution of the same deviation, whose are at ±0.87.
    assert z[[z.size // 4, 3 * z.size // 4]] == pytest.approx([-0.6745, 0.6745], abs=0.02)


def test_fan_in_of_a_dense_layer_is_its_inputs() -> None:
    weight = np.zeros((2000, 50))
    initialise(weight, He(), np.random.default_rng(1))
    assert weight.std() == pytest.approx(np.sqrt(2 / 50), rel=0.01)


def test_zero_deviation_is_zero_weights() -> None:
    weight = np.ones((2, 3))
    initialise(weight, Gaussian(0), np.random.default_rng(1))
    assert not weight.any()


def test_float32_starts_from_the_same_numbers_as_float64() -> None:
    architecture: list[LayerSpec] = [Conv("conv", 3, (2, 3)), Dense("dense", 4)]
    single, double = (Network(architecture, (2, 5, 6), np.random.default_rng(7), dtype) for dtype in ("f4", "f8"))
    assert single.params.flat.dtype == np.float32
    assert double.params.flat.dtype == np.float64
    assert np.array_equal(single.params.flat, double.params.flat.astype(np.float32))


def test_biases_begin_at_zero_and_weights_do_not() -> None:
    network = Network([Conv("conv", 3, 3), Dense("dense", 4)], (1, 6, 6), np.random.default_rng(1))
    assert not network.params["conv.bias"].any()
    assert not network.params["dense.bias"].any()
    assert network.params["conv.weight"].all()
    assert network.params["dense.weight"].all()


@pytest.mark.parametrize("std", [-0.1, 1001, 1e300, float("nan"), float("inf")])
def test_impossible_deviation_is_named(std: float) -> None:
    with pytest.raises(ValueError, match=re.escape(f"std: expected a number from 0 to 1000, got {std}")):
        Gaussian(std)
