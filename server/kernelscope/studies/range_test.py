"""The learning-rate range test: one short run in which the rate grows from far too small to far too large.

L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017 (arXiv:1506.01186), section 3.3, in the form
that S. Gugger gave it for fastai ("How Do You Find A Good Learning Rate", 2018): log-spaced rates, a smoothed loss, and
an end where it is several times its best.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10
from typing import Literal, NamedTuple

import numpy as np

from kernelscope.datasets import Batches, Dataset
from kernelscope.experiment import Experiment
from kernelscope.experiment.config import ExperimentConfig, LaneConfig
from kernelscope.experiment.lane import Lane
from kernelscope.nn import DataParallel, Optimizer
from kernelscope.nn.arrays import Array
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject

LOWEST, HIGHEST = 1e-5, 10.0
STEPS = 300
"""50 a decade of rates."""
SMOOTHING = 0.2
"""Decades of rates over which the running mean of the loss reaches back: 10 steps of 50 a decade."""
WORSE = 4.0
"""Times the smoothed loss at its best: the end, as in fastai."""
BEGUN = 0.9
"""Of the first loss: below that something has been learned, and there is something to fall back from. Where the
smoothed loss then is back at the first one is the end too: a network that has collapsed answers by chance, and that may
be less than `WORSE` times its best."""
SLOPE = 0.3
"""Decades on each side over which the steepness is measured, by a straight line through the raw losses."""
GOOD = 3.0
"""The rate of the lowest loss is already at the edge: good is this many times smaller. Gugger's tenth of it is for
runs of many epochs; of the first 200 steps a third is near the best, measured with SGD, momentum and Adam."""
SMALL, LARGE = 30.0, 10.0
"""How many times smaller and larger than the good one are those that show too small and too large."""
REPORT_INTERVAL = 0.25
"""Seconds between reports of how far it has come."""

End = Literal["diverged", "collapsed", "worse", "swept"]
"""A number became infinite; a layer died; the loss was far above its best; none of them up to the last rate."""


class Lanes(NamedTuple):
    """Rates to compare side by side."""

    small: float
    good: float
    large: float


@dataclass(frozen=True)
class RangeResult:
    """A sweep as far as it has come, with a number a step."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """Of each step's batch, before its update; infinite where it overflowed."""
    smoothed: tuple[float, ...]
    """Their exponential running mean, with the bias of its start taken out."""
    end: End | None
    """None while it goes on."""
    steepest: float | None
    """The rate at which the loss fell the most for a decade of rates. None: nothing has been learned yet."""
    lowest: float | None
    """The rate at which the smoothed loss was lowest. None: likewise."""

    @property
    def diverges(self) -> float | None:
        """The rate at which it went wrong, where it did."""
        return None if self.end in (None, "swept") else self.rates[-1]

    @property
    def lanes(self) -> Lanes | None:
        """Too small, good, too large; the latter at least the one at which the sweep went wrong."""
        if self.lowest is None:
            return None
        good = self.lowest / GOOD
        return Lanes(good / SMALL, good, max(good * LARGE, self.diverges or 0))


