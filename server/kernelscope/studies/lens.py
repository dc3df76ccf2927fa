"""The study *batch lens*: the gradient at the same weights from 1, 32, 64 and 128 images, beside a large batch's.

A mini-batch's gradient is the mean over its images, an estimate of the mean over all of them. How reliable it is shows
in its cosine to the gradient from many more.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kernelscope.datasets.augmentation import in_epoch
from kernelscope.datasets.images import Images
from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Kernel, KernelShapes
from kernelscope.nn import DataParallel, Network, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject
from kernelscope.studies.twin import twin

COUNTS = (1, 32, 64, 128)
LARGE = 1024
"""The size of the large batch: its gradient has a tenth of the noise of one from ten images."""
SLICE = 64
"""The number of images computed at a time: about one step of a lane."""


def large_batch(
    images: Images, labels: Labels, rng: np.random.Generator, size: int = LARGE, epoch: int = 0
) -> tuple[Array, Labels]:
    """Draw at most `size` images without replacement, in random order, so that any first part is a fair mini-batch.

    They are as they are in training in this `epoch`, from 0 on.

    Raises:
        ValueError: `size` is less than 1.
    """
    if size < 1:
        raise ValueError(f"size: expected at least 1, got {size}")
    chosen = rng.permutation(len(labels))[:size]
    return in_epoch(images, chosen, epoch), labels[chosen]


@dataclass(frozen=True)
class BatchLens:
    """Gradients of one network at the same weights, from increasing numbers of images."""

    counts: tuple[int, ...]
    """The number of images of each, ascending; the last is the large batch."""
    gradients: tuple[Parameters, ...]

    def cosines(self) -> Array:
        """The cosine ``[count]`` of each whole gradient to the large batch's; NaN if one of them is zero."""
        return cosines(np.stack([gradient.flat for gradient in self.gradients]))

    def kernel(self, layer: str, shape: tuple[int, int, int, int], out: int, channel: int) -> Array:
        """The gradients ``[count, row, col]`` of one kernel, in a layer with weights of this `shape`."""
        return np.stack([gradient[f"{layer}.weight"].reshape(shape)[out, channel] for gradient in self.gradients])


def cosines(vectors: Array) -> Array:
    """The cosine ``[count, …]`` of each of ``[count, …, component]`` to the last; NaN for a zero vector."""
    vectors = vectors.astype(np.float64)
    dots = (vectors * vectors[-1]).sum(-1)
    lengths = np.sqrt((vectors * vectors).sum(-1))
    with np.errstate(all="ignore"):
        found: Array = np.clip(dots / (lengths * lengths[-1]), -1, 1)
    return found


class Lens:
    """Computes a `BatchLens`, a few images at a time: call `advance` between steps until it returns one.

    The weights are copied, so that training can continue meanwhile. Each image is computed once: the gradient from more
    images extends that from fewer.

    Args:
        network: the network, which is not changed.
        images: the large batch ``[n, channel, row, col]``; the smaller ones are its first images.
        labels: ``[n]``
        counts: sizes of the smaller batches; those not smaller than the large one are ignored.
        masks: the dropout masks of the large batch; None: nothing is dropped.

    Raises:
        ValueError: there are no images, or not one label for each, or a count is less than 1.
    """

    def __init__(
        self,
        network: Network,
        images: Array,
        labels: Labels,
        counts: Sequence[int] = COUNTS,
        masks: Masks | None = None,
    ) -> None:
        total = len(images)
        if not total or labels.shape != (total,):
            raise ValueError(f"expected images and one label for each, got {images.shape} and {labels.shape}")
        if min(counts, default=1) < 1:
            raise ValueError(f"counts: expected at least 1 image, got {min(counts)}")
        self.counts = (*sorted({count for count in counts if count < total}), total)
        self._network = twin(network)
        self._images, self._labels, self._masks = images, labels, masks
        self._sum = np.zeros(self._network.grads.flat.shape, np.float64)
        self._done = 0
        self._gradients: list[Parameters] = []

    @property
    def progress(self) -> float:
        """The progress, from 0 to 1."""
        return self._done / self.counts[-1]

    def advance(self, parallel: DataParallel) -> BatchLens | None:
        """Compute at most `SLICE` further images; return the result at the end."""
        if self.progress < 1:
            reach = self.counts[len(self._gradients)]
            part = slice(self._done, min(self._done + SLICE, reach))
            masks = self._masks and self._masks.behind(part.start)
            parallel.gradients([self._network], self._images[part], self._labels[part], masks)
            images = part.stop - part.start
            self._sum += self._network.grads.flat * np.float64(images)
            self._done = part.stop
            if self._done == reach:
                gradient = self._network.grads.copy()
                gradient.flat[...] = self._sum / reach
                self._gradients.append(gradient)
        return BatchLens(self.counts, tuple(self._gradients)) if self.progress == 1 else None


def lens_of(experiment: Experiment, lane_id: str) -> Lens | None:
    """Make the lens for a lane's present weights, on training images; None if there is no such lane."""
    lane = experiment.lane(lane_id)
    if lane is None:
        return None
    # Use the same images each time, so that changes are due to the weights.
    data, rng = experiment.seen, np.random.default_rng(experiment.seed)
    large = large_batch(data.train_images, data.train_labels, rng, epoch=experiment.epoch)
    return Lens(lane.network, *large, masks=experiment.next_masks)


@dataclass(frozen=True)
class LensSubject(Subject):
    """The batch lens of a lane, seen through one kernel."""

    lane: LaneId
    kernel: Kernel
    kind: Literal["lens"] = "lens"
    again_after = 2.0

    @property
    def work(self) -> Hashable:
        """The whole gradient of the lane, which all its kernels share."""
        return self.kind, self.lane

    def require(self, shapes: KernelShapes) -> None:
        """Check that the kernel exists.

        Raises:
            Impossible: it does not.
        """
        self.kernel.require(shapes)

    def study(self, experiment: Experiment) -> Iterator[tuple[BatchLens, KernelShapes] | None]:
        """Compute the lens at the lane's present weights."""
        lens = lens_of(experiment, self.lane)
        if lens is None:
            return
        while (found := lens.advance(experiment.parallel)) is None:
            yield None
        yield found, kernel_shapes(experiment.lanes[0].network.shapes)

    def members(self, found: tuple[BatchLens, KernelShapes]) -> Members:
        """The result for this kernel."""
        lens, shapes = found
        shape = shapes[self.kernel.layer]
        gradients = lens.kernel(self.kernel.layer, shape, self.kernel.out, self.kernel.channel)
        gradients = gradients.reshape(len(lens.counts), -1)
        *_, rows, cols = shape
        return {
            "rows": rows,
            "cols": cols,
            "counts": lens.counts,
            "cosines": all_finite(lens.cosines()),
            "kernel_cosines": all_finite(cosines(gradients)),
            "gradients": [all_finite(gradient) for gradient in gradients],
        }
