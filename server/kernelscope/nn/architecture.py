"""Architectures: lists of layer specs, which can be compared, serialised, and checked before a network is built."""

from collections.abc import Sequence

from kernelscope.nn import layers as known
from kernelscope.nn.layers.base import LayerShape, LayerSpec
from kernelscope.nn.shapes import ArchitectureError, Shape, times

LONGEST_NAME = 40
"""Characters."""

Architecture = Sequence[LayerSpec]


def infer_shapes(architecture: Architecture, input_shape: Shape, classes: int | None = None) -> list[LayerShape]:
    """Infer the input and output shape of every layer, for one image.

    Raises:
        ArchitectureError: the list is empty, two layers share a name, a layer does not fit its input, or the last
            layer does not output one number for each of `classes` classes.
    """
    if not architecture:
        raise ArchitectureError("no_layer", "expected at least one layer, got none")
    for spec in architecture:
        if not isinstance(spec, LayerSpec):
            kinds = ", ".join(kind.__name__ for kind in known.TYPES)
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


def up_to(layers: Sequence[LayerShape], name: str) -> Sequence[LayerShape]:
    """The layers from the first to the one of this `name`.

    Raises:
        ValueError: none has it.
    """
    return layers[: 1 + [layer.spec.name for layer in layers].index(name)]
