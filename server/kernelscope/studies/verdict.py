"""What is said of a lane: the first of some sentences of fact that holds, by rules on what its tests measured.

How often they are right is measured by `benchmarks.verdicts`, on networks, batches, rates and optimizers of which none
chose a threshold. What no rule can tell from one lane alone is whether a larger rate would do better: once a network
has learned something, descent grows as sharp as its step can just bear, at rates a hundredfold apart (Cohen et al.
2021, "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", arXiv:2103.00065). So *slow* and
*large* are comparisons with the lanes beside it.
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
"""Of the test images: so many more another lane must have right."""
CATCHING = 0.8
"""Of the distance at the test before: a lane that is no further behind now is catching up."""
SWING = 0.1
"""Of their loss: so much lower half the step must leave other images than the step or none."""
ABOVE, PLATEAU = 1.1, 0.9
"""Of the loss of guessing: above the one a lane does worse; above the other it has learned next to nothing, where it
has fewer than `HALF` of the test images right. (With many right such a loss comes from a few that are very wrong.)"""
HALF = 0.5
ERRORS = 0.75
"""Of those that the most frequent class as the only answer makes: a lane with more of them has few right, too."""
CONVERGED = 0.02
"""Of the loss of guessing: below that nothing is left to be learned from the training images."""
FLAT = 0.005
"""Of the test images: so many more or fewer right than at the test before is no change."""

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
    """Of the other lanes the one that had the most test images right at the same step."""

    lane: str
    loss: float
    accuracy: float
    rate: Literal["larger", "smaller"] | None
    """Its rate beside that of the lane that is judged, from the first step on; None: the same, or rates that can't be
    compared: with another optimizer or schedule, where one of the lanes has been changed, or the rival has fallen."""
    before: float | None = None
    """Its accuracy at the step of the test before; None: not known."""


@dataclass(frozen=True)
class Facts:
    """What is known of a lane."""

    condition: Condition
    rate: float
    """Of its next step."""
    guessing: float
    """The loss of an answer that knows the classes' frequencies and nothing else."""
    first: int
    """The step of the first test that counts: a whole interval after the last change."""
    tests: Sequence[Measured] = ()
    """As far as they are kept, the newest at the end."""
    rival: Rival | None = None
    """None: no other lane was tested at the step of the newest."""
    frequent: float = 0.0
    """The share of the most frequent class: so many are right of whoever always answers it."""


@dataclass(frozen=True)
class Verdict:
    """A kind, and the numbers that a sentence about it needs.

    All but the first, and the last three, are about the test at `step`, with `loss` and `accuracy`; `other`,
    `other_loss` and `other_accuracy` are the rival's at that step. In this order:

    - measuring: the test at step `first` is the first that counts.
    - catching: a lane has at least `BEHIND` more right, and at the test of step `since` the distance, `gap`, was so
      much larger that no more than `CATCHING` of it is left: which is better is yet to be seen.
    - slow: else, a lane with a larger rate has at least `BEHIND` more right; large: one with a smaller rate; behind:
      one whose rate is the same, or can't be compared. swinging: the same, whichever it is, and `swing` is at least
      `SWING`: by so much half the step would have left the loss of other images lower.
    - above: the loss is more than `ABOVE` times that of `guessing`.
    - plateau: more than `PLATEAU` times, and few are right: fewer than `HALF`, or with more than `ERRORS` of the errors
      of the most frequent class as the only answer. `longer`: a step eight times as long would have lowered the loss of
      other images further.
    - converged: the loss of other training images, `training`, is below `CONVERGED` times that of guessing, and the
      accuracy within `FLAT` of that at the test before.
    - alone: none of these, but there is no other lane to compare it with. `before`, the loss at the test of step
      `since`, if there was one; with `swing` where that is at least `SWING`.
    - working: none of these, so no other lane is that far ahead. The same numbers; `before` may be the lower one.
    - still: the rate is 0 now.
    - collapsed: `step`, `layer`.
    - diverged: `step`, `cause`: loss, gradient or weight.
    """

    kind: Kind
    numbers: Mapping[str, Number | None] = field(default_factory=dict)
    """In JSON one that is infinite or not a number is null."""


def judge(facts: Facts) -> Verdict:
    """The first rule that fits."""
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
    """Numbers of a lane that is catching up; none, where it is not."""
    if len(tests) < 2 or ahead.before is None:
        return {}
    before, now = tests[-2:]
    gap = ahead.before - before.accuracy
    caught = now.accuracy > before.accuracy and _exact(ahead.accuracy - now.accuracy - CATCHING * gap) <= 0
    return {"since": before.step, "gap": gap} if caught else {}


def _exact(difference: float) -> float:
    """Of shares of images, without the float rounding: 0.9 is 0.1 more than 0.8."""
    return round(difference, 9)


class Judge:
    """Judges the lanes of an experiment by what its tests have measured.

    Attributes:
        guessing: the loss of an answer that knows how frequent each class is, and nothing else.
        frequent: the share of the most frequent one.
    """

    def __init__(self, experiment: Experiment) -> None:
        labels = experiment.data.train_labels
        shares = np.bincount(labels) / len(labels)
        self.frequent = float(shares.max())
        self.guessing = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
        self._experiment = experiment

    def verdicts(self) -> list[Verdict]:
        """What is said of each lane."""
        lanes = self._experiment.lanes
        return [self._of(lane, [other for other in lanes if other is not lane]) for lane in lanes]

    def alone(self) -> list[Verdict]:
        """What would be said of each lane, were it the only one."""
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
    """Of the `other`. What came of a rate shows only where it was that one from the first step on."""
    mine, theirs = lane.config, other.config
    alike = mine.optimizer == theirs.optimizer and mine.schedule == theirs.schedule
    if not alike or lane.since or other.since or other.condition.status != "training":
        return None
    if mine.learning_rate == theirs.learning_rate:
        return None
    return "larger" if theirs.learning_rate > mine.learning_rate else "smaller"
