"""What the benchmark of verdicts makes of its trials, by hand."""

from collections import Counter
from typing import get_args

import pytest
from kernelscope.studies.verdict import Kind

from benchmarks.verdicts import (
    CHECKING,
    CHOOSING,
    GOOD,
    GROUPS,
    NETWORKS,
    OPTIMIZERS,
    STEPS,
    UNTOLD,
    Setting,
    Trial,
    counted,
    report,
    right,
    sample,
    trial,
)
from tests.experiment.support import bars

SETTING = Setting(64, 0, "dense10", ":adam", 1, (0.001, 0.01, 0.1, 1.0, 2.0))
ONE = Trial(
    SETTING,
    [0.20, 0.93, 0.97, 0.10, 0.89],
    {"half": ["slow", "catching", "working", "collapsed", "working"], "half, alone": ["plateau"] + ["alone"] * 4},
)


def test_the_truth_is_the_accuracy_beside_the_best() -> None:
    assert [ONE.good(place, 0.05) for place in range(5)] == [False, True, True, False, False]
    assert [ONE.good(place, 0.1) for place in range(5)] == [False, True, True, False, True]
    # Where nobody has learned anything nobody is good.
    assert not Trial(SETTING, [0.11, 0.1], {}).good(0, 0.1)


def test_what_is_right_is_counted_of_what_was_judged() -> None:
    counts = counted([ONE], "half", 0.05)
    assert counts["working", True] == counts["working", False] == 1
    assert right(counts) == (3, 4, 5)
    assert right(counted([ONE], "half", 0.1)) == (4, 4, 5)
    assert right(counted([ONE], "half, alone", 0.1)) == (0, 0, 5)
    assert {*GOOD, *UNTOLD} < set(get_args(Kind))


def test_the_report_has_every_table() -> None:
    text = report([ONE])
    assert "75.0% (3 of 4)" in text
    assert "100.0% (4 of 4)" in text
    assert ":adam" in text


@pytest.mark.parametrize("which", [CHOOSING, CHECKING])
def test_every_level_is_there_as_often_as_the_others(which: tuple[int, int]) -> None:
    settings = sample(*which)
    assert len(settings) == GROUPS
    assert set(Counter(setting.batch for setting in settings).values()) == {len(OPTIMIZERS)}
    assert set(Counter(setting.optimizer for setting in settings).values()) == {len(STEPS)}
    networks = Counter(setting.network for setting in settings)
    assert len(networks) == len(NETWORKS)
    assert max(networks.values()) - min(networks.values()) <= 1
    for setting in settings:
        assert len({lane.learning_rate for lane in setting.config(100).lanes}) == 6
        assert setting.rates[-1] / setting.rates[0] > 100


def test_nothing_that_chose_a_threshold_is_reported() -> None:
    chosen, checked = sample(*CHOOSING), sample(*CHECKING)
    assert not {setting.seed for setting in chosen} & {setting.seed for setting in checked}
    combinations = [{(one.batch, one.optimizer, one.network) for one in settings} for settings in (chosen, checked)]
    assert not combinations[0] & combinations[1]


@pytest.mark.slow
def test_a_trial_of_few_steps() -> None:
    """On pictures of the digits' size."""
    made = trial(sample(*CHECKING)[0], bars(size=28), 20)
    assert len(made.accuracy) == 6
    assert set(made.said) == {"half", "half, alone", "end", "end, alone"}
    assert all(len(kinds) == 6 for kinds in made.said.values())
