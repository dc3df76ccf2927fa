import numpy as np

from server.nn.arrays import Buffers, batch_first, batch_last


def test_batch_last_puts_row_first_and_batch_last() -> None:
    images = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).astype(np.float32)
    inside = batch_last(images)
    assert inside.shape == (4, 3, 5, 2)
    assert inside.flags.c_contiguous
    assert inside[3, 1, 4, 0] == images[0, 1, 3, 4]
    assert np.array_equal(batch_first(inside), images)


def test_a_buffer_is_handed_out_again_until_its_shape_changes() -> None:
    buffers = Buffers(np.dtype(np.float64))
    first = buffers.get("a", (2, 3))
    assert first.dtype == np.float64
    assert not first.any()
    first.fill(7)
    assert buffers.get("a", (2, 3)) is first
    assert buffers.get("b", (2, 3)) is not first
    other = buffers.get("a", (1, 3))
    assert other.shape == (1, 3)
    assert not buffers.get("a", (2, 3)).any()  # made anew, not the sevens
    assert buffers.get("mask", (2,), np.bool_).dtype == np.bool_
