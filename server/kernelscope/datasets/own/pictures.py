"""Pictures from files: decoded by Pillow, cut to the square in the middle, and scaled."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets.own.files import Unreadable, Unusable

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 40_000_000
"""Of a picture that is decoded, by the size that its file gives."""
NEAR = 512
"""A larger square is brought to this side as it is decoded."""

Pixels = NDArray[np.uint8]


def require_pillow() -> None:
    """Check that pictures can be decoded.

    Raises:
        Unreadable: Pillow is not installed.
    """
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        raise Unreadable(
            "reading pictures needs Pillow: pip install 'kernelscope[images]'"
            " (the page needs nothing for it, since browsers decode pictures; nor does an .npz)"
        ) from error


def decoded(content: bytes, side: int) -> Pixels:
    """Decode a picture as ``[3, side, side]``. What is transparent becomes white.

    Raises:
        Unusable: it is no picture, broken or too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Unusable(f"{width}×{height} pixels: expected at most {MOST_PIXELS:,}")
            if min(width, height) > 2 * NEAR:
                image.draft("RGB", (NEAR * width // min(width, height), NEAR * height // min(width, height)))
            found = ImageOps.exif_transpose(image)
            return scaled(_square(found), side)
    except Unusable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unusable(f"expected a picture of at most {MOST_PIXELS:,} pixels") from error
    except UnidentifiedImageError as error:
        raise Unusable("not a picture: expected PNG, JPEG, GIF, WebP or BMP") from error
    except Exception as error:  # Pillow's decoders raise almost anything
        raise Unusable(f"damaged ({error})") from error


def _square(image: Any) -> Pixels:
    """The square ``[row, col, 3]`` in the middle, of at most `NEAR` rows."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits, of which Pillow would cut off the upper ones
        image = Image.fromarray(((np.asarray(image).astype(np.int64) + 128) // 257).astype(np.uint8))
    see_through = "A" in image.getbands() or "transparency" in image.info
    image = image.convert("RGBA" if see_through else "RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    near = min(side, NEAR)
    image = image.crop(box) if side == near else image.resize((near, near), Image.Resampling.BOX, box)
    pixels = np.asarray(image).astype(np.int64)
    if pixels.shape[2] == 4:
        opacity = pixels[..., 3:]
        pixels = (pixels[..., :3] * opacity + 255 * (255 - opacity) + 127) // 255
    return pixels.astype(np.uint8)


def scaled(square: Pixels, side: int) -> Pixels:
    """Scale ``[row, col, channel]`` to ``[channel, side, side]``: each pixel is the mean of the area that it covers.

    The arithmetic is exact, so that pictures scaled here and by the page (static/own-data/scaling.js) are the same.
    """
    size = len(square)
    shares = _shares(size, side)
    rows = (shares @ square.reshape(size, -1).astype(np.float64)).reshape(side, size, -1)
    sums = (shares @ rows).astype(np.int64)  # whole numbers below 2⁵³
    found: Pixels = ((2 * sums + size**2) // (2 * size**2)).astype(np.uint8)
    return found.transpose(2, 0, 1)


@lru_cache(maxsize=64)
def _shares(size: int, side: int) -> NDArray[np.float64]:
    """How much of each of `size` pixels each of `side` covers, ``[side, size]``, in parts of 1/`side`."""
    ends = np.minimum.outer(np.arange(1, side + 1) * size, np.arange(1, size + 1) * side)
    starts = np.maximum.outer(np.arange(side) * size, np.arange(size) * side)
    shares: NDArray[np.float64] = np.maximum(ends - starts, 0).astype(np.float64)
    return shares


def is_grey(pixels: Pixels) -> bool:
    """Tell whether red, green and blue ``[3, row, col]`` are the same everywhere."""
    return bool((pixels == pixels[:1]).all())


def grey(pixels: Pixels) -> Pixels:
    """Turn ``[n, 3, row, col]`` into ``[n, 1, row, col]``, by ITU-R BT.601 in whole numbers, as Pillow does."""
    found = np.empty_like(pixels[:, :1])
    for one, image in zip(found, pixels, strict=True):  # one at a time: whole numbers take four times as much
        red, green, blue = image.astype(np.int32)
        one[0] = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16
    return found
