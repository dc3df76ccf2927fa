"""A line search: the loss of one batch along the line of an update, before, at and beyond the updated weights.

The line is L(W + t·u), where W are the weights before a step and u is its update, so that t = 1 is where the step went.
The multiple t* of the smallest loss is the factor by which the step should have been longer on this batch, whatever the
optimizer.
For plain SGD, u = −lr·g, so that L(W + t·u) = L(W − α·g) with α = t·lr, and lr / α* = 1 / t*.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Literal

import numpy as np

from kernelscope.nn import DataParallel, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks

GROWTH = 4.0
"""The factor from one trial to the next until the minimum is bracketed."""
LONGEST = GROWTH**8
SHORTEST = GROWTH**-6
"""The multiples of the step between which the minimum is searched for."""
RESOLUTION = 1e-6
"""The relative change of the loss below which it may be float32 rounding, which is about 1e-7 for a sum of logits."""
CLOSE = 0.003
"""The relative tolerance of the minimum's place: Brent's method ends within three times that, 1 %."""
TRIES = 20
"""The largest number of trials once the minimum is bracketed."""
GOLDEN = (3 - sqrt(5)) / 2
FEW = 3.0
"""The multiple of the lane's step that the plot of the line covers at least."""

Bound = Literal["shortest", "longest"]
Known = dict[float, float]
"""L(W + t·u) by t."""
Search = Generator[float, float, Bound | None]
"""Yields multiples t, receives L(W + t·u) for each, and returns the bound that it reached, if any."""


@dataclass(frozen=True)
class LossLine:
    """The values of L(W + t·u) that were computed, and the minimum."""

    learning_rate: float
    multiples: tuple[float, ...]
    """Every t, ascending; 0 and 1 are among them."""
    losses: tuple[float, ...]
    """L at each; infinite where it overflowed or was NaN."""
    best: float
    """t*, the minimum found from the lane's step on, with the lowest of `losses`; 0 if none is lower than at 0."""
    bound: Bound | None
    """``longest``: the loss was still falling at the longest multiple, which is then `best`; ``shortest``: it rose even
    at `SHORTEST`, or from the start."""

    @property
    def ratio(self) -> float:
        """1 / t*, the step's length in units of the best one; lr / α* for plain SGD.

        It is infinite if no length lowers the loss, and NaN if none changes it.
        """
        if self.best:
            return 1 / self.best
        return inf if self.bound else nan

    @property
    def loss(self) -> float:
        """L(W), before the step."""
        return self.losses[self.multiples.index(0.0)]

    @property
    def loss_at_step(self) -> float:
        """L(W + u), after the step, on the same batch."""
        return self.losses[self.multiples.index(1.0)]

    @property
    def alphas(self) -> tuple[float, ...]:
        """α = t·lr of each multiple; for plain SGD, the α of L(W − α·g)."""
        return tuple(multiple * self.learning_rate for multiple in self.multiples)

    @property
    def best_alpha(self) -> float:
        """α* = t*·lr."""
        return self.best * self.learning_rate


def minimum(known: Known, slope: float) -> Search:
    """Search for the minimum of a function of t > 0 that is `known` at 0, with derivative `slope`; extends `known`.

    Starting at t = 1, the lane's step, t shrinks by `GROWTH` while the loss is no lower than at 0, or grows while it
    falls, until a multiple is better than both its neighbours, which bracket the minimum for `_brent`. It usually takes
    8 to 14 evaluations, and at most 9 + `TRIES`.
    """
    loss, t = known[0.0], 1.0
    known[t] = yield t
    if not (slope < 0 or known[t] < loss):
        return "shortest" if slope else None
    # A change too small to distinguish from rounding says nothing about the direction.
    while slope < 0 and t < LONGEST and -slope * t < RESOLUTION * abs(loss):
        t *= GROWTH
    if t > 1:
        known[t] = yield t
    while known[t] >= loss:
        t /= GROWTH
        if t < SHORTEST:
            return "shortest"
        if t not in known:
            known[t] = yield t
    return (yield from refined(known))


def refined(known: Known) -> Search:
    """Search for the local minimum next to the lowest value that is `known`."""
    while (best := min(known, key=known.__getitem__)) == max(known):
        if best >= LONGEST:
            return "longest"
        known[best * GROWTH] = yield best * GROWTH
    places = sorted(known)
    place = places.index(best)
    yield from _brent(known, places[place - 1], best, places[place + 1])
    return None


