"""Limits on the work of a network."""

from collections.abc import Iterable

from kernelscope.impossible import Impossible
from kernelscope.nn import LayerShape

MOST_BATCH_VALUES = 100_000_000
"""The largest number of values in all layers for one batch, such that a step takes seconds. Memory holds shards."""
CHUNK = 128
"""The number of test images evaluated at a time: about the work of a step."""


def batch_values(shapes: Iterable[LayerShape], batch_size: int) -> int:
    """The number of values in all layers for a batch, or for a chunk of the test set if that is larger."""
    return max(batch_size, CHUNK) * sum(shape.values for shape in shapes)


def require_little_work(shapes: Iterable[LayerShape], batch_size: int) -> None:
    """Check that a step will take seconds at most.

    Raises:
        Impossible: the layers have too many values for a batch.
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
