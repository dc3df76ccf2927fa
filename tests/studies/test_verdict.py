"""Each rule at its threshold, on synthetic facts, and all rules together on real lanes."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.datasets import Dataset
from kernelscope.experiment import Condition, Experiment
from kernelscope.experiment.evidence import NOWHERE, OTHERS, Measured, other_images
from kernelscope.experiment.lane_config import LaneConfig
from kernelscope.experiment.place import Weight
from kernelscope.nn import Cosine, Dense, ReLU
from kernelscope.studies.verdict import (
    ABOVE,
    BEHIND,
    CATCHING,
    CONVERGED,
    FLAT,
    HALF,
    PLATEAU,
    SWING,
    Facts,
    Judge,
    Rival,
    Verdict,
    judge,
)

from tests.experiment.support import bars, network_with, run, small, weights

GUESSING = log(10)
CALM = (0.5, 0.48, 0.47, 3.0)
"""Losses of other images that neither half the step nor eight times the step would have lowered further."""
SWINGING = (0.5, 0.3, 0.45, 9.0)
WELL = Facts(
    Condition(),
    0.1,
    GUESSING,
    100,
    (Measured(100, 0.6, 0.85), Measured(200, 0.4, 0.9, CALM)),
    Rival("B", 0.3, 0.93, "larger", 0.9),
)


def newest(loss: float, accuracy: float, along: tuple[float, ...] = CALM, before: float = 0.0) -> Facts:
    """The same lane with another newest test, and another accuracy at the previous one."""
    return replace(WELL, tests=(Measured(100, 0.6, before), Measured(200, loss, accuracy, along)))


def beside(accuracy: float, rate: str | None, before: float | None = None) -> Rival:
    return Rival("B", 0.12, accuracy, rate, before)  # type: ignore[arg-type]


def far_behind(rate: str | None, along: tuple[float, ...] = CALM) -> Facts:
    return replace(newest(2.1, 0.5, along, 0.4), rival=beside(0.5 + BEHIND + 1e-9, rate, 0.4))


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (WELL, "working"),
        (replace(WELL, rival=None), "alone"),
        (replace(WELL, tests=()), "measuring"),
        (replace(WELL, first=300), "measuring"),
        (replace(WELL, first=200), "working"),
        (far_behind("larger"), "slow"),
        (far_behind("smaller"), "large"),
        (far_behind(None), "behind"),
        (replace(far_behind("larger"), rival=beside(0.5 + BEHIND - 2e-9, "larger")), "working"),
        # Exactly at the threshold, although 0.9 - 0.8 < 0.1 and 0.95 - 0.945 > 0.005 in floats
        (replace(newest(0.7, 0.8, CALM, 0.8), rival=beside(0.9, "larger", 0.9)), "slow"),
        (newest(0.1, 0.95, (0.1, 0.1, 0.01, 9), 0.945), "converged"),
        # Two equally frequent classes, and one class with nine of ten images
        (replace(newest(GUESSING, 0.6), frequent=0.5, rival=None), "plateau"),
        (replace(newest(GUESSING, 0.63), frequent=0.5, rival=None), "alone"),
        (replace(newest(GUESSING, 0.9), frequent=0.9), "plateau"),
        (far_behind("larger", SWINGING), "swinging"),
        (far_behind("smaller", SWINGING), "swinging"),
        (far_behind(None, (1.0, 1 - SWING - 1e-9, 1.0, 9.0)), "swinging"),
        (far_behind(None, (1.0, 1 - SWING + 1e-9, 1.0, 9.0)), "behind"),
        (replace(newest(2.1, 0.5, CALM, 0.4), rival=beside(0.7, "larger", 0.4 + 0.2 / CATCHING + 1e-9)), "catching"),
        (replace(newest(2.1, 0.5, CALM, 0.4), rival=beside(0.7, "larger", 0.4 + 0.2 / CATCHING - 1e-9)), "slow"),
        # The other has fallen back, rather than this one gained.
        (replace(newest(2.1, 0.5, CALM, 0.5), rival=beside(0.7, "smaller", 0.95)), "large"),
        (newest(ABOVE * GUESSING + 1e-9, 0.9), "above"),
        (newest(inf, 0.9), "above"),
        (newest(nan, 0.9), "above"),
        (replace(newest(ABOVE * GUESSING - 1e-9, HALF - 1e-9), rival=None), "plateau"),
        (replace(newest(ABOVE * GUESSING - 1e-9, HALF + 1e-9), rival=None), "alone"),
        (replace(newest(PLATEAU * GUESSING + 1e-9, 0.1), rival=None), "plateau"),
        (replace(newest(PLATEAU * GUESSING - 1e-9, 0.1), rival=None), "alone"),
        (newest(ABOVE * GUESSING - 1e-9, 0.9), "working"),
        (newest(0.1, 0.98, (0.1, 0.1, CONVERGED * GUESSING - 1e-9, 9), 0.98 + FLAT - 1e-9), "converged"),
        (newest(0.1, 0.98, (0.1, 0.1, CONVERGED * GUESSING + 1e-9, 9), 0.98), "working"),
        (newest(0.1, 0.98, (0.1, 0.1, 0.01, 9), 0.98 - FLAT - 1e-9), "working"),
        (replace(WELL, rate=0.0), "still"),
        (replace(far_behind("larger"), condition=Condition("collapsed", 6, "conv2")), "collapsed"),
        (Facts(Condition("diverged", 37, "loss"), 0.1, GUESSING, 100), "diverged"),
    ],
)
def test_every_rule_at_its_threshold(facts: Facts, kind: str) -> None:
    assert judge(facts).kind == kind


def test_the_numbers_are_those_of_the_sentence() -> None:
    at = {"step": 200, "loss": 2.1, "accuracy": 0.5}
    other = {"other": "B", "other_loss": 0.12, "other_accuracy": 0.5 + BEHIND + 1e-9}
    assert judge(far_behind("larger")).numbers == at | other
    assert judge(far_behind("smaller", SWINGING)).numbers == at | other | {"swing": pytest.approx(1 / 3)}
    catching = replace(newest(2.1, 0.5, CALM, 0.4), rival=beside(0.7, "larger", 0.8))
    assert judge(catching).numbers == at | {
        "other": "B",
        "other_loss": 0.12,
        "other_accuracy": 0.7,
        "since": 100,
        "gap": pytest.approx(0.4),
    }
    assert judge(newest(14.2, 0.88)).numbers == {"step": 200, "loss": 14.2, "accuracy": 0.88, "guessing": GUESSING}
    longer = judge(replace(newest(2.3, 0.1, (2.3, 2.3, 2.3, 2.2)), rival=None)).numbers
    assert longer == {"step": 200, "loss": 2.3, "accuracy": 0.1, "guessing": GUESSING, "longer": True}
    assert judge(replace(newest(2.3, 0.1), rival=None)).numbers["longer"] is False
    well = {"step": 200, "loss": 0.4, "accuracy": 0.9, "since": 100, "before": 0.6}
    assert judge(WELL).numbers == well
    assert judge(replace(newest(0.4, 0.9, SWINGING), rival=None)).numbers == well | {"swing": pytest.approx(1 / 3)}
    assert judge(newest(0.1, 1.0, (0, 0, 0.001, 0), 1.0)).numbers["training"] == 0.001
    assert judge(replace(WELL, first=300)).numbers == {"first": 300}
    assert judge(Facts(Condition("collapsed", 6, "conv2"), 1, 1, 100)).numbers == {"step": 6, "layer": "conv2"}
    assert judge(Facts(Condition("diverged", 37, "loss"), 1, 1, 100)).numbers == {"step": 37, "cause": "loss"}


def digits(loss: float, accuracy: float, before: float, *, rival: Rival, step: int = 400) -> Facts:
    """A lane as measured on digits, with its accuracy at the previous test."""
    tests = (Measured(step - 100, 1.0, before), Measured(step, loss, accuracy, CALM))
    return Facts(Condition(), 0.1, 2.302, 100, tests, rival)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        # net=dense10&lanes=0.1,3,10: at 89.4 %, with a loss about that of guessing, and at 78.4 %, with a larger one
        (digits(2.033, 0.894, 0.899, rival=Rival("A", 0.377, 0.9, "smaller", 0.896)), "working"),
        (digits(2.35, 0.894, 0.899, rival=Rival("A", 0.377, 0.9, "smaller", 0.896)), "working"),
        (digits(2.703, 0.784, 0.09, rival=Rival("C", 1.999, 0.88, "larger", 0.09), step=100), "above"),
        # 1×1 kernels at 74 % and more
        (digits(0.86, 0.74, 0.69, rival=Rival("A", 2.29, 0.2, "smaller", 0.18)), "working"),
        (digits(0.345, 0.898, 0.906, rival=Rival("A", 2.296, 0.204, "smaller", 0.181)), "working"),
        # batch=1&lanes=0.01,0.05,0.15: the third is dead after 8 steps
        (digits(0.893, 0.681, 0.706, rival=Rival("B", 0.757, 0.78, "larger", 0.773), step=500), "working"),
        (digits(2.191, 0.284, 0.1, rival=Rival("B", 1.602, 0.405, "larger", 0.1), step=100), "slow"),
        # batch=4, the same rates
        (digits(0.982, 0.666, 0.401, rival=Rival("B", 0.528, 0.82, "larger", 0.886), step=300), "catching"),
        (digits(0.584, 0.798, 0.666, rival=Rival("B", 0.213, 0.931, "larger", 0.82)), "slow"),
        (digits(1.014, 0.71, 0.834, rival=Rival("B", 0.528, 0.82, "smaller", 0.886), step=300), "large"),
        # The default lanes
        (digits(2.219, 0.318, 0.218, rival=Rival("B", 0.153, 0.948, "larger", 0.929), step=200), "slow"),
        (digits(0.153, 0.948, 0.929, rival=Rival("A", 2.219, 0.318, "smaller", 0.218), step=200), "working"),
    ],
)
def test_what_real_lanes_were_told_falsely(facts: Facts, kind: str) -> None:
    """Recorded lanes that were once judged slow, since each step looked too short on its own batch, or too early."""
    assert judge(facts).kind == kind


anything = st.floats(0) | st.just(nan)
accuracies = st.floats(0, 1)
measured = st.builds(Measured, st.integers(0, 300), anything, accuracies, st.just(NOWHERE) | st.tuples(*[anything] * 4))


@given(
    st.builds(
        Facts,
        condition=st.builds(Condition, st.sampled_from(["training", "diverged", "collapsed"])),
        rate=st.floats(0, 10),
        guessing=st.just(GUESSING),
        first=st.integers(1, 300),
        tests=st.lists(measured, max_size=2),
        rival=st.none()
        | st.builds(
            Rival,
            st.just("B"),
            anything,
            accuracies,
            st.sampled_from(["larger", "smaller", None]),
            st.none() | accuracies,
        ),
    )
)
def test_whatever_was_measured_there_is_a_verdict(facts: Facts) -> None:
    found = judge(facts)
    if facts.condition.status != "training":
        assert found.kind == facts.condition.status


def test_what_is_measured_along_an_update() -> None:
    assert Measured(1, 0, 0).swing == 0
    assert not Measured(1, 0, 0).longer
    assert Measured(1, 0, 0, (2.0, 1.0, 4.0, 8.0)).swing == 0.5
    assert Measured(1, 0, 0, (2.0, 3.0, 4.0, 8.0)).swing == 0
    assert Measured(1, 0, 0, (2.0, 1.0, inf, inf)).swing == 0.5
    assert Measured(1, 0, 0, (2.0, 1.9, 1.8, 1.7)).longer


# Real lanes


def kinds(experiment: Experiment, steps: int) -> list[str]:
    run(experiment, steps)
    while experiment.evaluating:
        experiment.evaluate()
    return [verdict.kind for verdict in Judge(experiment).verdicts()]


def test_real_lanes() -> None:
    """Rates a factor of 1,000 apart: one far too small, one that works, one at which everything dies at once."""
    experiment = small(1e-3, 0.05, 30.0, data=bars(train=1000), test_every=20)
    assert kinds(experiment, 0) == ["measuring"] * 3
    assert kinds(experiment, 40) == ["slow", "working", "collapsed"]
    slow, *_ = Judge(experiment).verdicts()
    assert slow.numbers["step"] == 40
    assert slow.numbers["other"] == "B"
    tests = experiment.data.test_images, experiment.data.test_labels
    for name, params in zip(("loss", "other_loss"), weights(experiment), strict=False):
        assert slow.numbers[name] == pytest.approx(network_with(experiment, params).loss(*tests).value, rel=1e-5)
    name = "other_accuracy"
    assert slow.numbers[name] == pytest.approx(network_with(experiment, weights(experiment)[1]).loss(*tests).accuracy)


def test_the_losses_along_the_update_are_those_of_other_images() -> None:
    """The same for all lanes and steps."""
    experiment = small(0.05, 0.4, data=bars(train=1000), test_every=20)
    run(experiment, 19)
    before = weights(experiment)
    run(experiment, 1)
    after = weights(experiment)
    run(experiment, 10)
    images, labels = other_images(experiment.data.train_images, experiment.data.train_labels, experiment.seed)
    assert len(labels) == OTHERS
    for place, lane in enumerate(experiment.lanes):
        test = lane.tests[-1]
        assert test.step == 20
        for multiple, loss in zip((0, 0.5, 1, 8), test.along, strict=True):
            there = before[place] + multiple * (after[place] - before[place])
            assert loss == pytest.approx(network_with(experiment, there).loss(images, labels).value, rel=1e-5)


def test_a_network_that_has_nothing_left_to_learn_is_converged() -> None:
    experiment = small(0.3, 0.3, data=bars(), test_every=150)
    assert kinds(experiment, 300) == ["converged"] * 2


def test_a_dense_network_whose_units_are_all_dead_has_collapsed() -> None:
    layers = [Dense("hidden", 16), ReLU("relu"), Dense("dense", 10)]
    experiment = small(0.05, 100.0, data=bars(), architecture=layers, test_every=20)
    *_, dead = (kinds(experiment, 20), Judge(experiment).verdicts())[1]
    assert dead.kind == "collapsed"
    assert dead.numbers["layer"] == "hidden"


def test_a_schedule_that_has_reached_rate_zero_stands_still() -> None:
    lane = LaneConfig(learning_rate=0.1, schedule=Cosine(steps=20))
    experiment = small(data=bars(), test_every=20, lanes=[lane])
    assert kinds(experiment, 10) != ["still"]
    assert kinds(experiment, 20) == ["still"]
    then = weights(experiment)[0]
    run(experiment, 5)
    assert (weights(experiment)[0] == then).all()


# A rate is judged too small or too large only against rates that differed from the first step on


def ahead(kind: str, change: Callable[[Experiment], object], *, steps: int = 40) -> None:
    """Lane B, with the larger rate, is far ahead of lane A; after the `change`, the verdict on A gives no reason."""
    experiment = small(3e-3, 0.05, data=bars(train=1000), test_every=20)
    assert kinds(experiment, 40) == ["slow", "working"]
    change(experiment)
    assert kinds(experiment, steps)[0] == kind


def test_a_rival_that_was_given_a_smaller_rate_does_not_make_another_too_large() -> None:
    ahead("behind", lambda experiment: experiment.set_learning_rate("B", 1e-4))


def test_a_rival_that_was_changed_by_hand_does_not_make_another_slow() -> None:
    ahead("behind", lambda experiment: experiment.set_weight("B", Weight("conv1", 0, 0, 0, 0), 0.1))


def test_a_rival_that_has_fallen_since_does_not_make_another_slow() -> None:
    """That counts at once, while the rival's last test is still the newest."""

    def fall(experiment: Experiment) -> None:
        experiment.lanes[1].condition = Condition("diverged", 41, "loss")

    ahead("behind", fall, steps=0)


