"""Observation of a step on its own batch, during training."""

from math import isnan

import numpy as np
import pytest
from kernelscope.experiment import Experiment, LaneConfig
from kernelscope.nn import Cosine
from kernelscope.studies.observation import ObservationRecord, Observer, is_observed
from kernelscope.studies.verdict import Judge

from tests.experiment.support import network_with, run, small, weights


def looked_at(experiment: Experiment, steps: int) -> list[ObservationRecord]:
    """The records that an observer finds when it advances a little at every step."""
    found = []
    observer = Observer(experiment)
    for _ in range(steps):
        experiment.advance()
        observer.stepped()
        if record := observer.advance():
            found.append(record)
    return found


def test_steps_are_looked_at_often_at_first() -> None:
    assert [step for step in range(1, 351) if is_observed(step)] == [*range(20, 201, 20), 250, 300, 350]


def test_looking_changes_no_bit_of_the_training() -> None:
    watched, unwatched = small(0.1, 0.4, threads=2), small(0.1, 0.4)
    assert looked_at(watched, 40)
    run(unwatched, 40)
    assert all(map(np.array_equal, weights(watched), weights(unwatched)))


def test_what_is_found_is_the_losses_of_the_very_batch_along_the_update() -> None:
    experiment = small(0.05, 0.4)
    run(experiment, 19)
    before = weights(experiment)
    state = experiment._batches.state()
    images, labels = next(experiment._batches)
    experiment._batches.restore(state)
    observer = Observer(experiment)
    experiment.advance()
    observer.stepped()
    after = weights(experiment)
    while (record := observer.advance()) is None:
        experiment.advance()
        observer.stepped()
    assert 20 < experiment.step < 40, "it trained on meanwhile"
    assert record.step == 20
    for place in range(2):
        first = network_with(experiment, before[place]).loss(images, labels).value

        def along(multiple: float, place: int = place) -> float:
            update = after[place] - before[place]
            return network_with(experiment, before[place] + np.float32(multiple) * update).loss(images, labels).value

        best = 1 / record.ratio[place]
        assert along(best) < min(first, along(best / 2), along(best * 2))
        assert along(best) <= min(along(best * 0.97), along(best * 1.03))


@pytest.mark.parametrize("lanes", [1, 3, 8])
def test_every_twentieth_step_is_looked_at_however_many_lanes_there_are(lanes: int) -> None:
    rates = np.geomspace(1e-6, 10, lanes).tolist()
    steps = [record.step for record in looked_at(small(*rates), 100)]
    assert steps == [20, 40, 60, 80]


def test_a_step_at_rate_zero_is_neither_too_long_nor_too_short() -> None:
    lane = LaneConfig(learning_rate=0.1, schedule=Cosine(steps=10))
    [record] = looked_at(small(lanes=[lane]), 30)
    assert (record.step, isnan(record.ratio[0])) == (20, True)


def test_a_lane_that_diverges_at_the_step_has_nothing_to_look_at() -> None:
    experiment = small(0.1, 0.1)
    run(experiment, 19)
    experiment.set_learning_rate("B", 1e39)
    [record] = looked_at(experiment, 15)
    assert not isnan(record.ratio[0])
    assert isnan(record.ratio[1])
    assert Judge(experiment).verdicts()[1].kind == "diverged"
