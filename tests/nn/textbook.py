"""The network as a textbook writes it, in float64: slow, plain, and the oracle for the fast one.

Images and activations are ``[n, channel, row, col]`` throughout. A loop over positions, the definition inside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import pi
from typing import Any

import numpy as np
from kernelscope.nn import (
    GELU,
    Conv,
    Dense,
    Dropout,
    GlobalMaxPool,
    LayerSpec,
    LeakyReLU,
    Masks,
    MaxPool,
    ReLU,
    Sigmoid,
    Tanh,
)
from kernelscope.nn.layers.activations import Activation
from kernelscope.nn.layers.global_pool import GlobalPool
from kernelscope.nn.layers.pool import Pool
from kernelscope.nn.shapes import Pair
from numpy.typing import NDArray

Array = NDArray[Any]


def relative_error(got: Array, expected: Array) -> float:
    """The largest difference, relative to the largest entry expected (absolute where all are zero)."""
    assert got.shape == expected.shape
    if not expected.size:
        return 0.0
    return float(np.abs(got - expected).max() / (np.abs(expected).max() or 1.0))


def _padded(x: Array, padding: Pair) -> Array:
    (down, right) = padding
    return np.pad(x, ((0, 0), (0, 0), (down, down), (right, right)))


def _windows(x: Array, size: Pair, stride: Pair) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
    """Every position (row, col) of the output, with the slices of rows and columns of `x` under the window."""
    rows, cols = ((extent - length) // step + 1 for extent, length, step in zip(x.shape[2:], size, stride, strict=True))
    for y in range(rows):
        for col in range(cols):
            top, left = y * stride[0], col * stride[1]
            yield (y, col), (slice(top, top + size[0]), slice(left, left + size[1]))


def _output(x: Array, channels: int, size: Pair, stride: Pair) -> Array:
    rows, cols = ((extent - length) // step + 1 for extent, length, step in zip(x.shape[2:], size, stride, strict=True))
    return np.zeros((len(x), channels, rows, cols))


def conv(x: Array, weight: Array, bias: Array, stride: Pair, padding: Pair) -> Array:
    """Cross-correlation: the kernel is not flipped."""
    size = (weight.shape[2], weight.shape[3])
    x = _padded(x, padding)
    z = _output(x, len(weight), size, stride)
    for (y, col), (rows, cols) in _windows(x, size, stride):
        z[:, :, y, col] = np.einsum("ncij,ocij->no", x[:, :, rows, cols], weight) + bias
    return z


def spread(spec: Conv, weight: Array) -> Array:
    """A view-like map of the weights of a dilated convolution in groups onto a plain one: ``[out, in, row, col]``.

    Weights that the former does not have are zero.
    """
    (out, seen, *_), (down, right) = weight.shape, spec.apart
    whole = np.zeros((out, seen * spec.groups, *spec.reach))
    for at in range(out):
        first = at // (out // spec.groups) * seen
        whole[at, first : first + seen, ::down, ::right] = weight[at]
    return whole


def gathered(spec: Conv, whole: Array) -> Array:
    """The entries of a plain convolution's gradient that `spread` maps its weights to."""
    (down, right), each = spec.apart, len(whole) // spec.groups
    seen = whole.shape[1] // spec.groups
    return np.stack([one[at // each * seen : (at // each + 1) * seen, ::down, ::right] for at, one in enumerate(whole)])


def conv_gradients(x: Array, weight: Array, dz: Array, stride: Pair, padding: Pair) -> tuple[Array, Array, Array]:
    """∂L/∂x, ∂L/∂weight, ∂L/∂bias, summed over all positions."""
    size = (weight.shape[2], weight.shape[3])
    padded = _padded(x, padding)
    dx, dw = np.zeros_like(padded), np.zeros_like(weight)
    for (y, col), (rows, cols) in _windows(padded, size, stride):
        dx[:, :, rows, cols] += np.einsum("no,ocij->ncij", dz[:, :, y, col], weight)
        dw += np.einsum("no,ncij->ocij", dz[:, :, y, col], padded[:, :, rows, cols])
    (down, right), (height, width) = padding, x.shape[2:]
    return dx[:, :, down : down + height, right : right + width], dw, dz.sum((0, 2, 3))


def max_pool(x: Array, size: Pair, stride: Pair) -> Array:
    y = _output(x, x.shape[1], size, stride)
    for (row, col), (rows, cols) in _windows(x, size, stride):
        y[:, :, row, col] = x[:, :, rows, cols].max((2, 3))
    return y


def max_pool_gradient(x: Array, dy: Array, size: Pair, stride: Pair) -> Array:
    """∂L/∂x: each window's gradient goes to its largest value, the first in row-major order in a tie."""
    dx = np.zeros_like(x)
    for (row, col), (rows, cols) in _windows(x, size, stride):
        for n, c in np.ndindex(*x.shape[:2]):
            i, j = divmod(int(x[n, c, rows, cols].argmax()), size[1])  # argmax returns the first in a tie
            dx[n, c, rows.start + i, cols.start + j] += dy[n, c, row, col]
    return dx


def average_pool(x: Array, size: Pair, stride: Pair) -> Array:
    y = _output(x, x.shape[1], size, stride)
    for (row, col), (rows, cols) in _windows(x, size, stride):
        y[:, :, row, col] = x[:, :, rows, cols].mean((2, 3))
    return y


def average_pool_gradient(x: Array, dy: Array, size: Pair, stride: Pair) -> Array:
    """∂L/∂x: each window's gradient in equal shares."""
    dx = np.zeros_like(x)
    for (row, col), (rows, cols) in _windows(x, size, stride):
        dx[:, :, rows, cols] += dy[:, :, row, col, None, None] / (size[0] * size[1])
    return dx


def pool(spec: Pool | GlobalPool, x: Array) -> Array:
    """Its output for an input `x`; a global pool has one window, the whole map."""
    pairs = spec.pairs if isinstance(spec, Pool) else (x.shape[2:], (1, 1))
    return (max_pool if isinstance(spec, MaxPool | GlobalMaxPool) else average_pool)(x, *pairs)


def pool_gradient(spec: Pool | GlobalPool, x: Array, dy: Array) -> Array:
    """∂L/∂x."""
    pairs = spec.pairs if isinstance(spec, Pool) else (x.shape[2:], (1, 1))
    return (max_pool_gradient if isinstance(spec, MaxPool | GlobalMaxPool) else average_pool_gradient)(x, dy, *pairs)


def activation(spec: Activation, x: Array) -> tuple[Array, Array]:
    """f(x) and f′(x)."""
    match spec:
        case ReLU():
            return np.where(x > 0, x, 0.0), np.where(x > 0, 1.0, 0.0)
        case LeakyReLU():
            return np.where(x > 0, x, spec.slope * x), np.where(x > 0, 1.0, spec.slope)
        case Tanh():
            return np.tanh(x), 1 / np.cosh(x) ** 2
        case Sigmoid():
            return 1 / (1 + np.exp(-x)), np.exp(-x) / (1 + np.exp(-x)) ** 2
        case GELU():
            u = np.sqrt(2 / pi) * (x + 0.044715 * x**3)
            return x / 2 * (1 + np.tanh(u)), (1 + np.tanh(u)) / 2 + x / 2 / np.cosh(u) ** 2 * np.sqrt(2 / pi) * (
                1 + 3 * 0.044715 * x**2
            )
    raise TypeError(spec)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The mean loss and ∂L/∂logits, an image at a time."""
    gradient = np.zeros_like(logits)
    losses = []
    for row, label in enumerate(labels):
        e = np.exp(logits[row] - logits[row].max())
        p = e / e.sum()
        losses.append(-np.log(p[label]))
        gradient[row] = p
        gradient[row, label] -= 1
    return float(np.mean(losses)), gradient / len(labels)


def dropped(spec: Dropout, x: Array, masks: Masks | None) -> Array:
    """What dropout makes of `x`, and of ∂L/∂x. It has nothing to do in tests."""
    if masks is None:
        return x
    return x * masks.kept(spec.name, spec.share, x[0].size, len(x)).reshape(x.shape) / (1 - spec.share)


def forward(
    layers: Sequence[LayerSpec], params: Mapping[str, Array], images: Array, masks: Masks | None = None
) -> list[Array]:
    """The input of each layer, followed by the output of the last: one array more than layers."""
    x = images.astype(np.float64)
    seen = [x]
    for spec in layers:
        match spec:
            case Conv():
                _, stride, padding = spec.pairs
                weight = spread(spec, params[f"{spec.name}.weight"])
                x = conv(x, weight, params[f"{spec.name}.bias"], stride, padding)
            case Activation():
                x, _ = activation(spec, x)
            case Pool() | GlobalPool():
                x = pool(spec, x)
            case Dropout():
                x = dropped(spec, x, masks)
            case Dense():
                flat = x.reshape(len(x), -1)
                x = flat @ params[f"{spec.name}.weight"].T + params[f"{spec.name}.bias"]
                x = x[:, :, None, None]
        seen.append(x)
    return seen


def gradients(
    layers: Sequence[LayerSpec],
    params: Mapping[str, Array],
    images: Array,
    labels: Array,
    masks: Masks | None = None,
) -> tuple[float, dict[str, Array], Array]:
    """Loss, ∂L/∂params by name, ∂L/∂images."""
    *inputs, output = forward(layers, params, images, masks)
    loss, gradient = softmax_cross_entropy(output.reshape(len(images), -1), labels)
    gradient = gradient.reshape(output.shape)
    found: dict[str, Array] = {}
    for spec, x in zip(reversed(layers), reversed(inputs), strict=True):
        weight, bias = f"{spec.name}.weight", f"{spec.name}.bias"
        match spec:
            case Conv():
                _, stride, padding = spec.pairs
                whole = spread(spec, params[weight])
                gradient, found[weight], found[bias] = conv_gradients(x, whole, gradient, stride, padding)
                found[weight] = gathered(spec, found[weight])
            case Activation():
                gradient = gradient * activation(spec, x)[1]
            case Pool() | GlobalPool():
                gradient = pool_gradient(spec, x, gradient)
            case Dropout():
                gradient = dropped(spec, gradient, masks)
            case Dense():
                dy = gradient[:, :, 0, 0]
                found[weight], found[bias] = dy.T @ x.reshape(len(x), -1), dy.sum(0)
                gradient = (dy @ params[weight]).reshape(x.shape)
    return loss, found, gradient
