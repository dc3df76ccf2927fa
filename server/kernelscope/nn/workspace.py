"""What one thread needs to compute a batch: the batch in shards, and arrays for a shard of each size."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, Labels, batch_first, batch_last
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, softmax_cross_entropy
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Sequential

SHARD = 32
"""Images at most. Fewer cost more calls an image, more leave the cache."""
PARTS = 4
"""Of a batch at most: so many cores can be of use to one network. Each needs a gradient of its own."""
SIZES = 4
"""Sizes of shards for which arrays are kept: of a batch, of the last one of an epoch, of an evaluation and its last."""


class Shard(NamedTuple):
    """Some images of a batch, as the layers take them."""

    x: Array
    """``[row, channel, col, n]``: a view of ``[n, channel, row, col]``. The first layer copies what it needs anyway."""
    labels: Labels
    """``[n]``"""


Part = list[Shard]


def cut(n: int) -> list[list[slice]]:
    """A batch of `n` images in parts, and each part in shards; by their number alone, and as equal as can be.

    At least two parts, for two cores, where that leaves eight images to each: sharing out fewer costs more than it
    saves. Never three, which two cores would share badly.
    """
    shards = max(-(-n // SHARD), min(2, n // 8), 1)
    parts = shards if shards < 3 else PARTS
    shards = parts * -(-shards // parts)
    edges = [place * n // shards for place in range(shards + 1)]
    slices = [slice(start, stop) for start, stop in pairwise(edges)]
    each = shards // parts
    return [slices[start : start + each] for start in range(0, len(slices), each)]


def prepare(images: Array, labels: Labels, dtype: np.dtype[Any]) -> list[Part]:
    """A batch ``[n, channel, row, col]`` cut, for however many networks.

    Raises:
        ValueError: there is no image, or not one label for each.
    """
    if not len(images) or labels.shape != (len(images),):
        raise ValueError(
            f"expected images [n, channel, row, col] and labels [n], got {images.shape} and {labels.shape}"
        )
    x = batch_last(images.astype(dtype, copy=False))
    return [[Shard(x[..., shard], labels[shard]) for shard in part] for part in cut(len(labels))]


def add_up(losses: Sequence[Loss]) -> Loss:
    """The loss of a batch from those of its parts, in their order."""
    values, right, images = zip(*losses, strict=True)
    return Loss(sum(values), sum(right), sum(images))


class Workspace:
    """Computes parts of a batch for any network of one architecture, in one thread at a time.

    A copy of one, or one that is unpickled, makes arrays of its own: these are parts of one another.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any]) -> None:
        self.shapes = shapes
        self.dtype = dtype
        self._kept: dict[int, Sequential] = {}
        self._scratch: Parameters | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Workspace, (self.shapes, self.dtype)

    def layers(self, n: int) -> Sequential:
        """The layers for `n` images, with their arrays: those used before, where they are among the last few."""
        layers = self._kept.pop(n, None) or Sequential(self.shapes, n, self.dtype)
        self._kept[n] = layers  # as the newest
        if len(self._kept) > SIZES:
            del self._kept[next(iter(self._kept))]
        return layers

    def logits(self, params: Parameters, shard: Shard) -> Array:
        """``[n, class]``: rows and columns of the last layer, if it has any, count as classes. A view, soon old."""
        layers = self.layers(len(shard.labels))
        layers.bind(params)
        return batch_first(layers.forward(shard.x)).reshape(len(shard.labels), -1)

    @np.errstate(all="ignore")  # overflow is looked for in the result, and reported, not warned about
    def loss(self, params: Parameters, part: Part, batch: int) -> Loss:
        """What `part` adds to the loss of its `batch` images."""
        return add_up([softmax_cross_entropy(self.logits(params, shard), shard.labels, batch)[0] for shard in part])

    @np.errstate(all="ignore")
    def loss_and_gradient(self, params: Parameters, grads: Parameters, part: Part, batch: int) -> Loss:
        """What `part` adds to the loss of its `batch` images; `grads` becomes what it adds to the gradient."""
        losses: list[Loss] = []
        for shard in part:
            into = grads if not losses else self._spare()
            layers = self.layers(len(shard.labels))
            layers.bind(params, into)
            output = layers.forward(shard.x)
            logits = batch_first(output).reshape(len(shard.labels), -1)
            loss, gradient = softmax_cross_entropy(logits, shard.labels, batch)
            layers.backward(batch_last(gradient.reshape(batch_first(output).shape)))
            if losses:
                grads.flat += into.flat
            losses.append(loss)
        return add_up(losses)

    def _spare(self) -> Parameters:
        """For the gradient of a part's later shards."""
        if self._scratch is None:
            self._scratch = Parameters(self.shapes, self.dtype)
        return self._scratch
