"""The gradient of one weight by experiment: change it a little, and see what the loss does."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn import LayerShape, Parameters, softmax_cross_entropy
from kernelscope.nn.arrays import Array, Labels, batch_first
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import prepare

TRIES = (1e-6, 1e-7)
"""ε: fewer kinks lie within a smaller one; at the last, rounding in float64 makes some 1e-8 of the quotient."""


@dataclass(frozen=True)
class FiniteDifference:
    """(L(w + ε) − L(w − ε)) / 2ε on one batch, in float64."""

    epsilon: float
    below: float
    """L(w − ε)"""
    above: float
    """L(w + ε)"""
    switches: int
    """How many ReLUs (of one position of one image) change between passing and not passing, and how many pools choose
    another place, between w − ε and w + ε. At such a kink L has no derivative, and the quotient need not be the
    gradient."""

    @property
    def slope(self) -> float:
        """The quotient: it nears ∂L/∂w as ε², where there are no kinks."""
        return (self.above - self.below) / (2 * self.epsilon)


def finite_difference(
    shapes: Sequence[LayerShape], params: Parameters, images: Array, labels: Labels, index: int
) -> Generator[None, None, FiniteDifference]:
    """For the parameter ``params.flat[index]``; a shard of the batch at a time, each some steps of a lane of work.

    With the first ε of `TRIES` that no kink lies within, else with the last. `params` are copied first.
    """
    exact = Parameters(shapes, np.dtype(np.float64))
    exact.flat[...] = params.flat
    for epsilon in TRIES:
        found = yield from _try(shapes, exact, images, labels, index, epsilon)
        if not found.switches:
            break
    return found


def _try(
    shapes: Sequence[LayerShape], params: Parameters, images: Array, labels: Labels, index: int, epsilon: float
) -> Generator[None, None, FiniteDifference]:
    weight = params.flat[index]
    losses, switches = {-1: 0.0, 1: 0.0}, 0
    run: Sequential | None = None
    for part in prepare(images, labels, params.flat.dtype):
        for shard in part:
            if run is None or run.n != len(shard.labels):
                run = Sequential(shapes, len(shard.labels), params.flat.dtype, fused=False)
                run.bind(params)
            chosen = {}
            for sign in losses:
                params.flat[index] = weight + sign * epsilon
                with np.errstate(all="ignore"):
                    logits = batch_first(run.forward(shard.x)).reshape(len(shard.labels), -1)
                    losses[sign] += softmax_cross_entropy(logits, shard.labels, len(labels))[0].value
                params.flat[index] = weight
                chosen[sign] = _choices(run)
            switches += sum(int(np.count_nonzero(low != high)) for low, high in zip(chosen[-1], chosen[1], strict=True))
            yield
    return FiniteDifference(epsilon, losses[-1], losses[1], switches)


def _choices(run: Sequential) -> list[NDArray[Any]]:
    """Which ReLUs passed and which places the pools chose in the last forward pass."""
    return [choices for layer in run.layers if (choices := layer.choices()) is not None]
