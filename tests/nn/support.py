"""What several tests of the network need."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import gcd
from unittest.mock import patch

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from kernelscope.nn import (
    GELU,
    SGD,
    Adam,
    AdamW,
    Architecture,
    AveragePool,
    Conv,
    Dense,
    Dropout,
    GlobalAveragePool,
    GlobalMaxPool,
    LayerSpec,
    LeakyReLU,
    Masks,
    MaxPool,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    infer_shapes,
    scheme,
    winograd,
)
from kernelscope.nn.arrays import batch_first, batch_last
from kernelscope.nn.layers.base import Layer
from kernelscope.nn.layers.global_pool import GlobalPool
from kernelscope.nn.layers.pool import Pool
from numpy.typing import DTypeLike

from tests.nn.textbook import Array

Shape = tuple[int, int, int]
Pair = tuple[int, int]


def examples(count: int) -> settings:
    """Limit the number of examples, unless the Hypothesis profile of tests/conftest.py sets fewer."""
    return settings(max_examples=count)


@contextmanager
def winograd_wherever_it_can(eagerly: bool = True) -> Iterator[None]:
    """Have Winograd's algorithm compute all convolutions that are built meanwhile and that it can compute."""
    with ExitStack() as stack:
        for least in ("LEAST_SAVED", "LEAST_FILTERS", "LEAST_COLUMNS") if eagerly else ():
            stack.enter_context(patch.object(winograd, least, 0))
        yield


@contextmanager
def slabs_of_a_row(small: bool = True) -> Iterator[None]:
    """Have layers that are built meanwhile work on as few rows at a time as they can."""
    with patch.object(scheme, "SLAB", 1 if small else scheme.SLAB):
        yield


MASKS = Masks(seed=7, step=3)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
seeds = st.integers(0, 2**32 - 1)
shares = st.sampled_from([0.0, 0.5, 0.9, 0.999])
decays = st.sampled_from([0.0, 0.1])
optimizers = (
    st.builds(SGD, shares, decays)
    | st.builds(SGD, shares.filter(bool), decays, nesterov=st.just(True))
    | st.builds(Adam, shares, shares, weight_decay=decays)
    | st.builds(AdamW, shares, shares, weight_decay=decays)
)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Conv, Shape]:
    """A conv layer and an image shape that it fits, with padding up to the kernel size (one more than is useful).

    Perhaps dilated, perhaps in groups.
    """
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (3, 1), (1, 4)]))
    kernel = draw(st.tuples(*(st.integers(1, 11 if apart == 1 else 4) for apart in dilation)))
    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    stride = draw(st.tuples(*(st.integers(1, 3 if apart == 1 else 1) for apart in dilation)))
    padding = (draw(st.integers(0, kernel[0])), draw(st.integers(0, kernel[1])))
    filters = draw(st.integers(1, 4 if groups == 1 else 2)) * groups
    spec = Conv("conv", filters, kernel, stride, padding, dilation=dilation, groups=groups)
    rows, cols = (
        draw(st.integers(max(1, length - 2 * pad), length + 5)) for length, pad in zip(spec.reach, padding, strict=True)
    )
    return spec, (draw(st.integers(1, 3 if groups == 1 else 2)) * groups, rows, cols)


@st.composite
def pools(draw: st.DrawFn) -> tuple[Pool | GlobalPool, Shape]:
    """A pool with windows side by side, overlapping, apart or of the whole map, which they may not divide."""
    size = draw(pairs)
    shape = (draw(st.integers(1, 3)), size[0] + draw(st.integers(0, 6)), size[1] + draw(st.integers(0, 6)))
    kind = draw(st.sampled_from([MaxPool, AveragePool, MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool]))
    return kind("pool", size, draw(st.none() | pairs)) if issubclass(kind, Pool) else kind("pool"), shape


def activations(name: str, *, exact: bool = False) -> st.SearchStrategy[LayerSpec]:
    """Any activation; ReLU half of the time. Whole numbers stay exact in float32 through those that are `exact`."""
    smooth: list[LayerSpec] = [LeakyReLU(name, 0.1), Tanh(name), Sigmoid(name), GELU(name)]
    return st.sampled_from([*[ReLU(name)] * len(smooth), *([LeakyReLU(name, 0.5)] if exact else smooth)])


