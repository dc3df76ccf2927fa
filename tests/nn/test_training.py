import doctest
from math import isfinite

import kernelscope.nn
import numpy as np
import pytest
from kernelscope.nn import SGD, Adam, Conv, Dense, LayerSpec, MaxPool, Network, Optimizer, ReLU, apply_update, train
from threadpoolctl import threadpool_info, threadpool_limits

from tests.nn.textbook import Array

LAYERS: list[LayerSpec] = [Conv("conv", 4, 3, padding=1), ReLU("relu"), MaxPool("pool"), Dense("dense", 3)]
# pytest turns every warning into an error, so these tests also show that overflow raises none.


def batch(n: int = 16, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.random((n, 1, 6, 8), dtype=np.float32), rng.integers(0, 3, n)


def network(seed: int = 1) -> Network:
    return Network(LAYERS, (1, 6, 8), np.random.default_rng(seed))


def test_a_step_takes_the_rate_times_the_gradient_off_bit_for_bit() -> None:
    net = network()
    updater = SGD().begin(net.params.flat.size, net.dtype)
    for turn in range(3):
        before = net.params.flat.copy()
        step = apply_update(net, updater, net.loss_and_gradient(*batch(seed=turn)), 0.1)
        assert np.array_equal(net.params.flat, before - np.float32(0.1) * net.grads.flat)
        assert net.params.flat.dtype == np.float32
        assert not np.array_equal(net.params.flat, before)
        assert step.not_finite is None


def test_a_step_measures_before_its_update() -> None:
    net = network()
    expected = net.loss(*batch())
    step = apply_update(net, SGD().begin(net.params.flat.size, net.dtype), net.loss_and_gradient(*batch()), 0.1)
    assert (step.loss, step.accuracy) == (expected.value, expected.accuracy)
    assert net.loss(*batch()).value < step.loss


@pytest.mark.parametrize("optimizer", [SGD(), SGD(0.9, 1e-4), Adam()], ids=lambda o: o.type)
def test_training_learns(optimizer: Optimizer) -> None:
    """Three classes: a bright bar on the left, in the middle, on the right."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 48)
    images = rng.random((48, 1, 6, 8), dtype=np.float32) / 4
    for image, label in zip(images, labels, strict=True):
        image[0, :, 3 * label : 3 * label + 2] += 0.75
    steps = list(train(network(), [(images, labels)] * 60, optimizer, 0.02 if optimizer.type == "adam" else 0.1))
    assert len(steps) == 60
    assert steps[-1].loss < steps[0].loss / 3
    assert steps[-1].accuracy > 0.95


def overflowing(quantity: str) -> tuple[Network, tuple[Array, Array], float]:
    """A network, batch and learning rate with which exactly this quantity overflows float32."""
    net = Network([Dense("first", 1), Dense("second", 2)], (1, 1, 1), np.random.default_rng(1))
    images, labels = np.full((1, 1, 1, 1), 100, np.float32), np.array([0])
    first, second = net.params["first.weight"], net.params["second.weight"]
    match quantity:
        case "loss":
            first.fill(3e38)
            second[:, 0] = [1, -1]
        case "gradient":  # image · second = 5e38, though the logits are ∓10
            first.fill(2e-38)
            second[:, 0] = [-5e36, 5e36]
    return net, (images, labels), 1e39 if quantity == "weight" else 0.1


@pytest.mark.parametrize("quantity", ["loss", "gradient", "weight"])
def test_an_update_that_is_not_finite_is_not_made(quantity: str) -> None:
    net, data, rate = overflowing(quantity)
    before = net.params.flat.copy()
    [step] = train(net, [data], SGD(), rate)
    assert step.not_finite == quantity
    assert isfinite(step.loss) == (quantity != "loss")
    assert np.array_equal(net.params.flat, before)


def test_one_infinity_among_many_numbers_is_found() -> None:
    net = network()
    net.params["dense.bias"][1] = np.inf
    assert [step.not_finite for step in train(net, [batch()] * 2, SGD(), 0.1)] == ["loss"]


def test_numbers_whose_norm_overflows_are_finite() -> None:
    net = network()
    net.params["conv.bias"][0] = -1e30  # behind the ReLU nothing of it is left
    [step] = train(net, [batch()], SGD(), 0.1)
    assert step.not_finite is None
    assert step.weight_norm == np.inf


def test_training_ends_where_a_number_is_not_finite() -> None:
    net, data, rate = overflowing("weight")
    steps = list(train(net, [data] * 5, SGD(), rate))
    assert [step.not_finite for step in steps] == ["weight"]


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(kernelscope.nn, raise_on_error=True)
    assert result.attempted > 5


def test_blas_is_held_to_one_thread_meanwhile_and_no_longer() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2, "blas"):
        outside = threads()
        for _ in train(network(), [batch()] * 2, SGD(), 0.1):
            assert threads() == {1}
        assert threads() == outside
