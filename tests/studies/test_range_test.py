"""The range test, on synthetic losses and on a small network."""

from math import inf

import numpy as np
import pytest
from kernelscope.experiment import ExperimentConfig, LaneConfig
from kernelscope.nn import SGD, Adam, DataParallel, Optimizer
from kernelscope.studies.range_test import RangeResult, RangeTest, read, smoothed

from tests.experiment.support import bars, run, small, small_config

DATA = bars()


def sweep(
    optimizer: Optimizer | None = None, config: ExperimentConfig | None = None, **members: float
) -> tuple[RangeTest, DataParallel]:
    config = config or small_config(0.1)
    values = {"steps": 60, **members}
    test = RangeTest(
        config, DATA, LaneConfig(learning_rate=1, optimizer=optimizer or SGD()), DATA.test_images[:50], **values
    )  # type: ignore[arg-type]
    network = test._lane.network
    return test, DataParallel(network.shapes, network.dtype, 1)


def finish(test: RangeTest, parallel: DataParallel) -> RangeResult:
    while (found := test.advance(parallel)) is None:
        assert test.progress < 1
        assert test.result.end is None
    assert test.progress == 1
    assert test.result == found
    assert test.advance(parallel) == found  # it stays done
    return found


def test_the_running_mean_by_hand() -> None:
    """With five steps per decade k is 0; with ten, ½, so 1·½/½ and (1·¼ + 4·½)/¾ and (1·⅛ + 4·¼ + 0·½)/⅞."""
    assert smoothed([3, 1, 2], 5) == [3, 1, 2]
    assert smoothed([1, 4, 0], 10) == pytest.approx([1, 3, 9 / 7])
    assert smoothed([2.5] * 30, 50) == pytest.approx([2.5] * 30)
    assert smoothed([], 50) == []


def test_a_made_up_valley_is_read() -> None:
    """Flat at 2.3 up to 0.001, then straight down to 0.3 at 0.1, and up: the slope is steepest in its middle."""
    rates = np.geomspace(1e-5, 10, 301)
    decades = np.log10(rates)
    losses = np.interp(decades, [-5, -3, -1, 0, 1], [2.3, 2.3, 0.3, 2.3, 5.0])
    found = read(rates.tolist(), losses.tolist(), [], 50, "swept")
    assert found.steepest is not None
    assert 10**-2.8 < found.steepest < 10**-1.2
    assert found.lowest == pytest.approx(0.1, rel=0.6)  # a running mean lags
    assert found.diverges is None
    assert found.lanes is not None
    assert found.lanes == pytest.approx((found.lowest / 90, found.lowest / 3, found.lowest * 10 / 3))
    ended = read(rates[:270].tolist(), losses[:270].tolist(), [], 50, "worse")
    assert ended.diverges == rates[269]
    assert ended.lanes is not None
    assert ended.lanes.large == rates[269]


def test_where_nothing_is_learned_there_is_nothing_to_propose() -> None:
    found = read([0.1, 0.2, 0.4], [2.3, 2.3, inf], [0.1, 0.2, 0], 10, "diverged")
    assert (found.steepest, found.lowest, found.lanes, found.diverges) == (None, None, None, 0.4)
    assert found.accuracies == (0.1, 0.2, 0)
    assert found.smoothed_accuracies == pytest.approx([0.1, 0.5 / 3, 0.5 / 7])
    assert read([], [], [], 10, None).lanes is None
    few = read([0.1, 0.2, 0.4], [2.3, 1.0, inf], [], 50, "diverged")
    assert (few.steepest, few.lowest) == (None, 0.2)


def test_a_sweep_goes_from_too_small_to_too_large() -> None:
    found = finish(*sweep(lowest=1e-4, highest=100.0, steps=150))
    assert found.end in ("worse", "diverged", "collapsed")
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 150
    assert len(found.accuracies) == len(found.smoothed_accuracies) == len(found.rates)
    assert max(found.smoothed_accuracies) > 0.5 > found.smoothed_accuracies[0]
    assert found.rates[0] == pytest.approx(1e-4)
    assert np.diff(np.log(found.rates)) == pytest.approx(np.log(1e6) / 149)
    assert found.lanes is not None
    assert found.lanes.small < found.lanes.good < found.lanes.large
    assert found.steepest is not None
    assert found.lowest is not None
    assert found.diverges == found.rates[-1] > found.lowest


def test_it_begins_and_goes_on_as_the_experiment_s_own_lanes() -> None:
    """At rates too small for float32, the losses are those of the initial weights on the same batches."""
    test, parallel = sweep(lowest=1e-15, highest=2e-15, steps=8)
    found = finish(test, parallel)
    assert found.end == "swept"
    assert [record.loss[0] for record in run(small(1e-15), 8)] == list(found.losses)
    again = finish(*sweep(config=small_config(0.1, seed=8), lowest=1e-15, highest=2e-15, steps=8))
    assert again.losses != found.losses


def test_the_same_twice() -> None:
    assert finish(*sweep(Adam())) == finish(*sweep(Adam()))
    assert finish(*sweep(Adam())) != finish(*sweep(SGD(momentum=0.9)))


def test_a_number_that_becomes_infinite_ends_it() -> None:
    test, parallel = sweep()
    test.advance(parallel)
    test._lane.network.params["dense.weight"].fill(inf)
    found = finish(test, parallel)
    assert (found.end, found.losses[1], found.diverges) == ("diverged", inf, found.rates[1])


def test_a_dead_layer_ends_it() -> None:
    test, parallel = sweep()
    test.advance(parallel)
    test._lane.network.params["conv2.bias"].fill(-1000)
    found = finish(test, parallel)
    assert (found.end, len(found.losses)) == ("collapsed", 2)


def test_progress_is_the_share_of_steps() -> None:
    test, parallel = sweep(lowest=1e-6, highest=1e-5, steps=4)
    seen = [test.progress]
    while test.advance(parallel) is None:
        seen.append(test.progress)
    assert seen == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"lowest": 0.0}, "expected rates that ascend from above 0, got 0.0 to 10.0"),
        ({"lowest": 1.0, "highest": 1.0}, "expected rates that ascend from above 0, got 1.0 to 1.0"),
        ({"highest": inf}, "got 1e-05 to inf"),
        ({"steps": 1}, "steps: expected at least 2, got 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(members: dict[str, float], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        sweep(**members)
