from collections.abc import Callable

import numpy as np
import pytest
from kernelscope.nn import (
    Architecture,
    ArchitectureError,
    AveragePool,
    Conv,
    Dense,
    GlobalAveragePool,
    GlobalMaxPool,
    He,
    LayerSpec,
    MaxPool,
    ReLU,
    infer_shapes,
    layers,
)

from tests.nn.support import Shape

KINDS = ", ".join(kind.__name__ for kind in layers.TYPES)
SIZE = "a whole number, or two (rows, cols)"


def test_shapes_of_a_usual_network() -> None:
    layers = infer_shapes(
        [
            Conv("conv1", 8, 7, padding=3),
            ReLU("relu1"),
            MaxPool("pool1"),
            Conv("conv2", 16, 5, stride=2),
            Dense("dense", 10),
        ],
        (1, 28, 28),
        classes=10,
    )
    assert [layer.spec.name for layer in layers] == ["conv1", "relu1", "pool1", "conv2", "dense"]
    assert [layer.output for layer in layers] == [(8, 28, 28), (8, 28, 28), (8, 14, 14), (16, 5, 5), (10, 1, 1)]
    assert [layer.input for layer in layers] == [(1, 28, 28), *(layer.output for layer in layers[:-1])]
    assert layers[0].params == {"weight": (8, 1, 7, 7), "bias": (8,)}
    assert layers[3].params == {"weight": (16, 8, 5, 5), "bias": (16,)}
    assert layers[4].params == {"weight": (10, 400), "bias": (10,)}
    assert [layer.parameters for layer in layers] == [8 * 49 + 8, 0, 0, 16 * 8 * 25 + 16, 4010]
    images, pooled = 8 * 28 * 28, 8 * 14 * 14
    assert [layer.values for layer in layers[1:3]] == [2 * images, images + pooled + 4 * pooled]


@pytest.mark.parametrize(
    ("spec", "shape", "output"),
    [
        (Conv("c", 2, (3, 5)), (1, 8, 9), (2, 6, 5)),
        (Conv("c", 2, 3, stride=(2, 3)), (1, 8, 9), (2, 3, 3)),  # the eighth row is not reached
        (Conv("c", 2, 3, padding=(0, 4)), (1, 3, 1), (2, 1, 7)),
        (Conv("c", 2, (8, 9)), (1, 8, 9), (2, 1, 1)),
        (Conv("c", 2, 3, dilation=(3, 1)), (1, 8, 9), (2, 2, 7)),
        (Conv("c", 4, 3, groups=2), (6, 8, 9), (4, 6, 7)),
        (MaxPool("p"), (3, 5, 7), (3, 2, 3)),
        (MaxPool("p", (1, 3)), (3, 5, 7), (3, 5, 2)),
        (MaxPool("p", 3, stride=1), (3, 5, 7), (3, 3, 5)),
        (MaxPool("p", 1, stride=2), (3, 5, 7), (3, 3, 4)),
        (AveragePool("p", 3, stride=1), (3, 5, 7), (3, 3, 5)),
        (GlobalMaxPool("p"), (3, 5, 7), (3, 1, 1)),
        (GlobalAveragePool("p"), (3, 5, 7), (3, 1, 1)),
        (ReLU("r"), (3, 5, 7), (3, 5, 7)),
        (Dense("d", 4), (3, 5, 7), (4, 1, 1)),
    ],
)
def test_output_shapes(spec: LayerSpec, shape: Shape, output: Shape) -> None:
    [layer] = infer_shapes([spec], shape)
    assert layer.output == output


def test_one_number_stands_for_both_directions() -> None:
    assert Conv("c", 2, 3, 2, 1) == Conv("c", 2, (3, 3), (2, 2), (1, 1))
    assert Conv("c", 2, 3).pairs == ((3, 3), (1, 1), (0, 0))
    assert MaxPool("p", 3) == MaxPool("p", (3, 3), (3, 3))
    assert MaxPool("p", 3, 2).pairs == ((3, 3), (2, 2))


