"""Observations: the effect of a step on its own batch, by lane, measured in small pieces during training."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from kernelscope.experiment import Experiment
from kernelscope.experiment.kernels import always_shown, kernel_shapes
from kernelscope.experiment.lane import Lane
from kernelscope.nn import DataParallel, LayerShape, Parameters, Step
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.studies.descent import Line, LossLine
from kernelscope.studies.health import norms

MOST_FILTERS = 256
"""The largest number of filters whose norms are recorded."""
OFTEN, EARLY, SELDOM = 20, 200, 50
"""Steps between observations: `OFTEN` up to step `EARLY`, `SELDOM` after it. One takes as long as about four steps."""


def filters(layers: Iterable[LayerShape]) -> int:
    """The number of filters whose norms are recorded."""
    layers = list(layers)
    kernels = kernel_shapes(layers)
    count = sum(kernels[layer][0] for layer in always_shown(layers))
    return count if count <= MOST_FILTERS else 0


def is_observed(step: int) -> bool:
    """Whether `step` is to be observed."""
    return step % (OFTEN if step <= EARLY else SELDOM) == 0


class ObservationRecord(NamedTuple):
    """The observation of one step, by lane; NaN for lanes that made no step."""

    step: int
    ratio: tuple[float, ...]
    """1 / t*, the step's length in units of the best one for its batch; lr / α* for plain SGD."""
    norm: tuple[tuple[float, ...], ...]
    """‖W‖ after the update, of each filter of all conv layers; empty if there are more than `MOST_FILTERS`."""


@dataclass
class _Look:
    """One lane's step, with all that is needed to observe it."""

    lane: Lane
    before: Parameters
    after: Parameters
    gradient: Array
    step: Step
    images: int
    """The number of images of the batch that it saw, the first ones."""

    @property
    def norms(self) -> tuple[float, ...]:
        layers = self.after.shapes
        if not filters(layers):
            return ()
        of_layers = [norms(self.after[f"{layer}.weight"]) for layer in always_shown(layers)]
        return tuple(np.concatenate(of_layers).tolist())


class Observation:
    """The observation of one step of some lanes, on its batch. Weights are copied, so that training can continue.

    Attributes:
        step: number of the step.
        found: the results so far, by lane id.
    """

    def __init__(self, step: int, images: Array, labels: Labels, masks: Masks | None = None) -> None:
        self.step = step
        self.found: dict[str, LossLine] = {}
        self._images, self._labels, self._masks = images, labels, masks
        self._looks: list[_Look] = []
        self._slices: Iterator[None] | None = None

    def add(self, lane: Lane, step: Step) -> None:
        """Add a lane that has just made the `step`."""
        before, after = lane.before.copy(), lane.network.params.copy()
        images = lane.config.images(len(self._labels))
        self._looks.append(_Look(lane, before, after, lane.gradient.flat.copy(), step, images))

    def advance(self, parallel: DataParallel) -> bool:
        """Continue with each lane for less than a step's work; return whether it is done, after 17 calls at most."""
        self._slices = self._slices or self._measure(parallel)
        return any(next(self._slices, self) is self for _ in range(len(self._looks) + 1))

    def _measure(self, parallel: DataParallel) -> Iterator[None]:
        for look in self._looks:
            update = look.after.flat - look.before.flat
            with np.errstate(all="ignore"):
                finite = np.isfinite(np.dot(update, look.gradient))
            if not finite:
                continue
            loss, rate = look.step.loss, look.step.learning_rate
            batch = self._images[: look.images], self._labels[: look.images]
            line = Line(look.before, update, look.gradient, loss, *batch, rate, masks=self._masks)
            while (found := line.advance(parallel)) is None:
                yield
            self.found[look.lane.id] = found
            yield

    def record(self, lanes: Sequence[Lane]) -> ObservationRecord:
        """The results as a record, in the order of the `lanes`."""
        norms = {look.lane.id: look.norms for look in self._looks}
        unknown = (nan,) * filters(lanes[0].network.shapes)
        rows = [
            (found.ratio, norms[lane.id]) if (found := self.found.get(lane.id)) else (nan, unknown) for lane in lanes
        ]
        return ObservationRecord(self.step, *zip(*rows, strict=True))


class Observer:
    """Observes steps of an experiment, one at a time, while it trains (see `is_observed`)."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._current: Observation | None = None

    @property
    def busy(self) -> bool:
        """Whether a step is being observed."""
        return self._current is not None

    def stepped(self) -> None:
        """Begin to observe the step that the experiment has just made, if it is due and no other is being observed."""
        experiment = self._experiment
        if self._current or experiment.last is None or not is_observed(experiment.step):
            return
        images, labels, made = experiment.last
        self._current = Observation(experiment.step, images, labels, experiment.last_masks)
        for lane in experiment.lanes:
            if lane.id in made and not made[lane.id].not_finite:
                self._current.add(lane, made[lane.id])

    def advance(self) -> ObservationRecord | None:
        """Continue a little; return the record once an observation is complete."""
        if self._current is None or not self._current.advance(self._experiment.parallel):
            return None
        record = self._current.record(self._experiment.lanes)
        self._current = None
        return record
