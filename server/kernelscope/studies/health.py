"""Statistics of filters: which respond to the probe images, and how far an update moves their weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.experiment import Experiment
from kernelscope.nn import LayerSpec, Network
from kernelscope.nn.arrays import Array
from kernelscope.studies.probing import Probing


@dataclass(frozen=True)
class Responses:
    """How often each filter of a conv layer passes its ReLU, over all positions of all probe images."""

    layer: str
    active: NDArray[np.float64]
    """``[out]``: the share of positions with an activation above zero, from 0 to 1."""

    @property
    def dead(self) -> NDArray[np.bool_]:
        """``[out]``: whether a filter is active nowhere. It then gets no gradient, and passes none on."""
        dead: NDArray[np.bool_] = self.active == 0
        return dead

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """``[out]``: whether a filter is active everywhere. The ReLU is then the identity, and the filter linear.

        Unlike a saturated sigmoid, from which the word is borrowed, it still passes gradients; but it no longer
        discriminates.
        """
        everywhere: NDArray[np.bool_] = self.active == 1
        return everywhere


def responses(networks: Sequence[Network], probe: Array) -> list[list[Responses]]:
    """Measure the responses of each network's conv layers to the images `probe` ``[n, channel, row, col]``.

    Activations are counted behind a pool between the conv layer and its ReLU. A conv layer without a ReLU can neither
    die nor saturate, and is left out.

    Raises:
        ValueError: there are no images.
    """
    if not len(probe):
        raise ValueError(f"expected at least one probe image, got {probe.shape}")
    probings: dict[tuple[LayerSpec, ...], Probing] = {}
    found: list[list[Responses]] = []
    for network in networks:
        if network.architecture not in probings:
            probings[network.architecture] = Probing(network, probe)
        probing = probings[network.architecture]
        counted: dict[str, Any] = dict.fromkeys(probing.positions, 0)

        def count(layer: str, output: Array, counted: dict[str, Any] = counted) -> None:
            counted[layer] = counted[layer] + np.count_nonzero(output > 0, axis=(0, 2, 3))

        probing.run(network.params, count)
        found.append(
            [Responses(layer, counted[layer] / (size * len(probe))) for layer, size in probing.positions.items()]
        )
    return found


@dataclass(frozen=True)
class Responding:
    """The responses of an experiment's filters to the probe images."""

    step: int
    """The step after which they were measured."""
    active: Mapping[str, NDArray[np.float64]]
    """``[lane, out]`` of each conv layer with a ReLU: `Responses.active`; NaN for a lane without that ReLU."""


def responding(experiment: Experiment) -> Responding:
    """Measure the responses of all lanes of an experiment in their present state."""
    found = responses([lane.network for lane in experiment.lanes], experiment.probe)
    active: dict[str, NDArray[np.float64]] = {}
    for place, of_lane in enumerate(found):
        for one in of_lane:
            active.setdefault(one.layer, np.full((len(found), len(one.active)), np.nan))[place] = one.active
    return Responding(experiment.step, active)


def norms(weight: Array) -> Array:
    """Compute ‖W‖ ``[…, out]`` of each filter, from weights ``[…, out, in, row, col]``."""
    rows = weight.reshape(*weight.shape[:-3], -1).astype(np.float64)
    found: Array = np.sqrt(np.einsum("...i,...i->...", rows, rows))
    return found


def ratios(before: Array, update: Array) -> Array:
    """Compute ‖update‖ / ‖W‖ ``[…, out]`` of each filter, where `before` is W ``[…, out, in, row, col]``.

    It is infinite where only W is zero, and NaN where both are.

    Raises:
        ValueError: the shapes differ.
    """
    if before.shape != update.shape:
        raise ValueError(f"expected an update of the weights' shape {before.shape}, got {update.shape}")
    with np.errstate(all="ignore"):
        found: Array = norms(update) / norms(before)
    return found