def _brent(known: Known, low: float, best: float, high: float) -> Generator[float, float, None]:
    """Close in on a bracketed minimum: R. P. Brent, "Algorithms for Minimization without Derivatives", 1973.

    It follows the parabola through the three lowest points while its steps at least halve, and otherwise takes a golden
    section of the wider side. `known` has a lower value at `best` than at `low` and `high`.
    """
    second, third = sorted((low, high), key=known.__getitem__)
    last = before = high - low
    for _ in range(TRIES):
        close = CLOSE * best
        if max(best - low, high - best) <= 2 * close:
            return
        wider = (high if best < (low + high) / 2 else low) - best
        vertex = _vertex((second, best, third), (known[second], known[best], known[third]))
        if vertex is not None and low < vertex < high and abs(vertex - best) < abs(before) / 2:
            step, before = vertex - best, last
            if min(best + step - low, high - best - step) < 2 * close:
                step = close if wider > 0 else -close
        else:
            step, before = GOLDEN * wider, wider
        last = step
        place = best + (step if abs(step) >= close else close if step > 0 else -close)
        known[place] = yield place
        if known[place] < known[best]:
            low, high = (low, best) if place < best else (best, high)
            best, second, third = place, best, second
        else:
            low, high = (place, high) if place < best else (low, place)
            if known[place] <= known[second]:
                second, third = place, second
            elif known[place] <= known[third]:
                third = place


def _vertex(t: tuple[float, float, float], loss: tuple[float, float, float]) -> float | None:
    """The vertex of the parabola through three points; None if there is none."""
    if not isfinite(sum(loss)):
        return None
    (left, middle, right), (one, best, other) = t, loss
    falls, rises = (middle - left) * (best - other), (middle - right) * (best - one)
    if falls == rises:
        return None
    return middle - ((middle - left) * falls - (middle - right) * rises) / (2 * (falls - rises))


class Line:
    """The search along one update, a few evaluations at a time: call `advance` between steps until it returns the line.

    Weights are copied and the batch is read only, so that training can continue meanwhile.

    Args:
        before: W, copied.
        update: u ``[parameter]``, copied: ``after.flat - before.flat``, or −lr·g for the line along the gradient.
        gradient: g ``[parameter]`` at W, of the step's batch.
        loss: L(W) of these images; None if it is not known yet.
        images: ``[n, channel, row, col]``, of that batch or others.
        labels: ``[n]``
        learning_rate: the learning rate that a multiple of 1 corresponds to.
        points: the number of further values for a plot, evenly spaced from 0 to `FEW` steps or twice the minimum. If
            one of them is lower than all others, the search continues next to it.
        masks: the dropout masks of that batch; None: nothing is dropped.

    Raises:
        ValueError: shapes do not match; the loss, the update or the gradient is not finite; or `points` is negative.
    """

    def __init__(
        self,
        before: Parameters,
        update: Array,
        gradient: Array,
        loss: float | None,
        images: Array,
        labels: Labels,
        learning_rate: float,
        points: int = 0,
        masks: Masks | None = None,
    ) -> None:
        if not update.shape == gradient.shape == before.flat.shape:
            raise ValueError(
                f"expected an update and a gradient of shape {before.flat.shape}, got {update.shape}, {gradient.shape}"
            )
        slope = float(np.dot(update.astype(np.float64), gradient))
        if not (isfinite(loss or 0) and isfinite(slope)):
            raise ValueError(f"expected a finite loss and slope along the update, got {loss} and {slope}")
        if points < 0:
            raise ValueError(f"points: expected at least 0, got {points}")
        self._before, self._update = before.copy(), update.copy()
        self._shifted = before.copy()
        self._images, self._labels, self._masks = images, labels, masks
        self._learning_rate, self._points = learning_rate, points
        self._known: Known = {} if loss is None else {0.0: loss}
        self._bound: Bound | None = None
        self._wanted = self._multiples(slope)
        self._next: float | None = next(self._wanted)

    @property
    def _best(self) -> float:
        return min(self._known, key=self._known.__getitem__)  # 0 comes first, so it wins ties

    def _multiples(self, slope: float) -> Generator[float, float, None]:
        """Yield the multiples of the search, then those of the plot."""
        if not self._known:
            self._known[0.0] = yield 0.0
        self._bound = yield from minimum(self._known, slope)
        if not self._points:
            return
        for multiple in np.linspace(0, max(FEW, 2 * self._best), self._points + 1)[1:].tolist():
            if multiple not in self._known:
                self._known[multiple] = yield multiple
        found = 0
        while self._best and found < len(self._known):
            found = len(self._known)
            self._bound = yield from refined(self._known)

    def advance(self, parallel: DataParallel, most: int = 2) -> LossLine | None:
        """Make at most `most` evaluations, each a forward pass (a third of a lane's step); return the line at the end.

        Raises:
            ValueError: `most` is less than 1.
        """
        if most < 1:
            raise ValueError(f"most: expected at least 1, got {most}")
        for _ in range(most):
            if self._next is None:
                break
            try:
                self._next = self._wanted.send(self._loss(parallel, self._next))
            except StopIteration:
                self._next = None
        if self._next is not None:
            return None
        multiples = sorted(self._known)
        losses = tuple(self._known[multiple] for multiple in multiples)
        return LossLine(self._learning_rate, tuple(multiples), losses, self._best, self._bound)

    @np.errstate(all="ignore")  # a long step may overflow, which counts as an infinite loss
    def _loss(self, parallel: DataParallel, multiple: float) -> float:
        np.multiply(self._update, multiple, out=self._shifted.flat)
        self._shifted.flat += self._before.flat
        [loss] = parallel.losses([self._shifted], self._images, self._labels, self._masks)
        return loss.value if isfinite(loss.value) else inf
