"""Layers, the types that there are of them, and networks to start from."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from kernelscope import datasets
from kernelscope.experiment.config import AnyLayer
from kernelscope.experiment.networks import networks
from kernelscope.hosting.views.common import Shape
from kernelscope.nn import LayerShape, LayerSpec, layers
from kernelscope.picture.answers import responding_layers

LayerType = type[LayerSpec]


class WindowView(BaseModel):
    """What each output of a layer sees of its input.

    Each is rows and columns: those that a window lies over, from one window to the next, and of zeros on each side.
    """

    size: Shape
    stride: Shape
    padding: Shape


class LayerView(BaseModel):
    """A layer of a network. Shapes are (channels, rows, cols); `weight_shape` is [out, in, row, col] or [out, in].

    `kernel_shape` is [out, in, row, col]; null: the layer has no kernels. The kernels of a layer that is
    `always_shown` are in every snapshot, those of others only on request. A layer that `activates` is an activation,
    and one that `gates` passes positive values only. `summary` is a short description; it is empty where the type says
    enough. A layer that `responds` has its filters' responses to an image in snapshots with these; all together they
    are limited.
    """

    name: str
    type: str
    input_shape: Shape
    output_shape: Shape
    weight_shape: Shape | None
    kernel_shape: Shape | None
    window: WindowView
    always_shown: bool
    activates: bool
    gates: bool
    responds: bool
    summary: str
    parameters: int

    @classmethod
    def all(cls, shapes: Sequence[LayerShape], lanes: int) -> "list[LayerView]":
        """Describe the layers of so many lanes."""
        responding = responding_layers(shapes, lanes)
        return [cls.of(shape, responds=shape.spec.name in responding) for shape in shapes]

    @classmethod
    def of(cls, shape: LayerShape, *, responds: bool) -> "LayerView":
        """Describe a layer."""
        return cls(
            name=shape.spec.name,
            type=shape.spec.type,
            input_shape=shape.input,
            output_shape=shape.output,
            weight_shape=shape.params.get("weight"),
            kernel_shape=shape.kernels,
            window=WindowView(**shape.spec.window(shape.input)._asdict()),
            always_shown=shape.kernels is not None and shape.spec.ALWAYS_SHOWN,
            activates=shape.spec.ACTIVATES,
            gates=shape.spec.GATES,
            responds=responds,
            summary=shape.spec.summary(),
            parameters=shape.parameters,
        )


class LayerFieldView(BaseModel):
    """A setting of a layer: a whole number, a pair (rows, cols), any number, or the initialisation of its weights."""

    name: str
    kind: Literal["count", "pair", "number", "init"]


class LayerTypeView(BaseModel):
    """A type of layer, with its settings and an example to start from.

    The only layer of its type in a network is called ``conv1`` where the type is `numbered_alone`, else just ``dense``.
    """

    type: str
    numbered_alone: bool
    fields: list[LayerFieldView]
    example: AnyLayer

    @classmethod
    def of(cls, one: LayerType, classes: int) -> "LayerTypeView":
        """Describe a type, with an example for a data set of `classes` classes."""
        return cls(
            type=one.type,
            numbered_alone=one.NUMBERED_ALONE,
            fields=[LayerFieldView(name=field.name, kind=field.kind) for field in one.FIELDS],
            example=one.example(one.type, classes),
        )


class NetworksView(BaseModel):
    """The types of layers that networks for a data set can have, and networks to start from, one of them usual."""

    types: list[LayerTypeView]
    networks: dict[str, list[AnyLayer]]
    usual: str

    @classmethod
    def of(cls, name: str) -> "NetworksView":
        """Describe the networks for the data set of this name.

        Raises:
            UnknownDatasetError: there is no such data set.
        """
        about = datasets.info(name)
        classes = len(about.classes)
        return cls(
            types=[LayerTypeView.of(one, classes) for one in layers.TYPES],
            networks=networks(about.image_shape, classes),
            usual=about.network,
        )
