"""One weight of a lane in its last step: the update, the sum, the check, its history, and setting it by hand."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.experiment.place import Weight
from kernelscope.impossible import Impossible
from kernelscope.nn import Conv, Dense, Dropout, LayerSpec, Masks, Network
from kernelscope.studies.first_kernels import first_kernels
from kernelscope.studies.gradient_noise import NoiseSubject
from kernelscope.studies.life import LifeSubject
from kernelscope.studies.line import lines_of
from kernelscope.studies.one_weight import OneWeight, weight_of
from kernelscope.studies.trace import TraceSubject

from tests.experiment.support import SMALL, run, small, weights

WEIGHT = Weight("conv2", 3, 1, 2, 0)
DROPPING = [*SMALL[:4], Dropout("dropout", 0.3), *SMALL[4:]]
OPTIMIZERS = [
    {"type": "sgd"},
    {"type": "sgd", "momentum": 0.9, "weight_decay": 0.01},
    {"type": "sgd", "momentum": 0.9, "nesterov": True},
    {"type": "adam", "weight_decay": 0.01},
    {"type": "adamw"},
]


def known(experiment: Experiment, lane: str = "A", weight: Weight = WEIGHT) -> list[OneWeight]:
    return [found for found in weight_of(experiment, lane, weight) if found]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_the_arithmetic_is_that_of_the_lane_s_optimizer(optimizer: dict[str, object]) -> None:
    """Recompute the update in float64 from the numbers of the panel only."""
    experiment = small(lanes=[{"learning_rate": 0.05, "optimizer": optimizer}])
    for _ in range(3):
        before = weights(experiment)[0]
        run(experiment, 1)
        index = WEIGHT.flat_index(experiment.lanes[0].network.params)
        *_, found = known(experiment)
        assert (found.before, found.after) == (before[index], weights(experiment)[0][index])
        assert found.now == found.after
        assert found.memory is not None
        settings = experiment.lanes[0].config.optimizer
        gradient = found.gradient + (0 if optimizer["type"] == "adamw" else settings.weight_decay * found.before)
        if settings.type == "sgd":
            velocity = settings.momentum * found.memory.get("velocity", 0) + gradient
            direction = gradient + settings.momentum * velocity if settings.nesterov else velocity
        else:
            step = found.memory["steps"] + 1
            mean = settings.beta1 * found.memory["mean"] + (1 - settings.beta1) * gradient
            square = settings.beta2 * found.memory["square"] + (1 - settings.beta2) * gradient**2
            direction = mean / (1 - settings.beta1**step)
            direction /= np.sqrt(square / (1 - settings.beta2**step)) + settings.epsilon
            if optimizer["type"] == "adamw":
                direction += settings.weight_decay * found.before
        assert found.update == pytest.approx(-found.learning_rate * direction, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("layers", [SMALL, DROPPING], ids=["usual", "dropout"])
def test_the_sum_is_the_gradient_and_the_proof_agrees(layers: list[LayerSpec]) -> None:
    experiment = small(0.1, 0.2, architecture=layers)
    run(experiment, 4)
    first, second = known(experiment, "B")
    assert (first.step, first.learning_rate, first.missing) == (4, 0.2, None)
    assert first.origin
    assert second.origin
    assert first.origin.proof is None
    products = first.origin.contributions.products
    assert products.sum() == pytest.approx(first.gradient, abs=1e-6 * np.abs(products).sum())
    assert second.origin.proof
    assert second.origin.proof.slope == pytest.approx(first.gradient, rel=1e-3, abs=1e-6)
    images, labels = first.origin.images, first.origin.labels
    lane, masks = experiment.lanes[1], experiment.last_masks
    before, after = experiment.parallel.losses([lane.before, lane.network.params], images, labels, masks)
    assert first.origin.loss == before.value
    assert first.origin.loss_updated == first.origin.loss_now == after.value
    # So do the other studies of this step: the loss along its update, and the gradients of parts of its batch.
    lines = lines_of(experiment, "B", 4, 1)
    assert lines
    while (line := lines.own.advance(experiment.parallel)) is None:
        pass
    assert line.losses[line.multiples.index(1.0)] == pytest.approx(after.value, rel=1e-5)
    *_, noise = NoiseSubject("B", "conv2", 3).study(experiment)
    assert noise
    assert unpacked(noise["noise"]["mean"]) == pytest.approx(
        lane.gradient["conv2.weight"][3].ravel(), rel=1e-4, abs=1e-6
    )


def test_training_may_go_on_meanwhile() -> None:
    expected, experiment = small(0.1), small(0.1)
    run(expected, 4)
    run(experiment, 4)
    *_, wanted = known(expected)
    study, found = weight_of(experiment, "A", WEIGHT), None
    for part in study:
        found = part or found
        run(experiment, 1)
    assert found
    assert found.origin
    assert wanted.origin
    assert found.origin.proof == wanted.origin.proof
    assert np.array_equal(found.origin.contributions.products, wanted.origin.contributions.products)
    run(expected, experiment.step - 4)
    assert np.array_equal(weights(experiment)[0], weights(expected)[0])


def test_what_is_not_known_is_said() -> None:
    experiment = small(0.1, 0.1)
    [found] = known(experiment)
    assert (found.missing, found.step, found.origin) == ("no_step", 0, None)
    assert np.isnan(found.gradient)
    run(experiment, 2)
    other = small(0.1, 0.1)
    other.restore(experiment.checkpoint())
    [found] = known(other)
    assert (found.missing, found.memory, found.step) == ("no_batch", None, 2)
    assert found.before == pytest.approx(known(experiment)[0].before)
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 1)
    [found] = known(experiment, "B")
    assert (found.missing, found.step) == ("stopped", 2)
    assert known(experiment, "Z") == []


def test_a_weight_that_is_not_there() -> None:
    params = small(0.1).lanes[0].network.params
    with pytest.raises(Impossible, match="layer: expected one of conv1, conv2, dense, got 'relu1'"):
        Weight("relu1", 0, 0, 0, 0).flat_index(params)
    with pytest.raises(Impossible, match=r"below \[4, 3, 3, 3\] in conv2, got \[4, 0, 0, 0\]"):
        Weight("conv2", 4, 0, 0, 0).flat_index(params)
    with pytest.raises(Impossible):
        Weight("conv2", -1, 0, 0, 0).flat_index(params)
    params["dense.weight"][3, 9 * 1 + 3 * 2 + 1] = 42
    assert params.flat[Weight("dense", 3, 1, 2, 1).flat_index(params)] == 42


def test_a_life_has_the_value_and_gradient_of_every_step_at_first() -> None:
    experiment = small(0.1, 0.3)
    index = WEIGHT.flat_index(experiment.lanes[0].network.params)
    values = [[lane.network.params.flat[index] for lane in experiment.lanes]]
    for _ in range(5):
        run(experiment, 1)
        values.append([lane.network.params.flat[index] for lane in experiment.lanes])
    [found] = LifeSubject(WEIGHT).study(experiment)
    lives = found["lanes"]
    assert lives["B"]["steps"] == list(range(6))
    assert [lives["A"]["values"], lives["B"]["values"]] == np.transpose(values).tolist()
    assert lives["B"]["gradients"][-1] == experiment.lanes[1].gradient.flat[index]
    assert lives["A"]["gradients"][0] is None


def test_a_weight_changed_by_hand_and_changed_back() -> None:
    experiment = small(0.1, 0.1)
    run(experiment, 3)
    kept = weights(experiment)
    experiment.advance_phase()
    before = experiment.set_weight("A", WEIGHT, 5.0)
    assert experiment.phased is None
    first, *_ = known(experiment)
    assert (first.now, first.after) == (5.0, before)
    assert first.origin
    assert first.origin.loss_now != first.origin.loss_updated
    images, labels = first.origin.images, first.origin.labels
    [loss] = experiment.parallel.losses([experiment.lanes[0].network.params], images, labels)
    assert first.origin.loss_now == loss.value
    assert experiment.set_weight("A", WEIGHT, before) == 5.0
    for one, other in zip(weights(experiment), kept, strict=True):
        assert np.array_equal(one, other)
    for value in (np.inf, np.nan, 1e39):
        with pytest.raises(ValueError, match="value: expected a finite number"):
            experiment.set_weight("A", WEIGHT, value)
    with pytest.raises(LookupError, match="lane: expected one of A, B, got 'C'"):
        experiment.set_weight("C", WEIGHT, 1)


def test_a_trace_is_of_the_lane_s_own_loss_of_a_test_image() -> None:
    experiment = small(0.1, 0.5)
    run(experiment, 3)
    [trace] = TraceSubject("B", 142).study(experiment)
    logits = experiment.lanes[1].network.forward(experiment.data.test_images[142:143])
    assert unpacked(trace["forward"]["dense"]) == pytest.approx(logits.ravel(), rel=1e-5)
    p = np.exp(logits[0] - logits.max())
    p /= p.sum()
    assert trace["probabilities"] == pytest.approx(p, abs=1e-6)
    p[experiment.data.test_labels[142]] -= 1
    assert unpacked(trace["backward"]["dense"]) == pytest.approx(p, abs=1e-6)
    assert [*TraceSubject("Z", 0).study(experiment)] == []


def test_a_trace_drops_what_the_next_step_drops_of_its_first_image() -> None:
    experiment = small(0.1, architecture=DROPPING)
    run(experiment, 3)
    [trace] = TraceSubject("A", 7).study(experiment)
    before, after = (unpacked(trace["forward"][layer]) for layer in ("conv2", "dropout"))
    kept = Masks(experiment.seed, 4).kept("dropout", 0.3, before.size, 1)[0]
    assert 0 < kept.sum() < kept.size
    assert after == pytest.approx(np.where(kept, before / 0.7, 0), rel=1e-6)
    experiment.advance_phase()
    [again] = TraceSubject("A", 7).study(experiment)
    assert again["forward"]["conv1"] == trace["forward"]["conv1"]
    assert experiment.lanes[0].network.forward(experiment.data.test_images[7:8])[0] != pytest.approx(
        unpacked(trace["forward"]["dense"]), rel=1e-3
    )


def test_of_kernels_that_see_three_channels_a_trace_has_as_many_as_make_its_pictures() -> None:
    layers: list[LayerSpec] = [Conv("conv1", 40, 1), Conv("conv2", 3, 1), Dense("dense", 2)]
    network = Network(layers, (3, 2, 2), np.random.default_rng(1))
    shapes = {layer: found["kernels"]["shape"] for layer, found in first_kernels(network.params).items()}
    assert shapes == {"conv1": (96, 1, 1), "conv2": (32, 1, 1), "dense": (6, 2, 2)}


def unpacked(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4")
