"""A value that cannot be, said so that it can be put into any language."""

from collections.abc import Iterable


class Impossible(ValueError):
    """The message says in English what was expected and what came.

    Attributes:
        code: names the reason; ``problem.<code>`` of the page's dictionaries has its words.
        values: what those words have places for. `field` is the setting's name, where they need one.
    """

    def __init__(self, code: str, message: str, **values: str | float) -> None:
        # What came from outside may hold half a character, which no terminal and no JSON can take.
        super().__init__(_whole(message))
        self.code = code
        self.values = {name: _whole(value) if isinstance(value, str) else value for name, value in values.items()}


def number(value: str | float) -> str:
    """A number as people write it: without the last bits of float64 (``0.1 + 0.2``), ``1`` for ``1.0``."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def at_least(field: str, least: float, got: float) -> Impossible:
    """A number is too small."""
    return Impossible(
        "at_least", f"{field}: expected at least {number(least)}, got {number(got)}", field=field, least=least, got=got
    )


def between(field: str, low: float, high: float, got: float) -> Impossible:
    """A number is not from `low` to `high`."""
    message = f"{field}: expected a number from {number(low)} to {number(high)}, got {number(got)}"
    return Impossible("between", message, field=field, low=low, high=high, got=got)


def above(field: str, least: float, got: float) -> Impossible:
    """A number is not above `least`, or not finite."""
    message = f"{field}: expected a finite number above {number(least)}, got {number(got)}"
    return Impossible("above", message, field=field, least=least, got=got)


def unknown(field: str, known: Iterable[str], got: str) -> Impossible:
    """A name is none of those that there are."""
    names = ", ".join(known)
    return Impossible("unknown", f"{field}: expected one of {names}, got {got!r}", field=field, known=names, got=got)


def _whole(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
