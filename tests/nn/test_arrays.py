import numpy as np
import pytest
from kernelscope.nn import Architecture, Conv, Dense, MaxPool, ReLU, infer_shapes
from kernelscope.nn.arrays import BUFFERED, LINE, batch_first, batch_last, computing, zeros
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.sequential import Sequential


def test_batch_last_puts_row_first_and_batch_last() -> None:
    images = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).astype(np.float32)
    inside = batch_last(images)
    assert inside.shape == (4, 3, 5, 2)
    assert np.shares_memory(inside, images)
    assert inside[3, 1, 4, 0] == images[0, 1, 3, 4]
    assert np.array_equal(batch_first(inside), images)


@pytest.mark.parametrize("shape", [(), (3,), (5, 7), (2, 3, 4, 5)])
@pytest.mark.parametrize("dtype", [np.dtype(np.float32), np.dtype(np.float64), np.bool_])
def test_new_arrays_are_zeros_that_begin_with_a_line_of_the_cache(
    shape: tuple[int, ...], dtype: np.dtype[np.floating]
) -> None:
    found = zeros(shape, dtype)
    assert (found.shape, found.dtype) == (shape, dtype)
    assert not found.any()
    assert found.flags.c_contiguous
    assert found.flags.writeable
    assert found.ctypes.data % LINE == 0


@pytest.mark.parametrize("fused", [True, False])
def test_what_layers_compute_begins_with_a_line_of_the_cache(*, fused: bool) -> None:
    first: Architecture = [Conv("c", 8, 5, padding=2), ReLU("r"), MaxPool("p")]
    architecture = [*first, Conv("d", 8, 3), MaxPool("q", 3, 2), ReLU("s"), Dense("e", 10)]
    shapes, dtype = infer_shapes(architecture, (1, 28, 28), 10), np.dtype(np.float32)
    layers = Sequential(shapes, 32, dtype, fused=fused)
    layers.bind(Parameters(shapes, dtype), Parameters(shapes, dtype))
    seen: list[int] = []
    x = layers.forward(zeros((28, 1, 28, 32), dtype), lambda layer, array: seen.append(array.ctypes.data))
    layers.backward(zeros(x.shape, dtype), lambda layer, array: seen.append(array.ctypes.data))
    assert len(seen) == 2 * len(layers.layers)
    assert {start % LINE for start in seen} == {0}


def test_computing_ignores_overflow_and_copies_less_as_long_as_it_lasts() -> None:
    @computing()
    def compute() -> int:
        with np.testing.assert_no_warnings():
            np.exp(np.float32([1000]))
        return np.getbufsize()

    before = np.getbufsize()
    assert compute() == compute() == BUFFERED != before
    assert np.getbufsize() == before