class RangeTest:
    """One sweep: a step for each `advance`, until it gives the result.

    It begins with the weights of the experiment's own lanes and sees the same batches. Nothing is shared with them.

    Args:
        config: the experiment's, with the seed as it is now.
        data: the experiment's.
        optimizer: of the lane that asks.
        probe: images ``[n, channel, row, col]`` by which a collapse is told.
        lowest: the first rate.
        highest: the last.
        steps: of the whole sweep.

    Raises:
        ValueError: the rates do not ascend from above 0, or there are fewer than two steps.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        data: Dataset,
        optimizer: Optimizer,
        probe: Array,
        lowest: float = LOWEST,
        highest: float = HIGHEST,
        steps: int = STEPS,
    ) -> None:
        if not 0 < lowest < highest < inf:
            raise ValueError(f"expected rates that ascend from above 0, got {lowest} to {highest}")
        if steps < 2:
            raise ValueError(f"steps: expected at least 2, got {steps}")
        weights, order = np.random.SeedSequence(config.seed).spawn(2)  # as `Experiment` does
        settings = LaneConfig(id="sweep", learning_rate=1, optimizer=optimizer)
        self._lane = Lane(settings, config.architecture, data.train_images.shape[1:], weights)
        self._batches = Batches(data.train_images, data.train_labels, config.batch_size, np.random.default_rng(order))
        self._probe = probe
        self._rates: list[float] = np.geomspace(lowest, highest, steps).tolist()
        self._a_decade = (steps - 1) / log10(highest / lowest)
        self._losses: list[float] = []
        self._end: End | None = None

    @property
    def progress(self) -> float:
        """0 to 1; 1 as soon as it has ended."""
        return 1.0 if self._end else len(self._losses) / len(self._rates)

    @property
    def result(self) -> RangeResult:
        """As far as it has come."""
        return read(self._rates[: len(self._losses)], self._losses, self._a_decade, self._end)

    def advance(self, parallel: DataParallel) -> RangeResult | None:
        """One step with the next rate; the result, where that was the last."""
        if self._end is None:
            lane = self._lane
            lane.config = lane.config.model_copy(update={"learning_rate": self._rates[len(self._losses)]})
            images, labels = next(self._batches)
            [loss] = parallel.gradients([lane.network], images, labels)
            lane.update(loss, self._probe)
            self._losses.append(loss.value if isfinite(loss.value) else inf)
            self._end = self._ended()
        return self.result if self._end else None

    def _ended(self) -> End | None:
        status = self._lane.condition.status
        if status != "training":
            return status
        smooth = smoothed(self._losses, self._a_decade)
        best, now = min(smooth), smooth[-1]
        if now > WORSE * best or (best < BEGUN * smooth[0] <= now * BEGUN):
            return "worse"
        return "swept" if len(self._losses) == len(self._rates) else None


def smoothed(losses: Sequence[float], a_decade: float) -> list[float]:
    """Exponential running means: m ← k·m + (1 − k)·loss from 0 on, divided by 1 − kᵗ at the t-th.

    That is Adam's correction: without it the zero at the start would count. `a_decade`: steps for each decade of rates.
    """
    keep = max(0.0, 1 - 1 / (SMOOTHING * a_decade))
    mean, found = 0.0, []
    for count, loss in enumerate(losses, 1):
        mean = keep * mean + (1 - keep) * loss
        found.append(mean / (1 - keep**count))
    return found


def read(rates: Sequence[float], losses: Sequence[float], a_decade: float, end: End | None) -> RangeResult:
    """What the losses of these rates say, `a_decade` steps a decade.

    The steepness is taken from the raw losses, on both sides of a rate alike: a running mean reaches back only, so that
    everything seems to happen at larger rates than it does.
    """
    smooth = smoothed(losses, a_decade)
    finite = [loss for loss in smooth if isfinite(loss)]
    steepest = lowest = None
    if finite and min(finite) < BEGUN * finite[0]:
        place = smooth.index(min(finite))
        lowest = rates[place]
        reach = max(1, round(SLOPE * a_decade))
        steps = np.arange(-reach, reach + 1)
        raw = np.asarray([loss for loss in losses if isfinite(loss)])
        if len(raw) >= len(steps):
            slopes = np.correlate(raw, steps, "valid")[: max(1, place - reach + 1)]
            steepest = rates[reach + int(slopes.argmin())]
    return RangeResult(tuple(rates), tuple(losses), tuple(smooth), end, steepest, lowest)


RUNNING, CANCELLED = "running", "cancelled"


@dataclass(frozen=True)
class RangeSubject(Subject):
    """The newest range test."""

    kind: Literal["range"] = "range"
    shared = True

    def given_up(self, message: str) -> str:
        """One that was under way has come to its end."""
        return message.replace(f'"status":"{RUNNING}"', f'"status":"{CANCELLED}"', 1)


class RangeStudy:
    """A range test with the optimizer of a lane, which everybody sees as it goes.

    `clock`: in seconds.
    """

    subject: Subject = RangeSubject()

    def __init__(
        self, experiment: Experiment, lane: LaneConfig, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._lane = lane.id
        self._test = RangeTest(experiment.config, experiment.data, lane.optimizer, experiment.probe)
        self._clock = clock
        self._next_report = clock()

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""
        return self._test.progress == 1

    def report(self) -> Members:
        """How far it has come."""
        return self._told("done" if self.done else RUNNING)

    def advance(self, experiment: Experiment) -> Members | None:
        """One step; a report, where one is due."""
        self._test.advance(experiment.parallel)
        return self.report() if self.done or self._clock() >= self._next_report else None

    def cancel(self) -> Members:
        """End it as it is."""
        return self._told(CANCELLED)

    def _told(self, status: str) -> Members:
        self._next_report = self._clock() + REPORT_INTERVAL
        result = self._test.result
        return {
            "lane": self._lane,
            "status": status,
            "progress": self._test.progress,
            "rates": result.rates,
            "losses": all_finite(result.losses),
            "smoothed": all_finite(result.smoothed),
            "end": result.end,
            "steepest": result.steepest,
            "lowest": result.lowest,
            "diverges": result.diverges,
            "lanes": result.lanes._asdict() if result.lanes else None,
        }
