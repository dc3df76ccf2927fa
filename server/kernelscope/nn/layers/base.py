"""The base classes of layer types: the spec of a layer, and the layer that computes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from math import prod
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array
from kernelscope.nn.layers.fields import Field
from kernelscope.nn.masks import Masks
from kernelscope.nn.shapes import KernelShape, Shape, Window


class LayerSpec(ABC):
    """The spec of a layer: a value that can be compared, serialised, and checked before the layer is built.

    A layer type is a frozen dataclass derived from this class, with the members ``name`` first and ``type`` last, whose
    default is the type's name in addresses and JSON. Methods with a default need not be overridden.

    Raises:
        ArchitectureError: a setting is invalid; the message names the layer.
    """

    name: str
    type: str

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    """All settings but the name, in the order of addresses and forms."""
    ALWAYS_SHOWN: ClassVar[bool] = True
    """Whether its kernels, if any, are in every picture, rather than on request only."""
    NUMBERED_ALONE: ClassVar[bool] = True
    """Whether the only layer of its type is numbered too: ``conv1``, but ``dense``."""
    ACTIVATES: ClassVar[bool] = False
    """Whether it is an activation, so that its output is the *response* of the layer before it."""
    GATES: ClassVar[bool] = False
    """Whether it passes positive values only, so that the layer before it can die: respond to nothing any more."""

    def __post_init__(self) -> None:
        by_name = {field.name: field for field in self.FIELDS}
        for member in fields(self):  # type: ignore[arg-type]  # in the order in which they are given
            if field := by_name.get(member.name):
                object.__setattr__(self, field.name, field.checked(self.name, getattr(self, field.name)))

    @classmethod
    @abstractmethod
    def example(cls, name: str, classes: int) -> "LayerSpec":
        """A layer with settings to start from, for a data set of `classes` classes."""

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one image's output for an input of `shape`.

        Raises:
            ArchitectureError: the layer does not fit it.
        """

    @abstractmethod
    def layer(
        self, group: Sequence["LayerShape"], n: int, dtype: np.dtype[Any], *, input_gradient: bool = True
    ) -> "Layer":
        """Build the layer for `n` images, fused with the layers behind it that it takes on.

        Args:
            group: its own shapes, followed by those of the layers that it takes on.
            n: the number of images in a pass.
            dtype: dtype of all arrays.
            input_gradient: whether `backward` computes ∂L/∂input, which only layers with parameters before it need.
        """

    def window(self, shape: Shape) -> Window:
        """The inputs that an output depends on, for an input of `shape`: by default those at its own place."""
        return Window()

    def takes_on(self, group: Sequence["LayerShape"], following: "LayerSpec") -> bool:
        """Whether the layer can be fused with the `following` one, like the others of its `group`, the first."""
        return False

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """Shapes of its parameters for an input of `shape`: ``weight[out, …]`` and ``bias[out]``, or none."""
        return {}

    def kernel_shape(self, shape: Shape) -> KernelShape | None:
        """Shape ``(out, in, row, col)`` of its kernels for an input of `shape`; None if it has no weights."""
        return None

    def initialise(self, params: Mapping[str, Array], rng: np.random.Generator) -> None:
        """Initialise its `params` in place; they are zero before."""
        return

    def seen(self, weight: KernelShape, inputs: Array, output: Shape) -> Array:
        """The inputs that a `weight` (out, in, row, col) is multiplied by, at each output position: ``[n, y, x]``.

        Args:
            weight: the weight's indices in the layer's kernels.
            inputs: inputs of the layer, ``[n, channel, row, col]``.
            output: shape of the layer's output.

        Raises:
            TypeError: the layer has no weights.
        """
        raise TypeError(f"{self.name}: expected a layer with weights")

    def copies(self, shape: Shape, output: Shape) -> int:
        """The number of values that it stores for one image besides its input and output."""
        return 0

    def summary(self) -> str:
        """A short text for the one-line summary of a network; empty if it goes without saying."""
        return ""

    # In an address

    def write(self) -> str:
        """Write the layer without its name, as `read` takes it: ``conv8x7:pad3``."""
        head = "x".join(field.text(getattr(self, field.name)) for field in self.FIELDS if not field.words)
        changed = [field for field in self.FIELDS if field.words and not self._is_usual(field)]
        return ":".join([f"{self.type}{head}", *(field.option(getattr(self, field.name)) for field in changed)])

    def _is_usual(self, field: Field) -> bool:
        value = getattr(self, field.name)
        return bool(value == field.checked(self.name, self._usual(field.name)))

    def _usual(self, name: str) -> Any:
        """The default of a setting."""
        [member] = (member for member in fields(self) if member.name == name)  # type: ignore[arg-type]
        return member.default if member.default_factory is MISSING else member.default_factory()

    @classmethod
    def read(cls, head: str, options: Mapping[str, str]) -> dict[str, Any] | None:
        """Parse `head` and `options` (by their words) to the JSON of a layer of this type, unvalidated.

        None if it is a layer of another type, or has options that this type does not have.
        """
        in_head = [field for field in cls.FIELDS if not field.words]
        match = re.fullmatch(cls.type + "x".join(f"({field.pattern})" for field in in_head), head)
        fields_by_word = {word: field for field in cls.FIELDS for word in field.words}
        if match is None or not options.keys() <= fields_by_word.keys():
            return None
        layer: dict[str, Any] = {"type": cls.type}
        layer |= {field.name: field.read(text) for field, text in zip(in_head, match.groups(), strict=True)}
        for word, text in options.items():
            layer[fields_by_word[word].name] = fields_by_word[word].read_option(word, text)
        return layer


