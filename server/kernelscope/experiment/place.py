"""Where a weight stands in its network."""

from typing import NamedTuple


class Kernel(NamedTuple):
    """A two-dimensional slice of a layer's weights (`kernelscope.experiment.kernel_shapes`)."""

    layer: str
    out: int
    channel: int


class Weight(NamedTuple):
    """Which one, by the indices that `kernelscope.experiment.snapshot.kernel_shapes` gives its layer's weights."""

    layer: str
    out: int
    channel: int
    row: int
    col: int
