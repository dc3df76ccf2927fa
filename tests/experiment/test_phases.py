"""A step in phases is the same step, bit for bit, and no interruption loses or repeats anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.experiment import Experiment
from kernelscope.experiment.phases import MOST_VALUES, PhasedStep, Stage, stages
from kernelscope.nn import Conv, Dense, Dropout, LayerSpec, MaxPool, Network, ReLU

from tests.experiment.support import SMALL, bars, run, small, weights
from tests.nn.support import MASKS, Shape, architectures, examples, random_network, seeds


def step_in_phases(experiment: Experiment) -> int:
    """The number of stages before the update."""
    count = 0
    while experiment.advance_phase():
        count += 1
    experiment.advance()
    return count


def test_the_stages_of_a_step() -> None:
    shapes = small(0.1).lanes[0].network.shapes
    names = [spec.name for spec in SMALL]
    assert stages(shapes) == [
        *(Stage("forward", name) for name in names),
        Stage("loss"),
        *(Stage("backward", name) for name in names[::-1]),
        Stage("update"),
    ]
    first = Network([MaxPool("first"), Conv("conv", 1, 3), Dense("dense", 3)], (1, 12, 12), np.random.default_rng(1))
    assert [stage.layer for stage in stages(first.shapes)] == ["first", "conv", "dense", None, "dense", "conv", None]


@given(architectures(), st.integers(1, 40), seeds)
@examples(30)
def test_gradients_of_swept_architectures(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    lanes = [random_network(architecture, shape, np.random.default_rng(seed + lane)) for lane in range(2)]
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    expected = [(lane.loss_and_gradient(images, labels, MASKS), lane.grads.flat.copy()) for lane in lanes]
    for lane in lanes:
        lane.grads.flat.fill(np.nan)
    phased = PhasedStep(lanes, images, labels, MASKS)
    assert [phased.advance() for _ in phased.stages[:-1]] == phased.stages[:-1]
    assert phased.ready
    assert phased.losses == [loss for loss, _ in expected]
    for lane, (_, gradient) in zip(lanes, expected, strict=True):
        assert np.array_equal(lane.grads.flat, gradient)


def test_phases_and_steps_at_once_make_the_same_run() -> None:
    """This holds also if the rest of a step is made at once, and at the end of an epoch."""
    expected, phased = small(0.003, 0.1, 30.0), small(0.003, 0.1, 30.0)
    records = run(expected, 12)
    made = []
    for number in range(12):
        for _ in range((0, 100, 3, 8, 15)[number % 5]):
            phased.advance_phase()
        made.append(phased.advance()[0])
        assert phased.phased is None
    np.testing.assert_equal(made, records)
    for one, other in zip(weights(phased), weights(expected), strict=True):
        assert np.array_equal(one, other)
    assert phased.images_seen == expected.images_seen


def test_what_is_drawn_is_the_same_in_phases_with_more_threads_after_a_restart_and_for_lanes_that_come_later() -> None:
    """What dropout drops, and how images are augmented; in the second epoch, too, of steps 5 to 8."""
    layers: list[LayerSpec] = [*SMALL[:-1], Dropout("dropout", 0.4), SMALL[-1]]
    drawn = {"architecture": layers, "augmentation": {"shift": 2, "flip": True, "crop": 0.2}}
    expected, phased = small(0.1, 0.3, threads=2, **drawn), small(0.1, 0.3, **drawn)
    run(expected, 7)
    for _ in range(4):
        step_in_phases(phased)
    phased.advance_phase()
    resumed = small(0.1, 0.3, **drawn)
    resumed.restore(phased.checkpoint())
    later = expected.newcomers(expected.config.lanes)
    run(later, 4)
    for experiment in (phased, resumed, later):
        run(experiment, 3)
        for one, other in zip(weights(experiment), weights(expected), strict=True):
            assert np.array_equal(one, other)
    assert expected.last is not None
    assert later.last is not None
    assert np.array_equal(later.last[0], expected.last[0])
    for other_draws in ({}, {"architecture": layers}, {"augmentation": drawn["augmentation"]}):
        other = small(0.1, 0.3, **other_draws)
        run(other, 7)
        assert not np.array_equal(weights(other)[0], weights(expected)[0])


def test_nothing_changes_before_the_update() -> None:
    experiment = small(0.1)
    run(experiment, 2)
    before, gradient = weights(experiment)[0], experiment.lanes[0].gradient.flat.copy()
    while experiment.advance_phase():
        assert experiment.phased
        assert experiment.step == 2
        assert np.array_equal(weights(experiment)[0], before)
        assert np.array_equal(experiment.lanes[0].gradient.flat, gradient)
    assert experiment.phased
    assert experiment.phased.ready
    assert not experiment.advance_phase()
    experiment.advance()
    assert np.array_equal(experiment.lanes[0].before.flat, before)
    assert not np.array_equal(weights(experiment)[0], before)


@pytest.mark.parametrize("how", ["abandoned", "checkpoint", "reset", "arranged"])
def test_a_step_left_in_its_phases_is_begun_again(how: str) -> None:
    expected, experiment = small(0.1, 0.2), small(0.1, 0.2)
    run(expected, 5)
    run(experiment, 3)
    for _ in range(9):
        experiment.advance_phase()
    match how:
        case "abandoned":
            experiment.abandon_phases()
        case "checkpoint":
            other = small(0.1, 0.2)
            other.restore(experiment.checkpoint())
            experiment.advance()  # which continues nevertheless
            experiment = other
        case "reset":
            experiment.reset()
            run(experiment, 3)
        case "arranged":
            while experiment.evaluating:
                experiment.evaluate()
            experiment.arrange([lane.config for lane in experiment.lanes], ["A", "B"], None)
    assert experiment.phased is None
    run(experiment, 2)
    for one, other_weights in zip(weights(experiment), weights(expected), strict=True):
        assert np.array_equal(one, other_weights)


def test_too_large_a_step_is_refused_and_the_batch_comes_again() -> None:
    layers: list[LayerSpec] = [Conv("conv", 22, 3, padding=1), ReLU("relu"), Dense("dense", 10)]
    data = bars(train=2000, test=20)
    expected = small(0.1, 0.1, 0.1, 0.1, data=data, architecture=layers, batch_size=1000)
    experiment = small(0.1, 0.1, 0.1, 0.1, data=data, architecture=layers, batch_size=1000)
    with pytest.raises(ValueError, match=f"expected at most {MOST_VALUES:,} numbers"):
        experiment.advance_phase()
    assert experiment.phased is None
    assert np.array_equal(next(experiment._batches)[1], next(expected._batches)[1])


def test_when_all_lanes_have_stopped_there_is_no_step() -> None:
    experiment = small(0.1)
    experiment.set_learning_rate("A", 1e39)
    experiment.advance()
    assert experiment.finished
    with pytest.raises(ValueError, match="expected a lane that has not stopped"):
        experiment.advance_phase()
