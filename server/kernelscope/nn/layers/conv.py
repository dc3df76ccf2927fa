"""The spec of convolutions: plain, in groups, and dilated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, ClassVar, Literal, cast

import numpy as np

from kernelscope.nn.arrays import Array
from kernelscope.nn.init import Gaussian, Initialisation, initialise
from kernelscope.nn.layers.activations import Activation
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.layers.conv2d import Conv2d, pays
from kernelscope.nn.layers.fields import Count, Field, Sides, Start
from kernelscope.nn.layers.parts import Dilated, Grouped, phased, shapes_of
from kernelscope.nn.layers.pool import MaxPool
from kernelscope.nn.scheme import Across
from kernelscope.nn.shapes import ArchitectureError, KernelShape, Pair, Shape, Window, positions, times


@dataclass(frozen=True)
class Conv(LayerSpec):
    """Cross-correlation with `filters` filters of size `kernel` = (rows, cols), plus one bias per filter.

    A single number stands for both directions. Rows and columns that the stride does not reach are dropped, as in
    PyTorch. With a `dilation` the kernel's weights lie that far apart, and with several `groups` each group of filters
    sees its own channels only (`kernelscope.nn.layers.parts`). Where there is a dilation the stride must be 1.
    """

    name: str
    filters: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0
    init: Initialisation = field(default_factory=Gaussian)
    dilation: int | Pair = 1
    groups: int = 1
    type: Literal["conv"] = "conv"

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Count("filters"),
        Sides("kernel"),
        Sides("padding", "pad", least=0),
        Sides("stride", "stride"),
        Sides("dilation", "dilate"),
        Count("groups", "groups"),
        Start("init"),
    )

    @classmethod
    def example(cls, name: str, classes: int) -> "Conv":
        return cls(name, 8, 3, padding=1)

    @property
    def pairs(self) -> tuple[Pair, Pair, Pair]:
        """`kernel`, `stride` and `padding`, each as (rows, cols)."""
        return cast(tuple[Pair, Pair, Pair], (self.kernel, self.stride, self.padding))  # normalised by __post_init__

    @property
    def apart(self) -> Pair:
        """`dilation` as (rows, cols)."""
        return cast(Pair, self.dilation)  # normalised by __post_init__

    @property
    def reach(self) -> Pair:
        """The rows and columns of the input that a kernel lies over, those that its dilation leaves out included."""
        (height, width), (down, right) = self.pairs[0], self.apart
        return (height - 1) * down + 1, (width - 1) * right + 1

    def output_shape(self, shape: Shape) -> Shape:
        """``(filters, rows, cols)`` for an input of `shape`."""
        self._require(shape[0])
        return (self.filters, *positions(self.name, "kernel", shape, self.reach, *self.pairs[1:]))

    def _require(self, channels: int) -> None:
        filters, groups = self.filters, self.groups
        if channels % groups or filters % groups:
            message = f"{self.name}: {groups} groups must divide both {channels} channels and {filters} filters"
            values = {"groups": groups, "channels": channels, "filters": filters}
            raise ArchitectureError("groups", message, layer=self.name, field="groups", **values)
        if any(step > 1 and apart > 1 for step, apart in zip(self.pairs[1], self.apart, strict=True)):
            stride, dilation = times(*self.pairs[1]), times(*self.apart)
            message = f"{self.name}: where there is a dilation the stride must be 1, got {dilation} and {stride}"
            raise ArchitectureError(
                "dilated_stride", message, layer=self.name, field="dilation", dilation=dilation, stride=stride
            )

    def window(self, shape: Shape) -> Window:
        return Window(self.reach, *self.pairs[1:])

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """``weight[out, in, row, col]`` and ``bias[out]``."""
        return {"weight": self.kernel_shape(shape), "bias": (self.filters,)}

    def kernel_shape(self, shape: Shape) -> KernelShape:
        return (self.filters, shape[0] // self.groups, *self.pairs[0])

    def initialise(self, params: Mapping[str, Array], rng: np.random.Generator) -> None:
        initialise(params["weight"], self.init, rng)

    def seen(self, weight: KernelShape, inputs: Array, output: Shape) -> Array:
        """The inputs that a `weight` is multiplied by, ``[n, y, x]``: zero beyond the edges."""
        (out, place, row, col), (_, rows, cols) = weight, output
        _, (down, right), (above, left) = self.pairs
        group, channels = out // (self.filters // self.groups), inputs.shape[1] // self.groups
        padded = np.pad(inputs[:, group * channels + place], ((0, 0), (above, above), (left, left)))
        return padded[:, row * self.apart[0] :: down, col * self.apart[1] :: right][:, :rows, :cols]

    def copies(self, shape: Shape, output: Shape) -> int:
        """The number of values of the padded, unrolled input (`kernelscope.nn.columns`), and of its product.

        With fewer multiplications (`kernelscope.nn.winograd`) no array is larger than these together with the output.

        Of all phases, and of their own inputs and outputs, if it is dilated.
        """
        if self.apart != (1, 1):
            inner = phased(shape, self.pairs[2], self.apart)
            beyond = self._plain.output_shape(inner)
            return prod(self.apart) * (self._plain.copies(inner, beyond) + prod(inner) + prod(beyond))
        (height, width), _, (pad, _) = self.pairs
        (channels, rows, _), (filters, _, out_cols) = shape, output
        return (rows + 2 * pad + height) * out_cols * (channels * width + filters)

    def summary(self) -> str:
        return f"conv {times(*self.pairs[0])} ×{self.filters}"

    def takes_on(self, group: Sequence[LayerShape], following: LayerSpec) -> bool:
        """Whether `following` is the first activation, or the first pool that `fuses`; they may come in either order.

        Only a pool behind an activation that is not monotone must wait for it.
        """
        head, *taken = group
        activations = [shape.spec for shape in taken if isinstance(shape.spec, Activation)]
        match following:
            case Activation():
                return not activations
            case MaxPool():
                pooled = any(isinstance(shape.spec, MaxPool) for shape in taken)
                return not pooled and all(spec.MONOTONE for spec in activations) and fuses(self, following, head.input)
        return False

    @property
    def _plain(self) -> "Conv":
        """The convolution that computes the phases of a dilated one."""
        return replace(self, padding=0, dilation=1)

    def layer(self, group: Sequence[LayerShape], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> Layer:
        head, *taken = group
        if self.groups > 1:
            channels, *maps = head.input
            one = replace(self, filters=self.filters // self.groups, groups=1)
            shares = shapes_of([one, *(shape.spec for shape in taken)], (channels // self.groups, maps[0], maps[1]))
            parts = [one.layer(shares, n, dtype, input_gradient=input_gradient) for _ in range(self.groups)]
            return Grouped(group, parts, n, dtype, input_gradient=input_gradient)
        if self.apart != (1, 1):
            phases = shapes_of(
                [self._plain, *(shape.spec for shape in taken)], phased(head.input, self.pairs[2], self.apart)
            )
            plain = self._plain.layer(phases, n * prod(self.apart), dtype, input_gradient=input_gradient)
            inner = phases[0].input, phases[0].output
            padding = self.pairs[2]
            return Dilated(group, plain, inner, padding, self.apart, n, dtype, input_gradient=input_gradient)
        pools = [shape.spec.pairs[0] for shape in taken if isinstance(shape.spec, MaxPool)]
        activations = [shape.spec for shape in taken if isinstance(shape.spec, Activation)]
        activation = activations[0] if activations else None
        pool = pools[0] if pools else (1, 1)
        return Conv2d(self.pairs, head, n, dtype, input_gradient=input_gradient, activation=activation, pool=pool)


def fuses(conv: Conv, pool: MaxPool, shape: Shape) -> bool:
    """Whether `Conv2d` takes on this pool, for an input of `shape`: its windows lie side by side, and it pays."""
    if conv.apart != (1, 1):
        return False
    size, apart = pool.pairs
    channels = shape[0] // conv.groups
    return size == apart and pays(
        Across.of(
            conv.pairs, (channels, *shape[1:]), (conv.filters // conv.groups, *conv.output_shape(shape)[1:]), size
        )
    )
