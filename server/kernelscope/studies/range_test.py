"""The learning-rate range test: a short run in which the learning rate grows from far too small to far too large.

L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017 (arXiv:1506.01186), section 3.3, in S.
Gugger's form for fastai ("How Do You Find A Good Learning Rate", 2018): log-spaced rates, a smoothed loss, and an end
where that is several times its best.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10
from typing import Literal, NamedTuple

import numpy as np

from kernelscope.datasets import Batches, Dataset
from kernelscope.datasets.preparation import Seen
from kernelscope.experiment import Experiment
from kernelscope.experiment.config import ExperimentConfig
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneConfig
from kernelscope.nn import Constant, DataParallel
from kernelscope.nn.arrays import Array
from kernelscope.nn.masks import Masks
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject

LOWEST, HIGHEST = 1e-5, 10.0
STEPS = 300
"""The number of steps: 50 per decade of rates."""
SMOOTHING = 0.2
"""The time constant of the running mean of the loss, in decades of rates: 10 steps at 50 per decade."""
WORSE = 4.0
"""The sweep ends when the smoothed loss is this many times its best, as in fastai."""
BEGUN = 0.9
"""Below this share of the first loss something has been learned. If the smoothed loss then returns to the first one,
the sweep ends too: the loss of a collapsed network, which guesses, may be less than `WORSE` times the best."""
SLOPE = 0.3
"""Decades on each side over which the slope is measured, by a straight line through the raw losses."""
GOOD = 3.0
"""The rate of the lowest loss is at the edge of stability; a good one is this many times smaller. Gugger's tenth is for
runs of many epochs; for the first 200 steps a third is near the best, as measured with SGD, momentum and Adam."""
SMALL, LARGE = 30.0, 10.0
"""The factors by which the rates of the lanes too small and too large are below and above the good one."""
REPORT_INTERVAL = 0.25
"""Seconds between progress reports."""

End = Literal["diverged", "collapsed", "worse", "swept"]
"""A number became infinite; a layer died; the loss was far above its best; or none of these up to the last rate."""


class Lanes(NamedTuple):
    """Learning rates to compare side by side."""

    small: float
    good: float
    large: float


@dataclass(frozen=True)
class RangeResult:
    """The results of a sweep so far, by step."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """The loss of each step's batch, before its update; infinite where it overflowed."""
    smoothed: tuple[float, ...]
    """The bias-corrected exponential moving average of the losses."""
    accuracies: tuple[float, ...]
    """The share of each step's batch that was classified correctly, before its update."""
    smoothed_accuracies: tuple[float, ...]
    """The moving average of these, likewise."""
    end: End | None
    """Why the sweep ended; None while it is running."""
    steepest: float | None
    """The rate at which the loss fell most steeply, per decade of rates. None if nothing has been learned yet."""
    lowest: float | None
    """The rate of the lowest smoothed loss. None if nothing has been learned yet."""

    @property
    def diverges(self) -> float | None:
        """The rate at which training failed; None if it did not."""
        return None if self.end in (None, "swept") else self.rates[-1]

    @property
    def lanes(self) -> Lanes | None:
        """Rates too small, good, and too large; the last at least that at which the sweep failed."""
        if self.lowest is None:
            return None
        good = self.lowest / GOOD
        return Lanes(good / SMALL, good, max(good * LARGE, self.diverges or 0))