def test_whole_numbers_of_numpy_are_taken_and_become_pythons() -> None:
    made = Conv("c", np.int64(2), np.array([3, 5]), np.uint8(2), [np.int32(1), 0])
    assert made == Conv("c", 2, (3, 5), 2, (1, 0))
    assert {type(number) for pair in made.pairs for number in pair} | {type(made.filters)} == {int}
    assert type(Dense("d", np.int64(3)).units) is int


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv("edges", 0, 3), "edges: filters must be at least 1, got 0"),
        (lambda: Conv("edges", 1, (3, 0)), "edges: kernel must be at least 1, got 3×0"),
        (lambda: Conv("edges", 1, 3, stride=0), "edges: stride must be at least 1, got 0×0"),
        (lambda: Conv("edges", 1, 3, padding=(-1, 2)), "edges: padding must be at least 0, got -1×2"),
        (lambda: MaxPool("half", 0), "half: size must be at least 1, got 0×0"),
        (lambda: MaxPool("half", 2, (1, 0)), "half: stride must be at least 1, got 1×0"),
        (lambda: Dense("last", 0), "last: units must be at least 1, got 0"),
        (lambda: Dense("last", 10.0), "last: units must be a whole number, got 10.0"),
        (lambda: Conv("edges", True, 3), "edges: filters must be a whole number, got True"),
        (lambda: Conv("edges", 1, (3, 3, 3)), f"edges: kernel must be {SIZE}, got (3, 3, 3)"),
        (lambda: Conv("edges", 1, [3]), f"edges: kernel must be {SIZE}, got [3]"),
        (lambda: Conv("edges", 1, 3.0), f"edges: kernel must be {SIZE}, got 3.0"),
        (lambda: Conv("edges", 1, "3"), f"edges: kernel must be {SIZE}, got '3'"),
        (lambda: Conv("edges", 1, 3, padding=None), f"edges: padding must be {SIZE}, got None"),
        (lambda: MaxPool("half", 2, (1, 1.5)), f"half: stride must be {SIZE}, got (1, 1.5)"),
        (lambda: MaxPool("half", True), f"half: size must be {SIZE}, got True"),
        (lambda: Conv("edges", 1, np.array(3)), f"edges: kernel must be {SIZE}, got array(3)"),
        (lambda: Conv("edges", 1, 3, init="he"), "edges: init must be He() or Gaussian(std), got 'he'"),
        (lambda: Dense("last", 1, init=He), f"last: init must be He() or Gaussian(std), got {He!r}"),
    ],
)
def test_an_impossible_layer_is_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ([], "expected at least one layer, got none"),
        (
            ["conv"],
            f"expected layers of {KINDS}, got 'conv'",
        ),
        ([ReLU(None)], "expected a layer name of 1 to 40 characters, got None"),
        ([Conv("c", 2, 9)], "c: kernel 9×9 does not fit its input 1×6×8"),
        ([Conv("c", 2, (9, 3), padding=(1, 0))], "c: kernel 9×3 does not fit its input 1×6×8 with padding 1×0"),
        ([Conv("c", 2, 3, dilation=4)], "c: kernel 9×9 does not fit its input 1×6×8"),
        ([Conv("c", 4, 3, groups=2)], "c: 2 groups must divide both 1 channels and 4 filters"),
        (
            [Conv("c", 4, 3, stride=(1, 2), dilation=2)],
            "c: where there is a dilation the stride must be 1, got 2×2 and 1×2",
        ),
        ([MaxPool("p", (2, 9))], "p: window 2×9 does not fit its input 1×6×8"),
        ([Conv("a", 3, 5), MaxPool("p", 3)], "p: window 3×3 does not fit its input 3×2×4"),
        ([Dense("d", 5), Conv("c", 2, 2)], "c: kernel 2×2 does not fit its input 5×1×1"),
        ([ReLU("a"), ReLU("b"), ReLU("a")], "a: expected layer names that differ, got 2 of this name"),
        ([ReLU("a.b")], "expected a layer name of 1 to 40 printable characters without '.' or '/', got 'a.b'"),
        ([ReLU("a/b")], "expected a layer name of 1 to 40 printable characters without '.' or '/', got 'a/b'"),
        ([ReLU("")], "expected a layer name of 1 to 40 printable characters without '.' or '/', got ''"),
        (
            [ReLU("x" * 41)],
            f"expected a layer name of 1 to 40 printable characters without '.' or '/', got '{'x' * 40}'…",
        ),
        ([Dense("d", 9)], "d: the last layer must give one number a class, 10×1×1, got 9×1×1"),
        ([ReLU("r")], "r: the last layer must give one number a class, 10×1×1, got 1×6×8"),
    ],
)
def test_an_impossible_network_names_layer_and_shapes(architecture: Architecture, message: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        infer_shapes(architecture, (1, 6, 8), classes=10)
    assert str(caught.value) == message


def test_classes_may_be_left_open() -> None:
    [layer] = infer_shapes([ReLU("r")], (1, 6, 8))
    assert layer.output == (1, 6, 8)
