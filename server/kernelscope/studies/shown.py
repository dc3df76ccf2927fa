"""Selections of the quantities and layers in a snapshot."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, Field, PlainSerializer

from kernelscope.experiment.lane_config import LANE_ID
from kernelscope.experiment.place import LayerName
from kernelscope.experiment.texts import of_form

MOST_QUANTITIES = 16
MOST_LAYERS = 32
"""The largest number of layers in a selection: as many as a network may have."""
RESPONSES, SENSITIVITIES = "responses", "sensitivities"
OF_AN_IMAGE = (RESPONSES, SENSITIVITIES)
"""In snapshots they are named together with the index of the image: ``responses.803``."""
INPUT_GRADIENT, ORIENTED, TRUTH = "input_gradient", "oriented", "truth"
OF_A_LANE = ("updates", "before", "moved", "start", *OF_AN_IMAGE, INPUT_GRADIENT, ORIENTED, TRUTH)
FROM_ANOTHER = "apart"
"""Named together with the lane that it compares with: ``apart.B``."""
PREDICTIONS = "predictions"
"""Those for an image, named together with its index: ``predictions.803``. Viewers name the image by itself."""
LANES, SYMLOG = "lanes", "symlog"
"""The same quantities on other scales: one of its own for each lane; a symmetric logarithmic one for gradients."""
QUANTITIES = (*OF_A_LANE, FROM_ANOTHER, PREDICTIONS, LANES, SYMLOG)
_NAMES = (*OF_A_LANE, LANES, SYMLOG)
Quantity = Annotated[
    str,
    of_form(
        rf"{'|'.join(_NAMES)}|{FROM_ANOTHER}\.{LANE_ID}",
        f"one of {', '.join(_NAMES)}, or {FROM_ANOTHER}. and a lane's id",
    ),
]
_Sorted = PlainSerializer(sorted, return_type=list[str])


@dataclass(frozen=True)
class Shown:
    """The contents of a snapshot besides the parameters and gradients of the conv layers."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    quantities: Annotated[frozenset[Quantity], Field(max_length=MOST_QUANTITIES, strict=False), _Sorted] = frozenset()
    """``updates``, ``before``, ``moved``, ``start``, ``responses``, ``sensitivities``, ``input_gradient``,
    ``oriented``, ``truth``, ``apart.`` with a lane's id, and the scales ``lanes`` and ``symlog``: docs/protocol.md,
    *Kind 2*. The server itself adds ``predictions.`` with the index of an image (`of_image`)."""
    layers: Annotated[frozenset[LayerName], Field(max_length=MOST_LAYERS, strict=False), _Sorted] = frozenset()
    """Names of dense layers."""

    @property
    def names(self) -> set[str]:
        """Names of the quantities, without the lanes that they compare with."""
        return {name for name, _, _ in map(_parts, self.quantities)}

    @property
    def images(self) -> list[int]:
        """The indices of the images, ascending."""
        return sorted(int(index) for name, _, index in map(_parts, self.quantities) if name == PREDICTIONS)

    def of_image(self, image: int | None) -> "Shown":
        """This selection for an image; None: for no other than it has."""
        return self if image is None else Shown(self.quantities | {f"{PREDICTIONS}.{image}"}, self.layers)

    def with_images(self, images: Collection[int]) -> "Shown":
        """This selection without all images but these."""
        others = {f"{PREDICTIONS}.{image}" for image in self.images if image not in images}
        return Shown(self.quantities - others, self.layers)

    def covers(self, other: "Shown") -> bool:
        """Whether this selection includes `other`."""
        return self.quantities >= other.quantities and self.layers >= other.layers

    def with_all(self, other: "Shown") -> "Shown":
        """The union of both selections."""
        return Shown(self.quantities | other.quantities, self.layers | other.layers)

    def without(self, other: "Shown") -> "Shown":
        """The part of this selection that is not in `other`."""
        return Shown(self.quantities - other.quantities, self.layers - other.layers)


def image_of(quantity: str) -> str | None:
    """The index of the image in the name of a quantity of `OF_AN_IMAGE`, ``responses.803``; None: it is no such one."""
    name, _, image = _parts(quantity)
    return image if name in OF_AN_IMAGE and image else None


def _parts(quantity: str) -> tuple[str, str, str]:
    return quantity.partition(".")


class FrameOf(NamedTuple):
    """A placeholder in a finding for the frame of an earlier step; the reporter makes its picture."""

    step: int
    """The step; if it was not recorded, the last recorded one before it is shown."""
    shown: Shown


PLAIN = Shown()
"""The empty selection."""
