"""ReLU and the dense layer."""

from typing import Any

import numpy as np

from kernelscope.nn.architecture import LayerShape
from kernelscope.nn.arrays import Array
from kernelscope.nn.layer import Layer


class Relu(Layer):
    """max(0, x); the gradient passes where x > 0."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        channels, rows, cols = shape.output
        self.output = np.zeros((rows, channels, cols, n), dtype)
        self.zeros = np.zeros(n, dtype)  # NumPy's maximum is slower against the number 0 than against an array
        self.passes = np.zeros(self.output.shape, np.bool_)
        self.dx = np.zeros_like(self.output)

    def forward(self, x: Array) -> Array:
        return np.maximum(x, self.zeros, out=self.output)

    def backward(self, gradient: Array) -> Array | None:
        if not self.input_gradient:
            return None
        np.greater(self.output, 0, out=self.passes)
        return np.multiply(gradient, self.passes, out=self.dx)


class DenseLayer(Layer):
    """y = W x + b. ``weight[out, in]`` with `in` in the order (channel, row, col), ``bias[out]``."""

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        (channels, rows, cols), (units, _, _) = shape.input, shape.output
        self.x = np.zeros((channels, rows, cols, n), dtype)  # in the weight's order
        self.output = np.zeros((1, units, 1, n), dtype)
        self.dy = np.zeros((units, n), dtype)
        self.flat_dx = np.zeros((channels * rows * cols, n), dtype)
        self.dx = np.zeros((rows, channels, cols, n), dtype)

    def forward(self, x: Array) -> Array:
        np.copyto(self.x, x.transpose(1, 0, 2, 3))
        y = self.output.reshape(-1, self.n)
        np.matmul(self.params["weight"], self.x.reshape(-1, self.n), out=y)
        y += self.params["bias"][:, None]
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        dy = self.dy = gradient.reshape(-1, self.n)
        np.matmul(dy, self.x.reshape(-1, self.n).T, out=self.grads["weight"])
        np.add.reduce(dy, axis=1, out=self.grads["bias"])
        if not self.input_gradient:
            return None
        np.matmul(self.params["weight"].T, dy, out=self.flat_dx)
        np.copyto(self.dx, self.flat_dx.reshape(self.x.shape).transpose(1, 0, 2, 3))
        return self.dx

    def sensitivity(self) -> Array:
        return self.dy.T.reshape(self.n, -1, 1, 1).copy()
