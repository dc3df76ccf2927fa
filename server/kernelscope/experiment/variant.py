"""The network of a lane that differs from the experiment's own in how it begins, or in its activation."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from kernelscope.nn import Architecture, LayerSpec, layers
from kernelscope.nn.init import Initialisation

ActivationType = Literal["relu", "leaky", "tanh", "sigmoid", "gelu"]
ACTIVATIONS = {one.type: one for one in layers.TYPES if one.ACTIVATES}


def varied(architecture: Architecture, init: Initialisation | None, activation: str | None) -> list[LayerSpec]:
    """Give all layers with weights another initialisation, and replace all activations; None: as they are.

    Layers keep their names, whatever these say, so that the layers of all lanes are the same by name and shape. The
    weights are drawn from the same random numbers: two initialisations differ in length only, not in direction.
    """
    found: list[LayerSpec] = []
    for spec in architecture:
        if init is not None and (starts := _starts(spec)):
            spec = replace(spec, **dict.fromkeys(starts, init))  # type: ignore[type-var]  # specs are dataclasses
        if activation is not None and spec.ACTIVATES and spec.type != activation:
            spec = ACTIVATIONS[activation](spec.name)  # type: ignore[call-arg]
        found.append(spec)
    return found


def beginning(architecture: Iterable[LayerSpec]) -> tuple[Initialisation, ...]:
    """The initialisations of the layers, in order."""
    return tuple(getattr(spec, name) for spec in architecture for name in _starts(spec))


def activations(architecture: Iterable[LayerSpec]) -> tuple[LayerSpec, ...]:
    """The activations among the layers, in order."""
    return tuple(spec for spec in architecture if spec.ACTIVATES)


def _starts(spec: LayerSpec) -> list[str]:
    return [field.name for field in spec.FIELDS if field.kind == "init"]
