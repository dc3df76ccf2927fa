"""The study *pictures*: small pictures of test images, to be recognised, not measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import Index
from kernelscope.nn.arrays import Array
from kernelscope.studies.payload import as_bytes, packed_bytes
from kernelscope.studies.subject import Members, Subject

MOST_PICTURES = 64
"""The largest number of pictures at once."""
SIDE = 64
"""Rows and columns of a picture, at most."""


@dataclass(frozen=True)
class PicturesSubject(Subject):
    """Some test images."""

    images: Annotated[tuple[Index, ...], Field(max_length=MOST_PICTURES, strict=False)]
    kind: Literal["pictures"] = "pictures"
    looked_up = True

    @property
    def test_image(self) -> int | None:
        """The last of them: if there is that one, there are all."""
        return max(self.images, default=None)

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up their pixels, as bytes."""
        found = pictures(
            np.array([experiment.data.image(image)[0] for image in self.images]).reshape(
                -1, *experiment.data.image_shape
            )
        )
        yield {"pixels": packed_bytes(found)}


def pictures(images: Array) -> NDArray[np.uint8]:
    """Convert images ``[n, channel, row, col]`` from 0 to 1 to bytes, each side at most `SIDE` pixels.

    A pixel of a larger image's picture is the mean of a square; rows and columns that fill no square are cut off.
    """
    n, channels, rows, cols = images.shape
    step = max(1, -(-max(rows, cols) // SIDE))
    squares: Any = images[:, :, : rows - rows % step, : cols - cols % step]
    return as_bytes(squares.reshape(n, channels, rows // step, step, cols // step, step).mean((3, 5)))
