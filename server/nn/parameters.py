"""All weights and biases of a network, or their gradients, in one array with a name for each part."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from server.nn.architecture import LayerShape
from server.nn.arrays import Array


class Parameters(Mapping[str, Array]):
    """``["conv1.weight"]`` and so on: arrays in the usual orientation, all of them views of `flat`.

    A kernel's weight is ``[out, in, row, col]``, a dense layer's ``[out, in]``, a bias ``[out]``. Since they share one
    flat array, an optimizer, a norm, a copy or a check for infinities is one operation.

    Attributes:
        flat: ``[parameter]``, zero at first.
        places: where in `flat` each name's numbers are.
        layers: the same views by layer name, then by ``"weight"`` or ``"bias"``; none for a layer without parameters.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any]) -> None:
        self._shapes = shapes
        self.flat: Array = np.zeros(sum(shape.parameters for shape in shapes), dtype)
        self.layers: dict[str, dict[str, Array]] = {}
        self.places: dict[str, slice] = {}
        self._named: dict[str, Array] = {}
        start = 0
        for layer in shapes:
            views = self.layers[layer.spec.name] = {}
            for name, shape in layer.params.items():
                part = slice(start, start := start + prod(shape))
                self.places[f"{layer.spec.name}.{name}"] = part
                views[name] = self._named[f"{layer.spec.name}.{name}"] = self.flat[part].reshape(shape)

    def copy(self) -> "Parameters":
        """The same numbers in memory of their own."""
        copy = Parameters(self._shapes, self.flat.dtype)
        copy.flat[...] = self.flat
        return copy

    def __getitem__(self, name: str) -> Array:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)