@dataclass(frozen=True)
class LayerShape:
    """A layer spec within an architecture: with the shapes of its input, output and parameters."""

    spec: LayerSpec
    input: Shape
    output: Shape
    params: dict[str, tuple[int, ...]]

    @property
    def parameters(self) -> int:
        """The number of parameters."""
        return sum(prod(shape) for shape in self.params.values())

    @property
    def kernels(self) -> KernelShape | None:
        """Shape ``(out, in, row, col)`` of its kernels; None if it has no weights."""
        return self.spec.kernel_shape(self.input)

    @property
    def values(self) -> int:
        """The number of values that it stores for one image: its input, its output, and its copies.

        It bounds the size of each array that the layer keeps per image.
        """
        return prod(self.input) + prod(self.output) + self.spec.copies(self.input, self.output)

    @property
    def products(self) -> int:
        """The approximate number of multiplications for one image: each parameter at each position."""
        return self.parameters * prod(self.output[1:])


class Layer(ABC):
    """Computes one layer for `n` images, and holds the state of its last forward pass.

    Activations are ``[row, channel, col, n]`` (see `kernelscope.nn.arrays`). All arrays that a pass writes to are
    allocated once, here: allocating megabytes at each step costs more than filling them. So the results of `forward`
    and `backward` are overwritten by the next pass; copy what is to be kept. A layer cannot be copied, because its
    arrays are views of one another.

    Attributes:
        params: ``weight`` and ``bias`` by name, where the layer has any; must be set before the first pass.
        grads: the arrays that `backward` writes ∂L/∂params to; must be set before it.
        masks: the dropout masks of the next pass; None: nothing is dropped.
    """

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        self.shape = shape
        self.name = shape.spec.name
        self.n = n
        self.dtype = dtype
        self.input_gradient = input_gradient
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.masks: Masks | None = None

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self.name}: a layer at work can't be copied or pickled, its network can")

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Compute the layer's output for the input `x`."""

    @abstractmethod
    def backward(self, gradient: Array) -> Array | None:
        """Compute ``grads`` and ∂L/∂input from ∂L/∂output of the last forward pass.

        Returns None if the layer was built without `input_gradient`.
        """

    def sensitivity(self) -> Array:
        """Copy ∂L/∂Z ``[n, out, row, col]`` of the last backward pass, where Z = W * x + b is the pre-activation.

        Raises:
            TypeError: the layer has no weights.
        """
        raise TypeError(f"{self.name}: expected a layer with weights")

    def choices(self) -> NDArray[Any] | None:
        """On which side of each of its kinks the last forward pass was, ``[row, …, n]``; None if it is smooth."""
        return None
