"""A layer type of its own, put into the list from outside, before anything asks: ``python -m tests.average_pool``.

All that the program knows of it is in this module. Written as JSON is what an experiment makes of it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar, Literal, cast

import numpy as np
from kernelscope.nn import layers
from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.fields import Field, Sides
from kernelscope.nn.shapes import Pair, Shape, positions


@dataclass(frozen=True)
class AveragePool(LayerSpec):
    """The mean of each window of `size` = (rows, cols); windows lie side by side."""

    name: str
    size: int | Pair = 2
    type: Literal["mean"] = "mean"

    FIELDS: ClassVar[tuple[Field, ...]] = (Sides("size"),)

    @classmethod
    def example(cls, name: str, classes: int) -> "AveragePool":
        return cls(name)

    def output_shape(self, shape: Shape) -> Shape:
        size = cast(Pair, self.size)
        return (shape[0], *positions(self.name, "window", shape, size, size))

    def layer(
        self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "Mean":
        return Mean(cast(Pair, self.size), group[0], n, dtype, input_gradient=input_gradient)


class Mean(Layer):
    """The layer of an `AveragePool`."""

    def __init__(
        self, size: Pair, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        self.size = size
        (channels, rows, cols), (_, out_rows, out_cols) = shape.input, shape.output
        self.output = np.zeros((out_rows, channels, out_cols, n), dtype)
        self.dx = np.zeros((rows, channels, cols, n), dtype)

    def _slabs(self, x: Array) -> list[Array]:
        (height, width), (_, rows, cols) = self.size, self.shape.output
        return [x[i : rows * height : height, :, j : cols * width : width] for i, j in product(*map(range, self.size))]

    def forward(self, x: Array) -> Array:
        self.output[...] = sum(self._slabs(x)) / prod(self.size)
        return self.output

    def backward(self, gradient: Array) -> Array:
        for slab in self._slabs(self.dx):
            slab[...] = gradient / prod(self.size)
        return self.dx


def main() -> None:
    """Train with it, write and read its address, and tell it as the page is told."""
    layers.TYPES = (*layers.TYPES, AveragePool)
    # Only now: a configuration knows the types that there are when it is defined.
    from kernelscope import datasets
    from kernelscope.experiment import Experiment, ExperimentConfig, address
    from kernelscope.hosting.views import LayerView, NetworksView

    net = "conv4x3,relu,mean2x3:name=smooth,mean2,dense10"
    config = address.read([("net", net), ("batch", "16"), ("lanes", "0.3")])
    assert ExperimentConfig.model_validate_json(config.model_dump_json()) == config
    experiment = Experiment(config, datasets.load("digits"), threads=1)
    losses = [experiment.advance()[0].loss[0] for _ in range(120)]
    network, rng = experiment.lanes[0].network, np.random.default_rng(1)
    exact = type(network)(config.architecture, network.input_shape, rng, np.float64)
    images, labels = experiment.probe[:4].astype(np.float64), experiment.probe_labels[:4]
    exact.loss_and_gradient(images, labels)
    slopes = []
    for index in (0, 20):  # in the conv layer, behind which it lies
        around = []
        for by in (-1e-6, 1e-6):
            exact.params.flat[index] += by
            around.append(exact.loss(images, labels).value)
            exact.params.flat[index] -= by
        slopes.append([(around[1] - around[0]) / 2e-6, float(exact.grads.flat[index])])
    told = {
        "address": address.write(config),
        "layers": [view.model_dump() for view in LayerView.all(config.shapes(), len(config.lanes))],
        "type": NetworksView.of("digits").model_dump()["types"][-1],
        "losses": losses,
        "slopes": slopes,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
