"""All weights and biases of a network, or their gradients, as named views of one flat array."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import LayerShape


class Named(Mapping[str, Array]):
    """Named views of one flat array; they stay views in a copy and after unpickling.

    Attributes:
        flat: the array.
        places: for each name, the slice of the last axis of `flat` that it covers.
    """

    def __init__(self, flat: Array) -> None:
        self.flat = flat
        self.places: dict[str, slice] = {}
        self._named: dict[str, Array] = {}
        self._end = 0

    def _add(self, name: str, shape: tuple[int, ...]) -> Array:
        """Name the next entries of `flat`, and return the view of them."""
        place = self.places[name] = slice(self._end, self._end + prod(shape))
        self._end = place.stop
        view = self._named[name] = self.flat[..., place].reshape(*self.flat.shape[:-1], *shape)
        return view

    def __getstate__(self) -> dict[str, Any]:
        """The state without the views: copied one by one, they would no longer share memory with `flat`."""
        shapes = {name: view.shape[self.flat.ndim - 1 :] for name, view in self._named.items()}
        return {**self.__dict__, "places": {}, "_named": shapes, "_end": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        shapes = state["_named"]
        self.__dict__.update(state, _named={})
        for name, shape in shapes.items():
            self._add(name, shape)

    def __getitem__(self, name: str) -> Array:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


class Parameters(Named):
    """All parameters of a network by name, ``params["conv1.weight"]`` for example, as views of `flat`.

    A convolution's weight is ``[out, in, row, col]``, a dense layer's ``[out, in]``, a bias ``[out]``. Since they share
    one flat array, an update, a norm, a copy or a check for infinities is one operation.

    Attributes:
        flat: ``[parameter]``; the array of this name, or a new one of zeros.
        shapes: the layers that the parameters belong to.
        layers: the same views by layer name, then by ``"weight"`` or ``"bias"``; none for a layer without parameters.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any], flat: Array | None = None) -> None:
        super().__init__(np.zeros(sum(shape.parameters for shape in shapes), dtype) if flat is None else flat)
        self.shapes = shapes
        for layer in shapes:
            for name, shape in layer.params.items():
                self._add(f"{layer.spec.name}.{name}", shape)
        self.layers = self._by_layer()

    def _by_layer(self) -> dict[str, dict[str, Array]]:
        return {
            layer.spec.name: {name: self[f"{layer.spec.name}.{name}"] for name in layer.params} for layer in self.shapes
        }

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "layers": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.layers = self._by_layer()

    def copy(self) -> "Parameters":
        """Copy the parameters to memory of their own."""
        copy = Parameters(self.shapes, self.flat.dtype)
        copy.flat[...] = self.flat
        return copy
