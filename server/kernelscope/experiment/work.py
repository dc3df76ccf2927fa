"""How much work a network may make."""

from collections.abc import Iterable

from kernelscope.impossible import Impossible
from kernelscope.nn import LayerShape

MOST_BATCH_VALUES = 100_000_000
"""What all layers together work on for one batch: so a step takes seconds at most. In memory are shards of it."""
CHUNK = 128
"""Test images evaluated at once: about a step's work."""


def batch_values(shapes: Iterable[LayerShape], batch_size: int) -> int:
    """How many numbers all layers work on for a batch, or for a chunk of the test set where that is larger."""
    return max(batch_size, CHUNK) * sum(shape.values for shape in shapes)


def require_little_work(shapes: Iterable[LayerShape], batch_size: int) -> None:
    """Nothing, where a step takes seconds at most.

    Raises:
        Impossible: the layers work on too many numbers for a batch.
    """
    values = batch_values(shapes, batch_size)
    if values > MOST_BATCH_VALUES:
        images = max(batch_size, CHUNK)
        raise Impossible(
            "too_much_work",
            f"expected at most {MOST_BATCH_VALUES:,} numbers to work on for {images} images, got {values:,}:"
            " fewer filters, smaller kernels, less padding or a smaller batch_size would do",
            most=MOST_BATCH_VALUES,
            images=images,
            got=values,
        )
