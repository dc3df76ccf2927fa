"""Mini-batches: every image once an epoch, in a new order each time."""

from collections.abc import Iterator

import numpy as np

from server.nn.arrays import Array, Labels

CHUNK = 128
"""Images of the test set evaluated at a time."""


def batches(images: Array, labels: Labels, batch_size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Labels]]:
    """Batches without end. The last one of an epoch is smaller where `batch_size` does not divide the images."""
    while True:
        order = rng.permutation(len(labels))
        for start in range(0, len(labels), batch_size):
            chosen = order[start : start + batch_size]
            yield images[chosen], labels[chosen]
