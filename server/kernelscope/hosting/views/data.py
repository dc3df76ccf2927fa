"""Data sets, their downloads, and some of their images."""

from pydantic import BaseModel

from kernelscope import datasets
from kernelscope.datasets.dataset import Centred, Origin
from kernelscope.experiment import ExperimentConfig
from kernelscope.experiment.specimens import specimens
from kernelscope.hosting.views.common import Problem, Shape
from kernelscope.studies.payload import as_bytes, packed_bytes


class DatasetView(BaseModel):
    """A data set. `image_shape` is (channels, rows, cols). `centred`: each image by its ink's mass or extent.

    `preparation`: the usual one of its images. `origin`: whether it comes with the program, is downloaded, or was
    brought by somebody.
    """

    name: str
    title: str
    train_size: int
    test_size: int
    image_shape: Shape
    classes: tuple[str, ...]
    centred: Centred
    preparation: str
    origin: Origin

    @classmethod
    def of(cls, name: str) -> "DatasetView":
        """Describe the data set of this name."""
        about = datasets.info(name)
        return cls(**{field: getattr(about, field) for field in cls.model_fields})


class DownloadView(BaseModel):
    """The download of a data set, of `size` bytes, of which `came` are here.

    Where it is not `here` yet, it may be `under_way`, or have failed with a `problem`. `found`: the folder of another
    program from which it would be taken over; empty: there is none.
    """

    size: int
    came: int
    here: bool
    under_way: bool = False
    found: str = ""
    problem: Problem | None = None
    source: str
    licence: str


class ListedDatasetView(DatasetView):
    """A data set in the list, with the `bytes` that it takes in the data directory; null: it takes none.

    `mine`: the client that sends the visitor cookie may delete it. `download` is null where there is nothing to
    download.
    """

    bytes: int | None
    mine: bool
    download: DownloadView | None = None


class PackedBytes(BaseModel):
    """An array of numbers from 0 to 1, a byte each, row-major, as base64."""

    shape: Shape
    data: str


class SpecimensView(BaseModel):
    """A few training images: as they are, `pixels` [image, channel, row, col]; their labels; and as networks see them.

    `seen` [epoch, image, channel, row, col] is of the first epochs if they are augmented, of one if they are only
    prepared, and of none if neither. If they are prepared, ½ is 0, and the largest magnitude of each is ½ away from it.
    """

    pixels: PackedBytes
    labels: list[int]
    seen: PackedBytes

    @classmethod
    def of(cls, config: ExperimentConfig) -> "SpecimensView":
        """Those of the data set of a configuration.

        Raises:
            Impossible: it is not here.
        """
        found = specimens(config)
        pixels, seen = (PackedBytes(**packed_bytes(as_bytes(images))) for images in (found.pixels, found.seen))
        return cls(pixels=pixels, labels=found.labels.tolist(), seen=seen)
