"""What the scripts that make the shipped data sets have in common: originals that are checked, and a command."""

import argparse
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.idx import read_idx

Sums = Mapping[str, str]
"""The checksum of each original file, in hexadecimal, as it was published."""
KINDS = {32: "MD5", 64: "SHA-256"}
"""What kind of checksum it is, by its length."""
SEED = 1


class SourceError(Exception):
    """Raised when the original files cannot be downloaded, or differ from the originals."""


def command(
    what: str, target: Path, *, fetch: Callable[[Path], None], sums: Sums, make: Callable[[Path, Path], None]
) -> None:
    """Get the originals, from the folder of the command line or by `fetch`, verify them, and `make` the target.

    Args:
        what: what is made, and from what.
        target: the shipped file.
        fetch: downloads the originals to a folder.
        sums: their checksums.
        make: makes the target (second) from a folder (first).
    """
    parser = argparse.ArgumentParser(description=f"Make {what}.")
    parser.add_argument("folder", nargs="?", type=Path, help="the original files; default: download them")
    folder = parser.parse_args().folder
    try:
        with TemporaryDirectory() as scratch:
            if folder is None:
                folder = Path(scratch)
                fetch(folder)
            verify(folder, sums)
            make(folder, target)
    except SourceError as error:
        parser.exit(1, f"{error}\n")
    print(f"{target}: {target.stat().st_size:,} bytes, SHA-256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


def verify(folder: Path, sums: Sums) -> None:
    """Check that `folder` holds the original files, bit for bit.

    Raises:
        SourceError: one is missing or differs.
    """
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            raise SourceError(f"{path}: no such file")
        kind = KINDS[len(expected)]
        got = hashlib.new(kind.replace("-", ""), path.read_bytes(), usedforsecurity=False).hexdigest()
        if got != expected:
            raise SourceError(f"{path}: expected the {kind} {expected}, got {got}")


def make_subset(folder: Path, target: Path, train_per_class: int, test_per_class: int) -> None:
    """Write a balanced subset of MNIST, or of a data set in its format, such that the file depends only on the arrays.

    Training images are drawn from the training files only, and test images from the test files.
    """
    train_images, train_labels = _part(folder, "train", train_per_class)
    test_images, test_labels = _part(folder, "t10k", test_per_class)
    # NumPy gives the archive's members a fixed date.
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


def draw(labels: NDArray[np.uint8], per_class: int) -> NDArray[np.intp]:
    """Draw the indices of `per_class` images of each of ten classes, in random order.

    Raises:
        ValueError: a class has fewer images.
    """
    fewest = np.bincount(labels, minlength=10).min()
    if fewest < per_class:
        raise ValueError(f"expected at least {per_class} images of each class, got {fewest} of one")
    bits = np.random.PCG64(SEED)
    candidates = _permutation(bits, len(labels))
    chosen = np.concatenate([candidates[labels[candidates] == label][:per_class] for label in range(10)])
    # Shuffle again: in the order of the candidates, the rarer classes would accumulate at the end.
    shuffled: NDArray[np.intp] = chosen[_permutation(bits, len(chosen))]
    return shuffled


def _permutation(bits: np.random.PCG64, size: int) -> NDArray[np.intp]:
    """Permute from raw bits, which NumPy guarantees to be the same in every later version, unlike its shuffles."""
    return np.argsort(bits.random_raw(size), kind="stable")
