"""Gradient checking: the gradient of one weight by a central difference."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn import LayerShape, Parameters, softmax_cross_entropy
from kernelscope.nn.arrays import Array, Labels, batch_first
from kernelscope.nn.masks import Masks
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import Part, prepare

TRIES = (1e-6, 1e-7)
"""Values of ε. A smaller one spans fewer kinks; at the last, float64 rounding is about 1e-8 of the quotient."""


@dataclass(frozen=True)
class FiniteDifference:
    """The central difference (L(w + ε) − L(w − ε)) / 2ε on one batch, in float64."""

    epsilon: float
    below: float
    """L(w − ε)"""
    above: float
    """L(w + ε)"""
    switches: int
    """The number of ReLUs, leaky or not (each at one position of one image), that switch, and of pools that choose
    another place, between w − ε and w + ε. At such a kink L has no derivative, and the quotient need not be the
    gradient."""

    @property
    def slope(self) -> float:
        """The quotient. Without kinks it differs from ∂L/∂w by O(ε²)."""
        return (self.above - self.below) / (2 * self.epsilon)


def finite_difference(
    shapes: Sequence[LayerShape],
    params: Parameters,
    images: Array,
    labels: Labels,
    index: int,
    masks: Masks | None = None,
) -> Generator[None, None, FiniteDifference]:
    """Compute the central difference for ``params.flat[index]``, a shard at a time, each the work of a few steps.

    Dropout `masks` are the same on both sides; without them nothing is dropped.

    It uses the first ε of `TRIES` that spans no kink, else the last. `params` are copied first.
    """
    exact = Parameters(shapes, np.dtype(np.float64))
    exact.flat[...] = params.flat
    parts = prepare(images, labels, exact.flat.dtype, masks)
    for epsilon in TRIES:
        found = yield from _try(shapes, exact, parts, len(labels), index, epsilon)
        if not found.switches:
            break
    return found


def _try(
    shapes: Sequence[LayerShape], params: Parameters, parts: Sequence[Part], batch: int, index: int, epsilon: float
) -> Generator[None, None, FiniteDifference]:
    weight = params.flat[index]
    losses, switches = {-1: 0.0, 1: 0.0}, 0
    run: Sequential | None = None
    for part in parts:
        for shard in part:
            if run is None or run.n != len(shard.labels):
                run = Sequential(shapes, len(shard.labels), params.flat.dtype, fused=False)
            run.bind(params, masks=shard.masks)
            chosen = {}
            for sign in losses:
                params.flat[index] = weight + sign * epsilon
                with np.errstate(all="ignore"):
                    logits = batch_first(run.forward(shard.x)).reshape(len(shard.labels), -1)
                    losses[sign] += softmax_cross_entropy(logits, shard.labels, batch)[0].value
                params.flat[index] = weight
                chosen[sign] = _choices(run)
            switches += sum(int(np.count_nonzero(low != high)) for low, high in zip(chosen[-1], chosen[1], strict=True))
            yield
    return FiniteDifference(epsilon, losses[-1], losses[1], switches)


def _choices(run: Sequential) -> list[NDArray[Any]]:
    """On which side of their kinks the activations were, and which places the pools chose in the last forward pass."""
    return [choices for layer in run.layers if (choices := layer.choices()) is not None]
