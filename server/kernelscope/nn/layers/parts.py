"""Grouped and dilated convolutions, computed as plain ones of parts of their input.

**Groups** (A. Krizhevsky, I. Sutskever and G. E. Hinton, "ImageNet Classification with Deep Convolutional Neural
Networks", 2012). Filters and channels are divided into equal groups, and each group of filters sees its own group of
channels only: so each is a convolution by itself.

**Dilation** (F. Yu and V. Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", 2016, arXiv:1511.07122).
The kernel's weights lie d rows apart,

    Z[o, y, x] = b[o] + Σ_{c,i,j} W[o, c, i, j] · X[c, y + i·d − p, x + j·d − p]

Output row y then meets input rows of the same remainder by d only. So the rows are dealt out into d phases, the columns
likewise, and each pair of phases is a smaller image for a plain convolution: with d² times as many images, nothing is
multiplied by zero. (À trous; TensorFlow calls it ``space_to_batch``.)
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.base import Layer, LayerShape, LayerSpec
from kernelscope.nn.shapes import Pair, Shape


def shapes_of(specs: Sequence[LayerSpec], shape: Shape) -> list[LayerShape]:
    """The shapes of layers that follow each other, for an input of `shape`."""
    found: list[LayerShape] = []
    for spec in specs:
        output = spec.output_shape(shape)
        found.append(LayerShape(spec, shape, output, spec.param_shapes(shape)))
        shape = output
    return found


class Grouped(Layer):
    """A convolution in groups, with what it has taken on.

    Args:
        group: its own shapes, followed by those of the layers that it takes on.
        parts: the layers that compute each group of filters.
    """

    def __init__(
        self, group: Sequence[LayerShape], parts: Sequence[Layer], n: int, dtype: np.dtype[Any], *, input_gradient: bool
    ) -> None:
        super().__init__(group[0], n, dtype, input_gradient=input_gradient)
        (channels, rows, cols), (filters, out_rows, out_cols) = group[0].input, group[-1].output
        self.output = zeros((out_rows, filters, out_cols, n), dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)
        each, seen = filters // len(parts), channels // len(parts)
        self.parts = [
            (part, slice(place * each, (place + 1) * each), slice(place * seen, (place + 1) * seen))
            for place, part in enumerate(parts)
        ]

    def forward(self, x: Array) -> Array:
        for part, filters, channels in self.parts:
            part.params = {name: param[filters] for name, param in self.params.items()}
            np.copyto(self.output[:, filters], part.forward(x[:, channels]))
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        for part, filters, channels in self.parts:
            part.grads = {name: grad[filters] for name, grad in self.grads.items()}
            dx = part.backward(gradient[:, filters])
            if dx is not None:
                np.copyto(self.dx[:, channels], dx)
        return self.dx if self.input_gradient else None

    def sensitivity(self) -> Array:
        return np.concatenate([part.sensitivity() for part, *_ in self.parts], axis=1)


def phased(shape: Shape, padding: Pair, dilation: Pair) -> Shape:
    """The shape of the images that the phases of an image of `shape` make."""
    rows, cols = (
        -(-(extent + 2 * pad) // apart) for extent, pad, apart in zip(shape[1:], padding, dilation, strict=True)
    )
    return shape[0], rows, cols


class Dilated(Layer):
    """A dilated convolution, with an activation that it has taken on.

    Args:
        group: its own shapes, followed by that of the layer that it takes on, if any.
        plain: the layer that computes all phases, without dilation and padding.
        inner: input and output shape of that.
        padding: zeros on each side as (rows, cols).
        dilation: distances between the kernel's weights as (rows, cols).
    """

    def __init__(
        self,
        group: Sequence[LayerShape],
        plain: Layer,
        inner: tuple[Shape, Shape],
        padding: Pair,
        dilation: Pair,
        n: int,
        dtype: np.dtype[Any],
        *,
        input_gradient: bool,
    ) -> None:
        super().__init__(group[0], n, dtype, input_gradient=input_gradient)
        self.plain = plain
        self.dilation = dilation
        (channels, rows, cols), (filters, out_rows, out_cols) = group[0].input, group[0].output
        self.output = zeros((out_rows, filters, out_cols, n), dtype)
        self.dx = zeros((rows, channels, cols, n), dtype)

        def phases(shape: Shape) -> Array:
            return zeros((shape[1], shape[0], shape[2], *dilation, n), dtype)

        self.x, self.dy = (phases(shape) for shape in inner)  # what no image reaches stays zero
        self.inputs = [
            _deal(extent, pad, apart) for extent, pad, apart in zip((rows, cols), padding, dilation, strict=True)
        ]
        self.outputs = [_deal(extent, 0, apart) for extent, apart in zip((out_rows, out_cols), dilation, strict=True)]

    def forward(self, x: Array) -> Array:
        for (down, held_rows, rows), (right, held_cols, cols) in product(*self.inputs):
            np.copyto(self.x[held_rows, :, held_cols, down, right], x[rows, :, cols])
        self.plain.params = self.params
        y = self.plain.forward(_flat(self.x))
        y = y.reshape(*y.shape[:3], *self.dilation, self.n)
        for (down, held_rows, rows), (right, held_cols, cols) in product(*self.outputs):
            np.copyto(self.output[rows, :, cols], y[held_rows, :, held_cols, down, right])
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        for (down, held_rows, rows), (right, held_cols, cols) in product(*self.outputs):
            np.copyto(self.dy[held_rows, :, held_cols, down, right], gradient[rows, :, cols])
        self.plain.grads = self.grads
        dx = self.plain.backward(_flat(self.dy))
        if dx is None:
            return None
        dx = dx.reshape(self.x.shape)
        for (down, held_rows, rows), (right, held_cols, cols) in product(*self.inputs):
            np.copyto(self.dx[rows, :, cols], dx[held_rows, :, held_cols, down, right])
        return self.dx

    def sensitivity(self) -> Array:
        dz = self.plain.sensitivity()  # of all phases
        dz = dz.reshape(*self.dilation, self.n, *dz.shape[1:])
        found = np.zeros((self.n, *self.shape.output), self.dtype)
        for (down, held_rows, rows), (right, held_cols, cols) in product(*self.outputs):
            found[:, :, rows, cols] = dz[down, right, :, :, held_rows, held_cols]
        return found


def _deal(extent: int, padding: int, apart: int) -> list[tuple[int, slice, slice]]:
    """For each phase: its number, the slice of its rows (or columns), and the slice of the image's that they hold."""
    found = []
    for phase in range(apart):
        first = max(0, -((phase - padding) // apart))  # the first row with row·apart + phase − padding ≥ 0, rounded up
        start = first * apart + phase - padding
        count = len(range(start, extent, apart))
        if count:
            found.append((phase, slice(first, first + count), slice(start, extent, apart)))
    return found


def _flat(phases: Array) -> Array:
    return phases.reshape(*phases.shape[:3], -1)
