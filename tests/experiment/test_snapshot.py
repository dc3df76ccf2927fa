"""What a snapshot shows of the lanes besides weights and gradients."""

import numpy as np
import pytest

from server.experiment import Experiment, kernel_shapes
from server.nn import Conv, Dense, LayerSpec, ReLU, infer_shapes
from tests.experiment.support import run, same_bits, small, weights


def test_dense_weights_are_kernels_as_large_as_the_maps_that_they_see() -> None:
    layers: list[LayerSpec] = [Conv("conv", 3, 5), ReLU("relu"), Dense("hidden", 7), ReLU("relu2"), Dense("out", 10)]
    shapes = kernel_shapes(infer_shapes(layers, (2, 9, 8)))
    assert shapes == {"conv": (3, 2, 5, 5), "hidden": (7, 3, 5, 4), "out": (10, 7, 1, 1)}


def test_a_dense_weight_stands_where_its_input_did() -> None:
    """The response of a unit is the sum of map × kernel over all maps: so the order of the numbers is right."""
    experiment = small(0.1)
    run(experiment, 2)
    images = experiment.data.test_images[:5]
    network = experiment.lanes[0].network
    maps = network.trace(images).activations["pool2"]
    kernels = experiment.snapshot(layers={"dense"}).params["dense.weight"][0]
    expected = np.einsum("nirc,oirc->no", maps, kernels) + network.params["dense.bias"]
    np.testing.assert_allclose(network.trace(images).activations["dense"][:, :, 0, 0], expected, rtol=1e-4, atol=1e-5)


def made(steps: int) -> Experiment:
    experiment = small(0.1, 0.2)
    run(experiment, steps)
    return experiment


def test_updates_and_differences_are_what_they_say() -> None:
    experiment = made(0)
    initial, *_ = weights(experiment)
    run(experiment, 3)
    before = experiment.snapshot(layers={"dense"})
    run(experiment, 1)
    now = experiment.snapshot({"moved", "apart.B"}, {"dense"})
    start = small(0.1, 0.2).snapshot(layers={"dense"})
    assert now.updates is not None
    assert now.others.keys() == {"moved", "apart.B"}
    assert now.updates.keys() == {"conv1.weight", "conv2.weight", "dense.weight"}
    assert now.updates.keys() == now.others["moved"].keys()
    for name, update in now.updates.items():
        np.testing.assert_allclose(update, now.params[name] - before.params[name], rtol=1e-3, atol=1e-7)
        np.testing.assert_array_equal(now.others["moved"][name], now.params[name] - start.params[name])
        np.testing.assert_array_equal(now.others["apart.B"][name], now.params[name] - now.params[name][1])
    assert not now.others["apart.B"]["dense.weight"][1].any()
    np.testing.assert_array_equal(experiment._initial.flat, initial)


def test_before_the_first_step_there_are_no_updates() -> None:
    snapshot = made(0).snapshot({"moved", "apart.nobody"})
    assert snapshot.updates is None
    assert snapshot.others.keys() == {"moved"}
    assert not snapshot.others["moved"].flat.any()
    assert snapshot.filters.ratios == {}
    assert snapshot.filters.active_step is None


def test_the_start_stays_the_start_after_a_restart_and_another_seed() -> None:
    experiment = made(0)
    experiment.reset(seed=8)
    start = weights(experiment)[0]
    run(experiment, 3)
    other = made(1)
    other.restore(experiment.checkpoint())
    np.testing.assert_array_equal(other._initial.flat, start)
    mine, its = experiment.snapshot({"moved"}), other.snapshot({"moved"})
    assert same_bits(mine, its)
    np.testing.assert_array_equal(mine.others["moved"].flat, its.others["moved"].flat)
    assert mine.updates is not None
    assert its.updates is not None
    np.testing.assert_array_equal(mine.updates.flat, its.updates.flat)


def test_filters_have_norms_ratios_and_responses() -> None:
    experiment = made(2)
    experiment.lanes[1].network.params["conv2.bias"][0] = -1e6
    experiment.respond()
    filters = experiment.snapshot().filters
    assert filters.norms.keys() == filters.ratios.keys() == filters.active.keys() == {"conv1", "conv2"}
    weight = experiment.lanes[1].network.params["conv1.weight"]
    update = experiment.lanes[1].last_update["conv1.weight"]
    assert filters.norms["conv1"].shape == (2, 3)
    assert filters.norms["conv1"][1, 2] == pytest.approx(np.linalg.norm(weight[2]))
    assert filters.ratios["conv1"][1, 2] == pytest.approx(
        np.linalg.norm(update[2]) / np.linalg.norm(weight[2] - update[2]), rel=1e-4
    )
    assert filters.active["conv2"][1, 0] == 0
    assert (filters.active["conv2"][0] > 0).all()
    run(experiment, 1)
    assert experiment.snapshot().filters.active_step == 2
