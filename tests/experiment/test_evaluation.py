from math import isnan

import numpy as np
import pytest
from kernelscope.experiment import CatchUp, EvaluationRecord, Experiment, evaluation
from kernelscope.experiment.evaluation import EARLY, EARLY_OF_MANY, most_pieces
from kernelscope.experiment.place import Weight

from tests.experiment.support import bars, network_with, run, small, weights
from tests.nn.textbook import Array


def directly(experiment: Experiment, flat_params: Array) -> tuple[float, float]:
    """Loss and accuracy of the whole test set at once."""
    loss = network_with(experiment, flat_params).loss(experiment.data.test_images, experiment.data.test_labels)
    return loss.value, loss.accuracy


def finish(experiment: Experiment) -> EvaluationRecord:
    """The result of the last evaluation that is under way."""
    made = []
    while experiment.evaluating:
        made += experiment.evaluate()
    return made[-1]


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
    due = [step for step in range(22) if step % every == 0 or step in EARLY]
    made: list[int] = []
    for step in range(1, 22):
        made += [record.step for record in experiment.advance()[1]]
        if step in due:
            assert made == [earlier for earlier in due if earlier < step]


def test_little_is_done_with_one_step_though_many_are_due_at_first() -> None:
    """A pause takes effect at once, also where the test set is large: results then come later, in order."""
    experiment = small(0.1, data=bars(test=128 * 12), test_every=30)
    made = []
    for step in range(1, 61):
        left = sum(waiting.pieces for waiting in experiment._evaluations._waiting)
        made += [(record.step, step) for record in experiment.advance()[1]]
        begun = 12 + (step % 30 == 0) if step in (*EARLY, 30, 60) else 0
        now = sum(waiting.pieces for waiting in experiment._evaluations._waiting)
        assert left - (now - begun) <= most_pieces(128 * 12, 30) == 3
    assert [step for step, _ in made] == [0, 1, 2, 5, 10, 20, 30, 50]
    assert all(at - step <= 30 for step, at in made)


def test_of_many_test_images_fewer_early_tests_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MANY", 29)
    experiment = small(0.1, data=bars(test=30), test_every=40)
    made = [record.step for _ in range(52) for record in experiment.advance()[1]]
    assert made == [0, *EARLY_OF_MANY[:1], 40, *EARLY_OF_MANY[1:]]


def test_a_pause_is_tested_where_no_test_is_due() -> None:
    experiment = small(0.1, 0.2, data=bars(test=300), test_every=30)
    assert not experiment.untested
    run(experiment, 20)
    assert not experiment.untested
    run(experiment, 5)
    assert not experiment.evaluating
    assert experiment.untested
    experiment.test_at_rest()
    assert not experiment.untested
    record = finish(experiment)
    assert record.step == 25
    expected = [directly(experiment, params) for params in weights(experiment)]
    assert record.loss == pytest.approx([loss for loss, _ in expected], rel=1e-5)
    assert record.accuracy == pytest.approx([accuracy for _, accuracy in expected])
    assert not experiment.untested
    tests = [record.step for _ in range(20) for record in experiment.advance()[1]]
    assert tests == [30]


def test_a_pause_leaves_no_trace_in_what_follows() -> None:
    """Neither in the weights nor in what verdicts are based on, whether its test was finished or not."""
    paused, straight = (small(0.1, 0.2, data=bars(test=300), test_every=10) for _ in range(2))
    for step in range(1, 40):
        paused.advance()
        straight.advance()
        if paused.untested and step % 3:
            paused.test_at_rest()
            for _ in range(step % 5):
                paused.evaluate()
        if step % 10 == 9:  # at rest a test is finished sooner
            assert repr([lane.tests for lane in paused.lanes]) == repr([lane.tests for lane in straight.lanes])
    assert [test.step for test in paused.lanes[0].tests] == [20, 30]
    for one, other in zip(weights(paused), weights(straight), strict=True):
        assert np.array_equal(one, other)


def test_the_test_of_a_pause_is_abandoned_when_training_goes_on() -> None:
    experiment = small(0.1, data=bars(test=300), test_every=100)
    run(experiment, 54)
    experiment.test_at_rest()
    experiment.evaluate()
    other = small(0.1, data=bars(test=300), test_every=100)
    other.restore(experiment.checkpoint())
    for one in (experiment, other):
        assert one.evaluating
        assert not one.untested
        run(one, 1)
        assert not one.evaluating
        assert one.untested


def test_after_a_change_by_hand_they_are_tested_again_where_they_rest() -> None:
    experiment = small(0.1, data=bars(test=300), test_every=100)
    run(experiment, 54)
    experiment.test_at_rest()
    first = finish(experiment)
    weight = Weight("conv1", 0, 0, 1, 1)
    experiment.set_weight("A", weight, 3.0)
    assert experiment.untested
    experiment.test_at_rest()
    experiment.evaluate()
    experiment.set_weight("A", weight, 5.0)
    assert not experiment.evaluating, "of weights that are no longer there"
    experiment.test_at_rest()
    again = finish(experiment)
    assert again.step == first.step == 54
    loss, accuracy = directly(experiment, weights(experiment)[0])
    assert again.loss == (pytest.approx(loss, rel=1e-5),)
    assert again.accuracy == (pytest.approx(accuracy),)
    assert again.loss != first.loss


def test_new_lanes_are_tested_where_the_others_rest() -> None:
    experiment = small(0.1, data=bars(test=300), test_every=100)
    run(experiment, 54)
    experiment.test_at_rest()
    [lane] = experiment.config.lanes
    catch_up = CatchUp(experiment, [lane, lane.model_copy(update={"id": "B", "learning_rate": 0.2})], {})
    made = []
    while not catch_up.ready():
        news = catch_up.advance()
        made += [("new", record.step) for record in news.evaluations]
        made += [("old", record.step) for record in news.others]
    assert made == [*(("new", step) for step in (0, *EARLY, 54)), ("old", 54)]
    catch_up.arrange()
    assert not experiment.untested


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