@st.composite
def architectures(draw: st.DrawFn, *, exact: bool = False) -> tuple[list[LayerSpec], Shape]:
    """Perhaps an activation or a pool, convs with perhaps both, dropout, perhaps a global pool, and dense layers."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(5, 12)), draw(st.integers(5, 12)))
    layers: list[LayerSpec] = draw(st.sampled_from([[], [], [ReLU("first")], [MaxPool("first", (2, 1))]]))[:]
    for number in range(draw(st.integers(1, 3))):
        kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 7)))
        apart = draw(st.sampled_from([1, 1, 1, 2]))
        padding = (apart * kernel[0] // 2, apart * kernel[1] // 2)
        stride = draw(st.integers(1, 3)) if apart == 1 else 1
        filters, channels = draw(st.integers(1, 4)), infer_shapes(layers, shape)[-1].output[0] if layers else shape[0]
        groups = draw(st.sampled_from([1, 1, gcd(filters, channels)]))
        layers.append(Conv(f"conv{number}", filters, kernel, stride, padding, dilation=apart, groups=groups))
        after = draw(st.sampled_from([[], ["relu"], ["pool"], ["relu", "pool"], ["pool", "relu"], ["relu", "pool"]]))
        for kind in after:
            *_, (_, rows, cols) = (layer.output for layer in infer_shapes(layers, shape))
            if kind == "relu":
                layers.append(draw(activations(f"relu{number}", exact=exact)))
            elif min(rows, cols) >= 2:
                pool = draw(st.sampled_from([MaxPool, MaxPool, AveragePool]))
                layers.append(pool(f"pool{number}", 2, draw(st.none() | st.integers(1, 3))))
        layers += draw(st.sampled_from([[], [], [Dropout(f"dropout{number}", 0.5 if exact else 0.3)]]))
    layers += draw(st.sampled_from([[], [], [GlobalMaxPool("all")], [GlobalAveragePool("all")]]))
    if draw(st.booleans()):
        layers += [Dense("hidden", draw(st.integers(1, 6))), draw(activations("relu", exact=exact))]
    return [*layers, Dense("dense", 3)], shape


def one_layer(spec: LayerSpec, shape: Shape, n: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Layer:
    """A layer on its own, for `n` images, with random parameters."""
    [inferred] = infer_shapes([spec], shape)
    layer = spec.layer([inferred], n, np.dtype(dtype))
    for name, size in inferred.params.items():
        layer.params[name] = rng.standard_normal(size).astype(dtype)
        layer.grads[name] = np.full(size, np.nan, dtype)  # whatever backward doesn't write will show
    return layer


def forward(layer: Layer, images: Array) -> Array:
    """``[n, channel, row, col]`` in and out, copied."""
    return batch_first(layer.forward(batch_last(images))).copy()


def backward(layer: Layer, gradient: Array) -> Array:
    """∂L/∂output to ∂L/∂input, both ``[n, channel, row, col]``, copied."""
    dx = layer.backward(batch_last(gradient))
    assert dx is not None
    return batch_first(dx).copy()


def random_network(
    architecture: Architecture, shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Network:
    """A network whose biases, too, are not zero."""
    network = Network(architecture, shape, rng, dtype)
    network.params.flat[...] = 0.5 * rng.standard_normal(network.params.flat.size)
    return network


def pattern(network: Network, images: Array) -> bytes:
    """Which ReLUs, leaky or not, pass and which pool places win. Between points of one pattern the loss has no kink."""
    outputs = network.trace(images, masks=MASKS).activations
    bits = []
    x = images
    for spec in network.architecture:
        if isinstance(spec, ReLU | LeakyReLU):
            bits.append(x > 0)
        elif isinstance(spec, MaxPool):
            size, (down, right) = spec.pairs
            windows = np.lib.stride_tricks.sliding_window_view(x, size, (2, 3))[:, :, ::down, ::right]
            bits.append(windows.reshape(*windows.shape[:4], -1).argmax(4))
        elif isinstance(spec, GlobalMaxPool):
            bits.append(x.reshape(*x.shape[:2], -1).argmax(2))
        x = outputs[spec.name]
    return b"".join(bit.tobytes() for bit in bits)


def finite_differences(
    loss: Callable[[], float], array: Array, kinks: Callable[[], bytes] = lambda: b"", step: float = 1e-5
) -> Array:
    """∂loss/∂array, entry by entry, by central differences; not a number where a kink lies within the step.

    `array` is what `loss` reads; it is put back as it was.
    """
    found = np.full(array.shape, np.nan)
    for place in np.ndindex(*array.shape):
        old = array[place]
        array[place] = old + step
        above, after = loss(), kinks()
        array[place] = old - step
        below, before = loss(), kinks()
        array[place] = old
        if after == before:
            found[place] = (above - below) / (2 * step)
    return found


def gradient_error(analytic: Array, numeric: Array) -> float:
    """The largest difference away from kinks, relative to the tensor's largest entry."""
    smooth = np.isfinite(numeric)
    assert smooth.mean() > 0.8, "hardly anything was checked: choose other numbers"
    return float(np.abs(analytic - numeric)[smooth].max() / (np.abs(analytic).max() or 1.0))
