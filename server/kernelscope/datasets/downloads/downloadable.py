"""What there is to say of a data set that is downloaded, whether it is here or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kernelscope.datasets import kept
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.kept import Missing
from kernelscope.impossible import Impossible

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
MEGABYTE = 10**6


class NotHere(Missing):
    """A data set has not been downloaded yet."""

    def __init__(self, name: str, size: int) -> None:
        command = f"kernelscope download {name}"
        megabytes = max(1, round(size / MEGABYTE))
        message = (
            f"expected a data set that is on this computer, got {name!r}, which is not yet: {command} downloads it"
            f" ({megabytes} MB), and so does the page, in Data and network"
        )
        super().__init__("not_here", message, field="dataset", got=name, megabytes=megabytes, command=command)


class Broken(Impossible):
    """The files of a data set that was downloaded have been damaged since."""

    def __init__(self, name: str, reason: str) -> None:
        # Viewers read it: whoever runs the server knows where the data directory is.
        folder = f"{kept.DATASETS}/{name} in the data directory"
        message = f"expected the arrays of {name} in {folder}, got {reason}: delete that folder and download it again"
        super().__init__("broken_data", message, field="dataset", got=name)


@dataclass(frozen=True)
class File:
    """A file as it is published."""

    name: str
    bytes: int
    sha256: str = ""
    """Empty: nobody publishes one."""


@dataclass(frozen=True)
class Original(File):
    """A file that is downloaded, an archive."""

    contents: tuple[File, ...] = ()
    """What is taken from it, with the paths that these have in it; empty for an ``.npz``."""


class Downloadable:
    """A data set that is downloaded, in the catalogue.

    Attributes:
        INFO: its description.
        originals: the files to download.
        others: further sets of files that have the same images, taken where they are found.
        mirrors: addresses of the originals, up to their names; tried in turn.
        folders: names of folders, in the usual places for data sets, in which other programs keep the originals.
    """

    def __init__(
        self,
        info: DatasetInfo,
        originals: Sequence[Original],
        mirrors: Sequence[str],
        folders: Sequence[str],
        others: Sequence[Sequence[Original]] = (),
    ) -> None:
        self.INFO = info
        self.originals, self.others = tuple(originals), tuple(map(tuple, others))
        self.mirrors, self.folders = tuple(mirrors), tuple(folders)

    @property
    def size(self) -> int:
        """The bytes of the download."""
        return sum(original.bytes for original in self.originals)

    @property
    def unpacked(self) -> int:
        """The bytes that it takes up once it is here, without the headers of four files."""
        channels, rows, cols = self.INFO.image_shape
        return (self.INFO.train_size + self.INFO.test_size) * (channels * rows * cols + 1)

    @property
    def folder(self) -> Path:
        """Where its arrays are once it is here, an ``.npy`` each."""
        return kept.directory() / self.INFO.name

    @property
    def arriving(self) -> Path:
        """Where the originals are while it is being downloaded."""
        return kept.directory() / f"{self.INFO.name}.part"

    @property
    def is_here(self) -> bool:
        """Whether it has been downloaded. Its folder gets its name once it is complete."""
        return self.folder.is_dir()

    @property
    def came(self) -> int:
        """The bytes of the download that are here so far."""
        if self.is_here:
            return self.size
        files = (self.arriving / f"{original.name}{end}" for original in self.originals for end in ("", ".part"))
        return sum(file.stat().st_size for file in files if file.is_file())

    def require(self) -> None:
        """Check that it has been downloaded.

        Raises:
            NotHere: it has not.
        """
        if not self.is_here:
            raise NotHere(self.INFO.name, self.size)

    def shape(self, array: str) -> tuple[int, ...]:
        """The shape of one of `ARRAYS`."""
        count = self.INFO.train_size if array.startswith("train") else self.INFO.test_size
        return (count, *self.INFO.image_shape) if array.endswith("images") else (count,)

    def load(self) -> Dataset:
        """Map the arrays into memory, which all processes that use them share.

        Raises:
            NotHere: it has not been downloaded.
            Broken: its files are not as they were written.
        """
        self.require()
        try:
            arrays = {
                name: np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
                for name in ARRAYS
            }
        except (OSError, ValueError, EOFError) as error:
            raise Broken(self.INFO.name, "files that cannot be read") from error
        for name, array in arrays.items():
            if array.dtype != np.uint8 or array.shape != self.shape(name):
                raise Broken(self.INFO.name, f"{name} of {array.dtype} {array.shape}")
        for name in ("train_labels", "test_labels"):
            if (highest := arrays[name].max(initial=0)) >= len(self.INFO.classes):
                raise Broken(self.INFO.name, f"a label {highest} in {name}")
        return Dataset.from_bytes(self.INFO, **arrays, stay=True)
