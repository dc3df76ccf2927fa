"""A network built from an architecture."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from server.nn.architecture import Architecture, Conv, Dense, LayerShape, MaxPool, ReLU, Shape, infer_shapes
from server.nn.arrays import Array, Labels, batch_first, batch_last
from server.nn.conv import Conv2d
from server.nn.init import initialise
from server.nn.layer import Layer
from server.nn.layers import DenseLayer, MaxPool2d, Relu
from server.nn.loss import Loss, softmax_cross_entropy

LAYERS: dict[type, type[Layer]] = {Conv: Conv2d, ReLU: Relu, MaxPool: MaxPool2d, Dense: DenseLayer}


class Network:
    """A convolutional network for images ``[n, channel, row, col]``.

    ``params`` and ``grads`` map ``"conv1.weight"`` and so on to arrays in the usual orientation:
    ``[out, in, row, col]`` for a kernel, ``[out, in]`` for a dense weight, ``[out]`` for a bias. They are views of two
    flat arrays, ``flat_params`` and ``flat_grads``, so that an optimizer, a norm or a check for infinities is one
    operation.

    Raises:
        ArchitectureError: the layers do not fit together; the message names the layer and the shapes.
    """

    def __init__(
        self, architecture: Architecture, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        self.architecture = tuple(architecture)
        self.shapes: list[LayerShape] = infer_shapes(architecture, input_shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.layers = [LAYERS[type(shape.spec)](shape, self.dtype) for shape in self.shapes]
        size = sum(shape.parameters for shape in self.shapes)
        self.flat_params: Array = np.zeros(size, self.dtype)
        self.flat_grads: Array = np.zeros(size, self.dtype)
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._bind()
        for layer in self.layers:
            if isinstance(layer.shape.spec, Conv | Dense):
                initialise(layer.params["weight"], layer.shape.spec.init, rng)

    def _bind(self) -> None:
        """Give each layer its views of the flat arrays."""
        start = 0
        for layer in self.layers:
            for name, shape in layer.shape.params.items():
                part = slice(start, start := start + prod(shape))
                layer.params[name] = self.params[f"{layer.name}.{name}"] = self.flat_params[part].reshape(shape)
                layer.grads[name] = self.grads[f"{layer.name}.{name}"] = self.flat_grads[part].reshape(shape)

    def forward(self, images: Array) -> Array:
        """Logits ``[n, class]``, the caller's own. Rows and columns of the last layer, if any, count as classes."""
        x = batch_last(images.astype(self.dtype, copy=False))
        self._outputs: dict[str, Array] = {}
        for layer in self.layers:
            x = self._outputs[layer.name] = layer.forward(x)
        return batch_first(x).reshape(len(images), -1).copy()  # the layer's buffer serves the next pass too

    def backward(self, gradient: Array) -> None:
        """Fill ``grads`` from ∂L/∂logits ``[n, class]`` of the last forward pass."""
        channels, rows, cols = self.shapes[-1].output
        upstream: Array | None = batch_last(gradient.reshape(-1, channels, rows, cols))
        first = next((i for i, layer in enumerate(self.layers) if layer.params), len(self.layers))
        for index in range(len(self.layers) - 1, first - 1, -1):
            assert upstream is not None
            upstream = self.layers[index].backward(upstream, needs_input_gradient=index > first)

    def loss(self, images: Array, labels: Labels) -> Loss:
        """Forward pass and loss; ``grads`` stay as they were."""
        return softmax_cross_entropy(self.forward(images), labels)

    def loss_and_gradient(self, images: Array, labels: Labels) -> Loss:
        """Forward, loss and backward: ``grads`` are then ∂L/∂params of this batch (its mean)."""
        loss = self.loss(images, labels)
        self.backward(loss.gradient)
        return loss

    def activation(self, layer: str) -> Array:
        """A layer's output ``[n, channel, row, col]`` in the last forward pass: a view, written over by the next."""
        return batch_first(self._outputs[layer])
