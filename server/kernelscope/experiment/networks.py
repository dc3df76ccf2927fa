"""Networks to begin from, for images of any shape and any number of classes."""

from collections.abc import Callable

from kernelscope.experiment.work import CHUNK, MOST_BATCH_VALUES, batch_values
from kernelscope.nn import Conv, Dense, LayerShape, LayerSpec, MaxPool, ReLU, infer_shapes
from kernelscope.nn.shapes import Shape

LAST = "dense"
"""The name of the layer that gives a number for each class."""

Layers = list[LayerSpec]


def networks(shape: Shape, classes: int) -> dict[str, Layers]:
    """By name; the first is the one that an experiment has where nothing is said.

    They are made for images of some 28×28 pixels. Smaller ones are pooled less, and of large ones the first layer looks
    at some places only, so far apart that a step takes seconds at most.
    """
    return {name: _fitted(make, shape, classes) for name, make in _MADE.items()}


def usual(shape: Shape, classes: int) -> Layers:
    """The network of an experiment where nothing is said: a 7×7 first layer, large enough for a stroke to be seen."""
    return _fitted(_two, shape, classes)


def _two(stride: int) -> Layers:
    return [
        Conv("conv1", filters=8, kernel=7, stride=stride, padding=3),
        ReLU("relu1"),
        MaxPool("pool1", size=2),
        Conv("conv2", filters=16, kernel=5, padding=2),
        ReLU("relu2"),
        MaxPool("pool2", size=2),
    ]


def _one(stride: int) -> Layers:
    return [Conv("conv1", filters=8, kernel=7, stride=stride, padding=3), ReLU("relu1"), MaxPool("pool1", size=2)]


def _deep(stride: int) -> Layers:
    return [
        Conv("conv1", filters=8, kernel=3, stride=stride, padding=1),
        ReLU("relu1"),
        Conv("conv2", filters=8, kernel=3, padding=1),
        ReLU("relu2"),
        MaxPool("pool1", size=2),
        Conv("conv3", filters=16, kernel=3, padding=1),
        ReLU("relu3"),
        Conv("conv4", filters=16, kernel=3, padding=1),
        ReLU("relu4"),
        MaxPool("pool2", size=2),
    ]


def _linear(stride: int) -> Layers:
    return []


_MADE: dict[str, Callable[[int], Layers]] = {"default": _two, "one": _one, "deep": _deep, "linear": _linear}


def _fitted(make: Callable[[int], Layers], shape: Shape, classes: int) -> Layers:
    last = Dense(LAST, classes)
    for stride in range(1, max(shape[1:]) + 1):
        shapes = _pooled(make(stride), last, shape)
        if batch_values(shapes, CHUNK) <= MOST_BATCH_VALUES:
            break
    return [layer.spec for layer in shapes]


def _pooled(layers: Layers, last: Dense, shape: Shape) -> list[LayerShape]:
    """With the pools that still find something to choose from."""
    kept: Layers = []
    output = shape
    for spec in layers:
        if not isinstance(spec, MaxPool) or min(output[1:]) >= max(spec.pairs[0]):
            kept.append(spec)
            output = spec.output_shape(output)
    return infer_shapes([*kept, last], shape)
