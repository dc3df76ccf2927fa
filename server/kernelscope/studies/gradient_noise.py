"""The study *gradient noise*: how far parts of one mini-batch disagree about the gradient of one filter.

A mini-batch's gradient is an estimate. Its noise can be measured within the batch, from the gradients of its parts at
the same weights. With the gradients gᵢ of k parts of cᵢ images each, n in all, and their mean G = Σ cᵢ·gᵢ / n, which is
the gradient that the step used,

    σ² = Σ cᵢ·(gᵢ − G)² / (k − 1)

is, for each weight, an unbiased estimate of the variance of a single image's gradient, even if the parts differ in
size. So the mean over n images has the standard error σ/√n and the signal-to-noise ratio |G| / (σ/√n).

S. McCandlish, J. Kaplan, D. Amodei and the OpenAI Dota Team, "An Empirical Model of Large-Batch Training", 2018
(arXiv:1812.06162): the simple noise scale B = tr(Σ) / |G|² is the number of images at which noise and signal are
equal in norm. Here tr(Σ) = Σ σ² over the filter's weights, and ‖G‖² − tr(Σ)/n is the unbiased estimate of |G|².
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal

import numpy as np

from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Index, Kernel, KernelShapes, LayerName
from kernelscope.nn.arrays import Array
from kernelscope.studies.payload import finite, packed
from kernelscope.studies.subject import Members, Subject
from kernelscope.studies.twin import twin

PARTS = 8

Missing = Literal["no_step", "no_batch", "stopped", "one_image"]
"""Why nothing can be measured: there has been no step; its batch is no longer known; the lane has diverged; a batch of
one image has no parts."""


@dataclass(frozen=True)
class NoiseSubject(Subject):
    """The noise of a filter's gradient in a lane's last step."""

    lane: LaneId
    layer: LayerName
    out: Index
    """The filter's output channel."""
    kind: Literal["noise"] = "noise"
    again_after = 2.0

    def require(self, shapes: KernelShapes) -> None:
        """Check that the filter exists.

        Raises:
            Impossible: it does not.
        """
        Kernel(self.layer, self.out, 0).require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Compute the gradients one part of the batch at a time, at the weights before the step."""
        lane = experiment.lane(self.lane)
        if lane is None:
            return
        steps = lane.steps
        missing: Missing | None = "no_step" if steps == 0 else "stopped" if lane.stopped else None
        last = experiment.last_of(lane)
        if missing is None and last is None:
            missing = "no_batch"
        if missing is None and last and len(last.labels) < 2:
            missing = "one_image"
        if missing or last is None:
            yield {"lane_step": steps, "missing": missing, "noise": None}
            return
        images, labels, _ = last
        masks = experiment.last_masks
        shape = kernel_shapes(lane.network.shapes)[self.layer]
        network = twin(lane.network)
        network.params.flat[...] = lane.before.flat
        counts, gradients = [], []
        for part in parts(len(labels)):
            experiment.parallel.gradients([network], images[part], labels[part], masks.behind(part.start))
            counts.append(part.stop - part.start)
            gradients.append(network.grads[f"{self.layer}.weight"].reshape(shape)[self.out].astype(np.float64))
            yield None
        yield {"lane_step": steps, "missing": None, "noise": noise_of(np.stack(gradients), counts).members}


def parts(images: int) -> list[slice]:
    """Cut a batch into up to `PARTS` parts whose sizes differ by at most one image."""
    count = min(PARTS, images)
    ends = [images * part // count for part in range(count + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]


@dataclass(frozen=True)
class Noise:
    """The gradient noise of a filter's weights; arrays are ``[in, row, col]``."""

    counts: Sequence[int]
    """The number of images of each part."""
    mean: Array
    """∂L/∂W of the whole batch."""
    spread: Array
    """The standard deviation of the gradient of a part of average size."""
    agreeing: int
    """The number of weights whose gradient has the same sign in every part."""

    @property
    def error(self) -> Array:
        """The standard error of the mean, σ/√n."""
        found: Array = self.spread / sqrt(len(self.counts))
        return found

    @property
    def signal(self) -> Array:
        """The signal-to-noise ratio |G| / (σ/√n); NaN where both are zero."""
        with np.errstate(all="ignore"):
            found: Array = np.abs(self.mean) / self.error
        return found

    @property
    def scale(self) -> float | None:
        """The simple noise scale in images; None if noise dominates, such that the estimate of |G|² is not positive."""
        variance = float((self.error**2).sum())  # tr(Σ)/n
        squared = float((self.mean**2).sum()) - variance
        return sum(self.counts) * variance / squared if squared > 0 else None

    @property
    def members(self) -> Members:
        """The noise as JSON members."""
        length, error = float(np.linalg.norm(self.mean)), float(np.linalg.norm(self.error))
        return {
            "counts": self.counts,
            "mean": packed(self.mean),
            "spread": packed(self.spread),
            "signal": packed(self.signal),
            "agreeing": self.agreeing,
            "cells": self.mean.size,
            "length": finite(length),
            "spread_length": finite(np.linalg.norm(self.spread)),
            "signal_length": finite(length / error) if error else None,
            "scale": None if self.scale is None else finite(self.scale),
        }


def noise_of(gradients: Array, counts: Sequence[int]) -> Noise:
    """Estimate the noise from the gradients ``[part, in, row, col]`` of at least two parts, of `counts` images each."""
    weights = np.asarray(counts, np.float64).reshape(-1, *[1] * (gradients.ndim - 1))
    total = sum(counts)
    with np.errstate(all="ignore"):
        mean = (weights * gradients).sum(0) / total
        variance = (weights * (gradients - mean) ** 2).sum(0) / (len(counts) - 1)  # of a single image
        spread = np.sqrt(variance * len(counts) / total)
    agreeing = int(((gradients > 0).all(0) | (gradients < 0).all(0)).sum())
    return Noise(counts, mean, spread, agreeing)
