"""The layers of a network, one after the other, at work on so many images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kernelscope.nn.architecture import Conv, Dense, LayerShape, MaxPool, ReLU
from kernelscope.nn.arrays import Array
from kernelscope.nn.conv import Conv2d, fuses
from kernelscope.nn.layer import Layer
from kernelscope.nn.layers import DenseLayer, Relu
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.pool import MaxPool2d

Seen = Callable[[str, Array], None]
LAYERS: dict[type, type[Layer]] = {Conv: Conv2d, ReLU: Relu, MaxPool: MaxPool2d, Dense: DenseLayer}


class Sequential:
    """Forward and backward through all layers, for `n` images at a time.

    It holds the arrays that a pass needs, and no parameters: `bind` says whose. So one of it, and its memory, serves
    any number of networks of the same architecture, one after the other.

    A conv layer takes the ReLU and the pool behind it into one fast layer where it can. With ``fused=False`` every
    layer stands for itself and shows its output, and ∂L/∂output: slower, for looking inside.
    """

    def __init__(self, shapes: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, fused: bool = True) -> None:
        self.n = n
        groups = _groups(shapes) if fused else [[shape] for shape in shapes]
        # Nothing before the first layer with parameters learns: what it would learn from is not computed.
        self.first = next((place for place, group in enumerate(groups) if group[0].params), len(groups)) if fused else 0
        self.layers = [_layer(group, n, dtype, place > self.first) for place, group in enumerate(groups)]

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
    """The layers that are computed together: a conv with one ReLU and one pool that it can take on, in either order."""
    groups: list[list[LayerShape]] = []
    for shape in shapes:
        group = groups[-1] if groups else []
        conv = group[0].spec if group else None
        kinds = {type(member.spec) for member in group}
        joins = isinstance(conv, Conv) and (
            (isinstance(shape.spec, ReLU) and ReLU not in kinds)
            or (isinstance(shape.spec, MaxPool) and MaxPool not in kinds and fuses(conv, shape.spec))
        )
        if joins:
            group.append(shape)
        else:
            groups.append([shape])
    return groups


def _layer(group: list[LayerShape], n: int, dtype: np.dtype[Any], input_gradient: bool) -> Layer:
    head, *taken = group
    if not isinstance(head.spec, Conv):
        return LAYERS[type(head.spec)](head, n, dtype, input_gradient=input_gradient)
    pools = [shape.spec.pairs[0] for shape in taken if isinstance(shape.spec, MaxPool)]
    relu = any(isinstance(shape.spec, ReLU) for shape in taken)
    return Conv2d(head, n, dtype, input_gradient=input_gradient, relu=relu, pool=pools[0] if pools else (1, 1))
