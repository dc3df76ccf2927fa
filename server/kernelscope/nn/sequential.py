"""The layers of a network, one after the other, at work on so many images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.parameters import Parameters

Seen = Callable[[str, Array], None]


class Sequential:
    """Forward and backward through all layers, for `n` images at a time.

    It holds the arrays that a pass needs, and no parameters: `bind` says whose. So one of it, and its memory, serves
    any number of networks of the same architecture, one after the other.

    Where a layer can, it takes on those behind it and is one fast layer with them: a conv layer a ReLU and a pool. With
    ``fused=False`` every layer stands for itself and shows its output, and ∂L/∂output: slower, for looking inside.
    """

    def __init__(self, shapes: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, fused: bool = True) -> None:
        self.n = n
        groups = _groups(shapes) if fused else [[shape] for shape in shapes]
        # Nothing before the first layer with parameters learns: what it would learn from is not computed.
        self.first = next((place for place, group in enumerate(groups) if group[0].params), len(groups)) if fused else 0
        self.layers = [
            group[0].spec.layer(group, n, dtype, input_gradient=place > self.first)
            for place, group in enumerate(groups)
        ]

    def bind(self, params: Parameters, grads: Parameters | None = None) -> None:
        """Compute with `params` from here on, and have `backward` write to `grads`."""
        for layer in self.layers:
            layer.params = params.layers[layer.name]
            if grads is not None:
                layer.grads = grads.layers[layer.name]

    def forward(self, x: Array, seen: Seen = lambda layer, array: None) -> Array:
        """The last layer's output for images ``[row, channel, col, n]``; written over by the next pass.

        `seen` is shown each layer's name and output.
        """
        for layer in self.layers:
            x = layer.forward(x)
            seen(layer.name, x)
        return x

    def backward(self, gradient: Array, seen: Seen = lambda layer, array: None) -> None:
        """Write all gradients, from ∂L/∂output of the last forward pass.

        `seen` is shown each layer's name and ∂L/∂output.
        """
        upstream: Array | None = gradient
        for layer in reversed(self.layers[self.first :]):
            assert upstream is not None
            seen(layer.name, upstream)
            upstream = layer.backward(upstream)


def _groups(shapes: Sequence[LayerShape]) -> list[list[LayerShape]]:
    """The layers that are computed together: one, and those right behind it that it takes on."""
    groups: list[list[LayerShape]] = []
    for shape in shapes:
        group = groups[-1] if groups else []
        if group and group[0].spec.takes_on([member.spec for member in group[1:]], shape.spec):
            group.append(shape)
        else:
            groups.append([shape])
    return groups
