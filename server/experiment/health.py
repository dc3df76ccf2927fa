"""How the filters of a conv layer do: which respond to the probe images, and how far an update moves their weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.experiment.lane import response_layers
from server.nn import Network
from server.nn.arrays import Array


@dataclass(frozen=True)
class Responses:
    """How often each filter of a conv layer gets through its ReLU, on all positions of all probe images."""

    layer: str
    active: NDArray[np.float64]
    """``[out]``: the share of positions at which the activation is above zero, 0 to 1."""

    @property
    def dead(self) -> NDArray[np.bool_]:
        """``[out]``: nowhere. What lies before such a filter gets no gradient through it, nor does the filter."""
        dead: NDArray[np.bool_] = self.active == 0
        return dead

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """``[out]``: everywhere. The ReLU is then the identity: the filter has become linear and detects nothing.

        A ReLU has no flat upper end, as sigmoids have, to which the word belongs; here it means the one where it no
        longer tells anything apart. Its gradient still flows.
        """
        everywhere: NDArray[np.bool_] = self.active == 1
        return everywhere


def responses(network: Network, probe: Array) -> list[Responses]:
    """Of each conv layer with a ReLU behind it, to the images `probe` ``[n, channel, row, col]``.

    After a pool, where one lies between the two. A conv layer without a ReLU can neither die nor saturate and is left
    out.

    ValueError: there is no image.
    """
    if not len(probe):
        raise ValueError(f"expected at least one probe image, got {probe.shape}")
    relus = dict(response_layers(network.architecture))
    activations = network.trace(probe, layers=relus.values()).activations
    return [Responses(conv, (activations[relu] > 0).mean(axis=(0, 2, 3))) for conv, relu in relus.items()]


@dataclass(frozen=True)
class Sizes:
    """Euclidean norms of a conv layer's weights, and of its update in units of them. Biases are not counted."""

    kernels: Array
    """``[out, in]``: ‖W‖ of each kernel."""
    filters: Array
    """``[out]``: ‖W‖ of each filter, over all of its kernels."""
    kernel_ratios: Array
    """``[out, in]``: ‖update‖ / ‖W‖ of each kernel; infinite where W is zero, not a number where both are."""
    filter_ratios: Array
    """``[out]``: likewise of each filter."""


def sizes(weight: Array, update: Array) -> Sizes:
    """Of `weight` ``[out, in, row, col]``, before or after, and what was added to it.

    ValueError: they are not of one such shape.
    """
    if weight.ndim != 4 or weight.shape != update.shape:
        raise ValueError(
            f"expected a weight [out, in, row, col] and an update of the same shape, got {weight.shape}, {update.shape}"
        )
    kernels, moved = _norm(weight, (2, 3)), _norm(update, (2, 3))
    filters, filters_moved = _norm(weight, (1, 2, 3)), _norm(update, (1, 2, 3))
    with np.errstate(all="ignore"):
        return Sizes(kernels, filters, moved / kernels, filters_moved / filters)


def _norm(array: Array, axes: Sequence[int]) -> Array:
    found: Array = np.sqrt(np.square(array, dtype=np.float64).sum(axis=tuple(axes)))
    return found
