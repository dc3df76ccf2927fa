"""The settings of layers: how each is validated, and how it is written in an address.

In ``conv8x7:pad3:std0.1`` the fields without a word of their own form the *head*, ``8x7``, separated by x; the others
are *options*. An option with its default value is left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from kernelscope.nn.init import Gaussian, He, Initialisation
from kernelscope.nn.shapes import ArchitectureError, Pair, is_whole, times

LONGEST_REACH = 10_000
"""The largest kernel, stride or padding, in rows or columns."""
NUMBER = r"\d{1,9}"


@dataclass(frozen=True)
class Field(ABC):
    """One setting of a layer.

    Attributes:
        name: name of the layer's attribute.
        word: the word that its option begins with in an address; empty for a field of the head.
    """

    name: str
    word: str = ""
    kind: ClassVar[Literal["count", "pair", "number", "init"]]
    pattern: ClassVar[str] = NUMBER
    """The regular expression that it matches in a head."""
    flags: ClassVar[frozenset[str]] = frozenset()
    """Those of its words that take no value."""

    @property
    def words(self) -> frozenset[str]:
        """All words that its option may begin with."""
        return frozenset({self.word} - {""})

    @abstractmethod
    def checked(self, layer: str, value: Any) -> Any:
        """Validate `value`, and return it in its canonical form.

        Raises:
            ArchitectureError: it is not valid for this field; the message names the `layer`.
        """

    @abstractmethod
    def text(self, value: Any) -> str:
        """Write `value` for an address, without the word."""

    def read(self, text: str) -> Any:
        """Read a value from its text in an address, without validating it."""
        return text

    def option(self, value: Any) -> str:
        """Write the option for `value`: the word, then the text."""
        return f"{self.word}{self.text(value)}"

    def read_option(self, word: str, text: str) -> Any:
        """Read the value of an option that begins with `word`, without validating it."""
        return self.read(text)


@dataclass(frozen=True)
class Count(Field):
    """A whole number of at least 1."""

    kind: ClassVar[Literal["count"]] = "count"

    def checked(self, layer: str, value: Any) -> int:
        if not is_whole(value):
            message = f"{layer}: {self.name} must be a whole number, got {value!r}"
            raise ArchitectureError("whole_number", message, layer=layer, field=self.name, got=repr(value))
        if value < 1:
            message = f"{layer}: {self.name} must be at least 1, got {value}"
            raise ArchitectureError("at_least", message, layer=layer, field=self.name, least=1, got=int(value))
        return int(value)

    def text(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Sides(Field):
    """Two whole numbers, (rows, cols), or one that stands for both."""

    least: int = 1
    kind: ClassVar[Literal["pair"]] = "pair"
    pattern: ClassVar[str] = rf"{NUMBER}(?:x{NUMBER})?"

    def checked(self, layer: str, value: Any) -> Pair:
        flat = not isinstance(value, tuple | list | np.ndarray) or np.ndim(value) == 0
        several: tuple[Any, ...] = (value, value) if flat else tuple(value)
        if len(several) != 2 or not all(map(is_whole, several)):
            message = f"{layer}: {self.name} must be a whole number, or two (rows, cols), got {value!r}"
            raise ArchitectureError("pair", message, layer=layer, field=self.name, got=repr(value))
        pair = int(several[0]), int(several[1])
        got = times(*pair)
        if min(pair) < self.least:
            message = f"{layer}: {self.name} must be at least {self.least}, got {got}"
            raise ArchitectureError("at_least", message, layer=layer, field=self.name, least=self.least, got=got)
        if max(pair) > LONGEST_REACH:
            message = f"{layer}: {self.name} must be at most {LONGEST_REACH}, got {got}"
            raise ArchitectureError("at_most", message, layer=layer, field=self.name, most=LONGEST_REACH, got=got)
        return pair

    def text(self, value: Any) -> str:
        rows, cols = value
        return str(rows) if rows == cols else f"{rows}x{cols}"

    def read(self, text: str) -> Any:
        sides = text.split("x")
        return sides if len(sides) == 2 else [text, text]


@dataclass(frozen=True)
class Real(Field):
    """A number from `low` to `high`."""

    low: float = 0
    high: float = 1
    kind: ClassVar[Literal["number"]] = "number"
    pattern: ClassVar[str] = r"\d{1,9}(?:\.\d{1,20})?(?:e-?\d{1,3})?"

    def checked(self, layer: str, value: Any) -> float:
        if not isinstance(value, int | float | np.floating | np.integer) or isinstance(value, bool):
            message = f"{layer}: {self.name} must be a number, got {value!r}"
            raise ArchitectureError("number", message, layer=layer, field=self.name, got=repr(value))
        if not self.low <= value <= self.high:
            message = f"{layer}: {self.name} must be from {number(self.low)} to {number(self.high)}, got {value}"
            raise ArchitectureError(
                "between", message, layer=layer, field=self.name, low=self.low, high=self.high, got=float(value)
            )
        return float(value)

    def text(self, value: Any) -> str:
        return number(value)


@dataclass(frozen=True)
class Start(Field):
    """The initialisation of the weights: ``he``, or ``std0.1`` for a normal distribution.

    Where He is the layer type's default, there is no word for it.
    """

    usually_he: bool = False
    kind: ClassVar[Literal["init"]] = "init"
    flags: ClassVar[frozenset[str]] = frozenset({"he"})

    @property
    def words(self) -> frozenset[str]:
        return frozenset({"std"} if self.usually_he else {"std", "he"})

    def checked(self, layer: str, value: Any) -> Initialisation:
        if not isinstance(value, Initialisation):
            message = f"{layer}: {self.name} must be He() or Gaussian(std), got {value!r}"
            raise ArchitectureError("invalid", message, layer=layer, field=self.name, got=repr(value))
        return value

    def text(self, value: Any) -> str:
        match value:
            case Gaussian(std):
                return f"std{number(std)}"
            case He():
                return "he"
        raise TypeError(f"expected an Initialisation, got {value!r}")

    def option(self, value: Any) -> str:
        return self.text(value)

    def read_option(self, word: str, text: str) -> Mapping[str, str]:
        return {"type": "he"} if word == "he" else {"type": "gaussian", "std": text}


def number(value: float) -> str:
    """Write `value` in the shortest form that reads back the same: ``1``, ``0.003``, ``1e20``.

    There is no plus sign, which a query would decode as a space.
    """
    return repr(value).removesuffix(".0").replace("e+", "e")
