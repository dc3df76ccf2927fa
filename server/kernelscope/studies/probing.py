"""The responses of conv layers to images, for any weights of one architecture."""

from collections.abc import Callable
from math import ceil, prod

import numpy as np

from kernelscope.experiment.kernels import always_shown
from kernelscope.experiment.lane import response_layers
from kernelscope.nn import Network, Parameters
from kernelscope.nn.arrays import Array, batch_last
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import SHARD


class Probing:
    """Computes what each conv layer with a ReLU makes of the `images` ``[n, channel, row, col]``; at least one.

    The weights are those of networks like `network`. Activations are taken behind a pool between the conv layer and its
    ReLU. A conv layer without a ReLU is left out, as are all layers behind the last one with it.

    Attributes:
        layers: the conv layer of each ReLU, by its name.
        positions: the number of positions of each such map, by the name of the conv layer.
    """

    def __init__(self, network: Network, images: Array) -> None:
        shown = always_shown(network.shapes)
        self.layers = {relu: layer for layer, relu in response_layers(network.shapes, gated=True) if layer in shown}
        reach = 1 + max((place for place, one in enumerate(network.shapes) if one.spec.name in self.layers), default=-1)
        shapes = network.shapes[:reach]
        self.positions = {
            self.layers[one.spec.name]: prod(one.output[1:]) for one in shapes if one.spec.name in self.layers
        }
        # Shards of equal size if possible, so that one set of arrays serves all of them.
        size = ceil(len(images) / ceil(len(images) / SHARD))
        cuts = range(0, len(images), size)
        self._shards = [batch_last(images[cut : cut + size].astype(network.dtype, copy=False)) for cut in cuts]
        sizes = {shard.shape[3] for shard in self._shards}
        self._runs = {count: Sequential(shapes, count, network.dtype, fused=False) for count in sizes}

    def run(self, params: Parameters, seen: Callable[[str, Array], None]) -> None:
        """Call `seen` with each conv layer's name and its activations ``[row, out, col, n]``.

        It is called for some of the images after others; the activations are overwritten after the call.
        """

        def see(layer: str, output: Array) -> None:
            if layer in self.layers:
                seen(self.layers[layer], output)

        for shard in self._shards:
            run = self._runs[shard.shape[3]]
            run.bind(params)
            with np.errstate(all="ignore"):
                run.forward(shard, see)
