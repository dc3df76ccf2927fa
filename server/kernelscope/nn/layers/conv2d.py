"""Convolution, fused with the activation and the pool behind it.

Deep-learning "convolution" is cross-correlation. With W ``[out, in, row, col]``, stride s and padding p,

    Z[o, y, x] = b[o] + Σ_{c,i,j} W[o, c, i, j] · X[c, y·s + i − p, x·s + j − p]

The usual method (im2col; Chellapilla et al. 2006) copies every window into a column, which leaves one matrix product;
each input value is then copied kernel-rows × kernel-cols times. Here only the columns are unrolled, or combined for
fewer multiplications (`kernelscope.nn.scheme`, `kernelscope.nn.winograd`); the rows need no copy
(`kernelscope.nn.rows`).

**Slabs.** The output is computed a few rows at a time: product, pool, bias and activation of these rows follow each
other while they are in the cache. So do, backwards, their gradients.

**Pool before bias and activation.** Adding b and all activations but GELU are monotone, so the order does not change
the result, and behind a 2 × 2 pool there is a quarter of the work. (It changes the gradient where z₁ ≠ z₂ but
f(z₁ + b) = f(z₂ + b) by rounding: fused, the larger z takes it; unfused, the first.)
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from kernelscope.nn.arrays import Array, zeros
from kernelscope.nn.layers.activations import Activation
from kernelscope.nn.layers.base import Layer, LayerShape
from kernelscope.nn.layers.pool import Largest
from kernelscope.nn.products import multiply
from kernelscope.nn.rows import Down, Rows
from kernelscope.nn.scheme import Across, Direct, at_once, blocks_pay, slabs
from kernelscope.nn.shapes import Pair
from kernelscope.nn.winograd import Winograd, suits


def pays(across: Across) -> bool:
    """Whether a pool is better taken on than left to a layer of its own."""
    return suits(across) or blocks_pay(across)


class Conv2d(Layer):
    """A convolution, fused with an activation and a pool behind it (in either order).

    ``params`` and ``grads`` hold ``weight[out, in, row, col]`` and ``bias[out]``. Each forward pass allows one backward
    pass only, since the same arrays `z`, ``[y, out, x, n]`` for each of some neighbouring outputs, hold Z, then ∂L/∂Z.
    """

    def __init__(
        self,
        pairs: tuple[Pair, Pair, Pair],
        shape: LayerShape,
        n: int,
        dtype: np.dtype[Any],
        *,
        input_gradient: bool = True,
        activation: Activation | None = None,
        pool: Pair = (1, 1),
    ) -> None:
        super().__init__(shape, n, dtype, input_gradient=input_gradient)
        (height, _), (stride, _), (padding, _) = pairs
        (channels, rows, cols), (filters, out_rows, out_cols) = shape.input, shape.output
        pooled_rows, pooled_cols = out_rows // pool[0], out_cols // pool[1]
        out_rows = pooled_rows * pool[0]  # rows that the pool drops are not computed
        across = Across.of(pairs, shape.input, shape.output, pool)
        self.scheme = scheme = (Winograd if suits(across) else Direct)(across, n, dtype)
        down = Down(rows, out_rows, height, stride, padding)
        self.rows = Rows(scheme, down, dtype, input_gradient=input_gradient)
        self.z = scheme.neighbours(self.rows.dz)
        # Without a pool Z may be the output as it is.
        self.output = (
            self.z[0] if prod(pool) == scheme.strands == 1 else zeros((pooled_rows, filters, pooled_cols, n), dtype)
        )
        # NumPy is slower at broadcasting one number per filter than with arrays of full length.
        self.bias, self.dbias = (zeros((filters, scheme.columns, n), dtype) for _ in range(2))

        size = at_once(out_rows, sum(stack[0].nbytes for stack in self.rows.dz), pool[0])
        scratch = None if scheme.products_are_z else self.rows.scratch(size)
        self.slabs = [_Slab(self, slab, scratch, activation, pool) for slab in slabs(out_rows, size)]
        if input_gradient:
            self.dx = zeros((rows, channels, cols, n), dtype)
            self.inputs = self.rows.inputs(at_once(rows, sum(stack[0].nbytes for stack in self.rows.u)))

    def forward(self, x: Array) -> Array:
        self.scheme.unroll(x, self.rows.u)
        self.scheme.place(self.params["weight"], self.rows.weight)
        np.copyto(self.bias, self.params["bias"][:, None, None])
        for slab in self.slabs:
            slab.forward()
        return self.output

    def backward(self, gradient: Array) -> Array | None:
        self.dbias.fill(0)
        for slab in self.slabs:
            slab.backward(gradient)
        np.add.reduce(self.dbias, axis=(1, 2), out=self.grads["bias"])
        self.scheme.gather(self.rows.dweight, self.grads["weight"])
        if not self.input_gradient:
            return None
        self.rows.flip()
        for inputs in self.inputs:
            multiply(inputs.products)
            self.scheme.fold(inputs.du, self.dx[inputs.rows])
        return self.dx  # entries that no window covers remain zero

    def sensitivity(self) -> Array:
        filters, rows, cols = self.shape.output
        found = np.zeros((self.n, filters, rows, cols), self.dtype)
        for place, dz in enumerate(self.z):
            # Edges that the pool drops are not computed, and have no effect on the loss.
            into = found[:, :, : len(dz), place :: len(self.z)][..., : dz.shape[2]]
            into[...] = dz[:, :, : into.shape[3]].transpose(3, 1, 0, 2)
        return found


class _Slab:
    """Some output rows of a `Conv2d`."""

    def __init__(
        self, layer: Conv2d, slab: slice, scratch: Sequence[Array] | None, activation: Activation | None, pool: Pair
    ) -> None:
        self.scheme = layer.scheme
        self.products, self.product = layer.rows.forward(slab, scratch)
        self.z = [neighbour[slab] for neighbour in layer.z]
        self.dz = [stack[slab] for stack in layer.rows.dz]
        self.turns = layer.rows.backward(slab)
        self.pooled = slice(slab.start // pool[0], slab.stop // pool[0])
        output = layer.output[self.pooled]
        shape = len(output), pool[0], *self.z[0].shape[1:]
        places = [neighbour.reshape(shape) for neighbour in self.z]  # pooled row, place, out, x, n
        strands = self.scheme.strands
        self.strands = []
        for strand in range(strands):
            window = [place[:, row] for row in range(pool[0]) for place in places[strand::strands]]
            columns = slice(strand, None, strands)
            self.strands.append((_Strand(layer, window, output[:, :, columns], activation), columns))

    def forward(self) -> None:
        """Compute the rows of the output."""
        multiply(self.products)
        self.scheme.combine(self.product, self.z)
        for strand, _ in self.strands:
            strand.forward()

    def backward(self, gradient: Array) -> None:
        """Compute ∂L/∂Z of the rows, and their share of the gradients."""
        for strand, columns in self.strands:
            strand.backward(gradient[self.pooled, :, columns])
        self.scheme.spread(self.dz)
        for turn in self.turns:
            turn.add()


class _Strand:
    """Some output columns of a slab: their pool, bias and activation.

    Args:
        layer: the layer.
        window: Z at each place of the pool's windows, ``[row, out, x, n]``; ∂L/∂Z will be there too. There may be a
            column more than there is in the output.
        output: where the output goes.
        activation: the activation, if any.
    """

    def __init__(self, layer: Conv2d, window: Sequence[Array], output: Array, activation: Activation | None) -> None:
        used = output.shape[2]
        self.window = window
        self.largest = Largest(window) if len(window) > 1 else None
        self.dlargest = zeros(window[0].shape, layer.dtype) if self.largest else window[0]
        self.beyond = self.dlargest[:, :, used:]
        self.best = (self.largest.value if self.largest else window[0])[:, :, :used]
        self.dresponse = self.dlargest[:, :, :used]
        # With the bias, and kept for the backward pass: contiguous, so in the output only if that is in one strand.
        apart = layer.scheme.strands > 1
        self.response = zeros(output.shape, output.dtype) if apart and self.largest else self.best if apart else output
        self.output = output
        self.bias, self.dbias = layer.bias[:, :used], layer.dbias[:, :used]
        self.activation = activation.function(output.shape, layer.dtype) if activation else None

    def forward(self) -> None:
        """Compute the output from Z."""
        if self.largest:
            self.largest.forward()
        np.add(self.best, self.bias, out=self.response)
        if self.activation:
            self.activation.forward(self.response, self.response)
        if self.response is not self.output:
            np.copyto(self.output, self.response)

    def backward(self, gradient: Array) -> None:
        """Compute ∂L/∂Z from ∂L/∂output, and its share of ∂L/∂bias."""
        if self.activation:
            self.activation.backward(gradient, self.response, self.dresponse)
        else:
            np.copyto(self.dresponse, gradient)
        self.dbias += np.add.reduce(self.dresponse, axis=0)
        if self.largest:
            self.largest.backward(self.dlargest, self.window)
        elif self.beyond.size:
            self.beyond.fill(0)
