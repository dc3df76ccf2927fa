"""How the filters of a conv layer do: which respond to the probe images, and how far an update moves their weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.experiment import Experiment
from kernelscope.experiment.kernels import always_shown
from kernelscope.experiment.lane import response_layers
from kernelscope.nn import Network
from kernelscope.nn.arrays import Array, batch_last
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import SHARD


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


def responses(networks: Sequence[Network], probe: Array) -> list[list[Responses]]:
    """For each of some networks of one architecture: of each conv layer with a ReLU behind it, to the images `probe`.

    These are ``[n, channel, row, col]``. It is counted behind a pool, where one lies between the two. A conv layer
    without a ReLU can neither die nor saturate and is left out.

    ValueError: there is no image.
    """
    if not len(probe):
        raise ValueError(f"expected at least one probe image, got {probe.shape}")
    first = networks[0]
    shown = always_shown(first.shapes)
    layers = {relu: layer for layer, relu in response_layers(first.shapes) if layer in shown}
    reach = 1 + max((place for place, spec in enumerate(first.architecture) if spec.name in layers), default=-1)
    counts: list[dict[str, Any]] = [dict.fromkeys(layers, 0) for _ in networks]
    sizes: dict[str, int] = {}
    # Shards of one size where it can be, so that one set of arrays does for all of them and for all networks.
    size = ceil(len(probe) / ceil(len(probe) / SHARD))
    run: Sequential | None = None
    for start in range(0, len(probe), size):
        images = batch_last(probe[start : start + size].astype(first.dtype, copy=False))
        if run is None or run.n != images.shape[3]:
            run = Sequential(first.shapes[:reach], images.shape[3], first.dtype, fused=False)
        for network, counted in zip(networks, counts, strict=True):

            def count(layer: str, output: Array, counted: dict[str, Any] = counted) -> None:
                if layer in layers:
                    counted[layer] = counted[layer] + np.count_nonzero(output > 0, axis=(0, 2, 3))
                    sizes[layer] = output.shape[0] * output.shape[2]

            run.bind(network.params)
            with np.errstate(all="ignore"):
                run.forward(images, count)
    return [
        [Responses(conv, counted[relu] / (sizes[relu] * len(probe))) for relu, conv in layers.items()]
        for counted in counts
    ]


@dataclass(frozen=True)
class Responding:
    """Which filters of an experiment responded to the probe images."""

    step: int
    """After which."""
    active: Mapping[str, NDArray[np.float64]]
    """``[lane, out]`` of each conv layer with a ReLU: `Responses.active`."""


def responding(experiment: Experiment) -> Responding:
    """Have the probe images seen by all lanes of an experiment as they are."""
    found = responses([lane.network for lane in experiment.lanes], experiment.probe)
    layers = zip(*found, strict=True)
    active = {of_lanes[0].layer: np.stack([one.active for one in of_lanes]) for of_lanes in layers}
    return Responding(experiment.step, active)


def norms(weight: Array) -> Array:
    """``[…, out]``: ‖W‖ of each filter of a conv layer, of weights ``[…, out, in, row, col]``."""
    rows = weight.reshape(*weight.shape[:-3], -1).astype(np.float64)
    found: Array = np.sqrt(np.einsum("...i,...i->...", rows, rows))
    return found


def ratios(before: Array, update: Array) -> Array:
    """``[…, out]``: ‖update‖ / ‖W‖ of each filter, where `update` was added to W, `before` ``[…, out, in, row, col]``.

    Infinite where W was zero, not a number where both were.

    ValueError: they are not of one shape.
    """
    if before.shape != update.shape:
        raise ValueError(f"expected an update of the weights' shape {before.shape}, got {update.shape}")
    with np.errstate(all="ignore"):
        found: Array = norms(update) / norms(before)
    return found
