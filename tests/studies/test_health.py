"""Filters that respond nowhere, somewhere and everywhere, and sizes of their updates, calculated by hand."""

import numpy as np
import pytest
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Network, ReLU
from kernelscope.studies.health import norms, ratios, responses

from tests.experiment.support import SMALL, bars

PROBE = bars().test_images[:39]  # two shards, of 20 and 19


def test_a_filter_of_each_kind() -> None:
    """Three filters with a 1×1 kernel, the identity, and biases −1, −½ and 1."""
    network = Network([Conv("conv", 3, 1), ReLU("relu"), Dense("dense", 2)], (1, 2, 2), np.random.default_rng(0))
    network.params["conv.weight"].fill(1)
    network.params["conv.bias"][...] = [-1, -0.5, 1]
    images = np.array([[0, 0.4, 0.6, 1], [0.5, 0.7, 0, 0]], np.float32).reshape(2, 1, 2, 2)
    [[found]] = responses([network], images)
    assert found.layer == "conv"
    assert found.active.tolist() == [0, 3 / 8, 1]
    assert found.dead.tolist() == [True, False, False]
    assert found.saturated.tolist() == [False, False, True]


def test_a_response_is_what_comes_out_of_the_relu() -> None:
    """Activations are counted behind a pool if there is one; a layer without a ReLU is left out."""
    layers: list[LayerSpec] = [
        Conv("a", 2, 1),
        MaxPool("pool"),
        ReLU("relu_a"),
        Conv("linear", 2, 1),
        Dense("dense", 2),
    ]
    network = Network(layers, (1, 12, 12), np.random.default_rng(0))
    network.params["a.weight"].fill(1)
    network.params["a.bias"][...] = [0, -2]
    [[found]] = responses([network], PROBE)
    pooled = PROBE.reshape(39, 6, 2, 6, 2).max(axis=(2, 4))
    assert found.layer == "a"
    assert found.active.tolist() == [(pooled > 0).mean(), 0]


def test_it_is_the_trace_s_and_touches_nothing() -> None:
    network = Network(SMALL, (1, 12, 12), np.random.default_rng(3))
    network.loss_and_gradient(PROBE, np.arange(39) % 10)
    kept = network.params.flat.tobytes(), network.grads.flat.tobytes()
    other = Network(SMALL, (1, 12, 12), np.random.default_rng(4))
    _, (first, second) = responses([other, network], PROBE)
    activations = network.trace(PROBE).activations
    for found, relu in ((first, "relu1"), (second, "relu2")):
        alive = activations[relu].transpose(1, 0, 2, 3).reshape(len(found.active), -1) > 0
        assert found.dead.tolist() == (~alive.any(axis=1)).tolist()
        assert found.saturated.tolist() == alive.all(axis=1).tolist()
        assert found.active == pytest.approx(alive.mean(axis=1))
    assert (network.params.flat.tobytes(), network.grads.flat.tobytes()) == kept


def test_norms_and_ratios_by_hand() -> None:
    weight = np.zeros((2, 2, 2, 1, 2), np.float32)  # two lanes
    update = np.zeros_like(weight)
    weight[0, 0] = [[[3, 4]], [[0, 12]]]
    update[0, 0] = [[[-3, -4]], [[0, 0]]]  # from 6, 8 and 0, 12
    weight[1] = update[1] = 1  # from nothing
    assert norms(weight) == pytest.approx(np.array([[13, 0], [2, 2]]))
    expected = np.array([[5 / np.sqrt(244), np.nan], [np.inf, np.inf]])
    assert ratios(weight - update, update) == pytest.approx(expected, nan_ok=True)
    # So large an update absorbs the weights in float32, so the stored ones must be used.
    before, large = np.full((1, 1, 2, 2), 0.05, np.float32), np.full((1, 1, 2, 2), 1e9, np.float32)
    assert not (before + large - large).any()
    assert ratios(before, large) == pytest.approx(2e10)


def test_large_weights_do_not_overflow() -> None:
    assert norms(np.full((1, 1, 1, 4), 1e30, np.float32)) == pytest.approx(2e30)


def test_what_makes_no_sense_is_refused_in_words() -> None:
    network = Network(SMALL, (1, 12, 12), np.random.default_rng(3))
    with pytest.raises(ValueError, match=r"expected at least one probe image, got \(0, 1, 12, 12\)"):
        responses([network], PROBE[:0])
    with pytest.raises(ValueError, match=r"weights' shape \(1, 2, 3, 3\), got \(2, 1, 3, 3\)"):
        ratios(np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3)))
