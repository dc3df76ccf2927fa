"""Automatic pauses of an experiment."""

from types import SimpleNamespace
from typing import Any

import pytest
from kernelscope.experiment import Condition, EvaluationRecord, Stop, Stopped, Watch
from pydantic import ValidationError

from tests.experiment.support import small

DEAD = Condition("collapsed", 3, "conv1")


def lanes(*conditions: Condition) -> list[Any]:
    return [SimpleNamespace(id=id, condition=condition) for id, condition in zip("ABCD", conditions, strict=False)]


ALIVE = lanes(Condition(), Condition())


def results(*accuracies: float) -> list[EvaluationRecord]:
    return [EvaluationRecord(100, (1.0,) * len(accuracies), accuracies)]


def test_without_a_reason_it_goes_on() -> None:
    watch = Watch(ALIVE)
    assert watch.reason(Stop(), 500, lanes(DEAD, DEAD), results(1, 1)) is None


def test_after_a_step_and_behind_it_no_more() -> None:
    watch, stop = Watch(ALIVE), Stop(step=500)
    assert [watch.reason(stop, step, ALIVE, []) for step in (499, 500, 501)] == [None, Stopped("step", 500), None]


def test_as_soon_as_a_lane_reaches_an_accuracy_that_it_did_not_have() -> None:
    watch, stop = Watch(ALIVE), Stop(accuracy=0.9)
    assert watch.reason(stop, 100, ALIVE, results(0.1, 0.89)) is None
    assert watch.reason(stop, 200, ALIVE, []) is None
    assert watch.reason(stop, 203, ALIVE, results(0.2, 0.9)) == Stopped("accuracy", 203, "B", test_step=100)
    assert watch.reason(stop, 303, ALIVE, results(0.3, 0.95)) is None, "B has it already"
    assert watch.reason(stop, 403, ALIVE, results(0.93, 0.8)) == Stopped("accuracy", 403, "A", test_step=100)
    assert watch.reason(stop, 503, ALIVE, results(0.93, 0.91)) == Stopped("accuracy", 503, "B", test_step=100), (
        "it had lost it"
    )


def test_as_soon_as_a_lane_has_fallen_and_not_again() -> None:
    watch, stop = Watch(ALIVE), Stop(divergence=True)
    assert watch.reason(stop, 3, lanes(Condition(), DEAD), []) == Stopped("divergence", 3, "B")
    assert watch.reason(stop, 4, lanes(Condition(), DEAD), []) is None
    assert watch.reason(stop, 9, lanes(Condition("diverged", 9, "loss"), DEAD), []) == Stopped("divergence", 9, "A")


def test_it_is_part_of_a_configuration_and_may_be_set() -> None:
    experiment = small(0.1, stop={"step": 5})
    assert experiment.config.stop == Stop(step=5)
    experiment.set_stop(Stop(accuracy=0.5, divergence=True))
    experiment.reset()
    assert experiment.config.stop == Stop(accuracy=0.5, divergence=True)


@pytest.mark.parametrize("wrong", [{"step": 0}, {"accuracy": 0}, {"accuracy": 97}, {"divergence": 1.5}, {"loss": 1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Stop(**wrong)
