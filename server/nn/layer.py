"""What every layer is."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from server.nn.architecture import LayerShape
from server.nn.arrays import Array, Buffers


class Layer(ABC):
    """One layer of a `Network`, with the state of its last forward pass.

    Activations are ``[row, channel, col, n]`` (see `server.nn.arrays`) and live in buffers that the next pass writes
    over: copy what is to be kept. ``params`` and ``grads`` are views of the network's flat arrays, by name.
    """

    def __init__(self, shape: LayerShape, dtype: np.dtype[Any]) -> None:
        self.shape = shape
        self.name = shape.spec.name
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.buffers = Buffers(dtype)

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The layer's output for the input `x`."""

    @abstractmethod
    def backward(self, gradient: Array, *, needs_input_gradient: bool = True) -> Array | None:
        """Take ∂L/∂output of the last forward pass, write ``grads``, return ∂L/∂input (None where nobody needs it)."""
