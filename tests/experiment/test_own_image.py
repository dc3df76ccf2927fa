"""Pictures of viewers: their names, their pixels, and what can't be one."""

import re
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope import datasets
from kernelscope.experiment.own_image import FIRST_OWN, OwnImage
from kernelscope.impossible import Impossible

SHAPE = (1, 2, 3)


@given(st.binary(max_size=40), st.none() | st.integers(0, 2**31 - 1))
def test_a_picture_is_named_by_its_levels_and_label(levels: bytes, label: int | None) -> None:
    index = OwnImage(levels, label).index
    written = np.array([-1 if label is None else label], "<i4").tobytes()
    assert index == -1 - crc32(levels + written)
    assert FIRST_OWN <= index < 0


def test_its_pixels_are_as_exact_as_the_data_sets() -> None:
    data = datasets.load("digits")
    levels = np.rint(255 * data.test_images[3]).astype(np.uint8)
    assert np.array_equal(OwnImage(levels.tobytes()).pixels(data.image_shape), data.test_images[3])


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (OwnImage(bytes(5)), "own: expected 6 levels for channels × rows × columns 1×2×3, got 5"),
        (OwnImage(bytes(7), 1), "own: expected 6 levels for channels × rows × columns 1×2×3, got 7"),
        (OwnImage(bytes(6), 4), "own.label: expected the index of a class, below 4, or null, got 4"),
    ],
)
def test_what_could_not_be_an_image_of_the_data_is_refused(picture: OwnImage, message: str) -> None:
    with pytest.raises(Impossible, match=re.escape(message)):
        picture.require(SHAPE, 4)
    OwnImage(bytes(6), 3).require(SHAPE, 4)
