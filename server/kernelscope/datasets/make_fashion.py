"""Make the shipped articles of clothing from the original files of Fashion-MNIST, reproducibly to the byte.

``python -m kernelscope.datasets.make_fashion`` gets the originals from Debian's package with apt-get, or takes them
from a given folder.
"""

import gzip
import subprocess
from pathlib import Path
from shutil import which

from kernelscope.datasets.fashion import FILE, TEST_PER_CLASS, TRAIN_PER_CLASS
from kernelscope.datasets.making import SourceError, command, make_subset

PACKAGE = "dataset-fashion-mnist"
MD5 = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}


def fetch(folder: Path) -> None:
    """Download Debian's package, and unpack the original files to `folder`.

    Raises:
        SourceError: apt-get or dpkg-deb is missing, or fails.
    """
    apt, dpkg = which("apt-get"), which("dpkg-deb")
    if apt is None or dpkg is None:
        raise SourceError(
            f"expected apt-get and dpkg-deb on the PATH, to get {PACKAGE}, or a folder with {', '.join(MD5)}"
        )
    try:
        subprocess.run([apt, "download", "-qq", PACKAGE], cwd=folder, check=True)
        (archive,) = folder.glob("*.deb")
        subprocess.run([dpkg, "-x", archive, folder], check=True)
    except subprocess.CalledProcessError as error:
        raise SourceError(f"apt-get download {PACKAGE} failed with exit code {error.returncode}") from error
    for name in MD5:
        packed = folder / f"usr/share/datasets/fashion-mnist/{name}.gz"
        (folder / name).write_bytes(gzip.decompress(packed.read_bytes()))


def main() -> None:
    """Download the originals unless given, verify them, and write the shipped file."""
    command(
        "the shipped articles of clothing from the original files of Fashion-MNIST",
        FILE,
        fetch=fetch,
        sums=MD5,
        make=lambda folder, target: make_subset(folder, target, TRAIN_PER_CLASS, TEST_PER_CLASS),
    )


if __name__ == "__main__":
    main()
