"""Verdicts: the first of a list of factual statements about a lane that holds, by rules on its tests.

`benchmarks.verdicts` measures how often they are right, on networks, batches, rates and optimizers that were not used
to choose thresholds. No rule can tell from one lane alone whether a larger learning rate would do better: once a
network has learned something, sharpness rises to what the step can just bear, at rates a hundredfold apart (Cohen et
al. 2021, "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", arXiv:2103.00065). So *slow*
and *large* are comparisons with the other lanes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

import numpy as np

from kernelscope.experiment import Condition, Experiment
from kernelscope.experiment.evidence import Measured
from kernelscope.experiment.lane import Lane

BEHIND = 0.1
"""The lead in test accuracy from which another lane counts as ahead."""
CATCHING = 0.8
"""A lane is catching up if at most this share of the gap at the previous test is left."""
SWING = 0.1
"""The share by which half the step must lower the loss of other images below both the full step and none."""
ABOVE, PLATEAU = 1.1, 0.9
"""Multiples of the loss of guessing: above the first a lane does worse than guessing; above the second it has learned
next to nothing, if its test accuracy is below `HALF`. (Otherwise such a loss comes from a few very wrong answers.)"""
HALF = 0.5
ERRORS = 0.75
"""A lane with more than this share of the errors of always answering the most frequent class has few right, too."""
CONVERGED = 0.02
"""Below this multiple of the loss of guessing nothing is left to be learned from the training images."""
FLAT = 0.005
"""The change in test accuracy up to which it counts as unchanged."""

Kind = Literal[
    "measuring",
    "catching",
    "slow",
    "large",
    "behind",
    "swinging",
    "above",
    "plateau",
    "converged",
    "alone",
    "working",
    "still",
    "collapsed",
    "diverged",
]
Number = float | int | str | bool


@dataclass(frozen=True)
class Rival:
    """The other lane with the highest test accuracy at the same step."""

    lane: str
    loss: float
    accuracy: float
    rate: Literal["larger", "smaller"] | None
    """Its learning rate compared with the judged lane's, from the first step on. None if it is the same or cannot be
    compared: another optimizer or schedule, a change in one of the lanes, or a rival that has diverged or collapsed."""
    before: float | None = None
    """Its accuracy at the step of the previous test; None if that is not known."""


@dataclass(frozen=True)
class Facts:
    """The facts about a lane that the rules use."""

    condition: Condition
    rate: float
    """The learning rate of its next step."""
    guessing: float
    """The loss of always predicting the class frequencies."""
    first: int
    """The step of the first test that counts: a whole interval after the last change."""
    tests: Sequence[Measured] = ()
    """Its last tests, the newest at the end."""
    rival: Rival | None = None
    """The best other lane; None if none was tested at the step of the newest test."""
    frequent: float = 0.0
    """The share of the most frequent class: the accuracy of always predicting it."""


@dataclass(frozen=True)
class Verdict:
    """A kind of verdict, and the numbers that its sentence needs.

    All but the first and the last three are about the test at `step`, with `loss` and `accuracy`; `other`, `other_loss`
    and `other_accuracy` are the rival's at that step. The kinds, in order:

    - measuring: the test at step `first` is the first that counts.
    - catching: another lane leads by `BEHIND` at least, but at most `CATCHING` of the `gap` at the test of step `since`
      is left, so it is not yet clear which is better.
    - slow: otherwise, a lane with a larger rate leads by `BEHIND` at least; large: one with a smaller rate; behind: one
      whose rate is the same or cannot be compared. swinging: as these three, and `swing`, the share by which half the
      step would lower the loss of other images, is at least `SWING`.
    - above: the loss is more than `ABOVE` times that of `guessing`.
    - plateau: it is more than `PLATEAU` times that, and few images are right: fewer than `HALF`, or with more than
      `ERRORS` of the errors of always predicting the most frequent class. `longer`: a step eight times as long would
      have lowered the loss of other images further.
    - converged: the loss of other training images, `training`, is below `CONVERGED` times that of guessing, and the
      accuracy within `FLAT` of that at the test before.
    - alone: none of these, and there is no other lane to compare with. `before` is the loss at the test of step
      `since`, if there was one; `swing` is given if it is at least `SWING`.
    - working: none of these, so no other lane is that far ahead. The same numbers; `before` may be the lower loss.
    - still: the rate is 0 now.
    - collapsed: `step`, `layer`.
    - diverged: `step`, `cause`: loss, gradient or weight.
    """

    kind: Kind
    numbers: Mapping[str, Number | None] = field(default_factory=dict)
    """Numbers by name; infinite ones and NaN become null in JSON."""


def judge(facts: Facts) -> Verdict:
    """Return the verdict of the first rule that applies."""
    condition, guessing, rival = facts.condition, facts.guessing, facts.rival
    if condition.status == "diverged":
        return Verdict("diverged", {"step": condition.step or 0, "cause": condition.cause or ""})
    if condition.status == "collapsed":
        return Verdict("collapsed", {"step": condition.step or 0, "layer": condition.cause or ""})
    if not facts.rate:
        return Verdict("still")
    if not facts.tests or facts.tests[-1].step < facts.first:
        return Verdict("measuring", {"first": facts.first})
    test = facts.tests[-1]
    said: dict[str, Number] = {"step": test.step, "loss": test.loss, "accuracy": test.accuracy}
    swing: dict[str, Number] = {"swing": test.swing} if test.swing >= SWING else {}
    ahead = rival if rival and _exact(rival.accuracy - test.accuracy) >= BEHIND else None
    beside: dict[str, Number] = {}
    if ahead:
        beside = {"other": ahead.lane, "other_loss": ahead.loss, "other_accuracy": ahead.accuracy}
        if caught := _catching(facts.tests, ahead):
            return Verdict("catching", said | beside | caught)
        if ahead.rate == "larger" and not swing:
            return Verdict("slow", said | beside)
    if not test.loss <= ABOVE * guessing:
        return Verdict("above", said | {"guessing": guessing})
    if ahead:
        kind: Kind = "swinging" if swing else "large" if ahead.rate == "smaller" else "behind"
        return Verdict(kind, said | beside | swing)
    if test.loss > PLATEAU * guessing and test.accuracy < max(HALF, 1 - ERRORS * (1 - facts.frequent)):
        return Verdict("plateau", said | {"guessing": guessing, "longer": test.longer})
    if len(facts.tests) > 1:
        before = facts.tests[-2]
        said |= {"since": before.step, "before": before.loss}
        if test.training < CONVERGED * guessing and _exact(abs(test.accuracy - before.accuracy)) <= FLAT:
            return Verdict("converged", said | {"training": test.training})
    return Verdict("working" if rival else "alone", said | swing)


def _catching(tests: Sequence[Measured], ahead: Rival) -> dict[str, Number]:
    """The numbers for a lane that is catching up; empty if it is not."""
    if len(tests) < 2 or ahead.before is None:
        return {}
    before, now = tests[-2:]
    gap = ahead.before - before.accuracy
    caught = now.accuracy > before.accuracy and _exact(ahead.accuracy - now.accuracy - CATCHING * gap) <= 0
    return {"since": before.step, "gap": gap} if caught else {}


def _exact(difference: float) -> float:
    """Round a difference of shares, so that 0.9 is exactly 0.1 more than 0.8."""
    return round(difference, 9)


class Judge:
    """Judges the lanes of an experiment by their tests.

    Attributes:
        guessing: the loss of always predicting the class frequencies.
        frequent: the share of the most frequent class.
    """

    def __init__(self, experiment: Experiment) -> None:
        labels = experiment.data.train_labels
        shares = np.bincount(labels) / len(labels)
        self.frequent = float(shares.max())
        self.guessing = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
        self._experiment = experiment

    def verdicts(self) -> list[Verdict]:
        """The verdict on each lane."""
        lanes = self._experiment.lanes
        return [self._of(lane, [other for other in lanes if other is not lane]) for lane in lanes]

    def alone(self) -> list[Verdict]:
        """The verdict on each lane if it were the only one."""
        return [self._of(lane, ()) for lane in self._experiment.lanes]

    def _of(self, lane: Lane, others: Sequence[Lane]) -> Verdict:
        test_every = self._experiment.config.test_every
        first = ceil(lane.since / test_every + 1) * test_every
        tests, rival = tuple(lane.tests), _rival(lane, others)
        return judge(Facts(lane.condition, lane.next_rate, self.guessing, first, tests, rival, self.frequent))


def _rival(lane: Lane, others: Sequence[Lane]) -> Rival | None:
    steps = [test.step for test in lane.tests]
    found = [(test, other) for other in others for test in other.tests if steps and test.step == steps[-1]]
    if not found:
        return None
    test, other = max(found, key=lambda one: one[0].accuracy)
    before = next((one.accuracy for one in other.tests if one.step in steps[:-1]), None)
    return Rival(other.id, test.loss, test.accuracy, _rate_beside(lane, other), before)


def _rate_beside(lane: Lane, other: Lane) -> Literal["larger", "smaller"] | None:
    """The rate of `other` relative to `lane`, only comparable if both have had theirs from the first step on."""
    mine, theirs = lane.config, other.config
    alike = mine.continues(theirs) and mine.schedule == theirs.schedule
    if not alike or lane.since or other.since or other.condition.status != "training":
        return None
    if mine.learning_rate == theirs.learning_rate:
        return None
    return "larger" if theirs.learning_rate > mine.learning_rate else "smaller"