def test_the_same_rate_set_again_is_no_change() -> None:
    ahead("slow", lambda experiment: experiment.set_learning_rate("A", 3e-3), steps=0)


def test_rates_of_different_schedules_are_not_compared() -> None:
    lanes = [LaneConfig(learning_rate=3e-3), LaneConfig(learning_rate=0.05, schedule=Cosine(steps=1000))]
    experiment = small(data=bars(train=1000), test_every=20, lanes=lanes)
    assert kinds(experiment, 40) == ["behind", "working"]


def test_a_network_that_only_knows_the_commonest_class_is_on_a_plateau() -> None:
    """From all-black images there is nothing to learn but the class frequencies."""
    images, labels = np.zeros((200, 1, 4, 4), np.float32), np.where(np.arange(200) % 10, 1, 0)
    data = Dataset("black", "Black", images, labels, images, labels, tuple("0123456789"))
    experiment = small(1.0, data=data, test_every=200, architecture=[Dense("dense", 10)])
    assert Judge(experiment).frequent == 0.9
    assert kinds(experiment, 200) == ["plateau"]
    assert Judge(experiment).verdicts()[0].numbers["accuracy"] == pytest.approx(0.9)


# Tests from before a change say nothing about its effect


def test_another_rate_begins_anew() -> None:
    experiment = small(1e-3, 0.05, data=bars(train=1000), test_every=20)
    assert kinds(experiment, 40) == ["slow", "working"]
    experiment.set_learning_rate("A", 0.4)
    assert Judge(experiment).verdicts() == [Verdict("measuring", {"first": 60}), Judge(experiment).verdicts()[1]]
    assert Judge(experiment).verdicts()[1].kind == "working"
    assert kinds(experiment, 19)[0] == "measuring"
    assert kinds(experiment, 1)[0] != "measuring"


