"""The study *image*: an image of the data set, or a viewer's picture, with its label."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import Experiment
from kernelscope.experiment.own_image import ImageIndex
from kernelscope.studies.payload import packed
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class ImageSubject(Subject):
    """An image of the data set, or a viewer's picture."""

    image: ImageIndex
    kind: Literal["image"] = "image"
    looked_up = True

    @property
    def test_image(self) -> int:
        """The image."""
        return self.image

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up its pixels and its label."""
        found, seen = experiment.images.image(self.image), experiment.images.seen(self.image)
        if found and seen:
            pixels, label = found
            yield {
                "images": len(experiment.data.test_images),
                "label": label,
                "pixels": packed(pixels),
                "seen": None if experiment.seen.preparation == "none" else packed(seen[0]),
            }
