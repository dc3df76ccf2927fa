"""What every layer is."""

from abc import ABC, abstractmethod
from typing import Any, NoReturn

import numpy as np

from kernelscope.nn.architecture import LayerShape
from kernelscope.nn.arrays import Array


class Layer(ABC):
    """One layer at work on `n` images, with the state of its last forward pass.

    Activations are ``[row, channel, col, n]`` (see `kernelscope.nn.arrays`). All arrays that a pass writes to are made
    once, here: allocating megabytes at each step costs more than filling them. So what `forward` and `backward` return
    is written over by the next pass: copy what is to be kept. A layer itself can't be copied, its arrays being parts of
    one another: make another one.

    Attributes:
        params: ``weight`` and ``bias`` by name, where the layer has any; to be set before the first pass.
        grads: where `backward` writes ∂L/∂params; to be set before it.
    """

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        self.shape = shape
        self.name = shape.spec.name
        self.n = n
        self.dtype = dtype
        self.input_gradient = input_gradient
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self.name}: a layer at work can't be copied or pickled, its network can")

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The layer's output for the input `x`."""

    @abstractmethod
    def backward(self, gradient: Array) -> Array | None:
        """Take ∂L/∂output of the last forward pass, write ``grads``, return ∂L/∂input.

        None where the layer was made without `input_gradient`, since nothing before it learns.
        """

    def sensitivity(self) -> Array:
        """∂L/∂Z ``[n, out, row, col]`` of the last backward pass, copied: Z = W * x + b, what the weights add up to.

        Raises:
            TypeError: the layer has no weights.
        """
        raise TypeError(f"{self.name}: expected a layer with weights")
