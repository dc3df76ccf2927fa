"""The layers that have kernels, and their shapes."""

from collections.abc import Iterable

from kernelscope.nn import LayerShape
from kernelscope.nn.shapes import KernelShape


def kernel_shapes(layers: Iterable[LayerShape]) -> dict[str, KernelShape]:
    """Shape ``(out, in, row, col)`` of every layer with kernels, by name."""
    return {layer.spec.name: kernels for layer in layers if (kernels := layer.kernels)}


def always_shown(layers: Iterable[LayerShape]) -> list[str]:
    """The layers whose kernels are in every picture: the conv layers, whose kernels are small."""
    return [layer.spec.name for layer in layers if layer.kernels and layer.spec.ALWAYS_SHOWN]
