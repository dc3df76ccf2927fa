"""Positions of kernels and weights in a network, in Python and in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter

from kernelscope.experiment.kernels import kernel_shapes
from kernelscope.impossible import Impossible, unknown
from kernelscope.nn import Parameters

KernelShapes = Mapping[str, tuple[int, int, int, int]]
"""Shape ``(out, in, row, col)`` of each layer with weights, by name (`kernelscope.experiment.kernel_shapes`)."""
LayerName = Annotated[str, Field(max_length=64)]
Index = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Kernel:
    """A two-dimensional slice of a layer's weights; in JSON ``{"layer": "conv1", "out": 3, "in": 0}``."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    layer: LayerName
    out: Index
    channel: Annotated[int, Field(ge=0, alias="in")]

    @property
    def members(self) -> dict[str, Any]:
        """The position as JSON members."""
        members: dict[str, Any] = _ADAPTERS[type(self)].dump_python(self, by_alias=True)
        return members

    def require(self, shapes: KernelShapes) -> Self:
        """Check that the kernel exists, and return it.

        Raises:
            Impossible: it does not.
        """
        if self.layer not in shapes:
            raise unknown("layer", shapes, self.layer)
        out, channels, *_ = shapes[self.layer]
        if not (0 <= self.out < out and 0 <= self.channel < channels):
            raise Impossible(
                "no_kernel",
                f"expected out below {out} and in below {channels}, got out {self.out} and in {self.channel}",
                **self.members,
            )
        return self


@dataclass(frozen=True)
class Weight(Kernel):
    """A single weight; in JSON ``{"layer": "conv1", "out": 3, "in": 0, "row": 2, "col": 4}``."""

    row: Index
    col: Index

    @property
    def kernel(self) -> Kernel:
        """The kernel that it belongs to."""
        return Kernel(self.layer, self.out, self.channel)

    @property
    def index(self) -> tuple[int, int, int, int]:
        """Its index ``(out, in, row, col)`` in the weights of its layer."""
        return self.out, self.channel, self.row, self.col

    def require(self, shapes: KernelShapes) -> Self:
        """Check that the weight exists, and return it.

        Raises:
            Impossible: it does not.
        """
        if self.layer not in shapes:
            raise unknown("layer", shapes, self.layer)
        shape, index = list(shapes[self.layer]), list(self.index)
        if not all(0 <= at < length for at, length in zip(index, shape, strict=True)):
            raise Impossible(
                "no_weight",
                f"expected [out, in, row, col] below {shape} in {self.layer}, got {index}",
                layer=self.layer,
                shape=str(shape),
                got=str(index),
            )
        return self

    def flat_index(self, params: Parameters) -> int:
        """Its index in flat parameters.

        Raises:
            Impossible: they have no such weight.
        """
        shapes = kernel_shapes(params.shapes)
        self.require(shapes)
        place = params.places[f"{self.layer}.weight"]
        return int(place.start + np.ravel_multi_index(self.index, shapes[self.layer]))


_ADAPTERS: dict[type[Kernel], TypeAdapter[Any]] = {place: TypeAdapter(place) for place in (Kernel, Weight)}
