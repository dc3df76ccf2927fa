"""A forward and backward pass that can be halted after each layer, with the same bits as an uninterrupted one."""

from collections.abc import Sequence

import numpy as np

from kernelscope.nn.arrays import Array, batch_first, batch_last, computing
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, softmax_cross_entropy
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import Part, Shard, add_up


class StagedPass:
    """Computes the same as `Workspace.loss_and_gradient` for all parts of a batch, bit for bit, in stages.

    Call ``forward`` for each of `layers`, then ``loss``, then ``backward`` for each of `learning` from the last to the
    first, then ``gradient``. A conv layer and the activation and pool that it is fused with
    (`kernelscope.nn.sequential`) are one of `layers`, under the conv layer's name.

    Until then all activations of the batch are kept in arrays of its own, and `params` must not change.

    Args:
        shapes: the layers.
        params: the parameters; not copied.
        parts: the parts of the batch, or some of them, from `kernelscope.nn.workspace.prepare`.
        batch: the number of images of the whole batch.

    Attributes:
        layers: names of the layers, in order.
        learning: names of the layers that ``backward`` runs through, in order: from the first with parameters on.
    """

    def __init__(self, shapes: Sequence[LayerShape], params: Parameters, parts: Sequence[Part], batch: int) -> None:
        self._batch = batch
        self._shapes, self._dtype = shapes, params.flat.dtype
        self._parts = [[_ShardPass(shapes, params, shard) for shard in part] for part in parts]
        run = self._parts[0][0].run
        self.layers = [layer.name for layer in run.layers]
        self.learning = self.layers[run.first :]

    @property
    def _shards(self) -> "list[_ShardPass]":
        return [shard for part in self._parts for shard in part]

    @computing()  # overflow is detected in the result
    def forward(self, layer: str) -> None:
        """Compute one layer forward, the next of `layers`."""
        for shard in self._shards:
            shard.x = shard.run.layers[self.layers.index(layer)].forward(shard.x)

    @computing()
    def loss(self) -> Loss:
        """Compute the mean loss of the batch, after ``forward`` of all layers."""
        return add_up([add_up([shard.loss(self._batch) for shard in part]) for part in self._parts])

    @computing()
    def backward(self, layer: str) -> None:
        """Compute one layer backward, the next of `learning` from the end."""
        for shard in self._shards:
            assert shard.upstream is not None
            shard.upstream = shard.run.layers[self.layers.index(layer)].backward(shard.upstream)

    @computing()
    def gradient(self) -> Parameters:
        """Add up ∂L/∂params of the batch; zero for layers that ``backward`` has not reached yet."""
        total: Parameters | None = None
        for part in self._parts:
            summed = part[0].grads.copy()
            for shard in part[1:]:
                summed.flat += shard.grads.flat
            if total is None:
                total = summed
            else:
                total.flat += summed.flat
        assert total is not None
        return total

    def inputs(self) -> Array:
        """Copy the input of the next ``forward``, ``[n, channel, row, col]`` of the batch."""
        return np.concatenate([batch_first(shard.x) for shard in self._shards])

    def sensitivities(self, layer: str) -> Array:
        """Copy ∂L/∂Z ``[n, out, row, col]`` of the batch, where Z is the layer's pre-activation.

        Call it directly after ``backward`` of `layer`.

        Raises:
            TypeError: the layer has no weights.
        """
        return np.concatenate([shard.run.layers[self.layers.index(layer)].sensitivity() for shard in self._shards])


class _ShardPass:
    """The pass of one shard."""

    def __init__(self, shapes: Sequence[LayerShape], params: Parameters, shard: Shard) -> None:
        self.run = Sequential(shapes, len(shard.labels), params.flat.dtype)
        self.grads = Parameters(shapes, params.flat.dtype)
        self.run.bind(params, self.grads, shard.masks)
        self.x = shard.x
        self.labels = shard.labels
        self.upstream: Array | None = None

    def loss(self, batch: int) -> Loss:
        output = batch_first(self.x)
        loss, gradient = softmax_cross_entropy(output.reshape(len(output), -1), self.labels, batch)
        self.upstream = batch_last(gradient.reshape(output.shape))
        return loss
