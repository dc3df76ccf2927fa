"""A staged pass gives the same bits as an uninterrupted one, and the terms that each weight's gradient sums up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import Conv, Dense, LayerSpec, Loss, MaxPool, Network, Parameters, ReLU
from kernelscope.nn.staged import StagedPass
from kernelscope.nn.workspace import prepare

from tests.nn.support import MASKS, Shape, architectures, examples, random_network, seeds
from tests.nn.textbook import Array


def staged(
    network: Network, images: Array, labels: Array
) -> tuple[Loss, Parameters, dict[str, Array], dict[str, Array]]:
    """Loss and gradient, and each layer's inputs and ∂L/∂Z."""
    run = StagedPass(network.shapes, network.params, prepare(images, labels, network.dtype, MASKS), len(labels))
    inputs, sensitivities = {}, {}
    for layer in run.layers:
        inputs[layer] = run.inputs()
        run.forward(layer)
    loss = run.loss()
    for layer in reversed(run.learning):
        run.backward(layer)
        if f"{layer}.weight" in network.params:
            sensitivities[layer] = run.sensitivities(layer)
    return loss, run.gradient(), inputs, sensitivities


@given(architectures(), st.integers(1, 70), seeds)
@examples(60)
def test_swept_architectures(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    network = random_network(architecture, shape, rng)
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    expected = network.loss_and_gradient(images, labels, MASKS)
    loss, gradient, inputs, sensitivities = staged(network, images, labels)
    assert loss == expected
    assert np.array_equal(gradient.flat, network.grads.flat)
    # ∂L/∂b is the sum of ∂L/∂Z over all positions and images; of a dense layer, ∂L/∂W the sum of its products with x.
    for layer, delta in sensitivities.items():
        assert delta.sum((0, 2, 3)) == pytest.approx(gradient[f"{layer}.bias"], rel=1e-6, abs=1e-9)
    for spec in architecture:
        if isinstance(spec, Dense):
            products = sensitivities[spec.name].reshape(n, -1).T @ inputs[spec.name].reshape(n, -1)
            assert products == pytest.approx(gradient[f"{spec.name}.weight"], rel=1e-6, abs=1e-9)


def test_the_weights_may_change_afterwards() -> None:
    network = Network(
        [Conv("conv", 2, 3), ReLU("relu"), MaxPool("pool"), Dense("dense", 3)], (1, 8, 8), np.random.default_rng(1)
    )
    images, labels = np.random.default_rng(2).random((20, 1, 8, 8)), np.arange(20) % 3
    loss, gradient, *_ = staged(network, images, labels)
    kept = gradient.flat.tobytes()
    network.params.flat += 1
    staged(network, images, labels)
    assert gradient.flat.tobytes() == kept
    assert loss != network.loss(images, labels)


def test_a_layer_without_weights_has_no_sensitivity() -> None:
    network = Network(
        [MaxPool("first"), Conv("conv", 1, 3), MaxPool("last", 2, 1), Dense("dense", 3)],
        (1, 12, 12),
        np.random.default_rng(1),
    )
    images, labels = np.zeros((2, 1, 12, 12)), np.zeros(2, int)
    run = StagedPass(network.shapes, network.params, prepare(images, labels, network.dtype), 2)
    assert (run.layers, run.learning) == (["first", "conv", "last", "dense"], ["conv", "last", "dense"])
    for layer in run.layers:
        run.forward(layer)
    run.loss()
    run.backward("dense")
    run.backward("last")
    with pytest.raises(TypeError, match="last: expected a layer with weights"):
        run.sensitivities("last")
