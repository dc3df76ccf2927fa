"""What every layer type consists of: the description of a layer, and the layer at work."""

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
from kernelscope.nn.shapes import KernelShape, Shape


class LayerSpec(ABC):
    """A layer, written down: what can be compared, sent, and checked before it is built.

    A layer type is a frozen dataclass of this class, with the members ``name`` first and ``type`` last, whose default
    is the word for it in addresses and JSON. What has a usual answer below need not be said again.

    Raises:
        ArchitectureError: a setting cannot be; the message names the layer.
    """

    name: str
    type: str

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    """All settings but the name, in the order in which they are written and asked for."""
    ALWAYS_SHOWN: ClassVar[bool] = True
    """Whether its kernels, where it has any, are in every picture; others only where somebody asks for them."""
    NUMBERED_ALONE: ClassVar[bool] = True
    """Whether the only layer of this type is called ``conv1``, without which it is ``dense``."""
    GATES: ClassVar[bool] = False
    """Whether it lets through what is positive and nothing else: the layer before it *responds* through it."""

    def __post_init__(self) -> None:
        by_name = {field.name: field for field in self.FIELDS}
        for member in fields(self):  # type: ignore[arg-type]  # in the order in which they are given
            if field := by_name.get(member.name):
                object.__setattr__(self, field.name, field.checked(self.name, getattr(self, field.name)))

    @classmethod
    @abstractmethod
    def example(cls, name: str, classes: int) -> "LayerSpec":
        """A layer to begin from, for a data set of so many classes."""

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
        """The layer at work on `n` images, with those behind it that it has taken on.

        Args:
            group: its own place, and those of the layers that it takes on.
            n: images at a time.
            dtype: of everything that it computes.
            input_gradient: whether anything before it learns.
        """

    def takes_on(self, taken: Sequence["LayerSpec"], following: "LayerSpec") -> bool:
        """Whether it computes the `following` layer along with itself and those that it has `taken` on."""
        return False

    def param_shapes(self, shape: Shape) -> dict[str, tuple[int, ...]]:
        """What it learns for an input of `shape`: ``weight[out, …]`` and ``bias[out]``, or nothing."""
        return {}

    def kernel_shape(self, shape: Shape) -> KernelShape | None:
        """``(out, in, row, col)`` of its kernels, its ``weight``, for an input of `shape`; None: it has none."""
        return None

    def initialise(self, params: Mapping[str, Array], rng: np.random.Generator) -> None:
        """Draw the first values of its `params`, which are zero."""
        return

    def seen(self, weight: tuple[int, int, int], inputs: Array, output: Shape) -> Array:
        """What a `weight` (in, row, col) meets in `inputs` ``[n, channel, row, col]``, ``[n, y, x]`` of the output.

        Raises:
            TypeError: the layer has no weights.
        """
        raise TypeError(f"{self.name}: expected a layer with weights")

    def copies(self, shape: Shape, output: Shape) -> int:
        """How many numbers it works on for one image besides its input and its output."""
        return 0

    def summary(self) -> str:
        """In a line that tells a network in one glance; empty: it goes without saying."""
        return ""

    # In an address

    def write(self) -> str:
        """The layer without its name, as `read` takes it: ``conv8x7:pad3``."""
        head = "x".join(field.text(getattr(self, field.name)) for field in self.FIELDS if not field.words)
        changed = [field for field in self.FIELDS if field.words and not self._is_usual(field)]
        return ":".join([f"{self.type}{head}", *(field.option(getattr(self, field.name)) for field in changed)])

    def _is_usual(self, field: Field) -> bool:
        value = getattr(self, field.name)
        return bool(value == field.checked(self.name, self._usual(field.name)))

    def _usual(self, name: str) -> Any:
        """What a setting is where nothing is said of it."""
        [member] = (member for member in fields(self) if member.name == name)  # type: ignore[arg-type]
        return member.default if member.default_factory is MISSING else member.default_factory()

    @classmethod
    def read(cls, head: str, options: Mapping[str, str]) -> dict[str, Any] | None:
        """The JSON of a layer of this type, unchecked, from its `head` and `options` by their words; None: it is none.

        A layer of another type, or one with options that this one does not have.
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
    """A layer in its place: what goes in, what comes out, and the shapes of its parameters."""

    spec: LayerSpec
    input: Shape
    output: Shape
    params: dict[str, tuple[int, ...]]

    @property
    def parameters(self) -> int:
        """How many numbers the layer learns."""
        return sum(prod(shape) for shape in self.params.values())

    @property
    def kernels(self) -> KernelShape | None:
        """``(out, in, row, col)`` of its kernels; None: it has none."""
        return self.spec.kernel_shape(self.input)

    @property
    def values(self) -> int:
        """How many numbers it works on for one image: its input, its output, and what it copies.

        Nothing that a layer keeps for an image is larger.
        """
        return prod(self.input) + prod(self.output) + self.spec.copies(self.input, self.output)

    @property
    def products(self) -> int:
        """How many products it computes for one image, about: each parameter at each position."""
        return self.parameters * prod(self.output[1:])


class Layer(ABC):
    """One layer at work on `n` images, with the state of its last forward pass.

    Activations are ``[row, channel, col, n]`` (see `kernelscope.nn.arrays`). All arrays that a pass writes to are made
    once, here: allocating megabytes at each step costs more than filling them. So what `forward` and `backward` return
    is written over by the next pass: copy what is to be kept. A layer itself can't be copied, its arrays being parts of
    one another: make another one.

    Attributes:
        params: ``weight`` and ``bias`` by name, where the layer has any; to be set before the first pass.
        grads: where `backward` writes ∂L/∂params; to be set before it.
    """

    def __init__(self, shape: LayerShape, n: int, dtype: np.dtype[Any], *, input_gradient: bool = True) -> None:
        self.shape = shape
        self.name = shape.spec.name
        self.n = n
        self.dtype = dtype
        self.input_gradient = input_gradient
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self.name}: a layer at work can't be copied or pickled, its network can")

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The layer's output for the input `x`."""

    @abstractmethod
    def backward(self, gradient: Array) -> Array | None:
        """Take ∂L/∂output of the last forward pass, write ``grads``, return ∂L/∂input.

        None where the layer was made without `input_gradient`, since nothing before it learns.
        """

    def sensitivity(self) -> Array:
        """∂L/∂Z ``[n, out, row, col]`` of the last backward pass, copied: Z = W * x + b, what the weights add up to.

        Raises:
            TypeError: the layer has no weights.
        """
        raise TypeError(f"{self.name}: expected a layer with weights")

    def choices(self) -> NDArray[Any] | None:
        """Which side of each of its kinks the last forward pass was on, ``[row, …, n]``; None: it has no kinks."""
        return None
