"""The loss of one batch along the line of an update, before, at and beyond the weights that it led to.

The line is L(W + t·u): W before a step, u the update it made, so that t = 1 is where the step went. The multiple t* at
which the loss is smallest says how many times as long the step could have been on this batch, whatever the optimizer.
For plain SGD, u = −lr·g, so that L(W + t·u) = L(W − α·g) with α = t·lr, and lr / α* = 1 / t*.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Literal, NamedTuple

import numpy as np

from server.nn import DataParallel, Loss, Network, Parameters
from server.nn.arrays import Array, Labels

GROWTH = 4.0
"""From one try to the next until the minimum lies between two. A bracket this wide takes two or three more to close."""
LONGEST = GROWTH**8
SHORTEST = GROWTH**-6
"""Multiples of the step between which the minimum is looked for."""
RESOLUTION = 1e-6
"""Of the loss: smaller changes may be float32 rounding. (Of a sum of logits it is some 1e-7.)"""
CLOSE = 0.05
"""How near the parabola's vertex must lie to the best multiple, once following it has helped, for the search to end."""
REFINEMENTS = 6
"""Tries at most once the minimum lies between two others."""
FEW = 3.0
"""Times the lane's step: how far the picture of the line goes at least."""

Bound = Literal["shortest", "longest"]
Search = Generator[float, float, Bound | None]
"""Yields a multiple t, wants L(W + t·u), and so on; returns the bound it ran into, if any."""


@dataclass(frozen=True)
class LossLine:
    """L(W + t·u) as far as it was looked at."""

    learning_rate: float
    multiples: tuple[float, ...]
    """Every t, ascending; 0 and 1 are among them."""
    losses: tuple[float, ...]
    """L at each; infinite where it overflowed or was not a number."""
    best: float
    """t*, the first minimum met from the lane's step on. 0: the loss rises at once, or the update is nothing."""
    bound: Bound | None
    """``longest``: the loss still fell at `LONGEST`, which is then `best`; ``shortest``: it rose even at `SHORTEST`."""

    @property
    def ratio(self) -> float:
        """1 / t*: the step's length in units of the best one; lr / α* for plain SGD. Infinite where t* is 0."""
        return 1 / self.best if self.best else inf

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
        """α = t·lr of each multiple: for plain SGD the α of L(W − α·g)."""
        return tuple(multiple * self.learning_rate for multiple in self.multiples)

    @property
    def best_alpha(self) -> float:
        """α* = t*·lr."""
        return self.best * self.learning_rate


def minimum(loss: float, slope: float) -> Search:
    """Look for the minimum of a function of t > 0 with the value `loss` and the derivative `slope` at 0.

    Beginning at t = 1, the lane's step, t grows (or shrinks, where the loss rose) by `GROWTH` until a multiple is
    better than both its neighbours. Then a parabola through the three is followed, which is exact for a quadratic
    function; where that does not help, the wider side is halved, in log t. So the minimum is found to within a factor
    of 1.6, mostly of 1.05, whatever wall there is behind it. As a rule 5 to 12 values are asked for, 21 at most.
    """
    known = {0.0: loss, 1.0: (yield 1.0)}
    if not slope < 0:
        return "shortest" if slope else None
    # A change too small to be told from rounding says nothing of up and down.
    t = 1.0
    while t < LONGEST and -slope * t < RESOLUTION * abs(loss):
        t *= GROWTH
    if t > 1:
        known[t] = yield t
    before = 0.0
    if known[t] < loss:
        while True:
            if t >= LONGEST:
                return "longest"
            known[t * GROWTH] = yield t * GROWTH
            if known[t * GROWTH] >= known[t]:
                break
            before, t = t, t * GROWTH
    else:
        while known[t] >= loss:
            t /= GROWTH
            if t < SHORTEST:
                return "shortest"
            if t not in known:
                known[t] = yield t
    low, middle, high = before, t, t * GROWTH
    helps, confirmed = True, False
    for _ in range(REFINEMENTS):
        vertex = _vertex((low, middle, high), (known[low], known[middle], known[high]))
        if vertex is not None and abs(vertex - middle) <= CLOSE * middle:
            if confirmed:
                break
            vertex = None  # it may lie there by chance
        if not helps:
            vertex = None
        place = _between(low, middle, high) if vertex is None else vertex
        known[place] = yield place
        helps = known[place] < known[middle]
        confirmed = helps and vertex is not None
        if helps:
            low, middle, high = (low, place, middle) if place < middle else (middle, place, high)
        else:
            low, high = (place, high) if place < middle else (low, place)
    return None


def _vertex(t: tuple[float, float, float], loss: tuple[float, float, float]) -> float | None:
    """Where the parabola through three points is lowest; None where there is no such place between the outer two."""
    if not isfinite(loss[0] + loss[2]):
        return None
    (low, middle, high), (left, best, right) = t, loss
    falls, rises = (middle - low) * (best - right), (middle - high) * (best - left)
    if falls == rises:
        return None
    vertex = middle - ((middle - low) * falls - (middle - high) * rises) / (2 * (falls - rises))
    return vertex if low < vertex < high else None


