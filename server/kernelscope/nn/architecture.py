"""A network as a list of layer descriptions: what can be written down, compared, sent, and checked before it is built.

A shape is ``(channels, rows, cols)`` of one image; a dense layer's output is ``(units, 1, 1)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal, cast, get_args

import numpy as np

from kernelscope.impossible import Impossible
from kernelscope.nn.init import Gaussian, He, Initialisation

Shape = tuple[int, int, int]
Pair = tuple[int, int]

LONGEST_NAME = 40
"""Characters."""
LONGEST_REACH = 10_000
"""Of a kernel, a stride, a padding."""


class ArchitectureError(Impossible):
    """A network that cannot be built. The message names the layer and the shapes."""


def times(*numbers: int) -> str:
    """Shapes as people write them: ``8×28×28``."""
    return "×".join(map(str, numbers))


def is_whole(value: object) -> bool:
    """Whether it is an integer, Python's or NumPy's; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _pair(layer: str, field_name: str, value: int | Pair, least: int) -> Pair:
    flat = not isinstance(value, tuple | list | np.ndarray) or np.ndim(value) == 0
    several: tuple[Any, ...] = (value, value) if flat else tuple(value)  # type: ignore[arg-type]
    if len(several) != 2 or not all(map(is_whole, several)):
        pattern = "a whole number, or two (rows, cols)"
        message = f"{layer}: {field_name} must be {pattern}, got {value!r}"
        raise ArchitectureError("pattern", message, layer=layer, field=field_name, pattern=pattern, got=repr(value))
    pair = int(several[0]), int(several[1])
    got = times(*pair)
    if min(pair) < least:
        message = f"{layer}: {field_name} must be at least {least}, got {got}"
        raise ArchitectureError("at_least", message, layer=layer, field=field_name, least=least, got=got)
    if max(pair) > LONGEST_REACH:
        message = f"{layer}: {field_name} must be at most {LONGEST_REACH}, got {got}"
        raise ArchitectureError("at_most", message, layer=layer, field=field_name, most=LONGEST_REACH, got=got)
    return pair


def _count(layer: str, field_name: str, value: int) -> int:
    if not is_whole(value):
        message = f"{layer}: {field_name} must be a whole number, got {value!r}"
        raise ArchitectureError("whole_number", message, layer=layer, field=field_name, got=repr(value))
    if value < 1:
        message = f"{layer}: {field_name} must be at least 1, got {value}"
        raise ArchitectureError("at_least", message, layer=layer, field=field_name, least=1, got=int(value))
    return int(value)


def _require_init(layer: str, value: object) -> None:
    if not isinstance(value, Initialisation):
        pattern = "He() or Gaussian(std)"
        message = f"{layer}: init must be {pattern}, got {value!r}"
        raise ArchitectureError("pattern", message, layer=layer, field="init", pattern=pattern, got=repr(value))


def _windows(layer: str, what: str, shape: Shape, size: Pair, stride: Pair, padding: Pair) -> Pair:
    """How many positions (rows, cols) a window of `size` takes on `shape`."""
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


@dataclass(frozen=True)
class Conv:
    """Cross-correlation with `filters` filters of `kernel` = (rows, cols), plus one bias a filter.

    A single number stands for both directions. What a stride does not reach is left out, as in PyTorch.
    """

    name: str
    filters: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0
    init: Initialisation = field(default_factory=Gaussian)
    type: Literal["conv"] = "conv"

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", _count(self.name, "filters", self.filters))
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, _pair(self.name, name, getattr(self, name), least))
        _require_init(self.name, self.init)

    def output_shape(self, shape: Shape) -> Shape:
        """``(filters, rows, cols)`` for an input of `shape`."""
        kernel, stride, padding = self.pairs
        return (self.filters, *_windows(self.name, "kernel", shape, kernel, stride, padding))

    @property
    def pairs(self) -> tuple[Pair, Pair, Pair]:
        """`kernel`, `stride` and `padding`, each as (rows, cols)."""
        return cast(tuple[Pair, Pair, Pair], (self.kernel, self.stride, self.padding))  # made pairs at the beginning

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """``weight[out, in, row, col]`` and ``bias[out]``."""
        return {"weight": (self.filters, shape[0], *self.pairs[0]), "bias": (self.filters,)}


@dataclass(frozen=True)
class ReLU:
    """max(0, x)."""

    name: str
    type: Literal["relu"] = "relu"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        return shape

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """None."""
        return {}


