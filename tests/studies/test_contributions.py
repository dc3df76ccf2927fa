"""The contributions of all positions add up to the weight's gradient, whatever the network."""

from collections.abc import Generator
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.experiment import kernel_shapes
from kernelscope.experiment.place import Weight
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Network, ReLU, infer_shapes
from kernelscope.studies.contributions import contributions
from kernelscope.studies.finite_difference import TRIES, finite_difference

from tests.nn.support import MASKS, Shape, architectures, examples, random_network, seeds

Result = TypeVar("Result")


def finish(study: Generator[None, None, Result]) -> Result:
    while True:
        try:
            next(study)
        except StopIteration as end:
            found: Result = end.value
            return found


def index_of(network: Network, weight: Weight) -> int:
    """The weight's index in the flat parameters."""
    place = network.params.places[f"{weight.layer}.weight"]
    return place.start + int(np.ravel_multi_index(weight.index, kernel_shapes(network.shapes)[weight.layer]))


@given(architectures(), st.integers(1, 70), seeds, st.data())
@examples(60)
def test_the_sum_over_positions_and_images_is_the_gradient(
    drawn: tuple[list[LayerSpec], Shape], n: int, seed: int, data: st.DataObject
) -> None:
    """For all kinds of layers, paddings, strides and pools, in the float32 of training."""
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    network = Network(architecture, shape, rng)
    network.params.flat[...] = rng.standard_normal(network.params.flat.shape) / 3
    images, labels = rng.standard_normal((n, *shape)).astype(np.float32), rng.integers(0, 3, n)
    network.loss_and_gradient(images, labels, MASKS)
    kept = network.params.flat.copy()
    for layer, kernels in kernel_shapes(network.shapes).items():
        weight = Weight(layer, *(data.draw(st.integers(0, length - 1), layer) for length in kernels))
        found = finish(contributions(network.shapes, network.params, images, labels, weight, MASKS))
        products = found.products
        assert products.dtype == np.float64
        assert len(found.of_images) == n
        used = network.grads.flat[index_of(network, weight)]
        assert found.of_images.sum() == pytest.approx(used, abs=1e-6 * (np.abs(products).sum() + 1e-3))
    assert np.array_equal(network.params.flat, kept)


@given(architectures(), st.integers(1, 20), seeds, st.data())
@examples(40)
def test_the_finite_difference_is_the_gradient_unless_something_switches(
    drawn: tuple[list[LayerSpec], Shape], n: int, seed: int, data: st.DataObject
) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    network = random_network(architecture, shape, rng)  # in float64
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    network.loss_and_gradient(images, labels, MASKS)
    index = data.draw(st.integers(0, network.params.flat.size - 1))
    found = finish(finite_difference(network.shapes, network.params, images, labels, index, MASKS))
    assert found.epsilon in TRIES
    if not found.switches:
        assert found.slope == pytest.approx(network.grads.flat[index], rel=1e-5, abs=1e-6)


def test_a_kink_is_told() -> None:
    """relu(w · x) at w = 0: nothing passes below, everything above."""
    layers: list[LayerSpec] = [Conv("conv", 1, 1), ReLU("relu"), Dense("dense", 2)]
    network = Network(layers, (1, 1, 2), np.random.default_rng(1), np.float64)
    network.params.flat[...] = 0
    network.params["dense.weight"][0] = 1
    images, labels = np.array([[[[1.0, -1.0]]]]), np.array([1])
    found = finish(finite_difference(network.shapes, network.params, images, labels, 0))
    assert (found.switches, found.epsilon) == (2, TRIES[-1])
    # Above, the first position's z = ε passes; below, the second's: L(±ε) are the same, and the quotient is 0.
    assert found.slope == pytest.approx(0, abs=1e-8)
    assert found.above == pytest.approx(np.log(2), abs=1e-6)


def test_a_pool_that_chooses_another_place_is_told() -> None:
    layers: list[LayerSpec] = [Conv("conv", 1, (1, 2)), MaxPool("pool", (1, 2)), Dense("dense", 2)]
    network = Network(layers, (1, 1, 3), np.random.default_rng(1), np.float64)
    network.params.flat[...] = 0
    network.params["dense.weight"][0] = 1
    network.params["conv.weight"][...] = [0.5, 0.5]
    images, labels = np.array([[[[1.0, 2.0, 1.0]]]]), np.array([1])  # z = (1.5, 1.5): w₀ ± ε tips it
    found = finish(finite_difference(network.shapes, network.params, images, labels, 0))
    assert found.switches == 1
    elsewhere = finish(finite_difference(network.shapes, network.params, images, labels, network.params.flat.size - 1))
    assert elsewhere.switches == 0


def test_what_a_weight_meets_by_hand() -> None:
    [layer] = infer_shapes([Conv("conv", 1, (2, 3), (2, 1), (1, 0))], (2, 3, 4))
    inputs = np.arange(2 * 2 * 3 * 4.0).reshape(2, 2, 3, 4)
    met = layer.spec.seen((0, 1, 0, 2), inputs, layer.output)
    assert layer.output == (1, 2, 2)
    # Row 0 of the kernel begins one above the image, then lies on the input's row 1; column 2 meets columns 2 and 3.
    assert met[0].tolist() == [[0, 0], inputs[0, 1, 1, 2:4].tolist()]
    with pytest.raises(TypeError, match="relu: expected a layer with weights"):
        ReLU("relu").seen((0, 0, 0, 0), inputs, (2, 3, 4))
