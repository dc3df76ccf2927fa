"""Receptive fields, against which pixels do change an output, and by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from kernelscope.nn import Conv, Dense, LayerShape, LayerSpec, MaxPool, ReLU, infer_shapes
from kernelscope.nn.arrays import batch_first, batch_last
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.receptive_field import ReceptiveField, receptive_field
from kernelscope.nn.sequential import Sequential

from tests.nn.support import Shape, architectures, examples
from tests.nn.textbook import Array

USUAL: list[LayerSpec] = [
    Conv("conv1", 8, 7, padding=3),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 16, (5, 3), padding=(2, 1), stride=(1, 2)),
    Dense("dense", 10),
]


def test_those_of_a_network_by_hand() -> None:
    shapes = infer_shapes(USUAL, (1, 28, 28))
    fields = [receptive_field(shapes[:count]) for count in range(1, 6)]
    assert fields == [
        ReceptiveField((7, 7), (1, 1), (-3, -3)),
        ReceptiveField((7, 7), (1, 1), (-3, -3)),
        ReceptiveField((8, 8), (2, 2), (-3, -3)),
        ReceptiveField((16, 12), (2, 4), (-7, -5)),
        # All of the map of 14 × 7: the padding of both layers is in it.
        ReceptiveField((42, 36), (2, 4), (-7, -5)),
    ]
    assert fields[3].at(6, 2) == (5, 3)


def test_strides_and_paddings_can_make_a_field_too_large_to_be_cut_out() -> None:
    shapes = infer_shapes(
        [*(Conv(f"c{place}", 1, 2, stride=8, padding=95) for place in range(6)), Dense("d", 10)], (1, 28, 28)
    )
    fields = [receptive_field(shapes[:count]) for count in (1, 6)]
    assert [field.can_be_cut_out for field in fields] == [True, False]
    assert fields[1].size == (37450, 37450)


@examples(10)
@given(architectures())
def test_an_output_depends_on_the_pixels_in_it_and_on_no_others(drawn: tuple[list[LayerSpec], Shape]) -> None:
    architecture, shape = drawn
    shapes = infer_shapes(architecture, shape)
    for reach in range(1, len(shapes) + 1):
        field, (_, rows, cols) = receptive_field(shapes[:reach]), shapes[reach - 1].output
        none, everywhere = outputs(shapes, reach, np.zeros(shape)), outputs(shapes, reach, np.ones(shape))
        for row, col in {(0, 0), (rows - 1, cols - 1), (rows // 2, cols // 2)}:
            (top, left), (height, width) = field.at(row, col), field.size
            inside = np.zeros(shape)
            inside[:, max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 1
            assert (outputs(shapes, reach, inside)[:, row, col] == everywhere[:, row, col]).all()
            assert (outputs(shapes, reach, 1 - inside)[:, row, col] == none[:, row, col]).all()


def outputs(shapes: Sequence[LayerShape], reach: int, image: Array) -> Array:
    """The output of the layer number `reach`, exact in float64 and with weights that let nothing cancel."""
    params = Parameters(shapes, np.dtype(np.float64))
    params.flat[...] = 1
    run = Sequential(shapes[:reach], 1, params.flat.dtype, fused=False)
    run.bind(params)
    return batch_first(run.forward(batch_last(image[np.newaxis])))[0].copy()


@pytest.mark.parametrize(("row", "col"), [(0, 0), (3, 1), (6, 6)])
def test_a_crop_is_of_the_image_with_zeros_around_it(row: int, col: int) -> None:
    image = np.arange(1.0, 2 * 7 * 7 + 1).reshape(2, 7, 7)
    field = ReceptiveField((5, 3), (1, 1), (-2, -1))
    padded = np.pad(image, ((0, 0), (2, 2), (1, 1)))
    np.testing.assert_array_equal(field.crop(image, row, col), padded[:, row : row + 5, col : col + 3])


def test_a_crop_may_lie_beyond_the_image() -> None:
    assert not ReceptiveField((3, 3), (2, 2), (-5, -5)).crop(np.ones((1, 4, 4)), 0, 0).any()
    assert not ReceptiveField((3, 3), (4, 4), (1, 1)).crop(np.ones((1, 4, 4)), 1, 1).any()