@dataclass(frozen=True)
class MaxPool:
    """The largest value of each window of `size` = (rows, cols); windows lie `stride` apart (default: side by side)."""

    name: str
    size: int | Pair = 2
    stride: int | Pair | None = None
    type: Literal["pool"] = "pool"

    def __post_init__(self) -> None:
        stride = self.size if self.stride is None else self.stride
        object.__setattr__(self, "size", _pair(self.name, "size", self.size, 1))
        object.__setattr__(self, "stride", _pair(self.name, "stride", stride, 1))

    @property
    def pairs(self) -> tuple[Pair, Pair]:
        """`size` and `stride`, each as (rows, cols)."""
        return cast(tuple[Pair, Pair], (self.size, self.stride))  # made pairs at the beginning

    def output_shape(self, shape: Shape) -> Shape:
        """``(channels, rows, cols)`` for an input of `shape`."""
        return (shape[0], *_windows(self.name, "window", shape, *self.pairs, (0, 0)))

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """None."""
        return {}


@dataclass(frozen=True)
class Dense:
    """Every output a weighted sum of every input, plus a bias. The input is flattened as (channel, row, col)."""

    name: str
    units: int
    init: Initialisation = field(default_factory=He)
    type: Literal["dense"] = "dense"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", _count(self.name, "units", self.units))
        _require_init(self.name, self.init)

    def output_shape(self, shape: Shape) -> Shape:
        """``(units, 1, 1)``."""
        return (self.units, 1, 1)

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """``weight[out, in]`` and ``bias[out]``."""
        return {"weight": (self.units, prod(shape)), "bias": (self.units,)}


LayerSpec = Conv | ReLU | MaxPool | Dense
Architecture = Sequence[LayerSpec]


@dataclass(frozen=True)
class LayerShape:
    """A layer in its place: what goes in, what comes out, and the shapes of its parameters."""

    spec: LayerSpec
    input: Shape
    output: Shape
    params: dict[str, tuple[int, ...]]

    @property
    def parameters(self) -> int:
        """How many numbers the layer learns."""
        return sum(prod(shape) for shape in self.params.values())

    @property
    def values(self) -> int:
        """How many numbers it works on for one image: its input, its output, and what it copies.

        For a pool that is all places of all windows (`kernelscope.nn.pool`), for a convolution, with its padding, the
        columns of all windows (`kernelscope.nn.columns`). Nothing that a layer keeps for an image is larger.
        """
        values = prod(self.input) + prod(self.output)
        match self.spec:
            case Conv():
                (height, width), _, (pad, _) = self.spec.pairs
                (channels, rows, _), (filters, _, out_cols) = self.input, self.output
                values += (rows + 2 * pad + height) * out_cols * (channels * width + filters)
            case MaxPool():
                values += prod(self.output) * prod(self.spec.pairs[0])
        return values


def infer_shapes(architecture: Architecture, input_shape: Shape, classes: int | None = None) -> list[LayerShape]:
    """Follow the shape of one image through the layers.

    Raises:
        ArchitectureError: there is no layer, two have the same name, one does not fit its input, or the last one
            does not give one number for each of `classes` classes.
    """
    if not architecture:
        raise ArchitectureError("no_layer", "expected at least one layer, got none")
    for spec in architecture:
        if not isinstance(spec, LayerSpec):
            kinds = ", ".join(kind.__name__ for kind in get_args(LayerSpec))
            raise ArchitectureError("invalid", f"expected layers of {kinds}, got {spec!r}", got=repr(spec))
    names = [spec.name for spec in architecture]
    for name in names:
        if not isinstance(name, str):
            message = f"expected a layer name of 1 to {LONGEST_NAME} characters, got {name!r}"
            raise ArchitectureError("layer_name", message, most=LONGEST_NAME, got=repr(name))
        if not 0 < len(name) <= LONGEST_NAME or "." in name or "/" in name or not name.isprintable():
            got = repr(name) if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]!r}…"
            message = f"expected a layer name of 1 to {LONGEST_NAME} printable characters without '.' or '/', got {got}"
            raise ArchitectureError("layer_name", message, most=LONGEST_NAME, got=got)
        if names.count(name) > 1:
            message = f"{name}: expected layer names that differ, got {names.count(name)} of this name"
            raise ArchitectureError("same_layer", message, layer=name, got=names.count(name))
    layers: list[LayerShape] = []
    shape = input_shape
    for spec in architecture:
        output = spec.output_shape(shape)
        layers.append(LayerShape(spec, shape, output, spec.param_shapes(shape)))
        shape = output
    if classes is not None and shape != (classes, 1, 1):
        wanted, got = times(classes, 1, 1), times(*shape)
        message = f"{names[-1]}: the last layer must give one number a class, {wanted}, got {got}"
        raise ArchitectureError("last_layer", message, layer=names[-1], classes=classes, wanted=wanted, got=got)
    return layers
