"""Random numbers from a counter instead of a stream: whoever asks, whenever, in whatever parts, gets the same ones.

They are words of Philox (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel Random Numbers: As Easy as 1,
2, 3", SC11), a function of a key and a counter. So there is no state to keep or to share between threads, and what is
drawn is the same again after a restart.
"""

import numpy as np
from numpy.typing import NDArray

WORDS = 8
"""Words of 32 bits in a block of Philox."""


def draw(key: tuple[int, int], counter: tuple[int, int, int, int], blocks: int) -> NDArray[np.uint32]:
    """Draw ``[blocks · WORDS]`` words, from the block of this `counter` on, whose first number counts them."""
    philox = np.random.Philox(counter=np.array(counter, np.uint64), key=np.array(key, np.uint64))
    words: NDArray[np.uint32] = philox.random_raw(blocks * WORDS // 2).view(np.uint32)
    return words
