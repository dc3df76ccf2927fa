from math import isnan

import numpy as np
import pytest
from kernelscope.experiment import EvaluationRecord, Experiment

from tests.experiment.support import bars, network_with, run, small, weights
from tests.nn.textbook import Array


def directly(experiment: Experiment, flat_params: Array) -> tuple[float, float]:
    """Loss and accuracy of the whole test set at once."""
    loss = network_with(experiment, flat_params).loss(experiment.data.test_images, experiment.data.test_labels)
    return loss.value, loss.accuracy


def finish(experiment: Experiment) -> EvaluationRecord:
    while True:
        if done := experiment.evaluate():
            [record] = done
            return record


def test_the_whole_test_set_at_the_weights_of_step_0() -> None:
    experiment = small(0.1, 0.2, data=bars(test=300))
    assert experiment.evaluating
    calls = [experiment.evaluate() for _ in range(3)]  # 300 images: 128, 128 and 44
    assert calls[:2] == [[], []]
    [record] = calls[2]
    assert not experiment.evaluating
    assert experiment.evaluate() == []
    assert record.step == 0
    loss, accuracy = directly(experiment, weights(experiment)[0])
    assert record.loss == (pytest.approx(loss, rel=1e-5),) * 2
    assert record.accuracy == (pytest.approx(accuracy, abs=1e-9),) * 2
    assert record.accuracy[0] * 300 == pytest.approx(round(record.accuracy[0] * 300), abs=1e-6)


def test_it_belongs_to_the_weights_of_its_step_though_training_goes_on() -> None:
    experiment = small(0.02, 0.3, test_every=10)
    run(experiment, 9)
    records = experiment.advance()[1]
    assert not records
    assert experiment.evaluating
    then = weights(experiment)
    tests = []
    for _ in range(10):
        tests += experiment.advance()[1]
    [record] = tests
    assert record.step == 10
    expected = [directly(experiment, params) for params in then]
    assert record.loss == pytest.approx([loss for loss, _ in expected], rel=1e-5)
    assert record.accuracy == pytest.approx([accuracy for _, accuracy in expected])
    assert directly(experiment, weights(experiment)[1])[0] != pytest.approx(record.loss[1], rel=1e-3)


@pytest.mark.parametrize("every", [1, 2, 5])
def test_each_is_done_before_the_next_is_due(every: int) -> None:
    experiment = small(0.1, test_every=every)
    steps = [record.step for _ in range(20) for record in experiment.advance()[1]]
    assert steps == list(range(0, 20, every))


def test_evaluating_changes_no_bit_of_the_training() -> None:
    often, never = small(0.1, test_every=1), small(0.1)
    assert run(often, 12) == run(never, 12)
    assert np.array_equal(weights(often)[0], weights(never)[0])
    assert np.array_equal(often.lanes[0].gradient.flat, never.lanes[0].gradient.flat)


def test_a_diverged_lane_has_no_result_and_the_others_theirs() -> None:
    experiment = small(0.1, 0.1, test_every=5)
    run(experiment, 2)
    experiment.lanes[0].network.params["dense.weight"].fill(np.inf)
    run(experiment, 3)
    assert experiment.lanes[0].stopped
    record = finish(experiment)
    assert record.step == 5
    assert isnan(record.loss[0])
    assert isnan(record.accuracy[0])
    assert record.loss[1] == pytest.approx(directly(experiment, weights(experiment)[1])[0], rel=1e-5)


def test_a_lane_that_diverges_meanwhile_still_gets_its_result() -> None:
    experiment = small(0.1, test_every=5)
    run(experiment, 5)
    then = weights(experiment)[0]
    experiment.lanes[0].network.params["dense.weight"].fill(np.inf)
    run(experiment, 1)
    assert experiment.lanes[0].stopped
    assert finish(experiment).loss[0] == pytest.approx(directly(experiment, then)[0], rel=1e-5)


def test_a_reset_begins_a_new_one() -> None:
    experiment = small(0.1, data=bars(test=350))
    experiment.evaluate()
    run(experiment, 1)
    experiment.reset()
    record = finish(experiment)
    assert record.step == 0
    assert record.loss[0] == pytest.approx(directly(experiment, weights(experiment)[0])[0], rel=1e-5)
