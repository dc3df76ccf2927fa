"""Pictures that people have drawn or brought, beside the images of the data set."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Annotated
from zlib import crc32

import numpy as np
from pydantic import ConfigDict, EncodedBytes, EncoderProtocol, Field

from kernelscope.experiment.place import Index
from kernelscope.impossible import Impossible
from kernelscope.nn.arrays import Array

MOST_LEVELS = 2**15
FIRST_OWN = -(2**32)
"""The lowest index of a picture: see `OwnImage.index`."""
ImageIndex = Annotated[int, Field(ge=FIRST_OWN)]
"""The index of an image of the data set, from 0 on, or that of a picture, which is below 0."""


class _Base64(EncoderProtocol):
    """Base64 (RFC 4648, section 4) and nothing else: Python's decoder, and so Pydantic's, skips other characters."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return b64decode(data, validate=True)
        except ValueError as error:
            got = data[:16].decode() + "…" * (len(data) > 16)
            message = f"expected base64 of a byte for each value, got {got!r}: {error}"
            raise Impossible("picture_levels", message, got=got) from error

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return b64encode(value)

    @classmethod
    def get_json_format(cls) -> str:
        return "base64"


@dataclass(frozen=True)
class OwnImage:
    """A picture, in JSON ``{"levels": "AAEC…", "label": 3}``."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    levels: Annotated[bytes, EncodedBytes(encoder=_Base64), Field(max_length=MOST_LEVELS)]
    """A byte each, 0 to 255, row-major ``[channel, row, col]``; in JSON as base64."""
    label: Index | None = None
    """The index of the class that a person has given it."""

    @cached_property
    def index(self) -> int:
        """Its index: −1 less the CRC-32 of its levels, followed by its label as four bytes, little-endian (−1: none).

        So the page and the server name a picture alike, and another one is another image.
        """
        label = -1 if self.label is None else self.label
        return -1 - crc32(label.to_bytes(4, "little", signed=True), crc32(self.levels))

    def pixels(self, shape: tuple[int, int, int]) -> Array:
        """The levels divided by 255, ``[channel, row, col]``."""
        return np.frombuffer(self.levels, np.uint8).reshape(shape).astype(np.float32) / np.float32(255)

    def require(self, shape: tuple[int, int, int], classes: int) -> None:
        """Check that it could be one of a data set's images.

        Raises:
            Impossible: it has another size, or its label is of no class.
        """
        if len(self.levels) != prod(shape):
            size = "×".join(map(str, shape))
            raise Impossible(
                "picture_size",
                f"own: expected {prod(shape)} levels for channels × rows × columns {size}, got {len(self.levels)}",
                size=size,
                least=prod(shape),
                got=len(self.levels),
            )
        if self.label is not None and self.label >= classes:
            raise Impossible(
                "picture_label",
                f"own.label: expected the index of a class, below {classes}, or null, got {self.label}",
                high=classes - 1,
                got=self.label,
            )