def _between(low: float, middle: float, high: float) -> float:
    """Halfway through the wider side, in log t."""
    low = low or middle / GROWTH
    return sqrt(low * middle if middle / low > high / middle else middle * high)


class Line:
    """The search along one update, a few evaluations at a time: `advance` between two steps until it gives the line.

    Weights and batch are its own or read only, so that training may go on meanwhile.

    Args:
        before: W, copied.
        update: u ``[parameter]``, copied: ``after.flat - before.flat``, or −lr·g for the line along the gradient.
        gradient: g ``[parameter]`` at W, of this batch.
        loss: L(W) of this batch.
        images: ``[n, channel, row, col]``
        labels: ``[n]``
        learning_rate: what a multiple of 1 stands for.
        points: this many further values for a picture, evenly over 0 to `FEW` steps or twice the minimum's place.

    Raises:
        ValueError: sizes do not fit, the loss, the update or the gradient is not finite, or `points` is negative.
    """

    def __init__(
        self,
        before: Parameters,
        update: Array,
        gradient: Array,
        loss: float,
        images: Array,
        labels: Labels,
        learning_rate: float,
        points: int = 0,
    ) -> None:
        if not update.shape == gradient.shape == before.flat.shape:
            raise ValueError(
                f"expected an update and a gradient of shape {before.flat.shape}, got {update.shape}, {gradient.shape}"
            )
        slope = float(np.dot(update.astype(np.float64), gradient))
        if not (isfinite(loss) and isfinite(slope)):
            raise ValueError(f"expected a finite loss and slope along the update, got {loss} and {slope}")
        if points < 0:
            raise ValueError(f"points: expected at least 0, got {points}")
        self._before, self._update = before.copy(), update.copy()
        self._shifted = before.copy()
        self._images, self._labels = images, labels
        self._learning_rate, self._points = learning_rate, points
        self._known = {0.0: loss}
        self._bound: Bound | None = None
        self._best = 0.0
        self._wanted = self._multiples(loss, slope)
        self._next: float | None = next(self._wanted)

    def _multiples(self, loss: float, slope: float) -> Generator[float, float, None]:
        """The search, and then the picture."""
        self._bound = yield from minimum(loss, slope)
        if slope < 0 and self._bound != "shortest":
            self._best = min(self._known, key=self._known.__getitem__)
        if self._points:
            for multiple in np.linspace(0, max(FEW, 2 * self._best), self._points + 1)[1:].tolist():
                if multiple not in self._known:
                    yield multiple

    def advance(self, parallel: DataParallel, most: int = 2) -> LossLine | None:
        """At most so many evaluations more, each a forward pass (a third of a step of one lane); the line at the end.

        ValueError: `most` is less than 1.
        """
        if most < 1:
            raise ValueError(f"most: expected at least 1, got {most}")
        for _ in range(most):
            if self._next is None:
                break
            loss = self._loss(parallel, self._next)
            self._known[self._next] = loss
            try:
                self._next = self._wanted.send(loss)
            except StopIteration:
                self._next = None
        if self._next is not None:
            return None
        multiples = sorted(self._known)
        losses = tuple(self._known[multiple] for multiple in multiples)
        return LossLine(self._learning_rate, tuple(multiples), losses, self._best, self._bound)

    @np.errstate(all="ignore")  # a long step may well overflow: that is a loss of infinity
    def _loss(self, parallel: DataParallel, multiple: float) -> float:
        np.multiply(self._update, multiple, out=self._shifted.flat)
        self._shifted.flat += self._before.flat
        [loss] = parallel.losses([self._shifted], self._images, self._labels)
        return loss.value if isfinite(loss.value) else inf


class SameBatch(NamedTuple):
    """One batch before and after the update that it led to."""

    before: float
    """L(W)"""
    after: float
    """L(W + u); infinite where it overflowed."""
    flipped: float
    """Share of the gradient's components that changed sign, of those that had one; 0 where none had."""

    @property
    def rose(self) -> bool:
        """Whether the step made worse the very batch that it was made for."""
        return self.after > self.before


def same_batch(
    network: Network, gradient: Array, before: Loss, images: Array, labels: Labels, parallel: DataParallel
) -> SameBatch:
    """The batch again, after the update. It takes as long as one lane's step.

    Args:
        network: with the weights after the update: a `twin`, since its ``grads`` are written over.
        gradient: ``[parameter]``, what the update was made from.
        before: the loss that came with it.
        images: the same batch, ``[n, channel, row, col]``.
        labels: ``[n]``
        parallel: computes it.
    """
    if gradient.shape != network.grads.flat.shape:
        raise ValueError(f"expected a gradient of shape {network.grads.flat.shape}, got {gradient.shape}")
    [after] = parallel.gradients([network], images, labels)
    return SameBatch(
        before.value, after.value if isfinite(after.value) else inf, sign_flips(gradient, network.grads.flat)
    )


def sign_flips(before: Array, after: Array) -> float:
    """The share of `before`'s numbers other than zero that have the other sign in `after`; 0 where there are none."""
    signed = np.count_nonzero(before)
    flipped = np.count_nonzero(np.sign(before) * np.sign(after) < 0)
    return float(flipped / signed) if signed else 0.0
