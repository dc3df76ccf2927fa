"""A network built from an architecture."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from kernelscope.nn.architecture import Architecture, infer_shapes
from kernelscope.nn.arrays import Array, batch_first, batch_last, computing
from kernelscope.nn.inputs import (
    as_batch,
    as_dtype,
    as_images,
    as_input_shape,
    as_labels,
    require_generator,
    require_one_of,
)
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, softmax_cross_entropy
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Seen, Sequential
from kernelscope.nn.shapes import Shape
from kernelscope.nn.workspace import SHARD, Workspace, add_up, prepare


class Trace(NamedTuple):
    """Activations and their gradients by layer name, each a copy ``[n, channel, row, col]``."""

    activations: dict[str, Array]
    """The layers' outputs."""
    gradients: dict[str, Array]
    """∂L/∂output if labels were given, else empty; L is the mean loss of these images."""


class Network:
    """A convolutional network for images ``[n, channel, row, col]``.

    Its methods compute in the calling thread. `kernelscope.nn.parallel` computes the same bits on several cores,
    as long as BLAS has the same number of threads in both.

    Attributes:
        params: the weights and biases, ``params["conv1.weight"]`` and so on.
        grads: ∂L/∂params of the last `loss_and_gradient`, under the same names.

    Raises:
        ArchitectureError: the layers do not fit together; the message names the layer and the shapes.
        ValueError: `architecture` is no list, `input_shape` is not three whole numbers, `dtype` neither float32 nor
            float64, or `rng` is no generator.
    """

    def __init__(
        self, architecture: Architecture, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        require_generator(rng)
        require_one_of("architecture", architecture, Iterable, "a list of layers")
        self.architecture = tuple(architecture)
        self.shapes: list[LayerShape] = infer_shapes(self.architecture, as_input_shape(input_shape))
        self.dtype: np.dtype[Any] = as_dtype(dtype)
        self.params = Parameters(self.shapes, self.dtype)
        self.grads = Parameters(self.shapes, self.dtype)
        self._workspace = Workspace(self.shapes, self.dtype)
        for spec in self.architecture:
            spec.initialise(self.params.layers[spec.name], rng)

    @property
    def input_shape(self) -> Shape:
        """``(channels, rows, cols)`` of an image."""
        return self.shapes[0].input

    @computing()
    def forward(self, images: ArrayLike) -> Array:
        """Compute the logits ``[n, class]``. A last layer with several rows and columns is flattened into classes.

        Raises:
            ValueError: the images are not numbers ``[n, channel, row, col]`` of the network's `input_shape`.
        """
        images = as_images(images, self.input_shape, self.dtype)
        parts = prepare(images, np.zeros(len(images), np.int64), self.dtype)
        return np.concatenate([self._workspace.logits(self.params, shard).copy() for part in parts for shard in part])

    def loss(self, images: ArrayLike, labels: ArrayLike, masks: Masks | None = None) -> Loss:
        """Compute the mean loss of a batch, leaving ``grads`` unchanged. Dropout layers drop nothing without `masks`.

        Raises:
            ValueError: as `forward`, or the labels are not one class for each image.
        """
        images, labels = as_batch(images, labels, self.input_shape, self.dtype)
        parts = prepare(images, labels, self.dtype, masks)
        return add_up([self._workspace.loss(self.params, part, len(labels)) for part in parts])

    def loss_and_gradient(self, images: ArrayLike, labels: ArrayLike, masks: Masks | None = None) -> Loss:
        """Compute the mean loss of a batch, as `loss` does, and write ∂L/∂params to ``grads``.

        Raises:
            ValueError: as `loss`.
        """
        images, labels = as_batch(images, labels, self.input_shape, self.dtype)
        first, *others = prepare(images, labels, self.dtype, masks)
        losses = [self._workspace.loss_and_gradient(self.params, self.grads, first, len(labels))]
        for part in others:
            grads = Parameters(self.shapes, self.dtype)
            losses.append(self._workspace.loss_and_gradient(self.params, grads, part, len(labels)))
            self.grads.flat += grads.flat
        return add_up(losses)

    @computing()  # as in training, infinities are results to look at
    def trace(
        self,
        images: ArrayLike,
        labels: ArrayLike | None = None,
        layers: Collection[str] | None = None,
        masks: Masks | None = None,
    ) -> Trace:
        """Record the output of every layer (or of `layers` only) for `images`, and ∂L/∂output if `labels` are given.

        Dropout layers drop nothing without `masks`. It runs layer by layer, without fusion, in arrays of its own: the
        state of training is not touched.

        Raises:
            KeyError: `layers` names one that does not exist.
            ValueError: as `loss`.
        """
        names = [shape.spec.name for shape in self.shapes]
        wanted = set(names if layers is None else layers)
        if unknown := wanted.difference(names):
            raise KeyError(f"expected layers of {', '.join(names)}, got {', '.join(sorted(unknown))}")
        images = as_images(images, self.input_shape, self.dtype)
        labels = None if labels is None else as_labels(labels, len(images))
        activations: dict[str, list[Array]] = {name: [] for name in names if name in wanted}
        gradients: dict[str, list[Array]] = {name: [] for name in activations} if labels is not None else {}

        def into(found: dict[str, list[Array]]) -> Seen:
            return lambda layer, array: found[layer].append(batch_first(array).copy()) if layer in found else None

        unused = Parameters(self.shapes, self.dtype)
        run: Sequential | None = None
        for start in range(0, len(images), SHARD):
            x = batch_last(images[start : start + SHARD])
            if run is None or run.n != x.shape[3]:
                run = Sequential(self.shapes, x.shape[3], self.dtype, fused=False)
            run.bind(self.params, unused, masks and masks.behind(start))
            output = batch_first(run.forward(x, into(activations)))
            if labels is not None:
                logits = output.reshape(len(output), -1)
                _, gradient = softmax_cross_entropy(logits, labels[start : start + SHARD], len(labels))
                run.backward(batch_last(gradient.reshape(output.shape)), into(gradients))
        return Trace(
            {name: np.concatenate(shards) for name, shards in activations.items()},
            {name: np.concatenate(shards) for name, shards in gradients.items()},
        )
