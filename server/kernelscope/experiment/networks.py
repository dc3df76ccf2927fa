"""Networks to start from, for images of any shape and any number of classes."""

from collections.abc import Callable

from kernelscope.experiment.work import CHUNK, MOST_BATCH_VALUES, batch_values
from kernelscope.nn import (
    AveragePool,
    Conv,
    Dense,
    Gaussian,
    GlobalMaxPool,
    He,
    LayerShape,
    LayerSpec,
    MaxPool,
    ReLU,
    Tanh,
    infer_shapes,
)
from kernelscope.nn.layers.pool import Pool
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


def _stages(*convs: Conv) -> Layers:
    """Each of these, with a ReLU and a pool that halves the sides."""
    return [
        layer
        for number, conv in enumerate(convs, 1)
        for layer in (conv, ReLU(f"relu{number}"), MaxPool(f"pool{number}", size=2))
    ]


def _first_light(stride: int, shape: Shape) -> Layers:
    return _stages(
        Conv("conv1", filters=8, kernel=7, stride=stride, padding=3),
        Conv("conv2", filters=16, kernel=5, padding=2),
    )


def _colour(stride: int, shape: Shape) -> Layers:
    # Smaller random values than elsewhere: of those tried, the clearest edges and colour blobs by step 300.
    small = Gaussian(0.02)
    return _stages(
        Conv("conv1", filters=16, kernel=7, stride=stride, padding=3, init=small),
        Conv("conv2", filters=24, kernel=5, padding=2, init=small),
    )


def _one(stride: int, shape: Shape) -> Layers:
    return _stages(Conv("conv1", filters=8, kernel=7, stride=stride, padding=3))


def _three(stride: int, shape: Shape) -> Layers:
    return [
        *_stages(
            Conv("conv1", filters=8, kernel=5, stride=stride, padding=2),
            Conv("conv2", filters=16, kernel=3, padding=1),
        ),
        Conv("conv3", filters=24, kernel=3, padding=1),
        ReLU("relu3"),
    ]


def _lenet(stride: int, shape: Shape) -> Layers:
    """LeNet-5, by the names of its layers.

    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998,
    section II.B. It differs in that each filter of C3 sees all six maps (there three to six of them, table I); S2 and
    S4 have no coefficient and bias to learn; the activation is tanh x (there 1.7159 tanh ⅔x); and the output is a
    softmax (there radial basis functions). C5 is written as the dense layer that it is for images of 32 × 32, which
    those of 28 × 28 become by padding, as there.
    """
    wide = min(shape[1:]) >= 32
    return [
        Conv("C1", filters=6, kernel=5, stride=stride, padding=0 if wide else 2),
        Tanh("tanh1"),
        AveragePool("S2", size=2),
        Conv("C3", filters=16, kernel=5, padding=0 if min(shape[1:]) >= 14 * stride else 2),
        Tanh("tanh2"),
        AveragePool("S4", size=2),
        Dense("C5", 120),
        Tanh("tanh3"),
        Dense("F6", 84),
        Tanh("tanh4"),
    ]


def _wide(stride: int, shape: Shape) -> Layers:
    return _stages(
        Conv("conv1", filters=8, kernel=11, stride=stride, padding=5),
        Conv("conv2", filters=16, kernel=5, padding=2),
    )


def _pointwise(stride: int, shape: Shape) -> Layers:
    """Its second layer mixes channels at each place: M. Lin, Q. Chen and S. Yan, "Network in Network", 2013."""
    return _stages(
        Conv("conv1", filters=8, kernel=7, stride=stride, padding=3),
        Conv("conv2", filters=16, kernel=1, init=He()),
    )


def _planted(stride: int, shape: Shape) -> Layers:
    """For patterns that may be anywhere: only whether a filter finds its own counts, not where."""
    # Small random values, as for colour: of those tried, the patterns are found by most seeds.
    conv = Conv("conv1", filters=12, kernel=7, stride=stride, padding=3, init=Gaussian(0.02))
    return [conv, ReLU("relu1"), GlobalMaxPool("globalmax")]


def _linear(stride: int, shape: Shape) -> Layers:
    return []


Make = Callable[[int, Shape], Layers]
"""Makes all layers but the last, for a stride of the first one and images of a shape."""
_MADE: dict[str, Make] = {
    "default": _first_light,
    "lenet": _lenet,
    "three": _three,
    "colour": _colour,
    "wide": _wide,
    "pointwise": _pointwise,
    "planted": _planted,
    "one": _one,
    "linear": _linear,
}


def _fitted(make: Make, shape: Shape, classes: int) -> Layers:
    last = Dense(LAST, classes)
    for stride in range(1, max(shape[1:]) + 1):
        shapes = _pooled(make(stride, shape), last, shape)
        if batch_values(shapes, CHUNK) <= MOST_BATCH_VALUES:
            break
    return [layer.spec for layer in shapes]


def _pooled(layers: Layers, last: Dense, shape: Shape) -> list[LayerShape]:
    """Leave out pools whose window would not fit their input, and append the last layer."""
    kept: Layers = []
    output = shape
    for spec in layers:
        if not isinstance(spec, Pool) or min(output[1:]) >= max(spec.pairs[0]):
            kept.append(spec)
            output = spec.output_shape(output)
    return infer_shapes([*kept, last], shape)
