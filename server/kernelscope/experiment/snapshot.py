"""The kernels of all lanes at one step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Self

import numpy as np

from kernelscope.experiment.lane import Condition
from kernelscope.nn import LayerShape
from kernelscope.nn.architecture import Conv, Dense
from kernelscope.nn.arrays import Array
from kernelscope.nn.parameters import Named

Shapes = Mapping[str, tuple[int, ...]]


def kernel_shapes(layers: Iterable[LayerShape]) -> dict[str, tuple[int, int, int, int]]:
    """``(out, in, row, col)`` of every layer with weights, by its name.

    A dense layer's weights are taken as kernels as large as the maps that it is given, of 1 × 1 where these are single
    numbers.
    """
    found: dict[str, tuple[int, int, int, int]] = {}
    for layer in layers:
        if isinstance(layer.spec, Conv | Dense):
            out, *maps = layer.params["weight"]
            channels, rows, cols = (*layer.input, 1, 1)[:3] if isinstance(layer.spec, Dense) else maps
            found[layer.spec.name] = out, channels, rows, cols
    return found


class Stack(Named):
    """Parameters of several lanes: ``["conv1.weight"]`` and so on, ``[lane, …]``.

    Attributes:
        flat: ``[lane, parameter]``, zero at first.
    """

    def __init__(self, shapes: Shapes, lanes: int) -> None:
        super().__init__(np.zeros((lanes, sum(map(prod, shapes.values()))), np.float32))
        for name, shape in shapes.items():
            self._add(name, shape)

    @classmethod
    def of(cls, shapes: Shapes, places: Mapping[str, slice], lanes: Sequence[Array]) -> Self:
        """Copies of the parameters named in `shapes`, from each lane's flat ones, where they have these `places`."""
        stack = cls(shapes, len(lanes))
        for row, flat in zip(stack.flat, lanes, strict=True):
            for name, place in stack.places.items():
                row[place] = flat[places[name]]
        return stack

    def less(self, other: Array, places: Mapping[str, slice]) -> Self:
        """The weights of each lane less those of `other`, a flat one with these `places`; biases are left out."""
        weights = {name: array.shape[1:] for name, array in self.items() if name.endswith(".weight")}
        rest = type(self)(weights, len(self.flat))
        for name, place in rest.places.items():
            np.subtract(self.flat[:, self.places[name]], other[places[name]], out=rest.flat[:, place])
        return rest


@dataclass(frozen=True)
class Filters:
    """How the filters of the conv layers do, a number a filter: ``[lane, out]`` for each layer."""

    norms: Mapping[str, Array] = field(default_factory=dict)
    """‖W‖"""
    ratios: Mapping[str, Array] = field(default_factory=dict)
    """‖update‖ / ‖W‖ of the last update, W before it. None before the first step."""
    active: Mapping[str, Array] = field(default_factory=dict)
    """`kernelscope.experiment.health.Responses.active`, after step `active_step`."""
    active_step: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The kernels of all lanes at one step: copies, so that training may go on."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    conditions: tuple[Condition, ...]
    """Of now, also where the step is an earlier one."""
    params: Stack
    grads: Stack | None
    """The gradients that the updates of `lane_steps` used; None before the first step."""
    updates: Stack | None = None
    """What these updates added to the weights; without biases."""
    before: Stack | None = None
    """The weights that they were added to, as they were; without biases."""
    others: Mapping[str, Stack] = field(default_factory=dict)
    """``moved``: W − W_0. ``apart.B``: W − W of lane B. ``start``: W_0, which all lanes share, as that of one. Where
    they were wanted; without biases."""
    filters: Filters = Filters()
    spreads: Mapping[str, Array] = field(default_factory=dict)
    """``[1 + lane, 2]`` for each layer: mean and standard deviation of its weights at the start, and in each lane now.
    Where ``start`` was wanted."""

    def quantities(self, wanted: Iterable[str] = ()) -> Iterator[tuple[str, Stack]]:
        """What there is to be shown: parameters and gradients, and what is `wanted` besides."""
        yield "params", self.params
        if self.grads is not None:
            yield "grads", self.grads
        if self.updates is not None and "updates" in wanted:
            yield "updates", self.updates
        if self.before is not None and "before" in wanted:
            yield "before", self.before
        yield from self.others.items()


def spreads(start: Stack, params: Stack) -> dict[str, Array]:
    """Mean and standard deviation of the weights of each layer of `start`, and then of each lane of `params`."""
    found: dict[str, Array] = {}
    for name, of_start in start.items():
        rows = [array.reshape(len(array), -1).astype(np.float64) for array in (of_start, params[name])]
        both = np.concatenate(rows)
        found[name.removesuffix(".weight")] = np.stack([both.mean(1), both.std(1)], 1)
    return found
