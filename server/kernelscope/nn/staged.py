"""A batch through a network a layer at a time, there and back: the very same numbers, with time to look in between."""

from collections.abc import Sequence

import numpy as np

from kernelscope.nn.arrays import Array, Labels, batch_first, batch_last
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, softmax_cross_entropy
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import Part, add_up


class StagedPass:
    """What `Workspace.loss_and_gradient` computes for all parts of a batch, bit for bit, in stages.

    First ``forward`` for each of `layers`, then ``loss``, then ``backward`` for each of `learning` from the last to the
    first, then ``gradient``. A conv layer, the ReLU and the pool behind it are one of `layers` where they are computed
    together (`kernelscope.nn.sequential`), under the conv layer's name.

    All activations of the batch are kept meanwhile, in arrays of its own. Afterwards, `params` may change.

    Args:
        shapes: the layers.
        params: the weights and biases; not copied.
        parts: what `kernelscope.nn.workspace.prepare` made of the batch, or some of that.
        batch: images of the whole batch.

    Attributes:
        layers: names, in order.
        learning: those of them that ``backward`` goes through, in order: from the first with parameters on.
    """

    def __init__(self, shapes: Sequence[LayerShape], params: Parameters, parts: Sequence[Part], batch: int) -> None:
        self._batch = batch
        self._shapes, self._dtype = shapes, params.flat.dtype
        self._parts = [[_ShardPass(shapes, params, shard.x, shard.labels) for shard in part] for part in parts]
        run = self._parts[0][0].run
        self.layers = [layer.name for layer in run.layers]
        self.learning = self.layers[run.first :]

    @property
    def _shards(self) -> "list[_ShardPass]":
        return [shard for part in self._parts for shard in part]

    @np.errstate(all="ignore")  # overflow is looked for in the result
    def forward(self, layer: str) -> None:
        """Through one layer, the next of `layers`."""
        for shard in self._shards:
            shard.x = shard.run.layers[self.layers.index(layer)].forward(shard.x)

    @np.errstate(all="ignore")
    def loss(self) -> Loss:
        """The mean loss of the batch, once it is through all layers."""
        return add_up([add_up([shard.loss(self._batch) for shard in part]) for part in self._parts])

    @np.errstate(all="ignore")
    def backward(self, layer: str) -> None:
        """Back through one layer, the next of `learning` from the end."""
        for shard in self._shards:
            assert shard.upstream is not None
            shard.upstream = shard.run.layers[self.layers.index(layer)].backward(shard.upstream)

    @np.errstate(all="ignore")
    def gradient(self) -> Parameters:
        """∂L/∂params of the batch, where ``backward`` has been through its layer; zero in the others."""
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
        """What the next layer of ``forward`` is given, ``[n, channel, row, col]`` of the batch, copied."""
        return np.concatenate([batch_first(shard.x) for shard in self._shards])

    def sensitivities(self, layer: str) -> Array:
        """∂L/∂Z ``[n, out, row, col]`` of the batch, copied: Z is what the layer's weights and biases add up to.

        To be asked right behind ``backward`` of that layer, which has weights.
        """
        return np.concatenate([shard.run.layers[self.layers.index(layer)].sensitivity() for shard in self._shards])


class _ShardPass:
    """One shard on its way."""

    def __init__(self, shapes: Sequence[LayerShape], params: Parameters, x: Array, labels: Labels) -> None:
        self.run = Sequential(shapes, x.shape[3], params.flat.dtype)
        self.grads = Parameters(shapes, params.flat.dtype)
        self.run.bind(params, self.grads)
        self.x = x
        self.labels = labels
        self.upstream: Array | None = None

    def loss(self, batch: int) -> Loss:
        output = batch_first(self.x)
        loss, gradient = softmax_cross_entropy(output.reshape(len(output), -1), self.labels, batch)
        self.upstream = batch_last(gradient.reshape(output.shape))
        return loss
