"""Dropout masks from a counter instead of a stream: each image of a step has its own, whoever asks, whenever, in parts.

They are words of Philox (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel Random Numbers: As Easy as 1,
2, 3", SC11), a function of a key and a counter. The key is the seed and the step; the counter is the layer and the
image's place in the batch. So there is no state to keep or to share between threads: the step, its phases and a finite
difference of it have the same mask, and so has the step after a restart.
"""

from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORDS = 8
"""Words of 32 bits in a block of Philox."""


class Masks(NamedTuple):
    """The dropout masks of one step."""

    seed: int
    step: int
    first: int = 0
    """The place in the batch of the first image of a pass."""

    def behind(self, images: int) -> "Masks":
        """Those of the images that follow so many."""
        return self._replace(first=self.first + images)

    def kept(self, layer: str, share: float, values: int, n: int) -> NDArray[np.bool_]:
        """Tell which of the `values` of each of `n` images a layer keeps, ``[n, value]``; it drops about this `share`.

        Each is dropped with the probability ⌈share · 2³²⌉ / 2³², independently of all others.
        """
        blocks = -(-values // WORDS)
        counter = np.array([self.first * blocks, crc32(layer.encode()), 0, 0], np.uint64)
        philox = np.random.Philox(counter=counter, key=np.array([self.seed, self.step], np.uint64))
        words = philox.random_raw(n * blocks * WORDS // 2).view(np.uint32).reshape(n, blocks * WORDS)
        kept: NDArray[np.bool_] = words[:, :values] >= np.uint32(np.ceil(share * 2**32))
        return kept
