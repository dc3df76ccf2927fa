"""Shapes as people write them, and the numbers that they are made of, checked.

A shape is ``(channels, rows, cols)`` of one image; a dense layer's output is ``(units, 1, 1)``.
"""

import numpy as np

from kernelscope.impossible import Impossible

Shape = tuple[int, int, int]
Pair = tuple[int, int]
KernelShape = tuple[int, int, int, int]
"""``(out, in, row, col)``"""


class ArchitectureError(Impossible):
    """A network that cannot be built. The message names the layer and the shapes."""


def times(*numbers: int) -> str:
    """Shapes as people write them: ``8×28×28``."""
    return "×".join(map(str, numbers))


def is_whole(value: object) -> bool:
    """Whether it is an integer, Python's or NumPy's; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def positions(layer: str, what: str, shape: Shape, size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Pair:
    """How many positions (rows, cols) a window of `size` takes on `shape`.

    Args:
        layer: its name, for the message.
        what: the window is called there.
        shape: of the input.
        size: of the window (rows, cols), like `stride` and `padding`.
        stride: from one position to the next. What it does not reach is left out, as in PyTorch.
        padding: zeros on each side.

    Raises:
        ArchitectureError: the window does not fit.
    """
    rows, cols = (
        (extent + 2 * pad - length) // step + 1
        for extent, length, step, pad in zip(shape[1:], size, stride, padding, strict=True)
    )
    if rows < 1 or cols < 1:
        padded = f" with padding {times(*padding)}" if any(padding) else ""
        raise ArchitectureError(
            "does_not_fit",
            f"{layer}: {what} {times(*size)} does not fit its input {times(*shape)}{padded}",
            layer=layer,
            size=times(*size),
            input=times(*shape),
            padding=times(*padding),
        )
    return rows, cols
