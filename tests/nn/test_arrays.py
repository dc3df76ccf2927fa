import numpy as np
from kernelscope.nn.arrays import batch_first, batch_last


def test_batch_last_puts_row_first_and_batch_last() -> None:
    images = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).astype(np.float32)
    inside = batch_last(images)
    assert inside.shape == (4, 3, 5, 2)
    assert np.shares_memory(inside, images)
    assert inside[3, 1, 4, 0] == images[0, 1, 3, 4]
    assert np.array_equal(batch_first(inside), images)
