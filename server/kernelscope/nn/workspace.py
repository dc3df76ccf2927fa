"""A batch cut into parts and shards, and the arrays in which one thread computes them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, Labels, batch_first, batch_last, computing
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, Predicted, predicted, softmax_cross_entropy
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Sequential

SHARD = 32
"""Images in a shard at most. Fewer cost more calls per image; more no longer fit the cache."""
PARTS = 4
"""Parts of a batch at most, and so the number of cores that one network can use. Each needs a gradient of its own."""
SIZES = 4
"""Shard sizes whose arrays are kept: of a batch, an epoch's last batch, an evaluation and its last."""


class Shard(NamedTuple):
    """Some images of a batch, in the layout of the layers."""

    x: Array
    """``[row, channel, col, n]``: a view of ``[n, channel, row, col]``. The first layer copies what it needs anyway."""
    labels: Labels
    """``[n]``"""
    masks: Masks | None = None
    """Its dropout masks; None: nothing is dropped."""


Part = list[Shard]


def cut(n: int) -> list[list[slice]]:
    """Cut a batch of `n` images into parts, and each part into shards, all as equal as possible.

    There are at least two parts, for two cores, if that leaves eight images to each: distributing fewer costs more than
    it saves. There are never three, which two cores would share badly.
    """
    shards = max(-(-n // SHARD), min(2, n // 8), 1)
    parts = shards if shards < 3 else PARTS
    shards = parts * -(-shards // parts)
    edges = [place * n // shards for place in range(shards + 1)]
    slices = [slice(start, stop) for start, stop in pairwise(edges)]
    each = shards // parts
    return [slices[start : start + each] for start in range(0, len(slices), each)]


def prepare(images: Array, labels: Labels, dtype: np.dtype[Any], masks: Masks | None = None) -> list[Part]:
    """Cut a batch ``[n, channel, row, col]`` into parts, once for any number of networks, and its dropout `masks` too.

    Raises:
        ValueError: there is no image, or not one label for each.
    """
    if not len(images) or labels.shape != (len(images),):
        raise ValueError(
            f"expected images [n, channel, row, col] and labels [n], got {images.shape} and {labels.shape}"
        )
    x = batch_last(images.astype(dtype, copy=False))
    return [
        [Shard(x[..., shard], labels[shard], masks and masks.behind(shard.start)) for shard in part]
        for part in cut(len(labels))
    ]


def add_up(losses: Sequence[Loss]) -> Loss:
    """Add up the loss of a batch from those of its parts, in order."""
    values, right, images = zip(*losses, strict=True)
    return Loss(sum(values), sum(right), sum(images))


def join(predictions: Sequence[Predicted]) -> Predicted:
    """Join the predictions for a batch from those for its parts, in order."""
    losses, classes, confidence = zip(*predictions, strict=True)
    return Predicted(add_up(losses), np.concatenate(classes), np.concatenate(confidence))


class Workspace:
    """Computes parts of a batch for any network of one architecture, in one thread at a time.

    Its arrays are views of one another, so a copy, or an unpickled workspace, allocates its own.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any]) -> None:
        self.shapes = shapes
        self.dtype = dtype
        self._kept: dict[int, Sequential] = {}
        self._scratch: Parameters | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Workspace, (self.shapes, self.dtype)

    def layers(self, n: int) -> Sequential:
        """The layers for `n` images with their arrays, reused if among the last `SIZES` sizes."""
        layers = self._kept.pop(n, None) or Sequential(self.shapes, n, self.dtype)
        self._kept[n] = layers  # most recently used
        if len(self._kept) > SIZES:
            del self._kept[next(iter(self._kept))]
        return layers

    def logits(self, params: Parameters, shard: Shard) -> Array:
        """Compute the logits ``[n, class]``, the flattened last output; a view, overwritten by the next pass."""
        layers = self.layers(len(shard.labels))
        layers.bind(params, masks=shard.masks)
        return batch_first(layers.forward(shard.x)).reshape(len(shard.labels), -1)

    @computing()  # overflow is detected in the result, and reported
    def loss(self, params: Parameters, part: Part, batch: int) -> Loss:
        """Compute the contribution of `part` to the mean loss of a batch of `batch` images."""
        return add_up([softmax_cross_entropy(self.logits(params, shard), shard.labels, batch)[0] for shard in part])

    @computing()
    def predictions(self, params: Parameters, part: Part, batch: int) -> Predicted:
        """Compute the same contribution, and what is predicted for each image of `part`."""
        found: list[Predicted] = []
        for shard in part:
            logits = self.logits(params, shard)
            found.append(predicted(logits, softmax_cross_entropy(logits, shard.labels, batch)[0]))
        return join(found)

    @computing()
    def loss_and_gradient(self, params: Parameters, grads: Parameters, part: Part, batch: int) -> Loss:
        """Compute the contribution of `part` to the mean loss of `batch` images, and write that to the gradient."""
        losses: list[Loss] = []
        for shard in part:
            into = grads if not losses else self._spare()
            layers = self.layers(len(shard.labels))
            layers.bind(params, into, shard.masks)
            output = layers.forward(shard.x)
            logits = batch_first(output).reshape(len(shard.labels), -1)
            loss, gradient = softmax_cross_entropy(logits, shard.labels, batch)
            layers.backward(batch_last(gradient.reshape(batch_first(output).shape)))
            if losses:
                grads.flat += into.flat
            losses.append(loss)
        return add_up(losses)

    def _spare(self) -> Parameters:
        """Scratch memory for the gradient of a part's later shards."""
        if self._scratch is None:
            self._scratch = Parameters(self.shapes, self.dtype)
        return self._scratch
