"""What a learning rate is doing to a lane: a kind and its numbers, by rules from measured facts alone.

The thresholds were set on seeds 11 to 13 of four presets (digits, 200 steps; seed 3 with 1,600) and checked on others:
see `benchmarks.verdicts`, which says how often the verdict is right. What it cannot see: once a network has learned
something, gradient descent at any rate from some third of the best to where it collapses runs at 1 / t* ≈ 1, since the
loss grows as curved as the rate can just bear (Cohen et al. 2021, "Gradient Descent on Neural Networks Typically Occurs
at the Edge of Stability", arXiv:2103.00065).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, log
from statistics import median
from typing import Literal

from server.experiment.descent import LONGEST, LossLine, SameBatch
from server.experiment.lane import Condition

WINDOW = 10
"""Measurements that count: the last. One alone says little, since t* changes from batch to batch by a factor of two."""
ENOUGH = 5
"""Measurements at least: the median of five is the first that two outliers cannot move far."""
PLATEAU = 0.9
"""Of the loss of guessing, log(classes). Above it next to nothing has been learned."""
SLOW = 0.1
"""1 / t*. After the plateau lanes that end near the best run at 0.2 to 1.2 for 200 steps. With momentum or Adam, whose
steps are not aimed at this batch, that sinks to 0.12 to 0.3 within 1,600; slow ones are at 0.002 to 0.2."""
SLOW_ON_PLATEAU = 0.02
"""1 / t* again. With small first weights the loss is flat at first and α* about 2, whatever the rate: rates that were
within 5 points of the best after 200 steps were at 0.025 to 0.5 there, those that were not at 0.0001 to 0.07."""
LONG = 1.1
"""1 / t*. Good lanes come near it, too, but then the loss hardly ever rises."""
ROSE = 0.3
"""Of the measured steps: how many must have made their own batch worse for an overshoot to be more than an accident."""

Kind = Literal["measuring", "plateau", "slow", "healthy", "overshooting", "collapsed", "diverged"]
Number = float | int | str | bool


@dataclass(frozen=True)
class Facts:
    """What was measured of a lane. Medians and shares are over the last `WINDOW` measurements."""

    condition: Condition
    measured: int
    """How many measurements there are, `WINDOW` at most; without any, the rest means nothing."""
    guessing: float
    """The loss of an answer that knows nothing: log(classes)."""
    loss: float = inf
    """Median of L(W), the batches' losses before their updates."""
    best: float = 0.0
    """Median of t*: how many times as long the step should have been for its batch. See `server.experiment.descent`."""
    rose: float = 0.0
    """Share of the steps after which the loss of their own batch was higher."""
    flipped: float = 0.0
    """Median share of the gradient's components that had changed sign on the same batch."""

    @property
    def ratio(self) -> float:
        """1 / t*; lr / α* for plain SGD."""
        return 1 / self.best if self.best else inf


@dataclass(frozen=True)
class Verdict:
    """A kind, and the numbers that a sentence about it needs.

    - measuring: `measured` of `enough` measurements made.
    - plateau: no better than guessing, as at the beginning, where every rate looks short, or after a fall back. Too
      early to tell; `loss`, `guessing`, `ratio`.
    - slow: `times`, how many times as long a step would still make the loss fall; `at_least`: or more.
    - healthy: `ratio`, the step's length in units of the best one.
    - overshooting: `rose`, `flipped`, `ratio`. On its own batch a step often makes the loss rise.
    - collapsed: `step`, `layer`.
    - diverged: `step`, `cause`: loss, gradient or weight.
    """

    kind: Kind
    numbers: Mapping[str, Number] = field(default_factory=dict)


class Measurements:
    """The last measurements of a lane. To be begun anew where its rate or its optimizer changes."""

    def __init__(self, classes: int) -> None:
        if classes < 2:
            raise ValueError(f"classes: expected at least 2, got {classes}")
        self._guessing = log(classes)
        self._kept: deque[tuple[LossLine, SameBatch]] = deque(maxlen=WINDOW)

    def add(self, line: LossLine, batch: SameBatch) -> None:
        """Of one step. One that moved nothing has no line, and does not count."""
        if line.best or line.bound:
            self._kept.append((line, batch))

    def facts(self, condition: Condition) -> Facts:
        """As of now."""
        if not self._kept:
            return Facts(condition, 0, self._guessing)
        lines, batches = zip(*self._kept, strict=True)
        return Facts(
            condition,
            len(lines),
            self._guessing,
            loss=median(line.loss for line in lines),
            best=median(line.best for line in lines),
            rose=sum(batch.rose for batch in batches) / len(batches),
            flipped=median(batch.flipped for batch in batches),
        )


def judge(facts: Facts) -> Verdict:
    """The first rule that fits: what has happened, then too long a step, then too short a one."""
    condition, ratio = facts.condition, facts.ratio
    if condition.status == "diverged":
        return Verdict("diverged", {"step": condition.step or 0, "cause": condition.cause or ""})
    if condition.status == "collapsed":
        return Verdict("collapsed", {"step": condition.step or 0, "layer": condition.cause or ""})
    if facts.measured < ENOUGH:
        return Verdict("measuring", {"measured": facts.measured, "enough": ENOUGH})
    if facts.rose >= ROSE and ratio >= LONG:
        return Verdict("overshooting", {"rose": facts.rose, "flipped": facts.flipped, "ratio": ratio})
    plateau = facts.loss >= PLATEAU * facts.guessing
    if ratio < (SLOW_ON_PLATEAU if plateau else SLOW):
        return Verdict("slow", {"times": facts.best, "at_least": facts.best >= LONGEST})
    if plateau:
        return Verdict("plateau", {"loss": facts.loss, "guessing": facts.guessing, "ratio": ratio})
    return Verdict("healthy", {"ratio": ratio})
