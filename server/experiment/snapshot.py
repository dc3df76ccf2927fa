"""The kernels of all lanes at one step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, Self

import numpy as np

from server.experiment.lane import Condition
from server.nn import Parameters
from server.nn.parameters import Named


class Stack(Named):
    """Parameters of several lanes: ``["conv1.weight"]`` and so on, ``[lane, …]``.

    Attributes:
        flat: ``[lane, parameter]``, zero at first.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], lanes: int) -> None:
        super().__init__(np.zeros((lanes, sum(map(prod, shapes.values()))), np.float32))
        for name, shape in shapes.items():
            self._add(name, shape)

    @classmethod
    def of(cls, shapes: Mapping[str, tuple[int, ...]], lanes: Sequence[Parameters]) -> Self:
        """Copies of the parameters named in `shapes`."""
        stack = cls(shapes, len(lanes))
        for row, params in zip(stack.flat, lanes, strict=True):
            for name, place in stack.places.items():
                row[place] = params.flat[params.places[name]]
        return stack


@dataclass(frozen=True)
class Snapshot:
    """The kernels of all lanes at one step: copies, so that training may go on."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    conditions: tuple[Condition, ...]
    params: Stack
    grads: Stack | None
    """The gradients that the updates of `lane_steps` used; None before the first step."""

    def quantities(self) -> Iterator[tuple[Literal["params", "grads"], Stack]]:
        """What there is: parameters, and gradients where there are some."""
        yield "params", self.params
        if self.grads is not None:
            yield "grads", self.grads
