"""The forward and backward pass through the layers of a network, for a fixed number of images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters

Seen = Callable[[str, Array], None]


class Sequential:
    """Computes forward and backward passes through all layers, for `n` images at a time.

    It holds the arrays that a pass needs but no parameters, which are set by `bind`. So one instance, and its memory,
    serves any number of networks of the same architecture, one after the other.

    Where possible a layer is fused with those behind it: a conv layer with an activation and a pool. With
    ``fused=False`` every layer is computed separately, so that its output and ∂L/∂output can be inspected; this is
    slower.

    With `input_gradient` the backward pass goes on to the images themselves.
    """

    def __init__(
        self,
        shapes: Sequence[LayerShape],
        n: int,
        dtype: np.dtype[Any],
        *,
        fused: bool = True,
        input_gradient: bool = False,
    ) -> None:
        self.n = n
        groups = _groups(shapes) if fused else [[shape] for shape in shapes]
        # Before the first layer with parameters no gradient is needed, and none is computed.
        learning = (place for place, group in enumerate(groups) if group[0].params)
        self.first = next(learning, len(groups)) if fused and not input_gradient else 0
        self.layers = [
            group[0].spec.layer(group, n, dtype, input_gradient=input_gradient or place > self.first)
            for place, group in enumerate(groups)
        ]

    def bind(self, params: Parameters, grads: Parameters | None = None, masks: Masks | None = None) -> None:
        """Use `params` in the passes that follow, and let `backward` write to `grads`; drop nothing without `masks`."""
        for layer in self.layers:
            layer.params = params.layers[layer.name]
            layer.masks = masks
            if grads is not None:
                layer.grads = grads.layers[layer.name]

    def forward(self, x: Array, seen: Seen = lambda layer, array: None) -> Array:
        """Compute the last layer's output for images ``[row, channel, col, n]``; overwritten by the next pass.

        `seen` is called with each layer's name and output.
        """
        for layer in self.layers:
            x = layer.forward(x)
            seen(layer.name, x)
        return x

    def backward(self, gradient: Array, seen: Seen = lambda layer, array: None) -> Array | None:
        """Compute all gradients from ∂L/∂output of the last forward pass.

        `seen` is called with each layer's name and ∂L/∂output. Returns ∂L/∂images ``[row, channel, col, n]``, to be
        overwritten by the next pass; None without `input_gradient`.
        """
        upstream: Array | None = gradient
        for layer in reversed(self.layers[self.first :]):
            assert upstream is not None
            seen(layer.name, upstream)
            upstream = layer.backward(upstream)
        return upstream


def _groups(shapes: Sequence[LayerShape]) -> list[list[LayerShape]]:
    """Group the layers that are computed together: one, and those directly behind it that it takes on."""
    groups: list[list[LayerShape]] = []
    for shape in shapes:
        group = groups[-1] if groups else []
        if group and group[0].spec.takes_on(group, shape.spec):
            group.append(shape)
        else:
            groups.append([shape])
    return groups
