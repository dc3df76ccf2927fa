"""A network built from an architecture."""

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from server.nn.architecture import Architecture, Conv, Dense, LayerShape, Shape, infer_shapes
from server.nn.arrays import Array, Labels, batch_first, batch_last
from server.nn.init import initialise
from server.nn.loss import Loss, softmax_cross_entropy
from server.nn.parameters import Parameters
from server.nn.workspace import SHARD, Workspace, add_up, prepare


class Trace(NamedTuple):
    """What happened in a network for some images: by layer name, ``[n, channel, row, col]``, copies."""

    activations: dict[str, Array]
    """The layers' outputs."""
    gradients: dict[str, Array]
    """∂L/∂output, where labels were given; L is the mean loss of these images."""


class Network:
    """A convolutional network for images ``[n, channel, row, col]``.

    Its methods compute in the calling thread; `server.nn.parallel` computes the same bits with more.

    Attributes:
        params: the weights and biases, ``params["conv1.weight"]`` and so on.
        grads: ∂L/∂params of the last `loss_and_gradient`, likewise.

    Raises:
        ArchitectureError: the layers do not fit together; the message names the layer and the shapes.
    """

    def __init__(
        self, architecture: Architecture, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        self.architecture = tuple(architecture)
        self.shapes: list[LayerShape] = infer_shapes(architecture, input_shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.params = Parameters(self.shapes, self.dtype)
        self.grads = Parameters(self.shapes, self.dtype)
        self._workspace = Workspace(self.shapes, self.dtype)
        for spec in architecture:
            if isinstance(spec, Conv | Dense):
                initialise(self.params[f"{spec.name}.weight"], spec.init, rng)

    def forward(self, images: Array) -> Array:
        """Logits ``[n, class]``. Rows and columns of the last layer, if any, count as classes."""
        parts = prepare(images, np.zeros(len(images), np.int64), self.dtype)
        return np.concatenate([self._workspace.logits(self.params, shard).copy() for part in parts for shard in part])

    def loss(self, images: Array, labels: Labels) -> Loss:
        """The mean loss of a batch; ``grads`` stay as they were."""
        parts = prepare(images, labels, self.dtype)
        return add_up([self._workspace.loss(self.params, part, len(labels)) for part in parts])

    def loss_and_gradient(self, images: Array, labels: Labels) -> Loss:
        """The mean loss of a batch; ``grads`` are then ∂L/∂params."""
        first, *others = prepare(images, labels, self.dtype)
        losses = [self._workspace.loss_and_gradient(self.params, self.grads, first, len(labels))]
        for part in others:
            grads = Parameters(self.shapes, self.dtype)
            losses.append(self._workspace.loss_and_gradient(self.params, grads, part, len(labels)))
            self.grads.flat += grads.flat
        return add_up(losses)

    def trace(self, images: Array, labels: Labels | None = None, layers: Collection[str] | None = None) -> Trace:
        """What every layer, or each of `layers`, put out for `images`, and ∂L/∂output where there are `labels`.

        Layer by layer, and nothing that training computes is touched or slowed by it.

        Raises:
            KeyError: there is no layer of that name.
        """
        names = [shape.spec.name for shape in self.shapes]
        wanted = set(names if layers is None else layers)
        if unknown := wanted.difference(names):
            raise KeyError(f"expected layers of {', '.join(names)}, got {', '.join(sorted(unknown))}")
        activations: dict[str, list[Array]] = {name: [] for name in names if name in wanted}
        gradients: dict[str, list[Array]] = {name: [] for name in activations} if labels is not None else {}
        unused = Parameters(self.shapes, self.dtype)
        for start in range(0, len(images), SHARD):
            x = batch_last(images[start : start + SHARD].astype(self.dtype, copy=False))
            run = self._workspace.layers(x.shape[3], fused=False)
            run.bind(self.params, unused)
            for layer in run.layers:
                x = layer.forward(x)
                if layer.name in wanted:
                    activations[layer.name].append(batch_first(x).copy())
            if labels is None:
                continue
            logits = batch_first(x).reshape(x.shape[3], -1)
            _, gradient = softmax_cross_entropy(logits, labels[start : start + SHARD], len(labels))
            upstream: Array | None = batch_last(gradient.reshape(batch_first(x).shape))
            for layer in reversed(run.layers):
                assert upstream is not None
                if layer.name in wanted:
                    gradients[layer.name].append(batch_first(upstream).copy())
                upstream = layer.backward(upstream)
        return Trace(
            {name: np.concatenate(shards) for name, shards in activations.items()},
            {name: np.concatenate(shards) for name, shards in gradients.items()},
        )
