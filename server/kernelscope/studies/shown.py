"""What is shown of a step."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, Field, PlainSerializer

from kernelscope.experiment.place import LayerName

MOST_QUANTITIES = 16
MOST_LAYERS = 32
"""That may be named at once: as many as a network may have."""
Quantity = Annotated[str, Field(pattern=r"^(updates|before|moved|start|apart\.[A-Za-z0-9_-]{1,16})$")]
_Sorted = PlainSerializer(sorted, return_type=list[str])


@dataclass(frozen=True)
class Shown:
    """What a snapshot has besides the parameters and gradients of the conv layers."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    quantities: Annotated[frozenset[Quantity], Field(max_length=MOST_QUANTITIES, strict=False), _Sorted] = frozenset()
    """``updates``, ``before``, ``moved``, ``start``, ``apart.`` with a lane's id: docs/protocol.md, *Kind 2*."""
    layers: Annotated[frozenset[LayerName], Field(max_length=MOST_LAYERS, strict=False), _Sorted] = frozenset()
    """Dense ones."""

    @property
    def names(self) -> set[str]:
        """Of the quantities, whichever lane they compare with."""
        return {quantity.partition(".")[0] for quantity in self.quantities}

    def covers(self, other: "Shown") -> bool:
        """Whether all of the other is shown too."""
        return self.quantities >= other.quantities and self.layers >= other.layers

    def with_all(self, other: "Shown") -> "Shown":
        """Both."""
        return Shown(self.quantities | other.quantities, self.layers | other.layers)

    def without(self, other: "Shown") -> "Shown":
        """What the other has not."""
        return Shown(self.quantities - other.quantities, self.layers - other.layers)


class FrameOf(NamedTuple):
    """A frame of an earlier step, as something found has it: who reports it makes the picture."""

    step: int
    """That it is of, or the last one before it that is kept."""
    shown: Shown


PLAIN = Shown()
"""Nothing besides."""
