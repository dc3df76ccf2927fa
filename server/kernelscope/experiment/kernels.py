"""Which layers have kernels, and of which shape."""

from collections.abc import Iterable

from kernelscope.nn import Conv, Dense, LayerShape


def kernel_shapes(layers: Iterable[LayerShape]) -> dict[str, tuple[int, int, int, int]]:
    """``(out, in, row, col)`` of every layer with weights, by its name.

    A dense layer's weights are taken as kernels as large as the maps that it is given, of 1 × 1 where these are single
    numbers.
    """
    found: dict[str, tuple[int, int, int, int]] = {}
    for layer in layers:
        if isinstance(layer.spec, Conv | Dense):
            out, *maps = layer.params["weight"]
            channels, rows, cols = (*layer.input, 1, 1)[:3] if isinstance(layer.spec, Dense) else maps
            found[layer.spec.name] = out, channels, rows, cols
    return found
