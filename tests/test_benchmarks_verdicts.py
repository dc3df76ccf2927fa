"""What the benchmark of verdicts makes of its trials, by hand."""

import pytest

from benchmarks.verdicts import OVER, PRESETS, SAID, Trial, confusion, report, right, trial
from tests.experiment.support import bars

ONE = Trial(
    "SGD",
    1,
    [0.001, 0.01, 0.1, 1.0, 0.002, 0.1, 2.0],
    [0.20, 0.93, 0.97, 0.10, 0.3, 0.97, 0.1],
    {100: ["slow", "plateau", "healthy", "collapsed", "slow", "slow", "overshooting"]},
    3,
)


def test_the_truth_is_the_accuracy_beside_the_best() -> None:
    assert [ONE.truth(place) for place in range(7)] == ["slow", "good", "good", "large", "slow", "good", "large"]
    assert ONE.truth(1, 0.03) == "slow"
    assert ONE.truth(0, 0.8) == "good"


def test_what_is_right_is_counted_of_what_was_judged() -> None:
    counts = confusion([ONE], 100)
    assert counts["good", "slow"] == 1
    assert sum(counts.values()) == 7
    assert right(counts) == (5, 6, 7)
    assert right(counts, OVER) == (4, 5, 6)
    assert set(SAID.values()) == {"slow", "good", "large", None}


def test_the_report_has_every_table() -> None:
    text = report([ONE])
    assert "83% (5 of 6 judged, of 7)" in text
    assert "SGD           1 of 1       1 of 1      1 of 1" in text
    assert "none judged" in text  # the other presets


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_cover_what_is_asked(preset: str) -> None:
    rates = PRESETS[preset].rates
    assert len(rates) == 9
    assert rates[-1] / rates[0] == pytest.approx(10 ** (8 / 3))


@pytest.mark.slow
def test_a_trial_of_one_step() -> None:
    """On pictures of the digits' size."""
    made = trial("SGD", 1, bars(size=28), steps=1)
    assert len(made.rates) == len(made.accuracy) == 9 + made.proposed
    assert made.verdicts == {}
