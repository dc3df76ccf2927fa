"""Where a weight stands in its network: the one type of a kernel and of a weight, in Python and in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, TypeAdapter

from kernelscope.impossible import Impossible, unknown

KernelShapes = Mapping[str, tuple[int, int, int, int]]
"""``(out, in, row, col)`` of each layer with weights, by its name (`kernelscope.experiment.kernel_shapes`)."""
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
        """What it is in JSON."""
        members: dict[str, Any] = _ADAPTERS[type(self)].dump_python(self, by_alias=True)
        return members

    def require(self, shapes: KernelShapes) -> Self:
        """Itself, where there is such a kernel.

        Raises:
            Impossible: there is none.
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
    """A weight in its kernel; in JSON ``{"layer": "conv1", "out": 3, "in": 0, "row": 2, "col": 4}``."""

    row: Index
    col: Index

    @property
    def kernel(self) -> Kernel:
        """The one that it is in."""
        return Kernel(self.layer, self.out, self.channel)

    @property
    def index(self) -> tuple[int, int, int, int]:
        """Its place in the weights of its layer."""
        return self.out, self.channel, self.row, self.col

    def require(self, shapes: KernelShapes) -> Self:
        """Itself, where there is such a weight.

        Raises:
            Impossible: there is none.
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


_ADAPTERS: dict[type[Kernel], TypeAdapter[Any]] = {place: TypeAdapter(place) for place in (Kernel, Weight)}
