"""The study *image*: a test image with its label."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import Index
from kernelscope.studies.payload import packed
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class ImageSubject(Subject):
    """A test image."""

    image: Index
    kind: Literal["image"] = "image"
    looked_up = True

    @property
    def test_image(self) -> int:
        """The image."""
        return self.image

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up its pixels and its label."""
        data = experiment.data
        yield {
            "images": len(data.test_images),
            "label": int(data.test_labels[self.image]),
            "pixels": packed(data.test_images[self.image]),
        }
