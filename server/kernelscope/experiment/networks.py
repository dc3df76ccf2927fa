"""Networks to start from, for images of any shape and any number of classes."""

from collections.abc import Callable

from kernelscope.experiment.work import CHUNK, MOST_BATCH_VALUES, batch_values
from kernelscope.nn import Conv, Dense, Gaussian, LayerShape, LayerSpec, MaxPool, ReLU, infer_shapes
from kernelscope.nn.shapes import Shape

LAST = "dense"
"""The name of the output layer, which gives one logit per class."""

Layers = list[LayerSpec]


def networks(shape: Shape, classes: int) -> dict[str, Layers]:
    """The networks by name.

    They are designed for images of about 28×28 pixels. With smaller images some pools are left out, and with large ones
    the first layer has a stride, such that a step takes seconds at most.
    """
    return {name: _fitted(make, shape, classes) for name, make in _MADE.items()}


def usual(name: str, shape: Shape, classes: int) -> Layers:
    """The network of this name. The first layer of the usual ones is 7×7, large enough for strokes to be visible."""
    return _fitted(_MADE[name], shape, classes)


def _two(stride: int) -> Layers:
    return [
        Conv("conv1", filters=8, kernel=7, stride=stride, padding=3),
        ReLU("relu1"),
        MaxPool("pool1", size=2),
        Conv("conv2", filters=16, kernel=5, padding=2),
        ReLU("relu2"),
        MaxPool("pool2", size=2),
    ]


def _colour(stride: int) -> Layers:
    # Smaller random values than elsewhere: of those tried, the clearest edges and colour blobs by step 300.
    small = Gaussian(0.02)
    return [
        Conv("conv1", filters=16, kernel=7, stride=stride, padding=3, init=small),
        ReLU("relu1"),
        MaxPool("pool1", size=2),
        Conv("conv2", filters=24, kernel=5, padding=2, init=small),
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


_MADE: dict[str, Callable[[int], Layers]] = {
    "default": _two,
    "colour": _colour,
    "one": _one,
    "deep": _deep,
    "linear": _linear,
}


def _fitted(make: Callable[[int], Layers], shape: Shape, classes: int) -> Layers:
    last = Dense(LAST, classes)
    for stride in range(1, max(shape[1:]) + 1):
        shapes = _pooled(make(stride), last, shape)
        if batch_values(shapes, CHUNK) <= MOST_BATCH_VALUES:
            break
    return [layer.spec for layer in shapes]


def _pooled(layers: Layers, last: Dense, shape: Shape) -> list[LayerShape]:
    """Leave out pools whose window would not fit their input, and append the last layer."""
    kept: Layers = []
    output = shape
    for spec in layers:
        if not isinstance(spec, MaxPool) or min(output[1:]) >= max(spec.pairs[0]):
            kept.append(spec)
            output = spec.output_shape(output)
    return infer_shapes([*kept, last], shape)
