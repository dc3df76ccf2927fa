"""Each rule on facts made up, at its threshold, and all together on real lanes."""

from dataclasses import replace
from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.experiment import Condition
from server.experiment.descent import LONGEST, Bound, Line, LossLine, SameBatch, same_batch
from server.experiment.twin import twin
from server.experiment.verdict import (
    ENOUGH,
    LONG,
    PLATEAU,
    ROSE,
    SLOW,
    SLOW_ON_PLATEAU,
    WINDOW,
    Facts,
    Measurements,
    Verdict,
    judge,
)
from server.nn import DataParallel
from tests.experiment.support import bars, small

WELL = Facts(Condition(), WINDOW, log(10), loss=0.5, best=1.25, rose=0.0, flipped=0.25)
START = replace(WELL, loss=2.3)


def test_a_lane_that_does_well() -> None:
    assert judge(WELL) == Verdict("healthy", {"ratio": 0.8})


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (replace(WELL, best=1 / SLOW * 0.99), "healthy"),
        (replace(WELL, best=1 / SLOW * 1.01), "slow"),
        (replace(START, best=1), "plateau"),
        (replace(START, best=1 / SLOW_ON_PLATEAU * 0.99), "plateau"),
        (replace(START, best=1 / SLOW_ON_PLATEAU * 1.01), "slow"),
        (replace(START, loss=PLATEAU * log(10) * 0.99, best=11), "slow"),
        (replace(WELL, rose=ROSE, best=1 / LONG * 0.99), "overshooting"),
        (replace(WELL, rose=ROSE, best=1 / LONG * 1.01), "healthy"),
        (replace(WELL, rose=ROSE * 0.99, best=1 / LONG * 0.9), "healthy"),
        (replace(START, rose=1, best=0), "overshooting"),
        (replace(WELL, measured=ENOUGH - 1), "measuring"),
        (replace(WELL, measured=ENOUGH), "healthy"),
        (replace(WELL, condition=Condition("collapsed", 6, "conv2")), "collapsed"),
        (Facts(Condition("diverged", 37, "loss"), 0, log(10)), "diverged"),
        (Facts(Condition(), 0, log(10)), "measuring"),
    ],
)
def test_every_rule_at_its_threshold(facts: Facts, kind: str) -> None:
    assert judge(facts).kind == kind


def test_the_numbers_are_those_of_the_sentence() -> None:
    assert judge(replace(WELL, best=40.0)).numbers == {"times": 40, "at_least": False}
    assert judge(replace(WELL, best=LONGEST)).numbers == {"times": LONGEST, "at_least": True}
    assert judge(replace(WELL, best=0.5, rose=0.4, flipped=0.61)).numbers == {
        "rose": 0.4,
        "flipped": 0.61,
        "ratio": 2,
    }
    assert judge(replace(START, best=10)).numbers == {"loss": 2.3, "guessing": log(10), "ratio": 0.1}
    assert judge(Facts(Condition(), 3, log(10))).numbers == {"measured": 3, "enough": ENOUGH}
    assert judge(Facts(Condition("collapsed", 6, "conv2"), 0, 1)).numbers == {"step": 6, "layer": "conv2"}
    assert judge(Facts(Condition("diverged", 37, "loss"), 0, 1)).numbers == {"step": 37, "cause": "loss"}


@given(
    st.builds(
        Facts,
        condition=st.builds(Condition, st.sampled_from(["training", "diverged", "collapsed"])),
        measured=st.integers(0, WINDOW),
        guessing=st.just(log(10)),
        loss=st.floats(0, inf),
        best=st.floats(0, LONGEST),
        rose=st.floats(0, 1),
        flipped=st.floats(0, 1),
    )
)
def test_whatever_was_measured_there_is_a_verdict(facts: Facts) -> None:
    found = judge(facts)
    if facts.condition.status != "training":
        assert found.kind == facts.condition.status


def measured(best: float, before: float, after: float, bound: Bound | None = None) -> tuple[LossLine, SameBatch]:
    return (
        LossLine(0.1, (0.0, 1.0), (before, after), best, bound),
        SameBatch(before, after, best / 10),
    )


def test_facts_by_hand() -> None:
    measurements = Measurements(10)
    for one in (measured(3, 2, 1), measured(0, 4, 5, "shortest"), measured(1, 6, 7), measured(2, 1, 1)):
        measurements.add(*one)
    assert measurements.facts(Condition()) == Facts(
        Condition(), 4, log(10), loss=3, best=1.5, rose=0.5, flipped=pytest.approx(0.15)
    )


def test_only_the_last_count() -> None:
    measurements = Measurements(10)
    for best in range(1, 40):
        measurements.add(*measured(best, 2, 1))
    found = measurements.facts(Condition())
    assert (found.measured, found.best) == (WINDOW, 39 - (WINDOW - 1) / 2)


def test_a_step_that_moved_nothing_does_not_count() -> None:
    measurements = Measurements(10)
    measurements.add(*measured(0, 2, 2))
    assert measurements.facts(Condition()).measured == 0


def test_fewer_than_two_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="classes: expected at least 2, got 1"):
        Measurements(1)


def test_real_lanes() -> None:
    """Rates a factor of 1,000 apart: one far too small, one that works, one at which everything is dead at once."""
    data = bars(train=1000)
    experiment = small(1e-3, 0.4, 30.0, data=data)
    parallel = DataParallel(experiment.lanes[0].network.shapes, np.dtype(np.float32), 1)
    other = twin(experiment.lanes[0].network)
    found = []
    for lane in experiment.lanes:
        measurements = Measurements(10)
        for start in range(0, 1000, 50):
            images, labels = data.train_images[start : start + 50], data.train_labels[start : start + 50]
            before = lane.network.params.copy()
            loss = lane.network.loss_and_gradient(images, labels)
            lane.update(loss, experiment.probe)
            if lane.stopped:
                break
            update, gradient = lane.network.params.flat - before.flat, lane.gradient.flat
            line = Line(before, update, gradient, loss.value, images, labels, lane.config.learning_rate)
            while (result := line.advance(parallel)) is None:
                pass
            other.params.flat[...] = lane.network.params.flat
            measurements.add(result, same_batch(other, gradient, loss, images, labels, parallel))
        found.append(judge(measurements.facts(lane.condition)))
    assert [verdict.kind for verdict in found] == ["slow", "healthy", "collapsed"]
    times = found[0].numbers["times"]
    assert isinstance(times, float)
    assert times > 100
