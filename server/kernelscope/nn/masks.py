"""Dropout masks from a counter instead of a stream: each image of a step has its own, whoever asks, whenever, in parts.

The key of the draws (`kernelscope.nn.draws`) is the seed and the step; the counter is the layer and the image's place
in the batch. So the step, its phases and a finite difference of it have the same mask, and so has the step after a
restart.
"""

from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.draws import WORDS, draw


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
        counter = self.first * blocks, crc32(layer.encode()), 0, 0
        words = draw((self.seed, self.step), counter, n * blocks).reshape(n, blocks * WORDS)
        kept: NDArray[np.bool_] = words[:, :values] >= np.uint32(np.ceil(share * 2**32))
        return kept