def test_a_test_that_was_under_way_at_the_change_does_not_count() -> None:
    experiment = small(1e-3, 0.05, data=bars(train=1000), test_every=20)
    run(experiment, 41)
    assert experiment.evaluating  # with the weights of step 40
    experiment.set_learning_rate("A", 0.4)
    assert kinds(experiment, 18)[0] == "measuring"
    # Nor does one fewer steps after it than the interval between tests.
    assert kinds(experiment, 1)[0] == "measuring"
    assert Judge(experiment).verdicts()[0].numbers == {"first": 80}
    assert kinds(experiment, 20)[0] != "measuring"


def test_a_change_by_hand_begins_anew() -> None:
    experiment = small(0.1, 0.4, test_every=10)
    assert "measuring" not in kinds(experiment, 20)
    experiment.set_weight("A", Weight("conv1", 0, 0, 0, 0), 1.0)
    assert Judge(experiment).verdicts()[0] == Verdict("measuring", {"first": 30})


def test_another_name_is_no_change_and_another_schedule_is() -> None:
    experiment = small(0.1, 0.4, test_every=10)
    assert "measuring" not in kinds(experiment, 20)
    first, second = (lane.config for lane in experiment.lanes)
    renamed, scheduled = (
        first.model_copy(update={"name": "slow"}),
        second.model_copy(update={"schedule": Cosine(steps=90)}),
    )
    before = Judge(experiment).verdicts()
    experiment.arrange([renamed, scheduled], ["A", "B"], None)
    assert [verdict.kind for verdict in Judge(experiment).verdicts()] == [before[0].kind, "measuring"]


def test_the_tests_survive_a_checkpoint() -> None:
    experiment = small(1e-3, 0.05, data=bars(train=1000), test_every=20)
    kinds(experiment, 40)
    run(experiment, 1)
    other = small(1e-3, 0.05, data=bars(train=1000), test_every=20)
    other.restore(experiment.checkpoint())
    assert Judge(other).verdicts() == Judge(experiment).verdicts()
    assert [list(lane.tests) for lane in other.lanes] == [list(lane.tests) for lane in experiment.lanes]
