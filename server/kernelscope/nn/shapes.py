"""Shapes of activations and kernels, and the arithmetic of sliding windows.

A shape is ``(channels, rows, cols)`` of one image; a dense layer's output is ``(units, 1, 1)``.
"""

from typing import NamedTuple

import numpy as np

from kernelscope.impossible import Impossible

Shape = tuple[int, int, int]
Pair = tuple[int, int]
KernelShape = tuple[int, int, int, int]
"""``(out, in, row, col)``"""


class Window(NamedTuple):
    """A window that slides over a layer's input, each as (rows, cols)."""

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)


class ArchitectureError(Impossible):
    """Raised for a network that cannot be built. The message names the layer and the shapes."""


def times(*numbers: int) -> str:
    """Format a shape as ``8×28×28``."""
    return "×".join(map(str, numbers))


def is_whole(value: object) -> bool:
    """Whether `value` is an integer of Python or NumPy; True and False do not count."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def positions(layer: str, what: str, shape: Shape, size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Pair:
    """Count the positions (rows, cols) of a sliding window on `shape`.

    Args:
        layer: the layer's name, for the error message.
        what: the window's name, for the error message.
        shape: shape of the input.
        size: size of the window as (rows, cols).
        stride: distance between positions as (rows, cols). Rows and columns that no position reaches are dropped, as
            in PyTorch.
        padding: zeros on each side as (rows, cols).

    Raises:
        ArchitectureError: the window is larger than the padded input.
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
