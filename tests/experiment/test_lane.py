"""The conditions of a lane: training, diverged, collapsed, revived."""

from itertools import islice

import numpy as np
import pytest
from kernelscope.datasets import Batches, Dataset
from kernelscope.experiment import ExperimentConfig, LaneConfig
from kernelscope.experiment.lane import Lane, response_layers
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Network, ReLU, StepDecay, Tanh, infer_shapes

from tests.experiment.support import SMALL, Array, bars, part

SEED = np.random.SeedSequence(3)
DATA = bars()
PROBE = DATA.test_images[:50]


def small_lane(rate: float = 0.1, **optimizer: float) -> Lane:
    config = LaneConfig.model_validate({"learning_rate": rate, "optimizer": {"type": "sgd", **optimizer}})
    return Lane(config, SMALL, (1, 12, 12), SEED)


def step(lane: Lane, count: int = 1) -> None:
    for images, labels in islice(Batches(DATA.train_images, DATA.train_labels, 20, np.random.default_rng(5)), count):
        one_step(lane, images, labels)


def one_step(lane: Lane, images: Array, labels: Array, probe: Array = PROBE) -> None:
    lane.update(lane.network.loss_and_gradient(images, labels), probe)


def silent_layer(network: Network, images: Array) -> str | None:
    """The first conv layer of which no filter responds to any of `images`, found from all activations."""
    activations = network.trace(images).activations
    for number in (1, 2):
        if not (activations[f"relu{number}"] > 0).any():
            return f"conv{number}"
    return None


def test_a_lane_counts_its_updates_and_keeps_its_gradient() -> None:
    lane = small_lane()
    assert (lane.steps, lane.condition.status, lane.condition.reason) == (0, "training", None)
    step(lane, 3)
    assert lane.steps == 3
    assert np.array_equal(lane.gradient.flat, lane.network.grads.flat)
    kept = lane.gradient.flat.copy()
    lane.network.grads.flat.fill(0)  # "before anything clears it"
    assert np.array_equal(lane.gradient.flat, kept)


@pytest.mark.parametrize(("quantity", "rate"), [("loss", 0.1), ("weight", 1e39)])
def test_a_diverging_lane_keeps_what_was_finite(quantity: str, rate: float) -> None:
    lane = small_lane()
    step(lane, 4)
    gradient = lane.gradient.flat.copy()
    if quantity == "loss":
        lane.network.params["dense.weight"].fill(3e38)
        lane.network.params["conv2.bias"].fill(3)
    before = lane.network.params.flat.copy()
    lane.config = lane.config.model_copy(update={"learning_rate": rate})
    step(lane)
    assert lane.stopped
    assert (lane.condition.status, lane.condition.step, lane.condition.cause) == ("diverged", 5, quantity)
    assert lane.condition.reason == f"Diverged at step 5: the {quantity} became infinite or not a number."
    assert lane.steps == 4
    assert np.array_equal(lane.network.params.flat, before)
    assert np.array_equal(lane.gradient.flat, gradient)


def test_a_schedule_changes_the_rate_from_step_to_step() -> None:
    config = LaneConfig(learning_rate=0.4, schedule=StepDecay(warm_up=2, every=1, factor=0.5))
    lane = Lane(config, SMALL, (1, 12, 12), SEED)
    used = []
    for images, labels in islice(Batches(DATA.train_images, DATA.train_labels, 20, np.random.default_rng(5)), 4):
        before = lane.network.params.flat.copy()
        made = lane.update(lane.network.loss_and_gradient(images, labels), PROBE)
        used.append(made.learning_rate)
        assert np.array_equal(lane.network.params.flat, before - np.float32(made.learning_rate) * lane.gradient.flat)
    assert used == [0.2, 0.4, 0.4, 0.2]


def test_a_step_says_how_long_the_gradient_the_weights_and_the_update_are() -> None:
    lane = small_lane(0.5)
    images, labels = DATA.train_images[:20], DATA.train_labels[:20]
    before = lane.network.params.flat.copy()
    made = lane.update(lane.network.loss_and_gradient(images, labels), PROBE)
    assert made.gradient_norm == pytest.approx(np.linalg.norm(lane.gradient.flat), rel=1e-5)
    assert made.weight_norm == pytest.approx(np.linalg.norm(before), rel=1e-5)
    assert made.update_norm == pytest.approx(np.linalg.norm(lane.network.params.flat - before), rel=1e-4)
    assert made.update_norm == pytest.approx(0.5 * made.gradient_norm, rel=1e-5)


@pytest.mark.parametrize("dead", ["conv1", "conv2"])
def test_a_dead_layer_is_a_collapse(dead: str) -> None:
    lane = small_lane()
    step(lane, 2)
    lane.network.params[f"{dead}.bias"].fill(-1000)
    step(lane)
    assert (lane.condition.status, lane.condition.step, lane.condition.cause) == ("collapsed", 2, dead)
    assert lane.condition.reason is not None
    assert lane.condition.reason.startswith(f"Collapsed at step 2: {dead} responds to no probe image")
    assert not lane.stopped
    before = lane.condition
    step(lane, 3)
    assert lane.steps == 6  # it continues
    assert lane.condition == before  # with the step since when


