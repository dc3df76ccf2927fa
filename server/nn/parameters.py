"""All weights and biases of a network, or their gradients, in one array with a name for each part."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from server.nn.architecture import LayerShape
from server.nn.arrays import Array


class Named(Mapping[str, Array]):
    """Arrays by name that are parts of one.

    Attributes:
        flat: that one.
        places: where in its last index each name's numbers are.
    """

    def __init__(self, flat: Array) -> None:
        self.flat = flat
        self.places: dict[str, slice] = {}
        self._named: dict[str, Array] = {}
        self._end = 0

    def _add(self, name: str, shape: tuple[int, ...]) -> Array:
        """The next numbers of `flat` under this name: a view."""
        place = self.places[name] = slice(self._end, self._end + prod(shape))
        self._end = place.stop
        view = self._named[name] = self.flat[..., place].reshape(*self.flat.shape[:-1], *shape)
        return view

    def __getitem__(self, name: str) -> Array:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


class Parameters(Named):
    """``["conv1.weight"]`` and so on: arrays in the usual orientation, all of them views of `flat`.

    A kernel's weight is ``[out, in, row, col]``, a dense layer's ``[out, in]``, a bias ``[out]``. Since they share one
    flat array, an optimizer, a norm, a copy or a check for infinities is one operation.

    Attributes:
        flat: ``[parameter]``, zero at first.
        shapes: the layers.
        layers: the same views by layer name, then by ``"weight"`` or ``"bias"``; none for a layer without parameters.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any]) -> None:
        super().__init__(np.zeros(sum(shape.parameters for shape in shapes), dtype))
        self.shapes = shapes
        self.layers: dict[str, dict[str, Array]] = {
            layer.spec.name: {
                name: self._add(f"{layer.spec.name}.{name}", shape) for name, shape in layer.params.items()
            }
            for layer in shapes
        }

    def copy(self) -> "Parameters":
        """The same numbers in memory of their own."""
        copy = Parameters(self.shapes, self.flat.dtype)
        copy.flat[...] = self.flat
        return copy
