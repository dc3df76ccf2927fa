"""Errors for invalid values, with a code and values from which the page words them in any language."""

from collections.abc import Iterable


class Impossible(ValueError):
    """Raised for an invalid value. The message says in English what was expected and what came.

    Attributes:
        code: names the reason; ``problem.<code>`` of the page's dictionaries words it.
        values: the values of that text's placeholders. `field` is the name of the setting.
    """

    def __init__(self, code: str, message: str, **values: str | float) -> None:
        # Input may contain lone surrogates, which can be neither printed nor sent as JSON.
        super().__init__(_whole(message))
        self.code = code
        self.values = {name: _whole(value) if isinstance(value, str) else value for name, value in values.items()}


def number(value: str | float) -> str:
    """Format a number for people: without the rounding error of float64 (``0.1 + 0.2``), and ``1`` for ``1.0``."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def at_least(field: str, least: float, got: float) -> Impossible:
    """The error for a number below `least`."""
    return Impossible(
        "at_least", f"{field}: expected at least {number(least)}, got {number(got)}", field=field, least=least, got=got
    )


def between(field: str, low: float, high: float, got: float) -> Impossible:
    """The error for a number that is not from `low` to `high`."""
    message = f"{field}: expected a number from {number(low)} to {number(high)}, got {number(got)}"
    return Impossible("between", message, field=field, low=low, high=high, got=got)


def above(field: str, least: float, got: float) -> Impossible:
    """The error for a number that is not finite or not above `least`."""
    message = f"{field}: expected a finite number above {number(least)}, got {number(got)}"
    return Impossible("above", message, field=field, least=least, got=got)


def unknown(field: str, known: Iterable[str], got: str) -> Impossible:
    """The error for a name that is not among the `known` ones."""
    names = ", ".join(known)
    return Impossible("unknown", f"{field}: expected one of {names}, got {got!r}", field=field, known=names, got=got)


def _whole(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