class RangeTest:
    """One sweep, with a step for each `advance`, until that returns the result.

    It starts from the initial weights of the experiment's lanes and sees the same batches, but shares nothing with
    them.

    Args:
        config: configuration of the experiment, with its current seed.
        data: data set of the experiment, as networks see it.
        tested: settings of the lane that the test is for, except for its rate.
        probe: images ``[n, channel, row, col]`` by which a collapse is detected.
        lowest: the first rate.
        highest: the last rate.
        steps: the number of steps of the whole sweep.

    Raises:
        ValueError: the rates do not ascend from above 0, or there are fewer than two steps.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        data: Dataset | Seen,
        tested: LaneConfig,
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
        settings = tested.model_copy(update={"learning_rate": 1.0, "schedule": Constant()})
        self._lane = Lane(settings, config.architecture, data.image_shape, weights)
        self._batches = Batches(data.train_images, data.train_labels, config.batch_size, np.random.default_rng(order))
        self._probe = probe
        self._seed = config.seed
        self._rates: list[float] = np.geomspace(lowest, highest, steps).tolist()
        self._a_decade = (steps - 1) / log10(highest / lowest)
        self._losses: list[float] = []
        self._accuracies: list[float] = []
        self._end: End | None = None

    @property
    def progress(self) -> float:
        """The progress, from 0 to 1; 1 as soon as the sweep has ended."""
        return 1.0 if self._end else len(self._losses) / len(self._rates)

    @property
    def result(self) -> RangeResult:
        """The result so far."""
        rates = self._rates[: len(self._losses)]
        return read(rates, self._losses, self._accuracies, self._a_decade, self._end)

    def advance(self, parallel: DataParallel) -> RangeResult | None:
        """Make a step with the next rate; return the result after the last one."""
        if self._end is None:
            lane = self._lane
            lane.config = lane.config.model_copy(update={"learning_rate": self._rates[len(self._losses)]})
            images, labels = next(self._batches)
            counts = [lane.config.images(len(labels))]
            masks = Masks(self._seed, len(self._losses) + 1)
            [loss] = parallel.gradients([lane.network], images, labels, masks, counts)
            lane.update(loss, self._probe)
            self._losses.append(loss.value if isfinite(loss.value) else inf)
            self._accuracies.append(loss.accuracy)
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


def smoothed(values: Sequence[float], a_decade: float) -> list[float]:
    """Exponential moving averages: m ← k·m + (1 − k)·value, starting from 0, divided by 1 − kᵗ at step t.

    The division corrects the bias towards the initial zero, as in Adam. `a_decade` is the number of steps per decade.
    """
    keep = max(0.0, 1 - 1 / (SMOOTHING * a_decade))
    mean, found = 0.0, []
    for count, value in enumerate(values, 1):
        mean = keep * mean + (1 - keep) * value
        found.append(mean / (1 - keep**count))
    return found


def read(
    rates: Sequence[float], losses: Sequence[float], accuracies: Sequence[float], a_decade: float, end: End | None
) -> RangeResult:
    """Evaluate the losses and accuracies at these rates, with `a_decade` steps per decade.

    The slope is that of the raw losses, symmetrically around a rate: a running mean lags, so that everything would seem
    to happen at larger rates than it does.
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
    means = tuple(smoothed(accuracies, a_decade))
    return RangeResult(tuple(rates), tuple(losses), tuple(smooth), tuple(accuracies), means, end, steepest, lowest)


RUNNING, CANCELLED = "running", "cancelled"


@dataclass(frozen=True)
class RangeSubject(Subject):
    """The newest range test."""

    kind: Literal["range"] = "range"
    shared = True

    def given_up(self, message: str) -> str:
        """Mark a running test as cancelled."""
        return message.replace(f'"status":"{RUNNING}"', f'"status":"{CANCELLED}"', 1)


class RangeStudy:
    """A range test with the settings of a lane, whose progress everybody sees.

    `clock` returns seconds.
    """

    subject: Subject = RangeSubject()

    def __init__(
        self, experiment: Experiment, lane: LaneConfig, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._lane = lane.id
        self._test = RangeTest(experiment.config, experiment.seen, lane, experiment.probe)
        self._clock = clock
        self._next_report = clock()

    @property
    def done(self) -> bool:
        """Whether the test has ended."""
        return self._test.progress == 1

    def report(self) -> Members:
        """Report the results so far."""
        return self._told("done" if self.done else RUNNING)

    def advance(self, experiment: Experiment) -> Members | None:
        """Make a step; return a report if one is due."""
        self._test.advance(experiment.parallel)
        return self.report() if self.done or self._clock() >= self._next_report else None

    def cancel(self) -> Members:
        """End the test, and return the last report."""
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
            "accuracies": result.accuracies,
            "smoothed_accuracies": result.smoothed_accuracies,
            "end": result.end,
            "steepest": result.steepest,
            "lowest": result.lowest,
            "diverges": result.diverges,
            "lanes": result.lanes._asdict() if result.lanes else None,
        }