def test_a_dense_layer_whose_units_are_all_dead_is_a_collapse() -> None:
    """A network without kernels works too."""
    layers: list[LayerSpec] = [Dense("hidden", 8), ReLU("relu"), Dense("dense", 10)]
    lane = Lane(LaneConfig(learning_rate=0.1), layers, (1, 12, 12), SEED)
    step(lane)
    assert lane.condition.status == "training"
    lane.network.params["hidden.bias"][1:] = -1000
    step(lane)
    assert lane.condition.status == "training"
    lane.network.params["hidden.bias"].fill(-1000)
    step(lane)
    assert (lane.condition.status, lane.condition.step, lane.condition.cause) == ("collapsed", 2, "hidden")


def test_a_collapse_is_of_the_weights_before_the_update() -> None:
    """With a zero gradient, weight decay still moves the weights; here it flips their signs."""
    lane = small_lane(0.1, weight_decay=20)
    lane.network.params["conv2.bias"].fill(-1000)
    step(lane)
    assert lane.network.params["conv2.bias"] == pytest.approx(1000)
    assert (lane.condition.status, lane.condition.step, lane.condition.cause) == ("collapsed", 0, "conv2")


def test_a_dead_layer_is_seen_though_a_later_one_still_learns() -> None:
    """A layer without ReLU lies between the two, and its bias keeps the second one responding."""
    layers = [*SMALL[:3], Conv("linear", 2, 1), *SMALL[3:]]
    lane = Lane(LaneConfig(learning_rate=0.01), layers, (1, 12, 12), SEED)
    lane.network.params["conv1.bias"].fill(-1000)
    lane.network.params["linear.bias"].fill(1)
    step(lane)
    assert lane.network.grads["conv2.weight"].any()
    assert (lane.condition.status, lane.condition.cause) == ("collapsed", "conv1")


def test_one_responding_filter_is_enough_to_live() -> None:
    lane = small_lane()
    lane.network.params["conv2.bias"][1:] = -1000
    lane.network.params["conv2.bias"][0] = 1
    step(lane, 2)
    assert lane.condition.status == "training"


def test_a_batch_that_nothing_responds_to_is_not_yet_a_collapse() -> None:
    """The probe images decide, since a batch without any response, of blank images for example, may be an exception."""
    lane = small_lane()
    lane.network.params["conv1.weight"].fill(1)
    lane.network.params["conv1.bias"].fill(-0.5)
    one_step(lane, np.zeros_like(DATA.train_images[:20]), DATA.train_labels[:20])
    assert not lane.network.grads["conv1.weight"].any()
    assert lane.condition.status == "training"


def test_a_collapse_ends_when_the_layer_responds_to_half_of_the_probe() -> None:
    lane = small_lane(1e-6)
    weight, bias = lane.network.params["conv1.weight"], lane.network.params["conv1.bias"]
    lane.network.params["conv2.bias"].fill(1)
    weight.fill(0)
    weight[0, 0, 1, 1] = 1
    brightest = np.sort(PROBE.max(axis=(1, 2, 3)))
    seen = []
    bias.fill(-1000)
    step(lane)
    seen.append(lane.condition.status)
    bias[0] = -(brightest[-6] + brightest[-5]) / 2  # five images of fifty
    step(lane)
    assert lane.network.grads["conv1.weight"].any()
    seen.append(lane.condition.status)
    bias[0] = -(brightest[20] + brightest[19]) / 2  # thirty
    step(lane)
    seen.append(lane.condition.status)
    assert seen == ["collapsed", "collapsed", "training"]


def test_enormous_weights_of_a_dead_layer_raise_no_warning() -> None:
    lane = small_lane()
    lane.network.params["conv1.weight"].fill(-3e38)
    step(lane)
    assert (lane.condition.status, lane.condition.cause) == ("collapsed", "conv1")


@pytest.mark.parametrize(("seed", "rate"), [(1, 3.0), (2, 3.0), (2, 1.0)])
def test_the_step_of_a_collapse_is_the_first_at_which_nothing_responds(digits: Dataset, seed: int, rate: float) -> None:
    """Compare with the activations of the probe and the batch before every step."""
    data = part(digits, 2000, 200)
    architecture = ExperimentConfig().architecture
    lane = Lane(LaneConfig(learning_rate=rate), architecture, (1, 28, 28), np.random.SeedSequence(seed))
    other = Network(architecture, (1, 28, 28), np.random.default_rng(0))
    probe = data.test_images[:100]
    order = Batches(data.train_images, data.train_labels, 64, np.random.default_rng(seed))
    for images, labels in islice(order, 120):
        other.params.flat[...] = lane.network.params.flat
        silent = silent_layer(other, probe)
        collapsed = silent is not None and silent_layer(other, images) is not None
        steps = lane.steps
        one_step(lane, images, labels, probe)
        assert (lane.condition.status == "collapsed") == collapsed
        if collapsed:
            assert (lane.condition.step, lane.condition.cause) == (steps, silent)
            return
    pytest.fail("no collapse")


def test_a_layer_responds_through_the_activation_behind_it() -> None:
    architecture: list[LayerSpec] = [
        Conv("linear", 2, 3),
        Conv("a", 2, 3),
        MaxPool("pool"),
        ReLU("relu_a"),
        ReLU("again"),
        Conv("b", 2, 1),
        Tanh("tanh"),
        Dense("dense1", 5),
        ReLU("relu_dense"),
        Dense("dense2", 2),
    ]
    shapes = infer_shapes(architecture, (1, 6, 6))
    assert response_layers(shapes) == [("a", "relu_a"), ("b", "tanh"), ("dense1", "relu_dense")]
    assert response_layers(shapes, gated=True) == [("a", "relu_a"), ("dense1", "relu_dense")]  # a tanh does not die
