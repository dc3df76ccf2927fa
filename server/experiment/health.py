"""How the filters of a conv layer do: which respond to the probe images, and how far an update moves their weights."""

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


def norms(weight: Array) -> Array:
    """``[…, out]``: ‖W‖ of each filter of a conv layer, of weights ``[…, out, in, row, col]``."""
    found: Array = np.sqrt(np.square(weight, dtype=np.float64).sum(axis=(-3, -2, -1)))
    return found


def ratios(weight: Array, update: Array) -> Array:
    """``[…, out]``: ‖update‖ / ‖W‖ of each filter, where `update` led to `weight` ``[…, out, in, row, col]`` from W.

    Infinite where W was zero, not a number where both were.

    ValueError: they are not of one shape.
    """
    if weight.shape != update.shape:
        raise ValueError(f"expected an update of the weights' shape {weight.shape}, got {update.shape}")
    with np.errstate(all="ignore"):
        found: Array = norms(update) / norms(weight.astype(np.float64) - update)
    return found
